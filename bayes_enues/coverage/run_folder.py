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

from ..whole_files import WholeFile, check_writable, slug, write_text

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
    lists : sequence of str
        Lists of entries that the file holds; each entry has ``parameter`` and ``experiment``.

    Attributes
    ----------
    lists : dict of str to list of dict

    Raises
    ------
    ValueError
        If the folder cannot be written to, or holds results of another identity; nothing is overwritten.
    """

    def __init__(
        self, path: str | Path, name: str, identity: Mapping[str, Any], lists: Sequence[str] = ("rows",)
    ):
        self.path, self.identity = Path(path), dict(identity)
        self.file = self.path / name
        self.lists: dict[str, list[dict[str, Any]]] = {key: [] for key in lists}
        check_writable(self.path)
        if self.file.exists():
            self._read()
        self.save()

    def _read(self) -> None:
        try:
            content = json.loads(self.file.read_text(encoding="utf-8"))
            theirs = {key: content[key] for key in self.identity}
            self.lists = {key: list(content[key]) for key in self.lists}
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(
                f"{self.file} cannot be read ({error}); move it away, or choose another --out"
            ) from None
        for key, ours in self.identity.items():
            if theirs[key] != ours:
                raise ValueError(
                    f"{self.file} holds results of {key} {theirs[key]}, not {ours}; choose another --out"
                )

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
        """Replace the entries that agree with ``key``, and save."""
        for name, new in entries.items():
            others = [e for e in self.lists[name] if any(e[k] != v for k, v in key.items())]
            self.lists[name] = others + list(new)
        self.save()

    def save(self) -> None:
        """Write the JSON file."""
        write_text(self.file, json.dumps({**self.identity, **self.lists}, indent=1) + "\n")
