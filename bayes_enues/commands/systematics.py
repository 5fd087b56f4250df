"""``bayes-enues systematics``: how each bound moves when one input changes."""

from pathlib import Path

from . import common
from .common import finish, settings_of


def systematics(
    model: common.Models = None,
    parameter: common.Parameters = None,
    experiment: common.Experiments = None,
    mass: common.Mass = None,
    settings: common.Settings = None,
    prior: common.PriorText = None,
    level: common.Level = 0.9,
    out: common.Out = Path("results"),
    notes: common.Notes = False,
    fresh: common.Fresh = False,
    jobs: common.Jobs = 2,
    scheduler: common.Scheduler = None,
) -> None:
    """Bounds with one input varied at a time, both statistics; one table per parameter and experiment."""
    from ..analyses.systematics import systematics

    found = systematics(
        model or "magnetic_moment", parameter, experiment, mass=mass,
        settings=settings_of(settings), prior=prior, level=level, out=out, fresh=fresh, jobs=jobs,
        scheduler=scheduler,
    )  # fmt: skip
    finish(found, out, notes)
