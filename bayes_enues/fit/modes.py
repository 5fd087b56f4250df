"""Separate modes of a posterior: do the draws give each its exact weight?

Chains that stay where they began look converged one by one, and agree if all began in the same place; R-hat
then sees nothing. The marginal density of one parameter by quadrature knows what share of the probability
each mode holds. Draws that say otherwise do not count.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ..statistics import of_chains
from .marginal import Density

#: Two peaks are separate modes if the density between them falls below this share of the lower one.
VALLEY = 0.5
LARGEST_ERROR = 0.03  # of a mode's share of the draws
SIGNIFICANT = 4.0  # Monte Carlo errors
NEGLIGIBLE = 0.005


class Mode(NamedTuple):
    """A peak of a density and the valleys beside it.

    Attributes
    ----------
    lower, upper : float
        From valley to valley, or to the end of the range.
    mass : float
        Share of the probability between them.
    """

    lower: float
    upper: float
    mass: float


def find_modes(density: Density) -> list[Mode]:
    """The modes of a marginal density, from left to right; a shallow dip does not separate two."""
    height = np.concatenate([[-1.0], density.density, [-1.0]])
    change = np.flatnonzero(np.diff(height) != 0)  # plateaus count once
    steps = np.diff(height)[change]
    peaks = [change[i] for i in range(len(steps) - 1) if steps[i] > 0 > steps[i + 1]]
    tops, valleys = peaks[:1], []
    for peak in peaks[1:]:
        low = tops[-1] + int(np.argmin(density.density[tops[-1] : peak + 1]))
        smaller = min(density.density[tops[-1]], density.density[peak])
        if density.density[low] < VALLEY * smaller:
            tops.append(peak)
            valleys.append(low)
        elif density.density[peak] > density.density[tops[-1]]:
            tops[-1] = peak
    below = density.cumulative()
    edges = [0, *valleys, density.values.size - 1]
    return [
        Mode(float(density.values[a]), float(density.values[b]), float(below[b] - below[a]))
        for a, b in pairwise(edges)
    ]


def wrong_weights(density: Density, draws: np.ndarray) -> str:
    """What is wrong with the weights that draws (chain, draw) give the modes of a density; empty if nothing.

    Nothing is compared where the density has one mode.
    """
    modes = find_modes(density)
    if len(modes) < 2:
        return ""
    for mode in modes:
        inside = ((draws > mode.lower) & (draws <= mode.upper)).astype(float)
        share = float(inside.mean())
        error = 0.0  # all draws on one side have no error that they could tell
        if 0 < share < 1:
            error = of_chains("mcse", inside, method="mean")
        off = abs(share - mode.mass)
        if not error <= LARGEST_ERROR or off > SIGNIFICANT * error + NEGLIGIBLE:
            return (
                f"{100 * share:.1f} ± {100 * error:.1f} % of the draws lie in the mode from {mode.lower:.3g} "
                f"to {mode.upper:.3g}, which holds {100 * mode.mass:.1f} %"
            )
    return ""
