"""``bayes-enues report``: one self-contained HTML page of a results folder."""

from pathlib import Path
from typing import Annotated

import typer

from ..errors import InputError
from .common import console


def report(
    folder: Annotated[Path, typer.Argument(help="Folder that other commands wrote to.")] = Path("results"),
    out: Annotated[Path | None, typer.Option(help="The page; default: report.html in the folder.")] = None,
) -> None:
    """Tables, figures, sources and diagnostics of a results folder on one page that needs no network."""
    from ..analyses.stored import as_shown
    from ..reports.report import build_report
    from ..runs.files import write_text

    target = out or folder / "report.html"
    try:
        page = build_report(folder, as_shown)
        write_text(target, page)
    except OSError as error:
        name = error.filename or target
        raise InputError(f"the report cannot be made: {name}: {error.strerror}") from None
    console.print(f"Written: {target} ({len(page.encode()) / 1e6:.1f} MB)")
