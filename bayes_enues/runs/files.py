"""Files that are there whole or not at all, and what a killed process left of them."""

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

from ..errors import InputError

LEFTOVER_SECONDS = 3600  # nothing takes so long to write, whatever the clock of another machine says


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside a file; what was written there takes its place if nothing went wrong."""
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
    try:
        yield partial
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all, also if the power fails."""
    with whole_file(path) as partial:
        partial.write_text(text, encoding="utf-8")
        with open(partial, "r+b") as file:  # Windows flushes only what may be written
            os.fsync(file.fileno())


def remove_leftovers(path: Path) -> None:
    """Remove what killed processes had begun to write in a folder: partial files older than an hour."""
    for leftover in path.glob(".*.partial"):
        try:
            if time.time() - leftover.stat().st_mtime > LEFTOVER_SECONDS:
                leftover.unlink()
        except OSError:  # another command was quicker
            continue


def check_writable(path: Path) -> None:
    """Make a folder for results; refuse one that cannot be written to."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=path).close()
    except OSError as error:
        raise InputError(
            f"results cannot be written to {path}: {error.strerror}; choose another --out"
        ) from None


def slug(text: str) -> str:
    """A text as part of a file name."""
    return "".join(c if c.isalnum() or c in "+-_" else "-" for c in text)
