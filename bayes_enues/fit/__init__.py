"""One model and its two statistics: :class:`Fit`, and what it is made of."""

import arviz_base  # noqa: F401 - it looks at every module that is there, so before PyMC's thousands
import arviz_stats  # noqa: F401

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
