"""What commands share: the options that many take, progress, messages."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

__all__ = [
    "Draws",
    "Experiments",
    "Fresh",
    "Level",
    "Out",
    "Parameters",
    "PriorText",
    "Seed",
    "console",
    "progress",
]

console = Console(highlight=False)

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
Out = Annotated[Path, typer.Option(help="Folder for the results.")]
Fresh = Annotated[bool, typer.Option("--fresh", help="Compute everything anew.")]


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
