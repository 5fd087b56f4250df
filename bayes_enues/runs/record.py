"""What an analysis from a file was made with and what it made, kept beside its results as ``*.run.json``."""

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ..results import Provenance
from .files import write_text
from .provenance import changes_since, provenance

__all__ = ["changes", "made_with", "write_record"]


def made_with(file: Path, steps: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What decides the results: the file, the commands that it stands for, code, tables, versions."""
    return {
        "schema": "bayes_enues/run/1",
        "file": file.name,
        "sha256": _hash(file),
        "steps": list(steps),
        "python": platform.python_version(),
        "bayes_enues": version("bayes-enues"),
        "provenance": provenance({}).to_dict(),
    }


def changes(record: Path, now: Mapping[str, Any]) -> list[str]:
    """What is another since the file ran last, in one line."""
    try:
        before = json.loads(record.read_text("utf-8"))
        words = changes_since(Provenance.from_dict(before.get("provenance")))
        words += ["the file"] if before["sha256"] != now["sha256"] else []
    except (OSError, ValueError, KeyError, TypeError):  # none, or none that can be read
        return []
    more = f" and {len(words) - 4} more" if len(words) > 4 else ""
    return [f"since the last run, other: {', '.join(words[:4])}{more}"] if words else []


def write_record(record: Path, now: Mapping[str, Any]) -> None:
    """Write it, with the hash of each JSON file of results beside it, but for rows."""
    files = [p for p in sorted(record.parent.rglob("*.json")) if "rows" not in p.parts and p != record]
    written = {"written": {p.relative_to(record.parent).as_posix(): _hash(p) for p in files}}
    write_text(record, json.dumps({**now, **written}, indent=1) + "\n")


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
