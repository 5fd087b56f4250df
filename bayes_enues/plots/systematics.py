"""Figure of the inputs' influence."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes

from ..interactions.named import interaction_named
from ..results import SystematicsRow, grouped, there
from .base import STATISTICS, figure, level_words, one_legend, save, style, title_of
from .words import in_words


def plot_systematics(ax: Axes, rows: Sequence[SystematicsRow], label: str) -> Axes:
    """Relative change of the upper end for each variation, the largest first: posterior and profile (open).

    The rows are of one parameter and one experiment.
    """
    rows = sorted((row for row in rows if row.label != "default"), key=_size, reverse=True)
    for k, row in enumerate(rows):
        shift = there(row.shift)
        for name, ends, y in (("posterior", shift.of_posterior, -0.15), ("profile", shift.of_profile, 0.15)):
            look, at = STATISTICS[name], 100 * there(ends[1])
            side = "one-sided " if name == "posterior" and row.posterior.kind == "upper" else ""
            words = f"{name}, {side}{level_words(row.level, name)}" if k == 0 else None
            ax.plot([0, at], [k + y] * 2, color=look["color"], lw=1.5, ls="-", solid_capstyle="butt")
            fill: Any = {"mfc": "white"} if name == "profile" else {}
            ax.plot(
                at, k + y, ls="none", color=look["color"], marker=look["marker"], ms=4, label=words, **fill
            )
    ax.axvline(0, color="0.3", lw=0.8)
    ax.grid(axis="x", color="0.9", lw=0.5)
    ax.set_axisbelow(True)
    ax.set_yticks(range(len(rows)), [in_words(row.label or "") for row in rows])
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xlabel(f"change of the bound on {label} [%]")
    ax.set_title(title_of(rows[0].experiment), fontsize=9)
    return ax


def _size(row: SystematicsRow) -> float:
    """The larger change of the two statistics."""
    shift = there(row.shift)
    return max(abs(there(shift.of_posterior[1])), abs(there(shift.of_profile[1])))


def systematics_figure(rows: Sequence[SystematicsRow], path: Path) -> list[Path]:
    """A panel a parameter and experiment."""
    kind = interaction_named(rows[0].model)
    experiments = grouped(rows, "experiment")
    parameters = list(grouped(rows, "parameter"))
    groups = grouped(rows, "experiment", "parameter")
    tall = 0.8 + 0.19 * max(map(len, groups.values()))
    with style():
        fig, axes = figure(
            len(experiments), len(parameters), 2.8 + 1.6 / len(parameters), tall, squeeze=False
        )
        for ax, place in zip(axes.ravel(), [(e, p) for e in experiments for p in parameters], strict=True):
            plot_systematics(ax, groups[place], kind.label(place[1]))
        one_legend(fig, [axes[0, 0]])
        return save(fig, path)
