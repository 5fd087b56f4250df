"""Figure of observed limits on top of the bands of those expected."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes

from ..interactions.named import interaction_named
from ..results import Expected, grouped
from .base import STATISTICS, explain, one_legend, panels, save, style, title_of, unit_label
from .words import bound_words


def plot_expected(ax: Axes, rows: Sequence[Expected], label: str) -> Axes:
    """Lines of each experiment: 95 and 68 % of toys (shades), their median (tick), the data (circle).

    The rows are one parameter's; of a signed one both ends are drawn in one line.
    """
    ticks, named = [], set()
    for k, row in enumerate(rows):
        statistics = list(row.observed)
        bases = list(dict.fromkeys(bound_words(s, row.level)[0] for s in statistics))
        for statistic in statistics:
            base, words = bound_words(statistic, row.level)
            y = -k - 0.25 * (bases.index(base) - (len(bases) - 1) / 2)
            colour, marker = STATISTICS[base]["color"], STATISTICS[base]["marker"]
            for share, width in ((0.95, 2), (0.68, 6)):
                low, high = row.band(statistic, share)
                if low is not None and high is not None:
                    ax.hlines(y, low, high, color=colour, lw=width, ls="-", alpha=0.35)
            middle = row.median(statistic)[0]
            ax.plot(
                row.asimov[statistic] if middle is None else middle, y, "|", color=colour, ms=8, ls="none"
            )
            ax.plot(
                row.observed[statistic], y, marker, color=colour, mfc="white", ms=4, ls="none",
                label=None if base in named else words,
            )  # fmt: skip
            named.add(base)
        p = row.standard_model.p_value
        ticks.append(f"{title_of(row.experiment)}\n$p$(SM) = {p:.2g}")
    ax.set_yticks([-k for k in range(len(rows))], ticks)
    ax.set_ylim(-len(rows) + 0.4, 0.6)
    ax.set_xlabel(f"{100 * rows[0].level:g} % bound on {label} [{unit_label(rows[0].unit)}]")
    explain(ax, "symbols: data", marker="o", mfc="white")
    explain(ax, "median of toys, 68 and 95 % of them", marker="|", ms=8, ls="-", lw=5, alpha=0.4)
    if any(s.endswith("_lower") for s in rows[0].observed):
        ax.axvline(0, color="0.7", lw=0.6, ls="-")
        ax.annotate("Standard Model", (0, 0.6), (1, -1), textcoords="offset points", fontsize=5.5, va="top")
    else:
        ax.set_xlim(0, None)
    return ax


def expected_figure(rows: Sequence[Expected], path: Path) -> list[Path]:
    """A panel a parameter, experiments below each other."""
    found = grouped(rows, "parameter")
    with style():
        fig, axes = panels(list(found), 2, width=3.6, height=1.5 + 0.5 * max(map(len, found.values())))
        for ax, (parameter, mine) in zip(axes, found.items(), strict=True):
            plot_expected(ax, mine, interaction_named(mine[0].model).label(parameter))
        one_legend(fig, [axes[0]], fontsize=7)
        return save(fig, path)
