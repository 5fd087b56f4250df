"""A toy experiment analysed in a millisecond: profile, best fit and posterior."""

import numpy as np

from ...compiled.caching import njit
from ...fit.chi2 import Likelihood
from ...fit.scan import RANGE_DELTA_CHI2
from .toy_loop import analyse_all

#: What :func:`analyse_toys` says of a toy.
COLUMNS = (
    "converged",
    "best_fit",
    "chi2_min",
    "delta_chi2",
    "delta_chi2_above",
    "posterior",
    "flat_strength",
)


_analyse_terms = njit(nogil=True)(analyse_all)


def analyse_toys(
    likelihood: Likelihood,
    toys: np.ndarray,
    truth: np.ndarray,
    bottom: float,
    top: float,
    rule: np.ndarray,
    weights: np.ndarray,
    power: int,
    results: np.ndarray,
    tail: float = RANGE_DELTA_CHI2,
) -> None:
    """Everything coverage needs of each toy thrown at one true value.

    One scan of the profile serves all: nodes of Gauss-Legendre panels on both sides of the true value give
    the posterior (nuisances integrated by Laplace's method), the lowest of them starts the fit of the
    parameter. The range grows until Delta chi^2 exceeds ``tail`` at both ends.

    Parameters
    ----------
    likelihood : Likelihood
    toys : (m, n_numbers)
    truth : (n,)
        True values: the parameter, then the nuisances.
    bottom, top : float
        Range of the parameter to begin with.
    rule, weights : (k,)
        Gauss-Legendre rule on 0 to 1.
    power : int
        The strength is ``parameter ** power``.
    results : (m, 7)
        Filled with :data:`COLUMNS`: whether all fits converged; the best fit; its chi^2 (up to the constant
        of the saturated model); Delta chi^2 at the true value; the least Delta chi^2 at or above the true
        value; and the posterior's content. For a non-negative parameter that is the probability below the
        true value, with a flat prior and with one flat in the strength; for a signed one, the probability of
        where the density is higher than at the true value.
    tail : float
        25, as for the default priors, unless Delta chi^2 does not get there.
    """
    ranges = likelihood.lower, likelihood.upper, likelihood.scale
    more = float(bottom), float(top), rule, weights, int(power), results, float(tail)
    if likelihood.terms is not None:
        _analyse_terms(likelihood.terms, toys, truth, *ranges, *more)
        return
    from ...fit.graph import full_of
    from .graph_toys import analyse_graph

    analyse_graph(full_of(likelihood.graph), toys, truth, *ranges, *more)
