"""One parameter, several experiments: Delta chi^2 profiles and posterior densities, from stored rows."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import xarray as xr

from ..runs.rows import interaction_named
from ..runs.store import draws_file
from ..statistics import one_sided_threshold
from . import LINES, colour_of, title_of, unit_label

__all__ = ["plot_profiles"]

BINS = 80


def plot_profiles(ax, rows: Sequence[Mapping], folder: Path):
    """Profiles as lines, posteriors as shaded steps that hang from the top.

    The densities are histograms of the draws, each with its own peak at the same height: no kernel smears
    them over an edge, and only their shapes are compared. Grey lines mark the thresholds.

    Parameters
    ----------
    ax : Axes
    rows : sequence of mapping
        Rows of ``limits.json`` of one parameter.
    folder : Path
        Of results, in which their draws lie.

    Returns
    -------
    Axes
    """
    kind = interaction_named(rows[0]["model"])
    name, cut = rows[0]["parameter"], rows[0]["profile"]["delta_chi2"]
    top = 3.4 * cut
    reach = []
    for index, row in enumerate(rows):
        with xr.open_datatree(draws_file(folder, row), engine="h5netcdf") as tree:
            values, delta = tree["profile"][name].values, tree["profile"]["delta_chi2"].values
            draws = tree["posterior"][name].values.ravel()
        colour = colour_of(row["experiment"], index)
        ax.plot(
            values,
            delta,
            color=colour,
            ls=LINES.get(row["experiment"], "-"),
            label=title_of(row["experiment"]),
        )
        ends = [end for piece in row["profile"]["pieces"] for end in piece]
        reach += [min(ends), max(ends)]
        if row["posterior"]["converged"]:
            height, edges = np.histogram(draws, BINS)
            depth = top - 0.3 * top * height / height.max()
            ax.stairs(depth, edges, baseline=top, fill=True, color=colour, alpha=0.15, lw=0)
            ax.stairs(depth, edges, baseline=top, color=colour, lw=0.6)
    ax.axhline(cut, color="0.5", lw=0.6)
    if rows[0]["profile"]["upper_one_sided"] is not None:
        ax.axhline(one_sided_threshold(rows[0]["level"]), color="0.5", lw=0.6, ls=":")
    margin = 0.12 * (max(reach) - min(reach))
    ax.set_xlim(min(reach) - margin if kind.signed else 0.0, max(reach) + margin)
    ax.set_ylim(0, top)
    ax.set_xlabel(f"{kind.label(name)} [{unit_label(rows[0]['unit'])}]")
    ax.set_ylabel(r"$\Delta\chi^2$")
    return ax
