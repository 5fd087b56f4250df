"""Figures of coverage and calibration."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from ..interactions.named import interaction_named
from ..results import CalibrationRow, CoverageRow, FeldmanCousins, grouped, there
from ..statistics import one_sided_threshold, threshold
from .base import POSTERIOR, PROFILE, explain, figure, one_legend, save, style, title_of, unit_label
from .words import in_words, model_words, prior_words

#: Line, colour and marker of each bound: colours are the statistics', open markers the second kind of each.
BOUND_STYLES = {
    "profile_interval": {"color": PROFILE, "ls": "-", "marker": "s"},
    "profile_upper": {"color": PROFILE, "ls": "--", "marker": "D"},
    "profile_one_sided": {"color": PROFILE, "ls": ":", "marker": "^", "mfc": "white"},
    "posterior": {"color": POSTERIOR, "ls": "--", "marker": "o"},
    "posterior_flat_strength": {"color": POSTERIOR, "ls": ":", "marker": "o", "mfc": "white"},
}


def _label(bound: str, row: CoverageRow) -> str:
    level, target = row.level, row.coverage_target[bound]
    signed = row.coverage_target["profile_one_sided"] is None
    words = {
        "profile_interval": rf"profile, $\Delta\chi^2<{threshold(level):.3f}$",
        "profile_upper": "its upper end alone",
        "profile_one_sided": rf"profile, upper end at {one_sided_threshold(level):.3f}",
        "posterior": "posterior, highest density" if signed else "posterior, flat",
        "posterior_flat_strength": "posterior, flat in the square",
    }
    kind = "CrI" if bound.startswith("posterior") else "CL"
    return f"{words[bound]} ({100 * there(target):g} % {kind})"


def plot_coverage(ax: Axes, rows: Sequence[CoverageRow], label: str) -> Axes:
    """Share of toys whose bound includes the truth, against the truth.

    The rows are of one parameter and experiment, in order of the true value.
    """
    first, values = rows[0], np.array([row.true_value for row in rows])
    targets = {b: t for b, t in first.coverage_target.items() if t is not None}
    for target in sorted(set(targets.values())):
        words = "nominal" if target == min(targets.values()) else None
        ax.axhline(100 * target, color="0.6", lw=0.8, ls="-", label=words)
    for bound in targets:
        share = 100 * np.array([row.coverage[bound] for row in rows])
        error = 100 * np.array([row.coverage_error[bound] for row in rows])
        options = {"lw": 1, "ms": 3, "elinewidth": 0.6, **BOUND_STYLES[bound]}
        ax.errorbar(values, share, error, label=_label(bound, first), **options)
    lowest = min(100 * there(row.coverage[b]) for row in rows for b in targets)
    ax.set_ylim(min(lowest - 3, 70), 101)
    ax.set_xlabel(f"true {label} [{unit_label(first.unit)}]")
    ax.set_ylabel("coverage [%]")
    ax.set_title(f"{title_of(first.experiment)}, {first.toys} toys each", fontsize=9)
    explain(ax, "error bars: binomial, of the number of toys", marker="|", ms=7)
    return ax


def plot_critical_value(
    ax: Axes, rows: Sequence[CoverageRow], label: str, limit: FeldmanCousins | None = None
) -> Axes:
    """Critical Delta chi^2 of Feldman and Cousins against the truth, beside the data's own Delta chi^2.

    Rows as in :func:`plot_coverage`; the ends of a limit are marked.
    """
    first, level = rows[0], rows[0].level
    rows = [row for row in rows if row.critical_value is not None]  # where few enough toys failed
    values = np.array([row.true_value for row in rows])
    critical = np.array([row.critical_value for row in rows])
    error = np.array([row.critical_value_error for row in rows])
    ax.axhline(
        threshold(level), color="0.5", lw=0.8, ls="--", label=f"Wilks, {threshold(level):.3f} (two-sided)"
    )
    if first.coverage_target["profile_one_sided"] is not None:
        one = one_sided_threshold(level)
        ax.axhline(one, color="0.5", lw=0.8, ls=":", label=f"Wilks, {one:.3f} (one-sided)")
    words = f"critical value, {100 * level:g} % of toys; bars: Monte Carlo"
    look = {"color": PROFILE, "ls": "-", "marker": "s", "ms": 3, "lw": 1, "elinewidth": 0.6}
    ax.errorbar(values, critical, error, label=words, **look)
    observed = np.array([row.delta_chi2_observed for row in rows])
    ax.plot(values, observed, color="black", lw=1.2, ls="-.", label=r"$\Delta\chi^2$ of the data")
    ends = [] if limit is None else [e for e in (limit.lower, limit.upper) if e is not None]
    for k, end in enumerate(ends):
        name = f"Feldman-Cousins, {100 * level:g} %" if k == 0 else None
        ax.axvline(end, color="#8C510A", lw=1, ls=(0, (1, 1)), label=name)
    ax.set_ylim(0, 1.8 * critical.max(initial=threshold(level)))
    ax.set_xlabel(f"true {label} [{unit_label(first.unit)}]")
    ax.set_ylabel(r"$\Delta\chi^2$")
    ax.set_title(title_of(first.experiment), fontsize=9)
    return ax


def plot_ranks(ax: Axes, ranks: np.ndarray, name: str, probability: float, quantities: int = 1) -> Axes:
    """Empirical distribution of ranks less the uniform one, inside ArviZ's simultaneous band.

    The ranks (n,) of one of some quantities lie between 0 and 1; a right sampler stays inside for all of them
    with the probability given.
    """
    from arviz_stats.ecdf_utils import compute_ecdf

    from ..studies.simulations.calibration import band, each_of

    at, low, high = band(len(ranks), each_of(quantities, probability))
    ecdf = compute_ecdf(ranks, at)
    band_words = f"{100 * probability:g} % band, all panels together"
    ax.fill_between(at, low - at, high - at, step="mid", color="0.85", lw=0, label=band_words)
    ax.step(
        at, ecdf - at, where="mid", color=POSTERIOR, lw=1, ls="-", label="ranks of the truth among the draws"
    )
    ax.axhline(0, color="0.5", lw=0.6, ls="-")
    ax.set_xlabel(f"rank of {name}")
    ax.set_ylabel("ECDF $-$ uniform")
    ax.set_xlim(0, 1)
    ax.set_xticks([0, 0.5, 1])
    return ax


def coverage_figure(rows: Sequence[CoverageRow], limits: Sequence[FeldmanCousins], path: Path) -> list[Path]:
    """Of one parameter, a line of panels an experiment: coverage and critical value."""
    ends = {one.experiment: one for one in limits if one.parameter == rows[0].parameter}
    experiments = grouped(rows, "experiment")
    label = interaction_named(rows[0].model).label(rows[0].parameter)
    with style():
        fig, axes = figure(len(experiments), 2, height=2.7 + 0.9 / len(experiments), squeeze=False)
        for (left, right), (experiment, here) in zip(axes, experiments.items(), strict=True):
            plot_coverage(left, here, label)
            plot_critical_value(right, here, label, ends.get(experiment))
        one_legend(fig, axes.ravel(), fontsize=6.5)
        return save(fig, path)


def calibration_figure(row: CalibrationRow, ranks: np.ndarray, path: Path) -> list[Path]:
    """Ranks (n, n_quantities) of every quantity of one model against its simultaneous band."""
    names, kind = list(row.quantities), interaction_named(row.model)

    def words_of(name: str) -> str:
        if name in kind.free_names():
            return kind.label(name)
        return r"$\chi^2$" if name == "chi2" else in_words(name)

    with style():
        fig, axes = figure(1, len(names), width=2.3, height=2.2, squeeze=False, sharey=True)
        for ax, name, values in zip(axes[0], names, ranks.T, strict=True):
            plot_ranks(ax, values, words_of(name), row.probability, len(names))
        for ax in axes[0, 1:]:
            ax.set_ylabel("")
        one_legend(fig, [axes[0, 0]], fontsize=7, loc="outside lower center")
        own = [] if row.prior == "flat" else [row.prior]
        what = f"{model_words(row.model)} {words_of(row.parameter)}, {title_of(row.experiment)}"
        priors = [f"{prior_words(prior, kind.signed) or in_words(prior)} prior" for prior in own]
        words = ", ".join([what, *priors, f"{row.simulations} simulations"])
        fig.suptitle(words, fontsize=9)
        return save(fig, path)
