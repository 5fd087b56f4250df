"""Figures of a folder of limits that need not be drawn again: each file says what it shows."""

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from ..results import Limit, Published, grouped


def figures_of(limits: Sequence[Limit]) -> dict[str, list[Limit]]:
    """What each figure shows, by model: limits whose draws were kept."""
    return grouped((one for one in limits if one.file is not None), "model")


@cache
def _hand() -> str:
    """Hash of the sources that draw."""
    package = find_spec("bayes_enues")
    home = Path(*((package and package.submodule_search_locations) or ["."])) / "plots"
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(home.glob("*.py")))).hexdigest()


def mark_of(limits: Sequence[Limit], own: Sequence[Published] = ()) -> str:
    """Hash of the limits that a figure shows, a user's among them, and of the sources that draw it."""
    shown = [one.to_dict() for one in (*limits, *own)]
    return hashlib.sha256(f"{_hand()} {shown}".encode()).hexdigest()


def to_be_drawn(limits: Sequence[Limit], folder: Path, own: Sequence[Published] = ()) -> list[Limit]:
    """Those whose figures are not there, or show something else."""

    def there(path: Path, mark: str) -> bool:
        return path.is_file() and mark.encode() in path.read_bytes()

    return [
        limit
        for model, mine in figures_of(limits).items()
        if not all(there(folder / f"limits_{model}{end}", mark_of(mine, own)) for end in (".pdf", ".png"))
        for limit in mine
    ]
