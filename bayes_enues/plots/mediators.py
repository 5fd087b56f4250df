"""Figures of light mediators: coupling against mass."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from ..experiments.overlays import Overlay, overlays_of
from ..interactions.named import interaction_named
from ..results import Curve, Region, grouped, there
from ..runs.beside import with_grids
from ..studies.mediators.scan import mediator_title
from .base import (
    EXPLAINED,
    STATISTICS,
    colour_of,
    excluding,
    explain,
    figure,
    footnote,
    level_words,
    one_legend,
    save,
    style,
    title_of,
)  # fmt: skip
from .overlays import draw_others, plot_points
from .words import prior_words

#: Of mediators, none of them a statistic's; the letter at each curve says the same without colour.
MEDIATOR_COLOURS = {
    "light_scalar": "#332288",
    "light_pseudoscalar": "#CC79A7",
    "light_vector": "#882255",
    "light_axial_vector": "#DDAA33",
    "light_tensor": "#117733",
    "sterile_dipole": "#332288",
}
LETTERS = {
    "light_scalar": "S",
    "light_pseudoscalar": "P",
    "light_vector": "V",
    "light_axial_vector": "A",
    "light_tensor": "T",
    "sterile_dipole": "N",
}
LETTER_ROOM = 0.065  # between two letters, of the height of the curves and their overlays


def axis_words(model: str) -> tuple[str, str]:
    """What a mass and what its limit are called on the axes of a scan."""
    if model == "sterile_dipole":
        return "mass of the heavy neutrino [keV]", r"transition moment [$10^{-12}\,\mu_B$]"
    return "mediator mass [keV]", "coupling $g_X$"


def plot_curves(ax: Axes, found: Sequence[Curve], letters: bool = True, level: float = 0.9) -> Axes:
    """Coupling against mass: the profile's limit as a solid line, the posterior's as a dashed one.

    Strokes of the profile's line are on the excluded side. Colours are the mediators', each with its letter
    at the lightest mass; or the experiments', where all curves are of one mediator.
    """
    by_experiment = _by_experiment(found)
    for curve in found:
        colour, name = _look(curve, found)
        line = {"color": colour, "lw": 1.2}
        effects: Any = {"path_effects": excluding()} if by_experiment or len(found) < 3 else {}
        ax.plot(curve.mass_keV, curve.profile_upper, ls="-", label=name, **line, **effects)
        ax.plot(curve.mass_keV, curve.posterior_exact, **{**line, "ls": STATISTICS["posterior"]["ls"]})
        if curve.gap_lower is not None:
            gap = there(curve.gap_lower), there(curve.gap_upper)
            ax.fill_between(curve.mass_keV, *gap, color=colour, alpha=0.25, lw=0.8)
    if any(curve.gap_lower is not None for curve in found):
        explain(ax, "shaded: excluded between two pieces", color="0.6", alpha=0.5, lw=5, ls="-")
    words = rf"profile, {level_words(level, 'profile')}, $\Delta\chi^2<{found[0].threshold:.3g}$"
    explain(ax, words, ls="-", lw=1.2)
    explain(ax, f"posterior, one-sided {level_words(level, 'posterior')}", ls="--", lw=1.2)
    explain(ax, "strokes: excluded side", ls="-", lw=1.2, path_effects=excluding())
    ax.set_xscale("log")
    ax.set_yscale("log")
    if not by_experiment:
        _strokes(ax, found)
    if letters and not by_experiment:
        lowest = {
            model: float(np.log10(min(curve.profile_upper[0] for curve in mine)))
            for model, mine in grouped(found, "model").items()
        }
        highest = max(np.log10(curve.profile_upper.max()) for curve in found)
        written = _write_letters(ax, found, lowest, LETTER_ROOM * (highest - min(lowest.values())))
        ax.set_ylim(min(ax.get_ylim()[0], 10 ** (written - 0.15)))
    if letters and not by_experiment:
        left, right = (f(curve.mass_keV[k] for curve in found) for f, k in ((min, 0), (max, -1)))
        ax.set_xlim(left / (right / left) ** 0.1, right * (right / left) ** 0.05)
    mass, limit = axis_words(found[0].model)
    ax.set_xlabel(mass)
    ax.set_ylabel(limit)
    return ax


def _by_experiment(found: Sequence[Curve]) -> bool:
    """Whether colours are the experiments': of one mediator from several, or from one."""
    return len({curve.model for curve in found}) == 1


