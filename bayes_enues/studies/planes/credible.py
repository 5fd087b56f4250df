"""The region of highest posterior density of two parameters, on a grid and without sampling.

The density is the likelihood with the nuisances integrated by Laplace's method, whose error against
Gauss-Hermite quadrature is measured and stated, times the priors. A further free parameter is integrated over
its prior. No kernel density smears an edge.
"""

from collections.abc import Sequence

import numpy as np
from numpy.polynomial.legendre import leggauss
from scipy.interpolate import RectBivariateSpline
from scipy.special import logsumexp

from ...errors import InputError
from ...fit.chi2 import Likelihood
from ...fit.marginal import log_marginal_likelihood
from ...fit.posterior import prior_words
from ...fit.scan import prior_range
from ...results import CredibleRegion
from .areas import density_cut, log_integral
from .contours import contour_lines, sharpen

DENSITY_POINTS = 41
THIRD_NODES = 16  # Gauss-Legendre, over the range of a parameter that is integrated away
NEGLIGIBLE = 14.0  # below the peak of the log-density: less than 1e-5 of a plane's probability lies beyond
SEARCH_POINTS = 25


def credible_plane(
    likelihood: Likelihood, held: Sequence[int], level: float, points: int = DENSITY_POINTS
) -> CredibleRegion:
    """Marginal posterior density of two parameters on a grid, and its highest-density region.

    Parameters
    ----------
    likelihood : Likelihood
    held : two int
    level : float
    points : int
        Grid points a side, odd.

    Raises
    ------
    InputError
        If a prior vanishes where the data allow the parameter.
    """
    ranges = [prior_range(likelihood, likelihood.names[i]) for i in held]
    x, y = (np.linspace(*edges, SEARCH_POINTS) for edges in ranges)
    near = _log_density(likelihood, held, x, y)
    near = near > near.max() - NEGLIGIBLE
    box = [_extent(grid, near.any(axis=1 - axis)) for axis, grid in enumerate((x, y))]
    x, y = (np.linspace(lower, upper, points) for lower, upper in box)
    log_density = _log_density(likelihood, held, x, y)
    if not np.isfinite(log_density).all():
        words = "; ".join(prior_words(likelihood.model).values())
        raise InputError(
            f"the prior ({words}) vanishes at values that the data allow, where its log-density has no "
            "contours; choose one that is nowhere zero on its range, such as Flat(0, 10)"
        )
    _, coarse = density_cut(x[::2], y[::2], log_density[::2, ::2], level)
    cut, area = density_cut(x, y, log_density, level)
    log_total = log_integral(x, y, log_density)
    log_density, cut = log_density - log_total, cut - log_total

    spline = RectBivariateSpline(x, y, log_density, s=0)

    def function(vertices):
        px, py = vertices.T
        return spline.ev(px, py), np.stack([spline.ev(px, py, dx=1), spline.ev(px, py, dy=1)], axis=-1)

    fx, fy = np.linspace(x[0], x[-1], 2 * points), np.linspace(y[0], y[-1], 2 * points)
    lines = contour_lines(fx, fy, spline(fx, fy), cut)
    lines, residual = sharpen(lines, function, cut, [fx[1] - fx[0], fy[1] - fy[0]], likelihood.lower[held[0]])
    words, free = prior_words(likelihood.model), likelihood.question.free
    density_in = [likelihood.names[i] for i in held]
    return CredibleRegion(
        level=level,
        log_density_cut=cut,
        contours=lines,
        area=area,
        grid_error=abs(coarse / area - 1),
        residual=residual,
        integration_error=_integration_error(likelihood, held, x, y, log_density, cut),
        density_in=density_in,
        integrated={name: words[name] for name in free if name not in density_in},
        converged=True,
        x=x,
        y=y,
        log_density=log_density,
    )


def _extent(grid, along) -> tuple[float, float]:
    inside = np.flatnonzero(along)
    return float(grid[max(inside[0] - 1, 0)]), float(grid[min(inside[-1] + 1, grid.size - 1)])


def _log_density(likelihood, held, x, y, order: int = 1) -> np.ndarray:
    """Logarithm of likelihood times priors, integrated over everything else, (n, m), up to a constant."""
    points = np.stack(np.meshgrid(x, y, indexing="ij"), -1).reshape(-1, 2)
    return _log_density_at(likelihood, held, points, order).reshape(x.size, y.size)


def _log_density_at(likelihood, held, points, order: int = 1) -> np.ndarray:
    third = [i for i in range(likelihood.n_physics) if i not in held]
    if not third:
        values, log_weight = points, np.zeros(1)
    else:
        lower, upper = prior_range(likelihood, likelihood.names[third[0]])
        nodes, weights = leggauss(THIRD_NODES)
        nodes = lower + (upper - lower) * (nodes + 1) / 2
        values = np.concatenate(
            [np.repeat(points, nodes.size, axis=0), np.tile(nodes, len(points))[:, None]], axis=1
        )
        log_weight = np.log(weights)
    order_of = [*held, *third]
    log_likelihood = log_marginal_likelihood(likelihood, order_of, values, order)
    full = np.repeat(likelihood.start[None], len(values), axis=0)
    full[:, order_of] = values
    log_density = (log_likelihood + likelihood.log_prior(full)).reshape(len(points), -1)
    return logsumexp(log_density + log_weight, axis=1)


def _integration_error(likelihood, held, x, y, log_density, cut) -> float:
    """Laplace against Gauss-Hermite at points spread over the region."""
    i, j = np.nonzero(log_density >= cut)
    chosen = np.linspace(0, i.size - 1, min(i.size, 12)).astype(int)
    points = np.stack([x[i[chosen]], y[j[chosen]]], axis=-1)
    difference = _log_density_at(likelihood, held, points, 5) - _log_density_at(likelihood, held, points, 1)
    return float(np.ptp(difference))
