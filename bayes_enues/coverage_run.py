"""Running coverage jobs: chunks to workers, results to a folder that an interruption cannot spoil.

``coverage.json`` holds the rows, ``chunks/`` the toys themselves. A chunk is a NumPy file, there whole or not
at all; its folder's name holds the hash of everything that decides its numbers, so that chunks of other
inputs or versions are never mixed in, and more toys only add to those that exist.
"""

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .coverage import Chunk, CoverageJob, analyse, chunks_of, coverage_row, describe
from .fast_fits import COLUMNS
from .feldman_cousins import feldman_cousins, inputs_of, p_value
from .parallel import Opener, completed
from .profile import profile_likelihood
from .results import _Whole, check_writable, slug, write_text
from .rows import interaction_named, model_of

__all__ = ["CoverageFolder", "run_coverage"]

SECONDS_BETWEEN_WRITES = 15


class CoverageFolder:
    """Chunks and rows of one model, seed, kind of toys and level.

    Parameters
    ----------
    path : path
        Made if it does not exist.
    identity : dict
        ``model``, ``fixed``, ``seed``, ``kind`` and ``level``: what all rows of a folder share.

    Raises
    ------
    ValueError
        If the folder cannot be written to, or holds results of another identity; nothing is overwritten.
    """

    def __init__(self, path: str | Path, identity: dict[str, Any]):
        self.path, self.identity = Path(path), identity
        self.file = self.path / "coverage.json"
        check_writable(self.path)
        self.rows: list[dict[str, Any]] = []
        self.limits: list[dict[str, Any]] = []
        if self.file.exists():
            self._read()
        self.save()

    def _read(self) -> None:
        try:
            content = json.loads(self.file.read_text(encoding="utf-8"))
            theirs = {key: content[key] for key in self.identity}
            self.rows, self.limits = list(content["rows"]), list(content["limits"])
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(
                f"{self.file} cannot be read ({error}); move it away, or choose another --out"
            ) from None
        for key, ours in json.loads(json.dumps(self.identity)).items():
            if theirs[key] != ours:
                raise ValueError(
                    f"{self.file} holds results of {key} {theirs[key]}, not {ours}; choose another --out"
                )

    def _chunk(self, chunk: Chunk) -> Path:
        job = chunk.job
        name = f"{slug(job.spec.parameter)}_{slug(job.spec.experiment)}_{job.fingerprint()[:12]}"
        return self.path / "chunks" / name / f"{chunk.i_true:03d}_{chunk.first:07d}_{chunk.last:07d}.npy"

    def find(self, chunk: Chunk) -> np.ndarray | None:
        """The toys of a chunk if they are there and whole."""
        path = self._chunk(chunk)
        try:
            results = np.load(path, allow_pickle=False)
        except (OSError, ValueError, EOFError):
            return None
        return results if results.shape == (chunk.last - chunk.first, len(COLUMNS)) else None

    def keep(self, chunk: Chunk, results: np.ndarray) -> None:
        """Write the toys of a chunk."""
        path = self._chunk(chunk)
        path.parent.mkdir(parents=True, exist_ok=True)
        with _Whole(path) as partial, open(partial, "wb") as file:
            np.save(file, results)

    def put(self, rows: Sequence[dict[str, Any]], limit: dict[str, Any] | None = None) -> None:
        """Replace the rows of one parameter and experiment, and its limit, and save."""

        def other(entry):
            return any(entry[key] != rows[0][key] for key in ("parameter", "experiment"))

        self.rows = [row for row in self.rows if other(row)] + list(rows)
        self.limits = [entry for entry in self.limits if other(entry)] + ([limit] if limit else [])
        self.save()

    def save(self) -> None:
        """Write ``coverage.json``."""
        content = {**self.identity, "rows": self.rows, "limits": self.limits}
        write_text(self.file, json.dumps(content, indent=1) + "\n")


