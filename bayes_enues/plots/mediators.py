"""Figures of light mediators: coupling against mass. Curves and an Axes in, the Axes out."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..mediators.scan import Curve
from . import LINES, plain, title_of

__all__ = [
    "MEDIATOR_COLOURS",
    "legend_handles",
    "mediator_handles",
    "mediator_title",
    "plot_curves",
    "plot_mass_plane",
    "plot_points",
    "plot_ratio",
]

#: Okabe & Ito; the letter at each curve says the same without colour.
MEDIATOR_COLOURS = {
    "light_scalar": "#0072B2",
    "light_pseudoscalar": "#CC79A7",
    "light_vector": "#D55E00",
    "light_axial_vector": "#E69F00",
    "light_tensor": "#009E73",
}
LETTERS = {
    "light_scalar": "S",
    "light_pseudoscalar": "P",
    "light_vector": "V",
    "light_axial_vector": "A",
    "light_tensor": "T",
}
LETTER_DECADES = 0.16  # between two letters
MARKERS = {"lz_ws2022": "o", "xenonnt_sr0": "s", "lz_ws2022+xenonnt_sr0": "^"}


def mediator_title(model: str) -> str:
    """What a legend calls a mediator."""
    return model.removeprefix("light_").replace("_", " ")


def plot_curves(ax, found: Sequence[Curve], letters: bool = True):
    """Coupling against mass: profile limits as lines, posterior bounds as markers.

    Parameters
    ----------
    ax : Axes
    found : sequence of Curve
    letters : bool
        Whether to write each mediator's letter at its curve of least coupling.

    Returns
    -------
    Axes
    """
    for curve in found:
        colour = MEDIATOR_COLOURS[curve.model]
        every = max(1, curve.mass.size // 14)
        ax.plot(curve.mass, curve.profile, color=colour, ls=_line(curve), lw=1.3)
        ax.plot(
            curve.mass,
            curve.posterior,
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
    ax.set_xlabel("mediator mass [keV]")
    ax.set_ylabel("coupling $g_X$")
    return ax


def plot_ratio(ax, found: Sequence[Curve]):
    """Posterior bound, by quadrature and so without the jitter of draws, over profile limit.

    Parameters
    ----------
    ax : Axes
    found : sequence of Curve

    Returns
    -------
    Axes
    """
    for curve in found:
        ratio = curve.exact / curve.profile
        ax.plot(curve.mass, ratio, color=MEDIATOR_COLOURS[curve.model], ls=_line(curve), lw=0.9)
    ax.axhline(1.0, color="0.6", lw=0.6)
    ax.set_ylim(min(0.8, ax.get_ylim()[0]), max(1.05, ax.get_ylim()[1]))
    ax.set_xscale("log")
    ax.set_xlabel("mediator mass [keV]")
    ax.set_ylabel("posterior / profile")
    return ax


def plot_points(ax, points: Sequence[Mapping[str, Any]], model: str):
    """Published limits as labelled markers with an arrow down; nothing is drawn between them.

    Parameters
    ----------
    ax : Axes
    points : sequence of dict
        From :func:`bayes_enues.mediators.scan.published_points`.
    model : str
        Whose panel this is; points of other mediators are left out.

    Returns
    -------
    Axes
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
        lowest[curve.model] = min(lowest.get(curve.model, np.inf), curve.profile[0])
    models = sorted(lowest, key=lowest.get)
    heights = np.log10([lowest[model] for model in models])
    for _ in range(50):
        gap = np.maximum(LETTER_DECADES - np.diff(heights), 0)
        heights[1:] += gap / 2
        heights[:-1] -= gap / 2
    for model, height in zip(models, heights, strict=True):
        ax.annotate(
            LETTERS[model],
            (min(curve.mass[0] for curve in found), 10**height),
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
        profile = rf"{title} profile, $\Delta\chi^2$ = {curve.delta_chi2:.5g}"
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


def plot_mass_plane(ax, plane, experiment: str, colour: str):
    """Mass and coupling together: credible region shaded with a dotted edge, Delta chi^2 contour as a line.

    Parameters
    ----------
    ax : Axes
    plane : MassPlane
        From :func:`bayes_enues.mediators.planes.mass_plane`.
    experiment : str
    colour : str

    Returns
    -------
    Axes
    """
    x, y = 10**plane.log10_mass, 10**plane.log10_coupling
    height = plane.log_density.T
    ax.contourf(x, y, height, levels=[plane.cut, np.inf], colors=[colour], alpha=0.15)
    ax.contour(x, y, height, levels=[plane.cut], colors=[colour], linestyles=":", linewidths=1.0)
    for k, line in enumerate(plane.profile_lines):
        label = rf"{title_of(experiment)} profile, $\Delta\chi^2$ = {plane.threshold:.4g}" if k == 0 else None
        ax.plot(*10**line.vertices.T, color=colour, ls=LINES.get(experiment, ":"), lw=1.3, label=label)
    ax.plot([], [], color=colour, ls=":", lw=1.0, label=f"{title_of(experiment)} highest posterior density")
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlim(x[0], x[-1])
    ax.set_ylim(y[0], y[-1])
    ax.set_xlabel("mediator mass [keV]")
    ax.set_ylabel("coupling $g_X$")
    return ax
