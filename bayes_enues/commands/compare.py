"""``bayes-enues compare``: Bayes factor of new physics against the Standard Model, and what it hangs on."""

from pathlib import Path
from typing import Annotated

import typer

from . import common
from .common import finish, settings_of


def compare(
    model: common.Models = None,
    parameter: common.Parameters = None,
    experiment: common.Experiments = None,
    mass: common.Mass = None,
    settings: common.Settings = None,
    prior: common.PriorText = None,
    draws: common.Draws = 8000,
    seed: common.Seed = 20220811,
    smc: Annotated[bool, typer.Option(help="Sequential Monte Carlo too: slower.")] = True,
    out: common.Out = Path("results"),
    notes: common.Notes = False,
    fresh: common.Fresh = False,
    jobs: common.Jobs = 2,
    scheduler: common.Scheduler = None,
) -> None:
    """Bayes factors (ln B) in three ways, and their dependence on the width of the prior."""
    from ..analyses import comparison

    found = comparison.compare(
        model or "magnetic_moment", parameter, experiment, mass=mass, settings=settings_of(settings),
        prior=prior, draws=draws, seed=seed, smc=smc, out=out, fresh=fresh, jobs=jobs, scheduler=scheduler,
    )  # fmt: skip
    finish(found, out, notes)
