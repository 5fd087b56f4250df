"""``bayes-enues export``: results for HEPData, dd_limit_plot, LaTeX, BibTeX, pyhf and ArviZ."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from .common import console


def export(
    to: Annotated[
        Literal["hepdata", "dd_limit_plot", "latex", "bibtex", "pyhf", "netcdf"],
        typer.Option(help="For whom."),
    ],
    results: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Folder that limits or mediators wrote to.")
    ] = Path("results"),
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Default: export/FORM in the folder of results.")
    ] = None,
) -> None:
    """Limits and curves as other tools read them: a HEPData submission, a pyhf workspace and so on."""
    from ..analyses.export import export as write

    paths = write(to, results, out)
    console.print(f"Written to {paths[0].parent}: {', '.join(path.name for path in paths)}.")
