"""Figures of predictive checks."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from scipy.stats import binom

from ..experiments.experiment import Experiment
from ..results import Check, there
from ..runs.beside import with_arrays
from .base import POSTERIOR, figure, one_legend, plain, save, style

BLUE, DATA = POSTERIOR, "black"


def plot_bands(ax: Axes, check: Check, experiment: Experiment) -> Axes:
    """Counts with the central 68 and 95 % of what is predicted, Poisson or Gaussian noise included."""
    edges, bands = experiment.bin_edges, there(check.bands)
    for low, high, grey, label in ((0, 4, "0.88", "95 %"), (1, 3, "0.72", "68 %")):
        ax.stairs(bands[high], edges, baseline=bands[low], fill=True, color=grey, label=f"{label} predicted")
    ax.stairs(bands[2], edges, baseline=None, color=BLUE, lw=1, ls="-", label="median predicted")
    ax.plot(experiment.centres, there(check.observed), "o", ls="none", ms=2.8, color="black", label="data")
    ax.set_xlim(edges[0], edges[-1])
    ax.set_ylim(min(0, bands[0].min()), None)
    ax.set_xlabel(plain(experiment.axis))
    ax.set_ylabel("events / bin")
    ax.set_title(plain(f"{experiment.title}, {check.group} predictive"), fontsize=9)
    return ax


def plot_pit(ax: Axes, check: Check) -> Axes:
    """Distribution of the bins' integral transforms less the uniform one, with its pointwise 95 % band."""
    n = check.pit.size
    x, coarse = np.linspace(0, 1, 201), np.linspace(0, 1, 41)
    band = binom.ppf([[0.025], [0.975]], n, coarse) / n - coarse
    ax.fill_between(coarse, *band, color="0.88", lw=0, label="95 % of uniform, pointwise")
    empirical = np.searchsorted(np.sort(check.pit), x, side="right") / n
    ax.step(
        x, empirical - x, where="post", color=BLUE, lw=1.2, ls="-", label="integral transforms of the bins"
    )
    ax.axhline(0, color="0.4", lw=0.6, ls="-")
    ax.set_xlim(0, 1)
    ax.set_xlabel("probability integral transform")
    ax.set_ylabel("ECDF $-$ uniform")
    ax.set_title(f"{n} bins", fontsize=9)
    return ax


def plot_deviance(ax: Axes, check: Check) -> Axes:
    """Deviance of predicted counts against that of the data, draw by draw; the p-value is the share above."""
    data, predicted = there(check.deviance)
    top = float(np.quantile([data, predicted], 0.995))
    bins = np.linspace(0, top, 60).tolist()
    ax.hist(predicted, bins, density=True, color="0.8", label="deviance of predicted counts")
    ax.hist(data, bins, density=True, histtype="step", color=DATA, lw=1.2, label="deviance of the data")
    ax.set_xlim(0, top)
    ax.set_xlabel("deviance")
    ax.set_ylabel("density")
    ax.set_title(f"$p$ = {check.p_value:.3f}", fontsize=9)
    return ax


def checks_figure(checks: Sequence[Check], experiments: Sequence[Experiment], path: Path) -> list[Path]:
    """A row of panels a check: bands, integral transforms, deviance; from rows of the path's folder."""
    by_name = {e.name: e for e in experiments}
    with style():
        fig, axes = figure(len(checks), 3, 2.35, 2.1, squeeze=False)
        for (left, middle, right), found in zip(axes, checks, strict=True):
            found = with_arrays(path.parent, found)
            plot_bands(left, found, by_name[found.experiment])
            plot_pit(middle, found)
            plot_deviance(right, found)
        one_legend(fig, axes[0], fontsize=7)
        return save(fig, path)
