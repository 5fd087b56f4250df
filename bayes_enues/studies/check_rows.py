"""The rows of ``checks.json``: predictive checks of one fit, a row for the data of each experiment in it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import xarray as xr
from scipy.stats import kstest

from ..fit.posterior import sample_posterior
from ..runs.rows import Asked, RowSpec, model_of
from ..runs.store import ResultsFolder
from .checks import LEVELS, Check, predictive_check

__all__ = ["CheckSpec", "plan_checks", "stored_check"]


@dataclass(frozen=True)
class CheckSpec(Asked):
    """One row.

    Parameters
    ----------
    spec : RowSpec
        The fit.
    data : str
        Name of the experiment whose data are compared with what is predicted.
    group : str
        Draws of the parameters: ``prior`` or ``posterior``.
    """

    spec: RowSpec
    data: str
    group: str

    @property
    def row(self) -> RowSpec:
        return self.spec

    def compute(self, progress: Callable[[str], None] | None = None, groups: bool = True):
        """The p-values of a check, and beside them what a figure needs; see :func:`stored_check`."""
        model, tree = _fitted(self.spec, self.spec.fingerprint())
        checks = predictive_check(model, tree, self.group, self.spec.seed)
        found = next(check for check in checks if check.experiment == self.data)
        outside = (found.observed < found.bands[0]) | (found.observed > found.bands[-1])
        row = {
            "model": model.question.interaction.name,
            "parameter": self.spec.parameter,
            "fit": model.question.experiment_name,
            "experiment": found.experiment,
            "group": found.group,
            "posterior": {"converged": bool(tree.attrs["converged"])},
            "p_value": found.p_value,
            "pit_uniform_p_value": float(kstest(found.pit, "uniform").pvalue),
            "bins_outside_95": int(outside.sum()),
            "n_bins": int(found.pit.size),
            "pit": found.pit.tolist(),
            "seed": self.spec.seed,
        }
        return row, _stored(found)


@lru_cache(maxsize=1)
def _fitted(spec: RowSpec, mark: str) -> tuple:
    """The model of a fit and its draws, which serve several rows."""
    model = model_of(spec)
    return model, sample_posterior(model, spec.draws, spec.seed)


def plan_checks(specs: Sequence[RowSpec]) -> list[CheckSpec]:
    """Before and after each fit, every experiment in it."""
    return [
        CheckSpec(spec, e.name, group)
        for spec in specs
        for group in ("prior", "posterior")
        for e in sorted(spec.experiments, key=lambda e: e.name)
    ]


def _stored(found: Check) -> xr.DataTree:
    """What a figure needs."""
    content = {
        "observed": ("bin", found.observed),
        "pit": ("bin", found.pit),
        "bands": (("quantile", "bin"), found.bands),
        "deviance": (("of", "draw"), found.deviance),
    }
    coords = {"quantile": list(LEVELS), "of": ["data", "predicted"]}
    return xr.DataTree.from_dict({"check": xr.Dataset(content, coords=coords)})


def stored_check(row: dict[str, Any], folder: ResultsFolder) -> Check:
    """The check of a row, from the file beside it."""
    with xr.open_datatree(folder.beside(row), engine="h5netcdf") as tree:
        arrays = {
            name: np.asarray(tree["check"][name].values) for name in ("observed", "bands", "pit", "deviance")
        }
    return Check(experiment=row["experiment"], group=row["group"], p_value=row["p_value"], **arrays)
