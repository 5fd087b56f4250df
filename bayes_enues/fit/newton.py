"""Projected Newton steps in Numba: one fit, and many, of whatever gives chi^2, gradient and Hessian."""

from typing import Any

import numba
import numpy as np

from .kernel import chi2_at

__all__ = ["cholesky_solve", "minimise_all", "minimise_one"]

MAX_STEPS = 200
TOLERANCE = 1e-12


@numba.njit(nogil=True)
def cholesky_solve(
    matrix: np.ndarray, right: np.ndarray, shift: float, unit: np.ndarray
) -> tuple[bool, np.ndarray]:
    """Solve (matrix + shift diag(unit)) s = right; False if that is not positive definite."""
    n = right.size
    root = np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1):
            total = matrix[i, j]
            if i == j:
                total += shift * unit[i]
            for k in range(j):
                total -= root[i, k] * root[j, k]
            if i == j:
                if not total > 1e-14 * abs(matrix[i, i]):
                    return False, right
                root[i, i] = np.sqrt(total)
            else:
                root[i, j] = total / root[j, j]
    s = right.copy()
    for i in range(n):
        for k in range(i):
            s[i] -= root[i, k] * s[k]
        s[i] /= root[i, i]
    for i in range(n - 1, -1, -1):
        for k in range(i + 1, n):
            s[i] -= root[k, i] * s[k]
        s[i] /= root[i, i]
    return True, s


@numba.njit(nogil=True)
def minimise_one(
    of: Any,
    numbers: np.ndarray,
    x: np.ndarray,
    free: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
    scale: np.ndarray,
) -> tuple:
    """One fit, ``x`` changed in place: projected Newton steps, damped by backtracking.

    Gives chi^2, convergence, gradient and Hessian.
    """
    chi2, gradient, hessian = chi2_at(of, numbers, x)
    active = np.empty(free.size, np.int64)
    trial = x.copy()
    for _ in range(MAX_STEPS):
        if not np.isfinite(chi2):
            return chi2, False, gradient, hessian
        n = 0
        for i in free:  # all but those on an edge that want to leave
            if not ((x[i] <= lower[i] and gradient[i] > 0) or (x[i] >= upper[i] and gradient[i] < 0)):
                active[n] = i
                n += 1
        if n == 0:
            return chi2, True, gradient, hessian
        slope, unit, curvature = np.empty(n), np.empty(n), np.empty((n, n))
        for i in range(n):
            slope[i] = gradient[active[i]]
            unit[i] = 1.0 / scale[active[i]] ** 2
            for j in range(n):
                curvature[i, j] = hessian[active[i], active[j]]
        positive, step = cholesky_solve(curvature, slope, 0.0, unit)
        shift = 1e-3
        while not positive:  # Levenberg: towards steepest descent until the matrix is positive
            positive, step = cholesky_solve(curvature, slope, shift, unit)
            shift *= 10
        decrease = 0.0
        for i in range(n):
            decrease += slope[i] * step[i]
        if decrease < TOLERANCE:
            return chi2, True, gradient, hessian
        size = 1.0
        while True:
            for i in range(n):
                k = active[i]
                trial[k] = min(max(x[k] - size * step[i], lower[k]), upper[k])
            new, new_gradient, new_hessian = chi2_at(of, numbers, trial)
            if np.isfinite(new) and new <= chi2 - 1e-4 * size * decrease + 1e-13 * abs(chi2):
                break
            size /= 2
            if size < 1e-10:
                return chi2, decrease < 1e-7, gradient, hessian
        x[:] = trial
        chi2, gradient, hessian = new, new_gradient, new_hessian
    return chi2, False, gradient, hessian


def minimise_all(
    of: Any,
    points: np.ndarray,
    numbers: np.ndarray,
    free: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
    scale: np.ndarray,
    warm: bool,
    chi2: np.ndarray,
    converged: np.ndarray,
    gradient: np.ndarray,
    hessian: np.ndarray,
) -> None:
    """Fits from many starting points, not compiled yet; the last four arrays are filled."""
    for m in range(points.shape[0]):
        x = points[m]
        if warm and m > 0 and converged[m - 1]:
            for i in free:
                x[i] = points[m - 1, i]
        row = numbers[m if numbers.shape[0] > 1 else 0]
        chi2[m], converged[m], gradient[m], hessian[m] = minimise_one(of, row, x, free, lower, upper, scale)
