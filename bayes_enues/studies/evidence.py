r"""Bayes factors of new physics against the Standard Model, three ways.

The marginal likelihood under new physics averages over the prior of its parameter, so it falls as that prior
widens over values the data exclude: ln B is shown with its dependence on the prior's width, never alone.

Quadrature is the reference for one free parameter or two. Savage and Dickey's ratio needs draws of the
posterior alone (Dickey, Ann. Math. Stat. 42 (1971) 204): prior over posterior density at the Standard Model.
Sequential Monte Carlo estimates both evidences from the ``pm.Model``.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pymc as pm
import xarray as xr
from scipy.optimize import minimize
from scipy.special import logsumexp

from ..errors import InputError
from ..fit.chi2 import Likelihood
from ..fit.fit import fit_of
from ..fit.marginal import log_marginal_likelihood, prior_grid
from ..fit.posterior import sequential_monte_carlo
from ..fit.scan import likelihood_range
from ..fit.setup import question_of
from ..priors.density import log_density
from ..results import WidthScan


def standard_model_evidence(likelihood: Likelihood) -> float:
    """Logarithm of the likelihood of the Standard Model, nuisances integrated over their priors.

    With the constant of :func:`bayes_enues.fit.marginal.log_marginal_likelihood`.
    """
    held = range(likelihood.n_physics)
    at = np.array([likelihood.question.standard_model])
    return float(log_marginal_likelihood(likelihood, list(held), at)[0])


def log_bayes_factor(model: pm.Model, n: int = 401, stretch: float = 1.0) -> float:
    """ln B of a model against the Standard Model by quadrature: above zero favours new physics.

    Parameters
    ----------
    model : pm.Model
        With one or two free parameters.
    n : int
        Grid points for one parameter; for two, four times the square root of it along each.
    stretch : float
        The prior stretched about zero by this factor, its range with it: p(x / s) / s.

    Returns
    -------
    float
        Minus infinity where the prior holds nothing that the data allow: beyond :func:`likelihood_range` the
        likelihood counts as zero.

    Raises
    ------
    InputError
        If more than two parameters are free.
    """
    likelihood, question = fit_of(model), question_of(model)
    if len(question.free) > 2:
        raise InputError(
            f"quadrature takes one free parameter or two, not {list(question.free)}; use smc_log_bayes_factor"
        )
    n = n if len(question.free) == 1 else int(np.sqrt(16 * n)) | 1
    axes = [prior_grid(likelihood, name, n) for name in question.free]
    points = np.stack([g.ravel() for g in np.meshgrid(*axes, indexing="ij")], axis=-1)
    held = list(range(len(axes)))
    ranges = np.array([likelihood_range(likelihood, name) for name in question.free])
    at = stretch * points
    allowed = np.all((at >= ranges[:, 0]) & (at <= ranges[:, 1]), axis=1)
    if not allowed.any():
        return -np.inf
    log_p = np.full(len(at), -np.inf)  # as in width_scan: no fit is asked for where the data allow nothing
    log_p[allowed] = log_marginal_likelihood(likelihood, held, at[allowed])
    for i, name in enumerate(question.free):
        log_p = log_p + log_density(question.priors[name], name, points[:, i])
    weights = [_simpson(axis) for axis in axes]
    weight = weights[0] if len(axes) == 1 else np.multiply.outer(*weights).ravel()
    inside = np.isfinite(log_p)
    return float(logsumexp(log_p[inside], b=weight[inside])) - standard_model_evidence(likelihood)


def _simpson(x: np.ndarray) -> np.ndarray:
    """Weights of Simpson's rule on an odd number of points, of its trapezoids on uneven ones."""
    step = np.diff(x)
    if x.size % 2 and np.allclose(step, step[0]):
        weights = np.full(x.size, 2.0)
        weights[1::2], weights[[0, -1]] = 4.0, 1.0
        return weights * step[0] / 3
    weights = np.zeros(x.size)
    weights[:-1] += step / 2
    weights[1:] += step / 2
    return weights


def savage_dickey(model: pm.Model, draws: np.ndarray, parameter: str | None = None) -> float:
    r"""ln B from posterior draws: the prior's density over the posterior's at the Standard Model.

    In the coordinate :math:`u = F(\theta)`, the prior's own distribution function, every prior is flat on
    (0, 1) and the ratio is one over the posterior density of u at the Standard Model: finite and smooth for
    priors that vanish there, such as those flat in the strength, and for log-uniform ones, whose lower edge
    stands for the Standard Model. The density at that place, often an edge, comes from a local likelihood
    fit of its logarithm by a parabola (Loader, Ann. Stat. 24 (1996) 1602), which has no bias at an edge to
    first order.

    Parameters
    ----------
    model : pm.Model
    draws : array
        Of the parameter, any shape.
    parameter : str, optional
        By default the one free parameter.

    Returns
    -------
    float

    Raises
    ------
    InputError
        If fewer than 500 draws lie near the Standard Model: the ratio cannot be seen in them.
    """
    likelihood, question = fit_of(model), question_of(model)
    name = parameter or question.free[0]
    grid = prior_grid(likelihood, name, 4001)
    density = np.exp(log_density(question.priors[name], name, grid))
    below = np.concatenate([[0.0], np.cumsum(np.diff(grid) * (density[1:] + density[:-1]) / 2)])
    below /= below[-1]
    u = np.interp(np.ravel(draws), grid, below)
    return -_log_density_at(u, float(np.interp(question.interaction.standard_model_value(name), grid, below)))


