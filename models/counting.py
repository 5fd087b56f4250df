"""The statistical model, once, for every interaction whose signal is a number of events per bin.

Eqs. 14 and 15 of arXiv:2208.06415 as a ``pm.Model``: what is expected in a bin is the solar signal and the
components of the background, each scaled by one plus a nuisance of mean zero. Each penalty of the chi^2 is a
Gaussian prior, cut where a scale would turn negative. Nuisances that move a response, the Sun or a shape add
terms to the signal and to the components that follow (:mod:`bayes_enues.experiments.morphing`).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pymc as pm

from bayes_enues.errors import InputError
from bayes_enues.experiments.experiment import Experiment
from bayes_enues.experiments.morphing import has_morph
from bayes_enues.experiments.uncertainty import NuisanceEntry
from bayes_enues.fit.chi2 import Likelihood, is_as_built, seal
from bayes_enues.fit.scan import likelihood_range
from bayes_enues.fit.setup import Question, ask
from bayes_enues.interactions.base import Interaction
from bayes_enues.priors import Flat, Prior
from bayes_enues.priors.density import check_one_variable, check_support
from bayes_enues.priors.two_piece import TwoPieceGaussian


def counting_model(
    interaction: Interaction,
    experiments: Sequence[Experiment | str],
    free: str | Sequence[str],
    prior: Callable | Mapping[str, Callable] | None = None,
    spectrum: str = "templates",
) -> pm.Model:
    """Counts of some experiments under one interaction.

    Parameters
    ----------
    interaction : Interaction
        The parameters that are not free; the others are zero.
    experiments : sequence of Experiment or str
        Fitted together; nuisances marked as shared are one variable.
    free : str or sequence of str
        Names of the free parameters, or of groups such as ``universal``.
    prior : callable from name to variable, or a mapping of them by name
        By default flat in the parameter, up to where Delta chi^2 exceeds 25.
    spectrum : str
        ``templates`` (fast) or ``chain`` (every step from flux to bins symbolic); equal to 1e-12.

    Returns
    -------
    pm.Model
        With ``model.question`` for the rest of the package.

    Raises
    ------
    InputError
        If parameters, experiments or priors do not fit; see :func:`bayes_enues.fit.setup.ask`.
    """
    return model_of_question(ask(interaction, experiments, free, spectrum), prior)


def model_of_question(question: Question, prior: Callable | Mapping[str, Callable] | None = None) -> pm.Model:
    """The statistical model of a question that was checked already; see :func:`counting_model`."""
    priors = _priors(question, prior)

    with pm.Model(coords=question.coords) as model:
        theta = {}
        for name in question.free:
            earlier = len(model.free_RVs)
            theta[name] = priors[name](name)
            check_one_variable(name, [rv.name for rv in model.free_RVs[earlier:]])

        scale, nuisances = {}, {}  # what multiplies which component of an experiment; all by name
        for name, (entry, scaled) in question.nuisances().items():
            x = nuisances[name] = constrained(name, entry)
            for key in scaled:  # what several nuisances scale is scaled by all of them
                scale[key] = scale.get(key, 1) * (pm.math.exp(x) if entry.kind == "lognormal" else 1 + x)
        for name, variables, extra in question.correlations():
            away = [nuisances[v] - model[f"{v}_centre"] for v in variables]
            penalty = sum(extra[i, j] * a * b for i, a in enumerate(away) for j, b in enumerate(away))
            pm.Potential(name, -0.5 * penalty)

        for experiment in question.experiments:
            slug = experiment.slug
            dims = f"bin_{slug}"
            signal = question.spectrum_of(experiment, theta, nuisances)
            expected = scale.get((experiment, "signal"), 1) * signal
            for component in experiment.components:
                counts = question.component_of(experiment, component, nuisances)
                expected += scale.get((experiment, component), 1) * counts
            if has_morph(experiment):  # which may fall a little below zero where next to nothing is expected
                expected = pm.math.maximum(expected, 0.0)
            expected = pm.Deterministic(f"expected_{slug}", expected, dims=dims)

            observed = pm.Data(f"observed_{slug}", experiment.counts)
            if experiment.likelihood == "poisson":
                pm.Poisson(f"counts_{slug}", expected, observed=observed, dims=dims)
            else:
                sigma = pm.Data(f"sigma_{slug}", experiment.sigma)
                pm.Normal(f"counts_{slug}", expected, sigma, observed=observed, dims=dims)

    seal(model)
    _settle(model, question, priors)
    return model


def _settle(model: pm.Model, question: Question, priors: Mapping[str, Callable]) -> None:
    """Give a model its question, and open ranges of priors those of the likelihood."""
    model.question = question
    for name, chosen in priors.items():
        if isinstance(chosen, Prior) and name in question.open_ranges:
            lower, upper = likelihood_range(Likelihood(model), name)
            chosen = question.open_ranges[name].within(lower, upper)
            for key, value in chosen.numbers(name).items():
                model.set_data(key, value)
        question.priors[name] = chosen


def ask_anew(model: pm.Model, question: Question, prior: Prior) -> bool:
    """Turn a model into that of another question of the same experiments, such as one with another mass.

    Only numbers are set, which takes a tenth of the time of a model. False, and nothing done, where the two
    differ in more: the kinds of their terms, or of their priors.

    Parameters
    ----------
    model : pm.Model
        From :func:`model_of_question`, with nothing added to it.
    question : Question
    prior : Prior
        Of each free parameter.
    """
    before = model.question
    if (
        not (is_as_built(model) and before.templates and question.templates)
        or (type(before.interaction), before.free) != (type(question.interaction), question.free)
        or before.experiments != question.experiments
        or any(before.morphs + question.morphs)
    ):
        return False
    priors, numbers = _priors(question, prior), {}
    for name, chosen in priors.items():
        if type(chosen) is not type(before.priors[name]):
            return False
        numbers |= chosen.numbers(name)
    for experiment in question.experiments:
        if before.numbers_of(experiment).keys() != (mine := question.numbers_of(experiment)).keys():
            return False
        numbers |= mine
    for name, value in numbers.items():
        model.set_data(name, value)
    _settle(model, question, priors)
    return True


def constrained(name: str, entry: NuisanceEntry) -> Any:
    """A nuisance with its Gaussian, of one piece or two, cut where its file says."""
    centre = pm.Data(f"{name}_centre", 0.0)  # moves in toys only: their measurements fluctuate too
    below, above = entry.widths
    if entry.lowest == -1.0 and entry.scales:
        lower = -1.0
    else:
        lower = None if entry.lowest == -np.inf else pm.Data(f"{name}_lower", entry.lowest)
    upper = None if entry.highest is None else pm.Data(f"{name}_upper", entry.highest)
    if below == above:
        cuts = {key: edge for key, edge in (("lower", lower), ("upper", upper)) if edge is not None}
        sigma = pm.Data(f"{name}_sigma", above)
        return pm.TruncatedNormal(name, centre, sigma, **cuts) if cuts else pm.Normal(name, centre, sigma)
    widths = pm.Data(f"{name}_below", below), pm.Data(f"{name}_sigma", above)
    return TwoPieceGaussian(
        name, centre, *widths, -np.inf if lower is None else lower, np.inf if upper is None else upper
    )


def _priors(question, prior) -> dict[str, Callable]:
    """A callable for each free parameter; open ranges get provisional edges, set from the likelihood."""
    chosen = {}
    for name, scale in zip(question.free, question.scales, strict=True):
        one = prior.get(name) if isinstance(prior, Mapping) else prior
        one = Flat() if one is None else one
        if isinstance(one, Prior):
            signed = question.interaction.signed
            one.check(name, signed)
            one.check_size(name, scale, question.interaction.unit)
            one = one.asked_of(question, name)
            if one.open:
                question.open_ranges[name] = one
                edge = question.edges[question.free.index(name)]
                one = one.within(max(-10 * scale, edge), 10 * scale)
        elif not callable(one):
            raise InputError(
                f"the prior of {name} is {one!r}; a callable from a name to a variable was needed"
            )
        elif question.edges[question.free.index(name)] == 0:
            check_support(one, name, scale)
        chosen[name] = one
    if isinstance(prior, Mapping) and (unknown := sorted(set(prior) - set(question.free))):
        raise InputError(f"priors were given for {unknown}, but only {list(question.free)} are free")
    return chosen
