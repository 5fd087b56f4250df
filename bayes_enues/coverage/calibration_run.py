"""Running simulation-based calibration: simulations to workers, a row for each model as it finishes."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..rows import RowSpec, model_of
from .calibration import PROBABILITY, Simulations, judge, quantities_of, simulate, simulations_of
from .parallel import Opener, completed
from .run_folder import RunFolder

__all__ = ["calibration_folder", "run_calibration"]


def calibration_folder(path: str | Path, seed: int) -> RunFolder:
    """The folder of ``calibration.json``; see :class:`RunFolder`."""
    return RunFolder(path, "calibration.json", {"seed": seed})


def run_calibration(
    specs: Sequence[RowSpec],
    simulations: int,
    folder: RunFolder,
    opener: Opener | None = None,
    progress: Callable[[int, str], None] | None = None,
) -> tuple[list[dict[str, Any]], list[np.ndarray]]:
    """Simulate what a folder does not hold yet, and judge the sampler of each model.

    Parameters
    ----------
    specs : sequence of RowSpec
        Their seed is the simulations'.
    simulations : int
        Of each model.
    folder : RunFolder
        From :func:`calibration_folder`.
    opener : callable, optional
        From :func:`bayes_enues.coverage.parallel.executors`.
    progress : callable, optional
        Told how many chunks are done, and in words what is going on.

    Returns
    -------
    rows : list of dict
        Rows of ``calibration.json``.
    ranks : list of (n, n_quantities)
    """
    tell = progress or (lambda done, words: None)
    chunks = [chunk for spec in specs for chunk in simulations_of(spec, simulations)]
    names = {spec: quantities_of(model_of(spec)) for spec in specs}

    def path(chunk: Simulations) -> Path:
        return folder.chunk(chunk.spec, chunk.spec.fingerprint(), chunk.first, chunk.last)

    found: dict[Simulations, np.ndarray] = {}
    for chunk in chunks:
        results = folder.find(path(chunk), (chunk.last - chunk.first, len(names[chunk.spec]) + 1))
        if results is not None:
            found[chunk] = results
    tell(len(found), "compiling")
    missing = [chunk for chunk in chunks if chunk not in found]
    rows, ranks = {}, {}

    def finish(spec: RowSpec) -> None:
        mine = [chunk for chunk in chunks if chunk.spec == spec]
        if spec in rows or not all(chunk in found for chunk in mine):
            return
        table = np.concatenate([found[chunk] for chunk in mine])
        ranks[spec] = table[:, :-1]
        verdict = judge(ranks[spec], names[spec])
        key = {"model": spec.model, "parameter": spec.parameter, "experiment": spec.experiment}
        rows[spec] = {
            **key,
            "simulations": len(table),
            "divergences": int(table[:, -1].sum()),
            "probability": PROBABILITY,
            **verdict,
        }
        folder.put(key, rows=[rows[spec]])

    for spec in specs:
        finish(spec)
    for done, (chunk, results) in enumerate(completed(opener, simulate, missing), start=len(found) + 1):
        folder.keep(path(chunk), results)
        found[chunk] = results
        tell(done, f"{chunk.spec.model} {chunk.spec.parameter} from {chunk.spec.experiment}")
        finish(chunk.spec)
    return [rows[spec] for spec in specs], [ranks[spec] for spec in specs]
