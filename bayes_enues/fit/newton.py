"""Projected Newton steps in Numba: one fit, and many, of whatever gives chi^2, gradient and Hessian."""

from typing import Any

import numba
import numpy as np

from .kernel import chi2_at, kinks_of

MAX_STEPS = 200
TOLERANCE = 1e-12
RESTING = 1e-7  # what a full step may still promise of chi^2 where no step keeps the promise
CREEPING = 1e-3  # of a Newton step: whether a kink is in the way is asked where no more is possible
KINK = 1e-5  # of a variable's scale: a step across a kink
SHORT_OF = 1e-10  # a piece between two kinks ends so far before the second, where the slope is still its own


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
def _leads_down(of, numbers, x, chi2, i, lower, upper, scale):
    """Whether a small step of one variable lowers chi^2."""
    trial = x.copy()
    for step in (KINK * scale[i], -KINK * scale[i]):
        trial[i] = min(max(x[i] + step, lower[i]), upper[i])
        if chi2_at(of, numbers, trial)[0] < chi2 - 1e-13 * abs(chi2):
            return True
    return False


@numba.njit(nogil=True)
def _let_go(of, numbers, x, chi2, free, lower, upper, scale, held):
    """Hold no longer what has a way down; whether there was any."""
    any_left = False
    for i in free:
        if held[i] and _leads_down(of, numbers, x, chi2, i, lower, upper, scale):
            held[i] = False
            any_left = True
    return any_left


@numba.njit(nogil=True)
def _stay_between(i, x, lower, upper, low, high):
    """Edges of one variable: those of the piece between two kinks, at whole numbers, in which it is."""
    start = np.floor(x[i])
    low[i], high[i] = max(lower[i], start), min(upper[i], start + 1 - SHORT_OF)


@numba.njit(nogil=True)
def _cross_a_kink(of, numbers, x, free, kinked, gradient, lower, upper, low, high):
    """Move one variable that presses against a kink to its other side, if the way goes on down there."""
    for i in free:
        if not kinked[i]:
            continue
        was, kink = x[i], np.floor(x[i] + 0.5)  # compiled in no time, unlike np.round
        if was >= high[i] and gradient[i] < 0 and high[i] < upper[i]:
            x[i] = kink
            if chi2_at(of, numbers, x)[1][i] < 0:
                low[i], high[i] = x[i], min(upper[i], x[i] + 1 - SHORT_OF)
                return True
        elif was <= low[i] and gradient[i] > 0 and low[i] > lower[i]:
            x[i] = kink - SHORT_OF
            if chi2_at(of, numbers, x)[1][i] > 0:
                low[i], high[i] = max(lower[i], kink - 1), x[i]
                return True
        x[i] = was
    return False


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

    Variables of tents stay in the piece between two kinks until the fit has come to rest there, then cross a
    kink that is in the way. Where kinks are not known a variable may come to rest on one, from which both
    sides lead up: it is held there while the others go on, and let go if it has a way down afterwards. Gives
    chi^2, convergence, gradient and Hessian.
    """
    kinked, low, high = kinks_of(of, x.size), lower.copy(), upper.copy()
    for i in free:
        if kinked[i]:
            _stay_between(i, x, lower, upper, low, high)
    chi2, gradient, hessian = chi2_at(of, numbers, x)
    active = np.empty(free.size, np.int64)
    held = np.zeros(x.size, np.bool_)
    any_held = False
    trial = x.copy()
    decrease = np.inf
    for _ in range(MAX_STEPS):
        if not np.isfinite(chi2):
            return chi2, False, gradient, hessian
        n = 0
        for i in free:  # all but those on an edge that want to leave
            on_edge = (x[i] <= low[i] and gradient[i] > 0) or (x[i] >= high[i] and gradient[i] < 0)
            if not (on_edge or held[i]):
                active[n] = i
                n += 1
        if n == 0:
            if any_held and _let_go(of, numbers, x, chi2, free, low, high, scale, held):
                continue
            if _cross_a_kink(of, numbers, x, free, kinked, gradient, lower, upper, low, high):
                chi2, gradient, hessian = chi2_at(of, numbers, x)
                continue
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
            if any_held and _let_go(of, numbers, x, chi2, free, low, high, scale, held):
                continue
            if _cross_a_kink(of, numbers, x, free, kinked, gradient, lower, upper, low, high):
                chi2, gradient, hessian = chi2_at(of, numbers, x)
                continue
            return chi2, True, gradient, hessian
        size = 1.0
        while True:
            for i in range(n):
                k = active[i]
                trial[k] = min(max(x[k] - size * step[i], low[k]), high[k])
            new, new_gradient, new_hessian = chi2_at(of, numbers, trial)
            if np.isfinite(new) and new <= chi2 - 1e-4 * size * decrease + 1e-13 * abs(chi2):
                break
            size /= 2
            if size < 1e-10:
                break
        if size < CREEPING and decrease > RESTING:
            stuck = False
            for i in range(n):
                if not _leads_down(of, numbers, x, chi2, active[i], low, high, scale):
                    held[active[i]] = stuck = any_held = True
            if stuck:
                continue
        if size < 1e-10:
            return chi2, decrease < RESTING, gradient, hessian
        for i in free:
            x[i] = trial[i]
        chi2, gradient, hessian = new, new_gradient, new_hessian
    return chi2, decrease < RESTING, gradient, hessian  # to and fro across a kink, ever closer to it


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
        chi2[m], converged[m], slope, bend = minimise_one(of, row, x, free, lower, upper, scale)
        for i in range(x.size):
            gradient[m, i] = slope[i]
            for j in range(x.size):
                hessian[m, i, j] = bend[i, j]
