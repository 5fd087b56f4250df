"""What all figures share: sizes, colours, titles, panels, files."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from ..reports.wording import experiment_title

__all__ = [
    "EXPERIMENT_COLOURS", "LINES", "OTHER_COLOURS", "colour_of", "figure", "panels", "plain", "save",
    "style", "title_of", "unit_label",
]  # fmt: skip

#: Colour-blind safe (Okabe & Ito); line styles differ as well, for print.
EXPERIMENT_COLOURS = {"lz_ws2022": "#0072B2", "xenonnt_sr0": "#D55E00", "lz_ws2022+xenonnt_sr0": "#333333"}
OTHER_COLOURS = ("#009E73", "#CC79A7", "#E69F00", "#56B4E9")
LINES = {"lz_ws2022": "-", "xenonnt_sr0": "--", "lz_ws2022+xenonnt_sr0": "-."}


@contextmanager
def style() -> Iterator[None]:
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


def figure(
    rows: int = 1, columns: int = 1, width: float = 3.4, height: float = 2.7, **options
) -> tuple[Figure, Any]:
    """A figure and its axes, each panel of a given size in inches."""
    import matplotlib.pyplot as plt

    return plt.subplots(
        rows, columns, figsize=(width * columns, height * rows), layout="constrained", **options
    )


def panels(names: Sequence, columns: int, **size) -> tuple[Figure, Any]:
    """A figure with one panel for each name, so many in a row; the figure and the panels' axes."""
    columns = min(columns, len(names))
    fig, axes = figure(-(-len(names) // columns), columns, squeeze=False, **size)
    for ax in axes.ravel()[len(names) :]:
        ax.set_visible(False)
    return fig, list(axes.ravel()[: len(names)])


def save(fig: Figure, path: str | Path, mark: str | None = None) -> list[Path]:
    """Write a figure as PDF and PNG and close it; the paths written.

    No date goes into them: the same results give the same files. A mark goes into their metadata and says
    what they show.
    """
    import matplotlib.pyplot as plt

    logging.getLogger("fontTools").setLevel(logging.ERROR)  # it warns of the date of matplotlib's own fonts

    path = Path(path)
    paths = [path.with_name(path.name + suffix) for suffix in (".pdf", ".png")]
    for target in paths:
        said = {} if mark is None else {"Keywords" if target.suffix == ".pdf" else "Description": mark}
        fig.savefig(target, metadata=said | ({"CreationDate": None} if target.suffix == ".pdf" else {}))
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


def unit_label(unit: str) -> str:
    """A unit in LaTeX."""
    words = {
        "1e-12 mu_B": r"$10^{-12}\,\mu_B$",
        "1e-13 e": r"$10^{-13}\,e$",
        "1e-32 cm2": r"$10^{-32}\,\mathrm{cm}^2$",
        "1e-9 /keV": r"$10^{-9}/\mathrm{keV}$",
    }
    return words.get(unit) or plain(unit)
