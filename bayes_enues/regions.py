"""Highest-density regions, and the bounds of a density that is known exactly."""

from itertools import pairwise
from typing import Any

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.optimize import brentq

from .quadrature import Density

__all__ = ["credible_region", "highest_density_cut", "highest_density_pieces"]


def highest_density_pieces(density: Density, cut: float) -> list[tuple[float, float]]:
    """Intervals in which a marginal density exceeds a level.

    Parameters
    ----------
    density : Density
    cut : float
        Density level.

    Returns
    -------
    list of (lower, upper)
        The edges of the grid end a piece that reaches them.
    """
    above = density.density >= cut
    roots = np.sort(PchipInterpolator(density.values, density.density).solve(cut, extrapolate=False))
    ends = [*([density.values[0]] if above[0] else []), *roots, *([density.values[-1]] if above[-1] else [])]
    middle = [(a, b) for a, b in pairwise(ends) if density.at((a + b) / 2) >= cut]
    return [(float(a), float(b)) for a, b in middle]


def highest_density_cut(density: Density, level: float) -> float:
    """The density level above which a share ``level`` of the probability lies, without draws."""
    below = PchipInterpolator(density.values, density.density).antiderivative()
    total = below(density.values[-1])

    def mass(cut):
        return sum(below(b) - below(a) for a, b in highest_density_pieces(density, cut)) / total

    peak = density.density.max()
    return float(brentq(lambda cut: mass(cut) - level, 0.0, peak, xtol=1e-12 * peak))


def credible_region(density: Density, level: float, signed: bool) -> dict[str, Any]:
    """The bound of a marginal density known exactly, as in ``limits.json``: lower, upper, pieces and eti.

    Parameters
    ----------
    density : Density
    level : float
    signed : bool
        A highest-density region for a signed parameter, a one-sided upper bound for others.
    """
    if not signed:
        return {"lower": None, "upper": density.quantile(level), "pieces": None, "eti": None}
    pieces = highest_density_pieces(density, highest_density_cut(density, level))
    tail = (1 - level) / 2
    return {
        "lower": pieces[0][0],
        "upper": pieces[-1][1],
        "pieces": [list(piece) for piece in pieces],
        "eti": [density.quantile(tail), density.quantile(1 - tail)],
    }
