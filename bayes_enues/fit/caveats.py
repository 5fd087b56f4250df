"""What a reader of a bound must know: inputs nobody published as such, and a prior whose range decides."""

from collections.abc import Callable

from ..errors import InputError
from ..experiments.together import joint_notes
from ..priors.named import Prior
from .chi2 import Likelihood
from .minimise import profile_many
from .scan import RANGE_DELTA_CHI2
from .setup import Question

CUT_DELTA_CHI2 = 9.0  # a prior that ends before this, three standard deviations, cuts the posterior


def range_notes(likelihood: Likelihood, name: str, prior: Callable, chi2_min: float) -> list[str]:
    """Words for a prior whose stated range cuts what the data allow; the bound then rests on the range.

    Raises
    ------
    InputError
        If the range holds nothing that the data allow.
    """
    if not isinstance(prior, Prior):
        return []
    question = likelihood.question
    if name in question.open_ranges and not prior.edge_decides:  # the likelihood has set the range
        if name not in question.range_ends:
            return []
        return [
            f"delta chi^2 of {name} does not reach {RANGE_DELTA_CHI2:g}, for the signal's own uncertainty "
            f"lets it saturate; the prior's range ends where it is {question.range_ends[name]:.3g}, and the "
            "bound depends on that"
        ]
    index = likelihood.names.index(name)
    delta = profile_many(likelihood, [index], prior.grid(25)).chi2 - chi2_min
    if delta.min() > RANGE_DELTA_CHI2:
        raise InputError(
            f"the prior of {name} ({prior.words(name)}) excludes everything that the data allow: "
            f"delta chi^2 is at least {delta.min():.3g} on it; widen its range"
        )
    notes = []
    physical = likelihood.lower[index]
    for end, edge, cut in (("lower", prior.lower, delta[0]), ("upper", prior.upper, delta[-1])):
        if cut < CUT_DELTA_CHI2 and edge > physical:
            notes.append(
                f"the prior of {name} ends at {edge:.4g}, where delta chi^2 is {cut:.2g}: "
                f"the bound depends on its {end} edge as well as on the data"
            )
    return notes


def caveats(question: Question) -> list[str]:
    """Inputs that are derived, reconstructed or digitised, what a variant changes, electrons but steps."""
    found = [] if question.atomic_model == "steps" else [f"atomic model: {question.atomic_model}"]
    for experiment in question.experiments:
        if experiment.note:
            found.append(f"{experiment.name}: {experiment.note}")
        found += [f"{experiment.name}, {table}: {words}" for table, words in experiment.caveats.items()]
    return found + joint_notes(question.experiments)
