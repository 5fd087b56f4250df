"""``bayes-enues calibrate``: whether the sampler is right, by simulation."""

from pathlib import Path
from typing import Annotated

import typer

from ..errors import InputError
from . import common
from .common import finish
from .groups import Rows, command


@command
def calibrate(
    *,
    rows: Rows,
    plane: Annotated[
        list[str] | None, typer.Option(help="Two parameters free together, such as nu_e,nu_mu; repeatable.")
    ] = None,
    every_shape: Annotated[
        bool,
        typer.Option("--every-shape", help="Instead test one model of each kind: signed or not, planes, ..."),
    ] = False,
    simulations: Annotated[
        int, typer.Option(callback=common.between(20, 10**7), help="Simulations of each model.")
    ] = 1000,
    seed: common.Seed = 20220811,
    jobs: common.Jobs = None,
    scheduler: common.Scheduler = None,
    out: common.Out = Path("results/calibration"),
) -> None:
    """Simulation-based calibration: ranks of the truth among posterior draws, with simultaneous bands."""
    from ..analyses import calibration

    if every_shape and (rows.model or rows.parameter or plane or rows.prior):
        raise InputError("--every-shape chooses the models; leave out --model, --parameter, --plane, --prior")
    found = calibration.calibrate(
        rows.models, **rows.asked(), planes=[pair_of(text) for text in plane or []], every_shape=every_shape,
        simulations=simulations, seed=seed, jobs=jobs, scheduler=scheduler, out=out,
    )  # fmt: skip
    finish(found, out, written="calibration.json, the ranks (rows/) and figures (PDF, PNG, SVG)")


def pair_of(text: str) -> tuple[str, str]:
    """``nu_e,nu_mu`` as the two parameters of a plane."""
    first, comma, second = (part.strip() for part in text.partition(","))
    if not comma or "," in second:
        raise InputError(f"--plane is {text!r}; two parameters were needed, such as nu_e,nu_mu")
    return first, second
