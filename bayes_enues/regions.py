"""Highest-density regions."""

from itertools import pairwise

import numpy as np
from scipy.interpolate import PchipInterpolator

from .quadrature import Density

__all__ = ["highest_density_pieces"]


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
