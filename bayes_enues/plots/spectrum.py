"""Spectra: data, background and what interactions add, after a fit or before it (Fig. 1 of the paper)."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes

from ..experiments.counts import signal_counts
from ..experiments.experiment import Experiment
from ..interactions import Interaction
from .base import CYCLE_LINES, explain, figure, plain, save, stacked, style, title_of
from .words import in_words

if TYPE_CHECKING:  # its room imports PyMC, which figures of stored results can do without
    from ..studies.fitted import FittedSpectrum

DATA: dict[str, Any] = {"fmt": "o", "ms": 2.5, "lw": 0.7, "color": "0.25"}
#: Of curves in turn: the Standard Model is black, and none is a statistic's or an experiment's.
SIGNAL_COLOURS = ("black", "#332288", "#E69F00", "#CC79A7", "#8C510A")


def plot_spectrum(
    ax: Axes,
    experiment: Experiment,
    curves: Sequence[tuple[str, np.ndarray]],
    per_keV: bool = True,
    data: bool = True,
) -> Axes:
    """Data with their errors, background, and what each interaction would add up to.

    ``curves`` are pairs of a label and signal counts per fitted bin, to which the background is added. Events
    are drawn per keV or per bin, as they are where bins are no energies, with the counts of the data or
    without.
    """
    per_keV = per_keV and not experiment.settings.bins.axis
    width = np.diff(experiment.bin_edges)
    scale = 1 / width if per_keV else np.ones_like(width)
    edges = experiment.bin_edges

    def stairs(values, **options):
        ax.stairs(values * scale, edges, baseline=None, **options)

    ax.stairs(
        experiment.background * scale, edges, fill=True, color="0.88", label="background before the fit"
    )
    top = 0.0
    for k, (label, counts) in enumerate(curves):
        look = {"color": SIGNAL_COLOURS[k % 5], "ls": CYCLE_LINES[k % 5]}
        stairs(experiment.background + counts, label=label, lw=1.2, **look)
        top = max(top, np.max((experiment.background + counts) * scale))
    if data:
        words = plain(f"{experiment.title} data, {_errors(experiment)}")
        counts, errors = experiment.counts * scale, experiment.sigma * scale
        ax.errorbar(experiment.centres, counts, errors, **DATA, label=words)
        top = max(top, np.max((experiment.counts + experiment.sigma) * scale))
    ax.set_xlabel(plain(experiment.axis))
    ax.set_ylabel("events / keV" if per_keV else "events / bin")
    ax.set_xlim(edges[0], edges[-1])
    ax.set_ylim(0, (1.15 + 0.1 * len(curves)) * top)
    ax.legend(loc="upper right", fontsize=7)
    return ax


def _errors(experiment: Experiment) -> str:
    """What the error bars are."""
    kind = experiment.settings.bins.errors
    return {"sqrt": r"error $\sqrt{N}$", "garwood": "68 % Garwood errors"}.get(kind, "published errors")


def plot_fitted(
    axes: tuple[Axes, Axes], spectra: Sequence[tuple[str, "FittedSpectrum"]], per_keV: bool = True
) -> tuple[Axes, Axes]:
    """An experiment after the fit, in two panels: counts with components and bands above, pulls below.

    ``spectra`` are pairs of a label and a fit of the same experiment, the first with its components, its band
    and its pulls; every one with its band and chi^2 over the number of bins.
    """
    top, bottom = axes
    first = spectra[0][1]
    e = first.experiment
    per_keV = per_keV and not e.settings.bins.axis
    scale = 1 / np.diff(e.bin_edges) if per_keV else np.ones(e.n_bins)
    floor = np.zeros(e.n_bins)
    for k, (name, counts) in enumerate(first.components.items()):
        grey = f"{0.88 - 0.12 * (k % 5):.2f}"
        stacks = {"baseline": floor * scale, "fill": True, "color": grey, "lw": 0}
        top.stairs((floor + counts) * scale, e.bin_edges, label=f"{in_words(name)}, fitted", **stacks)
        floor = floor + counts
    highest = 0.0
    for k, (label, fitted) in enumerate(spectra):
        colour, line = SIGNAL_COLOURS[k % 5], CYCLE_LINES[k % 5]
        band = {"baseline": fitted.low * scale, "fill": True, "color": colour, "alpha": 0.2, "lw": 0}
        top.stairs(fitted.high * scale, e.bin_edges, **band)
        words = rf"{label}, $\chi^2$ / bins = {fitted.chi2:.1f} / {fitted.bins}"
        look = {"color": colour, "ls": line, "lw": 1.2}
        top.stairs(fitted.total * scale, e.bin_edges, baseline=None, label=words, **look)
        bottom.stairs(fitted.pulls, e.bin_edges, baseline=None, **look)
        highest = max(highest, np.max(fitted.high * scale), np.max((e.counts + e.sigma) * scale))
    top.errorbar(e.centres, e.counts * scale, e.sigma * scale, **DATA, label=f"data, {_errors(e)}")
    explain(top, "68 % band of the fitted nuisances", ls="-", lw=6, alpha=0.3)
    bottom.axhspan(-1, 1, color="0.92", lw=0, zorder=0)
    bottom.axhline(0, color="0.5", lw=0.6, ls="-")
    top.set_ylabel("events / keV" if per_keV else "events / bin")
    top.set_ylim(0, 1.08 * highest)
    top.set_title(title_of(e.name), fontsize=9)
    reach = max(3.2, *(1.1 * np.max(np.abs(fitted.pulls)) for _, fitted in spectra))
    bottom.set_ylim(-reach, reach)
    bottom.set_xlim(e.bin_edges[0], e.bin_edges[-1])
    bottom.set_xlabel(plain(e.axis))
    bottom.set_ylabel(r"pull [$\sigma$]")
    return top, bottom


def fitted_figure(
    fits: Sequence[tuple[str, Sequence["FittedSpectrum"]]], path: Path, columns: int = 2
) -> list[Path]:
    """A pair of panels an experiment, each fit of which has the same experiments in the same order."""
    with style():
        n = len(fits[0][1])
        fig, pairs = stacked(n, columns, width=3.6, height=4.6, heights=(2.4, 1))
        for k, pair in enumerate(pairs):
            plot_fitted(pair, [(label, spectra[k]) for label, spectra in fits])
            handles, words = pair[0].get_legend_handles_labels()
            pair[0].set_ylim(0, (1.1 + 0.085 * len(words)) * pair[0].get_ylim()[1])
            pair[0].legend(handles, words, loc="upper right", fontsize=6)
        return save(fig, path)


def spectra_figure(
    experiments: Sequence[Experiment], signals: Sequence[tuple[str, Interaction]], path: Path
) -> list[Path]:
    """A panel an experiment, with the counts that each interaction predicts."""
    with style():
        fig, axes = figure(1, len(experiments), width=3.6, height=3.2, squeeze=False)
        for ax, e in zip(axes[0], experiments, strict=True):
            plot_spectrum(ax, e, [(label, signal_counts(e, interaction)) for label, interaction in signals])
        return save(fig, path)
