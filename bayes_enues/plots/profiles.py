"""One parameter, several experiments: Delta chi^2 profiles and posterior densities, from stored limits."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from ..results import Limit, grouped, there
from ..runs.beside import read_arrays, with_curve
from ..runs.rows import interaction_named
from ..statistics import one_sided_threshold
from .base import LINES, colour_of, figure, save, style, title_of, unit_label

__all__ = ["plot_profiles", "profiles_figure"]

BINS = 80


def plot_profiles(ax: Axes, limits: Sequence[Limit], folder: Path) -> Axes:
    """Profiles as lines, posteriors as shaded steps that hang from the top.

    The densities are histograms of the draws, each with its own peak at the same height: no kernel smears
    them over an edge, and only their shapes are compared. Grey lines mark the thresholds.

    The limits are on one parameter; their posterior files lie in the folder.
    """
    first, name = limits[0], limits[0].parameter
    kind, cut = interaction_named(first.model), first.profile.threshold
    top = 3.4 * cut
    reach = []
    for index, limit in enumerate(limits):
        profile, colour = with_curve(folder, limit).profile, colour_of(limit.experiment, index)
        line, label = LINES.get(limit.experiment, "-"), title_of(limit.experiment)
        ax.plot(there(profile.values), there(profile.delta_chi2), color=colour, ls=line, label=label)
        ends = [end for piece in profile.pieces for end in piece]
        reach += [min(ends), max(ends)]
        if limit.posterior.converged:
            height, edges = np.histogram(read_arrays(folder, limit, "posterior", name)[0].ravel(), BINS)
            depth = top - 0.3 * top * height / height.max()
            ax.stairs(depth, edges, baseline=top, fill=True, color=colour, alpha=0.15, lw=0)
            ax.stairs(depth, edges, baseline=top, color=colour, lw=0.6)
    ax.axhline(cut, color="0.5", lw=0.6)
    if first.profile.upper_one_sided is not None:
        ax.axhline(one_sided_threshold(first.level), color="0.5", lw=0.6, ls=":")
    margin = 0.12 * (max(reach) - min(reach))
    ax.set_xlim(min(reach) - margin if kind.signed else 0.0, max(reach) + margin)
    ax.set_ylim(0, top)
    ax.set_xlabel(f"{kind.label(name)} [{unit_label(first.unit)}]")
    ax.set_ylabel(r"$\Delta\chi^2$")
    return ax


def profiles_figure(
    limits: Sequence[Limit], models: Sequence[str], parameters: Sequence[str], folder: Path, path: Path
) -> list[Path]:
    """A row of panels a model, a panel a parameter; variants of experiments are left out."""
    found = grouped((one for one in limits if ":" not in one.experiment), "model", "parameter")
    with style():
        fig, axes = figure(len(models), len(parameters), width=2.9, height=2.5, squeeze=False)
        for line, model in zip(axes, models, strict=True):
            for ax, name in zip(line, parameters, strict=True):
                plot_profiles(ax, found[model, name], folder)
        handles, labels = axes[0, 0].get_legend_handles_labels()
        title = r"lines: $\Delta\chi^2$ profile; shaded, hanging from the top: posterior density"
        fig.legend(handles, labels, title=title, loc="outside upper center", ncols=len(labels))
        return save(fig, path)
