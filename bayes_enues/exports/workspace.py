"""The binned likelihood of a model as a pyhf workspace, where HistFactory can say exactly the same.

A channel is an experiment, a sample a template. The free parameter enters by normalisation factors of its
templates, a nuisance that scales by a ``histosys`` modifier with templates at plus and minus one standard
deviation: between and beyond these pyhf's default, code 4p, is a straight line, so that it is 1 + x. (A
``normsys`` would be a power.) A shape with two columns is code 4p itself.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pymc as pm

from ..errors import InputError
from ..experiments.experiment import Experiment
from ..experiments.factors import Factor, bend
from ..experiments.folder import experiment_names, variant_names
from ..experiments.uncertainty import NuisanceEntry
from ..fit.chi2 import is_as_built
from ..fit.setup import Question, question_of
from ..results import there

#: Bounds of what is not bounded: of pulls, and of factors in units of what is expected at the limit.
MOST_PULLS, MOST = 10.0, 1e4
#: Of the largest count: what differences of templates leave where there is nothing.
NOISE = 1e-12
type Data = Callable[[str], np.ndarray]


def to_pyhf(model: pm.Model) -> dict[str, Any]:
    """The likelihood of a model as a workspace: ``pyhf.Workspace(be.to_pyhf(model)).model()``.

    ``twice_nll`` of that is chi^2 up to a constant; nuisances are in standard deviations. Where counts are
    linear in a power of the parameter (a moment enters by its square), the parameter of interest is the
    factor of its template, named like ``(nu_e / 20)^2``. With interference the template of the parameter and
    that of its square, or of a product of two parameters, have a factor each, and no workspace can say that
    they belong together: they are fixed at the Standard Model, and there is no parameter of interest, so
    that no fit lets them go apart. Set them together (``(nu_e / 3)`` to v, ``(nu_e / 3)^2`` to v^2), and each
    point of the profile is exact. Templates of interference can be negative.

    Parameters
    ----------
    model : pm.Model
        From ``bayes_enues.models``.

    Raises
    ------
    InputError
        If the likelihood is none of pyhf's, with the reason: Gaussian counts (Eq. 15 of arXiv:2208.06415),
        nuisances that move counts along a curve, or are log-normal, asymmetric or correlated, two that
        multiply in one component, the symbolic chain, or a model that was changed.
    """
    question = question_of(model)
    if not is_as_built(model):
        raise InputError("the model is no longer as it was built, and pyhf has no such terms; build it anew")
    check_exact(question)

    def data(name: str) -> np.ndarray:
        return np.asarray(model[name].get_value(borrow=True), float)

    channels = [{"name": e.name, "samples": _samples(question, e, data)} for e in question.experiments]
    used = {m["name"] for c in channels for s in c["samples"] for m in s["modifiers"]}
    factors = {name: s for s in _strengths(question) if (name := _factor(question, s)) in used}
    often = Counter(name for strength in factors.values() for name in set(strength))
    tied = max(often.values()) > 1
    signed = question.edges[0] < 0 and not all(len(strength) == 2 for strength in factors.values())
    start, bounds = 0.0 if tied else 1.0, [-MOST if signed else 0.0, MOST]
    parameters = [{"name": n, "inits": [start], "fixed": tied, "bounds": [bounds]} for n in factors]
    parameters += [_parameter(question, name, data) for name in question.nuisances() if name in used]
    poi = "" if tied else next(iter(factors))
    words = f"{question.interaction.name} {' '.join(question.free)} from {question.experiment_name}"
    return {
        "channels": channels,
        "observations": [
            {"name": e.name, "data": data(f"observed_{e.slug}").tolist()} for e in question.experiments
        ],
        "measurements": [{"name": words, "config": {"poi": poi, "parameters": parameters}}],
        "version": "1.0.0",
    }


def check_exact(question: Question) -> None:
    """Refuse a likelihood that a workspace can only come near to; see :func:`to_pyhf`."""
    if question.templates is None:
        raise InputError(
            "the signal is no sum of templates (a free mass, or spectrum='chain'), and pyhf has nothing else"
        )
    for e in question.experiments:
        if e.likelihood == "gaussian":
            home = e.settings.name
            other = home in experiment_names() and "poisson" in variant_names(home)
            raise InputError(
                f"{e.name} has Gaussian counts with the data's errors (Eq. 15 of arXiv:2208.06415), and pyhf "
                f"has Poisson terms only{f'; take {home}:poisson' if other else ''}"
            )
    for name, (entry, _) in question.nuisances().items():
        if entry.kind == "lognormal":
            why = "is log-normal, and pyhf's normsys is a polynomial within one standard deviation"
        elif entry.pieces:
            why = "has a penalty of two widths, and pyhf's have one"
        elif entry.shape and entry.sigma != 1:
            why = f"is a shape of {entry.sigma:g} standard deviations, and pyhf's columns are at one"
        else:
            continue
        raise InputError(f"pyhf cannot say the same: {name} {why}")
    if found := question.correlations():
        raise InputError(f"pyhf cannot say the same: {' and '.join(found[0][1])} are correlated")
    for e, morph in zip(question.experiments, question.morphs, strict=False):
        terms = (
            () if morph is None else (*morph.signal, *(f for c in morph.components.values() for f in c[0]))
        )
        for first, *more in terms:
            if more or first.exponent > 1 or first.kind == "tent":
                raise InputError(
                    f"pyhf cannot say the same: {first.nuisance} moves counts of {e.name} along a curve, and "
                    "not between two templates"
                )
    for e in question.experiments:
        for what in ("signal", *e.components):
            entries = {n: question.nuisances()[n][0] for n in _acting(question, e, what)}
            added = [n for n, entry in entries.items() if not _is_flat(entry)]
            if len(added) > 1 and any(entries[n].scales for n in added):
                raise InputError(
                    f"pyhf cannot say the same: {' and '.join(added)} multiply in {what} of {e.name}, and "
                    "pyhf adds what they do"
                )


def _acting(question: Question, e: Experiment, what: str) -> list[str]:
    """Variables that change a component, or the signal, of an experiment."""
    names = question.variables()
    return [
        names[e.name, n.name]
        for n in e.nuisances
        if (e.name, n.name) in names and what in (n.scales, *n.follow)
    ]


def _is_flat(entry: NuisanceEntry) -> bool:
    """Whether a nuisance has no penalty; the model's is that of a Gaussian of a width of 1000."""
    return entry.flat_to is not None or entry.uniform is not None


