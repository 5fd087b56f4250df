"""Limits on a parameter, twice from one model: a credible bound and a profile bound, side by side."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pymc as pm
import xarray as xr

from .likelihood import RANGE_DELTA_CHI2, Likelihood
from .posterior import prior_words, quantile_error, sample_posterior
from .power_scaling import power_scaling
from .priors import Prior
from .profile import Profile, profile_curve, profile_likelihood
from .published import Published, published_limit
from .quadrature import marginal_density
from .question import Question, question_of
from .regions import credible_region, highest_density_pieces
from .statistics import check_level

__all__ = ["Limit", "PosteriorBound", "limits"]

PRECISION = 0.01
CUT_DELTA_CHI2 = 9.0  # a prior that ends before this, three standard deviations, cuts the posterior
MAX_PARETO_K = 0.7


@dataclass(frozen=True)
class PosteriorBound:
    """A credible bound with all it rests on.

    Attributes
    ----------
    kind : str
        ``upper`` (a quantile, one-sided) for non-negative parameters, ``hdi`` (highest-density region) for
        signed ones.
    level : float
    lower, upper : float or None
        Outer ends; None for an unconverged posterior, which gives no bound, and for the lower end of
        ``upper``.
    pieces : list of (lower, upper), or None
        Parts of the highest-density region.
    eti : (lower, upper), or None
        Equal-tailed interval of a signed parameter.
    upper_flat_strength : float or None
        The upper bound under a prior flat in mu^2 or g^2; None for a signed parameter.
    mcse : float
        Monte Carlo standard error of the bound; of an interval, the larger of its ends'.
    exact : dict or None
        ``lower``, ``upper``, ``pieces`` and ``eti`` by quadrature over the nuisances, without draws; None
        where several parameters are free.
    rhat, ess_bulk, ess_tail, divergences, sampler, draws, attempts, converged, diagnosis
        See :mod:`bayes_enues.posterior`; ``draws`` is per chain.
    """

    kind: str
    level: float
    lower: float | None
    upper: float | None
    pieces: list | None
    eti: list | None
    upper_flat_strength: float | None
    mcse: float | None
    rhat: float
    ess_bulk: float
    ess_tail: float
    divergences: int
    sampler: str
    draws: int
    attempts: int
    converged: bool
    diagnosis: str
    exact: dict | None = None


@dataclass(frozen=True)
class Limit:
    """One row of a table of limits. ``to_dict`` is its row in ``limits.json``.

    Attributes
    ----------
    model, parameter, experiment, unit, prior : str
    level : float
    posterior : PosteriorBound
    profile : Profile
    published : Published or None
    caveats : list of str
        Inputs that are not published as such.
    notes : list of str
        What had to be done differently, and whether the prior's range decides the bound.
    draws : xr.DataTree
        The posterior itself.
    power_scaling : dict or None
        Sensitivity to the parameter's prior and to the likelihood; see :mod:`bayes_enues.power_scaling`.
    """

    model: str
    parameter: str
    experiment: str
    unit: str
    prior: str
    level: float
    posterior: PosteriorBound
    profile: Profile
    published: Published | None
    caveats: list[str]
    notes: list[str]
    draws: xr.DataTree = field(repr=False)
    power_scaling: dict[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        """The row of ``limits.json``, without fingerprint."""
        profile, published = self.profile, self.published
        return {
            "model": self.model,
            "parameter": self.parameter,
            "experiment": self.experiment,
            "unit": self.unit,
            "prior": self.prior,
            "level": self.level,
            "posterior": asdict(self.posterior),
            "profile": {
                "lower": None
                if profile.lower == 0 and profile.upper_one_sided is not None
                else profile.lower,
                "upper": profile.upper,
                "upper_one_sided": profile.upper_one_sided,
                "pieces": [list(piece) for piece in profile.pieces],
                "best_fit": profile.best_fit,
                "chi2_min": profile.chi2_min,
                "delta_chi2": round(profile.threshold, 4),
                "at_boundary": profile.at_boundary,
                "nuisances": profile.nuisances,
            },
            "published": published
            and {"lower": published.lower, "upper": published.upper, "source": published.source},
            "caveats": self.caveats,
            "notes": self.notes,
            "power_scaling": self.power_scaling,
        }

    def __str__(self) -> str:
        p, level = self.posterior, f"{100 * self.level:g} %"
        bound = f"not converged ({p.diagnosis})"
        if p.converged and p.kind == "upper":
            bound = f"< {p.upper:.4g} ({level} posterior, {self.prior}; Monte Carlo error {p.mcse:.2g})"
        elif p.converged:
            region = " and ".join(f"({a:.4g}, {b:.4g})" for a, b in p.pieces)
            bound = f"in {region} ({level} highest density, {self.prior}; Monte Carlo error {p.mcse:.2g})"
        pieces = " and ".join(f"({a:.4g}, {b:.4g})" for a, b in self.profile.pieces)
        lines = [
            f"{self.model} {self.parameter} from {self.experiment}, in {self.unit}",
            f"  posterior: {bound}",
            f"  profile:   {pieces} (Delta chi^2 = {self.profile.threshold:.4g})",
        ]
        if self.profile.upper_one_sided is not None:
            lines.append(
                f"             < {self.profile.upper_one_sided:.4g} ({level} one-sided, Delta chi^2 = 1.642)"
                if self.level == 0.9
                else f"             < {self.profile.upper_one_sided:.4g} (one-sided)"
            )
        if self.published:
            low = "" if self.published.lower is None else f"{self.published.lower:g} to "
            lines.append(f"  published: {low}{self.published.upper:g} ({self.published.source})")
        return "\n".join([*lines, *(f"  note: {n}" for n in self.notes)])


def limits(
    model: pm.Model,
    parameter: str | None = None,
    level: float = 0.9,
    draws: int = 4000,
    seed: int = 20220811,
    *,
    groups: bool = True,
    delta_chi2: float | None = None,
    progress: Callable[[str], None] | None = None,
    **sampling,
) -> Limit:
    """Both bounds on one parameter of a model, with the published one.

    Parameters
    ----------
    model : pm.Model
        From ``bayes_enues.models``.
    parameter : str, optional
        Needed only where several are free.
    level : float
        Credibility and confidence.
    draws : int
        Per chain to begin with; doubled until the Monte Carlo error is at most 1 % of an upper bound or of
        the width of an interval.
    seed : int
    groups : bool
        Whether the posterior gets its derived groups.
    delta_chi2 : float, optional
        Threshold of the profile, instead of the one that belongs to the level.
    progress : callable, optional
        Told in words what is going on.
    sampling
        Further arguments of :func:`bayes_enues.sample_posterior`.

    Returns
    -------
    Limit

    Raises
    ------
    ValueError
        If the level is not between 0 and 1, or the parameter is not named and several are free.
    """
    check_level(level)
    question = question_of(model)
    if parameter is None and len(question.free) > 1:
        raise ValueError(f"several parameters are free; name one of {list(question.free)}")
    name = parameter or question.free[0]
    if name not in question.free:
        raise ValueError(f"the model leaves {list(question.free)} free, not {name!r}")

    profile = profile_likelihood(model, name, level=level, delta_chi2=delta_chi2)
    notes = [*question.notes, *range_notes(model, name, question.priors[name], profile.chi2_min)]
    bound = (
        _SignedBound(model, name, level) if question.interaction.signed else _UpperBound(model, name, level)
    )

    def excess(tree):
        return bound.error(tree) / (PRECISION * bound.size(tree))

    tree = sample_posterior(
        model, draws, seed, precision=excess, groups=groups, progress=progress, **sampling
    )
    tree["profile"] = xr.DataTree(
        xr.Dataset({"delta_chi2": (name, profile.delta_chi2)}, coords={name: profile.values})
    )
    state = {
        k: tree.attrs[k]
        for k in ("rhat", "ess_bulk", "ess_tail", "sampler", "draws", "attempts", "diagnosis")
    }
    state |= {"divergences": int(tree.attrs["divergences"]), "converged": bool(tree.attrs["converged"])}
    if state["converged"] and (left := excess(tree)) > 1:
        notes.append(f"the Monte Carlo error is {100 * PRECISION * left:.2g} %; more draws are needed")
    kind = "hdi" if question.interaction.signed else "upper"
    nothing = dict.fromkeys(("lower", "upper", "pieces", "eti", "upper_flat_strength", "mcse"))
    ends = bound.ends(tree) if state["converged"] else nothing
    return Limit(
        model=question.interaction.name,
        parameter=name,
        experiment=question.experiment_name,
        unit=question.interaction.unit,
        prior="; ".join(prior_words(model).values()),
        level=level,
        posterior=PosteriorBound(
            kind=kind, level=level, **{**nothing, **ends}, **state, exact=exact_bound(model, name, level)
        ),
        profile=profile,
        published=published_limit(question.interaction.name, name, question.experiment_name)
        if level == 0.9
        else None,
        caveats=caveats(question),
        notes=notes,
        draws=tree,
        power_scaling=power_scaling(tree, name) if groups and state["converged"] else None,
    )


def exact_bound(model: pm.Model, name: str, level: float) -> dict[str, Any] | None:
    """The credible bound by quadrature: what the draws must agree with."""
    question = question_of(model)
    if len(question.free) > 1:
        return None
    return credible_region(marginal_density(model, name), level, question.interaction.signed)


def range_notes(model: pm.Model, name: str, prior: Callable, chi2_min: float) -> list[str]:
    """Words for a prior whose stated range cuts what the data allow; the bound then rests on the range.

    Raises
    ------
    ValueError
        If the range holds nothing that the data allow.
    """
    if not isinstance(prior, Prior):
        return []
    if name in question_of(model).open_ranges and not prior.edge_decides:
        return []  # the likelihood has set the range
    likelihood = Likelihood(model)
    index = likelihood.names.index(name)
    inside = profile_curve(likelihood, [index], prior.grid(25)[:, None])
    delta = np.array([fit.chi2 for fit in inside]) - chi2_min
    if delta.min() > RANGE_DELTA_CHI2:
        raise ValueError(
            f"the prior of {name} ({prior.words(name)}) leaves out all that the data allow: delta chi^2 is "
            f"at least {delta.min():.3g} on it; widen its range"
        )
    notes = []
    physical = likelihood.lower[index]
    for end, edge, cut in (("lower", prior.lower, delta[0]), ("upper", prior.upper, delta[-1])):
        if cut < CUT_DELTA_CHI2 and edge > physical:
            notes.append(
                f"the prior of {name} ends at {edge:.4g}, where delta chi^2 is {cut:.2g}: "
                f"its {end} edge decides the bound with the data"
            )
    return notes


def caveats(question: Question) -> list[str]:
    """Inputs that are derived, reconstructed or digitised, and what a variant changes."""
    found = []
    for experiment in question.experiments:
        if experiment.note:
            found.append(f"{experiment.name}: {experiment.note}")
        found += [f"{experiment.name}, {table}: {words}" for table, words in experiment.caveats.items()]
    return found


class _UpperBound:
    """A quantile of the draws; one-sided."""

    def __init__(self, model, name, level):
        self.model, self.name, self.level = model, name, level

    def size(self, tree) -> float:
        return float(np.quantile(tree["posterior"][self.name].values, self.level))

    def error(self, tree) -> float:
        return quantile_error(tree["posterior"][self.name].values, self.level)

    def ends(self, tree) -> dict[str, Any]:
        draws = tree["posterior"][self.name].values
        return {
            "upper": float(np.quantile(draws, self.level)),
            "upper_flat_strength": self.flat_strength(draws),
            "mcse": self.error(tree),
        }

    def flat_strength(self, draws: np.ndarray) -> float:
        """The quantile under a prior flat in the strength, by reweighting the draws from their own prior.

        The weights, strength density over prior density, are bounded for every prior that does not vanish;
        where their tail is too heavy (Pareto k above 0.7) quadrature takes over.
        """
        question = question_of(self.model)
        likelihood = Likelihood(self.model)
        flat = draws.ravel()
        points = np.repeat(likelihood.start[None], flat.size, axis=0)
        points[:, : likelihood.n_physics] = likelihood.question.scales
        points[:, likelihood.names.index(self.name)] = flat
        log_weight = (question.interaction.power - 1) * np.log(
            np.maximum(flat, 1e-300)
        ) - likelihood.log_prior(points)
        from arviz_stats.base import array_stats

        log_weight, k = array_stats.psislw(log_weight.max() - log_weight)  # takes minus the log weights
        if not k <= MAX_PARETO_K and len(question.free) == 1:
            density = marginal_density(self.model, self.name)
            points = np.repeat(likelihood.start[None], density.values.size, axis=0)
            points[:, 0] = density.values
            weight = density.values ** (question.interaction.power - 1) / np.exp(likelihood.log_prior(points))
            return density.reweighted(weight).quantile(self.level)
        weight = np.exp(log_weight - log_weight.max())
        order = np.argsort(flat)
        below = np.cumsum(weight[order]) - 0.5 * weight[order]
        return float(np.interp(self.level, below / weight.sum(), flat[order]))


class _SignedBound:
    """The highest-density region at one density level, and the equal-tailed interval.

    The marginal density comes from quadrature over the nuisances, its level from the draws: the share
    ``level`` of the draws lies where the density is higher (Hyndman, Am. Stat. 50 (1996) 120). No kernel
    smooths an edge or fills a gap.
    """

    def __init__(self, model, name, level):
        self.model, self.name, self.level = model, name, level
        self.density = marginal_density(model, name)

    def cut(self, tree) -> float:
        return float(np.quantile(self.heights(tree), 1 - self.level))

    def heights(self, tree) -> np.ndarray:
        return self.density.at(tree["posterior"][self.name].values)

    def pieces(self, tree) -> list[tuple[float, float]]:
        return highest_density_pieces(self.density, self.cut(tree))

    def size(self, tree) -> float:
        return sum(b - a for a, b in self.pieces(tree))

    def error(self, tree) -> float:
        draws, tail = tree["posterior"][self.name].values, (1 - self.level) / 2
        return max(self.region_error(tree), *(quantile_error(draws, p) for p in (tail, 1 - tail)))

    def region_error(self, tree) -> float:
        error = quantile_error(self.heights(tree), 1 - self.level)
        step = 1e-4 * (self.density.values[-1] - self.density.values[0])
        ends = np.ravel(self.pieces(tree))
        inner = ends[(ends > self.density.values[0]) & (ends < self.density.values[-1])]
        slope = np.abs(self.density.at(inner + step) - self.density.at(inner - step)) / (2 * step)
        return float(np.max(error / np.maximum(slope, 1e-300))) if inner.size else 0.0

    def ends(self, tree) -> dict[str, Any]:
        pieces = self.pieces(tree)
        tail = (1 - self.level) / 2
        eti = np.quantile(tree["posterior"][self.name].values, [tail, 1 - tail])
        return {
            "lower": pieces[0][0],
            "upper": pieces[-1][1],
            "pieces": [list(piece) for piece in pieces],
            "eti": eti.tolist(),
            "mcse": self.region_error(tree),
        }
