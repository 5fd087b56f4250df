"""Figure of the nuisances, ranked as collaborations draw it: effect on the bound below, pulls above."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes

from ..results import Nuisances
from ..runs.rows import interaction_named
from .base import figure, plain, save, style, title_of

__all__ = ["nuisances_figure", "plot_nuisances"]


def plot_nuisances(ax: Axes, row: Nuisances, label: str) -> Axes:
    """Bars: change of the upper bound at minus and plus one sigma; points: pull and constraint, above."""
    pulls = ax.twiny()
    for k, effect in enumerate(row.effects):
        for shift, colour, where in ((effect.down, "#56B4E9", "-"), (effect.up, "#E69F00", "+")):
            ax.barh(
                k, 100 * shift.of_profile[1], 0.7, color=colour, lw=0,
                label=rf"${where}1\sigma$" if k == 0 else None,
            )  # fmt: skip
        for y, pull, width, marker, colour, name in (
            (k - 0.13, effect.pull_posterior, effect.constraint_posterior, "o", "#0072B2", "posterior"),
            (k + 0.13, effect.pull_profile, effect.constraint_profile, "s", "#D55E00", "profile"),
        ):
            pulls.errorbar(
                pull, y, xerr=width, fmt=marker, ms=3.5, lw=1, color=colour, label=name if k == 0 else None
            )
    reach = 1.25 * max([e.size for e in row.effects])
    ax.set_xlim(-100 * reach, 100 * reach)
    pulls.set_xlim(-2, 2)
    ax.axvline(0, color="0.3", lw=0.8)
    ax.axvspan(-50 * reach, 50 * reach, color="0.93", zorder=-5)  # pulls from -1 to 1; points lie on the bars
    ax.set_yticks(range(len(row.effects)), [plain(e.name) for e in row.effects])
    ax.set_ylim(len(row.effects) - 0.4, -0.6)
    ax.set_xlabel(f"change of the bound on {label} [%]")
    pulls.set_xlabel(r"pull $\pm$ constraint [$\sigma$]")
    ax.set_title(title_of(row.experiment), fontsize=9)
    handles = [h for some in (ax, pulls) for h in some.get_legend_handles_labels()[0]]
    ax.legend(handles=handles, loc="lower right", fontsize=6)
    return ax


def nuisances_figure(rows: Sequence[Nuisances], path: Path) -> list[Path]:
    """A panel a row."""
    kind = interaction_named(rows[0].model)
    tall = 1.4 + 0.25 * max(len(row.effects) for row in rows)
    with style():
        fig, axes = figure(len(rows), 1, 4.8, tall, squeeze=False)
        for ax, row in zip(axes.ravel(), rows, strict=True):
            plot_nuisances(ax, row, kind.label(row.parameter))
        return save(fig, path)
