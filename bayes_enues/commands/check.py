"""``bayes-enues check``: prior and posterior predictive checks of a model."""

from pathlib import Path

from . import common
from .common import finish, settings_of


def check(
    model: common.Models = None,
    parameter: common.Parameters = None,
    experiment: common.Experiments = None,
    mass: common.Mass = None,
    settings: common.Settings = None,
    prior: common.PriorText = None,
    draws: common.Draws = 2000,
    seed: common.Seed = 20220811,
    out: common.Out = Path("results"),
    notes: common.Notes = False,
    fresh: common.Fresh = False,
    jobs: common.Jobs = 2,
    scheduler: common.Scheduler = None,
) -> None:
    """Bands of predicted counts, p-values of the deviance, probability integral transform of each bin."""
    from ..analyses import checks

    found = checks.check(
        model or "magnetic_moment", parameter, experiment, mass=mass, settings=settings_of(settings),
        prior=prior, draws=draws, seed=seed, out=out, fresh=fresh, jobs=jobs, scheduler=scheduler,
    )  # fmt: skip
    finish(found, out, notes)
