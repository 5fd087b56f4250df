"""The rows of ``checks.json``: predictive checks of one fit, a row for the data of each experiment in it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import xarray as xr

from ..fit import sample_posterior
from ..results import Check
from ..runs.asked import Stored, Tell, silent
from ..runs.rows import RowSpec, RowStudy, model_of
from .checks import LEVELS, predictive_check


@dataclass(frozen=True)
class CheckSpec(RowStudy):
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

    data: str
    group: str

    def compute(self, progress: Tell = silent, groups: bool = True) -> Stored:
        """A row of ``checks.json``, and beside it what :func:`bayes_enues.runs.beside.with_arrays` reads."""
        model, tree = _fitted(self.spec, self.spec.fingerprint())
        checks = predictive_check(model, tree, self.group, self.spec.seed)
        found = next(check for check in checks if check.experiment == self.data)
        row = replace(found, mass=dict(self.spec.fixed).get("mass"), seed=self.spec.seed)
        return row.to_row(), _stored(found)


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
