"""A folder for a long run that is cut into chunks: toys or simulations.

One JSON file holds the rows, ``chunks/`` the arrays they were made from. A chunk is a NumPy file, there whole
or not at all; the folder it lies in carries the hash of everything that decides its numbers, so that those of
other inputs or versions are never mixed in, and a longer run only adds to those that exist.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import InputError
from ..runs.files import WholeFile, check_writable, locked, slug, write_text

__all__ = ["RunFolder"]


class RunFolder:
    """Chunks and rows that share one identity.

    Parameters
    ----------
    path : path
        Made if it does not exist.
    name : str
        Of the JSON file.
    identity : mapping
        What all rows share, such as model and seed.
    keys : sequence of str
        What tells one command's entries from another's; every entry has them.
    lists : sequence of str
        Lists of entries that the file holds.

    Attributes
    ----------
    lists : dict of str to list of dict

    Raises
    ------
    InputError
        If the folder cannot be written to, or holds results of another identity or of an older version,
        without the keys; nothing is overwritten.
    """

    def __init__(
        self,
        path: str | Path,
        name: str,
        identity: Mapping[str, Any],
        keys: Sequence[str],
        lists: Sequence[str] = ("rows",),
    ):
        self.path, self.identity, self.keys = Path(path), dict(identity), tuple(keys)
        self.file = self.path / name
        self.lists: dict[str, list[dict[str, Any]]] = {key: [] for key in lists}
        check_writable(self.path)
        with locked(self.file):
            self._read()
            self._write()

    def _read(self) -> None:
        if not self.file.exists():
            return
        try:
            content = json.loads(self.file.read_text(encoding="utf-8"))
            theirs = {key: content[key] for key in self.identity}
            lists = {key: list(content[key]) for key in self.lists}
            lacking = sorted({k for es in lists.values() for e in es for k in self.keys if k not in e})
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(
                f"{self.file} cannot be read ({error}); move it away, or choose another --out"
            ) from None
        for key, ours in self.identity.items():
            if theirs[key] != ours:
                raise InputError(
                    f"{self.file} holds results of {key} {theirs[key]}, not {ours}; choose another --out"
                )
        if lacking:
            raise InputError(
                f"{self.file} was written by another version, without {lacking}; move it away, or choose "
                "another --out"
            )
        self.lists = lists

    def chunk(self, spec, fingerprint: str, *place: int) -> Path:
        """Path of the array of a chunk; ``spec`` is a row of any table."""
        name = f"{slug(spec.model)}_{slug(spec.parameter)}_{slug(spec.experiment)}_{fingerprint[:12]}"
        return self.path / "chunks" / name / ("_".join(f"{number:06d}" for number in place) + ".npy")

    @staticmethod
    def find(path: Path, shape: tuple[int, ...]) -> np.ndarray | None:
        """The array of a chunk if it is there, whole and of the right shape; None if not."""
        try:
            results = np.load(path, allow_pickle=False)
        except (OSError, ValueError, EOFError):
            return None
        return results if results.shape == shape else None

    @staticmethod
    def keep(path: Path, results: np.ndarray) -> None:
        """Write the array of a chunk."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with WholeFile(path) as partial, open(partial, "wb") as file:
            np.save(file, results)

    def put(self, key: Mapping[str, Any], **entries: Sequence[dict[str, Any]]) -> None:
        """Replace the entries that agree with ``key``, keep those that others have written, and save."""
        with locked(self.file):
            self._read()
            for name, new in entries.items():
                others = [e for e in self.lists[name] if any(e[k] != v for k, v in key.items())]
                self.lists[name] = others + list(new)
            self._write()

    def _write(self) -> None:
        write_text(self.file, json.dumps({**self.identity, **self.lists}, indent=1, allow_nan=False) + "\n")
