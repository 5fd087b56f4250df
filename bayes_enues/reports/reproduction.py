"""The pages of ``bayes-enues reproduce``."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from ..runs.files import write_text
from .reproduction_page import reproduction_page
from .table_one import table, table_csv, table_json, table_markdown


def write_pages(rows: Mapping[str, Sequence], out: Path, figures: Sequence[str]) -> None:
    """Table I and the page of differences.

    Parameters
    ----------
    rows : mapping of str to rows
        Limits and regions.
    out : Path
    figures : sequence of str
        Names of the figures beside them.
    """
    entries = table(rows["limits"])
    write_text(out / "table_one.md", table_markdown(entries))
    write_text(out / "table_one.csv", table_csv(entries))
    write_text(out / "table_one.json", table_json(entries))
    write_text(out / "reproduction.md", reproduction_page(rows["limits"], rows["regions"], figures))
