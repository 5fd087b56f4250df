"""Figures of light mediators: coupling against mass."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from ..mediators.planes import stored_plane
from ..results import Curve, Region, grouped, there
from .base import LINES, colour_of, figure, plain, save, style, title_of

__all__ = [
    "curves_figure", "legend_handles", "mass_planes_figure", "mediator_handles", "mediator_title",
    "plot_curves", "plot_mass_plane", "plot_points", "plot_ratio", "published_figure",
]  # fmt: skip

#: Okabe & Ito; the letter at each curve says the same without colour.
MEDIATOR_COLOURS = {
    "light_scalar": "#0072B2",
    "light_pseudoscalar": "#CC79A7",
    "light_vector": "#D55E00",
    "light_axial_vector": "#E69F00",
    "light_tensor": "#009E73",
    "sterile_dipole": "#0072B2",
}
LETTERS = {
    "light_scalar": "S",
    "light_pseudoscalar": "P",
    "light_vector": "V",
    "light_axial_vector": "A",
    "light_tensor": "T",
    "sterile_dipole": "N",
}
LETTER_DECADES = 0.16  # between two letters
MARKERS = {"lz_ws2022": "o", "xenonnt_sr0": "s", "lz_ws2022+xenonnt_sr0": "^"}


def mediator_title(model: str) -> str:
    """What a legend calls a mediator."""
    return model.removeprefix("light_").replace("_", " ")


def axis_words(model: str) -> tuple[str, str]:
    """What a mass and what its limit are called on the axes of a scan."""
    if model == "sterile_dipole":
        return "mass of the heavy neutrino [keV]", r"transition moment [$10^{-12}\,\mu_B$]"
    return "mediator mass [keV]", "coupling $g_X$"


def plot_curves(ax: Axes, found: Sequence[Curve], letters: bool = True) -> Axes:
    """Coupling against mass: profile limits as lines, posterior bounds as markers.

    Each mediator's letter stands at its curve of least coupling, if asked for.
    """
    for curve in found:
        colour = MEDIATOR_COLOURS[curve.model]
        every = max(1, curve.mass_keV.size // 14)
        ax.plot(curve.mass_keV, curve.profile_upper, color=colour, ls=_line(curve), lw=1.3)
        ax.plot(
            curve.mass_keV,
            curve.posterior_exact,
            ls="none",
            marker=_marker(curve),
            ms=3.2,
            mew=0.8,
            mec=colour,
            mfc=_filling(curve, colour),
            markevery=(0 if curve.experiment == "lz_ws2022" else every // 2, every),
        )
    if letters:
        _write_letters(ax, found)
    ax.set_xscale("log")
    ax.set_yscale("log")
    mass, limit = axis_words(found[0].model)
    ax.set_xlabel(mass)
    ax.set_ylabel(limit)
    return ax


def plot_ratio(ax: Axes, found: Sequence[Curve]) -> Axes:
    """Posterior bound, by quadrature, over the profile's one-sided bound: one-sided like it."""
    for curve in found:
        ratio = curve.posterior_exact / curve.profile_upper_one_sided
        ax.plot(curve.mass_keV, ratio, color=MEDIATOR_COLOURS[curve.model], ls=_line(curve), lw=0.9)
    ax.axhline(1.0, color="0.6", lw=0.6)
    ax.set_ylim(min(0.8, ax.get_ylim()[0]), max(1.05, ax.get_ylim()[1]))
    ax.set_xscale("log")
    ax.set_xlabel(axis_words(found[0].model)[0])
    ax.set_ylabel("posterior / profile,\nboth one-sided")
    return ax


def plot_points(ax: Axes, points: Sequence[Mapping[str, Any]], model: str) -> Axes:
    """Published limits as labelled markers with an arrow down; nothing is drawn between them.

    The points come from :func:`bayes_enues.mediators.scan.published_points`; those of other mediators than
    the panel's are left out.
    """
    mine = [p for p in points if p["model"] in (None, model)]
    styles = ("D", "v", "P", "X", "*", "h")
    for k, name in enumerate(dict.fromkeys(p["experiment"] for p in mine)):
        chosen = [p for p in mine if p["experiment"] == name]
        mass, coupling = np.array([(p["mass_keV"], p["coupling"]) for p in chosen]).T
        ax.errorbar(
            mass,
            coupling,
            yerr=[0.25 * coupling, 0 * coupling],
            uplims=True,
            fmt=styles[k % len(styles)],
            ms=4,
            lw=0.8,
            color="0.15",
            label=plain(f"{name}, {chosen[0]['source']}"),
        )
    return ax


def _write_letters(ax, found: Sequence[Curve]) -> None:
    """Each mediator's letter at the lightest mass, moved apart where curves are close."""
    lowest = {}
    for curve in found:
        lowest[curve.model] = min(lowest.get(curve.model, np.inf), curve.profile_upper[0])
    models = sorted(lowest, key=lowest.__getitem__)
    heights = np.log10([lowest[model] for model in models])
    for _ in range(50):
        gap = np.maximum(LETTER_DECADES - np.diff(heights), 0)
        heights[1:] += gap / 2
        heights[:-1] -= gap / 2
    for model, height in zip(models, heights, strict=True):
        ax.annotate(
            LETTERS[model],
            (min(curve.mass_keV[0] for curve in found), 10**height),
            xytext=(-4, 0),
            textcoords="offset points",
            ha="right",
            va="center",
            color=MEDIATOR_COLOURS[model],
            fontweight="bold",
        )


