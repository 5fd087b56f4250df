"""Expected counts of a question as PyTensor expressions, and the numbers that they rest on.

A question (see :mod:`bayes_enues.fit.setup`) hands itself on.
"""

# PyTensor has no types: its functions seem to return None.
# pyright: reportAttributeAccessIssue=false, reportIndexIssue=false, reportCallIssue=false
# pyright: reportArgumentType=false

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from ..experiments.counts import signal_counts
from ..experiments.experiment import Experiment
from ..experiments.factors import Factor


def signal_of(question: Any, experiment: Experiment, theta: Mapping, x: Mapping | None = None) -> Any:
    """Expected signal counts of one experiment as a PyTensor expression, (n_bins,).

    ``templates``: bin templates in ``pm.Data``, so that models of one shape differ in numbers only.
    ``chain``: from the flux to the bins with symbols throughout. ``x`` are the nuisances by name.
    """
    if question.templates is None:
        return signal_counts(experiment, question.interaction.with_values(**theta))
    k, slug = question.experiments.index(experiment), experiment.slug
    data = {name: pm.Data(name, value) for name, value in numbers_of(question, experiment).items()}
    counts, strengths = data[f"t0_{slug}"], []
    for name in question.free:
        u = (theta[name] / data[f"scale_{name}_{slug}"]) ** question.interaction.power
        counts = counts + u * (data[f"t1_{name}_{slug}"] + u * data[f"t2_{name}_{slug}"])
        strengths.append(u)
    cross = question.templates[k].cross
    products = [strengths[i] * strengths[j] for i, j in cross]
    for (i, j), product in zip(cross, products, strict=True):
        counts = counts + product * data[f"t11_{question.free[i]}_{question.free[j]}_{slug}"]
    morph = question.morphs[k] if question.morphs else None
    if morph is not None and morph.signal:
        weights = _weights(question, experiment, morph.signal, x or {})
        powers = pt.stack([pt.constant(1.0), *strengths, *(u * u for u in strengths), *products])
        both = weights[:, None] * powers[None, :]
        counts = counts + (data[f"morph_{slug}"] * both[:, :, None]).sum(axis=(0, 1))
    return counts


def numbers_of(question: Any, experiment: Experiment) -> dict[str, Any]:
    """What the signal of one experiment rests on, by the name of the ``pm.Data`` that holds it."""
    k, slug = question.experiments.index(experiment), experiment.slug
    assert question.templates is not None  # a model of templates only
    templates = question.templates[k]
    found: dict[str, Any] = {f"t0_{slug}": templates.t0}
    for j, name in enumerate(question.free):
        found[f"scale_{name}_{slug}"] = question.scales[j]
        found[f"t1_{name}_{slug}"], found[f"t2_{name}_{slug}"] = templates.t1[j], templates.t2[j]
    for (i, j), product in templates.cross.items():
        found[f"t11_{question.free[i]}_{question.free[j]}_{slug}"] = product
    morph = question.morphs[k] if question.morphs else None
    if morph is not None and morph.signal:
        found[f"morph_{slug}"] = morph.templates
    return found


def component_of(question: Any, experiment: Experiment, component: str, x: Mapping) -> Any:
    """Expected counts of one component as a PyTensor expression, (n_bins,), before what scales it."""
    counts = pm.Data(f"{component}_{experiment.slug}", experiment.components[component])
    morph = question.morphs[question.experiments.index(experiment)] if question.morphs else None
    if morph is None or component not in morph.components:
        return counts
    factors, terms = morph.components[component]
    weights = _weights(question, experiment, factors, x)
    return counts + (pm.Data(f"morph_{component}_{experiment.slug}", terms) * weights[:, None]).sum(axis=0)


def _weights(question: Any, experiment: Experiment, terms: Sequence[tuple[Factor, ...]], x: Mapping) -> Any:
    """The product of each term's factors, (n_terms,): every factor once, then looked up."""
    names = question.variables()
    distinct = list(dict.fromkeys(factor for factors in terms for factor in factors))
    values = pt.stack([pt.constant(1.0), *(f(x[names[experiment.name, f.nuisance]]) for f in distinct)])
    most = max(len(factors) for factors in terms)
    which = np.zeros((len(terms), most), int)
    for i, factors in enumerate(terms):
        which[i, : len(factors)] = [1 + distinct.index(f) for f in factors]
    weights = values[which[:, 0]]
    for column in which[:, 1:].T:
        weights = weights * values[column]
    return weights
