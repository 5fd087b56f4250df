"""``bayes-enues calibrate``: whether the sampler is right, by simulation."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from ..errors import InputError
from . import common
from .common import Table, console, fixed_by, progress, rows_asked, warn

if TYPE_CHECKING:
    from ..results import CalibrationRow
    from ..simulations.calibration import Modelled


def calibrate(
    model: common.Models = None,
    parameter: common.Parameters = None,
    plane: Annotated[
        list[str] | None, typer.Option(help="Two parameters free together, such as nu_e,nu_mu; repeatable.")
    ] = None,
    experiment: common.Experiments = None,
    mass: common.Mass = None,
    settings: common.Settings = None,
    prior: common.PriorText = None,
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
    from ..planes.rows import plan_regions

    if every_shape and (model or parameter or plane or prior):
        raise InputError("--every-shape chooses the models; leave out --model, --parameter, --plane, --prior")
    models = list(model or ["magnetic_moment"])
    pairs = [pair_of(text) for text in plane or []]
    specs: list[Modelled] = []
    if parameter or not pairs:  # names are checked for every shape too
        specs += rows_asked(model, parameter, experiment, mass, settings, prior=prior, seed=seed)
    for name in models if pairs else []:
        fixed = fixed_by(name, mass, settings)
        specs += plan_regions(name, pairs, experiment, prior=prior, seed=seed, fixed=fixed)

    # with PyMC and matplotlib, which a request that is refused can spare
    from ..plots.coverage import calibration_figure
    from ..simulations.calibration import simulations_of
    from ..simulations.calibration_run import EXPERIMENTS, calibration_folder, run_calibration
    from ..simulations.calibration_run import every_shape as one_of_each

    if every_shape:
        specs = one_of_each(experiment or EXPERIMENTS, seed)
    chunks = sum(len(simulations_of(spec, simulations)) for spec in specs)
    folder = calibration_folder(out, seed)
    with progress(chunks, "simulations", "parts") as tell:
        rows, ranks = run_calibration(specs, simulations, folder, jobs, scheduler, tell)
    warn(folder.messages)
    for row, table in zip(rows, ranks, strict=True):
        calibration_figure(row, table, folder.path)
    print_calibration(rows)
    console.print(f"Written to {out}: calibration.json, the ranks (rows/) and figures (PDF, PNG).")
    if not all(row.passed for row in rows):
        raise typer.Exit(1)


def pair_of(text: str) -> tuple[str, str]:
    """``nu_e,nu_mu`` as the two parameters of a plane."""
    first, comma, second = (part.strip() for part in text.partition(","))
    if not comma or "," in second:
        raise InputError(f"--plane is {text!r}; two parameters were needed, such as nu_e,nu_mu")
    return first, second


def print_calibration(rows: "Sequence[CalibrationRow]") -> None:
    """One line a model: whether all ranks are uniform, and what is not."""
    numbers = ("simulations", "by_smc", "not_converged", "divergences")
    columns = ("model", "parameter", "experiment", "prior", "ranks", *numbers)
    table = Table("simulation-based calibration", [name.replace("_", " ") for name in columns], left=5)
    for row in rows:
        wrong = [name for name, test in row.quantities.items() if not test.inside]
        words = f"uniform ({len(row.quantities)})"
        if wrong:
            words = Text(f"not uniform: {', '.join(wrong)}", "red")
        what = (row.model, row.parameter, row.experiment, row.prior)
        table.add(*what, words, *(str(getattr(row, name)) for name in numbers))
    table.print(console)
