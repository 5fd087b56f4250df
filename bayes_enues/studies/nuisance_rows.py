"""The rows of ``nuisances.json``: which uncertainty matters, of one parameter and one set of data."""

from dataclasses import dataclass, replace

from ..fit import nuisances
from ..runs.asked import Stored, Tell, silent
from ..runs.rows import RowStudy, model_of


@dataclass(frozen=True)
class NuisanceSpec(RowStudy):
    """One row.

    Parameters
    ----------
    spec : RowSpec
    """

    def compute(self, progress: Tell = silent, groups: bool = True) -> Stored:
        """A row of ``nuisances.json``; nothing lies beside it."""
        spec = self.spec
        found = nuisances(model_of(spec), spec.parameter, spec.level, draws=spec.draws, seed=spec.seed)
        return replace(found, mass=dict(spec.fixed).get("mass")).to_row(), None
