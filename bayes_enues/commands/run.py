"""``bayes-enues run``: an analysis of many tables, studies and figures, from one file."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from ..errors import InputError
from .analysis_file import TEMPLATE, read_analysis
from .common import console, warn


def run(
    ctx: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="A TOML file: a command a table.")] = None,
    print_template: Annotated[
        bool, typer.Option("--print-template", help="Print a file to begin with, and do nothing else.")
    ] = False,
) -> None:
    """Every table of a file, one command after the other; what is there already is not computed again.

    All of it is checked before anything runs. Beside the results goes what they were made with.
    """
    if print_template:
        typer.echo(TEMPLATE, nl=False)
        return
    if file is None:
        raise InputError("no file was given; bayes-enues run --print-template prints one to begin with")
    group: Any = ctx.find_root().command
    steps, out = read_analysis(file, group)
    from ..runs.files import check_writable
    from ..runs.processes import shared_processes
    from ..runs.record import changes, made_with, write_record

    check_writable(out)
    record, failed = out / f"{file.stem}.run.json", []
    now = made_with(file, steps)
    warn(changes(record, now))
    with shared_processes():
        for step in steps:
            console.print(Text(f"[{step.table}] {step.command} {' '.join(step.arguments)}", "bold"))
            try:
                status = group.main([step.command, *step.arguments], standalone_mode=False)
            except InputError as error:
                raise InputError(f"{file}, [{step.table}]: {error}") from None
            failed += [step.table] if status else []
            write_record(record, now)
    console.print(f"Written to {record}: versions, and hashes of what {file} rests on and of what it made.")
    if failed:
        console.print(f"Not everything converged: {', '.join(failed)}.", style="red")
        raise typer.Exit(1)
