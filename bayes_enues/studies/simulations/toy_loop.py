"""The loop over toys in Numba: one scan of the profile serves every bound of a toy.

There is no second likelihood here: the loops minimise the same chi^2 as every fit does, some microseconds a
call. The parameter of interest is the first of a point, the nuisances follow; ``lower`` and ``upper`` hold
their physical edges. Compiled once for all model structures.
"""

# Its loops run at least once.
# pyright: reportPossiblyUnboundVariable=false

from typing import Any

import numba
import numpy as np

from ...fit.newton import cholesky_solve, minimise_one

MAX_EXTENSIONS = 12
FAR_ABOVE = 9.0  # the least chi^2: a local minimum there lies outside three standard deviations


@numba.njit(nogil=True)
def _log_determinant(matrix):
    """Logarithm of a determinant; NaN if the matrix is not positive definite."""
    n = matrix.shape[0]
    root = np.zeros((n, n))
    total = 0.0
    for i in range(n):
        for j in range(i + 1):
            rest = matrix[i, j]
            for k in range(j):
                rest -= root[i, k] * root[j, k]
            if i == j:
                if not rest > 0:
                    return np.nan
                root[i, i] = np.sqrt(rest)
                total += 2.0 * np.log(root[i, i])
            else:
                root[i, j] = rest / root[j, j]
    return total


@numba.njit(nogil=True)
def _log_integral(x, gradient, hessian, lower, upper):
    """Logarithm of the integral over the nuisances of exp(-chi^2 / 2) around its peak: Laplace's method.

    Minus half the logarithm of the determinant of their block of the Hessian. Where that is not positive, as
    for a nuisance pressed against a cut beyond which chi^2 bends down, such nuisances have the integral of
    their slope there, 2 / |g|, in the units of the others (a Gaussian's is sqrt(4 pi / h)).
    """
    found = -0.5 * _log_determinant(hessian[1:, 1:])
    if np.isfinite(found):
        return found
    inside, found = [], 0.0
    for i in range(1, x.size):
        if (x[i] <= lower[i] and gradient[i] > 0) or (x[i] >= upper[i] and gradient[i] < 0):
            found += np.log(2.0 / abs(gradient[i])) - 0.5 * np.log(4.0 * np.pi)
        else:
            inside.append(i)
    block = np.empty((len(inside), len(inside)))
    for j, a in enumerate(inside):
        for k, b in enumerate(inside):
            block[j, k] = hessian[a, b]
    return found - 0.5 * _log_determinant(block)


@numba.njit(nogil=True)
def _log_integral_on_kink(hessian, gradient, scale):
    """The same where a kink holds a nuisance and chi^2 bends downwards behind it, with what makes it convex.

    exp(-g x / 2) falls as a Gaussian of curvature g^2 / 2 does.
    """
    hessian, shift = hessian.copy(), 1e-2
    for i in range(1, scale.size):
        hessian[i, i] += 0.5 * gradient[i] * gradient[i]
    for _ in range(60):
        found = -0.5 * _log_determinant(hessian[1:, 1:])
        if np.isfinite(found):
            return found
        for i in range(1, scale.size):
            hessian[i, i] += shift / scale[i] ** 2
        shift *= 2
    return np.nan


@numba.njit(nogil=True)
def _follow(x, value, hessian, lower, upper, scale):
    """Move a fit to another value of the parameter, the nuisances along to first order.

    They go with -H_nn^-1 H_n0 per unit of the parameter, which saves about one call in three.
    """
    n = x.size
    if n > 1:
        block, mixed = hessian[1:, 1:].copy(), hessian[1:, 0].copy()
        positive, slope = cholesky_solve(block, mixed, 0.0, scale[1:])
        if positive:
            for i in range(1, n):
                moved = x[i] - slope[i - 1] * (value - x[0])
                moved = max(moved, lower[i] + 0.1 * (x[i] - lower[i]))
                x[i] = moved if moved < upper[i] else 0.5 * (x[i] + upper[i])
    x[0] = value


@numba.njit(nogil=True)
def _mass_above(nodes, log_density, cut):
    """Share of a density where its logarithm exceeds ``cut``.

    Between nodes the logarithm is a cubic through four of them, taken as straight on eighths of a cell, where
    the exponential has its integral in closed form.
    """
    total, above = 0.0, 0.0
    n, pieces = nodes.size, 8
    peak = log_density.max()
    for k in range(n - 1):
        if nodes[k + 1] <= nodes[k]:
            continue
        a = min(max(k - 1, 0), n - 4)
        left = log_density[k]
        width = (nodes[k + 1] - nodes[k]) / pieces
        for p in range(1, pieces + 1):
            at = nodes[k] + p * width
            right = 0.0
            for i in range(a, a + 4):
                term = log_density[i]
                for j in range(a, a + 4):
                    if j != i:
                        term *= (at - nodes[j]) / (nodes[i] - nodes[j])
                right += term
            rise = right - left
            mass = width * np.exp(left - peak)
            if abs(rise) > 1e-9:
                mass *= np.expm1(rise) / rise
            total += mass
            high, low = max(left, right), min(left, right)
            if low >= cut:
                above += mass
            elif high > cut:  # the part next to the higher end
                above += width * np.exp(high - peak) * -np.expm1(cut - high) / (high - low)
            left = right
    return above / total


