"""A folder of results that survives interruption and knows what each row rests on.

``limits.json`` holds the rows; each posterior is a NetCDF file beside it. Files appear whole or not at all.
A row is used again only if its fingerprint matches and its files are what they were when it was written;
whatever cannot be read is set aside under another name, never trusted and never deleted. Commands that write
to one folder at the same time keep each other's rows.
"""

import csv
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from math import isfinite
from pathlib import Path
from time import monotonic
from typing import Any

from ..errors import InputError
from .files import WholeFile, check_writable, locked, slug, write_text

__all__ = ["ResultsFolder", "file_hash", "fingerprint", "write_posterior"]


def write_posterior(tree, path: Path) -> None:
    """Write a posterior as NetCDF: draws in full precision, what follows from them compressed to single.

    It is put together in memory: HDF5 ends the process where the disk is full.
    """
    derived = [group for group in ("log_likelihood", "posterior_predictive") if group in tree.children]
    small = {"dtype": "float32", "compression": "gzip", "compression_opts": 1, "shuffle": True}
    encoding = {f"/{group}": {name: small for name in tree[group].data_vars} for group in derived}
    path.write_bytes(tree.to_netcdf(engine="h5netcdf", encoding=encoding))


class ResultsFolder:
    """Rows of one kind in one folder.

    Parameters
    ----------
    path : path
        Made if it does not exist.
    name : str
        Of the rows' file, ``limits.json``.
    level : float, optional
        All rows of a file share one level; None where they have none.
    beside : str
        Beginning of the names of the files that :meth:`write` puts beside the rows.
    seconds_between_saves : float
        Rows that finish sooner after the last save wait for the next, so that a file of hundreds of rows is
        not written hundreds of times; :meth:`save` and :meth:`arrange` write at once.

    Attributes
    ----------
    messages : list of str
        What was found broken and set aside.

    Raises
    ------
    InputError
        If the folder cannot be written to, or holds results at another level.
    """

    def __init__(
        self,
        path: str | Path,
        name: str = "limits.json",
        level: float | None = None,
        seconds_between_saves: float = 0.0,
        beside: str = "posterior",
    ):
        self.path = Path(path)
        self.seconds_between_saves, self._saved = seconds_between_saves, 0.0
        self.file = self.path / name
        self.level, self.beside = level, beside
        self.messages: list[str] = []
        check_writable(self.path)
        self._written: set[str] = set()  # fingerprints of the rows that are this object's own
        self.rows: list[dict[str, Any]] = self._read()

    def _read(self) -> list[dict[str, Any]]:
        if not self.file.exists():
            return []
        try:
            content = json.loads(self.file.read_text(encoding="utf-8"))
            rows = content["rows"]
            if not all(_complete(row) for row in rows):
                raise InputError("a row lacks its fingerprint, or its posterior's name or hash")
            level = content["level"]
            level = float(level) if self.level is not None or level is not None else None
        except (ValueError, KeyError, TypeError, OSError) as error:
            self.set_aside(self.file, f"cannot be read ({error})")
            return []
        if self.level is not None and level != self.level:
            raise InputError(
                f"{self.file} holds results at level {level:g}, not {self.level:g}; choose another --out"
            )
        self.level = level if self.level is None else self.level
        return rows

    def set_aside(self, path: Path, why: str) -> None:
        """Rename a file that cannot be trusted, and remember to say so."""
        for k in range(1, 1000):
            aside = path.with_name(f"{path.name}.broken-{k}")
            if not aside.exists():
                break
        os.replace(path, aside)
        self.messages.append(f"{path.name} {why}; it was kept as {aside.name} and is computed anew")

    def find(self, fingerprint: str) -> dict[str, Any] | None:
        """The row of a fingerprint, if it converged and its posterior file is the one it was written with."""
        for row in self.rows:
            if row["fingerprint"] != fingerprint or not row.get("posterior", {}).get("converged", True):
                continue
            named = row.get("file")
            if named is None:
                return row
            path = self.path / named["name"]
            if not path.exists():
                return None
            if file_hash(path) != named["sha256"]:
                self.set_aside(path, "is not the file its row was written with")
                return None
            return row
        return None

    def write(self, row: Mapping[str, Any], tree=None) -> dict[str, Any]:
        """Add a finished row, its posterior first; a broken row never replaces a finished one.

        The posterior is a DataTree, or the path of a file to be moved here. What is not finite, such as the
        R-hat of a chain that never moved, becomes None: JSON knows no NaN.
        """
        row = _without_nan(row)
        same = [r for r in self.rows if r["fingerprint"] == row["fingerprint"]]
        if (
            any(r["posterior"]["converged"] for r in same if "posterior" in r)
            and not row["posterior"]["converged"]
        ):
            self.messages.append(
                f"{row['model']} {row['parameter']}: the new run did not converge; the old row stays"
            )
            return same[0]
        if tree is not None:
            what = "_".join(slug(row[key]) for key in ("model", "parameter", "experiment"))
            name = f"{self.beside}_{what}_{row['fingerprint'][:8]}.nc"
            with WholeFile(self.path / name) as partial:
                if isinstance(tree, Path):
                    os.replace(tree, partial)
                else:
                    write_posterior(tree, partial)
            row["file"] = {"name": name, "sha256": file_hash(self.path / name)}
        place = next(
            (i for i, r in enumerate(self.rows) if r["fingerprint"] == row["fingerprint"]), len(self.rows)
        )
        self.rows[place : place + 1] = [row]
        self._written.add(row["fingerprint"])
        if monotonic() - self._saved >= self.seconds_between_saves:
            self.save()
        return row

    def arrange(self, fingerprints: Iterable[str]) -> None:
        """Put rows in the order asked for; others follow in theirs."""
        order = {fingerprint: i for i, fingerprint in enumerate(fingerprints)}
        self.rows.sort(key=lambda row: order.get(row["fingerprint"], len(order)))
        self.save()

    def save(self) -> None:
        """Write the JSON and its flat CSV, with the rows that others have written there meanwhile."""
        self._saved = monotonic()
        with locked(self.file):
            self._merge()
            self._write()

    def _merge(self) -> None:
        """Take over the file's rows, but for those that this object wrote itself."""
        theirs = {row["fingerprint"]: row for row in self._read()}
        self.rows = [
            row if row["fingerprint"] in self._written else theirs.get(row["fingerprint"], row)
            for row in self.rows
        ]
        known = {row["fingerprint"] for row in self.rows}
        self.rows += [row for mark, row in theirs.items() if mark not in known]

    def _write(self) -> None:
        write_text(
            self.file, json.dumps({"level": self.level, "rows": self.rows}, indent=1, allow_nan=False) + "\n"
        )
        flat = [_flat(row) for row in self.rows]
        columns = list(dict.fromkeys(name for row in flat for name in row))
        with (
            WholeFile(self.file.with_suffix(".csv")) as partial,
            open(partial, "w", newline="", encoding="utf-8") as file,
        ):
            writer = csv.DictWriter(file, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(flat)


def _complete(row: Any) -> bool:
    """Whether a row says what it rests on."""
    file = row.get("file") if isinstance(row, dict) else None
    named = file is None or (isinstance(file, dict) and {"name", "sha256"} <= file.keys())
    return isinstance(row, dict) and isinstance(row.get("fingerprint"), str) and named


def file_hash(path: Path) -> str:
    """SHA-256 of a file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fingerprint(content: Mapping[str, Any]) -> str:
    """Hash of everything that decides a result."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()[:32]


def _without_nan(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _without_nan(v) for name, v in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(v) for v in value]
    return None if isinstance(value, float) and not isfinite(value) else value


def _flat(row: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat = {}
    for name, value in row.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{name}.")
        elif isinstance(value, list):
            flat[prefix + name] = json.dumps(value)
        else:
            flat[prefix + name] = value
    return flat
