"""Highest-density regions, and the bounds of a density that is known exactly."""

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.interpolate import PchipInterpolator
from scipy.optimize import brentq

from ..statistics import LEVEL, check_level
from .marginal import Density


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
    return _pieces(density.curve(), cut)


def _pieces(curve: PchipInterpolator, cut: float) -> list[tuple[float, float]]:
    ends = np.unique([curve.x[0], *curve.solve(cut, extrapolate=False), curve.x[-1]])
    above = curve((ends[:-1] + ends[1:]) / 2) >= cut
    return [(float(a), float(b)) for (a, b), inside in zip(pairwise(ends), above, strict=True) if inside]


def highest_density_cut(density: Density, level: float) -> float:
    """The density level above which a share ``level`` of the probability lies, without draws."""
    curve = density.curve()
    below = curve.antiderivative()
    total = below(density.values[-1])

    def mass(cut):
        return np.diff(below(np.array(_pieces(curve, cut)).reshape(-1, 2)), axis=1).sum() / total

    peak = density.density.max()
    return float(brentq(lambda cut: mass(cut) - level, 0.0, peak, xtol=1e-12 * peak))


def highest_density(density: Density, level: float = LEVEL) -> list[tuple[float, float]]:
    """The smallest region that holds a share ``level`` of the probability, in pieces where it splits.

    Parameters
    ----------
    density : Density
        As :func:`bayes_enues.marginal_density` gives it.
    level : float
        Credibility, between 0 and 1.

    Returns
    -------
    list of (lower, upper)

    Raises
    ------
    InputError
        If the level is no number between 0 and 1.
    """
    return highest_density_pieces(density, highest_density_cut(density, check_level(level)))


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
    pieces = highest_density(density, level)
    tail = (1 - level) / 2
    return region_ends(pieces, [density.quantile(tail), density.quantile(1 - tail)])


def region_ends(pieces: list[tuple[float, float]], interval: ArrayLike) -> dict[str, Any]:
    """A region and the equal-tailed interval as ``limits.json`` has them."""
    ends = {"lower": pieces[0][0], "upper": pieces[-1][1], "pieces": [list(piece) for piece in pieces]}
    return {**ends, "eti": [float(end) for end in np.ravel(interval)]}
