"""What commands share: the options that many take, and how they end."""

import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from ..errors import InputError
from . import choices, tables

if TYPE_CHECKING:
    from ..analyses.table import ResultTable

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

Models = Annotated[
    list[str] | None,
    typer.Option(
        "--model",
        metavar="MODEL",
        help="Which interaction; repeatable, or 'all' for the electromagnetic properties. "
        "Default: magnetic_moment.",
        autocompletion=choices.complete_model,
    ),
]
Experiments = Annotated[
    list[str] | None,
    typer.Option(
        "--experiment",
        metavar="NAME",
        help="An experiment, a variant (lz_ws2022:low_edge), a path to a folder, several joined by a "
        "plus for a joint fit, or a set; repeatable.",
        autocompletion=choices.complete_experiment,
    ),
]
Parameters = Annotated[
    list[str] | None,
    typer.Option(
        "--parameter",
        metavar="NAME",
        help="A free parameter; repeatable. Default: each of the model's, one at a time.",
        autocompletion=choices.complete_parameter,
    ),
]
Level = Annotated[float, typer.Option(help="Credibility and confidence, between 0 and 1.")]
PriorText = Annotated[
    str | None,
    typer.Option(
        "--prior",
        metavar="PRIOR",
        help="Prior of the parameter: flat, flat_strength, 'flat(0, 30)', 'halfnormal(1e-11 mu_B)', "
        "'loguniform(1e-14 mu_B)', jeffreys and so on. Default: flat over the likelihood's range.",
    ),
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
        help="Draws per chain at first; doubled until the Monte Carlo error is small.",
    ),
]
Seed = Annotated[int, typer.Option(callback=between(0, MAX_SEED), help="Seed of all random numbers.")]
Mass = Annotated[
    float | None,
    typer.Option(
        metavar="KEV", help="Mass of a light mediator or a heavy neutrino [keV]; for these models only."
    ),
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
        metavar="NAME=VALUE",
        help="An option of the interaction, such as chirality=L, charges=b_minus_l or "
        "flavours=density_matrix; repeatable.",
    ),
]
Out = Annotated[Path, typer.Option(parser=_folder, metavar="FOLDER", help="Folder for the results.")]
Notes = Annotated[
    bool, typer.Option("--notes", help="Print all notes below the tables, not only the first three lines.")
]
Fresh = Annotated[bool, typer.Option("--fresh", help="Compute everything again.")]
Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        "--workers",
        callback=between(1, MAX_JOBS, "four for each core of this machine, some 350 MB each"),
        help="Processes that share the work, some 350 MB each; a few quick rows are done in one, with a "
        "second for files and figures.",
    ),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        callback=_reachable,
        help="A running Dask scheduler, tcp://host:port, instead of processes; its workers must see --out.",
    ),
]


def one_of[T](given: Sequence[T] | None, default: T, option: str, why: str) -> T:
    """The one value of an option that other commands take several of.

    Raises
    ------
    InputError
        If there are more.
    """
    if given and len(given) > 1:
        raise InputError(f"{option} was given {len(given)} times, {list(given)}; {why}")
    return given[0] if given else default


def settings_of(texts: Sequence[str] | None) -> dict[str, Any]:
    """What ``--set name=value`` gives, numbers as numbers.

    Raises
    ------
    InputError
        If a text has no equals sign.
    """
    found = {}
    for text in texts or ():
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals:
            raise InputError(f"--set {text!r} sets nothing; one looks like flavours=density_matrix")
        found[name] = _number_or_text(value)
    return found


def _number_or_text(text: str) -> Any:
    """A number, several with commas between them, or the text itself."""
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        return text
    return tuple(numbers) if len(numbers) > 1 else numbers[0]


def warn(messages: Iterable[str]) -> None:
    """What a command must say beside its results, a line each."""
    for message in messages:
        console.print(message, style="yellow")


def print_result(found: "ResultTable", notes: bool = False) -> None:
    """The tables of a result, each with its own notes, and what all have in common below."""
    for table in found.shown():
        tables.print_table(console, table)
        tables.print_notes(console, table.notes, notes)
    tables.print_notes(console, found.footnotes(), notes)


def finish(found: "ResultTable", out: Path, notes: bool = False, written: str = "") -> None:
    """Draw and print what was computed, and say where it is; status 1 if a row does not count.

    Parameters
    ----------
    found : ResultTable
    out : path
        As it was asked for.
    notes : bool
        Whether to print all notes.
    written : str
        What lies in the folder; by default the table's files and each figure.
    """
    paths = found.plot()
    warn(found.messages)
    print_result(found, notes)
    files = [f"{found.kind}.json", f"{found.kind}.csv", *(path.name for path in paths)]
    console.print(f"Written to {out}: {written or ', '.join(files)}.")
    if not found.passed:
        raise typer.Exit(1)
