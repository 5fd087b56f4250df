"""The rows of ``projection.json``: expected limits, a row for each exposure."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from ..experiments.experiment import Experiment
from ..runs.rows import RowStudy
from . import projection

__all__ = ["ProjectionSpec"]


@dataclass(frozen=True)
class ProjectionSpec(RowStudy):
    """One row of ``projection.json``: a parameter, and an experiment of the future.

    Parameters
    ----------
    spec : RowSpec
        Of one experiment; its level and seed are the projection's.
    exposure : float or None
        [t yr]
    background : float
    edge_keV : float
        See :func:`bayes_enues.future_experiment`.
    toys : int
    """

    exposure: float | None = None
    background: float = 1.0
    edge_keV: float = 0.0
    toys: int = 200

    @property
    def words(self) -> str:
        return f"{super().words}, {self.future.exposure:g} t yr"

    @property
    def batch(self) -> str:
        """One exposure takes as long as another, and all of them share little."""
        return f"{self.spec.experiment} {self.exposure}"

    @property
    def future(self) -> Experiment:
        return projection.future_experiment(
            self.spec.experiment, self.exposure, self.background, self.edge_keV
        )

    def compute(
        self, progress: Callable[[str], None] | None = None, groups: bool = False
    ) -> tuple[dict[str, Any], Any]:
        """A row of ``projection.json`` with its scenario; the toys' bounds are in it, nothing lies beside."""
        tell, spec = progress or (lambda words: None), self.spec
        found = projection.projected_limits(
            spec.interaction, [self.future], spec.parameter, self.toys, spec.level, spec.seed,
            progress=lambda done: tell(f"toy {done} of {self.toys}"),
        )  # fmt: skip
        scenario = {"background_scale": self.background, "edge_shift_keV": self.edge_keV}
        return {
            **replace(found, seed=spec.seed, experiment=spec.experiment_name).to_row(),
            **scenario,
        }, None