def _strengths(question: Question) -> list[tuple[str, ...]]:
    """What multiplies the templates of the signal, in a morph's order: each parameter as often as it does."""
    pairs = dict.fromkeys(pair for t in question.templates or () for pair in t.cross)
    free = question.free
    return [(), *((n,) for n in free), *((n, n) for n in free), *((free[i], free[j]) for i, j in pairs)]


def _factor(question: Question, strength: tuple[str, ...]) -> str:
    """What the factor of a template is called, which is what it stands for."""
    power, parts = question.interaction.power, []
    for name in dict.fromkeys(strength):
        exponent = power * strength.count(name)
        parts.append(f"({name} / {_reference(question, name):g})" + (f"^{exponent}" if exponent > 1 else ""))
    return " ".join(parts)


def _reference(question: Question, name: str) -> float:
    """A round number near the expected limit."""
    return float(f"{question.scales[question.free.index(name)]:.0e}")


def _samples(question: Question, e: Experiment, data: Data) -> list[dict[str, Any]]:
    """The samples of an experiment's channel."""
    k, slug, power = question.experiments.index(e), e.slug, question.interaction.power
    morph = question.morphs[k] if question.morphs else None
    found = []
    for i, strength in enumerate(_strengths(question)):
        name = {0: "t0", 1: "t1_{}", 2: "t2_{}"}[len(strength)].format(*strength)
        if len(set(strength)) == 2:
            name = "t11_{}_{}".format(*strength)
        size = np.prod([(_reference(question, n) / data(f"scale_{n}_{slug}")) ** power for n in strength])
        bends = _bends(morph.signal, data(f"morph_{slug}")[:, i]) if morph and morph.signal else {}
        bends = {name: size * both for name, both in bends.items()}
        factor = _factor(question, strength)
        counts = size * data(f"{name}_{slug}")
        found.append((factor or "Standard Model", "signal", [factor] if factor else [], counts, bends))
    for component in e.components:
        factors, rows = (), np.zeros((0, e.n_bins))
        if morph and component in morph.components:
            factors, rows = morph.components[component][0], data(f"morph_{component}_{slug}")
        found.append((component, component, [], data(f"{component}_{slug}"), _bends(factors, rows)))
    samples, noise = [], NOISE * np.max([np.abs(counts).max() for *_, counts, _ in found])
    for name, what, own, counts, bends in found:
        if max(np.abs(part).max() for part in (counts, *bends.values())) > noise:
            modifiers = [{"name": n, "type": "normfactor", "data": None} for n in own]
            modifiers += [_modifier(question, e, n, counts, bends, data) for n in _acting(question, e, what)]
            samples.append({"name": name, "data": counts.tolist(), "modifiers": modifiers})
    return samples


def _bends(factors: Sequence[tuple[Factor, ...]], rows: np.ndarray) -> dict[str, np.ndarray]:
    """Straight and bent part of what each nuisance adds, (2, n_bins), by its name in its file."""
    found: dict[str, np.ndarray] = {}
    for (factor,), row in zip(factors, rows, strict=True):
        both = found.setdefault(factor.nuisance, np.zeros((2, row.size)))
        both[int(factor.kind == "bend")] += row / factor.unit
    return found


def _modifier(
    question: Question, e: Experiment, name: str, counts: np.ndarray, bends: dict[str, np.ndarray], data: Data
) -> dict[str, Any]:
    """What a nuisance does to a template."""
    entry = question.nuisances()[name][0]
    if _is_flat(entry):
        return {"name": name, "type": "normfactor", "data": None}
    sigma = float(data(f"{name}_sigma"))
    straight, bent = bends.get(entry.name, np.zeros((2, counts.size)))
    straight = sigma * (counts if entry.scales else straight)
    if not entry.scales:
        t = np.linspace(entry.lowest, there(entry.highest), 61)[:, None] / sigma
        if np.any((counts >= 0) & (counts + t * straight + bend(t) * bent < -NOISE)):
            raise InputError(
                f"pyhf cannot say the same: {name} takes counts of {e.name} below zero before its cut, "
                "where the model stops at zero and pyhf goes on"
            )
    high, low = counts + straight + 8 * bent, counts - straight + 8 * bent
    return {"name": name, "type": "histosys", "data": {"hi_data": high.tolist(), "lo_data": low.tolist()}}


def _parameter(question: Question, name: str, data: Data) -> dict[str, Any]:
    """Start, bounds and measurement of a nuisance."""
    entry = question.nuisances()[name][0]
    if _is_flat(entry):
        return {"name": name, "inits": [1.0], "bounds": [[1 + entry.lowest, 1 + there(entry.highest)]]}
    sigma = float(data(f"{name}_sigma"))
    low = max(entry.lowest / sigma, -MOST_PULLS)
    high = MOST_PULLS if entry.highest is None else min(entry.highest / sigma, MOST_PULLS)
    centre = float(data(f"{name}_centre")) / sigma
    return {"name": name, "inits": [0.0], "bounds": [[low, high]], "auxdata": [centre]}
