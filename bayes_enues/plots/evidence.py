"""Figure of Bayes factors."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from ..interactions.named import interaction_named
from ..results import Comparison
from .base import one_legend, panels, save, style, title_of, unit_label
from .priors import PRIOR_COLOURS
from .words import FAMILIES, prior_words


def plot_bayes_factors(ax: Axes, found: Comparison, label: str) -> Axes:
    """ln B against the width of the prior, with the value at the prior in use and Jeffreys' scale."""
    looks = (("-", PRIOR_COLOURS[0]), ("--", PRIOR_COLOURS[2]), ("-.", PRIOR_COLOURS[1]))
    for scan, (line, colour) in zip(found.scans, looks, strict=False):
        words = f"{prior_words(scan.family)} prior"
        ax.semilogx(scan.widths, scan.log_bayes_factors, ls=line, color=colour, label=words)
    styles = (
        ("quadrature", "o", PRIOR_COLOURS[5]),
        ("savage_dickey", "x", PRIOR_COLOURS[6]),
        ("smc", "+", PRIOR_COLOURS[3]),
    )
    for name, marker, colour in styles:
        if (value := getattr(found, name)) is not None:
            words = f"prior in use: {FAMILIES[name]}"
            ax.plot(found.width, value, marker, color=colour, ms=7, ls="none", label=words)
    low, high = ax.get_ylim()
    for value in (-np.log(10), -np.log(3), 0.0, np.log(3), np.log(10)):
        if low < value < high:
            ax.axhline(value, color="0.8", lw=0.6, ls="-", zorder=0)
            words = {0.0: "equal"}.get(value, f"{np.exp(abs(value)):.0f} to 1")
            ax.annotate(
                words, (0.97, value), (0, -1), ("axes fraction", "data"), textcoords="offset points",
                fontsize=6, color="0.3", ha="right", va="top",
            )  # fmt: skip
    ax.axhline(0, color="0.4", lw=0.8, ls="-")
    ax.set_xlabel(f"width of the prior of {label} [{unit_label(found.unit)}]")
    ax.set_ylabel(r"$\ln B$ (new physics / Standard Model)")
    return ax


def bayes_factors_figure(rows: Sequence[Comparison], path: Path) -> list[Path]:
    """One panel a row, two in a line."""
    with style():
        fig, axes = panels(rows, 2)
        for ax, row in zip(axes, rows, strict=True):
            plot_bayes_factors(ax, row, interaction_named(row.model).label(row.parameter))
            ax.set_title(title_of(row.experiment), fontsize=9)
        one_legend(fig, axes[:1], fontsize=7)
        return save(fig, path)
