"""Draws where NUTS cannot weigh separate modes: independent proposals from what fits on a grid know.

The range of one or two parameters is cut into cells, halved where the density is high and bends. At the
middle of each, nuisances are fitted: by Laplace's method that tells the marginal density there and its slope,
and so how often the cell is proposed. Inside it, parameters are proposed from exponentials of that slope, and
nuisances from a Student distribution with the place and the curvature of their conditional maximum, which
follows the parameters. Metropolis steps between proposals make the draws exact (Tierney, Ann. Statist. 22
(1994) 1701), so that R-hat and effective sample sizes mean what they always do. Whether proposals reach all
of the posterior is told by the tail of their importance weights: Pareto's k must not exceed 0.7, unless no
weight is far from the mean.
"""

from itertools import product
from typing import NamedTuple

import numpy as np
import xarray as xr
from scipy.special import gammaln, logsumexp

from .chi2 import Likelihood
from .marginal import convex, marginal, prior_grid
from .minimise import minimise_many, others
from .modes import find_modes
from .reweighting import importance_weights
from .scan import prior_range

FIRST = {1: 240, 2: 24}  # cells a side to begin with, by the number of parameters
HALVINGS = 12
COARSE = 0.01  # what log-densities bend in a cell, times the cubic root of its share: beyond, it is halved
INSIDE = 0.4999  # of a cell's width, from its middle: where its prior is looked at
FREEDOM = 8.0  # degrees, of the nuisances' proposals: their tails are never lighter than the posterior's
WARM_UP = 20  # draws of each chain that are forgotten
STEPS = {1: 1, 2: 3}  # from one draw to the next, by the number of parameters: of one most are taken
CHUNK = 50_000  # proposals made at once
LIGHT = 2.0  # times the mean: where no weight is larger there is no tail whose k means something


class Cells(NamedTuple):
    """A range of d parameters in m pieces, and k nuisances fitted at the middle of each.

    Attributes
    ----------
    middle, width : (m, d)
    log_density : (m,)
        At the middle, the nuisances integrated by Laplace's method, up to a constant.
    tilt : (m, d)
        How much it rises from the middle to the upper edge along each parameter, but for what it bends.
    bend : (m,)
        How much it bends from the middle to a corner, at most.
    x : (m, d + k)
        Parameters and fitted nuisances.
    slope : (m, k, d)
        Of the fitted nuisances along the parameters.
    root : (m, k, k)
        Cholesky root of the nuisances' covariance.
    """

    middle: np.ndarray
    width: np.ndarray
    log_density: np.ndarray
    tilt: np.ndarray
    bend: np.ndarray
    x: np.ndarray
    slope: np.ndarray
    root: np.ndarray

    @property
    def log_share(self) -> np.ndarray:
        """Logarithm of each cell's share of the probability, (m,)."""
        held = self.log_density + (np.log(self.width) + _log_sinhc(self.tilt)).sum(axis=-1)
        return held - logsumexp(held)


def _log_sinhc(t: np.ndarray) -> np.ndarray:
    """Logarithm of sinh(t) / t, the mean of an exponential over a cell whose middle has one."""
    size = np.maximum(np.abs(t), 1e-6)
    return size + np.log(-np.expm1(-2 * size) / (2 * size))


def can_propose(likelihood: Likelihood) -> bool:
    """Whether the fits of a grid are cheap: one or two free parameters of a model as a page built it."""
    cheap = likelihood.as_built and likelihood.question.spectrum == "templates"
    return cheap and likelihood.n_physics in FIRST


def begins_with_proposals(likelihood: Likelihood) -> bool:
    """Whether NUTS often cannot weigh modes: of two signed parameters, which have mirror modes on a ring.

    And of mass and coupling, where an excess is an island.
    """
    separate = likelihood.question.interaction.signed or likelihood.terms is None
    return can_propose(likelihood) and likelihood.n_physics == 2 and separate