def _look(curve: Curve, found: Sequence[Curve]) -> tuple[str, str]:
    """Colour and name of a curve among others."""
    if _by_experiment(found):
        names = list(dict.fromkeys(one.experiment for one in found))
        return colour_of(curve.experiment, names.index(curve.experiment)), title_of(curve.experiment)
    return MEDIATOR_COLOURS[curve.model], f"{LETTERS[curve.model]}  {mediator_title(curve.model)}"


def _strokes(ax: Axes, found: Sequence[Curve]) -> None:
    """Strokes at the last quarter of each of many curves: all along they would hide each other."""
    if len(found) < 3:
        return
    for curve in found:
        part = slice(3 * curve.mass_keV.size // 4, None)
        ax.plot(
            curve.mass_keV[part], curve.profile_upper[part], color=_look(curve, found)[0], lw=1.2, ls="-",
            path_effects=excluding(),
        )  # fmt: skip


def plot_ratio(ax: Axes, found: Sequence[Curve], letters: bool = True) -> Axes:
    """Posterior bound, by quadrature, over the profile's one-sided bound: one-sided like it."""
    start: dict[str, float] = {}
    for curve in found:
        ratio = curve.posterior_exact / curve.profile_upper_one_sided
        ax.plot(curve.mass_keV, ratio, color=_look(curve, found)[0], ls="-", lw=1.0)
        start[curve.model] = ratio[0]
    ax.axhline(1.0, color="0.6", lw=0.6)
    ax.set_ylim(min(0.8, ax.get_ylim()[0]), max(1.05, ax.get_ylim()[1]))
    ax.set_xscale("log")
    if letters and not _by_experiment(found):
        low, high = ax.get_ylim()
        ax.set_ylim(low - 0.05 * (high - low), high + 0.05 * (high - low))  # letters lie inside
        _write_letters(ax, found, start, 1.5 * LETTER_ROOM * (high - low), size=7)
    ax.set_xlabel(axis_words(found[0].model)[0])
    ax.set_ylabel("posterior / profile,\nboth one-sided")
    return ax


def _write_letters(
    ax: Axes, found: Sequence[Curve], starts: Mapping[str, float], room: float, size: float = 9
) -> float:
    """Each mediator's letter beside its curve at the lightest mass, moved apart where curves are close.

    ``starts`` are the curves' heights there, logarithms on an axis of decades; returns the lowest letter's.
    """
    models = sorted(starts, key=starts.__getitem__)
    heights = np.array([starts[model] for model in models])
    for _ in range(50):
        gap = np.maximum(room - np.diff(heights), 0)
        heights[1:] += gap / 2
        heights[:-1] -= gap / 2
    lightest, decades = min(curve.mass_keV[0] for curve in found), ax.get_yscale() == "log"
    for model, height in zip(models, heights, strict=True):
        at, look = (lightest, 10**height if decades else height), {"fontweight": "bold", "fontsize": size}
        look |= {"ha": "right", "va": "center", "color": MEDIATOR_COLOURS[model]}
        ax.annotate(LETTERS[model], at, (-4, 0), textcoords="offset points", **look)
    return float(heights[0])


def plot_mass_plane(ax: Axes, region: Region, colour: str) -> Axes:
    """Mass and coupling together: credible region shaded with a dashed edge, Delta chi^2 contour as a line.

    The region comes from :func:`bayes_enues.studies.mediators.planes.mass_plane`, with its grids.
    """
    profile, credible, title = region.profile, region.posterior, title_of(region.experiment)
    x, y, cut = 10 ** there(credible.x), 10 ** there(credible.y), credible.log_density_cut
    height = there(credible.log_density).T
    ax.contourf(x, y, height, levels=[cut, np.inf], colors=[colour], alpha=0.15)
    ax.contour(x, y, height, levels=[cut], colors=[colour], linestyles="--", linewidths=1.0)
    for k, line in enumerate(profile.contours):
        ax.plot(*10**line.vertices.T, color=colour, ls="-", lw=1.3, label=title if k == 0 else None)
    level = region.level
    explain(ax, rf"{level_words(level, 'profile')}, $\Delta\chi^2<{profile.threshold:.3g}$", ls="-", lw=1.3)
    explain(ax, f"{level_words(level, 'posterior')}, highest density", ls="--", lw=1.0)
    ax.fill_between([], [], color="0.4", alpha=0.2, lw=0, gid=EXPLAINED, label="inside the credible region")
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlim(x[0], x[-1])
    ax.set_ylim(y[0], y[-1])
    ax.set_xlabel("mediator mass [keV]")
    ax.set_ylabel("coupling $g_X$")
    return ax


def curves_figure(
    found: Sequence[Curve],
    path: Path,
    level: float = 0.9,
    settings: Mapping[str, Any] | None = None,
    own: Sequence[Overlay] = (),
) -> list[Path]:
    """Fig. 6: all curves by both statistics, other people's limits, and the ratio of the statistics below.

    A column an experiment; one mediator, or the moment of a heavy neutrino, is one column with a colour for
    each experiment. ``settings`` and ``own`` are those of :func:`published_figure`.
    """
    columns = [list(found)] if _by_experiment(found) else list(grouped(found, "experiment").values())
    notes: list[str] = []
    with style():
        fig, axes = figure(
            2, len(columns), width=5.2 if len(columns) == 1 else 3.4, height=2.4, sharex=True, sharey="row",
            squeeze=False, gridspec_kw={"height_ratios": [3, 1.2]},
        )  # fmt: skip
        for k, (top, bottom, mine) in enumerate(zip(*axes, columns, strict=True)):
            plot_curves(top, mine, level=level)
            plot_ratio(bottom, mine)
            for model in dict.fromkeys(curve.model for curve in mine):
                letter = "" if _by_experiment(mine) else LETTERS[model]
                notes += [n for n in draw_others(top, model, settings, own, letter) if n not in notes]
            top.set_xlabel("")
            if not _by_experiment(mine):
                top.set_title(title_of(mine[0].experiment), fontsize=9)
            if k:
                top.set_ylabel("")
                bottom.set_ylabel("")
        footnote(fig, notes)
        one_legend(fig, axes[0])
        return save(fig, path)


def published_figure(
    found: Sequence[Curve],
    points: Sequence[Mapping[str, Any]],
    path: Path,
    settings: Mapping[str, Any] | None = None,
    own: Sequence[Overlay] = (),
    level: float = 0.9,
) -> list[Path]:
    """Fig. 7: a panel a mediator with other people's limits: vector, scalar, and those that have any.

    Nothing if none is there. ``settings`` are the interactions' options, to whose normalisation published
    couplings are converted; ``own`` are a user's curves beside the packaged ones.
    """
    curves, notes = grouped(found, "model"), []
    kinds = {
        model: interaction_named(model)(**{"mass": 1.0, **(settings or {})})
        for model in curves
        if model.startswith("light_")
    }
    first = ("light_vector", "light_scalar")
    models = [m for m in (*first, *(m for m in kinds if m not in first)) if m in kinds]
    models = [m for m in models if m in first or overlays_of(kinds[m], list(own))]
    if not models:
        return []
    with style():
        width, height = (4.6, 4.4) if len(models) == 1 else (3.5, 4.0)
        fig, axes = figure(1, len(models), width=width, height=height, squeeze=False, sharey=True)
        for ax, model in zip(axes[0], models, strict=True):
            kind = kinds[model]
            plot_curves(ax, curves[model], letters=False, level=level)
            plot_points(ax, points, model, getattr(kind, "normalisation", None))
            notes += [n for n in draw_others(ax, model, settings, own) if n not in notes]
            symmetry = getattr(kind, "charges", "universal")
            name = f", {charges_words(symmetry)}" if model in first else ""
            ax.set_title(mediator_title(model) + name, fontsize=9)
        for ax in axes[0, 1:]:
            ax.set_ylabel("")
        footnote(fig, notes)
        one_legend(fig, axes[0], fontsize=7)
        return save(fig, path)


def charges_words(charges: str | tuple) -> str:
    """Charges as a title has them."""
    if charges == "b_minus_l":
        return r"$B-L$"
    if isinstance(charges, str):
        return f"{charges.replace('_', ' ')} charges"
    return f"charges {', '.join(f'{c:g}' for c in charges)}"


def mass_planes_figure(
    regions: Sequence[Region], prior: str, path: Path, settings: Mapping[str, Any], own: Sequence[Overlay]
) -> list[Path]:
    """Mass and coupling together, a panel a mediator, from rows and the grids beside them.

    Other people's limits at fixed mass are drawn beside; ``settings`` and ``own`` are those of
    :func:`published_figure`.
    """
    models, notes = grouped(regions, "model"), []
    with style():
        fig, axes = figure(1, len(models), width=3.9, height=3.4, squeeze=False, sharey=True)
        for ax, (model, mine) in zip(axes[0], models.items(), strict=True):
            for index, region in enumerate(mine):
                plane = with_grids(path.parent, region)
                plot_mass_plane(ax, plane, colour_of(region.experiment, index))
            notes += [n for n in draw_others(ax, model, settings, own) if n not in notes]
            ax.set_title(f"{mediator_title(model)}; coupling {prior_words(prior)}", fontsize=9)
        footnote(fig, notes)
        one_legend(fig, axes[0], fontsize=7)
        return save(fig, path)
