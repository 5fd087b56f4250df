"""The marginal posterior of one or two parameters by quadrature: no sampling, no kernel density.

At each value of the parameters the nuisances are integrated by a Gauss-Hermite product rule placed on their
conditional maximum with the curvature there: the exact answer for a Gaussian conditional. For a nuisance
close to where its prior is cut, the rule is that of a Gaussian which is cut there.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.polynomial.hermite import hermgauss
from numpy.polynomial.legendre import leggauss
from scipy.interpolate import CubicSpline
from scipy.special import ndtri

from ..errors import InputError
from ..priors.named import Prior
from ..results import Density
from .chi2 import Likelihood
from .minimise import Fits, minimise_many
from .scan import prior_range

NEGLIGIBLE = 16.0  # below the peak of a log-density
POINTS = 241
REFINEMENTS = 12
CHUNK = 100_000  # points at which chi^2 is evaluated at once
NEAR = 5.0  # standard deviations: a nuisance so close to its edge is integrated from there
FINE_NODES, FINE_WEIGHTS = leggauss(32)
LEAST_CURVATURE = 0.1  # of a Gaussian as wide as a nuisance's prior, where chi^2 itself bends less or down
CUT_NODES = 7  # of the rule for a Gaussian that is cut: quantiles within 1e-7 of the fine one's
ORDER = 5  # Gauss-Hermite nodes a nuisance: within 1e-5 of 13 nodes for LZ's three, exact for XENONnT's one
MATTERS = 25.0  # below the peak of a log-density: a spline need not be right beyond
COARSEST, SMOOTH = 8, 1e-6  # one of so many points to begin with; how well a spline foretells the next
MOST_NODES = 16_000  # of a product rule: six nuisances
MOST_WITH_CUT = 40_000  # with those between the edges of one more nuisance
#: Two to this power of nodes, and their mirror images, for more: within 3e-5 of the product rule.
QUASI_RANDOM = 8


@lru_cache
def _rule(dimensions: int, order: int, cut: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Nodes (m, dimensions) and log weights (m,) for the integral of exp(-|z|^2 / 2) f(z).

    A product of Gauss-Hermite rules, or where that has too many nodes a symmetric set of quasi-random ones: f
    is close to one, since the nodes follow the Gaussian that the integrand nearly is.
    """
    if dimensions == 0:  # the only nuisance is integrated from its cut
        return np.zeros((1, 0)), np.zeros(1)
    if order**dimensions > MOST_NODES or (cut and order**dimensions * CUT_NODES > MOST_WITH_CUT):
        from scipy.stats.qmc import Sobol

        z = ndtri(Sobol(dimensions, rng=np.random.default_rng(0)).random_base2(QUASI_RANDOM))
        z = np.concatenate([z, -z])
        return z, np.full(len(z), 0.5 * dimensions * np.log(2 * np.pi) - np.log(len(z)))
    nodes, weights = hermgauss(order)
    grids = np.meshgrid(*[np.sqrt(2) * nodes] * dimensions, indexing="ij")
    logs = np.meshgrid(*[np.log(np.sqrt(2) * weights)] * dimensions, indexing="ij")
    z = np.stack([g.ravel() for g in grids], axis=-1)
    return z, np.sum([w.ravel() for w in logs], axis=0)


