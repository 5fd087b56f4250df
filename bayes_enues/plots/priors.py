"""Figures of prior sensitivity."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from ..fit.power_scaling import THRESHOLD
from ..results import Limit, PriorStudyRow, grouped, there
from ..runs.beside import read_group, with_curve
from ..runs.rows import interaction_named
from .base import figure, plain, save, style, title_of, unit_label

__all__ = ["PRIOR_COLOURS", "plot_bounds", "plot_power_scaling", "plot_priors", "prior_figures"]

#: Colour-blind safe (Okabe & Ito), with a line of its own each, for print.
PRIOR_COLOURS = ("#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
PRIOR_LINES = ("-", "--", "-.", (0, (5, 1, 1, 1, 1, 1)), ":", (0, (4, 3)), (0, (1, 1)))


def plot_priors(ax: Axes, rows: Sequence[Limit], curves: Sequence[tuple], label: str) -> Axes:
    """Posteriors (thick) under several priors (thin), and the profile likelihood (grey area).

    All are scaled to a peak of one, but the priors, which are scaled to their largest value in view.

    The rows are of one parameter and experiment, the first with the curve of its profile; each has a curve of
    values, density and prior, (n,) each.
    """
    profile = rows[0].profile
    scanned, area = there(profile.values), np.exp(-0.5 * there(profile.delta_chi2))
    ax.fill_between(scanned, area, color="0.88", lw=0, label="profile likelihood")
    low = min(scanned[0], 0.0)
    high = max(scanned[-1], *(1.1 * end for row in rows for end in row.posterior.ends))
    for k, (row, (values, density, prior)) in enumerate(zip(rows, curves, strict=True)):
        colour, line = PRIOR_COLOURS[k % 7], PRIOR_LINES[k % 7]
        inside = (values >= low) & (values <= high)
        ax.plot(
            values[inside],
            density[inside] / density.max(),
            color=colour,
            ls=line,
            label=plain(row.label or ""),
        )
        prior = prior[inside]
        # a log-uniform prior would show in its first percent alone: scale it to its value a little further in
        steep = low == 0 and prior[0] > 20 * prior.mean()
        largest = np.interp(0.03 * high, values[inside], prior) if steep else prior.max()
        ax.plot(values[inside], np.minimum(0.5 * prior / largest, 1.0), color=colour, ls=line, lw=0.5)
        for end in row.posterior.ends:
            ax.plot([end, end], [0, 0.12], color=colour, lw=2)
    ax.set_xlim(low, high)
    ax.set_ylim(0, 1.08)
    ax.set_xlabel(f"{label} [{unit_label(rows[0].unit)}]")
    ax.set_ylabel("density / largest")
    return ax


def plot_bounds(ax: Axes, rows: Sequence[PriorStudyRow], label: str) -> Axes:
    """The bound of each prior with its error, beside both profile bounds (lines), of one experiment."""
    profile = rows[0].profile
    for k, row in enumerate(rows):
        posterior, colour = row.posterior, PRIOR_COLOURS[0] if row.nuisance else PRIOR_COLOURS[k % 7]
        if not posterior.converged:
            continue
        if posterior.kind == "hdi":
            for piece in there(posterior.pieces):
                ax.plot(piece, [k, k], color=colour, lw=2.5, solid_capstyle="butt")
        else:
            ax.errorbar(
                there(posterior.upper), k, xerr=3 * there(posterior.mcse), fmt="o", ms=4, color=colour
            )
        for end in row.exact.ends:
            ax.plot([end], [k], marker="|", ms=11, color="0.4")
    two_sided = f"profile, two-sided {100 * rows[0].level:g} %"
    lines: list[tuple[str | None, float, str]] = [(two_sided, profile.upper, "--")]
    if profile.upper_one_sided is not None:
        lines.append((two_sided.replace("two", "one"), profile.upper_one_sided, ":"))
        ax.set_xlim(0, None)
    else:
        lines.append((None, profile.pieces[0][0], "--"))
    for words, at, line in lines:
        ax.axvline(at, color="0.5", ls=line, lw=1, label=words)
    ax.set_yticks(range(len(rows)), [plain(row.label or "") for row in rows])
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.set_xlabel(f"bound on {label} [{unit_label(rows[0].unit)}]")
    ax.set_title(title_of(rows[0].experiment), fontsize=9)
    return ax


def plot_power_scaling(ax: Axes, limits: Sequence[Limit]) -> Axes:
    """Sensitivity of each posterior to its prior (circles) and to the likelihood (squares)."""
    limits = [one for one in limits if one.power_scaling]
    for k, found in enumerate(there(one.power_scaling) for one in limits):
        prior, likelihood = found.prior_sensitivity, found.likelihood_sensitivity
        ax.plot([prior, likelihood], [k, k], color="0.8", lw=1, zorder=1)
        ax.plot(prior, k, "o", color="#D55E00", ms=5, label="prior" if k == 0 else None)
        square = {"color": "#0072B2", "ms": 4.5, "mfc": "white"}
        ax.plot(likelihood, k, "s", label="likelihood" if k == 0 else None, **square)
    ax.axvline(THRESHOLD, color="0.5", ls=":", lw=1, label=f"{THRESHOLD:g}: sensitive")
    names = [plain(" ".join(filter(None, (one.parameter, one.label)))) for one in limits]
    ax.set_yticks(range(len(limits)), names, fontsize=7)
    ax.set_ylim(len(limits) - 0.5, -0.5)
    ax.set_xlabel("power-scaling sensitivity")
    ax.set_xlim(-0.02, None)
    ax.legend(fontsize=7)
    return ax


def prior_figures(rows: Sequence[PriorStudyRow], folder: Path) -> list[Path]:
    """All posteriors, priors and profiles; all bounds; all power-scaling sensitivities; of one model."""
    kind = interaction_named(rows[0].model)
    own = [row for row in rows if not row.nuisance]
    experiments, parameters = grouped(own, "experiment"), list(grouped(own, "parameter"))
    places = [(experiment, name) for experiment in experiments for name in parameters]
    shape = (len(experiments), len(parameters))

    def curve_of(row):
        found = read_group(folder, row, "quadrature")
        return found[row.parameter].values, found["density"].values, found["prior"].values

    with style():
        groups = grouped(own, "experiment", "parameter")
        fig, axes = figure(*shape, squeeze=False)
        for ax, place in zip(axes.ravel(), places, strict=True):
            first, *others = groups[place]
            curves = [curve_of(row) for row in groups[place]]
            plot_priors(ax, [with_curve(folder, first), *others], curves, kind.label(place[1]))
            ax.set_title(title_of(place[0]), fontsize=9)
        handles, labels = axes[0, 0].get_legend_handles_labels()
        fig.legend(handles, labels, loc="outside upper center", ncols=min(2 * len(parameters), 4))
        paths = save(fig, folder / f"priors_{rows[0].model}")

        groups = grouped(rows, "experiment", "parameter")
        width, height = 2.6 + 1.6 / len(parameters), 0.8 + 0.2 * max(map(len, groups.values()))
        fig, axes = figure(*shape, width=width, height=height, squeeze=False, sharey="row")
        for ax, place in zip(axes.ravel(), places, strict=True):
            plot_bounds(ax, groups[place], kind.label(place[1]))
        fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
        paths += save(fig, folder / f"priors_{rows[0].model}_bounds")

        tall = 0.8 + 0.19 * max(map(len, experiments.values()))
        fig, axes = figure(1, len(experiments), width=4.2, height=tall, squeeze=False)
        for ax, (experiment, mine) in zip(axes[0], experiments.items(), strict=True):
            plot_power_scaling(ax, mine)
            ax.set_title(title_of(experiment), fontsize=9)
        return paths + save(fig, folder / f"power_scaling_{rows[0].model}")