def mediator_handles(found: Sequence[Curve]) -> list:
    """Handles that name the mediators' colours and letters."""
    from matplotlib.lines import Line2D

    return [
        Line2D([], [], color=MEDIATOR_COLOURS[m], lw=2, label=f"{LETTERS[m]}  {mediator_title(m)}")
        for m in dict.fromkeys(curve.model for curve in found)
    ]


def legend_handles(found: Sequence[Curve]) -> list:
    """Grey handles that explain line styles and markers."""
    from matplotlib.lines import Line2D

    handles = []
    for curve in {c.experiment: c for c in found}.values():
        title = title_of(curve.experiment)
        lines = {"ls": _line(curve), "lw": 1.3}
        marks = {"ls": "none", "marker": _marker(curve), "ms": 3.2, "mfc": _filling(curve, "0.3")}
        profile = rf"{title} profile, $\Delta\chi^2$ = {curve.threshold:.5g}"
        handles += [
            Line2D([], [], color="0.3", label=profile, **lines),
            Line2D([], [], color="0.3", label=f"{title} posterior", **marks),
        ]
    return handles


def _line(curve: Curve) -> str:
    return LINES.get(curve.experiment, ":")


def _marker(curve: Curve) -> str:
    return MARKERS.get(curve.experiment, "d")


def _filling(curve: Curve, colour: str) -> str:
    return "none" if curve.experiment == "xenonnt_sr0" else colour


def plot_mass_plane(ax: Axes, region: Region, colour: str) -> Axes:
    """Mass and coupling together: credible region shaded with a dotted edge, Delta chi^2 contour as a line.

    The region comes from :func:`bayes_enues.mediators.planes.mass_plane`, with its grids.
    """
    profile, credible, title = region.profile, region.posterior, title_of(region.experiment)
    x, y, cut = 10 ** there(credible.x), 10 ** there(credible.y), credible.log_density_cut
    height = there(credible.log_density).T
    ax.contourf(x, y, height, levels=[cut, np.inf], colors=[colour], alpha=0.15)
    ax.contour(x, y, height, levels=[cut], colors=[colour], linestyles=":", linewidths=1.0)
    for k, line in enumerate(profile.contours):
        label = rf"{title} profile, $\Delta\chi^2$ = {profile.threshold:.4g}" if k == 0 else None
        ax.plot(*10**line.vertices.T, color=colour, ls=LINES.get(region.experiment, ":"), lw=1.3, label=label)
    ax.plot([], [], color=colour, ls=":", lw=1.0, label=f"{title} highest posterior density")
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlim(x[0], x[-1])
    ax.set_ylim(y[0], y[-1])
    ax.set_xlabel("mediator mass [keV]")
    ax.set_ylabel("coupling $g_X$")
    return ax


def curves_figure(found: Sequence[Curve], path: Path) -> list[Path]:
    """Fig. 6: all curves by both statistics, and the ratio of the two."""
    heights = {"height_ratios": [3, 1.2]}
    with style():
        fig, axes = figure(2, 1, width=5.2, height=2.9, sharex=True, gridspec_kw=heights)
        plot_curves(axes[0], found)
        plot_ratio(axes[1], found)
        axes[0].set_xlabel("")
        axes[0].add_artist(axes[0].legend(handles=legend_handles(found), loc="upper left"))
        axes[0].legend(handles=mediator_handles(found), loc="lower right")
        return save(fig, path)


def published_figure(found: Sequence[Curve], points: Sequence[Mapping[str, Any]], path: Path) -> list[Path]:
    """Fig. 7: vector and scalar with published limits; nothing if neither is there."""
    curves = grouped(found, "model")
    models = [model for model in ("light_vector", "light_scalar") if model in curves]
    if not models:
        return []
    with style():
        fig, axes = figure(1, len(models), width=3.9, height=3.4, squeeze=False, sharey=True)
        for ax, model in zip(axes[0], models, strict=True):
            plot_points(plot_curves(ax, curves[model], letters=False), points, model)
            ax.set_title(mediator_title(model), fontsize=10)
            published = ax.get_legend_handles_labels()[0]
            ax.legend(handles=[*legend_handles(curves[model]), *published], loc="upper left", fontsize=7)
        return save(fig, path)


def mass_planes_figure(regions: Sequence[Region], prior: str, folder: Path, path: Path) -> list[Path]:
    """Mass and coupling together, a panel a mediator, from rows and the grids beside them in a folder."""
    models = grouped(regions, "model")
    with style():
        fig, axes = figure(1, len(models), width=3.9, height=3.4, squeeze=False, sharey=True)
        for ax, (model, mine) in zip(axes[0], models.items(), strict=True):
            for index, region in enumerate(mine):
                plane = stored_plane(region, folder)
                plot_mass_plane(ax, plane, colour_of(region.experiment, index))
            ax.set_title(f"{mediator_title(model)}; {prior.replace('_', ' ')} coupling", fontsize=10)
            ax.legend(loc="upper left", fontsize=7)
        return save(fig, path)
