"""Credible bounds from draws, each with its Monte Carlo error: a quantile, or a highest-density region.

Draws may carry weights, which stand for another prior; see :mod:`bayes_enues.fit.reweighting`.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from .chi2 import Likelihood
from .marginal import Density, flat_in_strength, marginal
from .posterior import quantile_error
from .regions import highest_density_pieces, region_ends
from .reweighting import Weights, importance_weights


def upper_end(draws: np.ndarray, level: float, weights: Weights | None = None) -> dict[str, float]:
    """The one-sided bound of draws (chain, draw): ``upper`` and ``mcse``."""
    if weights is None:
        return {"upper": float(np.quantile(draws, level)), "mcse": quantile_error(draws, level)}
    return {"upper": float(weights.quantile(draws, level)), "mcse": weights.quantile_error(draws, level)}


def highest_density_ends(
    draws: np.ndarray, density: Density, level: float, weights: Weights | None = None
) -> dict[str, Any]:
    """The highest-density region of draws, and the equal-tailed interval.

    The marginal density comes from quadrature over the nuisances, its level from the draws: the share
    ``level`` of the draws lies where the density is higher (Hyndman, Am. Stat. 50 (1996) 120). No kernel
    smooths an edge or fills a gap.

    Parameters
    ----------
    draws : (chain, draw)
    density : Density
        Of the posterior that the draws, with their weights, stand for.
    level : float
    weights : Weights, optional

    Returns
    -------
    dict
        ``lower``, ``upper``, ``pieces``, ``eti``, and ``mcse`` of the worst end of a piece.
    """
    heights, tail = density.at(draws), (1 - level) / 2
    if weights is None:
        cut, error = np.quantile(heights, 1 - level), quantile_error(heights, 1 - level)
        interval = np.quantile(draws, [tail, 1 - tail])
    else:
        cut, error = weights.quantile(heights, 1 - level), weights.quantile_error(heights, 1 - level)
        interval = weights.quantile(draws, [tail, 1 - tail])
    pieces = highest_density_pieces(density, float(cut))
    ends = np.ravel(pieces)
    inner = ends[(ends > density.values[0]) & (ends < density.values[-1])]
    step = 1e-4 * np.ptp(density.values)
    slope = np.abs(density.at(inner + step) - density.at(inner - step)) / (2 * step)
    mcse = float(np.max(error / np.maximum(slope, 1e-300))) if inner.size else 0.0
    return {**region_ends(pieces, interval), "mcse": mcse}


class UpperBound:
    """A quantile of the draws; one-sided."""

    def __init__(self, likelihood: Likelihood, name: str, level: float):
        self.likelihood, self.name, self.level = likelihood, name, level

    def ends(self, tree: Any) -> dict[str, Any]:
        """What a row holds of the bound."""
        return upper_end(tree["posterior"][self.name].values, self.level)

    def excess(self, tree: Any, ends: Mapping[str, Any]) -> float:
        """The Monte Carlo error in units of the bound."""
        return ends["mcse"] / ends["upper"]

    def flat_strength(self, tree: Any) -> float | None:
        """The quantile under a prior flat in the strength: by quadrature where one parameter is free.

        Of several free parameters by reweighting the draws from their own prior. The weights, strength
        density over prior density, are bounded for every prior that does not vanish; None where their tail
        is too heavy (Pareto k above 0.7).
        """
        likelihood, question = self.likelihood, self.likelihood.question
        if len(question.free) == 1:
            return flat_in_strength(likelihood, marginal(likelihood, self.name)).quantile(self.level)
        draws = tree["posterior"][self.name].values
        flat = draws.ravel()
        points = np.repeat(likelihood.start[None], flat.size, axis=0)
        points[:, : likelihood.n_physics] = question.scales
        points[:, likelihood.names.index(self.name)] = flat
        log_ratio = (question.interaction.power - 1) * np.log(np.maximum(flat, 1e-300))
        weights = importance_weights((log_ratio - likelihood.log_prior(points)).reshape(draws.shape))
        return float(weights.quantile(draws, self.level)) if weights.reliable else None


class SignedBound:
    """The highest-density region, and the equal-tailed interval."""

    def __init__(self, likelihood: Likelihood, name: str, level: float):
        self.name, self.level = name, level
        self.density = marginal(likelihood, name)

    def ends(self, tree: Any) -> dict[str, Any]:
        """What a row holds of the bound."""
        return highest_density_ends(tree["posterior"][self.name].values, self.density, self.level)

    def excess(self, tree: Any, ends: Mapping[str, Any]) -> float:
        """The largest Monte Carlo error of an end, in units of the region's length."""
        draws, tail = tree["posterior"][self.name].values, (1 - self.level) / 2
        worst = max(ends["mcse"], *(quantile_error(draws, p) for p in (tail, 1 - tail)))
        return worst / sum(b - a for a, b in ends["pieces"])

    def flat_strength(self, tree: Any) -> None:
        """None: what a bound flat in the strength means is not said of a region with two ends."""
