"""How a bound moves with its prior: the same data, the same likelihood, one row a prior.

Priors of the physics parameter share a likelihood, so one set of draws serves them all by importance
reweighting where Pareto's k and the Monte Carlo error allow; the others are sampled anew, and the row says
why. Quadrature gives each bound once more without draws. Priors of nuisances change posterior and profile.
"""

from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any

import numpy as np
import xarray as xr

from ..fit import limits, marginal_density
from ..fit.caveats import range_notes
from ..fit.credible import highest_density_ends, upper_end
from ..fit.fit import fit_of
from ..fit.limit import PRECISION
from ..fit.marginal import Density, log_marginal_likelihood
from ..fit.posterior import sample_posterior, state_of
from ..fit.power_scaling import power_scaling
from ..fit.regions import credible_region
from ..fit.reweighting import MAX_PARETO_K, Weights, importance_weights
from ..priors.density import log_density
from ..priors.named import Flat, Prior
from ..priors.text import parse_prior
from ..results import Interval, Limit, PriorStudyRow, there
from ..runs.asked import Stored, Tell, silent
from ..runs.rows import RowSpec, RowStudy, model_of

FLAG = 0.1  # a row that moves by more is flagged in words


@dataclass(frozen=True)
class StudyRow(RowStudy):
    """One row of a study: what to compute, and how to call it.

    Parameters
    ----------
    spec : RowSpec
        With the prior in ``prior``, or the changed nuisance in ``changes``.
    label : str
        For tables and figures.
    nuisance : bool
        Whether a nuisance's prior is varied.
    """

    label: str
    nuisance: bool = False

    @property
    def words(self) -> str:
        return f"{super().words}, {self.label}"

    @property
    def group(self) -> RowSpec:
        """The default row it is compared with."""
        return replace(self.spec, prior=None, changes="")

    def compute(self, progress: Tell = silent, groups: bool = True) -> Stored:
        """A row of ``priors.json``, and beside it draws and the curves of quadrature."""
        group = _group(self.group, self.group.fingerprint())
        row, tree = _under_nuisance(group, self) if self.nuisance else _under_prior(group, self)
        return compared(row, group.default).to_row(), tree


class _Group:
    """One parameter from one experiment: the default's draws and likelihood, which every prior shares."""

    def __init__(self, spec: RowSpec):
        self.spec, self.model = spec, model_of(spec)
        self.question = self.model.question
        self.two_sided = self.question.interaction.two_sided()
        # twice the draws, so that bounds reweighted from them keep to the same precision
        self.limit: Limit = limits(
            self.model, spec.parameter, spec.level, 2 * spec.draws, spec.seed, groups=True,
            independent=_with_nuclei(spec),
        )  # fmt: skip
        self.flat: Prior = self.question.priors[spec.parameter]
        self.draws = self.limit.tree["posterior"][spec.parameter].values
        self.likelihood = fit_of(self.model)
        self.default = _under_prior(self, StudyRow(spec, "flat"))[0]


def _with_nuclei(spec: RowSpec) -> bool:
    """Whether independent proposals come first: NUTS takes 30 times longer where ten nuisances are cut."""
    return any(e.xenon.target == "nucleus" for e in spec.experiments)


@lru_cache(maxsize=1)
def _group(spec: RowSpec, mark: str) -> _Group:
    return _Group(spec)


class _Under:
    """One prior on the data of a group: its density by quadrature, and the weights of the group's draws."""

    def __init__(self, group: _Group, text: Any):
        name, flat = group.spec.parameter, group.flat
        prior = parse_prior(text, group.question.interaction.unit) or Flat()
        self.prior = prior.asked_of(group.question, name).within(*flat.edges)
        grid = self.prior.grid(401)
        log_prior = log_density(self.prior, name, np.concatenate([grid, group.draws.ravel()]))
        self.at_draws = log_prior[grid.size :].reshape(group.draws.shape)
        log_p = log_marginal_likelihood(group.likelihood, [0], grid[:, None]) + log_prior[: grid.size]
        peak = np.max(log_p)
        density = np.exp(log_p - peak)
        total = float(Density(grid, density, 0.0).curve().integrate(grid[0], grid[-1]))
        self.density = Density(grid, density / total, float(peak + np.log(total)))
        self.log_prior = log_prior[: grid.size]
        self.weights = importance_weights(self.at_draws)  # the default is flat: a constant
        lower, upper = flat.edges
        inside = self.density.below(upper) - self.density.below(lower)
        self.unreached = max(0.0, 1.0 - inside)  # probability where the default has no draws


