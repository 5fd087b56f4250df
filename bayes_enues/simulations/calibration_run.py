"""Running simulation-based calibration: simulations to workers, a row for each model as it finishes."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..mediators.planes import MassPlaneSpec
from ..planes.rows import RegionSpec
from ..results import CalibrationRow, RankTest
from ..runs.rows import RowSpec
from .calibration import (
    PROBABILITY,
    STATES,
    Asked,
    Simulations,
    judge,
    quantities_of,
    simulate,
    simulations_of,
)
from .parallel import Opener, completed
from .run_folder import RunFolder

__all__ = ["calibration_folder", "every_shape", "run_calibration"]

EXPERIMENTS = ("xenonnt_sr0", "lz_ws2022", "lz_ws2022+xenonnt_sr0")
PRIORS = ("flat_strength", "halfnormal(5)", "loguniform(0.1)", "jeffreys")
#: Where a light vector would be seen without drowning everything: truths are drawn from the prior, and over
#: the default ranges most of them would make millions of counts.
SEEN_MASSES, SEEN_COUPLINGS = (1.0, 1e3), (3e-8, 1e-6)

KEYS = ("model", "parameter", "experiment", "prior")  # of a row


def calibration_folder(path: str | Path, seed: int) -> RunFolder:
    """The folder of ``calibration.json``; see :class:`RunFolder`."""
    return RunFolder(path, "calibration.json", {"seed": seed}, KEYS)


def every_shape(experiments: Sequence[str] = EXPERIMENTS, seed: int = 20220811) -> list[Asked]:
    """One row of each kind of model that this package compiles; all others differ in numbers only.

    A non-negative parameter whose square counts (moments, mediators of a given mass), a signed one (radii,
    charges, anapoles), two of either kind, the three Lambda_i, mass and coupling together; of each
    experiment. Then the named priors, each with the first experiment.

    Parameters
    ----------
    experiments : sequence of str
        Names, joint fits joined by a plus.
    seed : int
    """
    pair = ("nu_e", "nu_mu")
    found: list[Asked] = []
    for name in experiments:
        found += [
            RowSpec("magnetic_moment", "nu_e", name, seed=seed),
            RowSpec("charge_radius", "nu_e", name, seed=seed),
            RegionSpec("magnetic_moment", pair, name, seed=seed),
            RegionSpec("charge_radius", pair, name, seed=seed),
            RegionSpec("transition_magnetic_moment", ("lambda_1", "lambda_2"), name, seed=seed),
            MassPlaneSpec("light_vector", name, seed=seed, masses=SEEN_MASSES, couplings=SEEN_COUPLINGS),
        ]
    found += [RowSpec("magnetic_moment", "nu_e", experiments[0], prior=text, seed=seed) for text in PRIORS]
    return found


def run_calibration(
    specs: Sequence[Asked],
    simulations: int,
    folder: RunFolder,
    opener: Opener | None = None,
    progress: Callable[[int, str], None] | None = None,
) -> tuple[list[dict[str, Any]], list[np.ndarray]]:
    """Simulate what a folder does not hold yet, and judge the sampler of each model.

    Parameters
    ----------
    specs : sequence
        Rows of any table that have a model: a ``RowSpec``, a plane. Their seed is the
        simulations'.
    simulations : int
        Of each model.
    folder : RunFolder
        From :func:`calibration_folder`.
    opener : callable, optional
        From :func:`bayes_enues.simulations.parallel.executors`.
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
    names = {spec: quantities_of(spec.build()) for spec in specs}

    def path(chunk: Simulations) -> Path:
        return folder.chunk(chunk.spec, chunk.spec.fingerprint(), chunk.first, chunk.last)

    found: dict[Simulations, np.ndarray] = {}
    for chunk in chunks:
        results = folder.find(path(chunk), (chunk.last - chunk.first, len(names[chunk.spec]) + len(STATES)))
        if results is not None:
            found[chunk] = results
    tell(len(found), "compiling")
    missing = [chunk for chunk in chunks if chunk not in found]
    rows, ranks = {}, {}

    def finish(spec: Asked) -> None:
        mine = [chunk for chunk in chunks if chunk.spec == spec]
        if spec in rows or not all(chunk in found for chunk in mine):
            return
        table = np.concatenate([found[chunk] for chunk in mine])
        ranks[spec] = table[:, : -len(STATES)]
        converged, by_smc, divergences = table[:, -len(STATES) :].sum(axis=0).astype(int).tolist()
        verdict = judge(ranks[spec], names[spec])
        values = (spec.model, spec.parameter, spec.experiment, spec.prior or "flat")
        key = dict(zip(KEYS, values, strict=True))
        row = CalibrationRow(
            **key,
            simulations=len(table),
            not_converged=len(table) - converged,
            by_smc=by_smc,
            divergences=divergences,
            probability=PROBABILITY,
            passed=verdict["passed"],
            quantities={name: RankTest(**test) for name, test in verdict["quantities"].items()},
        )
        rows[spec] = row.to_row()
        folder.put(key, rows=[rows[spec]])

    for spec in specs:
        finish(spec)
    for done, (chunk, results) in enumerate(completed(opener, simulate, missing), start=len(found) + 1):
        folder.keep(path(chunk), results)
        found[chunk] = results
        tell(done, f"{chunk.spec.model} {chunk.spec.parameter} from {chunk.spec.experiment}")
        finish(chunk.spec)
    return [rows[spec] for spec in specs], [ranks[spec] for spec in specs]
