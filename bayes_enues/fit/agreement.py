"""The kernel against the model that is sampled: two ways to one number, compared whenever both are there.

What nutpie samples is the ``pm.Model``'s own log-probability. Less the priors of the physics parameters and
the Jacobians of the sampler's coordinates it is minus half of chi^2, up to the constant of the saturated
model, which SciPy knows.
"""

import numpy as np

from ..compiled.sampler import Sampler
from .chi2 import Likelihood
from .groups import TemplateDraws

__all__ = ["DisagreementError", "check_agreement"]

TOLERANCE = 1e-10
CONSTANT = 1e-8
POINTS = 3


class DisagreementError(RuntimeError):
    """The kernel's chi^2 is not that of the model: a fault of the program; no number can be trusted."""


def check_agreement(likelihood: Likelihood, sampler: Sampler) -> None:
    """Compare the kernel with a compiled sampler at a few points.

    Raises
    ------
    DisagreementError
        If chi^2 differs by more than 1e-10 of max(1, |chi^2|) and 1e-8 for each nuisance: so far off is
        PyMC's constant of a Gaussian that is cut one sigma from its centre.
    """
    if likelihood.terms is None:
        return
    rng = np.random.default_rng(len(likelihood.names))
    draws, peaks = TemplateDraws(likelihood), {}
    constant = _saturated(draws)
    for y in sampler.centre + rng.uniform(-1, 1, (POINTS, sampler.centre.size)):
        values = sampler.constrained(y)
        x = np.array([values[name] for name in likelihood.names])
        rest, priors = sampler.log_priors(y)
        penalties = {name: float(p.penalty(values[name])) for name, p in draws.nuisances.items()}
        if not peaks:  # PyMC knows the normalisation of a cut Gaussian to 1e-8 only: it is no part of chi^2
            peaks = {name: priors[name] + 0.5 * penalty for name, penalty in penalties.items()}
        theirs = -2 * (sampler.log_probability(y) - rest - constant)
        theirs -= 2 * sum(priors[name] - peak for name, peak in peaks.items())
        for ours in (likelihood.full(x)[0], likelihood.batch(x[None])[0]):
            if not abs(ours - theirs) <= TOLERANCE * max(1.0, abs(theirs)) + CONSTANT * len(draws.nuisances):
                question, where = likelihood.question, dict(zip(likelihood.names, x.tolist(), strict=True))
                raise DisagreementError(
                    f"chi^2 of {question.interaction.name} from {question.experiment_name} is {ours:.12g} "
                    f"by the kernel and {theirs:.12g} by the model, at {where}"
                )


def _saturated(draws: TemplateDraws) -> float:
    """Log-probability of the data if exactly what was observed were expected."""
    observed = {name: draws.observed(name)[None] for name in draws.experiments}
    return sum(float(v.sum()) for v in draws.log_likelihood_of(observed).values())
