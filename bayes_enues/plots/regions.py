"""Figures of two parameters at a time."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from ..results import Line, Region, grouped
from ..runs.rows import interaction_named
from .base import LINES, colour_of, panels, save, style, title_of, unit_label

__all__ = ["plot_region", "regions_figure"]


def plot_region(ax: Axes, regions: Sequence[Region], labels: Sequence[str]) -> Axes:
    """Regions of one plane from several experiments.

    The credible region is shaded, with a dotted edge; the Delta chi^2 contour is a line of the experiment's
    own pattern, so that the two statistics stay apart in print.
    """
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    for index, region in enumerate(regions):
        colour = colour_of(region.experiment, index)
        profile, posterior = region.profile, region.posterior
        shaded = [_closed(contour) for contour in posterior.contours]
        if shaded:  # one compound path: a hole in an annulus stays empty
            path = Path.make_compound_path(*[Path(v) for v in shaded])
            ax.add_patch(PathPatch(path, facecolor=colour, alpha=0.12, lw=0))
        for contour in posterior.contours:
            ax.plot(*contour.vertices.T, color=colour, lw=0.8, ls=":")
        for k, contour in enumerate(profile.contours):
            label = title_of(region.experiment) if k == 0 else None
            line = LINES.get(region.experiment, "-")
            ax.plot(*contour.vertices.T, color=colour, lw=1.2, ls=line, label=label)
        ax.plot(*profile.best_fit, "+", color=colour, ms=5, clip_on=False)
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


def regions_figure(regions: Sequence[Region], path: Path) -> list[Path]:
    """One panel a plane, three in a row."""
    planes = grouped(regions, "model", "parameters")
    with style():
        fig, axes = panels(list(planes), 3, width=3.1, height=2.9)
        for ax, ((model, pair), mine) in zip(axes, planes.items(), strict=True):
            plot_region(ax, mine, [interaction_named(model).label(name) for name in pair])
        handles, names = axes[0].get_legend_handles_labels()
        title = rf"lines: $\Delta\chi^2 = {regions[0].profile.threshold:.3f}$; shaded: posterior"
        fig.legend(
            handles, names, title=title, loc="outside upper center", ncols=len(names), title_fontsize=8
        )
        return save(fig, path)
