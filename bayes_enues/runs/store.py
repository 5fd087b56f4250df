"""A folder of results: a row is one file, and ``limits.json`` is a view of rows.

``rows/limits/<fingerprint>.json`` is a row of ``limits.json``, and ``<fingerprint>.nc`` or ``.npy`` beside it
its draws or its toys. Each appears whole or not at all and is written by whoever computed it, so that
commands in one folder, and workers, do not get in each other's way. A row is used again if it is what was
asked, carries its own hash, and the file beside it is the one it was written with; what cannot be trusted is
set aside under another name, said, and never deleted. A view holds the rows whose data and code are today's.
"""

import csv
import hashlib
import io
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import count
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import InputError
from ..results import ROW_TYPES, Provenance, StoredFile
from .files import check_writable, remove_leftovers, whole_file, write_text
from .provenance import changes_since, file_hash

#: Groups of which single precision says all.
SINGLE = ("log_likelihood", "log_prior", "posterior_predictive", "prior", "sample_stats")
VERSION = 2  # of the layout; at first, rows lay in the views themselves


def schema_name(kind: str) -> str:
    """What a JSON file says of itself under ``schema``, such as ``bayes_enues/limits/2``."""
    return f"bayes_enues/{kind}/{VERSION}"


def fingerprint(content: Mapping[str, Any]) -> str:
    """Hash of everything that decides a result."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()[:32]


def is_intact(row: Mapping[str, Any]) -> bool:
    """Whether a row is what was written: its hash is its own."""
    return _sealed(row)["sha256"] == row.get("sha256")


def load_rows(path: str | Path, table: str = "limits") -> list[dict[str, Any]]:
    """The rows of a folder that are intact and still rest on today's data and code, in the view's order.

    Nothing is written, and PyMC is not needed.
    """
    home = Path(path, "rows", table)
    found = {}
    for file in _oldest_first(home):
        try:
            found[file.stem] = _checked(file)
        except (OSError, ValueError, TypeError):
            continue
    return _shown(found, [], _order(Path(path, f"{table}.json")), [])


class ResultsFolder:
    """The rows of one kind in a folder of results, and the view that shows them.

    Parameters
    ----------
    path : path
        Made if it does not exist.
    name : str
        Of the view, ``limits.json``.
    level : float, optional
        All rows of a view share one level; None where they have none.
    lists : sequence of str, optional
        Where a stored row is several entries, as one of coverage is: the lists of entries that it holds,
        which the view shows joined. An empty sequence: rows that no view shows, such as toys.
    shared
        What all rows of a view share instead of a level, such as model and seed.

    Attributes
    ----------
    messages : list of str
        What was set aside or left out, each in one line.

    Raises
    ------
    InputError
        If the folder cannot be written to, or holds a view of another level or of whatever else is shared.
    """

    def __init__(
        self,
        path: str | Path,
        name: str = "limits.json",
        level: float | None = None,
        lists: Sequence[str] | None = None,
        **shared: Any,
    ):
        self.path = Path(os.path.abspath(path))  # workers may stand elsewhere
        self.file = self.path / name
        self.home = self.path / "rows" / self.file.stem
        self.shared, self.lists = {"level": level, **shared}, lists
        self.messages: list[str] = []
        check_writable(self.path)
        self._check_view()
        check_writable(self.home)
        for folder in (self.path, self.home):
            remove_leftovers(folder)

    def _check_view(self) -> None:
        """Set aside a view that is not made of the rows here; refuse one of another level."""
        if not self.file.exists():
            return
        try:
            content = json.loads(self.file.read_text(encoding="utf-8"))
            schema, marks = content.get("schema"), [row["fingerprint"] for row in content["rows"]]
        except (ValueError, AttributeError, KeyError, TypeError, OSError) as error:
            self._set_aside(self.file, f"cannot be read ({error})")
            return
        if schema != schema_name(self.file.stem):
            why = "is of another version, whose rows do not say which code made them"
            self._set_aside(self.file, why, "old")
            return
        for key, ours in self.shared.items():
            if content.get(key, ours) != ours:
                raise InputError(
                    f"{self.file} holds results of {key} {content[key]}, not {ours}; choose another --out"
                )
        if not all((self.home / f"{mark}.json").is_file() for mark in marks):
            self._set_aside(self.file, f"holds rows that are not in rows/{self.file.stem}", "old")

    def _set_aside(self, path: Path, why: str, word: str = "broken") -> None:
        """Rename a file that cannot be trusted, and remember to say so."""
        names = (path.with_name(f"{path.name}.{word}-{k}") for k in count(1))
        aside = next(name for name in names if not name.exists())
        os.replace(path, aside)
        self.messages.append(f"{path.name} {why}; it was kept as {aside.name} and is computed anew")

    def read(self, mark: str) -> dict[str, Any] | None:
        """The row of a fingerprint; None if there is none, or none that can be trusted."""
        path = self.home / f"{mark}.json"
        try:
            return _checked(path)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError) as error:
            self._set_aside(path, str(error))
            return None

    def find(self, mark: str) -> dict[str, Any] | None:
        """The row of a fingerprint, if it converged and the file beside it is the one it was written with."""
        row = self.read(mark)
        if row is None or not _converged(row):
            return None
        if (named := row.get("file")) is not None:
            path = self.home / named["name"]
            if not path.exists():
                return None
            if hashlib.sha256(path.read_bytes()).hexdigest() != named["sha256"]:
                self._set_aside(path, "is not the file its row was written with")
                return None
        return row

    def result(self, mark: str) -> Any:
        """The row of a fingerprint as what it is, whether it converged or not; None if there is none."""
        row, kind = self.read(mark), ROW_TYPES.get(self.file.stem)
        return row if row is None or kind is None else kind.from_dict(row)

    def stamp(self, mark: str) -> tuple[int, int] | None:
        """What changes when a row is written; None if there is no row."""
        try:
            found = (self.home / f"{mark}.json").stat()
        except FileNotFoundError:
            return None
        return found.st_mtime_ns, found.st_ino

    def beside(self, row: Mapping[str, Any]) -> Path:
        """The file beside a row that was read here."""
        return self.home / row["file"]["name"]

    def array(self, row: Mapping[str, Any]) -> np.ndarray:
        """What a row was written with, if that was an array."""
        return np.load(self.beside(row), allow_pickle=False)

    def write(self, row: Mapping[str, Any], beside: Any = None) -> dict[str, Any]:
        """Write a finished row, what belongs to it first; one that failed never replaces one that did not.

        Beside it goes a DataTree or an array. What is not finite, such as the R-hat of a chain that never
        moved, becomes None: JSON knows no NaN.

        Raises
        ------
        InputError
            If the folder is not there, as for a worker that does not see it, or cannot be written to.
        """
        kept: dict[str, Any] = {"schema": schema_name(f"{self.home.name}_row"), **_without_nan(row)}
        mark = kept["fingerprint"]
        if not _converged(kept) and (old := self.find(mark)) is not None:
            what = f"{kept['model']} {kept['parameter']}"
            self.messages.append(f"{what}: the new run did not converge; the old row stays")
            return old
        if beside is not None:
            content, suffix = _bytes_of(beside)
            self._put(mark + suffix, content)
            kept["file"] = {"name": mark + suffix, "sha256": hashlib.sha256(content).hexdigest()}
        kept = _sealed(kept)
        self._put(f"{mark}.json", _text(kept).encode())
        return kept

    def _put(self, name: str, content: bytes | memoryview) -> None:
        # not flushed to the disk: whatever a power cut leaves of it is noticed by its hash
        try:
            with whole_file(self.home / name) as partial:
                partial.write_bytes(content)
        except FileNotFoundError:
            raise InputError(
                f"there is no folder {self.home} on this machine; workers must see the folder of --out"
            ) from None
        except OSError as error:
            raise InputError(
                f"{self.home / name} cannot be written: {error.strerror}; finished rows are kept"
            ) from None

    @property
    def rows(self) -> list[dict[str, Any]]:
        """What the view shows: rows that rest on today's data and code, one a question."""
        return self._rows(())

    def _rows(self, first: Sequence[str]) -> list[dict[str, Any]]:
        found = {path.stem: row for path in _oldest_first(self.home) if (row := self.read(path.stem))}
        shared = {key: value for key, value in self.shared.items() if value is not None}
        mine = {m: r for m, r in found.items() if all(r.get(k, v) == v for k, v in shared.items())}
        left_out: list[str] = []
        rows = _shown(mine, first, _order(self.file), left_out)
        if left_out and (why := f"{self.file.name}: {left_out[0]}") not in self.messages:
            self.messages.append(why)
        return rows

    def write_all(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Write finished rows and put the view together, these first."""
        self.save([self.write(row)["fingerprint"] for row in rows])

    def save(self, first: Iterable[str] = ()) -> None:
        """Put the view together, as JSON and flat CSV: rows in the order asked for, others in theirs.

        Parameters
        ----------
        first : iterable of str
            Fingerprints.
        """
        if self.lists is not None and not self.lists:
            return
        first = list(dict.fromkeys(first))
        there = None
        while there != (now := {path.name for path in self.home.glob("*.json")}):
            there = now  # until no other command has added a row meanwhile
            rows = self._rows(first)
            lists = {key: [_entry(r, e) for r in rows for e in r[key]] for key in self.lists or ()}
            lists = lists or {"rows": rows}
            write_text(self.file, _text({"schema": schema_name(self.file.stem), **self.shared, **lists}))
            write_text(self.file.with_suffix(".csv"), _table(lists["rows"]))


def _checked(path: Path) -> dict[str, Any]:
    """A stored row; a ValueError says in one line what is wrong with it."""
    row = json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse)
    if not isinstance(row, dict):
        raise ValueError("is no row")
    names = [row.get("fingerprint")]
    if "file" in row:
        names.append(StoredFile.from_dict(row["file"]).name.rpartition(".")[0])
    if any(name != path.stem for name in names):
        raise ValueError("names another row's file than its own")
    if not is_intact(row):
        raise ValueError("was changed after it was written")
    if not isinstance(row.get("question"), str):
        raise ValueError("does not say what was asked")
    Provenance.from_dict(row.get("provenance", {}))
    if kind := ROW_TYPES.get(path.parent.name):
        for entry in row.get("rows", [row]):
            kind.from_dict(entry)
    return row


def _refuse(constant: str):
    raise ValueError(f"holds {constant}")


def _shown(
    found: Mapping[str, dict[str, Any]], first: Sequence[str], order: Sequence[str], left_out: list[str]
) -> list[dict[str, Any]]:
    """Of stored rows, oldest first, those of today's data and code; the newest where several ask the same."""
    hash_of = cache(file_hash)
    changed = {
        mark: why
        for mark, row in found.items()
        if mark not in first and (why := changes_since(Provenance.from_dict(row["provenance"]), hash_of))
    }
    if changed:
        what = list(dict.fromkeys(word for why in changed.values() for word in why))
        more = f" and {len(what) - 4} more" if len(what) > 4 else ""
        left_out.append(f"{len(changed)} rows left out, since other today: {', '.join(what[:4])}{more}")
    marks = [mark for mark in found if mark not in changed]
    last = {found[mark]["question"]: mark for mark in [*marks, *(m for m in first if m in found)]}
    marks = [mark for mark in marks if mark in first or last[found[mark]["question"]] == mark]
    place = {mark: k for k, mark in enumerate(dict.fromkeys([*first, *order]))}
    return [found[mark] for mark in sorted(marks, key=lambda mark: place.get(mark, len(place)))]


def _oldest_first(home: Path) -> list[Path]:
    return sorted(home.glob("*.json"), key=lambda path: (path.stat().st_mtime_ns, path.name))


def _order(view: Path) -> list[str]:
    """Fingerprints in the order in which a view shows them."""
    try:
        return [row["fingerprint"] for row in json.loads(view.read_text(encoding="utf-8"))["rows"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _converged(row: Mapping[str, Any]) -> bool:
    return (row.get("posterior") or {}).get("converged", True)


def _sealed(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with the hash of all else in it."""
    bare = {name: value for name, value in row.items() if name != "sha256"}
    return {**bare, "sha256": hashlib.sha256(json.dumps(bare, sort_keys=True).encode()).hexdigest()}


def _entry(row: Mapping[str, Any], entry: Mapping[str, Any]) -> dict[str, Any]:
    """One of several entries that a stored row holds, as a view shows it."""
    return _sealed({**entry, **{key: row[key] for key in ("fingerprint", "provenance")}})


def _text(content: Any) -> str:
    return json.dumps(content, indent=1, allow_nan=False) + "\n"


def _bytes_of(beside) -> tuple[bytes | memoryview, str]:
    """An array, or a tree as NetCDF, compressed: draws in full precision, what follows from them in single.

    Made in memory, since the HDF5 library does not survive a full disk; by h5netcdf, as the same draws must
    be the same file: netCDF4 takes a third of the time, but writes the time of day into each.
    """
    if isinstance(beside, np.ndarray):
        buffer = io.BytesIO()
        np.save(buffer, beside, allow_pickle=False)
        return buffer.getvalue(), ".npy"
    encoding = {}
    for group, node in beside.children.items():
        small = "float32" if group in SINGLE else None
        for name, v in node.data_vars.items():
            packed = {"compression": "gzip", "compression_opts": 4, "shuffle": True} if v.ndim else {}
            encoding.setdefault(f"/{group}", {})[name] = packed | (
                {"dtype": small} if small and v.dtype == float else {}
            )
    return beside.to_netcdf(None, engine="h5netcdf", encoding=encoding), ".nc"


def _without_nan(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _without_nan(v) for name, v in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(v) for v in value]
    return None if isinstance(value, float) and not isfinite(value) else value


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as CSV; what they rest on is left to the JSON file."""
    flat = flat_rows(rows)
    text = io.StringIO()
    columns = list(dict.fromkeys(name for row in flat for name in row))
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(flat)
    return text.getvalue()


def flat_rows(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of one level: an entry for each number, such as ``posterior.exact.upper``; lists as JSON."""
    return [_flat(row) for row in rows]


def _flat(row: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat = {}
    for name, value in row.items():
        if isinstance(value, Mapping):
            flat |= {} if name == "provenance" else _flat(value, f"{prefix}{name}.")
        elif name != "schema":
            flat[prefix + name] = json.dumps(value) if isinstance(value, list) else value
    return flat
