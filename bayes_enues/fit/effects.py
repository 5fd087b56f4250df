"""Which uncertainty matters: what the data say of each nuisance, and what each does to the bound."""

from collections.abc import Mapping
from copy import copy
from typing import Any

import numpy as np

from ..errors import InputError
from ..experiments.uncertainty import NuisanceEntry
from ..results import NuisanceEffect, Nuisances, Shift, there
from .chi2 import Likelihood
from .kernel import TENT
from .marginal import SMOOTH, marginal
from .posterior import prior_words, sample_posterior
from .profile import profile
from .regions import credible_region

#: Points, and nodes a nuisance, of the quadrature: three digits of a change do.
QUADRATURE = (121, 3)
#: How well a spline must foretell points where chi^2 has kinks: there the usual 1e-6 takes every point.
SMOOTH_WITH_KINKS = 1e-3
HELD = 1e-3  # of a nuisance's own width: as good as fixed, and nothing else changes in a fit


def held(likelihood: Likelihood, values: Mapping[str, float]) -> Likelihood:
    """The same likelihood with some nuisances known: a measurement a thousand times better than theirs.

    Nuisances that are correlated with them get their conditional centres.

    Parameters
    ----------
    likelihood : Likelihood
        Of templates, as its page built it.
    values : mapping
        Names to what they are held at.

    Raises
    ------
    InputError
        If the model is none of templates.
    """
    terms = likelihood.terms
    if terms is None:
        raise InputError(
            "nuisances are held in models of templates only, as a function of bayes_enues.models builds them"
        )
    new = copy(likelihood)
    below, above, coupling = terms.below.copy(), terms.above.copy(), terms.coupling.copy()
    new.numbers, new.start, new.known = likelihood.numbers.copy(), likelihood.start.copy(), {}
    centre = new.numbers[-len(new.names) :]
    for name, value in values.items():
        i = new.names.index(name)
        width = HELD * new.scale[i]
        value = float(np.clip(value, new.lower[i] + 5 * width, new.upper[i] - 5 * width))
        together = np.flatnonzero(coupling[i])
        together = together[together != i]
        if together.size:
            precision = coupling[np.ix_(together, together)] + np.diag(above[together])
            centre[together] -= np.linalg.solve(precision, coupling[together, i]) * (value - centre[i])
        coupling[i] = coupling[:, i] = 0.0
        below[i] = above[i] = width**-2.0
        centre[i] = new.start[i] = value
    new.terms = terms._replace(below=below, above=above, coupling=coupling)
    return new


def nuisance_effects(
    likelihood: Likelihood, parameter: str | None, level: float, draws: int, seed: int, tree: Any
) -> Nuisances:
    """What each nuisance does; see :meth:`bayes_enues.Fit.nuisances`."""
    name = likelihood.names[0] if parameter is None else parameter
    question = likelihood.question
    if len(question.free) > 1:
        raise InputError(
            f"{list(question.free)} are free; what nuisances do to a bound is asked of one free parameter"
        )
    signed = question.interaction.two_sided()
    entries = {n: entry for n, (entry, _) in question.nuisances().items()}
    if not entries:
        raise InputError(f"{question.experiment_name} has no nuisance whose effect could be shown")
    held(likelihood, {})  # refuses other models before anything is sampled
    if tree is None:
        tree = sample_posterior(likelihood.model, draws, seed, likelihood=likelihood, groups=False)
    kinked = there(likelihood.terms).kind.tolist().count(TENT) > 0
    rule = (*QUADRATURE, SMOOTH_WITH_KINKS if kinked else SMOOTH)
    chains = {n: tree["posterior"][n].values.ravel() for n in likelihood.names}

    def of_profile(values: Mapping[str, float]) -> tuple[float | None, float]:
        found = profile(held(likelihood, values), name, None, level, None)
        return found.lower, found.upper

    def bounds(values: Mapping[str, float]) -> dict[str, tuple[float | None, float]]:
        mine = held(likelihood, values)
        by_quadrature = credible_region(marginal(mine, name, *rule), level, signed)
        return {
            "of_profile": of_profile(values),
            "of_posterior": (by_quadrature["lower"], by_quadrature["upper"]),
        }

    default = bounds({})
    best = profile(likelihood, name, None, level, None)
    covariance = _covariance(likelihood, name, best)
    effects = []
    for nuisance, entry in entries.items():
        i = likelihood.names.index(nuisance)
        sigma, variance = _width(entry), covariance[i, i]
        found = {
            key: _shift(bounds({nuisance: x}), default)
            for key, x in (("nominal", 0.0), ("down", -_one(entry, 0)), ("up", _one(entry, 1)))
        }
        sample = chains[nuisance]
        effects.append(
            NuisanceEffect(
                name=nuisance,
                group=_group(entry),
                meaning=entry.meaning,
                prior_width=entry.words,
                pull_profile=best.nuisances[nuisance] / sigma,
                constraint_profile=float(np.sqrt(variance)) / sigma if variance > 0 else 0.0,
                correlation_profile=_correlation(covariance, likelihood.names.index(name), i),
                pull_posterior=float(sample.mean()) / sigma,
                constraint_posterior=float(sample.std()) / sigma,
                correlation_posterior=float(np.corrcoef(sample, chains[name])[0, 1]),
                **found,
            )
        )
    effects.sort(key=lambda e: -e.size)
    return Nuisances(
        model=question.interaction.name,
        parameter=name,
        experiment=question.experiment_name,
        unit=question.interaction.unit,
        prior="; ".join(prior_words(likelihood.model).values()),
        level=level,
        of_posterior=default["of_posterior"],
        of_profile=default["of_profile"],
        effects=effects,
        shares=_shares(default["of_profile"], of_profile, entries, best.nuisances),
        seed=seed,
    )


