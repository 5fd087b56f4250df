"""Figures of two parameters at a time."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from ..interactions.named import interaction_named
from ..results import Line, Region, grouped
from .base import (
    EXPLAINED,
    colour_of,
    excluding,
    explain,
    level_words,
    one_legend,
    panels,
    save,
    style,
    title_of,
    unit_label,
)  # fmt: skip


def plot_region(ax: Axes, regions: Sequence[Region], labels: Sequence[str]) -> Axes:
    """Regions of one plane from several experiments.

    The Delta chi^2 contour is a solid line with strokes on the excluded side, the credible region shaded with
    a dashed edge. Crosses are best fits, a star is the Standard Model.
    """
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    kind = interaction_named(regions[0].model)
    for index, region in enumerate(regions):
        colour = colour_of(region.experiment, index)
        profile, posterior = region.profile, region.posterior
        shaded = [_closed(contour) for contour in posterior.contours]
        if shaded:  # one compound path: a hole in an annulus stays empty
            path = Path.make_compound_path(*[Path(v) for v in shaded])
            ax.add_patch(PathPatch(path, facecolor=colour, alpha=0.12, lw=0))
        for contour in posterior.contours:
            ax.plot(*contour.vertices.T, color=colour, lw=0.9, ls="--")
        for k, contour in enumerate(profile.contours):
            label = title_of(region.experiment) if k == 0 else None
            # strokes lie on the left of a line: outside one that runs with the clock
            strokes = excluding(60 if _outside(contour, profile.contours) != _against_clock(contour) else -60)
            ax.plot(*contour.vertices.T, color=colour, lw=1.2, ls="-", label=label, path_effects=strokes)
        ax.plot(*profile.best_fit, "+", color=colour, ms=6, mew=1.3, clip_on=False, zorder=5)
    level, cut = regions[0].level, regions[0].profile.threshold
    explain(ax, rf"{level_words(level, 'profile')}, $\Delta\chi^2<{cut:.3f}$", ls="-", lw=1.2)
    explain(ax, f"{level_words(level, 'posterior')}, highest density", ls="--", lw=0.9)
    ax.fill_between([], [], color="0.4", alpha=0.2, lw=0, gid=EXPLAINED, label="credible region")
    explain(ax, "strokes: excluded side", ls="-", lw=1.2, path_effects=excluding())
    explain(ax, "best fit", marker="+", ms=6, mew=1.3)
    origin = [kind.standard_model_value(name) for name in regions[0].parameters]
    ax.plot(*origin, "*", ms=6, color="black", mfc="white", clip_on=False, zorder=6)
    explain(ax, "Standard Model", marker="*", ms=6, color="black", mfc="white")
    unit = unit_label(regions[0].unit)
    ax.set_xlabel(f"{labels[0]} [{unit}]")
    ax.set_ylabel(f"{labels[1]} [{unit}]")
    if all(np.min(line.vertices) >= 0 for region in regions for line in region.profile.contours):
        ax.set_xlim(0, None)
        ax.set_ylim(0, None)
    return ax


def _closed(contour: Line) -> np.ndarray:
    """A contour as a polygon: one that runs from axis to axis closes through the corner at zero."""
    if contour.closed:
        return contour.vertices
    return np.concatenate([contour.vertices, [[0.0, 0.0]], contour.vertices[:1]])


def _against_clock(contour: Line) -> bool:
    """Whether a contour, closed as :func:`_closed` does, turns to the left."""
    x, y = _closed(contour).T
    return bool(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)) > 0)


def _outside(contour: Line, others: Sequence[Line]) -> bool:
    """Whether what lies outside a contour is excluded: it is in no other one."""
    from matplotlib.path import Path

    point = contour.vertices[0]
    return not any(o is not contour and Path(_closed(o)).contains_point(point) for o in others)


def regions_figure(regions: Sequence[Region], path: Path) -> list[Path]:
    """One panel a plane, three in a row."""
    planes = grouped(regions, "model", "parameters")
    with style():
        single = len(planes) == 1
        size = {"width": 3.6, "height": 4.2} if single else {"width": 3.1, "height": 3.3}
        fig, axes = panels(list(planes), 3, **size)
        for ax, ((model, pair), mine) in zip(axes, planes.items(), strict=True):
            plot_region(ax, mine, [interaction_named(model).label(name) for name in pair])
        one_legend(fig, axes, fontsize=7)
        return save(fig, path)
