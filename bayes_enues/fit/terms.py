"""The terms of a model of templates, for the kernel: read from the ``pm.Model`` that is sampled.

Templates, data and widths are the model's own ``pm.Data``, so that what :func:`pymc.set_data` changes counts
here too; what multiplies what is the question's.
"""

from itertools import pairwise

import numpy as np
import pymc as pm

from .kernel import BEND, EXPONENTIAL, ONE_PLUS, POWER, TENT, Terms
from .setup import Question


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

    scaled: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for name, (entry, what) in question.nuisances().items():
        kind = EXPONENTIAL if entry.kind == "lognormal" else ONE_PLUS
        for experiment, component in what:
            scaled.setdefault((experiment.name, component), []).append((names.index(name), kind))

    templates = question.templates
    assert templates is not None  # a model of templates only
    variables = question.variables()
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
        some = np.flatnonzero(values)
        start.append(edges[k] + some[0])
        stop.append(edges[k] + some[-1] + 1)
        scales = scaled.get((question.experiments[k].name, component), ())
        factors.extend([*more, *((v, kind, 1, 1.0) for v, kind in scales)])  # tents, which end most, first
        first.append(len(factors))

    for k, experiment in enumerate(question.experiments):
        slug = experiment.slug
        power, free = question.interaction.power, question.free
        units = [float(data(f"scale_{name}_{slug}")) for name in free]
        singles = [((v, POWER, order * power, unit),) for order in (1, 2) for v, unit in enumerate(units)]
        pairs = [tuple((v, POWER, power, units[v]) for v in pair) for pair in templates[k].cross]
        term(k, data(f"t0_{slug}"), "signal")
        for single in singles:
            v, _, exponent, _ = single[0]
            term(k, data(f"t{exponent // power}_{free[v]}_{slug}"), "signal", *single)
        for (i, j), pair in zip(templates[k].cross, pairs, strict=True):
            term(k, data(f"t11_{free[i]}_{free[j]}_{slug}"), "signal", *pair)
        for component in experiment.components:
            term(k, data(f"{component}_{slug}"), component)
        morph = question.morphs[k] if question.morphs else None
        if morph is None:
            continue

        def kernel_factors(some, experiment=experiment):
            kinds = {"power": POWER, "tent": TENT, "bend": BEND}
            return [
                (names.index(variables[experiment.name, f.nuisance]), kinds[f.kind], f.exponent, f.unit)
                for f in some
            ]

        if morph.signal:
            for some, rows in zip(morph.signal, data(f"morph_{slug}"), strict=True):
                for strength, row in zip([(), *singles, *pairs], rows, strict=True):
                    term(k, row, "signal", *kernel_factors(some), *strength)
        for component, (terms, _) in morph.components.items():
            for some, row in zip(terms, data(f"morph_{component}_{slug}"), strict=True):
                term(k, row, component, *kernel_factors(some))

    below, above = np.zeros(len(names)), np.zeros(len(names))
    for name, (entry, _) in question.nuisances().items():
        i = names.index(name)
        above[i] = data(f"{name}_sigma") ** -2.0
        below[i] = above[i] if entry.widths[0] == entry.widths[1] else data(f"{name}_below") ** -2.0
    coupling = np.zeros((len(names), len(names)))
    for _, some, extra in question.correlations():
        at = [names.index(name) for name in some]
        coupling[np.ix_(at, at)] += extra
    different = list(dict.fromkeys(factors))
    variable, kind, exponent, unit = zip(*different, strict=True) if factors else ((), (), (), ())
    return Terms(
        np.array(counts),
        np.array(start, np.int64),
        np.array(stop, np.int64),
        np.array(first, np.int64),
        np.array([different.index(factor) for factor in factors], np.int64),
        np.array(variable, np.int64),
        np.array(kind, np.int64),
        np.array(exponent, np.int64),
        np.array(unit, float),
        _after(first, factors),
        np.concatenate([np.full(e.n_bins, e.likelihood == "gaussian") for e in question.experiments]),
        below,
        above,
        coupling,
    )


def _after(first: list[int], factors: list[tuple]) -> np.ndarray:
    """For each factor the next term that does not share it and those before it, (n_factors,)."""
    terms = [factors[a:b] for a, b in pairwise(first)]
    found = np.empty(len(factors), np.int64)
    for t in range(len(terms) - 1, -1, -1):
        following = terms[t + 1] if t + 1 < len(terms) else []
        for k in range(len(terms[t])):
            shared = terms[t][: k + 1] == following[: k + 1]
            found[first[t] + k] = found[first[t + 1] + k] if shared else t + 1
    return found


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
