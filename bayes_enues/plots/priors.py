"""Figures of prior sensitivity: results and an Axes in, the Axes out."""

from collections.abc import Mapping, Sequence

import numpy as np

from ..fit.power_scaling import THRESHOLD
from . import plain, title_of, unit_label

__all__ = ["PRIOR_COLOURS", "plot_bayes_factors", "plot_bounds", "plot_power_scaling", "plot_priors"]

#: Colour-blind safe (Okabe & Ito), with a line of its own each, for print.
PRIOR_COLOURS = ("#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
PRIOR_LINES = ("-", "--", "-.", (0, (5, 1, 1, 1, 1, 1)), ":", (0, (4, 3)), (0, (1, 1)))


def plot_priors(ax, label: str, unit: str, curves: Sequence[tuple[str, Mapping]], profile, x_max=None):
    """Posteriors (thick) under several priors (thin), and the profile likelihood (grey area).

    All are scaled to a peak of one, but the priors, which are scaled to their largest value in view.

    Parameters
    ----------
    ax : Axes
    label, unit : str
        Of the parameter: LaTeX, and as in ``limits.json``.
    curves : sequence of (name, curve)
        A curve has ``values``, ``density``, ``prior`` (n,) and the ``ends`` of its bound.
    profile : (values, delta_chi2)
    x_max : float, optional

    Returns
    -------
    Axes
    """
    values, delta = profile
    ax.fill_between(values, np.exp(-0.5 * delta), color="0.88", lw=0, label="profile likelihood")
    low = min(values[0], 0.0)
    high = max(values[-1], x_max or 0.0)
    for k, (name, curve) in enumerate(curves):
        colour, line = PRIOR_COLOURS[k % 7], PRIOR_LINES[k % 7]
        inside = (curve["values"] >= low) & (curve["values"] <= high)
        x = curve["values"][inside]
        ax.plot(
            x, curve["density"][inside] / curve["density"].max(), color=colour, ls=line, label=plain(name)
        )
        prior = curve["prior"][inside]
        # a log-uniform prior would show in its first percent alone: scale it to its value a little further in
        steep = low == 0 and prior[0] > 20 * prior.mean()
        largest = np.interp(0.03 * high, x, prior) if steep else prior.max()
        ax.plot(x, np.minimum(0.5 * prior / largest, 1.0), color=colour, ls=line, lw=0.5)
        for end in curve["ends"]:
            ax.plot([end, end], [0, 0.12], color=colour, lw=2)
    ax.set_xlim(low, high)
    ax.set_ylim(0, 1.08)
    ax.set_xlabel(f"{label} [{unit_label(unit)}]")
    ax.set_ylabel("density / largest")
    return ax


def plot_bounds(ax, rows: Sequence[Mapping]):
    """The bound of each prior with its error, beside both profile bounds (lines), of one experiment.

    Parameters
    ----------
    ax : Axes
    rows : sequence of mapping
        Of ``priors.json``.

    Returns
    -------
    Axes
    """
    profile = rows[0]["profile"]
    for k, row in enumerate(rows):
        posterior, colour = row["posterior"], PRIOR_COLOURS[0] if row["nuisance"] else PRIOR_COLOURS[k % 7]
        if not posterior["converged"]:
            continue
        if posterior["kind"] == "hdi":
            for piece in posterior["pieces"]:
                ax.plot(piece, [k, k], color=colour, lw=2.5, solid_capstyle="butt")
            ax.plot([row["exact"]["lower"]], [k], marker="|", ms=11, color="0.4")
        else:
            ax.errorbar(posterior["upper"], k, xerr=3 * posterior["mcse"], fmt="o", ms=4, color=colour)
        ax.plot([row["exact"]["upper"]], [k], marker="|", ms=11, color="0.4")
    two_sided = f"profile, two-sided {100 * rows[0]['level']:g} %"
    lines = [(two_sided, profile["pieces"][-1][1], "--")]
    if profile["upper_one_sided"] is not None:
        lines.append((two_sided.replace("two", "one"), profile["upper_one_sided"], ":"))
        ax.set_xlim(0, None)
    else:
        lines.append((None, profile["pieces"][0][0], "--"))
    for label, at, line in lines:
        ax.axvline(at, color="0.5", ls=line, lw=1, label=label)
    ax.set_yticks(range(len(rows)), [plain(row["label"]) for row in rows])
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.set_xlabel(f"bound [{unit_label(rows[0]['unit'])}]")
    ax.set_title(title_of(rows[0]["experiment"]), fontsize=9)
    return ax


def plot_power_scaling(ax, rows: Sequence[Mapping]):
    """Sensitivity of each posterior to its prior (circles) and to the likelihood (squares).

    Parameters
    ----------
    ax : Axes
    rows : sequence of mapping
        Rows with ``power_scaling``, from ``limits.json`` or ``priors.json``.

    Returns
    -------
    Axes
    """
    rows = [row for row in rows if row.get("power_scaling")]
    for k, row in enumerate(rows):
        scaling = row["power_scaling"]
        ax.plot([scaling["prior"], scaling["likelihood"]], [k, k], color="0.8", lw=1, zorder=1)
        ax.plot(scaling["prior"], k, "o", color="#D55E00", ms=5, label="prior" if k == 0 else None)
        square = {"color": "#0072B2", "ms": 4.5, "mfc": "white"}
        ax.plot(scaling["likelihood"], k, "s", label="likelihood" if k == 0 else None, **square)
    ax.axvline(THRESHOLD, color="0.5", ls=":", lw=1, label=f"{THRESHOLD:g}: sensitive")
    ax.set_yticks(
        range(len(rows)),
        [plain(" ".join(filter(None, (r["parameter"], r.get("label"))))) for r in rows],
        fontsize=7,
    )
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.set_xlabel("power-scaling sensitivity")
    ax.set_xlim(-0.02, None)
    ax.legend(fontsize=7)
    return ax


def plot_bayes_factors(ax, scans, results: Mapping, unit: str, label: str):
    """ln B against the width of the prior, with the value at the prior in use and Jeffreys' scale.

    Parameters
    ----------
    ax : Axes
    scans : sequence of WidthScan
    results : mapping
        Of :mod:`bayes_enues.studies.evidence`: ``width`` of the prior in use, and ln B by ``quadrature``,
        ``savage_dickey`` and ``smc`` (None where it was not computed).
    unit, label : str

    Returns
    -------
    Axes
    """
    for scan, line, colour in zip(scans, ("-", "--", "-."), ("#0072B2", "#D55E00", "#009E73"), strict=False):
        ax.semilogx(scan.widths, scan.log_bayes_factors, ls=line, color=colour, label=scan.family)
    styles = (("quadrature", "o", "black"), ("savage_dickey", "x", "#CC79A7"), ("smc", "+", "#E69F00"))
    for name, marker, colour in styles:
        if results.get(name) is not None:
            ax.plot(results["width"], results[name], marker, color=colour, ms=7, label=name.replace("_", "-"))
    low, high = ax.get_ylim()
    for value in (-np.log(10), -np.log(3), 0.0, np.log(3), np.log(10)):
        if low < value < high:
            ax.axhline(value, color="0.8", lw=0.6, zorder=0)
    ax.axhline(0, color="0.4", lw=0.8)
    ax.set_xlabel(f"width of the prior of {label} [{unit_label(unit)}]")
    ax.set_ylabel(r"$\ln B$ (new physics / Standard Model)")
    ax.legend(fontsize=7)
    return ax
