"""One model and its two statistics: :class:`Fit`, and what it is made of."""

from .fit import Fit, fit_of, limits, marginal_density, nuisances, profile_likelihood, sample_posterior

__all__ = [
    "Fit",
    "fit_of",
    "limits",
    "marginal_density",
    "nuisances",
    "profile_likelihood",
    "sample_posterior",
]