def _ends(draws, weights: Weights | None, density: Density, two_sided: bool, level: float) -> dict[str, Any]:
    """The bound of weighted draws with its error, as in :class:`bayes_enues.results.PosteriorBound`."""
    if two_sided:
        return highest_density_ends(draws, density, level, weights)
    return upper_end(draws, level, weights)


def _precise(ends: dict[str, Any]) -> float:
    """The Monte Carlo error, in units of the largest allowed beside a bound or the length of a region."""
    size = sum(b - a for a, b in ends["pieces"]) if ends.get("pieces") else ends["upper"]
    return ends["mcse"] / (PRECISION * size)


def _row(group: _Group, limit: Limit, density: Density, under: Prior, **how) -> PriorStudyRow:
    """A limit with what every row has beside its bound."""
    name = group.spec.parameter
    exact = Interval(**credible_region(density, group.spec.level, group.two_sided))
    found = {f.name: getattr(limit, f.name) for f in fields(limit)} | {
        "posterior": replace(limit.posterior, exact=exact),
        "power_scaling": power_scaling(limit.tree, name) if limit.posterior.converged else None,
        "mass": dict(group.spec.fixed).get("mass"),
        "seed": group.spec.seed,
    }
    return PriorStudyRow(**found, exact=exact, range=under.edges, **how)


def _under_prior(group: _Group, asked: StudyRow) -> tuple[PriorStudyRow, xr.DataTree]:
    """A row under one prior of the parameter, reweighted or sampled."""
    text, name, limit = asked.spec.prior, group.spec.parameter, group.limit
    under = _Under(group, text)
    prior, weights = under.prior, under.weights
    ends = _ends(group.draws, weights, under.density, group.two_sided, group.spec.level)
    how, reason = "reweighted", ""
    if not weights.reliable:
        reason = f"Pareto k = {weights.pareto_k:.2f} > {MAX_PARETO_K}"
    elif under.unreached > 1e-3:
        reason = f"{under.unreached:.1%} of the posterior lie outside the default's range"
    elif not _precise(ends) <= 1:
        reason = f"reweighting would leave an error of {ends['mcse']:.2g}"
    if text is None:
        how, reason, tree = "sampled", "", limit.tree
    elif not reason:
        tree = _resampled(group, under)
    else:
        how = "sampled"
        tree, ends = _sampled(group, under)
    limit = replace(
        limit,
        posterior=replace(limit.posterior, **ends),
        prior=prior.words(name),
        notes=[*group.question.notes, *range_notes(group.likelihood, name, prior, limit.profile.chi2_min)],
        label=asked.label,
        tree=tree,
    )
    how = {"nuisance": False, "how": how, "pareto_k": weights.pareto_k, "reason": reason}
    kept = _kept(tree, under.density, np.exp(under.log_prior), group)
    return _row(group, limit, under.density, prior, **how), kept


def _kept(tree: xr.DataTree, density: Density, prior: np.ndarray, group: _Group) -> xr.DataTree:
    """The groups that are stored: draws, the curves of quadrature, and the profile."""
    name = group.spec.parameter
    curves = {"density": (name, density.density), "prior": (name, prior)}
    return xr.DataTree.from_dict(
        {
            "posterior": tree["posterior"].to_dataset(),
            "quadrature": xr.Dataset(curves, coords={name: density.values}),
            "profile": (tree if "profile" in tree else group.limit.tree)["profile"].to_dataset(),
        }
    )


