"""Best fits, one or thousands at once: projected Newton steps on chi^2, in Numba.

Variables keep to their physical range. The steps know nothing of what they minimise: chi^2 with gradient and
Hessian comes from the kernel for models of templates, and from the graph that PyTensor compiled for others.
Either way the loop is compiled, so that a plane of 100 x 100 fits, or a few thousand toy experiments, takes a
second and not a minute.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numba
import numpy as np

from ..compiled.caching import njit
from .chi2 import Likelihood
from .kernel import chi2_at

__all__ = [
    "Fits",
    "cholesky_solve",
    "minimise_all",
    "minimise_many",
    "minimise_one",
    "others",
    "profile_many",
]

MAX_STEPS = 200
TOLERANCE = 1e-12


class Fits(NamedTuple):
    """Minima of chi^2.

    Attributes
    ----------
    x : (m, n)
    chi2 : (m,)
    converged : (m,) bool
    gradient : (m, n)
        Of chi^2 in all variables, also in those that were held: at a minimum over the others it is the
        gradient of the profile (envelope theorem).
    hessian : (m, n, n)
    """

    x: np.ndarray
    chi2: np.ndarray
    converged: np.ndarray
    gradient: np.ndarray
    hessian: np.ndarray


@numba.njit(nogil=True)
def cholesky_solve(matrix, right, shift, unit):
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
def minimise_one(of, numbers, x, free, lower, upper, scale):
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


def minimise_all(of, points, numbers, free, lower, upper, scale, warm, chi2, converged, gradient, hessian):
    """Fits from many starting points, not compiled yet; the last four arrays are filled."""
    for m in range(points.shape[0]):
        x = points[m]
        if warm and m > 0 and converged[m - 1]:
            for i in free:
                x[i] = points[m - 1, i]
        row = numbers[m if numbers.shape[0] > 1 else 0]
        chi2[m], converged[m], gradient[m], hessian[m] = minimise_one(of, row, x, free, lower, upper, scale)


_minimise_terms = njit(nogil=True)(minimise_all)


def minimise_many(
    likelihood: Likelihood,
    points: np.ndarray,
    free: np.ndarray,
    numbers: np.ndarray | None = None,
    warm: bool = False,
    absolute: bool = True,
) -> Fits:
    """Least chi^2 over some variables from many starting points.

    Parameters
    ----------
    likelihood : Likelihood
    points : (m, n)
        Starting points; what is not varied stays as it is.
    free : (k,) int
        Indices of the variables to vary.
    numbers : (m, n_numbers), optional
        Data for each fit, such as those of toys. By default the model's own.
    warm : bool
        Start each fit where the last one ended, for points that are neighbours.
    absolute : bool
        Whether to subtract the saturated model's value of each toy; differences do not need it.

    Returns
    -------
    Fits
    """
    points = np.array(points, float, order="C")
    m, n = points.shape
    own = numbers is None
    numbers = np.ascontiguousarray(likelihood.numbers[None] if own else numbers, float)
    chi2, converged = np.empty(m), np.zeros(m, bool)
    gradient, hessian = np.empty((m, n)), np.empty((m, n, n))
    arguments = (
        points, numbers, np.ascontiguousarray(free, np.int64), likelihood.lower, likelihood.upper,
        likelihood.scale, bool(warm), chi2, converged, gradient, hessian,
    )  # fmt: skip
    if likelihood.terms is not None:
        _minimise_terms(likelihood.terms, *arguments)
        return Fits(points, chi2, converged, gradient, hessian)
    from .graph import full_of, minimise_graph

    minimise_graph(full_of(likelihood.graph), *arguments)
    if own:
        chi2 -= likelihood.saturated
    elif absolute:
        chi2 -= np.array([likelihood.saturated_by(row) for row in numbers])
    return Fits(points, chi2, converged, gradient, hessian)


def others(likelihood: Likelihood, held: Sequence[int]) -> np.ndarray:
    """Indices of the variables that are not held."""
    return np.array([i for i in range(len(likelihood.names)) if i not in held], int)


def profile_many(
    likelihood: Likelihood, held: Sequence[int], values: np.ndarray, start: np.ndarray | None = None
) -> Fits:
    """chi^2 profiled over everything but some parameters, at many values of those.

    Other physics parameters may have more than one minimum: each fit starts from zero, from their typical
    size and, for signed ones, from minus that, and the least counts.

    Parameters
    ----------
    likelihood : Likelihood
    held : sequence of int
        Indices of the parameters on the grid.
    values : (m, n_held)
        Neighbours next to each other; (m,) for one parameter.
    start : (n,), optional
        Where the nuisances start.

    Returns
    -------
    Fits
    """
    held, values = list(held), np.asarray(values, float).reshape(-1, len(held))
    free = others(likelihood, held)
    physics = free[free < likelihood.n_physics]
    points = np.repeat((likelihood.start if start is None else start)[None], len(values), axis=0)
    points[:, held] = values
    sizes = (0.0,)
    if physics.size:
        sizes = (0.3, 0.0, -0.3) if likelihood.question.interaction.signed else (0.3, 0.0)
    best = None
    for size in sizes:
        points[:, physics] = size * likelihood.scale[physics]
        fits = minimise_many(likelihood, points, free, warm=not physics.size)
        if best is None:
            best = fits
        else:
            better = fits.converged & (fits.chi2 < best.chi2)
            best = Fits(
                *(
                    np.where(better[(...,) + (None,) * (new.ndim - 1)], new, old)
                    for new, old in zip(fits, best, strict=True)
                )
            )
    return best