def _log_density_at(u: np.ndarray, at: float, share: float = 0.35) -> float:
    """Logarithm of the density of numbers between 0 and 1 at one place, by local likelihood."""
    distance = np.abs(u - at)
    h = float(np.quantile(distance, share))  # a window that holds this share of the draws
    near = np.sum(distance < h)
    if near < 500:
        raise InputError(f"only {near} draws lie near the Standard Model; 500 were needed for the density")
    low, high = max(0.0, at - h), min(1.0, at + h)
    x = np.linspace(low, high, 401)
    t, dx = (x - at) / h, (high - low) / 400
    z = (u[distance < h] - at) / h
    moments = np.array([np.sum(z**k) for k in range(3)]) / u.size

    def minus_likelihood(c):
        weight = _simpson(x)
        values = np.exp(np.clip(c[0] + c[1] * t + c[2] * t**2, -700, 700))
        integral = weight @ values
        gradient = np.array([weight @ (values * t**k) for k in range(3)]) - moments
        return integral - c @ moments, gradient

    start = np.array([np.log(max(near / u.size / (high - low), dx)), 0.0, 0.0])
    return float(minimize(minus_likelihood, start, jac=True, method="BFGS").x[0])


class SmcEvidence(NamedTuple):
    """ln B by sequential Monte Carlo, and the scatter of its chains, which understates its error."""

    log_bayes_factor: float
    scatter: float


def smc_log_bayes_factor(
    model: pm.Model, draws: int = 2000, chains: int = 4, seed: int = 20220811
) -> SmcEvidence:
    """ln B from the evidences that ``pm.sample_smc`` estimates for the model with and without its parameters.

    The Standard Model is the same model with every free parameter held at its value there (``pm.do``).

    Parameters
    ----------
    model : pm.Model
    draws, chains, seed : int

    Returns
    -------
    SmcEvidence
    """
    question = question_of(model)
    held = dict(zip(question.free, question.standard_model, strict=True))
    without = pm.do(model, held, prune_vars=True)
    evidences = []
    for one in (model, without):
        tree = sequential_monte_carlo(one, draws, chains, seed)
        # the last stage is the whole likelihood
        stages = xr.DataArray(tree["sample_stats"]["log_marginal_likelihood"]).values
        evidences.append(np.array([_last_finite(chain) for chain in np.atleast_1d(stages)]))
    log_b = [logsumexp(e) - np.log(e.size) for e in evidences]
    scatter = np.sqrt(sum(e.var(ddof=1) / e.size for e in evidences))
    return SmcEvidence(float(log_b[0] - log_b[1]), float(scatter))


def _last_finite(chain) -> float:
    values = np.hstack(chain).astype(float)
    return float(values[np.isfinite(values)][-1])


def width_scan(
    model: pm.Model, families: Sequence[str] = ("flat", "halfnormal"), n: int = 25
) -> list[WidthScan]:
    """ln B by quadrature for priors of growing width, one free parameter.

    Beyond the range that the data allow the likelihood counts as zero: ln B then falls like minus log width.

    Parameters
    ----------
    model : pm.Model
        Its own prior does not enter.
    families : sequence of str
        ``flat`` from zero (or symmetric, for a signed parameter) to the width, ``flat_strength`` likewise,
        ``halfnormal`` of that scale.
    n : int
        Widths, from a hundredth of to thirty times the range that the data allow.

    Returns
    -------
    list of WidthScan
    """
    likelihood, question = fit_of(model), question_of(model)
    if len(question.free) > 1:
        raise InputError(f"one parameter must be free for a scan over widths, not {list(question.free)}")
    name = next(iter(question.free))
    lower, upper = likelihood_range(likelihood, name)
    far = max(abs(lower), abs(upper))
    half = np.concatenate([[0.0], np.geomspace(1e-4 * far, far, 1200)])
    grid = np.concatenate([-half[:0:-1], half]) if question.interaction.signed else half
    log_l = log_marginal_likelihood(likelihood, [0], grid[:, None]) - standard_model_evidence(likelihood)
    ratio = np.exp(np.maximum(log_l, -700))
    below = np.concatenate([[0.0], np.cumsum(np.diff(grid) * (ratio[1:] + ratio[:-1]) / 2)])
    side = 2 if question.interaction.signed else 1

    def flat(w):
        ends = np.interp([-w if side == 2 else 0.0, w], grid, below)
        return (ends[1] - ends[0]) / (side * w)

    def halfnormal(w):
        weighted = ratio * np.exp(-0.5 * (grid / w) ** 2)
        return np.trapezoid(weighted, grid) / (side * w * np.sqrt(np.pi / 2))

    def flat_strength(w):
        inside = grid <= w
        return np.trapezoid((ratio * grid)[inside], grid[inside]) * 2 / w**2

    means = {"flat": flat, "halfnormal": halfnormal}
    if side == 1:
        means["flat_strength"] = flat_strength
    unknown = sorted(set(families) - set(means))
    if unknown:
        raise InputError(f"{unknown} have no width for {name}; the choices are {sorted(means)}")
    widths = np.geomspace(0.01 * far, 30 * far, n)
    return [WidthScan(f, widths, np.log([means[f](w) for w in widths])) for f in families]
