"""Running coverage jobs: chunks of toys to workers, rows and limits to a folder."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ...fit import profile_likelihood
from ...interactions.named import interaction_named
from ...results import CoverageRow, there
from ...runs.rows import model_of
from ...runs.runner import run
from ...runs.store import ResultsFolder, fingerprint
from .attached import inputs_of
from .fast_fits import COLUMNS
from .feldman_cousins import feldman_cousins, p_value
from .jobs import Chunk, CoverageJob, chunks_of, coverage_row, describe


def coverage_folder(path: str | Path, model: str, seed: int, kind: str, level: float) -> ResultsFolder:
    """The folder of ``coverage.json``: rows and limits of Feldman and Cousins; those of a job go together."""
    lists = ("rows", "limits")
    return ResultsFolder(path, "coverage.json", level, lists, model=model, seed=seed, kind=kind)


def run_coverage(
    jobs: Sequence[CoverageJob],
    toys: int,
    folder: ResultsFolder,
    workers: int | None = 1,
    scheduler: str | None = None,
    progress: Callable[[int, str], None] | None = None,
) -> list[CoverageRow]:
    """Throw the toys that a folder does not hold yet, and say how often each bound held.

    Parameters
    ----------
    jobs : sequence of CoverageJob
    toys : int
        At each true value.
    folder : ResultsFolder
        From :func:`coverage_folder`; the toys lie there too.
    workers, scheduler
        Who computes; see :func:`bayes_enues.runs.runner.run`.
    progress : callable, optional
        Told how many chunks are done, and in words what is going on.

    Returns
    -------
    list of CoverageRow
        In order of jobs and true values.
    """
    chunks = {job: chunks_of(job, toys) for job in jobs}
    thrown = ResultsFolder(folder.path, "toys", lists=())
    try:
        run([c for mine in chunks.values() for c in mine], thrown, False, progress, True, workers, scheduler)
    finally:  # also what an interruption leaves
        stored = [row for job in jobs if (row := _summed_up(job, chunks[job], thrown)) is not None]
        folder.write_all(stored)
        folder.messages += thrown.messages
    return [CoverageRow.from_dict(row) for job in stored for row in job["rows"]]


def _summed_up(job: CoverageJob, chunks: Sequence[Chunk], thrown: ResultsFolder) -> dict[str, Any] | None:
    """What is known of a job so far, as it is stored; None if that is nothing."""
    found = {chunk: row for chunk in chunks if (row := thrown.find(chunk.fingerprint())) is not None}
    if not found:
        return None
    spec, complete, kind = job.spec, len(found) == len(chunks), interaction_named(job.spec.model)
    model = model_of(spec)
    observed = there(profile_likelihood(model, level=spec.level, values=job.true_values).delta_chi2)
    rows = []
    for i, value in enumerate(job.true_values):
        mine = [thrown.array(row) for chunk, row in found.items() if chunk.i_true == i]  # in the toys' order
        if mine:
            toys = np.concatenate(mine)
            rows.append(
                CoverageRow(
                    **describe(job),
                    toy_kind=job.kind,
                    level=spec.level,
                    true_value=value,
                    **coverage_row(toys, spec.level, kind.signed, kind.power),
                    delta_chi2_observed=float(observed[i]),
                    p_value=p_value(toys[:, COLUMNS.index("delta_chi2")], observed[i]),
                    complete=complete,
                )
            )
    limits = []
    if complete and len(rows) > 1 and all(row.critical_value is not None for row in rows):
        values, critical, errors = zip(
            *((row.true_value, row.critical_value, row.critical_value_error) for row in rows), strict=True
        )
        at = kind.standard_model_value(spec.parameter)
        near = [row for row in rows if abs(row.true_value - at) <= 2e-3 * abs(at)]
        limits = [
            replace(
                feldman_cousins(model, values, critical, errors, spec.level),
                **describe(job),
                toy_kind=job.kind,
                toys=min(row.toys for row in rows),
                failed=sum(row.failed for row in rows),
                standard_model_p_value=near[0].p_value if near else None,
                inputs=inputs_of(spec),
            )
        ]
    return {
        **describe(job),
        "kind": job.kind,
        "level": spec.level,
        "seed": spec.seed,
        "rows": [row.to_row() for row in rows],
        "limits": [limit.to_dict() for limit in limits],
        "fingerprint": fingerprint({"coverage": spec.fingerprint(), "points": job.points, "kind": job.kind}),
        "question": fingerprint({"coverage": spec.question(), "kind": job.kind}),
        "provenance": spec.provenance().to_dict(),
    }
