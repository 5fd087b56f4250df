"""The kernel against the model that is sampled: two ways to one number, compared at every sampling.

The ``pm.Model``'s own log-probability is evaluated as PyMC writes it (:mod:`bayes_enues.compiled.reference`).
Its part that is of the data, with the penalties of the nuisances, is minus half of chi^2, up to the constant
of the saturated model, which SciPy knows. All of it is what the sampler must be given, up to a constant.
"""

import numpy as np

from ..compiled.reference import reference_of
from ..compiled.sampler import Sampler
from ..compiled.structures import structure_of
from .chi2 import Likelihood
from .groups import TemplateDraws
from .kernel_sampler import KernelSampler

TOLERANCE = 1e-10
POINTS, AGAIN = 3, 2  # for the first model of a structure, and for each further: only its numbers are new


class DisagreementError(RuntimeError):
    """The kernel's chi^2 is not that of the model: a fault of the program; no number can be trusted."""


def check_agreement(likelihood: Likelihood, sampler: KernelSampler | Sampler) -> None:
    """Compare the kernel, and what is sampled, with the model at a few points.

    Raises
    ------
    DisagreementError
        If chi^2, or twice the log-probability that is sampled, differs by more than 1e-10 of
        max(1, |chi^2|).
    """
    if likelihood.terms is None:
        return
    rng = np.random.default_rng(len(likelihood.names))
    draws, again = TemplateDraws(likelihood), structure_of(likelihood.model).is_compiled("reference")
    reference = reference_of(likelihood.model)
    constant, order = _saturated(draws), [sampler.names.index(name) for name in reference.names]
    apart = []
    for y in sampler.centre + rng.uniform(-1, 1, (AGAIN if again else POINTS, sampler.centre.size)):
        values = sampler.constrained(y)
        x = np.array([values[name] for name in likelihood.names])
        total, data = reference(y[order])
        penalties = (float(p.penalty(values[name])) for name, p in draws.nuisances.items())
        theirs = -2 * (data - constant) + sum(penalties)
        found = {
            "chi^2": (likelihood.full(x)[0], theirs),
            "chi^2 of many": (likelihood.batch(x[None])[0], theirs),
        }
        apart.append(sampler.log_probability(y) - total)
        found["what is sampled"] = -2 * apart[-1], -2 * apart[0]
        for what, (ours, model) in found.items():
            if not abs(ours - model) <= TOLERANCE * max(1.0, abs(theirs), abs(2 * total)):
                question, where = likelihood.question, dict(zip(likelihood.names, x.tolist(), strict=True))
                raise DisagreementError(
                    f"{what} of {question.interaction.name} from {question.experiment_name} is {ours:.12g} "
                    f"by the kernel and {model:.12g} by the model, at {where}"
                )


def _saturated(draws: TemplateDraws) -> float:
    """Log-probability of the data if exactly what was observed were expected."""
    observed = {name: draws.observed(name)[None] for name in draws.experiments}
    return sum(float(v.sum()) for v in draws.log_likelihood_of(observed).values())