def _one(entry: NuisanceEntry, side: int) -> float:
    """One standard deviation below (0) or above (1); of a flat one the way to its end."""
    if entry.uniform is not None:
        return abs(entry.uniform[side])
    return 1.0 if entry.flat_to is not None else entry.widths[side]


def _width(entry: NuisanceEntry) -> float:
    """Standard deviation of what is known of it beforehand."""
    if entry.uniform is not None or entry.flat_to is not None:
        return (there(entry.highest) - entry.lowest) / 12**0.5
    return entry.sigma


def _group(entry: NuisanceEntry) -> str:
    if entry.moves.startswith("sun.") or entry.scales == "signal":
        return "Sun"
    return "response" if entry.moves else "backgrounds"


def _covariance(likelihood: Likelihood, name: str, best) -> np.ndarray:
    """From the curvature of chi^2 at the best fit, (n, n); NaN for what lies on its edge."""
    x = np.array([best.best_fit if n == name else best.nuisances[n] for n in likelihood.names])
    _, gradient, hessian = likelihood.full(x)
    pressed = (x <= likelihood.lower) & (gradient > 0) | (x >= likelihood.upper) & (gradient < 0)
    pressed[likelihood.names.index(name)] = best.at_boundary
    some = np.flatnonzero(~pressed)
    found = np.full(hessian.shape, np.nan)
    found[np.ix_(some, some)] = np.linalg.inv(hessian[np.ix_(some, some)] / 2)
    return found


def _correlation(covariance: np.ndarray, i: int, j: int) -> float | None:
    if not covariance[i, i] > 0:
        return None
    return float(covariance[i, j] / np.sqrt(covariance[i, i] * covariance[j, j]))


def _shift(now: Mapping, default: Mapping) -> Shift:
    def relative(new, old):
        both = new[0] and old[0]  # none of an upper bound
        return (new[0] / old[0] - 1 if both else None, new[1] / old[1] - 1)

    return Shift(**{key: relative(now[key], default[key]) for key in default})


def _shares(
    default: tuple, of_profile, entries: Mapping[str, NuisanceEntry], best: Mapping[str, float]
) -> dict[str, float]:
    """Of the squared width of the profile's region: what is left with all held, and what each group adds."""

    def squared(region: tuple[float | None, float]) -> float:
        return (region[1] - (region[0] or 0.0)) ** 2

    total = squared(default)
    shares = {"statistics": squared(of_profile({n: best[n] for n in entries})) / total}
    for group in dict.fromkeys(_group(entry) for entry in entries.values()):
        mine = {n: best[n] for n, entry in entries.items() if _group(entry) == group}
        shares[group] = 1 - squared(of_profile(mine)) / total
    return shares
