"""Input tables: comma-separated numbers under a few comment lines that say what they are.

The only module that opens tables. Packaged tables are read through :mod:`importlib.resources`, a
user's own through a path; both come back as a :class:`Table` with checked, finite columns.
"""

import csv
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np

from .errors import InputError, MissingFileError

__all__ = ["Table", "packaged", "packaged_names", "read_table"]


@dataclass(frozen=True)
class Table:
    """Columns of one file, with the comment lines that say where they come from.

    Parameters
    ----------
    path : str
        For messages.
    provenance : tuple of str
        The comment lines, without the leading ``#``.
    columns : dict
        Column name to an array; text columns are arrays of str.
    """

    path: str
    provenance: tuple[str, ...]
    columns: dict[str, np.ndarray]

    def __getitem__(self, name: str) -> np.ndarray:
        return self.columns[name]

    def row(self, **where: str) -> dict[str, object]:
        """The one row in which each named column has the given value.

        Raises
        ------
        InputError
            If no row, or more than one, matches; the message lists the choices.
        """
        mask = np.logical_and.reduce([self.columns[name] == value for name, value in where.items()])
        if mask.sum() != 1:
            choices = {name: sorted(set(self.columns[name].tolist())) for name in where}
            raise InputError(f"{self.path} has {mask.sum()} rows with {where}; the choices are {choices}")
        return {name: values[mask][0] for name, values in self.columns.items()}


def packaged(*parts: str) -> Traversable:
    """A file or folder of ``bayes_enues.data``."""
    return resources.files("bayes_enues.data").joinpath(*parts)


def packaged_names(folder: str) -> list[str]:
    """Sorted names of the files in one folder of ``bayes_enues.data``."""
    return sorted(entry.name for entry in packaged(folder).iterdir())


def label(path: Traversable) -> str:
    """A path for messages: relative to the package's data where it lies there."""
    parts = Path(str(path)).parts
    return "/".join(parts[-3:]) if "data" in parts[-3:] else str(path)


def sha256(path: Traversable) -> str:
    """Hash of a file, for fingerprints of results."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_table(path: Traversable | str | Path, needed: Sequence[str] = (), text: Sequence[str] = ()) -> Table:
    """Read a table and check it.

    Parameters
    ----------
    path
        A packaged file (see :func:`packaged`) or a path.
    needed : sequence of str
        Columns the caller will use.
    text : sequence of str
        Columns that hold words; all others hold finite numbers.

    Raises
    ------
    MissingFileError
        If there is no such file.
    ValueError
        If a needed column is missing, a row has the wrong length, or an entry is no finite number; the
        message names file, column and row.
    """
    path = Path(path) if isinstance(path, str) else path
    name = label(path)
    if not path.is_file():
        raise MissingFileError(f"{name} does not exist; a table with columns {list(needed)} was needed")
    lines = path.read_text(encoding="utf-8").splitlines()
    provenance = tuple(line.lstrip("# ").rstrip() for line in lines if line.startswith("#"))
    numbered = [(i, line) for i, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")]
    if len(numbered) < 2:
        raise InputError(f"{name} holds no data rows below its header")
    rows = list(csv.reader(line for _, line in numbered))
    header = [column.strip() for column in rows[0]]
    lacking = [column for column in needed if column not in header]
    if lacking:
        raise InputError(f"{name} lacks {lacking}; its columns are {header}")
    for (i, _), row in zip(numbered, rows, strict=True):
        if len(row) != len(header):
            raise InputError(f"{name}, line {i}: {len(row)} entries under {len(header)} columns")
    columns = {}
    for column, *entries in zip(*rows, strict=True):
        column = column.strip()
        if column in text:
            columns[column] = np.array(entries)
            continue
        columns[column] = _numbers(name, column, entries, [i for i, _ in numbered[1:]], column in needed)
    return Table(name, provenance, columns)


def _numbers(
    name: str, column: str, entries: Sequence[str], lines: Sequence[int], needed: bool
) -> np.ndarray:
    values = np.empty(len(entries))
    for k, entry in enumerate(entries):
        try:
            values[k] = float(entry)
        except ValueError:
            if not needed:
                return np.array(entries)
            raise InputError(f"{name}, line {lines[k]}, column {column}: {entry!r} is not a number") from None
        if needed and not np.isfinite(values[k]):
            raise InputError(f"{name}, line {lines[k]}, column {column}: {entry} is not finite")
    return values
