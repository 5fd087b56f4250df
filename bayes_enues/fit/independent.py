"""Draws where NUTS cannot weigh separate modes: independent proposals from what quadrature knows.

The parameter is proposed from its marginal density, whatever modes that has, and the nuisances from a
Student distribution with the place and the curvature of their conditional maximum. Metropolis steps between
proposals make the draws exact (Tierney, Ann. Statist. 22 (1994) 1701), so that R-hat and effective sample
sizes mean what they always do. Whether proposals reach all of the posterior is told by the tail of their
importance weights: Pareto's k must not exceed 0.7.
"""

import numpy as np
import xarray as xr
from scipy.special import gammaln

from .chi2 import Likelihood
from .marginal import Density, marginal
from .minimise import minimise_many
from .modes import find_modes
from .reweighting import importance_weights

__all__ = ["can_propose", "has_proposals", "independent_draws"]

FINE = 20  # pieces of constant density between two points of the grid
FREEDOM = 8.0  # degrees, of the nuisances' proposals: their tails are never lighter than the posterior's
FITS = 500  # conditional maxima that proposals rest on
WARM_UP = 100  # steps of each chain that are forgotten


def can_propose(likelihood: Likelihood) -> bool:
    """Whether there is a marginal density to propose from: of the one free parameter of a template model."""
    return likelihood.terms is not None and likelihood.n_physics == 1


def has_proposals(likelihood: Likelihood) -> bool:
    """Whether that density has separate modes, whose weights NUTS may get wrong."""
    return can_propose(likelihood) and len(find_modes(marginal(likelihood))) > 1


def independent_draws(likelihood: Likelihood, draws: int, chains: int, seed: int) -> xr.DataTree | None:
    """Chains of one parameter and its nuisances; None if Pareto's k says that proposals miss a part.

    Parameters
    ----------
    likelihood : Likelihood
        For which :func:`has_proposals`.
    draws, chains, seed : int
    """
    density = marginal(likelihood)
    rng = np.random.default_rng(seed)
    n = chains * (draws + WARM_UP)
    theta, log_q = _from_density(density, rng, n)
    points, log_conditional = _nuisances(likelihood, theta, rng)
    order = rng.permutation(n)  # they were in rising order, as neighbouring fits like it
    points, log_proposed = points[order], (log_q + log_conditional)[order]
    inside = ((points > likelihood.lower) & (points < likelihood.upper))[:, 1:].all(axis=-1)
    log_weight = np.full(n, -np.inf)
    reached = points[inside]
    log_p = -0.5 * likelihood.batch(reached) + likelihood.log_prior(reached)
    log_weight[inside] = log_p - log_proposed[inside]
    shape = (chains, draws + WARM_UP)
    if not importance_weights(log_weight.reshape(shape)).reliable:
        return None
    chosen = _metropolis(log_weight.reshape(shape), rng)[:, WARM_UP:]
    found = points.reshape(*shape, -1)[np.arange(chains)[:, None], chosen]
    coords = {"chain": np.arange(chains), "draw": np.arange(draws)}
    content = {name: (("chain", "draw"), found[..., i]) for i, name in enumerate(likelihood.names)}
    return xr.DataTree.from_dict({"posterior": xr.Dataset(content, coords)})


def _from_density(density: Density, rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Draws (n,), rising, from pieces of constant density along a marginal one, and their log-density."""
    last = density.values.size - 1
    edges = np.interp(np.linspace(0, last, FINE * last + 1), np.arange(last + 1), density.values)
    height = np.maximum(density.at((edges[1:] + edges[:-1]) / 2), 0.0)
    below = np.concatenate([[0.0], np.cumsum(height * np.diff(edges))])
    theta = np.sort(np.interp(rng.uniform(size=n), below / below[-1], edges))
    piece = np.clip(np.searchsorted(edges, theta, side="right") - 1, 0, height.size - 1)
    with np.errstate(divide="ignore"):
        return theta, np.log(height[piece] / below[-1])


def _nuisances(
    likelihood: Likelihood, theta: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Points (n, n_variables) with nuisances proposed at each value of the parameter, which are in order.

    Their place and spread are those of fits at some of the values, and straight lines between. And the
    log-density of what was proposed, up to a constant, (n,).
    """
    k = len(likelihood.names) - 1
    points = np.repeat(likelihood.start[None], theta.size, axis=0)
    points[:, 0] = theta
    if not k:
        return points, np.zeros(theta.size)
    between = np.linspace(0, theta.size - 1, min(FITS, theta.size)).astype(int)
    fits = minimise_many(likelihood, points[between], np.arange(1, k + 1), warm=True)
    roots = np.linalg.cholesky(np.linalg.inv(fits.hessian[:, 1:, 1:] / 2))
    known = np.concatenate([fits.x[:, 1:], roots.reshape(len(roots), -1)], axis=-1)
    known = np.stack([np.interp(theta, theta[between], column) for column in known.T], axis=-1)
    centre, root = known[:, :k], known[:, k:].reshape(-1, k, k)
    z = rng.normal(size=(theta.size, k)) / np.sqrt(rng.chisquare(FREEDOM, theta.size) / FREEDOM)[:, None]
    points[:, 1:] = centre + np.einsum("nij,nj->ni", root, z)
    log_density = -0.5 * (FREEDOM + k) * np.log1p((z**2).sum(axis=-1) / FREEDOM)
    log_density -= np.log(np.diagonal(root, axis1=-2, axis2=-1)).sum(axis=-1)
    log_density += gammaln((FREEDOM + k) / 2) - gammaln(FREEDOM / 2) - 0.5 * k * np.log(FREEDOM * np.pi)
    return points, log_density


def _metropolis(log_weight: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Which proposal each chain is at after each step, indices (chain, step) like the log-weights."""
    log_u = np.log(rng.uniform(size=log_weight.shape))
    at = np.empty(log_weight.shape, int)
    for chain, (weights, us) in enumerate(zip(log_weight.tolist(), log_u.tolist(), strict=True)):
        now = int(np.argmax(np.isfinite(weights)))
        for step, (weight, u) in enumerate(zip(weights, us, strict=True)):
            if u < weight - weights[now]:
                now = step
            at[chain, step] = now
    return at
