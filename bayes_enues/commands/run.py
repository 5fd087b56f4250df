"""``bayes-enues run``: an analysis of many tables, studies and figures, from one file."""

import hashlib
import json
import platform
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from ..errors import InputError
from .analysis_file import TEMPLATE, read_analysis
from .common import console, warn

if TYPE_CHECKING:
    from ..runs.record import RunRecord, Step


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
    steps, out = (analysis := read_analysis(file, group)).steps, analysis.out
    from ..runs.files import check_writable, write_text
    from ..runs.record import RunRecord
    from ..runs.store import schema_name

    check_writable(out)
    record, failed = RunRecord.beside(out, file), []
    made_with = _made_with(file, steps)
    warn(_changes(record, made_with))
    for step in steps:
        console.print(Text(f"[{step.table}] {step.command} {' '.join(step.arguments)}", "bold"))
        try:
            status = group.main([step.command, *step.arguments], standalone_mode=False)
        except InputError as error:
            raise InputError(f"{file}, [{step.table}]: {error}") from None
        failed += [step.table] if status else []
        content = replace(made_with, written=_hashes(out, record)).to_dict()
        write_text(record, json.dumps({"schema": schema_name("run"), **content}, indent=1) + "\n")
    console.print(f"Written to {record}: versions, and hashes of what {file} rests on and of what it made.")
    if failed:
        console.print(f"Not everything converged: {', '.join(failed)}.", style="red")
        raise typer.Exit(1)


def _made_with(file: Path, steps: "Sequence[Step]") -> "RunRecord":
    """What decides the results: the file, the commands that it stands for, code, tables, versions."""
    from ..runs.provenance import provenance
    from ..runs.record import RunRecord

    return RunRecord(
        file=file.name,
        sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
        steps=tuple(steps),
        python=platform.python_version(),
        bayes_enues=version("bayes-enues"),
        provenance=provenance({}),
    )


def _changes(record: Path, now: "RunRecord") -> list[str]:
    """What is another since the file ran last, in one line."""
    from ..results import Provenance
    from ..runs.provenance import changes_since

    try:
        before = json.loads(record.read_text("utf-8"))
        words = changes_since(Provenance.from_dict(before.get("provenance")))
        words += ["the file"] if before["sha256"] != now.sha256 else []
    except (OSError, ValueError, KeyError, TypeError):  # none, or none that can be read
        return []
    more = f" and {len(words) - 4} more" if len(words) > 4 else ""
    return [f"since the last run, other: {', '.join(words[:4])}{more}"] if words else []


def _hashes(out: Path, record: Path) -> dict[str, str]:
    """Each file of results in JSON, but for rows, with its hash."""
    files = [p for p in sorted(out.rglob("*.json")) if "rows" not in p.parts and p != record]
    return {p.relative_to(out).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}
