"""What commands share: the options that many take, progress, messages."""

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from ..errors import InputError

if TYPE_CHECKING:
    from rich.table import Table


__all__ = [
    "MAX_JOBS",
    "Atomic",
    "Draws",
    "Experiments",
    "Fresh",
    "Jobs",
    "Level",
    "Mass",
    "NuisancePriors",
    "Out",
    "Parameters",
    "PriorText",
    "Scheduler",
    "Seed",
    "Settings",
    "between",
    "console",
    "fixed_by",
    "new_table",
    "print_whole",
    "progress",
    "warn",
]

PIPED_WIDTH = 120
MAX_DRAWS = 1_000_000  # a chain; four such chains of all predicted counts fill the memory of a large machine
MAX_SEED = 2**63 - 1  # samplers take 64 bits, and retries count upwards
MAX_JOBS = 4 * (os.cpu_count() or 1)


def between(least: float, most: float, why: str = "") -> Callable:
    """A check of an option's numbers, for typer's ``callback``.

    Raises
    ------
    InputError
        When called with a number outside, or none at all (nan).
    """

    def check(param: typer.CallbackParam, value: Any) -> Any:
        for number in value if isinstance(value, list | tuple) else [value]:
            if number is not None and not least <= number <= most:
                option = (param.name or "").replace("_", "-")
                words = f"a number from {least!r} to {most!r} was needed{why and f': {why}'}"
                raise InputError(f"--{option} is {number!r}; {words}")
        return value

    return check


def check_address(value: str | None) -> str | None:
    port = re.fullmatch(r"(?:tcp|tls|ws|wss)://(?:\[[^\[\]\s]+\]|[^\[\]\s:/]+):(\d+)/?", value or "")
    if value is not None and not (port and 0 < int(port[1]) < 2**16):
        raise InputError(
            f"--scheduler is {value!r}; the address of a running Dask scheduler was needed, such as "
            "tcp://10.0.0.1:8786 or tls://10.0.0.1:8786"
        )
    return value


def _reachable(address: str | None) -> str | None:
    from ..runs.runner import check_scheduler

    if (checked := check_address(address)) is not None:
        check_scheduler(checked)
    return checked


def _folder(text: str) -> Path:
    if not str(text).strip():
        raise typer.BadParameter("it is empty; the name of a folder was needed")
    return Path(text)


#: As wide as the terminal; a table that is piped is not squeezed into 80 columns. Nothing that is printed is
#: read as markup: names, titles and paths may hold brackets and colons.
console = Console(
    highlight=False,
    markup=False,
    emoji=False,
    width=None if (sys.stdout and sys.stdout.isatty()) or "COLUMNS" in os.environ else PIPED_WIDTH,
)

Experiments = Annotated[
    list[str] | None,
    typer.Option(
        "--experiment",
        help="An experiment, a variant (lz_ws2022:low_edge), a path to a folder, or several joined by a "
        "plus, or a set (lz, xenon); repeatable. Default: lz_ws2022, xenonnt_sr0 and both.",
    ),
]
Parameters = Annotated[list[str] | None, typer.Option("--parameter", help="A free parameter; repeatable.")]
Level = Annotated[float, typer.Option(help="Credibility and confidence.")]
PriorText = Annotated[
    str | None,
    typer.Option("--prior", help="Such as flat, flat_strength, 'flat(0, 30)', 'halfnormal(1e-11 mu_B)'."),
]
NuisancePriors = Annotated[
    list[str] | None,
    typer.Option(
        "--nuisance-prior",
        help="Another prior of a nuisance, such as 'edge_lz=uniform(-0.2, 0.2)'; repeatable.",
    ),
]
Draws = Annotated[
    int,
    typer.Option(
        callback=between(1, MAX_DRAWS, "more do not fit into memory"),
        help="Draws per chain to begin with; doubled as the error asks.",
    ),
]
Seed = Annotated[int, typer.Option(callback=between(0, MAX_SEED), help="Of every random number.")]
Mass = Annotated[
    float | None,
    typer.Option(help="Of a light mediator or a heavy neutrino, in keV; for these models only."),
]
Atomic = Annotated[
    str | None,
    typer.Option(
        help="Xenon's electrons: steps, free, rrpa (scales the Standard Model's part only, so for terms that "
        "add to it), or equivalent_photons (millicharges). Default: the experiment's own, steps."
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        help="An option of the interaction, such as chirality=L, charges=b_minus_l or "
        "flavours=density_matrix; repeatable.",
    ),
]
Out = Annotated[Path, typer.Option(parser=_folder, metavar="FOLDER", help="Folder for the results.")]
Fresh = Annotated[bool, typer.Option("--fresh", help="Compute everything anew.")]
Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        "--workers",
        callback=between(1, MAX_JOBS, "four for each core of this machine, some 350 MB each"),
        help="Processes that share the work, some 350 MB each.",
    ),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        callback=_reachable,
        help="A running Dask scheduler, tcp://host:port, whose workers see --out; instead of processes.",
    ),
]


def fixed_by(
    model: str, mass: float | None, settings: Sequence[str] | None = None
) -> tuple[tuple[str, Any], ...]:
    """Parameters of a model that are given and not free, as a row of :mod:`bayes_enues.runs.rows` takes them.

    Raises
    ------
    InputError
        If a mass is missing, another model is given one, or an option is unknown or no ``name=value``.
    """
    from ..runs.rows import interaction_named

    kind = interaction_named(model)
    fixed: dict[str, Any] = {}
    for text in settings or ():
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals or name not in kind.options:
            raise InputError(
                f"--set {text!r} is no option of {model}; one looks like flavours=density_matrix, and the "
                f"names are {list(kind.options)}"
            )
        fixed[name] = _number_or_text(value)
    if "mass" in kind.fixed_parameters:
        if mass is None:
            raise InputError(f"{model} needs --mass, that of the heavy particle in keV")
        fixed["mass"] = mass
    elif mass is not None:
        raise InputError(f"{model} has no mass; leave --mass out")
    return tuple(sorted(fixed.items()))


def _number_or_text(text: str) -> Any:
    """A number, several with commas between them, or the text itself."""
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        return text
    return tuple(numbers) if len(numbers) > 1 else numbers[0]


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
        TextColumn(what, markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}", markup=False),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda done, words: bar.update(task, completed=done, description=words, refresh=True)


def new_table(title: str, *columns: str, left: int = 1) -> "Table":
    """A table without rows; its first columns are aligned left."""
    from rich import box
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for k, column in enumerate(columns):
        table.add_column(column, justify="left" if k < left else "right")
    return table


def print_whole(table: "Table") -> None:
    """Print a table with nothing cut off or folded, also where the terminal is narrower."""
    width = console.measure(table, options=console.options.update(width=1000)).maximum
    Console(highlight=False, markup=False, emoji=False, width=max(console.width, width)).print(table)


def warn(messages: Iterable[str]) -> None:
    """What a command must say beside its results, a line each."""
    for message in messages:
        console.print(message, style="yellow")
