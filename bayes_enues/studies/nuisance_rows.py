"""The rows of ``nuisances.json``: which uncertainty matters, of one parameter and one set of data."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from ..fit import nuisances
from ..runs.rows import RowStudy, model_of


@dataclass(frozen=True)
class NuisanceSpec(RowStudy):
    """One row.

    Parameters
    ----------
    spec : RowSpec
    """

    def compute(
        self, progress: Callable[[str], None] | None = None, groups: bool = False
    ) -> tuple[dict[str, Any], Any]:
        """A row of ``nuisances.json``; nothing lies beside it."""
        spec = self.spec
        found = nuisances(model_of(spec), spec.parameter, spec.level, draws=spec.draws, seed=spec.seed)
        return replace(found, mass=dict(spec.fixed).get("mass")).to_row(), None
