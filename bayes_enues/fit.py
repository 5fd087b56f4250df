"""Best fits: the least chi^2 of a model over its nuisances, by projected Newton steps.

The steps are those of the model's own chi^2, gradient and Hessian. Parameters that cannot be negative keep to
the physical side.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .likelihood import Likelihood

__all__ = ["Fit", "minimise", "others", "profile_curve"]

MAX_STEPS = 200
TOLERANCE = 1e-12


class Fit(NamedTuple):
    """A minimum of chi^2: the point, the value and whether Newton's iteration converged."""

    x: np.ndarray
    chi2: float
    converged: bool


def minimise(likelihood: Likelihood, x: np.ndarray, free: np.ndarray) -> Fit:
    """Least chi^2 over some variables, the others held, from a starting point.

    Projected Newton: a variable on its edge that wants to leave stays there; the step is damped by
    backtracking, and where the Hessian is not positive its eigenvalues are taken by their size.

    Parameters
    ----------
    likelihood : Likelihood
    x : (n,)
        Start; held variables keep their value.
    free : (m,) int
        Indices of the variables to vary.
    """
    x = np.array(x, float)
    value, gradient, hessian = likelihood.full(x)
    if free.size == 0:
        return Fit(x, value, True)
    lower = likelihood.lower[free]
    for _ in range(MAX_STEPS):
        slope = gradient[free]
        active = free[~((x[free] <= lower) & (slope > 0))]
        if active.size == 0:
            return Fit(x, value, True)
        slope, curvature = gradient[active], hessian[np.ix_(active, active)]
        step = _newton_step(slope, curvature)
        decrease = -float(slope @ step)
        if decrease < TOLERANCE:
            return Fit(x, value, True)
        size = 1.0
        while True:
            trial = x.copy()
            trial[active] = np.maximum(x[active] + size * step, likelihood.lower[active])
            new = likelihood.full(trial)
            if np.isfinite(new[0]) and new[0] <= value - 1e-4 * size * decrease + 1e-13 * abs(value):
                break
            size /= 2
            if size < 1e-10:
                return Fit(x, value, decrease < 1e-7)
        x, (value, gradient, hessian) = trial, new
    return Fit(x, value, False)


def _newton_step(slope: np.ndarray, curvature: np.ndarray) -> np.ndarray:
    if slope.size == 1:
        return -slope / max(abs(curvature[0, 0]), 1e-300)
    try:
        np.linalg.cholesky(curvature)
        return -np.linalg.solve(curvature, slope)
    except np.linalg.LinAlgError:
        eigenvalues, vectors = np.linalg.eigh(curvature)
        size = np.maximum(np.abs(eigenvalues), 1e-12 * np.abs(eigenvalues).max())
        return -vectors @ ((vectors.T @ slope) / size)


def others(likelihood: Likelihood, held: Sequence[int]) -> np.ndarray:
    """Indices of the variables that are not held."""
    return np.array([i for i in range(len(likelihood.names)) if i not in held], int)


def profile_curve(likelihood: Likelihood, held: Sequence[int], values: np.ndarray, start=None) -> list[Fit]:
    """Best fits with some parameters held at each of the given values, (n, n_held), each from the last."""
    free = others(likelihood, held)
    physics = free[free < likelihood.n_physics]
    x = np.array(likelihood.start if start is None else start, float)
    fits = []
    for value in np.asarray(values, float).reshape(-1, len(held)):
        x[list(held)] = value
        fit = minimise(likelihood, x, free)
        if physics.size:  # another parameter may have more than one minimum: start from its typical size too
            for sign in (1, -1) if likelihood.question.interaction.signed else (1,):
                other = fit.x.copy()
                other[physics] = sign * 0.3 * likelihood.scale[physics]
                other[likelihood.n_physics :] = 0.0
                again = minimise(likelihood, other, free)
                fit = again if again.chi2 < fit.chi2 - 1e-9 else fit
        fits.append(fit)
        x = fit.x.copy()
    return fits
