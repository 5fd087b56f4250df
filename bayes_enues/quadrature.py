"""The marginal posterior of one or two parameters by quadrature: no sampling, no kernel density.

At each value of the parameters the nuisances are integrated by a Gauss-Hermite product rule placed on their
conditional maximum with the curvature there. The rule is the exact answer for a Gaussian conditional; for
others its convergence is checked against a finer rule.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pymc as pm
from numpy.polynomial.hermite import hermgauss
from scipy.interpolate import PchipInterpolator

from .likelihood import Likelihood
from .profile import minimise

__all__ = ["Density", "log_marginal_likelihood", "marginal_density"]


class Density(NamedTuple):
    """Marginal posterior density of one parameter on a grid.

    Attributes
    ----------
    values : (n,)
    density : (n,)
        Normalised to one over the range.
    log_evidence : float
        Logarithm of the integral of likelihood times prior, up to the constant of the saturated model.
    """

    values: np.ndarray
    density: np.ndarray
    log_evidence: float

    def cumulative(self) -> np.ndarray:
        """Probability below each value, (n,)."""
        smooth = PchipInterpolator(self.values, self.density).antiderivative()
        below = smooth(self.values)
        return below / below[-1]

    def quantile(self, probability: float) -> float:
        """Value below which the given probability lies."""
        below = self.cumulative()
        keep = np.concatenate([[True], np.diff(below) > 0])
        return float(PchipInterpolator(below[keep], self.values[keep])(probability))

    def at(self, values) -> np.ndarray:
        """Density at other values, (m,); zero outside the grid."""
        inside = PchipInterpolator(self.values, self.density, extrapolate=False)(values)
        return np.nan_to_num(inside, nan=0.0)

    def reweighted(self, weight: np.ndarray) -> "Density":
        """The density under another prior, given its ratio to this one on the grid."""
        density = self.density * weight
        total = PchipInterpolator(self.values, density).integrate(self.values[0], self.values[-1])
        return Density(self.values, density / total, self.log_evidence + float(np.log(total)))


@lru_cache
def _product_rule(dimensions: int, order: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes (m, dimensions) and log weights (m,) for the integral of exp(-|z|^2 / 2) f(z)."""
    nodes, weights = hermgauss(order)
    grids = np.meshgrid(*[np.sqrt(2) * nodes] * dimensions, indexing="ij")
    logs = np.meshgrid(*[np.log(np.sqrt(2) * weights)] * dimensions, indexing="ij")
    z = np.stack([g.ravel() for g in grids], axis=-1)
    return z, np.sum([w.ravel() for w in logs], axis=0)


def log_marginal_likelihood(
    likelihood: Likelihood, held: Sequence[int], values: np.ndarray, order: int = 9
) -> np.ndarray:
    """Logarithm of the likelihood with the nuisances integrated over their priors.

    Parameters
    ----------
    likelihood : Likelihood
    held : sequence of int
        Indices of the parameters on the grid; everything else must be a nuisance.
    values : (n, n_held)
    order : int
        Nodes per nuisance.

    Returns
    -------
    (n,)
        Up to a constant: the nuisance priors are counted by their ratio to their peak.

    Raises
    ------
    ValueError
        If another physics parameter is free: it has no Gaussian conditional to place nodes on.
    """
    others = np.array([i for i in range(len(likelihood.names)) if i not in held], int)
    if np.any(others < likelihood.n_physics):
        raise ValueError(
            f"{[likelihood.names[i] for i in others if i < likelihood.n_physics]} must be on the grid too"
        )
    z, log_weight = _product_rule(others.size, order)
    log_weight = log_weight + 0.5 * (z**2).sum(axis=-1)
    x = likelihood.start.copy()
    result = np.empty(len(values))
    for k, value in enumerate(np.asarray(values, float).reshape(-1, len(held))):
        x[list(held)] = value
        fit = minimise(likelihood, x, others)
        x = fit.x.copy()
        curvature = likelihood.full(fit.x)[2][np.ix_(others, others)] / 2
        root = np.linalg.cholesky(np.linalg.inv(curvature)) if others.size else np.empty((0, 0))
        points = np.repeat(fit.x[None], z.shape[0], axis=0)
        points[:, others] = fit.x[others] + z @ root.T
        inside = (points[:, others] > likelihood.lower[others]).all(axis=-1)
        log_f = np.full(z.shape[0], -np.inf)
        log_f[inside] = -0.5 * (likelihood.batch(points[inside]) - fit.chi2)
        terms = log_weight + log_f
        peak = terms.max()
        result[k] = -0.5 * fit.chi2 + peak + np.log(np.exp(terms - peak).sum()) + np.log(np.diag(root)).sum()
    return result


def marginal_density(model: pm.Model, parameter: str | None = None, n: int = 241, order: int = 9) -> Density:
    """Marginal posterior density of the one free parameter of a model.

    Parameters
    ----------
    model : pm.Model
        With one free parameter and a prior that states its range.
    parameter : str, optional
    n : int
        Grid points over the prior's range.
    order : int
        Gauss-Hermite nodes per nuisance.

    Returns
    -------
    Density
    """
    likelihood = Likelihood(model)
    name = likelihood.names[0] if parameter is None else parameter
    prior = likelihood.question.priors[name]
    values = np.linspace(prior.lower, prior.upper, n)
    points = np.repeat(likelihood.start[None], n, axis=0)
    index = likelihood.names.index(name)
    points[:, index] = values
    log_density = log_marginal_likelihood(likelihood, [index], values[:, None], order) + likelihood.log_prior(
        points
    )
    peak = log_density.max()
    density = np.exp(log_density - peak)
    total = PchipInterpolator(values, density).integrate(values[0], values[-1])
    return Density(values, density / total, float(peak + np.log(total)))
