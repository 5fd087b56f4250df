"""Input tables: comma-separated numbers under a few comment lines that say what they are; arrays of NumPy.

The only module that opens tables. Packaged tables are read through :mod:`importlib.resources`, a
user's own through a path; both come back as a :class:`Table` with checked, finite columns.
"""

import codecs
import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np

from .errors import InputError, MissingFileError

MAX_BYTES = 16_000_000
MAX_ROWS = 100_000
#: A number as a table writes it. Python's own ``float`` also takes 1_0 and the digits of other alphabets.
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)
_NOT_FINITE = re.compile(r"[-+]?(nan|inf|infinity)", re.IGNORECASE)


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
    sha256 : str
        Hash of the file, for fingerprints of results.
    """

    path: str
    provenance: tuple[str, ...]
    columns: dict[str, np.ndarray]
    sha256: str

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
    """A path for messages: relative to the package's data where it lies there, and in one line."""
    parts = Path(str(path)).parts
    name = "/".join(parts[-3:]) if "data" in parts[-3:] else str(path)
    return name if name.isprintable() else ascii(name)


def shown(value: object, most: int = 200) -> str:
    """A value for a message: one line, however long or deep it is."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # thousands of digits, or of levels
        return "more than can be shown"
    return text if len(text) <= most else f"{text[:most]}..."


def sha256(path: Traversable) -> str:
    """Hash of a file, for fingerprints of results."""
    return hashlib.sha256(_bytes(path)).hexdigest()


def _bytes(path: Traversable) -> bytes:
    """Content of a file; whatever keeps it from being read is one line."""
    name = label(path)
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise MissingFileError(f"{name} does not exist") from None
    except (OSError, ValueError) as error:  # no permission, a folder, a name too long or with a null byte
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{name:.300} cannot be read: {reason}") from None
    if len(content) > MAX_BYTES:
        raise InputError(
            f"{name} is longer than {MAX_BYTES // 1_000_000} MB; a table of this size was not meant"
        )
    return content


def read_text(path: Traversable) -> str:
    """Text of a file in UTF-8, with or without the mark that Excel puts in front.

    Raises
    ------
    MissingFileError, InputError
        If there is no such file, it cannot be read, or its bytes are no UTF-8.
    """
    return _decoded(_bytes(path), label(path))


def _decoded(content: bytes, name: str) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise InputError(f"{name} is UTF-16 text; save it as UTF-8")
    if (null := content.find(b"\0")) >= 0:
        raise InputError(f"{name} is not text: byte {null + 1} is zero; a text file in UTF-8 was needed")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{name}, line {line}: byte 0x{content[error.start]:02x} is not UTF-8 (perhaps Latin-1, or no "
            "text at all); save the file as UTF-8"
        ) from None


def read_table(
    path: Traversable | str | Path, needed: Sequence[str] | None = (), text: Sequence[str] = ()
) -> Table:
    """Read a table and check it.

    Parameters
    ----------
    path
        A packaged file (see :func:`packaged`) or a path.
    needed : sequence of str, or None
        Columns the caller will use; None is all of them.
    text : sequence of str
        Columns that hold words; all others hold finite numbers.

    Raises
    ------
    MissingFileError
        If there is no such file.
    InputError
        If it cannot be read or is no text, a needed column is missing or there twice, a row has the wrong
        length, or an entry is no finite number; the message names file, column and row.
    """
    path = Path(path) if isinstance(path, str) else path
    name = label(path)
    try:
        content = _bytes(path)
    except MissingFileError as error:
        raise MissingFileError(f"{error}; a table with columns {list(needed or ())} was needed") from None
    lines = re.split(r"\r\n|\r|\n", _decoded(content, name))
    provenance = tuple(line.lstrip("# ").rstrip() for line in lines if line.startswith("#"))
    numbered = [(i, line) for i, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")]
    if len(numbered) < 2:
        raise InputError(f"{name} has no data rows below its header")
    if len(numbered) > MAX_ROWS:
        raise InputError(f"{name} has {len(numbered) - 1} rows; at most {MAX_ROWS} can be used")
    rows = [_entries(name, i, line) for i, line in numbered]
    header = [column.strip() for column in rows[0]]
    needed = header if needed is None else needed
    lacking = [column for column in needed if column not in header]
    if lacking:
        hint = "; separate columns by commas" if len(header) == 1 else ""
        raise InputError(f"{name} lacks {lacking}; its columns are {shown(header)}{hint}")
    for column in header:
        if not column or header.count(column) > 1:
            raise InputError(
                f"{name} has a column {column!r} {'there twice' if column else 'without a name'}"
            )
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
    return Table(name, provenance, columns, hashlib.sha256(content).hexdigest())


def read_arrays(path: Traversable, needed: Sequence[str]) -> Table:
    """Read arrays of any shape from a compressed ``.npz`` of NumPy, checked like the columns of a table.

    Its array of words ``provenance`` takes the place of comment lines.

    Raises
    ------
    MissingFileError, InputError
        If there is no such file, it is no ``.npz``, lacks an array, or holds what is no finite number.
    """
    name, content = label(path), _bytes(path)
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            arrays = {key: file[key] for key in file.files}
    except (ValueError, OSError, EOFError, zipfile.BadZipFile, AttributeError) as error:
        raise InputError(f"{name} is not a .npz of arrays of numbers: {error}") from None
    provenance = tuple(str(line) for line in np.ravel(arrays.pop("provenance", np.array([], str))))
    if lacking := [key for key in needed if key not in arrays]:
        raise InputError(f"{name} lacks the arrays {lacking}; it has {sorted(arrays)}")
    for key in needed:
        if arrays[key].dtype.kind not in "fiu" or not np.all(np.isfinite(arrays[key])):
            raise InputError(f"{name}: the array {key!r} does not hold finite numbers only")
    columns = {key: np.asarray(arrays[key], float) for key in needed}
    return Table(name, provenance, columns, hashlib.sha256(content).hexdigest())


def _entries(name: str, i: int, line: str) -> list[str]:
    """The entries of one line; a quoted one may hold commas."""
    try:
        (entries,) = csv.reader([line], strict=True)
    except csv.Error as error:
        raise InputError(f"{name}, line {i}: {error}") from None
    return entries


def _numbers(
    name: str, column: str, entries: Sequence[str], lines: Sequence[int], needed: bool
) -> np.ndarray:
    values = np.empty(len(entries))
    for k, entry in enumerate(entries):
        entry = entry.strip()
        if not (_NUMBER.fullmatch(entry) or _NOT_FINITE.fullmatch(entry)):
            if not needed:
                return np.array(entries)
            raise InputError(f"{name}, line {lines[k]}, column {column}: {shown(entry, 40)} is not a number")
        values[k] = float(entry)
        if needed and not np.isfinite(values[k]):
            raise InputError(f"{name}, line {lines[k]}, column {column}: {entry:.40} is not finite")
    return values