def has_proposals(likelihood: Likelihood) -> bool:
    """Whether proposals help where NUTS fails: of two parameters; of one that has separate modes."""
    if not can_propose(likelihood):
        return False
    return likelihood.n_physics == 2 or len(find_modes(marginal(likelihood))) > 1


def cells_of(likelihood: Likelihood) -> Cells:
    """The cells of a posterior for which :func:`can_propose`; kept with the likelihood."""
    if "cells" not in likelihood.known:
        likelihood.known["cells"] = _cells(likelihood)
    return likelihood.known["cells"]


def independent_draws(likelihood: Likelihood, draws: int, chains: int, seed: int) -> xr.DataTree | None:
    """Chains of parameters and nuisances; None if Pareto's k says that proposals miss a part.

    Parameters
    ----------
    likelihood : Likelihood
        For which :func:`can_propose`.
    draws, chains, seed : int
    """
    rng = np.random.default_rng(seed)
    steps = STEPS[likelihood.n_physics]
    shape = chains, (draws + WARM_UP) * steps
    share = np.exp(cells_of(likelihood).log_share)
    points, log_weight = _proposed(likelihood, rng.choice(share.size, shape, p=share).ravel(), rng)
    log_weight = log_weight.reshape(shape)
    weights = importance_weights(log_weight)
    if not (weights.reliable or weights.weights.max() < LIGHT):
        return None
    chosen = _metropolis(log_weight, rng)[:, WARM_UP * steps :: steps]
    found = points.reshape(*shape, -1)[np.arange(chains)[:, None], chosen]
    coords = {"chain": np.arange(chains), "draw": np.arange(draws)}
    content = {name: (("chain", "draw"), found[..., i]) for i, name in enumerate(likelihood.names)}
    return xr.DataTree.from_dict({"posterior": xr.Dataset(content, coords)})


def _cells(likelihood: Likelihood) -> Cells:
    d = likelihood.n_physics
    edges = [_edges(likelihood, name, FIRST[d] + 1) for name in likelihood.question.free]
    middle, width = (
        np.stack(np.meshgrid(*sides, indexing="ij"), axis=-1).reshape(-1, d)
        for sides in ([(e[1:] + e[:-1]) / 2 for e in edges], [np.diff(e) for e in edges])
    )
    start = np.repeat(likelihood.start[None], len(middle), axis=0)
    cells = _fitted(likelihood, middle, width, start, warm=True)
    for _ in range(HALVINGS):
        most = np.minimum(cells.log_share + cells.bend, 0.0)
        coarse = cells.bend * np.exp(most / 3) > COARSE
        if not coarse.any():
            break
        width = cells.width[coarse] / 2
        parts = [
            (cells.middle[coarse] + np.array(side) * width, width, cells.x[coarse])
            for side in product((-0.5, 0.5), repeat=d)
        ]
        middle, width, start = map(np.concatenate, zip(*parts, strict=True))
        new = _fitted(likelihood, middle, width, start)
        cells = Cells(*(np.concatenate([a[~coarse], b]) for a, b in zip(cells, new, strict=True)))
    return cells


def _edges(likelihood: Likelihood, name: str, n: int) -> np.ndarray:
    """Where the first cells along a parameter begin and end, (n,)."""
    prior = likelihood.question.priors[name]
    if likelihood.terms is None and hasattr(prior, "upper"):  # of mass and coupling: logarithms
        return np.linspace(*prior_range(likelihood, name), n)
    return prior_grid(likelihood, name, n)


