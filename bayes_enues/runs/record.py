"""What an analysis from a file was made with and what it made, kept beside its results as ``*.run.json``."""

import hashlib
import json
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path

from ..results import Provenance, Result
from .files import write_text
from .provenance import changes_since, provenance
from .store import schema_name


@dataclass(frozen=True)
class RunStep:
    """A table of the file: its name, its command, and what would be typed after that."""

    table: str
    command: str
    arguments: tuple[str, ...]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class RunRecord(Result):
    """What decides the results of a file, and what it made.

    Attributes
    ----------
    file, sha256 : str
        Name and hash of the file.
    steps : tuple of RunStep
    python, bayes_enues : str
        Versions.
    provenance : Provenance
        Hashes of code and of shared tables, versions of what computes.
    written : dict
        Each file of results in JSON, but for rows, to its SHA-256.
    """

    file: str
    sha256: str
    steps: tuple[RunStep, ...]
    python: str
    bayes_enues: str
    provenance: Provenance
    written: dict[str, str] = field(default_factory=dict)


def made_with(file: Path, steps: Sequence[RunStep]) -> RunRecord:
    """What decides the results: the file, the commands that it stands for, code, tables, versions."""
    return RunRecord(
        file=file.name,
        sha256=_hash(file),
        steps=tuple(steps),
        python=platform.python_version(),
        bayes_enues=version("bayes-enues"),
        provenance=provenance({}),
    )


def changes(record: Path, now: RunRecord) -> list[str]:
    """What is another since the file ran last, in one line."""
    try:
        before = json.loads(record.read_text("utf-8"))
        words = changes_since(Provenance.from_dict(before.get("provenance")))
        words += ["the file"] if before["sha256"] != now.sha256 else []
    except (OSError, ValueError, KeyError, TypeError):  # none, or none that can be read
        return []
    more = f" and {len(words) - 4} more" if len(words) > 4 else ""
    return [f"since the last run, other: {', '.join(words[:4])}{more}"] if words else []


def write_record(record: Path, now: RunRecord) -> None:
    """Write it, with the hash of each JSON file of results beside it, but for rows."""
    files = [p for p in sorted(record.parent.rglob("*.json")) if "rows" not in p.parts and p != record]
    written = {p.relative_to(record.parent).as_posix(): _hash(p) for p in files}
    content = {"schema": schema_name("run"), **replace(now, written=written).to_dict()}
    write_text(record, json.dumps(content, indent=1) + "\n")


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
