"""Limits on a parameter: a credible bound and a profile bound of one model, side by side."""

from collections.abc import Callable
from typing import Any

import numpy as np
import xarray as xr
from scipy.stats import chi2

from ..errors import InputError
from ..experiments.published import published_limit
from ..results import Density, Found, Goodness, Interval, Limit, PosteriorBound, PowerScaling, Profile
from ..statistics import DRAWS, LEVEL, SEED, check_level
from .caveats import caveats, range_notes
from .chi2 import Likelihood
from .credible import SignedBound, UpperBound
from .marginal import log_marginal_likelihood, marginal
from .minimise import profile_many
from .posterior import sample_posterior, state_of, warn_unconverged
from .power_scaling import power_scaling_of
from .profile import profile
from .regions import credible_region

SUSPICIOUS = 5.0  # Monte Carlo errors between a bound from draws and the same by quadrature
DOUBTFUL, HOPELESS = 1e-3, 1e-6  # p-values of a best fit that is said, and that gives no bound
PRECISION = 0.01  # of the Monte Carlo error: in units of an upper bound, or of the width of an interval


def limit(
    likelihood: Likelihood,
    parameter: str | None = None,
    level: float = LEVEL,
    draws: int = DRAWS,
    seed: int = SEED,
    *,
    groups: bool = False,
    lean: bool = False,
    delta_chi2: float | None = None,
    accept_bad_fit: bool = False,
    progress: Callable[[str], None] | None = None,
    **sampling,
) -> Limit:
    """Both bounds on one parameter of a model, with the published one.

    Parameters
    ----------
    likelihood : Likelihood
    parameter : str, optional
        Needed only where several are free.
    level : float
        Credibility and confidence.
    draws : int
        Per chain to begin with; doubled until the Monte Carlo error is at most 1 % of an upper bound or of
        the width of an interval.
    seed : int
    groups : bool
        Whether the posterior gets its derived groups; :func:`.groups.with_groups` adds them at any time.
    lean : bool
        Numbers only, for one of hundreds of rows: no draws are handed on, power scaling is left out, and
        where quadrature knows the posterior the draws that check it begin with independent proposals.
    delta_chi2 : float, optional
        Threshold of the profile, instead of the one that belongs to the level.
    accept_bad_fit : bool
        Whether a best fit whose p-value is below 1e-6 still gives a posterior bound: what does not describe
        the data says nothing of a parameter in it.
    progress : callable, optional
        Told in words what is going on.
    sampling
        Further arguments of :func:`bayes_enues.sample_posterior`.

    Returns
    -------
    Limit

    Raises
    ------
    InputError
        If the level is not between 0 and 1, the parameter is not named and several are free, or it is
        bounded from both sides and not alone: its region needs a marginal density that only draws would
        know.
    """
    level = check_level(level)
    question = likelihood.question
    if parameter is None and len(question.free) > 1:
        raise InputError(f"several parameters are free; name one of {list(question.free)}")
    name = parameter or next(iter(question.free))
    if name not in question.free:
        raise InputError(f"the model leaves {list(question.free)} free, not {name!r}")
    two_sided = question.interaction.two_sided()
    if two_sided and len(question.free) > 1:
        what = "signed" if question.interaction.signed else "bounded from both sides"
        raise InputError(
            f"{name} is {what} and {list(question.free)} are free together; leave one free, or take the "
            f"region of two: bayes_enues.studies.planes.plane.plane_region(model, {list(question.free)[:2]})"
        )

    curve = profile(likelihood, name, level=level, delta_chi2=delta_chi2)
    notes = [*question.notes, *range_notes(likelihood, name, question.priors[name], curve.chi2_min)]
    bound = (SignedBound if two_sided else UpperBound)(likelihood, name, level)

    measured: list[Any] = [None, {}, 0.0]  # the posterior measured last, its bound, its error

    def measure(tree) -> tuple[dict[str, Any], float]:
        if measured[0] is not tree:
            ends = bound.ends(tree)
            measured[:] = tree, ends, bound.excess(tree, ends) / PRECISION
        return measured[1], measured[2]

    tree = sample_posterior(
        likelihood.model, draws, seed, precision=lambda tree: measure(tree)[1], groups=groups,
        progress=progress, likelihood=likelihood, **{"independent": lean, **sampling},
    )  # fmt: skip
    if not lean:
        content = {"delta_chi2": (name, curve.delta_chi2)}
        tree["profile"] = xr.DataTree(xr.Dataset(content, coords={name: curve.values}))
    state = state_of(tree)
    nothing: dict[str, Any] = dict.fromkeys(
        ("lower", "upper", "pieces", "eti", "upper_flat_strength", "mcse")
    )
    ends, excess = measure(tree) if state["converged"] else (nothing, 0.0)
    exact = exact_bound(likelihood, name, level)
    density = marginal(likelihood, name) if exact else None
    if density is not None and not lean:
        curve_of = {"density": (name, density.density)}
        tree["quadrature"] = xr.DataTree(xr.Dataset(curve_of, coords={name: density.values}))
    if state["converged"]:
        ends = {**ends, "upper_flat_strength": bound.flat_strength(tree)}
    if state["converged"] and exact and (apart := disagreement(ends, exact)):
        ends = nothing  # one of the two is wrong, so neither is a limit
        state |= {"converged": False, "diagnosis": "; ".join(apart)}
        warn_unconverged(state["diagnosis"])
    goodness = goodness_of(likelihood, curve)
    if goodness.p_value < DOUBTFUL:
        words = (
            f"chi^2 is {goodness.chi2:.4g} for {goodness.bins} bins (p = {goodness.p_value:.2g}): the model "
            "does not describe the data; look at exposure, background and units"
        )
        if goodness.p_value < HOPELESS and not accept_bad_fit:
            ends = nothing
            state |= {"converged": False, "diagnosis": words}
            warn_unconverged(words)
        else:
            notes.append(words)
    if state["converged"] and excess > 1:
        notes.append(f"the Monte Carlo error is {100 * PRECISION * excess:.2g} %; more draws are needed")
    kind = "hdi" if two_sided else "upper"
    return Limit(
        model=question.interaction.name,
        parameter=name,
        experiment=question.experiment_name,
        unit=question.interaction.unit,
        prior="; ".join(question.prior_words.values()),
        level=level,
        posterior=PosteriorBound(
            kind=kind, level=level, **{**nothing, **ends}, **state, exact=Interval(**exact) if exact else None
        ),
        profile=curve,
        published=published_limit(question.interaction.name, name, question.experiment_name)
        if level == LEVEL
        else None,
        caveats=caveats(question),
        notes=notes,
        tree=None if lean else tree,
        power_scaling=None if lean or not state["converged"] else _power_scaling(likelihood, tree, name),
        goodness=goodness,
        atomic_model=question.atomic_model,
        found=None if two_sided or density is None else found(likelihood, curve, density, level),
    )