def _resampled(group: _Group, under: _Under) -> xr.DataTree:
    """The default's draws as draws under another prior, with what power scaling needs."""
    chosen = under.weights.resample(group.spec.seed)

    def pick(values):
        return values.reshape(-1, *values.shape[2:])[chosen].reshape(values.shape)

    tree = group.limit.tree
    parts = {
        g: tree[g].to_dataset().map(lambda v: v.copy(data=pick(v.values)))
        for g in ("posterior", "log_likelihood", "log_prior")
    }
    parts["log_prior"][group.spec.parameter].values[:] = pick(under.at_draws)
    return xr.DataTree.from_dict(parts)


def _sampled(group: _Group, under: _Under) -> tuple[xr.DataTree, dict[str, Any]]:
    """Fresh draws under a prior, and their bound."""
    from bayes_enues.models import counting_model

    spec = group.spec
    model = counting_model(spec.interaction, spec.experiments, spec.parameter, under.prior)

    def ends_of(tree):
        draws = tree["posterior"][spec.parameter].values
        return _ends(draws, None, under.density, group.two_sided, spec.level)

    tree = sample_posterior(
        model, spec.draws, spec.seed, precision=lambda tree: _precise(ends_of(tree)),
        independent=_with_nuclei(spec),
    )  # fmt: skip
    state = state_of(tree)
    nothing = dict.fromkeys(("lower", "upper", "pieces", "eti", "mcse"))
    return tree, {**nothing, **(ends_of(tree) if state["converged"] else {}), **state}


def _under_nuisance(group: _Group, asked: StudyRow) -> tuple[PriorStudyRow, xr.DataTree]:
    """A row with a nuisance's prior changed; it is sampled anew, and the profile is its own."""
    spec = asked.spec
    model = model_of(spec)
    limit = limits(
        model, spec.parameter, spec.level, spec.draws, spec.seed, groups=True, independent=_with_nuclei(spec)
    )
    # the row's label says what was changed; it stands in the table of the experiment as it was
    limit = replace(limit, experiment=group.limit.experiment, published=group.limit.published)
    density, prior = marginal_density(model, spec.parameter), model.question.priors[spec.parameter]
    how = {"nuisance": True, "how": "sampled", "pareto_k": None, "reason": ""}
    kept = _kept(limit.tree, density, np.exp(log_density(prior, spec.parameter, density.values)), group)
    return _row(group, replace(limit, label=asked.label), density, prior, **how), kept


def compared(row: PriorStudyRow, default: PriorStudyRow) -> PriorStudyRow:
    """The row with its ratios to the default row and to both profile bounds; what moves by 10 % is flagged.

    The bound itself for non-negative parameters. For signed ones the length of the region, and the flag is
    raised where an end moves by more than 10 % of the default's length.
    """
    mine, theirs, profile = row.posterior, default.posterior, row.profile
    if not (mine.converged and theirs.converged):
        return replace(row, flag="not converged: no bound to compare")
    ratio = mine.length / theirs.length
    if mine.kind == "upper":
        moved = ratio - 1
        by = f"{abs(100 * moved):.0f} % {'weaker' if moved > 0 else 'stronger'} than under the default prior"
        one_sided = profile.upper_one_sided  # none at levels of one half and below
        upper = there(mine.upper)
        one_sided, to_profile = one_sided and upper / one_sided, upper / profile.upper
    else:
        shifts = {
            "lower": there(mine.lower) - there(theirs.lower),
            "upper": there(mine.upper) - there(theirs.upper),
        }
        end, moved = max(shifts.items(), key=lambda item: abs(item[1]))
        moved /= theirs.length
        by = f"its {end} end moves by {abs(100 * moved):.0f} % of the default region's length"
        one_sided, to_profile = None, mine.length / profile.length
    return replace(
        row,
        ratio_to_default=ratio,
        ratio_to_profile=to_profile,
        ratio_to_one_sided=one_sided,
        flag=by if abs(moved) > FLAG else "",
    )
