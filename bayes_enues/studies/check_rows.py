"""The rows of ``checks.json``: predictive checks of one fit, a row for the data of each experiment in it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import xarray as xr

from ..fit import sample_posterior
from ..results import Check
from ..runs.beside import read_group
from ..runs.completion import complete
from ..runs.rows import RowSpec, model_of
from ..runs.store import ResultsFolder, fingerprint
from .checks import LEVELS, predictive_check

__all__ = ["CheckSpec", "plan_checks", "run_checks", "stored_check"]


@dataclass(frozen=True)
class CheckSpec:
    """One row.

    Parameters
    ----------
    spec : RowSpec
        The fit.
    experiment : str
        Whose data are compared with what is predicted.
    group : str
        Draws of the parameters: ``prior`` or ``posterior``.
    """

    spec: RowSpec
    experiment: str
    group: str

    def fingerprint(self) -> str:
        """Hash of what the fit rests on, and of which data and draws are compared."""
        what = {"study": "check", "experiment": self.experiment, "group": self.group}
        return fingerprint({**what, "row": self.spec.fingerprint()})


def plan_checks(specs: Sequence[RowSpec]) -> list[CheckSpec]:
    """Before and after each fit, every experiment in it."""
    return [
        CheckSpec(spec, e.name, group)
        for spec in specs
        for group in ("prior", "posterior")
        for e in sorted(spec.experiments, key=lambda e: e.name)
    ]


def run_checks(
    asked: Sequence[CheckSpec],
    folder: ResultsFolder,
    fresh: bool = False,
    progress: Callable[[int, str], None] | None = None,
) -> list[dict[str, Any]]:
    """Compute the rows that a folder does not hold yet, one posterior a fit, each written as it finishes.

    Parameters
    ----------
    asked : sequence of CheckSpec
        From :func:`plan_checks`.
    folder : ResultsFolder
        Of ``checks.json``.
    fresh : bool
    progress : callable, optional

    Returns
    -------
    list of dict
        Rows with the p-values of a check; :func:`stored_check` reads the rest of it.
    """

    def one_by_one(missing, rows, tell) -> Iterator[tuple]:
        for spec, mine in groupby(missing, key=lambda one: one.spec):
            tell(len(rows), f"{spec.parameter} from {spec.experiment}")
            model = model_of(spec)
            tree = sample_posterior(model, spec.draws, spec.seed)
            wanted = {(one.experiment, one.group): one for one in mine}
            for group in dict.fromkeys(group for _, group in wanted):
                for check in predictive_check(model, tree, group, spec.seed):
                    one = wanted.get((check.experiment, group))
                    if one is not None:
                        mass, mark = dict(spec.fixed).get("mass"), one.fingerprint()
                        row = replace(check, mass=mass, fingerprint=mark, seed=spec.seed).to_row()
                        yield one, row, _stored(check)

    return complete(asked, folder, one_by_one, fresh, progress)


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


def stored_check(row: Check, folder: Path) -> Check:
    """A row with its arrays, from the file beside it in a folder."""
    stored = read_group(folder, row, "check")
    arrays = {name: stored[name].values for name in ("observed", "bands", "pit", "deviance")}
    return replace(row, **arrays)