def found(likelihood: Likelihood, curve: Profile, density: Density, level: float) -> Found | None:
    """What is said beside an upper bound of a model's one parameter where the profile excludes zero."""
    if curve.pieces[0][0] <= 0:
        return None
    at_zero = np.zeros((1, 1))
    chi2_there = float(profile_many(likelihood, [0], at_zero).chi2[0])
    region = credible_region(density, level, signed=True)
    weak = float(log_marginal_likelihood(likelihood, [0], at_zero)[0])
    return Found(
        delta_chi2=chi2_there - curve.chi2_min,
        pieces=region["pieces"],
        log_bayes_factor=density.log_evidence - weak,
    )


def _power_scaling(likelihood: Likelihood, tree: xr.DataTree, name: str) -> PowerScaling:
    posterior = tree["posterior"].to_dataset()
    draws = posterior[name].values
    points = np.stack([posterior[n].values.ravel() for n in likelihood.names], axis=-1)
    parts = likelihood.log_prior_of(name, points), likelihood.log_likelihood(points)
    return power_scaling_of(draws, *(part.reshape(draws.shape) for part in parts))


def goodness_of(likelihood: Likelihood, curve: Profile) -> Goodness:
    """chi^2 of the best fit with its number of bins and its p-value."""
    bins = sum(e.n_bins for e in likelihood.question.experiments)
    freedom = max(bins - likelihood.n_physics, 1)
    return Goodness(chi2=curve.chi2_min, bins=bins, p_value=float(chi2.sf(curve.chi2_min, freedom)))


def disagreement(ends: dict[str, Any], exact: dict[str, Any]) -> list[str]:
    """Words where the draws' bound and quadrature's differ by more than the draws' error explains."""
    notes = []
    for end in ("lower", "upper"):
        mine, theirs = ends.get(end), exact[end]
        if mine is None or theirs is None:
            continue
        if abs(mine - theirs) > SUSPICIOUS * ends["mcse"] + 1e-3 * abs(theirs):
            notes.append(
                f"the {end} end is {mine:.5g} ± {ends['mcse']:.2g} from the draws, {theirs:.5g} by quadrature"
            )
    return notes


def exact_bound(likelihood: Likelihood, name: str, level: float) -> dict[str, Any] | None:
    """The credible bound by quadrature: what the draws must agree with."""
    question = likelihood.question
    if len(question.free) > 1:
        return None
    return credible_region(marginal(likelihood, name), level, question.interaction.two_sided())
