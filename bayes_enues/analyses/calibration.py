"""Whether the sampler is right: what ``bayes-enues calibrate`` computes, writes and shows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.text import Text

from ..compiled.feedback import feedback
from ..errors import InputError
from ..results import CalibrationRow
from ..runs.figures import Drawing
from ..runs.files import slug
from ..runs.options import Models, Names, fixed_by, listed, rows_of_a_table
from ..statistics import SEED
from ..studies.planes.rows import plan_regions
from .shown import BAD, Shown
from .table import ResultTable

if TYPE_CHECKING:
    from ..studies.simulations.calibration import Modelled

NUMBERS = ("simulations", "by_smc", "not_converged", "divergences")


@dataclass(frozen=True, eq=False, repr=False)
class CalibrationTable(ResultTable[CalibrationRow]):
    """Whether all ranks of each model are uniform, as ``calibration.json`` holds it.

    Attributes
    ----------
    ranks : tuple of (n, n_quantities)
        Of each row; none of a table that was read back.
    """

    kind = "calibration"
    ranks: tuple[np.ndarray, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether the sampler of every model passed."""
        return all(row.passed for row in self.rows)

    def _figures(self) -> Iterable[Drawing]:
        if len(self.ranks) != len(self.rows):
            raise InputError(
                "the figure needs all ranks, which calibrate() finds in the folder without simulating again"
            )
        for row, table in zip(self.rows, self.ranks, strict=True):
            own = [] if row.prior == "flat" else [row.prior]
            parts = ["calibration", row.model, row.parameter, row.experiment, *own]
            path = self.folder / "_".join(map(slug, parts))
            yield Drawing("coverage.calibration_figure", path, {"row": row, "ranks": table})

    def _shown(self) -> Iterable[Shown]:
        """One line a model: whether all ranks are uniform, and what is not."""
        columns = ("model", "parameter", "experiment", "prior", "ranks", *NUMBERS)
        table = Shown("simulation-based calibration", [name.replace("_", " ") for name in columns], left=5)
        for row in self.rows:
            wrong = [name for name, test in row.quantities.items() if not test.inside]
            words = f"uniform ({len(row.quantities)})"
            if wrong:
                words = Text(f"not uniform: {', '.join(wrong)}", BAD)
            what = (row.model, row.parameter, row.experiment, row.prior)
            table.add(*what, words, *(str(getattr(row, name)) for name in NUMBERS))
        yield table


def calibrate(
    models: Models = "magnetic_moment",
    parameters: Names | None = None,
    experiments: Names | None = None,
    *,
    planes: Sequence[tuple[str, str]] = (),
    mass: float | None = None,
    settings: Mapping[str, Any] | None = None,
    prior: str | None = None,
    every_shape: bool = False,
    simulations: int = 1000,
    seed: int = SEED,
    jobs: int | None = None,
    scheduler: str | None = None,
    out: str | Path = "results/calibration",
) -> CalibrationTable:
    """Simulation-based calibration, ranks with simultaneous bands: what ``bayes-enues calibrate`` makes.

    Parameters
    ----------
    planes : sequence of (str, str)
        Two parameters free together.
    every_shape : bool
        One of each kind of model that is compiled, instead of those named.
    simulations : int
        Of each model.
    models, parameters, experiments, mass, settings, prior, seed, jobs, scheduler, out
        See :func:`bayes_enues.limit_table`.
    """
    specs: list[Modelled] = []
    if parameters or not planes:  # names are checked for every shape too
        specs += rows_of_a_table(models, parameters, experiments, mass, settings, prior=prior, seed=seed)
    chosen = None if experiments is None else listed(experiments)
    for name in listed(models) if planes else []:
        fixed = fixed_by(name, mass, settings)
        specs += plan_regions(name, planes, chosen, prior=prior, seed=seed, fixed=fixed)

    # with PyMC, which a request that is refused can spare
    from ..studies.simulations import calibration_run
    from ..studies.simulations.calibration import simulations_of

    if every_shape:
        specs = calibration_run.every_shape(chosen or calibration_run.EXPERIMENTS, seed)
    chunks = sum(len(simulations_of(spec, simulations)) for spec in specs)
    folder = calibration_run.calibration_folder(out, seed)
    with feedback("simulations", chunks, "parts") as tell:
        rows, ranks = calibration_run.run_calibration(specs, simulations, folder, jobs, scheduler, tell)
    return CalibrationTable(tuple(rows), folder.path, tuple(folder.messages), tuple(ranks))
