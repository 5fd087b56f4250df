"""``bayes-enues calibrate``: whether the sampler is right, by simulation."""

import os
from pathlib import Path
from typing import Annotated

import typer

from .common import Experiments, Out, Parameters, Seed, console, progress


def calibrate(
    model: Annotated[list[str] | None, typer.Option("--model", help="Which interaction; repeatable.")] = None,
    parameter: Parameters = None,
    experiment: Experiments = None,
    simulations: Annotated[int, typer.Option(help="Simulations of each model.")] = 1000,
    seed: Seed = 20220811,
    workers: Annotated[int | None, typer.Option(help="Local processes; default: one a core.")] = None,
    scheduler: Annotated[
        str | None, typer.Option(help="A running Dask scheduler, tcp://host:port, instead.")
    ] = None,
    out: Out = Path("results/calibration"),
) -> None:
    """Simulation-based calibration: ranks of the truth among posterior draws, with simultaneous bands."""
    from ..coverage.calibration import simulations_of
    from ..coverage.calibration_run import calibration_folder, run_calibration
    from ..coverage.parallel import check_scheduler, executors
    from ..rows import plan

    opener = executors(workers or os.cpu_count() or 1, scheduler)
    if scheduler:
        check_scheduler(scheduler)
    specs = plan(list(model or ["magnetic_moment"]), parameter, experiment, seed=seed)
    chunks = sum(len(simulations_of(spec, simulations)) for spec in specs)
    folder = calibration_folder(out, seed)
    with progress(chunks, "simulations") as tell:
        rows, ranks = run_calibration(specs, simulations, folder, opener, tell)
    for row, table in zip(rows, ranks, strict=True):
        calibration_figure(row, table, folder.path)
    print_calibration(rows)
    console.print(f"Written to {out}: calibration.json, the ranks (chunks/) and figures (PDF, PNG).")
    if not all(row["passed"] for row in rows):
        raise typer.Exit(1)


def calibration_figure(row, ranks, path: Path) -> None:
    """Ranks of every quantity of one model against its simultaneous band."""
    from .. import plots
    from ..plots.coverage import plot_ranks
    from ..results import slug

    names = list(row["quantities"])
    with plots.style():
        fig, axes = plots.figure(1, len(names), width=2.3, height=2.2, squeeze=False, sharey=True)
        for ax, name, values in zip(axes[0], names, ranks.T, strict=True):
            plot_ranks(ax, values, name, row["probability"], len(names))
        for ax in axes[0, 1:]:
            ax.set_ylabel("")
        fig.suptitle(
            f"{row['model'].replace('_', ' ')} {row['parameter']}, {plots.title_of(row['experiment'])}, "
            f"{row['simulations']} simulations",
            fontsize=9,
        )
        plots.save(
            fig, path / f"calibration_{slug(row['model'])}_{row['parameter']}_{slug(row['experiment'])}"
        )


def print_calibration(rows) -> None:
    """One line a model: whether all ranks are uniform, and what is not."""
    from rich import box
    from rich.table import Table

    table = Table(title="simulation-based calibration", title_justify="left", box=box.SIMPLE_HEAD)
    for column in ("model", "parameter", "experiment", "simulations", "divergences", "ranks"):
        table.add_column(column, justify="right" if column in ("simulations", "divergences") else "left")
    for row in rows:
        wrong = [name for name, q in row["quantities"].items() if not q["inside"]]
        words = f"[red]not uniform: {', '.join(wrong)}[/]" if wrong else f"uniform ({len(row['quantities'])})"
        numbers = (str(row["simulations"]), str(row["divergences"]))
        table.add_row(row["model"], row["parameter"], row["experiment"], *numbers, words)
    console.print(table)
