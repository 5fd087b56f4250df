"""``bayes-enues nuisances``: which uncertainty matters for a bound."""

from pathlib import Path

from . import common
from .common import finish, settings_of


def nuisances(
    model: common.Models = None,
    parameter: common.Parameters = None,
    experiment: common.Experiments = None,
    mass: common.Mass = None,
    settings: common.Settings = None,
    prior: common.PriorText = None,
    nuisance_prior: common.NuisancePriors = None,
    level: common.Level = 0.9,
    draws: common.Draws = 4000,
    seed: common.Seed = 20220811,
    out: common.Out = Path("results"),
    notes: common.Notes = False,
    fresh: common.Fresh = False,
    jobs: common.Jobs = 2,
    scheduler: common.Scheduler = None,
) -> None:
    """Pull, constraint and effect on each bound of every nuisance; one table per parameter and experiment."""
    from ..analyses.nuisances import nuisances

    found = nuisances(
        model or "magnetic_moment", parameter, experiment, mass=mass,
        settings=settings_of(settings), prior=prior, nuisance_priors=nuisance_prior or (), level=level,
        draws=draws, seed=seed, out=out, fresh=fresh, jobs=jobs, scheduler=scheduler,
    )  # fmt: skip
    finish(found, out, notes)
