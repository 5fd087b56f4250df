"""Figures: results and an Axes in, the Axes out. Nothing that matters is computed here."""

import logging
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import matplotlib as mpl
import numpy as np

from ..experiments.experiment import Experiment
from ..reports.wording import experiment_title
from ..statistics import one_sided_threshold

__all__ = [
    "EXPERIMENT_COLOURS",
    "figure",
    "limit_legend",
    "plain",
    "plot_limit",
    "plot_spectrum",
    "save",
    "style",
]

#: Colour-blind safe (Okabe & Ito); line styles differ as well, for print.
EXPERIMENT_COLOURS = {"lz_ws2022": "#0072B2", "xenonnt_sr0": "#D55E00", "lz_ws2022+xenonnt_sr0": "#333333"}
OTHER_COLOURS = ("#009E73", "#CC79A7", "#E69F00", "#56B4E9")
LINES = {"lz_ws2022": "-", "xenonnt_sr0": "--", "lz_ws2022+xenonnt_sr0": "-."}
HISTOGRAM_BINS = 28


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
            # STIX comes with matplotlib, for words and formulas alike; the dates inside its Computer Modern
            # files are broken, and fontTools complains about them at every PDF
            "font.family": "STIXGeneral",
            "mathtext.fontset": "stix",
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


def plain(text: str) -> str:
    """A name, title or path as a figure shows it letter by letter.

    Matplotlib would read what stands between two dollars as a formula, often after minutes of work as a wrong
    one, and leaves a name that begins with an underscore out of legends.
    """
    return text.replace("$", r"\$").replace("_", " _", text.startswith("_"))


def title_of(experiment: str) -> str:
    """What a legend calls an experiment."""
    return plain(experiment_title(experiment))


def plot_limit(
    ax, row: Mapping, curve: tuple[np.ndarray, np.ndarray], draws: np.ndarray, label: str, index: int = 0
):
    """Delta chi^2 profile (line) and posterior density (steps, on a second axis) of one parameter.

    Circles mark the profile bounds on their thresholds, a triangle the posterior bound. The density is a
    histogram of the draws: no kernel smears it over the edge at zero. Rows of several experiments go into the
    same Axes.

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
    profile, posterior = row["profile"], row["posterior"]
    cut = profile["delta_chi2"]
    ends = [end for piece in profile["pieces"] for end in piece]
    low, high = min(0.0, *ends), max(ends)
    low, high = low - 0.25 * (high - low) * (low < 0), high + 0.25 * (high - low)
    density = getattr(ax, "density_axes", None)
    if density is None:
        density = ax.density_axes = ax.twinx()
        density.set_ylabel("posterior density (steps)")
        density.set_ylim(0, 1e-9)
        ax.tick_params(right=False)
        ax.set_zorder(density.get_zorder() + 1)
        ax.patch.set_visible(False)
        ax.set_xlabel(f"{label} [{unit_label(row['unit'])}]")
        ax.set_ylabel(r"$\Delta\chi^2$ (lines)")
        ax.set_ylim(0, 3 * cut)
        ax.set_xlim(low, high)
        for height, style in ((cut, "-"), (_one_sided(row), (0, (4, 2)))):
            if height is not None:
                ax.axhline(height, color="0.6", lw=0.5, ls=style, zorder=0)
                ax.annotate(
                    f"{height:.3g}", (1, height), (-2, 1), ("axes fraction", "data"), color="0.4",
                    textcoords="offset points", ha="right", va="bottom", fontsize=6,
                )  # fmt: skip
    else:
        ax.set_xlim(min(low, ax.get_xlim()[0]), max(high, ax.get_xlim()[1]))

    ax.plot(*curve, color=colour, ls=line, lw=1.3, label=title_of(row["experiment"]))
    mark = {"color": colour, "ls": "none", "ms": 4, "clip_on": False, "zorder": 5}
    inner = [end for end in ends if end != 0 or low < 0]
    ax.plot(inner, [cut] * len(inner), marker="o", **mark)
    if profile["upper_one_sided"] is not None:
        ax.plot([profile["upper_one_sided"]], [_one_sided(row)], marker="o", mfc="white", **mark)

    height, edges = np.histogram(draws, bins=HISTOGRAM_BINS, range=(draws.min(), draws.max()), density=True)
    edges[0] = 0.0 if low == 0 else edges[0]
    density.stairs(height, edges, fill=True, color=colour, alpha=0.13, lw=0)
    density.stairs(height, edges, color=colour, lw=0.6, ls=line)
    density.set_ylim(0, max(density.get_ylim()[1], 1.9 * height.max()))
    if posterior["converged"]:
        bounds = [end for end in (posterior["lower"], posterior["upper"]) if end is not None]
        ax.plot(bounds, [0] * len(bounds), marker="^", **mark)
    return ax


def _one_sided(row: Mapping) -> float | None:
    """Threshold of the one-sided profile bound of a row, if it has one."""
    return one_sided_threshold(row["level"]) if row["profile"]["upper_one_sided"] is not None else None


def limit_legend(fig, ax):
    """One legend above all panels of :func:`plot_limit`: experiments, statistics, bounds."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    grey = {"color": "0.3", "ls": "none", "ms": 4}
    handles = [
        *ax.get_legend_handles_labels()[0],
        Line2D([], [], color="0.3", lw=1.3, label=r"$\Delta\chi^2$ profile"),
        Patch(facecolor="0.85", edgecolor="0.3", lw=0.6, label="posterior density"),
        Line2D([], [], marker="o", label="profile bound, two-sided", **grey),
        Line2D([], [], marker="o", mfc="white", label="profile bound, one-sided", **grey),
        Line2D([], [], marker="^", label="posterior bound", **grey),
    ]
    return fig.legend(handles=handles, loc="outside upper center", ncols=4 if fig.get_figwidth() > 5 else 2)


def unit_label(unit: str) -> str:
    """A unit in LaTeX."""
    words = {
        "1e-12 mu_B": r"$10^{-12}\,\mu_B$",
        "1e-13 e": r"$10^{-13}\,e$",
        "1e-32 cm2": r"$10^{-32}\,\mathrm{cm}^2$",
    }
    return words.get(unit) or plain(unit)


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
    ax.set_xlabel("reconstructed energy [keV]")
    ax.set_ylabel("events / keV" if per_keV else "events / bin")
    ax.set_xlim(edges[0], edges[-1])
    ax.set_ylim(0, 1.35 * top)
    ax.legend(loc="upper right", ncols=2, columnspacing=1.0)
    return ax
