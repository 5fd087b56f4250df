"""``bayes-enues expected``: observed limits beside those that the Standard Model leads to expect."""

from pathlib import Path
from typing import Annotated

import typer

from . import common
from .common import finish, settings_of


def expected(
    model: common.Models = None,
    parameter: common.Parameters = None,
    experiment: common.Experiments = None,
    mass: common.Mass = None,
    settings: common.Settings = None,
    prior: common.PriorText = None,
    toys: Annotated[
        int, typer.Option(callback=common.between(0, 10**6), help="Toys per row; 0 for Asimov data alone.")
    ] = 1000,
    level: common.Level = 0.9,
    seed: common.Seed = 20220811,
    out: common.Out = Path("results"),
    notes: common.Notes = False,
    fresh: common.Fresh = False,
    jobs: common.Jobs = 2,
    scheduler: common.Scheduler = None,
) -> None:
    """Observed limits, those expected with 68 and 95 % bands, and the p-value of the Standard Model."""
    from ..analyses import expected as analysis

    found = analysis.expected(
        model or "magnetic_moment", parameter, experiment, mass=mass, settings=settings_of(settings),
        prior=prior, toys=toys, level=level, seed=seed, out=out, fresh=fresh, jobs=jobs, scheduler=scheduler,
    )  # fmt: skip
    finish(found, out, notes)
