"""What all figures share: sizes, colours, panels, the hatching of excluded sides, footnotes, files."""

import logging
import re
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
from cycler import cycler
from matplotlib.figure import Figure

from ..experiments.folder import experiment_title
from ..runs.figures import mark_now

#: The two statistics, everywhere the same: colours that stay apart without red or green.
POSTERIOR, PROFILE = "#0072B2", "#D55E00"
#: Colour, line and marker of each statistic; the profile's one-sided bound is the profile's, dotted and open.
STATISTICS: dict[str, dict[str, Any]] = {
    "posterior": {"color": POSTERIOR, "ls": "--", "marker": "o"},
    "profile": {"color": PROFILE, "ls": "-", "marker": "s"},
    "profile_one_sided": {"color": PROFILE, "ls": ":", "marker": "^"},
}
#: The experiments', none of them a statistic's, with a line each for print in grey.
EXPERIMENT_COLOURS = {"lz_ws2022": "#1B9E77", "xenonnt_sr0": "#762A83", "lz_ws2022+xenonnt_sr0": "#222222"}
OTHER_COLOURS = ("#E69F00", "#56B4E9", "#CC79A7", "#8C510A")
LINES = {"lz_ws2022": "-", "xenonnt_sr0": "--", "lz_ws2022+xenonnt_sr0": "-."}
OTHER_LINES = ((0, (1, 1)), (0, (5, 1, 1, 1)), (0, (7, 2)), (0, (3, 1, 1, 1, 1, 1)))
#: What lines take in turn: a figure of one's own looks like the rest.
CYCLE = (POSTERIOR, PROFILE, "#1B9E77", "#762A83", *OTHER_COLOURS)
CYCLE_LINES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)), (0, (5, 1, 1, 1, 1, 1)))


COMPRESSION = 3  # of a PNG: 5 % larger than by zlib's default, in a third of its time
EXPLAINED = "explained"  # marks what stands in a legend last: what markers and shades mean


