"""The terms of a model of templates, for the kernel: read from the ``pm.Model`` that is sampled.

Templates, data and widths are the model's own ``pm.Data``, so that what :func:`pymc.set_data` changes counts
here too; what multiplies what is the question's.
"""

import numpy as np
import pymc as pm

from .kernel import ONE_PLUS, POWER, Terms
from .setup import Question

__all__ = ["numbers_of_terms", "slices_of_terms", "terms_of"]


def terms_of(question: Question, model: pm.Model, names: list[str]) -> Terms:
    """What is expected in every bin of all experiments, one after the other.

    Parameters
    ----------
    question : Question
        With templates.
    model : pm.Model
        Built from it.
    names : list of str
        Physics parameters, then nuisances: the order of the variables.
    """

    def data(name: str) -> np.ndarray:
        return np.asarray(model[name].get_value(borrow=True), float)

    scaled: dict[tuple[str, str], list[int]] = {}
    for name, (_, what) in question.nuisances().items():
        for experiment, component in what:
            scaled.setdefault((experiment.name, component), []).append(names.index(name))

    templates = question.templates
    assert templates is not None  # a model of templates only
    n_bins = [e.n_bins for e in question.experiments]
    edges = np.concatenate([[0], np.cumsum(n_bins)])
    counts, start, stop = [], [], []
    first, factors = [0], []  # a factor: variable, kind, exponent, unit

    def term(k: int, values: np.ndarray, component: str, *more) -> None:
        if not np.any(values):
            return
        row = np.zeros(edges[-1])
        row[edges[k] : edges[k + 1]] = values
        counts.append(row)
        start.append(edges[k])
        stop.append(edges[k + 1])
        scales = scaled.get((question.experiments[k].name, component), ())
        factors.extend([*((v, ONE_PLUS, 1, 1.0) for v in scales), *more])
        first.append(len(factors))

    for k, experiment in enumerate(question.experiments):
        slug = experiment.slug
        term(k, data(f"t0_{slug}"), "signal")
        for v, name in enumerate(question.free):
            unit = float(data(f"scale_{name}_{slug}"))
            for order in (1, 2):
                power = order * question.interaction.power
                term(k, data(f"t{order}_{name}_{slug}"), "signal", (v, POWER, power, unit))
        for i, j in templates[k].cross:
            pair = [question.free[i], question.free[j]]
            units = [float(data(f"scale_{name}_{slug}")) for name in pair]
            both = [
                (v, POWER, question.interaction.power, unit) for v, unit in zip((i, j), units, strict=True)
            ]
            term(k, data(f"t11_{pair[0]}_{pair[1]}_{slug}"), "signal", *both)
        for component in experiment.components:
            term(k, data(f"{component}_{slug}"), component)

    width = np.zeros(len(names))
    for name in question.nuisances():
        width[names.index(name)] = data(f"{name}_sigma")
    inverse = np.divide(1.0, width**2, out=np.zeros_like(width), where=width > 0)
    variable, kind, exponent, unit = zip(*factors, strict=True) if factors else ((), (), (), ())
    return Terms(
        np.array(counts),
        np.array(start, np.int64),
        np.array(stop, np.int64),
        np.array(first, np.int64),
        np.array(variable, np.int64),
        np.array(kind, np.int64),
        np.array(exponent, np.int64),
        np.array(unit, float),
        np.concatenate([np.full(e.n_bins, e.likelihood == "gaussian") for e in question.experiments]),
        inverse,
        inverse.copy(),
    )


def slices_of_terms(question: Question, names: list[str]) -> dict[str, slice]:
    """Where the numbers that a toy changes lie among them, by the name of their ``pm.Data``."""
    found, begin = {}, 0
    for what in ("observed", "sigma"):
        for experiment in question.experiments:
            found[f"{what}_{experiment.slug}"] = slice(begin, begin + experiment.n_bins)
            begin += experiment.n_bins
    return found | {f"{name}_centre": slice(begin + i, begin + i + 1) for i, name in enumerate(names)}


def numbers_of_terms(question: Question, model: pm.Model, names: list[str]) -> np.ndarray:
    """Observed counts, their Gaussian errors and the centres of all penalties, as the kernel takes them."""
    slices = slices_of_terms(question, names)
    numbers = np.zeros(max(s.stop for s in slices.values()))
    for name, where in slices.items():
        if name in model.named_vars:
            numbers[where] = np.ravel(model[name].get_value(borrow=True))
        elif name.startswith("sigma_"):
            numbers[where] = 1.0  # a Poisson likelihood has none
    return numbers