@numba.njit(nogil=True)
def _scan(of, nodes, middle, start, numbers, lower, upper, scale, points, chi2, log_marginal):
    """Profile at every node, from the middle one outwards; whether all fits converged."""
    nuisances = np.arange(1, start.size)
    centre = start.copy()
    _, good, _, centre_hessian = minimise_one(of, numbers, centre, nuisances, lower, upper, scale)
    for direction in (1, -1):
        x = centre.copy()
        hessian = centre_hessian
        k = middle if direction == 1 else middle - 1
        while 0 <= k < nodes.size:
            _follow(x, nodes[k], hessian, lower, upper, scale)
            chi2[k], converged, slope, hessian = minimise_one(of, numbers, x, nuisances, lower, upper, scale)
            if not converged:  # what is near the end of its range may stay there: from the truth again
                x[1:] = start[1:]
                chi2[k], converged, slope, hessian = minimise_one(
                    of, numbers, x, nuisances, lower, upper, scale
                )
            log_integral = _log_integral(x, slope, hessian, lower, upper)
            if not np.isfinite(log_integral):
                log_integral = _log_integral_on_kink(hessian, slope, scale)
            log_marginal[k] = log_integral - 0.5 * chi2[k]
            good = good and converged and np.isfinite(log_marginal[k])
            points[k] = x
            k += direction
    return good


@numba.njit(nogil=True)
def _best(of, points, chi2, numbers, lower, upper, scale):
    """The least chi^2 and its parameter, from every local minimum of a scan; and convergence.

    That of fits which begin far above the least node does not count: on a plateau, where a signal fades as
    its uncertainty allows, they may go on for ever.
    """
    everything = np.arange(points.shape[1])
    least, place, good = np.inf, np.nan, True
    last = chi2.size - 1
    for i in range(chi2.size):
        left = chi2[i - 1] if i > 0 else np.inf
        right = chi2[i + 1] if i < last else np.inf
        if not (chi2[i] <= left and chi2[i] <= right):
            continue
        # the slope of a squared parameter vanishes on its edge: start inside
        x = points[i + 1 if points[i, 0] <= lower[0] and i < last else i].copy()
        found, converged, _, _ = minimise_one(of, numbers, x, everything, lower, upper, scale)
        good = good and (converged or chi2[i] > chi2.min() + FAR_ABOVE)
        if x[0] < lower[0] + 0.02 * scale[0]:  # a square comes close to its edge and stops
            at_edge = x.copy()
            at_edge[0] = lower[0]
            there, converged, _, _ = minimise_one(of, numbers, at_edge, everything[1:], lower, upper, scale)
            if converged and there <= found + 1e-8:
                found, x = there, at_edge
        if found < least:
            least, place = found, x[0]
        if chi2[i] < least:
            least, place = chi2[i], points[i, 0]
    return least, place, good


def analyse_all(
    of: Any,
    toys: np.ndarray,
    truth: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
    scale: np.ndarray,
    bottom: float,
    top: float,
    rule: np.ndarray,
    weights: np.ndarray,
    power: int,
    results: np.ndarray,
    tail: float,
) -> None:
    """The loop over toys of :func:`analyse_toys`."""
    k, value = rule.size, truth[0]
    signed = not np.isfinite(lower[0])
    nodes, measure = np.empty(2 * k + 1), np.empty(2 * k + 1)
    chi2, log_marginal = np.empty(2 * k + 1), np.empty(2 * k + 1)
    points = np.empty((2 * k + 1, truth.size))
    for t in range(toys.shape[0]):
        low, high = bottom, top
        for _ in range(MAX_EXTENSIONS):
            for i in range(k):
                nodes[i] = low + (value - low) * rule[i]
                measure[i] = (value - low) * weights[i]
                nodes[k + 1 + i] = value + (high - value) * rule[i]
                measure[k + 1 + i] = (high - value) * weights[i]
            nodes[k], measure[k] = value, 0.0
            a = 0 if value > low else k  # no panel below a true value on the edge
            x, curve, logs = points[a:], chi2[a:], log_marginal[a:]
            good = _scan(of, nodes[a:], k - a, truth, toys[t], lower, upper, scale, x, curve, logs)
            best, place, converged = _best(of, x, curve, toys[t], lower, upper, scale)
            closed_above = chi2[2 * k] - best > tail
            closed_below = not signed or chi2[a] - best > tail
            if closed_above and closed_below:
                break
            high += 0.0 if closed_above else 0.3 * (high - value)
            low -= 0.0 if closed_below else 0.3 * (value - low)

        above = best if place >= value else chi2[k:].min()
        if signed:
            content, content_strength = _mass_above(nodes[a:], log_marginal[a:], log_marginal[k]), np.nan
        else:
            density = measure[a:] * np.exp(log_marginal[a:] - log_marginal[a:].max())
            in_strength = density * nodes[a:] ** (power - 1)
            content = density[: k - a].sum() / density.sum()
            content_strength = in_strength[: k - a].sum() / in_strength.sum()
        results[t, 0] = 1.0 if good and converged and closed_above and closed_below else 0.0
        results[t, 1] = place
        results[t, 2] = best
        results[t, 3] = chi2[k] - best
        results[t, 4] = above - best
        results[t, 5] = content
        results[t, 6] = content_strength
