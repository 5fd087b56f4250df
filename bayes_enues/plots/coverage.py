"""Figures of coverage and calibration: rows of ``coverage.json`` and an Axes in, the Axes out."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..statistics import one_sided_threshold, threshold
from . import plain, title_of, unit_label

__all__ = ["plot_coverage", "plot_critical_value", "plot_ranks"]

#: Line, colour (Okabe & Ito) and words of each bound; profile bounds have full markers, posterior ones open.
BOUND_STYLES = {
    "profile_interval": {"color": "#0072B2", "ls": "-", "marker": "o"},
    "profile_upper": {"color": "#0072B2", "ls": "--", "marker": "^"},
    "profile_one_sided": {"color": "#56B4E9", "ls": ":", "marker": "v"},
    "posterior": {"color": "#D55E00", "ls": "-", "marker": "s", "mfc": "white"},
    "posterior_flat_strength": {"color": "#D55E00", "ls": "--", "marker": "D", "mfc": "white"},
}


def _label(bound: str, row: Mapping[str, Any]) -> str:
    level, target = row["level"], row["coverage_target"][bound]
    signed = row["coverage_target"]["profile_one_sided"] is None
    words = {
        "profile_interval": rf"profile, $\Delta\chi^2<{threshold(level):.3f}$",
        "profile_upper": "its upper end alone",
        "profile_one_sided": rf"profile, upper end at {one_sided_threshold(level):.3f}",
        "posterior": "posterior, highest density" if signed else "posterior, flat in parameter",
        "posterior_flat_strength": "posterior, flat in strength",
    }
    return f"{words[bound]} ({100 * target:g} %)"


def plot_coverage(ax, rows: Sequence[Mapping[str, Any]], label: str):
    """Share of toys whose bound includes the truth, against the truth.

    Parameters
    ----------
    ax : Axes
    rows : sequence of mapping
        Rows of one parameter and experiment, in order of the true value.
    label : str
        LaTeX of the parameter.

    Returns
    -------
    Axes
    """
    values = np.array([row["true_value"] for row in rows])
    targets = {b: t for b, t in rows[0]["coverage_target"].items() if t is not None}
    for target in sorted(set(targets.values())):
        ax.axhline(100 * target, color="0.6", lw=0.8)
    for bound in targets:
        share = 100 * np.array([row["coverage"][bound] for row in rows])
        error = 100 * np.array([row["coverage_error"][bound] for row in rows])
        options = {"lw": 1, "ms": 3, "elinewidth": 0.6, **BOUND_STYLES[bound]}
        ax.errorbar(values, share, error, label=_label(bound, rows[0]), **options)
    lowest = min(100 * row["coverage"][b] for row in rows for b in targets)
    ax.set_ylim(min(lowest - 3, 70), 101)
    ax.set_xlabel(f"true {label} [{unit_label(rows[0]['unit'])}]")
    ax.set_ylabel("coverage [%]")
    ax.set_title(f"{title_of(rows[0]['experiment'])}, {rows[0]['toys']} toys each", fontsize=9)
    ax.legend(loc="lower left", fontsize=6.5)
    return ax


def plot_critical_value(
    ax, rows: Sequence[Mapping[str, Any]], label: str, limit: Mapping[str, Any] | None = None
):
    """Critical Delta chi^2 of Feldman and Cousins against the truth, beside the data's own Delta chi^2.

    Parameters
    ----------
    ax : Axes
    rows : sequence of mapping
        As in :func:`plot_coverage`.
    label : str
    limit : mapping, optional
        An entry of ``limits`` in ``coverage.json``; its ends are marked.

    Returns
    -------
    Axes
    """
    rows = [row for row in rows if row["critical_value"] is not None]
    values = np.array([row["true_value"] for row in rows])
    critical = np.array([row["critical_value"] for row in rows])
    error = np.array([row["critical_value_error"] for row in rows])
    level = rows[0]["level"]
    ax.axhline(
        threshold(level), color="0.5", lw=0.8, ls="--", label=f"Wilks, {threshold(level):.3f} (two-sided)"
    )
    if rows[0]["coverage_target"]["profile_one_sided"] is not None:
        one = one_sided_threshold(level)
        ax.axhline(one, color="0.5", lw=0.8, ls=":", label=f"Wilks, {one:.3f} (one-sided)")
    ax.errorbar(
        values,
        critical,
        error,
        color="#0072B2",
        marker="o",
        ms=3,
        lw=1,
        elinewidth=0.6,
        label=f"critical value, {100 * level:g} % of toys",
    )
    observed = np.array([row["delta_chi2_observed"] for row in rows])
    ax.plot(values, observed, color="black", lw=1.2, ls="-.", label="data")
    ends = [] if limit is None else [e for e in (limit["lower"], limit["upper"]) if e is not None]
    for k, end in enumerate(ends):
        name = f"Feldman-Cousins, {100 * level:g} %" if k == 0 else None
        ax.axvline(end, color="#009E73", lw=1, ls=(0, (1, 1)), label=name)
    ax.set_ylim(0, 1.8 * max(critical.max(), threshold(level)))
    ax.set_xlabel(f"true {label} [{unit_label(rows[0]['unit'])}]")
    ax.set_ylabel(r"$\Delta\chi^2$")
    ax.set_title(title_of(rows[0]["experiment"]), fontsize=9)
    ax.legend(loc="upper left", fontsize=6.5)
    return ax


def plot_ranks(ax, ranks: np.ndarray, name: str, probability: float, quantities: int = 1):
    """Empirical distribution of ranks less the uniform one, inside ArviZ's simultaneous band.

    Parameters
    ----------
    ax : Axes
    ranks : (n,)
        Between 0 and 1.
    name : str
        Of the quantity.
    probability : float
        That a right sampler stays inside for all quantities.
    quantities : int
        How many there are.

    Returns
    -------
    Axes
    """
    from arviz_stats.ecdf_utils import compute_ecdf

    from ..simulations.calibration import band, each_of

    at, low, high = band(len(ranks), each_of(quantities, probability))
    ecdf = compute_ecdf(ranks, at)
    ax.fill_between(at, low - at, high - at, step="mid", color="0.85", lw=0)
    ax.step(at, ecdf - at, where="mid", color="#0072B2", lw=1)
    ax.axhline(0, color="0.5", lw=0.6)
    ax.set_xlabel(plain(f"rank of {name}"))
    ax.set_ylabel("distribution $-$ uniform")
    ax.set_xlim(0, 1)
    ax.set_xticks([0, 0.5, 1])
    return ax
