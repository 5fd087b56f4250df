"""What commands share: the options that many take, progress, messages."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ..errors import InputError

__all__ = [
    "Draws",
    "Experiments",
    "Fresh",
    "Jobs",
    "Level",
    "Mass",
    "Out",
    "Parameters",
    "PriorText",
    "Scheduler",
    "Seed",
    "console",
    "fixed_by",
    "progress",
    "say",
]

PIPED_WIDTH = 120

#: As wide as the terminal; a table that is piped is not squeezed into 80 columns.
console = Console(
    highlight=False, width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else PIPED_WIDTH
)

Experiments = Annotated[
    list[str] | None,
    typer.Option(
        "--experiment",
        help="An experiment, a variant (lz_ws2022:low_edge), a path to a folder, or several joined by a "
        "plus; repeatable. Default: each in the box and their joint fit.",
    ),
]
Parameters = Annotated[list[str] | None, typer.Option("--parameter", help="A free parameter; repeatable.")]
Level = Annotated[float, typer.Option(help="Credibility and confidence.")]
PriorText = Annotated[
    str | None,
    typer.Option("--prior", help="Such as flat, flat_strength, 'flat(0, 30)', 'halfnormal(1e-11 mu_B)'."),
]
Draws = Annotated[int, typer.Option(min=1, help="Draws per chain to begin with; doubled as the error asks.")]
Seed = Annotated[int, typer.Option(min=0, help="Of every random number.")]
Mass = Annotated[float | None, typer.Option(help="Of a light mediator [keV]; needed for these models only.")]
Out = Annotated[Path, typer.Option(help="Folder for the results.")]
Fresh = Annotated[bool, typer.Option("--fresh", help="Compute everything anew.")]


def _jobs(jobs: int | None) -> int | None:
    from ..runs.runner import check_workers

    return check_workers(jobs)


def _scheduler(address: str | None) -> str | None:
    from ..runs.runner import check_scheduler

    if address is not None:
        check_scheduler(address)
    return address


Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs", "--workers", callback=_jobs, help="Processes that share the work, some 350 MB each."
    ),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        callback=_scheduler,
        help="A running Dask scheduler, tcp://host:port, whose workers see --out; instead of processes.",
    ),
]


def fixed_by(model: str, mass: float | None) -> tuple[tuple[str, float], ...]:
    """Parameters of a model that are given and not free, as a row of :mod:`bayes_enues.runs.rows` takes them.

    Raises
    ------
    InputError
        If a mediator's mass is missing, or another model is given one.
    """
    from ..runs.rows import interaction_named

    kind = interaction_named(model)
    if "mass" in kind.fixed_parameters:
        if mass is None:
            raise InputError(f"{model} needs --mass, the mass of the mediator in keV")
        return (("mass", mass),)
    if mass is not None:
        raise InputError(f"{model} has no mass; leave --mass out")
    return ()


def say(messages: Iterable[str]) -> None:
    """What was found on the way, a line each."""
    for message in dict.fromkeys(messages):
        console.print(message, style="yellow", markup=False)


@contextmanager
def progress(total: int, what: str) -> Iterator[Callable[[int, str], None]]:
    """A progress bar; yields a function of how much is done and of words on what is going on."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn(what),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda done, words: bar.update(task, completed=done, description=words, refresh=True)


def print_whole(table) -> None:
    """Print a table with nothing cut off or folded, also where the terminal is narrower."""
    width = console.measure(table, options=console.options.update(width=1000)).maximum
    Console(highlight=False, width=max(console.width, width)).print(table)
