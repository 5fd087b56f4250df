"""Credible bounds from draws, each with its Monte Carlo error: a quantile, or a highest-density region."""

from typing import Any

import numpy as np

from .likelihood import Likelihood
from .posterior import quantile_error
from .quadrature import marginal_density
from .question import question_of
from .regions import highest_density_pieces

__all__ = ["SignedBound", "UpperBound"]

MAX_PARETO_K = 0.7


class UpperBound:
    """A quantile of the draws; one-sided."""

    def __init__(self, model, name, level):
        self.model, self.name, self.level = model, name, level

    def size(self, tree) -> float:
        return float(np.quantile(tree["posterior"][self.name].values, self.level))

    def error(self, tree) -> float:
        return quantile_error(tree["posterior"][self.name].values, self.level)

    def ends(self, tree) -> dict[str, Any]:
        draws = tree["posterior"][self.name].values
        return {
            "upper": float(np.quantile(draws, self.level)),
            "upper_flat_strength": self.flat_strength(draws),
            "mcse": self.error(tree),
        }

    def flat_strength(self, draws: np.ndarray) -> float:
        """The quantile under a prior flat in the strength, by reweighting the draws from their own prior.

        The weights, strength density over prior density, are bounded for every prior that does not vanish;
        where their tail is too heavy (Pareto k above 0.7) quadrature takes over.
        """
        question = question_of(self.model)
        likelihood = Likelihood(self.model)
        flat = draws.ravel()
        points = np.repeat(likelihood.start[None], flat.size, axis=0)
        points[:, : likelihood.n_physics] = likelihood.question.scales
        points[:, likelihood.names.index(self.name)] = flat
        log_weight = (question.interaction.power - 1) * np.log(
            np.maximum(flat, 1e-300)
        ) - likelihood.log_prior(points)
        from arviz_stats.base import array_stats

        log_weight, k = array_stats.psislw(log_weight.max() - log_weight)  # takes minus the log weights
        if not k <= MAX_PARETO_K and len(question.free) == 1:
            density = marginal_density(self.model, self.name)
            points = np.repeat(likelihood.start[None], density.values.size, axis=0)
            points[:, 0] = density.values
            weight = density.values ** (question.interaction.power - 1) / np.exp(likelihood.log_prior(points))
            return density.reweighted(weight).quantile(self.level)
        weight = np.exp(log_weight - log_weight.max())
        order = np.argsort(flat)
        below = np.cumsum(weight[order]) - 0.5 * weight[order]
        return float(np.interp(self.level, below / weight.sum(), flat[order]))


class SignedBound:
    """The highest-density region at one density level, and the equal-tailed interval.

    The marginal density comes from quadrature over the nuisances, its level from the draws: the share
    ``level`` of the draws lies where the density is higher (Hyndman, Am. Stat. 50 (1996) 120). No kernel
    smooths an edge or fills a gap.
    """

    def __init__(self, model, name, level):
        self.model, self.name, self.level = model, name, level
        self.density = marginal_density(model, name)

    def cut(self, tree) -> float:
        return float(np.quantile(self.heights(tree), 1 - self.level))

    def heights(self, tree) -> np.ndarray:
        return self.density.at(tree["posterior"][self.name].values)

    def pieces(self, tree) -> list[tuple[float, float]]:
        return highest_density_pieces(self.density, self.cut(tree))

    def size(self, tree) -> float:
        return sum(b - a for a, b in self.pieces(tree))

    def error(self, tree) -> float:
        draws, tail = tree["posterior"][self.name].values, (1 - self.level) / 2
        return max(self.region_error(tree), *(quantile_error(draws, p) for p in (tail, 1 - tail)))

    def region_error(self, tree) -> float:
        error = quantile_error(self.heights(tree), 1 - self.level)
        step = 1e-4 * (self.density.values[-1] - self.density.values[0])
        ends = np.ravel(self.pieces(tree))
        inner = ends[(ends > self.density.values[0]) & (ends < self.density.values[-1])]
        slope = np.abs(self.density.at(inner + step) - self.density.at(inner - step)) / (2 * step)
        return float(np.max(error / np.maximum(slope, 1e-300))) if inner.size else 0.0

    def ends(self, tree) -> dict[str, Any]:
        pieces = self.pieces(tree)
        tail = (1 - self.level) / 2
        eti = np.quantile(tree["posterior"][self.name].values, [tail, 1 - tail])
        return {
            "lower": pieces[0][0],
            "upper": pieces[-1][1],
            "pieces": [list(piece) for piece in pieces],
            "eti": eti.tolist(),
            "mcse": self.region_error(tree),
        }