@contextmanager
def style() -> Iterator[None]:
    """Settings of all figures: sizes of a journal's column, ticks inwards, colours and lines in turn."""
    cycle = cycler(color=CYCLE) + cycler(linestyle=CYCLE_LINES)
    with mpl.rc_context(
        {
            "axes.prop_cycle": cycle,
            "figure.dpi": 120,
            "hatch.linewidth": 0.5,
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


def stacked(
    n: int, columns: int, width: float = 3.4, height: float = 3.6, heights: tuple[float, float] = (1, 1)
) -> tuple[Figure, list]:
    """A figure with pairs of panels, one above the other on one axis, so many pairs in a row; the pairs."""
    import matplotlib.pyplot as plt

    columns = min(columns, n)
    rows = -(-n // columns)
    fig = plt.figure(figsize=(width * columns, height * rows))
    fig.set_layout_engine("constrained", hspace=0.0, h_pad=0.03)
    outer, pairs = fig.add_gridspec(rows, columns), []
    for k in range(n):
        inner = outer[k // columns, k % columns].subgridspec(2, 1, hspace=0.0, height_ratios=heights)
        bottom = fig.add_subplot(inner[1])
        top = fig.add_subplot(inner[0], sharex=bottom)
        top.tick_params(labelbottom=False)
        pairs.append((top, bottom))
    return fig, pairs


def excluding(angle: float = 60.0, spacing: float = 6.0) -> list:
    """The hatching of a limit: short strokes on the excluded side of a line, its left as it is drawn.

    It goes into ``path_effects`` of a line; a negative angle puts the strokes on the right.
    """
    from matplotlib.patheffects import withTickedStroke

    return [withTickedStroke(spacing=spacing, angle=angle, length=0.8)]


def one_legend(fig: Figure, axes: Sequence, columns: int | None = None, **options) -> Any:
    """One legend above all panels, every word of theirs once, in as many columns as fit."""
    found: dict[str, Any] = {}
    for ax in axes:
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
            found.setdefault(label, handle)
    found = dict(sorted(found.items(), key=lambda entry: getattr(entry[1], "_gid", None) == EXPLAINED))
    if columns is None:  # a letter is nearly half as wide as high, a handle five letters
        size = options.get("fontsize", 8) / 72
        widest = max(len(re.sub(r"\\mathrm|\\[a-zA-Z]{3,}|[$\\{}]", "", label)) for label in found)
        columns = max(1, min(len(found), int(fig.get_figwidth() / (size * (4.5 + 0.47 * widest)))))
    options = {"loc": "outside upper center", "ncols": columns, "columnspacing": 1.2, **options}
    rows = -(-len(found) // options["ncols"])
    _grow(fig, rows * 1.5 * options.get("fontsize", 8) / 72)
    return fig.legend(list(found.values()), list(found), **options)


def _grow(fig: Figure, inches: float) -> None:
    """Room for what stands above or below the panels, which keep their size."""
    fig.set_figheight(fig.get_figheight() + inches)


def footnote(fig: Figure, lines: Sequence[str], size: float = 5.5) -> None:
    """Small print below a figure, wrapped at its width."""
    wide = int(fig.get_figwidth() * 72 / (0.48 * size))
    wrapped = [part for line in lines for part in textwrap.wrap(line, wide, subsequent_indent="  ")]
    if wrapped:
        _grow(fig, len(wrapped) * 1.25 * size / 72)
        text = "\n".join(wrapped)
        fig.supxlabel(text, fontsize=size, x=0.01, ha="left", linespacing=1.25)


def explain(ax: Any, words: str, **look) -> None:
    """A grey entry of the legend that says what a line or marker means, once."""
    if words not in ax.get_legend_handles_labels()[1]:
        ax.plot([], [], **{"color": "0.3", "ls": "none", "ms": 4, **look}, label=words, gid=EXPLAINED)


def level_words(level: float, statistic: str) -> str:
    """``90 % CL`` of a profile, ``90 % CrI`` of a posterior."""
    return f"{100 * level:g} % {'CrI' if statistic == 'posterior' else 'CL'}"


def save(fig: Figure, path: str | Path) -> list[Path]:
    """Write a figure as PDF, PNG and SVG and close it; the paths written.

    No date goes into them: the same results give the same files. Their metadata say what they show, where
    :func:`bayes_enues.runs.figures.drawn` asked for them.
    """
    import matplotlib.pyplot as plt
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.backends.backend_pdf import FigureCanvasPdf
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    logging.getLogger("fontTools").setLevel(logging.ERROR)  # it warns of the date of matplotlib's own fonts

    # The panels are laid out once, at the PNG's resolution: savefig would do so twice a file, and draw twice
    if (dpi := mpl.rcParams["savefig.dpi"]) != "figure":
        fig.set_dpi(dpi)
    for ax in fig.axes:  # a spine finds all ticks of its axis to measure itself, and lies where the axes end
        ax.spines[:].set_in_layout(False)
    if (engine := fig.get_layout_engine()) is not None:
        engine.execute(fig)
        fig.set_layout_engine("none")
    path = Path(path)
    pdf, png, svg = (path.with_name(path.name + suffix) for suffix in (".pdf", ".png", ".svg"))
    mark = mark_now()
    said = {} if mark is None else {"Description": mark}
    FigureCanvasAgg(fig).print_png(png, metadata=said, pil_kwargs={"compress_level": COMPRESSION})
    with mpl.rc_context({"svg.hashsalt": "bayes_enues"}):  # the same names inside, whenever it is drawn
        FigureCanvasSVG(fig).print_svg(svg, metadata=said | {"Date": None})
    said = {} if mark is None else {"Keywords": mark}
    FigureCanvasPdf(fig).print_pdf(pdf, metadata=said | {"CreationDate": None})
    plt.close(fig)
    return [pdf, png, svg]


def colour_of(experiment: str, index: int = 0) -> str:
    """The colour of an experiment; a variant or a user's own takes one of the others."""
    return EXPERIMENT_COLOURS.get(experiment, OTHER_COLOURS[index % len(OTHER_COLOURS)])


def line_of(experiment: str, index: int = 0) -> Any:
    """The line of an experiment, as :func:`colour_of` its colour."""
    return LINES.get(experiment, OTHER_LINES[index % len(OTHER_LINES)])


def plain(text: str) -> str:
    """A name, title or path as a figure shows it letter by letter.

    Matplotlib would read what stands between two dollars as a formula, often after minutes of work as a wrong
    one, and leaves a name that begins with an underscore out of legends.
    """
    return text.replace("$", r"\$").replace("_", " _", text.startswith("_"))


def title_of(experiment: str) -> str:
    """What a legend calls an experiment; a variant's name in words."""
    if not any(mark in experiment for mark in "/\\("):
        experiment = re.sub(r":\w+", lambda found: found[0].replace("_", " "), experiment)
        experiment = experiment.replace(":poisson", ":Poisson")
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
