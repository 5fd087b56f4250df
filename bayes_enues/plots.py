"""Figures: results and an Axes in, the Axes out. Nothing that matters is computed here."""

import logging
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import matplotlib as mpl
import numpy as np

from .experiment import Experiment

__all__ = ["EXPERIMENT_COLOURS", "figure", "plot_limit", "plot_spectrum", "save", "style"]

#: Colour-blind safe (Okabe & Ito); line styles differ as well, for print.
EXPERIMENT_COLOURS = {"lz_ws2022": "#0072B2", "xenonnt_sr0": "#D55E00", "lz_ws2022+xenonnt_sr0": "#333333"}
OTHER_COLOURS = ("#009E73", "#CC79A7", "#E69F00", "#56B4E9")
LINES = {"lz_ws2022": "-", "xenonnt_sr0": "--", "lz_ws2022+xenonnt_sr0": "-."}
TITLES = {"lz_ws2022": "LZ WS2022", "xenonnt_sr0": "XENONnT SR0", "lz_ws2022+xenonnt_sr0": "LZ + XENONnT"}


@contextmanager
def style():
    """Settings of all figures: sizes of a journal's column, ticks inwards."""
    with mpl.rc_context(
        {
            "figure.dpi": 120,
            "savefig.dpi": 200,
            "font.size": 9,
            "axes.labelsize": 10,
            "legend.fontsize": 8,
            "legend.frameon": False,
            "xtick.direction": "in",
            "ytick.direction": "in",
            "xtick.top": True,
            "ytick.right": True,
            "mathtext.fontset": "cm",
            "pdf.fonttype": 42,
        }
    ):
        yield


def figure(rows: int = 1, columns: int = 1, width: float = 3.4, height: float = 2.7, **options):
    """A figure and its axes, each panel of a given size in inches."""
    import matplotlib.pyplot as plt

    return plt.subplots(
        rows, columns, figsize=(width * columns, height * rows), layout="constrained", **options
    )


def save(fig, path: str | Path) -> list[Path]:
    """Write a figure as PDF and PNG and close it; the paths written.

    No date goes into them: the same results give the same files.
    """
    import matplotlib.pyplot as plt

    logging.getLogger("fontTools").setLevel(logging.ERROR)  # it warns of the date of matplotlib's own fonts

    path = Path(path)
    paths = [path.with_name(path.name + suffix) for suffix in (".pdf", ".png")]
    for target in paths:
        fig.savefig(target, metadata={"CreationDate": None} if target.suffix == ".pdf" else None)
    plt.close(fig)
    return paths


def colour_of(experiment: str, index: int = 0) -> str:
    """The colour of an experiment; a variant or a user's own takes one of the others."""
    return EXPERIMENT_COLOURS.get(experiment, OTHER_COLOURS[index % len(OTHER_COLOURS)])


def title_of(experiment: str) -> str:
    """What a legend calls an experiment."""
    return TITLES.get(experiment, experiment)


def plot_limit(
    ax, row: Mapping, curve: tuple[np.ndarray, np.ndarray], draws: np.ndarray, label: str, index: int = 0
):
    """Delta chi^2 profile (line) and posterior density (steps, on a second axis) of one parameter.

    The density is a histogram of the draws: no kernel smears it over the edge at zero.

    Parameters
    ----------
    ax : Axes
    row : mapping
        A row of ``limits.json``.
    curve : (values, delta_chi2)
    draws : (n,)
        Posterior draws of the parameter.
    label : str
        LaTeX of the parameter.
    index : int
        Decides the colour of an experiment that has none of its own.

    Returns
    -------
    Axes
    """
    colour = colour_of(row["experiment"], index)
    line = LINES.get(row["experiment"], ":")
    ax.plot(*curve, color=colour, ls=line, label=title_of(row["experiment"]))
    density = getattr(ax, "density_axes", None)
    if density is None:
        density = ax.density_axes = ax.twinx()
        density.set_ylabel("posterior density (steps)")
        density.tick_params(right=True)
        ax.set_zorder(density.get_zorder() + 1)
        ax.patch.set_visible(False)
        ax.axhline(row["profile"]["delta_chi2"], color="0.5", lw=0.6)
        ax.set_xlabel(f"{label} [{unit_label(row['unit'])}]")
        ax.set_ylabel(r"$\Delta\chi^2$ (lines)")
        ax.set_ylim(0, 2.6 * row["profile"]["delta_chi2"])
    density.hist(draws, bins=60, density=True, histtype="stepfilled", color=colour, alpha=0.18, lw=0)
    density.hist(draws, bins=60, density=True, histtype="step", color=colour, lw=0.6)
    posterior = row["posterior"]
    if posterior["converged"]:
        for end in (posterior["lower"], posterior["upper"]):
            if end is not None:
                density.axvline(end, color=colour, lw=0.8, ls=(0, (1, 1)), ymax=0.25)
    density.set_ylim(0, None)
    density.margins(y=0.3)
    return ax


def unit_label(unit: str) -> str:
    """A unit in LaTeX."""
    words = {
        "1e-12 mu_B": r"$10^{-12}\,\mu_B$",
        "1e-13 e": r"$10^{-13}\,e$",
        "1e-32 cm2": r"$10^{-32}\,\mathrm{cm}^2$",
    }
    return words.get(unit, unit)


def plot_spectrum(
    ax,
    experiment: Experiment,
    curves: Sequence[tuple[str, np.ndarray]],
    per_keV: bool = True,
    data: bool = True,
):
    """Data with their errors, background, and what each interaction would add up to.

    Parameters
    ----------
    ax : Axes
    experiment : Experiment
    curves : sequence of (label, counts)
        Signal counts per fitted bin; the background is added.
    per_keV : bool
        Draw events per keV instead of events per bin.
    data : bool
        Whether to draw the counts.

    Returns
    -------
    Axes
    """
    width = np.diff(experiment.bin_edges)
    scale = 1 / width if per_keV else np.ones_like(width)
    edges = experiment.bin_edges

    def stairs(values, **options):
        ax.stairs(values * scale, edges, baseline=None, **options)

    ax.stairs(experiment.background * scale, edges, fill=True, color="0.88", label="background")
    for k, (label, counts) in enumerate(curves):
        colour = "black" if k == 0 else OTHER_COLOURS[(k - 1) % 4]
        style = ["-", "--", "-.", ":", (0, (5, 1))][k % 5]
        stairs(experiment.background + counts, label=label, color=colour, ls=style, lw=1.2)
    if data:
        ax.errorbar(
            experiment.centres,
            experiment.counts * scale,
            yerr=experiment.sigma * scale,
            fmt="o",
            ms=2.5,
            lw=0.7,
            color="0.25",
            label=f"{experiment.title} data",
        )
    ax.set_xlabel("reconstructed energy [keV]")
    ax.set_ylabel("events / keV" if per_keV else "events / bin")
    ax.set_xlim(edges[0], edges[-1])
    ax.set_ylim(0, None)
    ax.legend()
    return ax
