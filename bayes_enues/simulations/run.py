"""Running coverage jobs: chunks of toys to workers, rows to a folder as they finish."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ..fit import profile_likelihood
from ..results import CoverageRow
from ..runs.rows import interaction_named, model_of
from .fast_fits import COLUMNS
from .feldman_cousins import feldman_cousins, inputs_of, p_value
from .jobs import Chunk, CoverageJob, analyse, chunks_of, coverage_row, describe
from .parallel import Opener, completed
from .run_folder import RunFolder

__all__ = ["coverage_folder", "run_coverage"]

SECONDS_BETWEEN_WRITES = 15


def coverage_folder(path: str | Path, model: str, seed: int, kind: str, level: float) -> RunFolder:
    """The folder of ``coverage.json``: rows, and limits of Feldman and Cousins; see :class:`RunFolder`."""
    identity = {"model": model, "seed": seed, "kind": kind, "level": level}
    return RunFolder(path, "coverage.json", identity, ("parameter", "experiment"), ("rows", "limits"))


def _path(folder: RunFolder, chunk: Chunk) -> Path:
    return folder.chunk(chunk.job.spec, chunk.job.fingerprint(), chunk.i_true, chunk.first, chunk.last)


def _find(folder: RunFolder, chunk: Chunk) -> np.ndarray | None:
    return folder.find(_path(folder, chunk), (chunk.last - chunk.first, len(COLUMNS)))


def run_coverage(
    jobs: Sequence[CoverageJob],
    toys: int,
    folder: RunFolder,
    opener: Opener | None = None,
    progress: Callable[[int, str], None] | None = None,
) -> list[dict[str, Any]]:
    """Throw the toys that a folder does not hold yet, and say how often each bound held.

    Parameters
    ----------
    jobs : sequence of CoverageJob
    toys : int
        At each true value.
    folder : RunFolder
        From :func:`coverage_folder`.
    opener : callable, optional
        From :func:`.parallel.executors`; by default everything happens in this process.
    progress : callable, optional
        Told how many chunks are done, and in words what is going on.

    Returns
    -------
    list of dict
        The rows of ``coverage.json``, in order of jobs and true values.
    """
    tell = progress or (lambda done, words: None)
    chunks = [chunk for job in jobs for chunk in chunks_of(job, toys)]
    known = {c: results for c in chunks if (results := _find(folder, c)) is not None}
    tell(len(known), f"{len(known)} chunks were there" if known else "compiling")
    ledgers = {job: _Ledger(job, chunks) for job in jobs}
    for chunk, results in known.items():
        ledgers[chunk.job].add(chunk, results)
    for job in jobs:
        if ledgers[job].complete:
            ledgers[job].write(folder)
    written = time.monotonic()
    missing = [c for c in chunks if c not in known]
    for done, (chunk, results) in enumerate(completed(opener, analyse, missing), start=len(known) + 1):
        folder.keep(_path(folder, chunk), results)
        ledger = ledgers[chunk.job]
        ledger.add(chunk, results)
        tell(done, f"{chunk.job.spec.parameter} from {chunk.job.spec.experiment}")
        if ledger.complete or time.monotonic() - written > SECONDS_BETWEEN_WRITES:
            ledger.write(folder)
            written = time.monotonic()
    return [row.to_row() for job in jobs for row in ledgers[job].rows()]


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

    def rows(self) -> list[CoverageRow]:
        job, signed = self.job, interaction_named(self.job.spec.model).signed
        rows = []
        for i, value in enumerate(job.true_values):
            toys = self.toys(i)
            if len(toys):
                rows.append(
                    CoverageRow(
                        **describe(job),
                        toy_kind=job.kind,
                        level=job.spec.level,
                        true_value=value,
                        **coverage_row(toys, job.spec.level, signed),
                        delta_chi2_observed=float(self.observed[i]),
                        p_value=p_value(toys[:, COLUMNS.index("delta_chi2")], self.observed[i]),
                        complete=self.complete,
                    )
                )
        return rows

    def write(self, folder: RunFolder) -> None:
        """Put rows into the folder, and the limit of Feldman and Cousins once all toys are there."""
        rows, spec = self.rows(), self.job.spec
        limits = []
        if self.complete and len(rows) > 1 and all(row.critical_value is not None for row in rows):
            table = [(row.true_value, row.critical_value, row.critical_value_error) for row in rows]
            at = interaction_named(spec.model).standard_model_value(spec.parameter)
            near = [row for row in rows if abs(row.true_value - at) <= 2e-3 * abs(at)]
            standard = near[0].p_value if near else None
            limits = [
                replace(
                    feldman_cousins(self.model, *zip(*table, strict=True), spec.level),
                    **describe(self.job),
                    toy_kind=self.job.kind,
                    toys=min(row.toys for row in rows),
                    failed=sum(row.failed for row in rows),
                    standard_model_p_value=standard,
                    inputs=inputs_of(spec),
                ).to_dict()
            ]
        key = {"parameter": spec.parameter, "experiment": spec.experiment}
        folder.put(key, rows=[row.to_row() for row in rows], limits=limits)
