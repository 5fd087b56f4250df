"""Running simulation-based calibration: simulations to workers, a row for each model as it finishes."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...interactions.named import interaction_named
from ...results import CalibrationRow
from ...runs.rows import RowSpec
from ...runs.runner import run
from ...runs.store import ResultsFolder, fingerprint
from ..mediators.planes import MassPlaneSpec
from ..planes.rows import RegionSpec
from .calibration import PROBABILITY, STATES, Modelled, judge, quantities_of, simulations_of

EXPERIMENTS = ("xenonnt_sr0", "lz_ws2022", "lz_ws2022+xenonnt_sr0")
PRIORS = ("flat_strength", "halfnormal(5)", "loguniform(0.1)", "jeffreys")
#: Where a light vector would be seen without drowning everything: truths are drawn from the prior, and over
#: the default ranges most of them would make millions of counts.
SEEN_MASSES, SEEN_COUPLINGS = (1.0, 1e3), (3e-8, 1e-6)


def calibration_folder(path: str | Path, seed: int) -> ResultsFolder:
    """The folder of ``calibration.json``."""
    return ResultsFolder(path, "calibration.json", seed=seed)


def every_shape(experiments: Sequence[str] = EXPERIMENTS, seed: int = 20220811) -> list[Modelled]:
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
    found: list[Modelled] = []
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
    specs: Sequence[Modelled],
    simulations: int,
    folder: ResultsFolder,
    workers: int | None = 1,
    scheduler: str | None = None,
    progress: Callable[[int, str], None] | None = None,
) -> tuple[list[CalibrationRow], list[np.ndarray]]:
    """Simulate what a folder does not hold yet, and judge the sampler of each model.

    Parameters
    ----------
    specs : sequence of Modelled
        Rows of any table that have a model: a ``RowSpec``, a plane. Their seed is the simulations'.
    simulations : int
        Of each model.
    folder : ResultsFolder
        From :func:`calibration_folder`; the simulations lie there too.
    workers, scheduler
        Who computes; see :func:`bayes_enues.runs.runner.run`.
    progress : callable, optional
        Told how many chunks are done, and in words what is going on.

    Returns
    -------
    rows : list of CalibrationRow
    ranks : list of (n, n_quantities)
    """
    chunks = {spec: simulations_of(spec, simulations) for spec in specs}
    kept = ResultsFolder(folder.path, "simulations", lists=())
    rows, ranks = [], []
    try:
        run([c for mine in chunks.values() for c in mine], kept, False, progress, True, workers, scheduler)
    finally:  # also what an interruption leaves
        for spec, mine in chunks.items():
            found = [row for chunk in mine if (row := kept.find(chunk.fingerprint()))]
            if len(found) == len(mine):
                table = np.concatenate([kept.array(row) for row in found])
                ranks.append(table[:, : -len(STATES)])
                rows.append(CalibrationRow.from_dict(folder.write(_judged(spec, table))))
        folder.save(row.fingerprint or "" for row in rows)
        folder.messages += kept.messages
    return rows, ranks


def _judged(spec: Modelled, table: np.ndarray) -> dict[str, Any]:
    """The row of a model as it is stored, from its ranks and states."""
    converged, by_smc, divergences = table[:, -len(STATES) :].sum(axis=0).astype(int).tolist()
    verdict = judge(table[:, : -len(STATES)], quantities_of(spec.build()))
    row = CalibrationRow(
        model=interaction_named(spec.model).name,
        parameter=spec.parameter,
        experiment=spec.row.experiment_name,
        prior=str(spec.prior or "flat"),
        simulations=len(table),
        not_converged=len(table) - converged,
        by_smc=by_smc,
        divergences=divergences,
        probability=PROBABILITY,
        passed=verdict.passed,
        quantities=verdict.quantities,
        fingerprint=fingerprint({"calibration": spec.fingerprint()}),
        seed=spec.row.seed,
        provenance=spec.provenance(),
    )
    return {**row.to_row(), "question": fingerprint({"calibration": spec.question()})}