def log_marginal_likelihood(
    likelihood: Likelihood,
    held: Sequence[int],
    values: np.ndarray,
    order: int = ORDER,
    smooth: float = SMOOTH,
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
    smooth : float
        How well a spline must foretell the points between those where the rule was applied.

    Returns
    -------
    (n,)
        Up to a constant: the nuisance priors are counted by their ratio to their peak.

    Raises
    ------
    InputError
        If another physics parameter is free: it has no Gaussian conditional to place nodes on.
    """
    others = np.array([i for i in range(len(likelihood.names)) if i not in held], int)
    if np.any(others < likelihood.n_physics):
        raise InputError(
            f"{[likelihood.names[i] for i in others if i < likelihood.n_physics]} are free too; they must be "
            "on the grid"
        )
    start = np.repeat(likelihood.start[None], len(values), axis=0)
    start[:, list(held)] = np.asarray(values, float).reshape(-1, len(held))
    fits = minimise_many(likelihood, start, others, warm=True)
    if not others.size:
        return -0.5 * fits.chi2
    fits = fits._replace(hessian=convex(likelihood, fits.hessian, others))
    covariance = np.linalg.inv(fits.hessian[:, others[:, None], others] / 2)
    spread = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
    below = (fits.x[:, others] - likelihood.lower[others]) / spread
    above = (likelihood.upper[others] - fits.x[:, others]) / spread
    room = np.minimum(below, above)
    nearest = np.where(room.min(axis=-1) < NEAR, room.argmin(axis=-1), -1)
    gaussian = 0.5 * np.linalg.slogdet(covariance)[1] - 0.5 * fits.chi2

    def beyond(rows):
        """What the rule gives beyond the Gaussian of the curvature, at some of the points."""
        found = np.empty(rows.size)
        for k in np.unique(nearest[rows]):
            axes = others if k < 0 else np.concatenate([others[[k]], np.delete(others, k)])
            mine = np.flatnonzero(nearest[rows] == k)
            nodes = len(_rule(axes.size - (k >= 0), order, bool(k >= 0))[0]) * (CUT_NODES if k >= 0 else 1)
            for part in np.array_split(mine, -(-mine.size * nodes // CHUNK)):
                some = Fits(*(values[rows[part]] for values in fits))
                found[part] = _integrated(likelihood, some, axes, order, cut=k >= 0)
        return found - gaussian[rows]

    if len(held) > 1:
        return gaussian + beyond(np.arange(len(values)))
    return gaussian + _smooth(np.ravel(values), beyond, gaussian > gaussian.max() - MATTERS, smooth)


def _smooth(
    x: np.ndarray, f: Callable[[np.ndarray], np.ndarray], matters: np.ndarray, smooth: float = SMOOTH
) -> np.ndarray:
    """A costly, mostly smooth function at points x (n,), some of it from a cubic spline through the others.

    Every eighth point first, then those between. Where a new one lies on the spline through the old ones, or
    where nothing ``matters``, that will do, and the error between the points is some sixteen times less;
    elsewhere, as at the step from one rule to the other, all points are taken in the end.

    Parameters
    ----------
    x : (n,)
        Rising.
    f : callable
        Of indices (m,).
    matters : (n,) of bool
    smooth : float
    """
    known = np.unique(np.append(np.arange(0, x.size, COARSEST), x.size - 1))
    if known.size < 4 or np.any(np.diff(x) <= 0):
        return f(np.arange(x.size))
    values, step, rough = f(known), COARSEST, np.ones(x.size, bool)
    while step > 1:
        near = 2 * step
        step //= 2
        new = np.setdiff1d(np.flatnonzero(rough)[np.flatnonzero(rough) % step == 0], known)
        if not new.size:
            break
        found = f(new)
        off = np.abs(found - CubicSpline(x[known], values)(x[new])) > smooth
        rough[:] = False
        for i in new[off & matters[new]]:
            rough[max(i - near, 0) : i + near + 1] = True
        known, order = np.unique(np.concatenate([known, new]), return_index=True)
        values = np.concatenate([values, found])[order]
    return CubicSpline(x[known], values)(x)


def convex(likelihood: Likelihood, hessian: np.ndarray, axes: np.ndarray) -> np.ndarray:
    """Second derivatives (m, n, n) that can place nodes: no direction is wider than the prior of some axes.

    On a cut chi^2 may bend down, above all if the nuisance's prior is flat between its cuts.
    """
    width = np.fmin(likelihood.scale, (likelihood.upper - likelihood.lower) / 4)[axes]
    place = np.ix_(range(len(hessian)), axes, axes)
    values, vectors = np.linalg.eigh(hessian[place] * np.outer(width, width) / 2)
    wrong = values.min(axis=-1) < LEAST_CURVATURE
    if not wrong.any():
        return hessian
    values, vectors = np.maximum(values[wrong], LEAST_CURVATURE), vectors[wrong]
    better = np.einsum("mik,mk,mjk->mij", vectors, values, vectors) * 2 / np.outer(width, width)
    found = hessian.copy()
    found[np.ix_(wrong, axes, axes)] = better
    return found


def _integrated(likelihood: Likelihood, fits: Fits, axes: np.ndarray, order: int, cut: bool) -> np.ndarray:
    """Logarithm of the integral over some variables around minima (m,); ``cut``: the first nears its edge."""
    root = np.linalg.cholesky(np.linalg.inv(fits.hessian[:, axes[:, None], axes] / 2))
    z, log_weight = _rule(axes.size - cut, order, cut)
    log_weight = np.tile(log_weight + 0.5 * (z**2).sum(axis=-1), (len(fits.x), 1))
    z = np.tile(z, (len(fits.x), 1, 1))
    if cut:
        first, log_first = _between_edges(likelihood, fits, axes[0], root[:, 0, 0])
        n, m = first.shape[1], z.shape[1]
        z = np.concatenate([np.repeat(first, m, axis=1)[..., None], np.tile(z, (1, n, 1))], axis=-1)
        log_weight = np.repeat(log_first, m, axis=1) + np.tile(log_weight, (1, n))
    points = np.repeat(fits.x[:, None], z.shape[1], axis=1)
    at = fits.x[:, None, axes] + np.einsum("mij,mkj->mki", root, z)
    points[:, :, axes] = at
    inside = ((at > likelihood.lower[axes]) & (at < likelihood.upper[axes])).all(axis=-1)
    if inside.all():  # no point is left out, and none is copied
        chi2 = likelihood.batch(points.reshape(-1, points.shape[-1])).reshape(inside.shape)
    else:
        chi2 = np.full(inside.shape, np.inf)
        chi2[inside] = likelihood.batch(points[inside])
    log_f = -0.5 * (chi2 - fits.chi2[:, None])
    spread = np.log(np.diagonal(root, axis1=-2, axis2=-1)).sum(axis=-1)
    log_f += log_weight
    peak = log_f.max(axis=-1, keepdims=True)  # finite; SciPy's logsumexp takes four times as long
    return np.log(np.exp(log_f - peak).sum(axis=-1)) + peak[:, 0] - 0.5 * fits.chi2 + spread


def _between_edges(likelihood: Likelihood, fits: Fits, axis: int, scale) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and log weights (m, n) over a variable, between its edges and where the integrand is negligible.

    In units of ``scale`` from the minimum; negligible is below exp(-32). On an edge itself the integrand
    falls with a slope, too.
    """
    lowest = (likelihood.lower[axis] - fits.x[:, axis]) / scale
    highest = (likelihood.upper[axis] - fits.x[:, axis]) / scale
    slope = 0.5 * fits.gradient[:, axis] * scale
    up, down = np.maximum(slope, 0.0), np.maximum(-slope, 0.0)
    low = np.maximum(lowest, -(np.sqrt(down**2 + 64.0) - down))
    half = (np.minimum(highest, np.sqrt(up**2 + 64.0) - up) - low) / 2
    z = low[:, None] + half[:, None] * (FINE_NODES + 1)
    log_gauss = -0.5 * z**2 - slope[:, None] * z
    peak = log_gauss.max(axis=-1, keepdims=True)
    nodes, weights = _gauss(z, half[:, None] * FINE_WEIGHTS * np.exp(log_gauss - peak))
    return nodes, np.log(weights) + peak + 0.5 * nodes**2 + slope[:, None] * nodes


def _gauss(z: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The few nodes and weights (m, CUT_NODES) of Gauss' rule for densities given at many points (m, n).

    Recurrence of the orthogonal polynomials by Stieltjes' procedure, nodes and weights from the eigenvalues
    of its matrix (Golub & Welsch, Math. Comp. 23 (1969) 221; Gautschi, SIAM J. Sci. Stat. Comput. 3 (1982)
    289).
    """
    total = weights.sum(axis=-1)
    matrix = np.zeros((len(z), CUT_NODES, CUT_NODES))
    before, now = np.zeros_like(z), np.ones_like(z) / np.sqrt(total)[:, None]
    beta = np.zeros(len(z))
    for k in range(CUT_NODES):  # orthonormal polynomials
        alpha = (weights * z * now**2).sum(axis=-1)
        matrix[:, k, k] = alpha
        after = (z - alpha[:, None]) * now - beta[:, None] * before
        beta = np.sqrt((weights * after**2).sum(axis=-1))
        if k < CUT_NODES - 1:
            matrix[:, k + 1, k] = matrix[:, k, k + 1] = beta
        before, now = now, after / beta[:, None]
    nodes, vectors = np.linalg.eigh(matrix)
    return nodes, total[:, None] * vectors[:, 0] ** 2


def marginal(
    likelihood: Likelihood,
    parameter: str | None = None,
    n: int = POINTS,
    order: int = ORDER,
    smooth: float = SMOOTH,
) -> Density:
    """Marginal posterior density of the one free parameter; see :meth:`bayes_enues.Fit.marginal`.

    Kept with the likelihood, read-only: the check of modes, the bound and its check all ask.
    """
    name = likelihood.names[0] if parameter is None else parameter
    prior_range(likelihood, name)  # refuses numbers that say another range than the prior
    key = ("marginal", name, n, order, smooth, likelihood.question.priors[name])
    if key not in likelihood.known:
        density = _marginal(likelihood, name, n, order, smooth)
        for array in (density.values, density.density):
            array.setflags(write=False)
        likelihood.known[key] = density
    return likelihood.known[key]


def flat_in_strength(likelihood: Likelihood, density: Density) -> Density:
    """The same density under a prior flat in the strength, the square of a coupling or a moment.

    Parameters
    ----------
    likelihood : Likelihood
        With one free parameter.
    density : Density
        Its :func:`marginal` under the model's own prior, whose range stays.
    """
    values = density.values
    points = np.repeat(likelihood.start[None], values.size, axis=0)
    points[:, 0] = values
    log_prior = likelihood.log_prior(points)
    inside, flat = np.isfinite(log_prior), values ** (likelihood.question.interaction.power - 1)
    if np.all(density.density[inside] > 0):
        least = log_prior[inside].min()
        return density.reweighted(flat * np.exp(least - np.where(inside, log_prior, np.inf)))
    # what a narrow prior leaves too small for a number cannot be divided by it
    log_likelihood = log_marginal_likelihood(likelihood, [0], values[:, None])
    peak = log_likelihood[inside].max()
    flat = np.where(inside, flat * np.exp(log_likelihood - peak), 0.0)
    return Density(values, flat, float(peak)).reweighted(np.ones_like(values))


def prior_grid(likelihood: Likelihood, name: str, n: int) -> np.ndarray:
    """Points over the range of a parameter's prior between which its density changes little, (n,)."""
    prior, edges = likelihood.question.priors[name], prior_range(likelihood, name)
    if isinstance(prior, Prior):
        return prior.grid(n)
    return np.linspace(*_support(likelihood.prior_density(name), name, *edges), n)


def _support(log_density, name: str, lower: float, upper: float) -> tuple[float, float]:
    """Where in a range a user's own prior has anything: a jump must not lie between two points of a grid."""
    values = np.linspace(lower, upper, 4001)
    inside = np.flatnonzero(np.isfinite(log_density(values)))
    if not inside.size:
        raise InputError(
            f"the prior of {name} is zero from {lower:g} to {upper:g}, which is what the data allow; widen it"
        )

    def edge(inner: float, outer: float) -> float:
        for _ in range(60):
            middle = 0.5 * (inner + outer)
            if np.isfinite(log_density(np.array([middle]))[0]):
                inner = middle
            else:
                outer = middle
        return inner

    first, last = int(inside[0]), int(inside[-1])
    low = edge(values[first], values[first - 1]) if first > 0 else lower
    high = edge(values[last], values[last + 1]) if last < values.size - 1 else upper
    return float(low), float(high)


def _marginal(likelihood: Likelihood, name: str, n: int, order: int, smooth: float) -> Density:
    values = prior_grid(likelihood, name, n)
    index = likelihood.names.index(name)

    def log_density_at(values):
        points = np.repeat(likelihood.start[None], values.size, axis=0)
        points[:, index] = values
        marginal = log_marginal_likelihood(likelihood, [index], values[:, None], order, smooth)
        return marginal + likelihood.log_prior(points)

    log_density = log_density_at(values)
    for _ in range(REFINEMENTS):  # narrow modes in a wide range: more points where the probability is
        matters = log_density > log_density.max() - NEGLIGIBLE
        if matters.sum() >= n // 2:
            break
        matters[1:-1] |= matters[:-2] | matters[2:]
        new = np.concatenate(
            [np.linspace(a, b, 6)[1:-1] for a, b in pairwise(values) if matters[np.searchsorted(values, a)]]
        )
        values, log_density = np.append(values, new), np.append(log_density, log_density_at(new))
        order_of = np.argsort(values)
        values, log_density = values[order_of], log_density[order_of]
    peak = log_density.max()
    density = np.exp(log_density - peak)
    total = Density(values, density, 0.0).curve().integrate(values[0], values[-1])
    return Density(values, density / total, float(peak + np.log(total)))
