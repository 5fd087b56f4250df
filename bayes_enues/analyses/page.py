"""One page of a folder of results: what ``bayes-enues report`` writes."""

from pathlib import Path

from ..errors import InputError
from ..reports.report import build_report
from ..runs.files import write_text
from .stored import as_shown


def write_page(folder: Path, out: Path | None = None) -> Path:
    """Write the page, by default ``report.html`` in the folder, and say where it is.

    Raises
    ------
    InputError
        If the folder cannot be read or the page cannot be written.
    """
    target = out or folder / "report.html"
    try:
        write_text(target, build_report(folder, as_shown))
    except OSError as error:
        name = error.filename or target
        raise InputError(f"the report cannot be made: {name}: {error.strerror}") from None
    return target
