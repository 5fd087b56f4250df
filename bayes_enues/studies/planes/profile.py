"""The Delta chi^2 contour of two parameters: a fit at every point of a grid around the region.

A further free parameter is profiled, like the nuisances.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from ...errors import InputError
from ...fit.chi2 import Likelihood
from ...fit.minimise import minimise_many, profile_many
from ...results import ProfileRegion
from .areas import area_below
from .contours import contour_lines, sharpen

PROFILE_POINTS = 101  # a side; odd, so that every second point is a grid too
MAX_STEPS = 30
SEARCH_POINTS = 25


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
        See :func:`bayes_enues.studies.planes.plane.plane_region`; ``notes`` is added to.
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
    area = area_below(x, y, delta, cut)
    coarse = area_below(x[::2], y[::2], delta[::2, ::2], cut)
    return ProfileRegion(
        threshold=cut,
        contours=lines,
        best_fit=(float(best[0][held[0]]), float(best[0][held[1]])),
        chi2_min=best[1],
        profiled=[name for name in likelihood.question.free if likelihood.names.index(name) not in held],
        area=area,
        grid_error=abs(coarse / area - 1),
        residual=residual,
        x=x,
        y=y,
        delta_chi2=delta,
    )


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
        raise InputError(f"ranges were given for {unknown}, but the plane is of {names}")
    for name, (lower, upper) in ranges.items():
        if not (np.isfinite(lower) and np.isfinite(upper) and lower < upper):
            raise InputError(f"the range of {name} runs from {lower:g} to {upper:g}; it must increase")
        if lower < edge:
            raise InputError(f"the range of {name} begins at {lower:g}, but {name} cannot be negative")
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
    raise InputError(
        f"the region of {[likelihood.names[i] for i in held]} still reaches the edge of {box}; the data do "
        "not bound these two together"
    )
