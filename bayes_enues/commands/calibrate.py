"""``bayes-enues calibrate``: whether the sampler is right, by simulation."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from ..errors import InputError
from . import common
from .common import console, new_table, progress, warn


def calibrate(
    model: Annotated[list[str] | None, typer.Option("--model", help="Which interaction; repeatable.")] = None,
    parameter: common.Parameters = None,
    plane: Annotated[
        list[str] | None, typer.Option(help="Two parameters free together, such as nu_e,nu_mu; repeatable.")
    ] = None,
    experiment: common.Experiments = None,
    prior: common.PriorText = None,
    every_shape: Annotated[
        bool,
        typer.Option("--every-shape", help="One of each kind of model instead: signed or not, planes, ..."),
    ] = False,
    simulations: Annotated[int, typer.Option(help="Simulations of each model.")] = 1000,
    seed: common.Seed = 20220811,
    jobs: common.Jobs = None,
    scheduler: common.Scheduler = None,
    out: common.Out = Path("results/calibration"),
) -> None:
    """Simulation-based calibration: ranks of the truth among posterior draws, with simultaneous bands."""
    from ..planes.rows import plan_regions
    from ..plots.coverage import calibration_figure
    from ..runs.rows import plan
    from ..simulations import calibration_run
    from ..simulations.calibration import simulations_of
    from ..simulations.calibration_run import calibration_folder, run_calibration

    if every_shape and (model or parameter or plane or prior):
        raise InputError("--every-shape chooses the models; leave out --model, --parameter, --plane, --prior")
    models = list(model or ["magnetic_moment"])
    if every_shape:
        specs = calibration_run.every_shape(experiment or calibration_run.EXPERIMENTS, seed)
    else:
        pairs = [tuple(name.strip() for name in text.split(",")) for text in plane or []]
        specs = plan(models, parameter, experiment, prior=prior, seed=seed) if parameter or not pairs else []
        for name in models if pairs else []:
            specs += plan_regions(name, pairs, experiment, prior=prior, seed=seed)
    chunks = sum(len(simulations_of(spec, simulations)) for spec in specs)
    folder = calibration_folder(out, seed)
    with progress(chunks, "simulations") as tell:
        rows, ranks = run_calibration(specs, simulations, folder, jobs, scheduler, tell)
    warn(folder.messages)
    for row, table in zip(rows, ranks, strict=True):
        calibration_figure(row, table, folder.path)
    print_calibration(rows)
    console.print(f"Written to {out}: calibration.json, the ranks (rows/) and figures (PDF, PNG).")
    if not all(row.passed for row in rows):
        raise typer.Exit(1)


def print_calibration(rows) -> None:
    """One line a model: whether all ranks are uniform, and what is not."""
    numbers = ("simulations", "by_smc", "not_converged", "divergences")
    columns = ("model", "parameter", "experiment", "prior", "ranks", *numbers)
    columns = (column.replace("_", " ") for column in columns)
    table = new_table("simulation-based calibration", *columns, left=5)
    for row in rows:
        wrong = [name for name, test in row.quantities.items() if not test.inside]
        words = f"uniform ({len(row.quantities)})"
        if wrong:
            words = Text(f"not uniform: {', '.join(wrong)}", "red")
        what = (row.model, row.parameter, row.experiment, row.prior)
        table.add_row(*what, words, *(str(getattr(row, name)) for name in numbers))
    console.print(table)
