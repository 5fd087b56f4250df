"""``bayes-enues project``: expected limits after more exposure, with the bands of toys."""

from typing import Annotated

import typer

from . import common
from .common import finish, one_of, settings_of
from .groups import Rows, Running, command


@command
def project(
    *,
    rows: Rows,
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
    seed: common.Seed = 20220811,
    run: Running,
) -> None:
    """Projected limits: Asimov data and toys of the Standard Model, both statistics."""
    from ..analyses.projection import project

    why = "a projection takes one at a time"
    found = project(
        one_of(rows.model, "magnetic_moment", "--model", why),
        one_of(rows.parameter, None, "--parameter", why),
        one_of(rows.experiment, "xenonnt_sr0", "--experiment", why),
        mass=rows.mass, settings=settings_of(rows.settings), prior=rows.prior, exposures=exposure or [None],
        background=background, edge=edge, toys=toys, level=level, seed=seed, **run.asked(),
    )  # fmt: skip
    finish(found, run.out, run.notes)
