"""Figure of projected limits: median and bands of each statistic against exposure."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from ..interactions.named import interaction_named
from ..results import Projection
from .base import EXPLAINED, STATISTICS, explain, figure, one_legend, save, style, title_of, unit_label
from .words import SIDES, bound_words


def plot_projection(ax: Axes, rows: Sequence[Projection], label: str) -> Axes:
    """Asimov bound (markers), median of toys (lines) and their 68 and 95 % bands (shades) against exposure.

    Bands are shades for the posterior, thin lines (68 %) for the profile, so that both can be seen.

    The rows are one parameter at ascending exposures; a single one is drawn as columns.
    """
    exposures = np.array([row.exposure for row in rows])
    single = len(rows) == 1
    named = set()
    for statistic in rows[0].asimov:
        base, words = bound_words(statistic, rows[0].level)
        colour, line, marker = (STATISTICS[base][what] for what in ("color", "ls", "marker"))
        asimov = np.array([row.asimov[statistic] for row in rows])
        x = np.array([list(SIDES).index(base)], float) if single else exposures
        words = None if base in named else words
        ax.plot(x, asimov, marker, ls="none", color=colour, mfc="none", ms=5, label=words)
        named.add(base)
        if rows[0].toy_bounds[statistic].size < 2:
            continue
        middle = np.array([row.median(statistic)[0] for row in rows], float)  # NaN where there is none
        bands = {s: np.array([row.band(statistic, s) for row in rows], float).T for s in (0.95, 0.68)}
        if single:
            ax.vlines(x, *bands[0.95], color=colour, lw=1.2, ls="-")
            ax.vlines(x, *bands[0.68], color=colour, lw=4, ls="-", alpha=0.4)
            ax.hlines(middle, x - 0.15, x + 0.15, color=colour, ls="-")
            continue
        ax.plot(x, middle, color=colour, ls=line)
        if base == "posterior":
            ax.fill_between(x, *bands[0.95], color=colour, alpha=0.12, lw=0)
            ax.fill_between(x, *bands[0.68], color=colour, alpha=0.22, lw=0)
        elif base == "profile":
            for edge in bands[0.68]:
                ax.plot(x, edge, color=colour, ls=line, lw=0.6)
    signed = "posterior_lower" in rows[0].asimov
    ax.set_ylabel(f"expected {100 * rows[0].level:g} % bound on {label} [{unit_label(rows[0].unit)}]")
    if single:
        ax.set_xticks([])
        ax.set_xlim(-0.6, 2.6)
        ax.set_xlabel(f"statistic, at {exposures[0]:.3g} t yr")
    else:
        ax.set_xscale("log")
        ax.set_xticks(exposures, [f"{t_yr:.3g}" for t_yr in exposures])
        ax.set_xticks([], minor=True)
        ax.set_xlabel("exposure [t yr]")
    if signed:
        ax.axhline(0, color="0.7", lw=0.6, ls="-")
    else:
        ax.set_ylim(0, None)
    with_toys = any(bounds.size >= 2 for bounds in rows[0].toy_bounds.values())
    explain(ax, "data as expected (Asimov)", marker="o", mfc="none", ms=5)
    if with_toys:
        explain(ax, "median of toys", ls="-", lw=1.2)
        ax.fill_between(
            [], [], color="0.4", alpha=0.3, lw=0, gid=EXPLAINED, label="68 and 95 % of toys, posterior"
        )
        if not single:
            explain(ax, "68 % of toys, profile", ls="-", lw=0.6)
    whose = rows[0].experiment.partition(" (changed: exposure")[0]  # the axis says it
    ax.set_title(title_of(whose), fontsize=9)
    return ax


def projection_figure(rows: Sequence[Projection], path: Path) -> list[Path]:
    """Expected bounds on one parameter against exposure."""
    with style():
        fig, ax = figure(1, 1, width=4.2, height=4.0)
        plot_projection(ax, rows, interaction_named(rows[0].model).label(rows[0].parameter))
        one_legend(fig, [ax], fontsize=7)
        return save(fig, path)
