"""The rows of ``regions.json``: two parameters of a model, from one experiment or several together.

:func:`bayes_enues.runs.runner.run` runs them, like the rows of a table of limits. PyMC is imported once the
names are known to be good.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ...errors import InputError
from ...interactions.named import interaction_named
from ...results import Region
from ...runs.asked import Asked, Stored, Tell, silent
from ...runs.plan import plan
from ...runs.rows import RowSpec
from ...statistics import of_chains
from .pair import plane_indices

SUSPICIOUS = 4.0  # Monte Carlo errors between the share of draws in a region and its level


@dataclass(frozen=True)
class RegionSpec(Asked):
    """One plane.

    Parameters
    ----------
    model : str
    parameters : two str
    experiment : str
        Names joined by a plus; a path for a user's own.
    level : float
    prior : str or None
        As for :class:`bayes_enues.runs.rows.RowSpec`, for every free parameter.
    draws, seed : int
        Of the draws that are counted in the credible region.
    ranges : tuple of (name, lower, upper)
        Where to draw the profile.
    fixed : tuple of (name, value)
        Parameters and options of the interaction that are not free, such as a mass.
    """

    model: str
    parameters: tuple[str, str]
    experiment: str
    level: float = 0.9
    prior: str | None = None
    draws: int = 4000
    seed: int = 20220811
    ranges: tuple[tuple[str, float, float], ...] = field(default=())
    fixed: tuple[tuple[str, Any], ...] = field(default=())

    @property
    def parameter(self) -> str:
        """Both names, for progress and messages."""
        return ", ".join(self.parameters)

    @property
    def words(self) -> str:
        return f"{self.parameter} from {self.experiment}"

    @property
    def free(self) -> tuple[str, ...]:
        """What the model leaves free: the two, or all where the others are integrated away and profiled."""
        kind = interaction_named(self.model)
        return kind.free_names() if kind.plane_leaves_others_free else self.parameters

    @property
    def row(self) -> RowSpec:
        """What this shares with the rows of a table."""
        return RowSpec(
            self.model, self.parameters[0], self.experiment, self.level, self.prior, self.draws, self.seed,
            self.fixed,
        )  # fmt: skip

    def build(self) -> Any:
        """The ``pm.Model`` of the plane."""
        from bayes_enues.models import counting_model

        from ...priors.text import parse_prior

        kind = interaction_named(self.model)
        prior = parse_prior(self.prior, kind.unit)
        return counting_model(kind(**dict(self.fixed)), self.experiments, self.free, prior)

    def compute(self, progress: Tell = silent, groups: bool = True) -> Stored:
        """Both regions; a plane keeps no draws."""
        found, given = compute_region(self, progress), dict(self.fixed)
        return replace(found, mass=given.get("mass"), given=given).to_row(), None


def plan_regions(
    model: str,
    planes: Sequence[tuple[str, str]],
    experiments: Sequence[str] | None = None,
    ranges: Mapping[str, tuple[float, float]] | None = None,
    **options,
) -> list[RegionSpec]:
    """The planes that a command asks for, every name checked.

    Raises
    ------
    InputError
        For a plane of one parameter with itself or with a group that holds it, a parameter that the model
        lacks, an unknown model or experiment, or a range that is empty or unphysical; before anything runs.
    """
    kind = interaction_named(model)
    for pair in planes:
        plane_indices(kind.free_names(), pair)
        members = [m for name in pair for m in kind.groups.get(name, (name,))]
        if len(set(members)) < len(members):
            raise InputError(f"{list(pair)} share a parameter: {dict(kind.groups)}; choose two that do not")
    given = tuple((name, float(a), float(b)) for name, (a, b) in (ranges or {}).items())
    names = {name for pair in planes for name in pair}
    for name, lower, upper in given:
        if name not in names:
            raise InputError(f"a range was given for {name}, but the plane is of {sorted(names)}")
        if not (np.isfinite(lower) and np.isfinite(upper) and lower < upper):
            raise InputError(f"the range of {name} runs from {lower:g} to {upper:g}; it must increase")
        if lower < 0 and not kind.signed:
            raise InputError(f"the range of {name} begins at {lower:g}, but {name} cannot be negative")
    rows = plan([model], [planes[0][0]], experiments, **options)

    from ...fit.setup import ask

    for row in rows:  # data that would count twice, or a shared nuisance with two sigmas
        ask(row.interaction, row.experiments, planes[0]).nuisances()
    return [
        RegionSpec(model, (pair[0], pair[1]), row.experiment, ranges=given, **options)
        for row in rows
        for pair in planes
    ]


def compute_region(spec: RegionSpec, progress: Tell = silent) -> Region:
    """Both regions of one plane, with the count of draws inside the credible one."""
    from ...fit.fit import fit_of, sample_posterior
    from .plane import plane_region

    progress("compiling")
    model = spec.build()
    fit_of(model)
    progress("contours")
    ranges = {name: (lower, upper) for name, lower, upper in spec.ranges}
    region = plane_region(model, spec.parameters, spec.level, ranges)
    tree = sample_posterior(model, spec.draws, spec.seed, groups=False, progress=progress)
    return replace(_counted(region, tree), seed=spec.seed)


def _counted(region: Region, tree) -> Region:
    """With the share of the draws that lies in the credible region; None where the draws do not count."""
    from ...fit.posterior import state_of

    credible = replace(region.posterior, **state_of(tree))
    if not credible.converged:
        return replace(region, posterior=credible)
    draws = np.stack([tree["posterior"][name].values for name in region.parameters], axis=-1)
    inside = credible.contains(draws.reshape(-1, 2)).reshape(draws.shape[:2])
    error = of_chains("mcse", inside.astype(float), method="mean")
    share, notes = float(inside.mean()), list(region.notes)
    if abs(share - region.level) > SUSPICIOUS * error:
        notes.append(
            f"{100 * share:.1f} ± {100 * error:.1f} % of the draws lie in the region of "
            f"{100 * region.level:g} %"
        )
    credible = replace(credible, share_inside=share, share_error=error)
    return replace(region, posterior=credible, notes=notes)
