"""Figures of prior sensitivity."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from ..interactions.named import interaction_named
from ..results import Limit, PowerScaling, PriorStudyRow, grouped, there
from ..runs.beside import read_group, with_curve
from .base import (
    STATISTICS,
    explain,
    figure,
    level_words,
    one_legend,
    save,
    stacked,
    style,
    title_of,
    unit_label,
)  # fmt: skip
from .words import in_words, prior_words

#: None of them a statistic's or an experiment's, with a line of its own each, for print in grey.
PRIOR_COLOURS = ("#000000", "#332288", "#E69F00", "#8C510A", "#CC79A7", "#56B4E9", "#882255")
PRIOR_LINES = ("-", "--", "-.", (0, (5, 1, 1, 1, 1, 1)), ":", (0, (9, 3)), (0, (1, 1)))


def plot_priors(
    axes: tuple[Axes, Axes], rows: Sequence[Limit], curves: Sequence[tuple], label: str
) -> tuple[Axes, Axes]:
    """Priors in the upper panel, the posteriors that they give in the lower one, with the profile likelihood.

    A prior has an area of one over what is in view, in units of the flat one's height there, so that only its
    shape counts; what rises above the panel is cut. Posteriors are scaled to a peak of one. A short line at
    the bottom is the posterior's bound.

    The rows are of one parameter and experiment, the first with the curve of its profile; each has a curve of
    values, density and prior, (n,) each.
    """
    top, bottom = axes
    profile = rows[0].profile
    scanned, area = there(profile.values), np.exp(-0.5 * there(profile.delta_chi2))
    bottom.fill_between(scanned, area, color="0.88", lw=0, label="profile likelihood")
    low = min(scanned[0], 0.0)
    high = max(scanned[-1], *(1.1 * end for row in rows for end in row.posterior.ends))
    for k, (row, (values, density, prior)) in enumerate(zip(rows, curves, strict=True)):
        look = {"color": PRIOR_COLOURS[k % 7], "ls": PRIOR_LINES[k % 7], "lw": 1.2}
        inside = (values >= low) & (values <= high)
        values, density, prior = values[inside], density[inside] / density.max(), prior[inside]
        share = np.trapezoid(prior, values)
        top.plot(values, prior * (values[-1] - values[0]) / share, **look)
        bottom.plot(values, density, label=_prior_of(row), **look)
        for end in row.posterior.ends:
            bottom.plot([end, end], [0, 0.12], color=look["color"], lw=2, ls="-")
    explain(bottom, f"{level_words(rows[0].level, 'posterior')} bound", marker="|", ms=8, mew=2)
    bottom.set_xlim(low, high)
    bottom.set_ylim(0, 1.08)
    top.set_ylim(0, 4)
    bottom.set_xlabel(f"{label} [{unit_label(rows[0].unit)}]")
    bottom.set_ylabel("posterior / largest")
    top.set_ylabel("prior / flat")
    return top, bottom


def _prior_of(row: Limit) -> str:
    """What a row varies, in words: its prior, or the width of a nuisance."""
    label = row.label or "flat"
    return prior_words(label, interaction_named(row.model).signed) or in_words(label)


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
            error = 3 * there(posterior.mcse)
            ax.errorbar(there(posterior.upper), k, xerr=error, fmt="o", ms=4, color=colour)
        for end in row.exact.ends:
            ax.plot([end], [k], marker="|", ms=11, color="0.4", ls="none")
    credible = level_words(rows[0].level, "posterior")
    if any(row.posterior.kind == "upper" for row in rows):
        explain(ax, f"{credible}, draws; bar: 3 Monte Carlo errors", marker="o")
    else:
        explain(ax, f"{credible}, highest density, draws", ls="-", lw=2.5)
    explain(ax, f"{credible}, quadrature", marker="|", ms=11, color="0.4")
    two_sided = f"profile, two-sided {level_words(rows[0].level, 'profile')}"
    lines: list[tuple[str | None, float, Any]] = [(two_sided, profile.upper, STATISTICS["profile"]["ls"])]
    if profile.upper_one_sided is not None:
        lines.append((two_sided.replace("two", "one"), profile.upper_one_sided, ":"))
        ax.set_xlim(0, None)
    else:
        lines.append((None, profile.pieces[0][0], STATISTICS["profile"]["ls"]))
    for words, at, line in lines:
        ax.axvline(at, color=STATISTICS["profile"]["color"], ls=line, lw=1, label=words, zorder=1)
    ax.set_yticks(range(len(rows)), [_prior_of(row) for row in rows])
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.set_xlabel(f"bound on {label} [{unit_label(rows[0].unit)}]")
    ax.set_title(title_of(rows[0].experiment), fontsize=9)
    return ax


def plot_power_scaling(ax: Axes, limits: Sequence[Limit]) -> Axes:
    """Sensitivity of each posterior to its prior (circles) and to the likelihood (squares)."""
    limits = [one for one in limits if one.power_scaling]
    for k, found in enumerate(there(one.power_scaling) for one in limits):
        prior, likelihood = found.prior_sensitivity, found.likelihood_sensitivity
        ax.plot([prior, likelihood], [k, k], color="0.8", lw=1, ls="-", zorder=1)
        ax.plot(prior, k, "o", color="#E69F00", ms=5, label="to the prior" if k == 0 else None)
        square = {"color": "#333333", "ms": 4.5, "mfc": "white"}
        ax.plot(likelihood, k, "s", label="to the likelihood" if k == 0 else None, **square)
    limit = PowerScaling.SENSITIVE
    ax.axvline(limit, color="0.5", ls=":", lw=1, label=f"above {limit:g}: sensitive")
    kind = interaction_named(limits[0].model) if limits else None
    names = [f"{kind.label(one.parameter)}, {_prior_of(one)}" for one in limits if kind is not None]
    ax.set_yticks(range(len(limits)), names, fontsize=7)
    ax.set_ylim(len(limits) - 0.5, -0.5)
    ax.set_xlabel("power-scaling sensitivity")
    ax.set_xlim(-0.02, None)
    return ax


def posteriors_figure(rows: Sequence[PriorStudyRow], path: Path) -> list[Path]:
    """All posteriors, priors and profiles of one model, from rows of the path's folder."""
    kind, groups, places, across = _places([row for row in rows if not row.nuisance])

    def curve_of(row):
        found = read_group(path.parent, row, "quadrature")
        return found[row.parameter].values, found["density"].values, found["prior"].values

    with style():
        fig, axes = stacked(len(places), across)
        for pair, place in zip(axes, places, strict=True):
            first, *others = groups[place]
            curves = [curve_of(row) for row in groups[place]]
            plot_priors(pair, [with_curve(path.parent, first), *others], curves, kind.label(place[1]))
            pair[0].set_title(title_of(place[0]), fontsize=9)
        one_legend(fig, [axes[0][1]])
        return save(fig, path)


