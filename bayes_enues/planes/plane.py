"""Two parameters at a time: the Delta chi^2 contour and the highest-posterior-density region, from one model.

Both are computed on grids without sampling. The profile is a fit at every point; the posterior density is the
likelihood with the nuisances integrated by Laplace's method, whose error against Gauss-Hermite quadrature is
measured and stated. A further free parameter is profiled for the one and integrated over its prior for the
other. No kernel density smears an edge. NUTS draws only count: which share of them lies inside.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pymc as pm
from numpy.polynomial.legendre import leggauss
from scipy.interpolate import RectBivariateSpline
from scipy.special import logsumexp

from ..likelihood import Likelihood
from ..newton import minimise_many, profile_many
from ..quadrature import log_marginal_likelihood
from ..statistics import check_level, threshold
from .contours import Line, contour_lines, sharpen

__all__ = ["CredibleRegion", "Plane", "ProfileRegion", "credible_plane", "plane_region", "profile_plane"]

PROFILE_POINTS = 101  # a side; odd, so that every second point is a grid too
PROFILE_POINTS_OF_THREE = 61
DENSITY_POINTS = 41
THIRD_NODES = 16  # Gauss-Legendre, over the range of a parameter that is integrated away
FINE = 401
NEGLIGIBLE = 14.0  # below the peak of the log-density: less than 1e-5 of a plane's probability lies beyond
MAX_STEPS = 30
SEARCH_POINTS = 25


class ProfileRegion(NamedTuple):
    """Where Delta chi^2 of two parameters stays below a threshold.

    Attributes
    ----------
    x, y : (n,)
        Grid of the first and the second parameter.
    delta_chi2 : (n, n)
        Profiled over everything else, less the minimum over the physical region.
    threshold : float
    lines : list of Line
        Contour, its vertices exact.
    best_fit : tuple of float
    chi2_min : float
    area : float
        Of the region, in units of both parameters.
    grid_error : float
        Relative change of the area from a grid of half as many points a side.
    residual : float
        Largest ``|delta_chi2 - threshold|`` at a vertex.
    """

    x: np.ndarray
    y: np.ndarray
    delta_chi2: np.ndarray
    threshold: float
    lines: list[Line]
    best_fit: tuple[float, float]
    chi2_min: float
    area: float
    grid_error: float
    residual: float


class CredibleRegion(NamedTuple):
    """The highest-posterior-density region of two parameters, a density in these very parameters.

    Attributes
    ----------
    x, y : (n,)
    log_density : (n, n)
        Marginal posterior density, normalised over the grid.
    level : float
    cut : float
        Log-density on the edge of the region.
    lines : list of Line
    area, grid_error : float
        As for the profile.
    residual : float
        Largest ``|log_density - cut|`` at a vertex, of the spline through the grid.
    integration_error : float
        Largest difference of log-density between Laplace's method and Gauss-Hermite quadrature in the region,
        up to a common constant.
    """

    x: np.ndarray
    y: np.ndarray
    log_density: np.ndarray
    level: float
    cut: float
    lines: list[Line]
    area: float
    grid_error: float
    residual: float
    integration_error: float

    def contains(self, points: np.ndarray) -> np.ndarray:
        """Whether points (m, 2) lie in the region; (m,) bool."""
        px, py = np.asarray(points, float).T
        on_grid = (px >= self.x[0]) & (px <= self.x[-1]) & (py >= self.y[0]) & (py <= self.y[-1])
        height = RectBivariateSpline(self.x, self.y, self.log_density, s=0).ev(px, py)
        return on_grid & (height >= self.cut)


class Plane(NamedTuple):
    """Both regions of two parameters.

    Attributes
    ----------
    parameters : tuple of str
    profile : ProfileRegion
    credible : CredibleRegion
    notes : list of str
        What had to be done differently.
    """

    parameters: tuple[str, str]
    profile: ProfileRegion
    credible: CredibleRegion
    notes: list[str]


def plane_region(
    model: pm.Model,
    parameters: Sequence[str],
    level: float = 0.9,
    ranges: Mapping[str, tuple[float, float]] | None = None,
    points: int | None = None,
) -> Plane:
    """The 90 % regions of two parameters of a model.

    Parameters
    ----------
    model : pm.Model
        From ``bayes_enues.models``, with these two parameters free, and perhaps one more.
    parameters : two str
    level : float
        Credibility and confidence: 0.9 cuts Delta chi^2 at 4.6052.
    ranges : mapping of name to (lower, upper), optional
        Where to draw the profile; extended, with a note, where the region does not fit.
    points : int
        Grid points a side for the profile, odd; by default 101, and 61 with a third free parameter.

    Raises
    ------
    ValueError
        If the plane is of one parameter with itself, the model lacks one of them or leaves more than three
        free, a range is empty or unphysical, or the data do not bound the region.
    """
    check_level(level)
    likelihood = Likelihood(model)
    free = likelihood.question.free
    held = plane_indices(free, parameters)
    if len(free) > 3:
        raise ValueError(f"{list(free)} are free; a plane leaves at most one further parameter free")
    notes: list[str] = []
    points = points or (PROFILE_POINTS if likelihood.n_physics == 2 else PROFILE_POINTS_OF_THREE)
    profile = profile_plane(likelihood, held, threshold(level, 2), ranges, points, notes)
    return Plane(tuple(parameters), profile, credible_plane(likelihood, held, level), notes)


def plane_indices(free: Sequence[str], parameters: Sequence[str]) -> list[int]:
    """Places of two parameters among the free ones.

    Raises
    ------
    ValueError
        If they are not two, the same, or not free.
    """
    if len(parameters) != 2 or parameters[0] == parameters[1]:
        raise ValueError(f"a plane needs two different parameters, not {list(parameters)}")
    unknown = [name for name in parameters if name not in free]
    if unknown:
        raise ValueError(f"the model has no parameter {unknown}; the choices are {list(free)}")
    return [list(free).index(name) for name in parameters]


def profile_plane(
    likelihood: Likelihood,
    held: Sequence[int],
    cut: float,
    ranges: Mapping[str, tuple[float, float]] | None = None,
    points: int = PROFILE_POINTS,
    notes: list[str] | None = None,
) -> ProfileRegion:
    """Delta chi^2 of two parameters on a grid around the region, and its contour.

    Parameters
    ----------
    likelihood : Likelihood
    held : two int
    cut : float
        Delta chi^2 of the contour.
    ranges, points, notes
        See :func:`plane_region`; ``notes`` is added to.
    """
    edge = likelihood.lower[held[0]]
    box = _box(likelihood, held, cut, ranges or {}, [] if notes is None else notes)
    x, y = (np.linspace(lower, upper, points) for lower, upper in box)
    fits = _on_grid(likelihood, held, x, y)
    best = _best_fit(likelihood, fits)
    delta = fits.chi2.reshape(points, points) - best[1]

    def function(vertices):
        at = profile_many(likelihood, held, vertices)
        return at.chi2 - best[1], at.gradient[:, held]

    lines = contour_lines(x, y, delta, cut)
    lines, residual = sharpen(lines, function, cut, [x[1] - x[0], y[1] - y[0]], edge)
    area = _area(x, y, delta, cut)
    coarse = _area(x[::2], y[::2], delta[::2, ::2], cut)
    return ProfileRegion(
        x, y, delta, cut, lines, tuple(float(v) for v in best[0][list(held)]), best[1], area,
        abs(coarse / area - 1), residual,
    )  # fmt: skip


def _on_grid(likelihood, held, x, y):
    return profile_many(likelihood, held, np.stack(np.meshgrid(x, y, indexing="ij"), -1).reshape(-1, 2))


def _best_fit(likelihood, fits) -> tuple[np.ndarray, float]:
    """The least chi^2 over the physical region, from the best points of a grid."""
    start = fits.x[np.argsort(fits.chi2)[:5]]
    free = np.arange(len(likelihood.names))
    found = minimise_many(likelihood, np.concatenate([start, likelihood.start[None]]), free)
    k = int(np.argmin(np.where(found.converged, found.chi2, np.inf)))
    return found.x[k], float(found.chi2[k])


def _box(likelihood, held, cut, ranges, notes) -> list[tuple[float, float]]:
    """Where to draw: the ranges asked for, extended to hold the region, or a little more than the region."""
    names = [likelihood.names[i] for i in held]
    edge = likelihood.lower[held[0]]
    if unknown := sorted(set(ranges) - set(names)):
        raise ValueError(f"ranges were given for {unknown}, but the plane is of {names}")
    for name, (lower, upper) in ranges.items():
        if not (np.isfinite(lower) and np.isfinite(upper) and lower < upper):
            raise ValueError(f"the range of {name} runs from {lower:g} to {upper:g}; it must increase")
        if lower < edge:
            raise ValueError(f"the range of {name} begins at {lower:g}, but {name} cannot be negative")
    box = []
    for name, (lower, upper) in zip(names, _region_box(likelihood, held, cut), strict=True):
        low, high = ranges.get(name, (lower, upper))
        if lower < low or upper > high:
            notes.append(
                f"the range of {name} was extended from ({low:g}, {high:g}) to "
                f"({min(low, lower):.4g}, {max(high, upper):.4g}), to hold the region"
            )
        box.append((min(low, lower), max(high, upper)))
    return box


def _region_box(likelihood, held, cut) -> list[tuple[float, float]]:
    """A box a little larger than the region, found by growing and shrinking one around zero."""
    edge = likelihood.lower[held[0]]
    box = [(max(edge, -3 * likelihood.scale[i]), 3 * likelihood.scale[i]) for i in held]
    for _ in range(MAX_STEPS):
        grids = [np.linspace(lower, upper, SEARCH_POINTS) for lower, upper in box]
        fits = _on_grid(likelihood, held, *grids)
        best, least = _best_fit(likelihood, fits)
        inside = (fits.chi2 - least <= cut).reshape(SEARCH_POINTS, SEARCH_POINTS)
        fitted, done = [], True
        for axis, (grid, centre) in enumerate(zip(grids, best[list(held)], strict=True)):
            step, span = grid[1] - grid[0], grid[-1] - grid[0]
            along = np.flatnonzero(inside.any(axis=1 - axis))
            if along.size == 0:  # beside the box, or smaller than a cell
                lower, upper, cells = centre - span / 8, centre + span / 8, 0
            else:
                lower, upper, cells = grid[along[0]] - 1.5 * step, grid[along[-1]] + 1.5 * step, along.size
                if along[0] == 0 and grid[0] > edge:
                    lower, cells = grid[0] - span, 0
                if along[-1] == SEARCH_POINTS - 1:
                    upper, cells = grid[-1] + span, 0
            fitted.append((float(max(lower, edge)), float(upper)))
            done = done and cells > SEARCH_POINTS // 2
        if done:
            return fitted
        box = fitted
    raise ValueError(
        f"the region of {[likelihood.names[i] for i in held]} still reaches the edge of {box}; the data do "
        "not bound these two together"
    )


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
    """
    priors = [likelihood.question.priors[likelihood.names[i]] for i in held]
    x, y = (np.linspace(prior.lower, prior.upper, SEARCH_POINTS) for prior in priors)
    near = _log_density(likelihood, held, x, y)
    near = near > near.max() - NEGLIGIBLE
    box = [_extent(grid, near.any(axis=1 - axis)) for axis, grid in enumerate((x, y))]
    x, y = (np.linspace(lower, upper, points) for lower, upper in box)
    log_density = _log_density(likelihood, held, x, y)
    _, coarse = _density_cut(x[::2], y[::2], log_density[::2, ::2], level)
    cut, area = _density_cut(x, y, log_density, level)
    log_total = _log_integral(x, y, log_density)
    log_density, cut = log_density - log_total, cut - log_total

    spline = RectBivariateSpline(x, y, log_density, s=0)

    def function(vertices):
        px, py = vertices.T
        return spline.ev(px, py), np.stack([spline.ev(px, py, dx=1), spline.ev(px, py, dy=1)], axis=-1)

    fx, fy = np.linspace(x[0], x[-1], 2 * points), np.linspace(y[0], y[-1], 2 * points)
    lines = contour_lines(fx, fy, spline(fx, fy), cut)
    lines, residual = sharpen(lines, function, cut, [fx[1] - fx[0], fy[1] - fy[0]], likelihood.lower[held[0]])
    return CredibleRegion(
        x, y, log_density, level, cut, lines, area, abs(coarse / area - 1), residual,
        _integration_error(likelihood, held, x, y, log_density, cut),
    )  # fmt: skip


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
        prior = likelihood.question.priors[likelihood.names[third[0]]]
        nodes, weights = leggauss(THIRD_NODES)
        nodes = prior.lower + (prior.upper - prior.lower) * (nodes + 1) / 2
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


