"""``bayes-enues project``: expected limits after more exposure, with the bands of toys."""

from pathlib import Path
from typing import Annotated

import typer

from . import common
from .common import finish, one_of, settings_of


def project(
    model: common.Models = None,
    parameter: common.Parameters = None,
    experiment: common.Experiments = None,
    mass: common.Mass = None,
    settings: common.Settings = None,
    exposure: Annotated[
        list[float] | None,
        typer.Option(
            callback=common.between(1e-6, 1e6),
            help="Exposure in t yr, of all experiments together; repeatable. Default: their own.",
        ),
    ] = None,
    background: Annotated[
        float, typer.Option(callback=common.between(1e-6, 1e6), help="Factor on the background per exposure.")
    ] = 1.0,
    edge: Annotated[
        float,
        typer.Option(
            callback=common.between(-1e3, 1e3), help="Shift of the efficiency edge in keV; negative is lower."
        ),
    ] = 0.0,
    toys: Annotated[
        int,
        typer.Option(callback=common.between(0, 10**6), help="Toys per exposure; 0 for Asimov data alone."),
    ] = 200,
    level: common.Level = 0.9,
    prior: common.PriorText = None,
    seed: common.Seed = 20220811,
    out: common.Out = Path("results"),
    notes: common.Notes = False,
    fresh: common.Fresh = False,
    jobs: common.Jobs = 2,
    scheduler: common.Scheduler = None,
) -> None:
    """Projected limits: Asimov data and toys of the Standard Model, both statistics."""
    from ..analyses.projection import project

    why = "a projection takes one at a time"
    found = project(
        one_of(model, "magnetic_moment", "--model", why),
        one_of(parameter, None, "--parameter", why),
        one_of(experiment, "xenonnt_sr0", "--experiment", why),
        mass=mass, settings=settings_of(settings), exposures=exposure or [None], background=background,
        edge=edge, toys=toys, level=level, prior=prior, seed=seed, out=out, fresh=fresh, jobs=jobs,
        scheduler=scheduler,
    )  # fmt: skip
    finish(found, out, notes)
