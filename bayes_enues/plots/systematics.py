"""Figure of the inputs' influence."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes

from ..results import SystematicsRow, grouped, there
from ..runs.rows import interaction_named
from .base import figure, plain, save, style, title_of

__all__ = ["plot_systematics", "systematics_figure"]


def plot_systematics(ax: Axes, rows: Sequence[SystematicsRow], label: str) -> Axes:
    """Relative change of the upper end for each variation: posterior (filled) and profile (open).

    The rows are of one parameter and one experiment.
    """
    rows = [row for row in rows if row.label != "default"]
    for k, row in enumerate(rows):
        shift = there(row.shift)
        posterior, profile = 100 * there(shift.of_posterior[1]), 100 * there(shift.of_profile[1])
        ax.plot([0, posterior], [k - 0.15] * 2, color="#0072B2", lw=2.5, solid_capstyle="butt")
        ax.plot([0, profile], [k + 0.15] * 2, color="#D55E00", lw=1)
        ax.plot(posterior, k - 0.15, "o", ms=4, color="#0072B2", label="posterior" if k == 0 else None)
        ax.plot(
            profile, k + 0.15, "s", ms=4, mfc="white", color="#D55E00", label="profile" if k == 0 else None
        )
    ax.axvline(0, color="0.3", lw=0.8)
    ax.grid(axis="x", color="0.9", lw=0.5)
    ax.set_axisbelow(True)
    ax.set_yticks(range(len(rows)), [plain(row.label or "") for row in rows])
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xlabel(f"change of the bound on {label} [%]")
    ax.set_title(title_of(rows[0].experiment), fontsize=9)
    return ax


def systematics_figure(rows: Sequence[SystematicsRow], path: Path) -> list[Path]:
    """A panel a parameter and experiment."""
    kind = interaction_named(rows[0].model)
    experiments = grouped(rows, "experiment")
    parameters = list(grouped(rows, "parameter"))
    groups = grouped(rows, "experiment", "parameter")
    tall = 0.8 + 0.19 * max(map(len, groups.values()))
    with style():
        fig, axes = figure(
            len(experiments), len(parameters), 2.8 + 1.6 / len(parameters), tall, squeeze=False, sharey="row"
        )
        for ax, place in zip(axes.ravel(), [(e, p) for e in experiments for p in parameters], strict=True):
            plot_systematics(ax, groups[place], kind.label(place[1]))
        fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
        return save(fig, path)
