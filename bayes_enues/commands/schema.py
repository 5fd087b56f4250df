"""``bayes-enues schema``: what the JSON files of results hold, as JSON Schema."""

from pathlib import Path

from . import common
from .common import console


def schema(out: common.Out = Path("schemas")) -> None:
    """A JSON Schema for every kind of file that commands write, in one file."""
    from ..analyses.schema import FILE, schema_text
    from ..runs.files import check_writable, write_text

    check_writable(out)
    write_text(out / FILE, schema_text())
    console.print(f"Written to {out / FILE}.")