def run_coverage(
    jobs: Sequence[CoverageJob],
    toys: int,
    folder: CoverageFolder,
    opener: Opener | None = None,
    progress: Callable[[int, str], None] | None = None,
) -> list[dict[str, Any]]:
    """Throw the toys that a folder does not hold yet, and say how often each bound held.

    Parameters
    ----------
    jobs : sequence of CoverageJob
    toys : int
        At each true value.
    folder : CoverageFolder
    opener : callable, optional
        From :func:`bayes_enues.parallel.executors`; by default everything happens in this process.
    progress : callable, optional
        Told how many chunks are done, and in words what is going on.

    Returns
    -------
    list of dict
        The rows of ``coverage.json``, in order of jobs and true values.
    """
    tell = progress or (lambda done, words: None)
    chunks = [chunk for job in jobs for chunk in chunks_of(job, toys)]
    known = {c: results for c in chunks if (results := folder.find(c)) is not None}
    tell(len(known), f"{len(known)} chunks were there" if known else "compiling")
    ledgers = {job: _Ledger(job, chunks) for job in jobs}
    for chunk, results in known.items():
        ledgers[chunk.job].add(chunk, results)
    for job in jobs:
        if ledgers[job].complete:
            folder.put(*ledgers[job].summary())
    written = time.monotonic()
    missing = [c for c in chunks if c not in known]
    for done, (chunk, results) in enumerate(completed(opener, analyse, missing), start=len(known) + 1):
        folder.keep(chunk, results)
        ledger = ledgers[chunk.job]
        ledger.add(chunk, results)
        tell(done, f"{chunk.job.spec.parameter} from {chunk.job.spec.experiment}")
        if ledger.complete or time.monotonic() - written > SECONDS_BETWEEN_WRITES:
            folder.put(*ledger.summary())
            written = time.monotonic()
    return [row for job in jobs for row in ledgers[job].rows()]


class _Ledger:
    """What is known of a job so far."""

    def __init__(self, job: CoverageJob, chunks: Sequence[Chunk]):
        self.job = job
        self.waiting = {c for c in chunks if c.job == job}
        self.results: dict[Chunk, np.ndarray] = {}
        self.model = model_of(job.spec)
        profile = profile_likelihood(self.model, level=job.spec.level, values=job.true_values)
        self.observed = profile.delta_chi2

    @property
    def complete(self) -> bool:
        return not self.waiting

    def add(self, chunk: Chunk, results: np.ndarray) -> None:
        self.waiting.discard(chunk)
        self.results[chunk] = results

    def toys(self, i_true: int) -> np.ndarray:
        """Results at one true value in the order of the toys, whoever finished first."""
        mine = sorted((c for c in self.results if c.i_true == i_true), key=lambda c: c.first)
        return np.concatenate([self.results[c] for c in mine] or [np.empty((0, len(COLUMNS)))])

    def rows(self) -> list[dict[str, Any]]:
        job, signed = self.job, interaction_named(self.job.spec.model).signed
        rows = []
        for i, value in enumerate(job.true_values):
            toys = self.toys(i)
            if len(toys):
                rows.append(
                    {
                        **describe(job),
                        "kind": job.kind,
                        "level": job.spec.level,
                        "true_value": value,
                        **coverage_row(toys, job.spec.level, signed),
                        "delta_chi2_observed": float(self.observed[i]),
                        "p_value": p_value(toys[:, COLUMNS.index("delta_chi2")], self.observed[i]),
                        "complete": self.complete,
                    }
                )
        return rows

    def summary(self) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
        """Rows, and the limit of Feldman and Cousins once all toys are there."""
        rows, spec = self.rows(), self.job.spec
        if not self.complete or len(rows) < 2 or any(row["critical_value"] is None for row in rows):
            return rows, None
        columns = [[r[k] for r in rows] for k in ("true_value", "critical_value", "critical_value_error")]
        limit = feldman_cousins(self.model, *columns, spec.level)
        standard = next((r["p_value"] for r in rows if r["true_value"] == 0), None)
        return rows, {
            **describe(self.job),
            "kind": self.job.kind,
            **limit,
            "toys": min(row["toys"] for row in rows),
            "failed": sum(row["failed"] for row in rows),
            "standard_model_p_value": standard,
            "inputs": inputs_of(spec),
        }