def _fitted(likelihood: Likelihood, middle, width, start, warm=False) -> Cells:
    """Cells (m,) with their nuisances fitted from starting points (m, n)."""
    d = likelihood.n_physics
    start[:, :d] = middle
    physics, axes = np.arange(d), others(likelihood, range(d))
    fits = minimise_many(likelihood, start, axes, warm=warm)
    sound = np.isfinite(fits.chi2) & np.isfinite(fits.hessian).all(axis=(1, 2))
    middle, width = middle[sound], width[sound]
    fits = fits._replace(**{name: values[sound] for name, values in fits._asdict().items()})
    hessian = convex(likelihood, fits.hessian, axes) if axes.size else fits.hessian
    covariance = np.linalg.inv(hessian[:, axes[:, None], axes] / 2)
    slope = -covariance @ hessian[:, axes[:, None], physics] / 2
    along = hessian[:, physics[:, None], physics] + hessian[:, physics[:, None], axes] @ slope
    bend = (np.abs(np.diagonal(along, axis1=-2, axis2=-1)) * width**2 / 16).sum(axis=-1)
    tilt, log_prior = -fits.gradient[:, :d] * width / 4, likelihood.log_prior(fits.x)
    for axis in range(d):
        at = np.repeat(fits.x[None], 2, axis=0)
        at[:, :, axis] += [[-INSIDE], [INSIDE]] * width[:, axis]
        below, above = (likelihood.log_prior(end) for end in at)
        known = np.isfinite(below) & np.isfinite(log_prior) & np.isfinite(above)  # a user's may jump
        tilt[known, axis] += (above - below)[known] / 2
        bend[known] += np.abs(above + below - 2 * log_prior)[known] / 2
    log_density = log_prior - 0.5 * fits.chi2 + 0.5 * np.linalg.slogdet(covariance)[1]
    return Cells(middle, width, log_density, tilt, bend, fits.x, slope, np.linalg.cholesky(covariance))


def _proposed(
    likelihood: Likelihood, chosen: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Points (n, n_variables) in cells (n,), and the logarithm of their weight: posterior over proposals."""
    if chosen.size > CHUNK:
        parts = np.array_split(chosen, -(-chosen.size // CHUNK))
        found = [_proposed(likelihood, part, rng) for part in parts]
        return np.concatenate([points for points, _ in found]), np.concatenate([w for _, w in found])
    cells = cells_of(likelihood)
    d, k = likelihood.n_physics, len(likelihood.names) - likelihood.n_physics
    n, root = chosen.size, cells.root[chosen]
    width, tilt = cells.width[chosen], cells.tilt[chosen]
    steep, u = np.maximum(np.abs(tilt), 1e-6), rng.uniform(size=(n, d))
    up = 1.0 + np.log(u + (1.0 - u) * np.exp(-2 * steep)) / steep  # of half a cell, from the middle
    up = np.where(tilt < 0, -up, up)
    away = up * width / 2
    z = rng.normal(size=(n, k)) / np.sqrt(rng.chisquare(FREEDOM, n) / FREEDOM)[:, None]
    points = cells.x[chosen]
    points[:, :d] += away
    points[:, d:] += np.einsum("nij,nj->ni", cells.slope[chosen], away) + np.einsum("nij,nj->ni", root, z)
    log_proposed = cells.log_share[chosen]
    log_proposed += (tilt * up - np.log(width) - _log_sinhc(tilt)).sum(axis=-1)
    log_proposed -= 0.5 * (FREEDOM + k) * np.log1p((z**2).sum(axis=-1) / FREEDOM)
    log_proposed -= np.log(np.diagonal(root, axis1=-2, axis2=-1)).sum(axis=-1)
    log_proposed += gammaln((FREEDOM + k) / 2) - gammaln(FREEDOM / 2) - 0.5 * k * np.log(FREEDOM * np.pi)
    inside = ((points > likelihood.lower) & (points < likelihood.upper))[:, d:].all(axis=-1)
    log_weight = np.full(n, -np.inf)
    reached = points[inside]
    log_weight[inside] = (
        likelihood.log_prior(reached) - 0.5 * _chi2(likelihood, reached) - log_proposed[inside]
    )
    return points, log_weight


def _chi2(likelihood: Likelihood, points: np.ndarray) -> np.ndarray:
    """At many points (m, n); of what is no sum of templates by fits of nothing, which are compiled."""
    if likelihood.terms is not None:
        return likelihood.batch(points)
    return minimise_many(likelihood, points, np.empty(0, int)).chi2


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
