"""Limits on one parameter: Delta chi^2 profile and posterior density in one panel."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend

from ..results import Limit, grouped, there
from ..runs.beside import read_arrays, with_curve
from ..runs.figures import figures_of, mark_of
from ..runs.rows import interaction_named
from ..statistics import one_sided_threshold
from .base import LINES, colour_of, panels, save, style, title_of, unit_label

__all__ = ["limit_legend", "limits_figures", "plot_limit"]

HISTOGRAM_BINS = 28


def plot_limit(ax: Axes, limit: Limit, draws: np.ndarray, label: str, index: int = 0) -> Axes:
    """Delta chi^2 profile (line) and posterior density (steps, on a second axis) of one parameter.

    Circles mark the profile bounds on their thresholds, a triangle the posterior bound. The density is a
    histogram of the draws: no kernel smears it over the edge at zero. Limits of several experiments go into
    the same Axes.

    The limit needs the curve of its profile; ``draws`` (n,) are of the posterior of its parameter. ``index``
    decides the colour of an experiment that has none of its own.
    """
    colour = colour_of(limit.experiment, index)
    line = LINES.get(limit.experiment, ":")
    profile, posterior = limit.profile, limit.posterior
    cut, one_sided = profile.threshold, profile.upper_one_sided
    one_sided_cut = None if one_sided is None else one_sided_threshold(limit.level)
    ends = [end for piece in profile.pieces for end in piece]
    low, high = min(0.0, *ends), max(ends)
    low, high = low - 0.25 * (high - low) * (low < 0), high + 0.25 * (high - low)
    density = getattr(ax, "density_axes", None)
    if density is None:
        density = ax.twinx()
        ax.density_axes = density  # pyright: ignore[reportAttributeAccessIssue] - for the next call
        density.set_ylabel("posterior density (steps)")
        density.set_ylim(0, 1e-9)
        ax.tick_params(right=False)
        ax.set_zorder(density.get_zorder() + 1)
        ax.patch.set_visible(False)
        ax.set_xlabel(f"{label} [{unit_label(limit.unit)}]")
        ax.set_ylabel(r"$\Delta\chi^2$ (lines)")
        ax.set_ylim(0, 3 * cut)
        ax.set_xlim(low, high)
        for height, dashes in ((cut, "-"), (one_sided_cut, (0, (4, 2)))):
            if height is not None:
                ax.axhline(height, color="0.6", lw=0.5, ls=dashes, zorder=0)
                ax.annotate(
                    f"{height:.3g}", (1, height), (-2, 1), ("axes fraction", "data"), color="0.4",
                    textcoords="offset points", ha="right", va="bottom", fontsize=6,
                )  # fmt: skip
    else:
        ax.set_xlim(min(low, ax.get_xlim()[0]), max(high, ax.get_xlim()[1]))

    label = title_of(limit.experiment)
    ax.plot(there(profile.values), there(profile.delta_chi2), color=colour, ls=line, lw=1.3, label=label)
    mark = {"color": colour, "ls": "none", "ms": 4, "clip_on": False, "zorder": 5}
    inner = [end for end in ends if end != 0 or low < 0]
    ax.plot(inner, [cut] * len(inner), marker="o", **mark)
    if one_sided is not None and one_sided_cut is not None:
        ax.plot([one_sided], [one_sided_cut], marker="o", mfc="white", **mark)

    height, edges = np.histogram(draws, bins=HISTOGRAM_BINS, range=(draws.min(), draws.max()), density=True)
    edges[0] = 0.0 if low == 0 else edges[0]
    density.stairs(height, edges, fill=True, color=colour, alpha=0.13, lw=0)
    density.stairs(height, edges, color=colour, lw=0.6, ls=line)
    density.set_ylim(0, max(density.get_ylim()[1], 1.9 * height.max()))
    if posterior.converged:
        ax.plot(posterior.headline.ends, [0] * len(posterior.headline.ends), marker="^", **mark)
    return ax


def limit_legend(fig: Figure, ax: Axes) -> Legend:
    """One legend above all panels of :func:`plot_limit`: experiments, statistics, bounds."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    grey = {"color": "0.3", "ls": "none", "ms": 4}
    handles = [
        *ax.get_legend_handles_labels()[0],
        Line2D([], [], color="0.3", lw=1.3, label=r"$\Delta\chi^2$ profile"),
        Patch(facecolor="0.85", edgecolor="0.3", lw=0.6, label="posterior density"),
        Line2D([], [], marker="o", label="profile bound, two-sided", **grey),
        Line2D([], [], marker="o", mfc="white", label="profile bound, one-sided", **grey),
        Line2D([], [], marker="^", label="posterior bound", **grey),
    ]
    return fig.legend(handles=handles, loc="outside upper center", ncols=4 if fig.get_figwidth() > 5 else 2)


def limits_figures(limits: Sequence[Limit], folder: Path) -> list[Path]:
    """A figure a model, a panel a parameter: profile and posterior of every experiment, from a folder.

    What each shows is written into it: :func:`bayes_enues.runs.figures.to_be_drawn` reads it.
    """
    paths = []
    for model, mine in figures_of(limits).items():
        parameters = grouped(mine, "parameter")
        with style():
            fig, axes = panels(list(parameters), 2)
            for ax, (name, members) in zip(axes, parameters.items(), strict=True):
                for index, limit in enumerate(members):
                    draws = read_arrays(folder, limit, "posterior", name)[0].ravel()
                    label = interaction_named(model).label(name)
                    plot_limit(ax, with_curve(folder, limit), draws, label, index)
            limit_legend(fig, axes[0])
            paths += save(fig, folder / f"limits_{model}", mark_of(mine))
    return paths
