"""``bayes-enues export``: results for HEPData, dd_limit_plot, LaTeX, BibTeX, pyhf and ArviZ."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from .common import Table, console

#: What each form is, for the table below.
WORDS = {
    "submission.yaml": "HEPData: the submission",
    "submission.tar.gz": "HEPData: what is uploaded, all of it",
    "references.bib": "references of all that was used",
    "result_metadata.toml": "dd_limit_plot: to be added to its own",
    "refused.txt": "likelihoods that pyhf cannot say, and why",
}
SUFFIXES = {
    ".yaml": "HEPData: a table",
    ".csv": "dd_limit_plot: a curve",
    ".tex": "LaTeX, needs \\usepackage{booktabs}",
    ".json": "pyhf workspace",
    ".nc": "draws, for arviz.from_netcdf",
}


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
    table = Table(f"exported to {to}", ("file", "what"), prose=True)
    for path in paths:
        table.add(path.name, WORDS.get(path.name) or SUFFIXES[path.suffix])
    table.print(console)
    console.print(f"Written to {paths[0].parent}.")