def bounds_figure(rows: Sequence[PriorStudyRow], path: Path) -> list[Path]:
    """All bounds of one model, those under other priors of nuisances too."""
    _, _, places, across = _places([row for row in rows if not row.nuisance])
    kind, groups, _, _ = _places(rows)
    width, height = 2.6 + 1.8 / across, 0.8 + 0.2 * max(map(len, groups.values()))
    with style():
        fig, axes = figure(
            len(places) // across, across, width=width, height=height, squeeze=False, sharey="row"
        )
        for ax, place in zip(axes.ravel(), places, strict=True):
            plot_bounds(ax, groups[place], kind.label(place[1]))
        one_legend(fig, [axes[0, 0]], fontsize=7)
        return save(fig, path)


def power_scaling_figure(rows: Sequence[PriorStudyRow], path: Path) -> list[Path]:
    """All power-scaling sensitivities of one model."""
    experiments = grouped([row for row in rows if not row.nuisance], "experiment")
    tall = 1.0 + 0.19 * max(map(len, experiments.values()))
    with style():
        fig, axes = figure(len(experiments), 1, width=4.4, height=tall, squeeze=False)
        for ax, (experiment, mine) in zip(axes[:, 0], experiments.items(), strict=True):
            plot_power_scaling(ax, mine)
            ax.set_title(title_of(experiment), fontsize=9)
        one_legend(fig, [axes[0, 0]])
        return save(fig, path)


def _places(rows: Sequence[PriorStudyRow]) -> tuple[Any, dict, list[tuple[str, str]], int]:
    """The interaction, rows by experiment and parameter, all pairs of these, and how many parameters."""
    parameters = list(grouped(rows, "parameter"))
    places = [(experiment, name) for experiment in grouped(rows, "experiment") for name in parameters]
    kind = interaction_named(rows[0].model)
    return kind, grouped(rows, "experiment", "parameter"), places, len(parameters)
