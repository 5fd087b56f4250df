"""Figures of two parameters at a time, from the rows of ``regions.json``."""

from collections.abc import Mapping, Sequence

import numpy as np

from . import LINES, colour_of, title_of, unit_label

__all__ = ["plot_region"]


def plot_region(ax, rows: Sequence[Mapping], labels: Sequence[str]):
    """Regions of one plane from several experiments.

    The credible region is shaded, with a dotted edge; the Delta chi^2 contour is a line of the experiment's
    own pattern, so that the two statistics stay apart in print.

    Parameters
    ----------
    ax : Axes
    rows : sequence of mapping
        Rows of ``regions.json`` of one plane.
    labels : two str
        LaTeX of the parameters.

    Returns
    -------
    Axes
    """
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    for index, row in enumerate(rows):
        colour = colour_of(row["experiment"], index)
        shaded = [_closed(contour) for contour in row["posterior"]["contours"]]
        if shaded:  # one compound path: a hole in an annulus stays empty
            path = Path.make_compound_path(*[Path(v) for v in shaded])
            ax.add_patch(PathPatch(path, facecolor=colour, alpha=0.12, lw=0))
        for contour in row["posterior"]["contours"]:
            ax.plot(*np.transpose(contour["vertices"]), color=colour, lw=0.8, ls=":")
        for k, contour in enumerate(row["profile"]["contours"]):
            ax.plot(
                *np.transpose(contour["vertices"]),
                color=colour,
                lw=1.2,
                ls=LINES.get(row["experiment"], "-"),
                label=title_of(row["experiment"]) if k == 0 else None,
            )
        ax.plot(*row["profile"]["best_fit"], "+", color=colour, ms=5, clip_on=False)
    unit = unit_label(rows[0]["unit"])
    ax.set_xlabel(f"{labels[0]} [{unit}]")
    ax.set_ylabel(f"{labels[1]} [{unit}]")
    if all(_corner(row) for row in rows):
        ax.set_xlim(0, None)
        ax.set_ylim(0, None)
    return ax


def _corner(row) -> bool:
    return all(np.min(c["vertices"]) >= 0 for c in row["profile"]["contours"])


def _closed(contour) -> np.ndarray:
    """A contour as a polygon: one that runs from axis to axis closes through the corner at zero."""
    vertices = np.asarray(contour["vertices"], float)
    if contour["closed"]:
        return vertices
    return np.concatenate([vertices, [[0.0, 0.0]], vertices[:1]])
