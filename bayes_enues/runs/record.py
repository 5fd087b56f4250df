"""What ``bayes-enues run`` writes beside its results: the steps that it took, and what they rest on."""

from dataclasses import dataclass, field
from pathlib import Path

from ..results import Provenance, Result

__all__ = ["RunRecord", "Step"]


@dataclass(frozen=True)
class Step:
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
    steps : tuple of Step
    python, bayes_enues : str
        Versions.
    provenance : Provenance
        Hashes of code and of shared tables, versions of what computes.
    written : dict
        Each file of results in JSON, but for rows, to its SHA-256.
    """

    file: str
    sha256: str
    steps: tuple[Step, ...]
    python: str
    bayes_enues: str
    provenance: Provenance
    written: dict[str, str] = field(default_factory=dict)

    @staticmethod
    def beside(out: Path, file: Path) -> Path:
        """Where it lies, for a file and its folder of results."""
        return out / f"{file.stem}.run.json"
