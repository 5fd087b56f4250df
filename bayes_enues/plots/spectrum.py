"""Spectra: data, background and what interactions add (Fig. 1 of the paper)."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from ..experiments.counts import signal_counts
from ..experiments.experiment import Experiment
from ..interactions import Interaction
from .base import OTHER_COLOURS, figure, plain, save, style

__all__ = ["plot_spectrum", "spectra_figure"]


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
        colour = "black" if k == 0 else OTHER_COLOURS[(k - 1) % 4]
        style = ["-", "--", "-.", ":", (0, (5, 1))][k % 5]
        stairs(experiment.background + counts, label=label, color=colour, ls=style, lw=1.2)
        top = max(top, np.max((experiment.background + counts) * scale))
    if data:
        ax.errorbar(
            experiment.centres,
            experiment.counts * scale,
            yerr=experiment.sigma * scale,
            fmt="o",
            ms=2.5,
            lw=0.7,
            color="0.25",
            label=plain(f"{experiment.title} data"),
        )
        top = max(top, np.max((experiment.counts + experiment.sigma) * scale))
    ax.set_xlabel(plain(experiment.axis))
    ax.set_ylabel("events / keV" if per_keV else "events / bin")
    ax.set_xlim(edges[0], edges[-1])
    ax.set_ylim(0, 1.35 * top)
    ax.legend(loc="upper right", ncols=2, columnspacing=1.0)
    return ax


def spectra_figure(
    experiments: Sequence[Experiment], signals: Sequence[tuple[str, Interaction]], path: Path
) -> list[Path]:
    """A panel an experiment, with the counts that each interaction predicts."""
    with style():
        fig, axes = figure(1, len(experiments), width=4.2, height=3.2, squeeze=False)
        for ax, e in zip(axes[0], experiments, strict=True):
            plot_spectrum(ax, e, [(label, signal_counts(e, interaction)) for label, interaction in signals])
        return save(fig, path)
