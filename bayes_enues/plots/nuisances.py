"""Figure of the nuisances, ranked as collaborations draw it: effect on the bound below, pulls above."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes

from ..interactions.named import interaction_named
from ..results import Nuisances
from .base import STATISTICS, figure, one_legend, save, style, title_of
from .words import in_words


def plot_nuisances(ax: Axes, row: Nuisances, label: str) -> Axes:
    """Bars: change of the upper bound at minus and plus one sigma; points: pull and constraint, above."""
    pulls = ax.twiny()
    for k, effect in enumerate(row.effects):
        for shift, colour, hatch, where in ((effect.down, "0.82", "", "-"), (effect.up, "0.55", "///", "+")):
            ax.barh(
                k, 100 * shift.of_profile[1], 0.7, color=colour, lw=0, hatch=hatch, edgecolor="0.35",
                label=rf"profile's bound, nuisance at ${where}1\sigma$" if k == 0 else None,
            )  # fmt: skip
        for name, y, pull, width in (
            ("posterior", k - 0.13, effect.pull_posterior, effect.constraint_posterior),
            ("profile", k + 0.13, effect.pull_profile, effect.constraint_profile),
        ):
            look = {key: STATISTICS[name][key] for key in ("color", "marker")}
            words = f"{name}: pull, bar: width after / before the fit" if k == 0 else None
            pulls.errorbar(pull, y, xerr=width, ls="none", ms=3.5, lw=1, label=words, **look)
    reach = 1.25 * max([e.size for e in row.effects])
    ax.set_xlim(-100 * reach, 100 * reach)
    pulls.set_xlim(-2, 2)
    ax.axvline(0, color="0.3", lw=0.8)
    for pull in (-1, 1):
        pulls.axvline(pull, color="0.6", lw=0.6, ls=":", label=r"pull of $\pm1\sigma$" if pull > 0 else None)
    ax.set_yticks(range(len(row.effects)), [in_words(e.meaning or e.name) for e in row.effects])
    ax.set_ylim(len(row.effects) - 0.4, -0.6)
    ax.set_xlabel(f"change of the bound on {label} [%]")
    pulls.set_xlabel(r"pull $\pm$ constraint [$\sigma$]")
    ax.set_title(title_of(row.experiment), fontsize=9)
    ax.pulls = pulls  # pyright: ignore[reportAttributeAccessIssue] - for the legend
    return ax


def nuisances_figure(rows: Sequence[Nuisances], path: Path) -> list[Path]:
    """A panel a row."""
    kind = interaction_named(rows[0].model)
    tall = 1.6 + 0.3 * max(len(row.effects) for row in rows)
    with style():
        fig, axes = figure(len(rows), 1, 4.8, tall, squeeze=False)
        for ax, row in zip(axes.ravel(), rows, strict=True):
            plot_nuisances(ax, row, kind.label(row.parameter))
        one_legend(fig, [axes[0, 0], axes[0, 0].pulls], fontsize=7)
        return save(fig, path)
