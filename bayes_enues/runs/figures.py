"""Figures of a folder: what each shows, whether it is there already, and which process draws it.

Each file says what it shows, so that a figure is drawn again only if that, or what draws it, has changed.
Matplotlib takes a second to import: nothing here does, and what is there needs none.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..compiled.caching import source_hash
from ..results import Limit, Published, grouped
from ..tables import packaged
from . import second

ENDINGS = (".pdf", ".png", ".svg")

_MARKS: list[str] = []  # what is written into the figure that is being drawn


class Drawing(NamedTuple):
    """A figure that a folder should hold.

    Attributes
    ----------
    by : str
        Module of ``bayes_enues.plots`` and its function, such as ``limits.limits_figure``. It takes the path
        and the content by name, and returns the files written.
    path : Path
        Without ending.
    content : mapping
        All that the figure shows, but for what lies beside rows.
    """

    by: str
    path: Path
    content: Mapping[str, Any]

    @property
    def files(self) -> list[Path]:
        """One for each of ``ENDINGS``."""
        return [self.path.with_name(self.path.name + ending) for ending in ENDINGS]

    def mark(self) -> str | None:
        """Hash of what is shown and of what draws it; None of content that has no plain form."""
        try:
            content = json.dumps(self.content, default=_plain, sort_keys=True)
        except TypeError:
            return None
        return hashlib.sha256(f"{_hand()} {self.by} {content}".encode()).hexdigest()

    def is_there(self) -> bool:
        """Whether its files show what they should."""
        mark = self.mark()
        return mark is not None and all(f.is_file() and mark.encode() in f.read_bytes() for f in self.files)

    def draw(self) -> list[Path]:
        """Draw it in this process."""
        module, name = self.by.split(".")
        function = getattr(import_module(f"bayes_enues.plots.{module}"), name)
        with _marked(self.mark()):
            return function(path=self.path, **self.content)


def of_limits(limits: Iterable[Limit], folder: Path, own: Sequence[Published] = ()) -> Iterator[Drawing]:
    """A figure a model, of the limits whose draws were kept, with a user's published ones."""
    for model, mine in grouped((one for one in limits if one.file is not None), "model").items():
        yield Drawing("limits.limits_figure", folder / f"limits_{model}", {"limits": mine, "own": own})


def drawn(drawings: Iterable[Drawing]) -> list[Path]:
    """The files of figures; what is not there is drawn, by the processes of rows where these are left."""
    drawings = list(drawings)
    waiting = [second.submit(one.draw) for one in drawings if not one.is_there()]
    for wait in waiting:
        wait()
    return [file for one in drawings for file in one.files if file.is_file()]


def mark_now() -> str | None:
    """What to write into the figure that is being drawn, for the next time."""
    return _MARKS[-1] if _MARKS else None


@contextmanager
def _marked(mark: str | None) -> Iterator[None]:
    if mark is not None:
        _MARKS.append(mark)
    try:
        yield
    finally:
        _MARKS.clear()


@cache
def _hand() -> str:
    """Hash of the sources that draw, and of all else that figures show: formulas and packaged data."""
    package = find_spec("bayes_enues")
    home = Path(*((package and package.submodule_search_locations) or ["."])) / "plots"
    digest = hashlib.sha256(source_hash().encode())
    for folder in (home, packaged()):
        for path in sorted(path for path in Path(str(folder)).rglob("*") if path.suffix != ".pyc"):
            digest.update(str(path.relative_to(str(folder))).encode())
            if path.is_file():
                digest.update(path.read_bytes())
    return digest.hexdigest()


def _plain(value: Any) -> Any:
    """What JSON writes of a row, an array, a path, or a record of such."""
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Path):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: getattr(value, f.name) for f in fields(value)}
    raise TypeError(type(value))
