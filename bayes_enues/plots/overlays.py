"""Other people's limits on mediators in a panel of ours: curves and points, in our convention."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Annotation

from ..experiments.overlays import Overlay, overlays_of
from ..interactions.base import Interaction
from ..interactions.mediators import NORMALISATIONS
from ..interactions.named import interaction_named
from ..studies.mediators.scan import mediator_title
from .base import excluding, explain, plain

NAME = "another's curve"  # marks its name, which the next one keeps away from
OURS = 2.0  # the order in which our own lines are drawn


def draw_others(
    ax: Axes, model: str, settings: Mapping[str, Any] | None, own: Sequence[Overlay], letter: str = ""
) -> list[str]:
    """The packaged curves and a user's that belong to one mediator, those in view; lines of the footnote.

    ``settings`` are the interaction's options, to whose normalisation couplings are converted. A letter
    stands behind each name where several mediators share the panel.
    """
    kind = interaction_named(model)(**{"mass": 1.0, **(settings or {})})
    overlays = overlays_of(kind, list(own))
    drawn = plot_overlays(ax, overlays, kind, letter)
    notes = _notes(drawn, kind)
    if unseen := [overlay.title for overlay in overlays if overlay not in drawn]:
        notes.append(f"outside the axes of {mediator_title(model)}: {', '.join(unseen)}")
    return notes


def plot_overlays(
    ax: Axes, overlays: Sequence[Overlay], interaction: Interaction, letter: str = ""
) -> list[Overlay]:
    """Other people's limits in our convention, those in view, each with its name; the ones drawn.

    They are grey, dashed where level or statistic is not stated. The range of the axes stays as it is.
    """
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    to_axes = ax.transData + ax.transAxes.inverted()
    names = [text for text in ax.texts if isinstance(text, Annotation) and text.get_gid() == NAME]
    heights = [tuple(to_axes.transform(name.xy)) for name in names]
    drawn: list[Overlay] = []
    for overlay in overlays:
        factor = overlay.factor(interaction)
        coupling = factor * overlay.coupling
        inside = (overlay.mass_keV > left) & (overlay.mass_keV < right) & (coupling > low) & (coupling < high)
        if not inside.any():
            continue
        dashes = "-" if overlay.is_stated else (0, (4, 2))
        look = {"color": "0.45", "lw": 0.9, "ls": dashes, "zorder": 1.5}
        if overlay.edge == "band" and overlay.coupling_upper is not None:
            upper = factor * overlay.coupling_upper
            ax.fill_between(
                overlay.mass_keV, coupling, upper, facecolor="none", edgecolor="0.7", hatch="////", lw=0,
                zorder=1.2,
            )  # fmt: skip
            ax.plot(overlay.mass_keV, upper, **look)
        elif overlay.edge == "upper" and overlay.is_stated:
            look["path_effects"] = excluding(spacing=8)
        elif overlay.edge == "lower":
            look["path_effects"] = excluding(-60, spacing=8)
        ax.plot(overlay.mass_keV, coupling, **look)
        if overlay.title.partition(",")[0] not in [one.title.partition(",")[0] for one in drawn]:
            heights.append(_name_curve(ax, overlay, coupling, inside, heights, letter))
        drawn.append(overlay)
    ax.set_xlim(left, right)
    ax.set_ylim(low, high)
    if any(overlay.is_stated for overlay in drawn):
        explain(ax, "others, level and statistic stated", ls="-", lw=0.9, color="0.45")
    if not all(overlay.is_stated for overlay in drawn):
        explain(ax, "others, level or statistic not stated", ls=(0, (4, 2)), lw=0.9, color="0.45")
    return drawn


def _name_curve(
    ax: Axes, overlay: Overlay, coupling: np.ndarray, inside: np.ndarray, taken: list, letter: str = ""
) -> tuple[float, float]:
    """The name at that point of a curve which is farthest from the names already there."""
    places = np.flatnonzero(inside)
    # a name of a legend's width must fit: away from the panel's edges and from our curves, in axes fractions
    to_axes = ax.transData + ax.transAxes.inverted()
    at = to_axes.transform(np.column_stack([overlay.mass_keV[places], coupling[places]]))
    room = np.min([at[:, 0] - 0.12, 0.88 - at[:, 0], at[:, 1] - 0.03, 0.95 - at[:, 1]], axis=0)
    ours = [to_axes.transform(line.get_xydata()) for line in ax.lines if line.get_zorder() == OURS]
    near = np.concatenate([*ours, np.full((1, 2), 9.0)])
    free = np.min(np.hypot(at[:, :1] - near[:, 0], 3 * (at[:, 1:] + 0.02 - near[:, 1])), axis=1)
    others = [np.hypot(at[:, 0] - x, 3 * (at[:, 1] - y)) for x, y in taken]
    apart = np.min(others, axis=0) if others else 0.1 * at[:, 0]
    score = np.minimum(room, 0.05) + np.minimum(free, 0.15) + np.minimum(apart, 0.3)
    best = int(np.argmax(score))
    ax.annotate(
        f"{plain(overlay.title.partition(',')[0])} {letter}".strip(),
        (overlay.mass_keV[places[best]], coupling[places[best]]),
        (0, 2), textcoords="offset points", fontsize=6, color="0.25", ha="center", va="bottom", zorder=4,
        gid=NAME,
        bbox={"facecolor": "white", "alpha": 0.7, "lw": 0, "pad": 0.3},
    )  # fmt: skip
    return float(at[best, 0]), float(at[best, 1])


def plot_points(
    ax: Axes, points: Sequence[Mapping[str, Any]], model: str, normalisation: str | None = None
) -> Axes:
    """Published limits as labelled markers with an arrow down; nothing is drawn between them.

    The points come from :func:`bayes_enues.studies.mediators.scan.published_points`; those of other mediators
    than the panel's are left out. Those that state a normalisation are converted to the panel's, if it is
    given.
    """
    mine = [p for p in points if p["model"] in (None, model)]
    styles = ("D", "v", "P", "X", "*", "h")
    for k, name in enumerate(dict.fromkeys(p["experiment"] for p in mine)):
        chosen = [p for p in mine if p["experiment"] == name]
        mass, coupling = np.array([(p["mass_keV"], p["coupling"]) for p in chosen]).T
        if normalisation is not None:
            theirs = [p.get("normalisation") or normalisation for p in chosen]
            coupling = coupling * np.sqrt([NORMALISATIONS[normalisation] / NORMALISATIONS[t] for t in theirs])
        look = {"fmt": styles[k % len(styles)], "ms": 4, "lw": 0.8, "color": "0.15"}
        words = plain(f"{name}, {chosen[0]['source']}")
        ax.errorbar(mass, coupling, [0.25 * coupling, 0 * coupling], uplims=True, label=words, **look)
    return ax


def _notes(overlays: Sequence[Overlay], kind: Interaction) -> list[str]:
    """Lines of a footnote, those that say the same of several curves together."""
    same: dict[str, list[str]] = {}
    for overlay in overlays:
        title, _, words = overlay.words(kind).replace("Delta chi2", r"$\Delta\chi^2$").partition(": ")
        same.setdefault(words, []).append(title.partition(",")[0])  # one name, as at the curve
    what = mediator_title(kind.name)  # of which a figure may have several
    return [f"{', '.join(dict.fromkeys(titles))} ({what}): {words}" for words, titles in same.items()]