def _fine(x, y, z) -> tuple[np.ndarray, np.ndarray]:
    """A spline through a grid at many more points, and the area each stands for."""
    fx, fy = np.linspace(x[0], x[-1], FINE), np.linspace(y[0], y[-1], FINE)
    weight = np.ones(FINE)
    weight[[0, -1]] = 0.5
    cell = (fx[1] - fx[0]) * (fy[1] - fy[0])
    return RectBivariateSpline(x, y, z, s=0)(fx, fy), cell * weight[:, None] * weight


def _log_integral(x, y, log_density) -> float:
    height, area = _fine(x, y, log_density)
    return float(logsumexp(height, b=area))


def _density_cut(x, y, log_density, level) -> tuple[float, float]:
    """Log-density above which the share ``level`` of the probability lies, and the area there."""
    height, area = _fine(x, y, log_density)
    order = np.argsort(-height, axis=None)
    height, area = height.ravel()[order], area.ravel()[order]
    mass = np.cumsum(np.exp(height - height[0]) * area)
    cut = float(np.interp(level * mass[-1], mass, height))
    return cut, float(area[height >= cut].sum())


def _area(x, y, z, cut) -> float:
    """Area where a function on a grid lies below a value."""
    height, area = _fine(x, y, z)
    return float(area[height <= cut].sum())
