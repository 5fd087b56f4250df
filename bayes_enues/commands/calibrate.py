"""``bayes-enues calibrate``: whether the sampler is right, by simulation."""

from pathlib import Path
from typing import Annotated

import typer

from ..errors import InputError
from . import common
from .common import console, progress, say


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
    say(folder.messages)
    for row, table in zip(rows, ranks, strict=True):
        calibration_figure(row, table, folder.path)
    print_calibration(rows)
    console.print(f"Written to {out}: calibration.json, the ranks (rows/) and figures (PDF, PNG).")
    if not all(row["passed"] for row in rows):
        raise typer.Exit(1)


def calibration_figure(row, ranks, path: Path) -> None:
    """Ranks of every quantity of one model against its simultaneous band."""
    from .. import plots
    from ..plots.coverage import plot_ranks
    from ..runs.files import slug

    names = list(row["quantities"])
    with plots.style():
        fig, axes = plots.figure(1, len(names), width=2.3, height=2.2, squeeze=False, sharey=True)
        for ax, name, values in zip(axes[0], names, ranks.T, strict=True):
            plot_ranks(ax, values, name, row["probability"], len(names))
        for ax in axes[0, 1:]:
            ax.set_ylabel("")
        prior = "" if row["prior"] == "flat" else f", {row['prior']} prior"
        what = f"{row['model'].replace('_', ' ')} {row['parameter']}, {plots.title_of(row['experiment'])}"
        fig.suptitle(f"{what}{prior}, {row['simulations']} simulations", fontsize=9)
        parts = [row[key] for key in ("model", "parameter", "experiment")] + [row["prior"]] * bool(prior)
        plots.save(fig, path / "_".join(["calibration", *(slug(part) for part in parts)]))


def print_calibration(rows) -> None:
    """One line a model: whether all ranks are uniform, and what is not."""
    from rich import box
    from rich.table import Table

    table = Table(title="simulation-based calibration", title_justify="left", box=box.SIMPLE_HEAD)
    numbers = ("simulations", "by_smc", "not_converged", "divergences")
    for column in ("model", "parameter", "experiment", "prior", *numbers, "ranks"):
        table.add_column(column.replace("_", " "), justify="right" if column in numbers else "left")
    for row in rows:
        wrong = [name for name, q in row["quantities"].items() if not q["inside"]]
        words = f"[red]not uniform: {', '.join(wrong)}[/]" if wrong else f"uniform ({len(row['quantities'])})"
        what = [row[key] for key in ("model", "parameter", "experiment", "prior")]
        table.add_row(*what, *(str(row[key]) for key in numbers), words)
    console.print(table)
