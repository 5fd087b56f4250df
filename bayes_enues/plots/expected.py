"""Figure of observed limits on top of the bands of those expected."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes

from ..reports.wording import experiment_title
from ..results import Expected, grouped
from ..runs.rows import interaction_named
from .base import panels, save, style, unit_label

__all__ = ["expected_figure", "plot_expected"]

#: Colour and name of a statistic; the two of posterior and profile are those of all figures.
_LOOK = {
    "posterior": ("#0072B2", "posterior"),
    "profile": ("#D55E00", r"profile, two-sided $\Delta\chi^2$"),
    "profile_one_sided": ("#333333", r"profile, one-sided $\Delta\chi^2$"),
}


def plot_expected(ax: Axes, rows: Sequence[Expected], label: str) -> Axes:
    """Lines of each experiment: 95 and 68 % of toys (shades), their median (tick), the data (circle).

    The rows are one parameter's; of a signed one both ends are drawn in one line.
    """
    ticks, named = [], set()
    for k, row in enumerate(rows):
        statistics = list(row.observed)
        bases = list(dict.fromkeys(s.removesuffix("_lower").removesuffix("_upper") for s in statistics))
        for statistic in statistics:
            base = statistic.removesuffix("_lower").removesuffix("_upper")
            y = -k - 0.25 * (bases.index(base) - (len(bases) - 1) / 2)
            colour, words = _LOOK[base]
            for share, width in ((0.95, 2), (0.68, 6)):
                low, high = row.band(statistic, share)
                if low is not None and high is not None:
                    ax.hlines(y, low, high, color=colour, lw=width, alpha=0.35)
            middle = row.median(statistic)[0]
            ax.plot(row.asimov[statistic] if middle is None else middle, y, "|", color=colour, ms=8)
            ax.plot(
                row.observed[statistic], y, "o", color=colour, mfc="white", ms=4,
                label=None if base in named else words,
            )  # fmt: skip
            named.add(base)
        p = row.standard_model.p_value
        ticks.append(f"{experiment_title(row.experiment)}\n$p$(SM) = {p:.2g}")
    ax.set_yticks([-k for k in range(len(rows))], ticks)
    ax.set_ylim(-len(rows) + 0.4, 0.6)
    ax.set_xlabel(f"{100 * rows[0].level:g} % bound on {label} [{unit_label(rows[0].unit)}]")
    if any(s.endswith("_lower") for s in rows[0].observed):
        ax.axvline(0, color="0.7", lw=0.6)
    else:
        ax.set_xlim(0, None)
    return ax


def expected_figure(rows: Sequence[Expected], path: Path) -> list[Path]:
    """A panel a parameter, experiments below each other."""
    found = grouped(rows, "parameter")
    with style():
        fig, axes = panels(list(found), 2, height=1.1 + 0.5 * max(map(len, found.values())))
        for ax, (parameter, mine) in zip(axes, found.items(), strict=True):
            plot_expected(ax, mine, interaction_named(mine[0].model).label(parameter))
        handles, words = axes[0].get_legend_handles_labels()
        title = "circle: data; tick: median expected; shades: 68 and 95 % of toys"
        fig.legend(handles, words, title=title, loc="outside upper center", ncols=len(handles), fontsize=6)
        return save(fig, path)
