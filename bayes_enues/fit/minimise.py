"""Best fits, one or thousands at once: projected Newton steps on chi^2, in Numba.

Variables keep to their physical range. The steps know nothing of what they minimise: chi^2 with gradient and
Hessian comes from the kernel for models of templates, and from the graph that PyTensor compiled for others.
Either way the loop is compiled, so that a plane of 100 x 100 fits, or a few thousand toy experiments, takes a
second and not a minute.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..compiled.caching import njit
from .chi2 import Likelihood
from .newton import minimise_all


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


minimise_terms = njit(nogil=True)(minimise_all)


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
        minimise_terms(likelihood.terms, *arguments)
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
    best: Fits | None = None
    for size in sizes:
        points[:, physics] = size * likelihood.scale[physics]
        fits = minimise_many(likelihood, points, free, warm=not physics.size)
        if best is not None:  # what was better before stays
            before = ~(fits.converged & (fits.chi2 < best.chi2))
            for new, old in zip(fits, best, strict=True):
                new[before] = old[before]
        best = fits
    assert best is not None  # there is at least one size
    return best
