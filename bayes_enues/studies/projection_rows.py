"""The rows of ``projection.json``: expected limits, a row for each exposure."""

from dataclasses import dataclass, replace

from ..experiments.experiment import Experiment
from ..experiments.loading import load_experiment
from ..priors.text import parse_prior
from ..runs.asked import Stored, Tell, silent, split_experiments
from ..runs.rows import RowStudy
from . import projection


@dataclass(frozen=True)
class ProjectionSpec(RowStudy):
    """One row of ``projection.json``: a parameter, and one or several experiments of the future.

    Parameters
    ----------
    spec : RowSpec
        Its level, seed and prior are the projection's.
    exposure : float or None
        Of all experiments together, each of which keeps its share [t yr].
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
        return f"{super().words}, {self.total:g} t yr"

    @property
    def batch(self) -> str:
        """One exposure takes as long as another, and all of them share little."""
        return f"{self.spec.experiment} {self.exposure}"

    @property
    def future(self) -> list[Experiment]:
        """The experiments, their exposures grown by the same factor."""
        names = split_experiments(self.spec.experiment)
        exposures = [self.exposure]
        if len(names) > 1:
            own = [load_experiment(name).exposure for name in names]
            exposures = [self.exposure and self.exposure * one / sum(own) for one in own]
        return [
            projection.future_experiment(name, t_yr, self.background, self.edge_keV)
            for name, t_yr in zip(names, exposures, strict=True)
        ]

    @property
    def total(self) -> float:
        """Exposure of all experiments [t yr]."""
        return sum(e.exposure for e in self.future)

    def compute(self, progress: Tell = silent, groups: bool = True) -> Stored:
        """A row of ``projection.json`` with its scenario; the toys' bounds are in it, nothing lies beside."""
        spec = self.spec
        prior = parse_prior(spec.prior, spec.interaction.unit) if isinstance(spec.prior, str) else spec.prior
        found = projection.projected_limits(
            spec.interaction, self.future, spec.parameter, self.toys, spec.level, spec.seed, prior,
            progress=lambda done: progress(f"toy {done} of {self.toys}"),
        )  # fmt: skip
        scenario = {"background_scale": self.background, "edge_shift_keV": self.edge_keV}
        return {**replace(found, seed=spec.seed, experiment=spec.experiment_name).to_row(), **scenario}, None
