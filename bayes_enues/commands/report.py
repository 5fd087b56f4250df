"""``bayes-enues report``: one self-contained HTML page of a results folder."""

from pathlib import Path
from typing import Annotated

import typer

from .common import console


def report(
    folder: Annotated[Path, typer.Argument(help="Folder that other commands wrote to.")] = Path("results"),
    out: Annotated[Path | None, typer.Option(help="The page; default: report.html in the folder.")] = None,
) -> None:
    """Tables, figures, sources and diagnostics of a results folder on one page that needs no network."""
    from ..analyses.page import write_page

    page = write_page(folder, out)
    console.print(f"Written: {page} ({page.stat().st_size / 1e6:.1f} MB)")
