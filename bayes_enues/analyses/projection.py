"""Expected limits after more exposure: what ``bayes-enues project`` computes, writes and shows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..interactions.named import interaction_named
from ..results import Projection, grouped
from ..runs.figures import Drawing
from ..runs.options import rows_of_a_table
from ..statistics import LEVEL, SEED
from .expected import bands, failed_toys
from .shown import Shown
from .table import ResultTable


class ProjectionTable(ResultTable[Projection]):
    """Expected bounds at each exposure, as ``projection.json`` holds them."""

    kind = "projection"

    def _groups(self) -> list[list[Projection]]:
        return list(grouped(self.rows, "model", "parameter", "experiment").values())

    def _figures(self) -> Iterable[Drawing]:
        """Of the first parameter and experiment, if there are several."""
        rows = self._groups()[0]
        return [Drawing("projection.projection_figure", self.folder / "projection", {"rows": rows})]

    def _shown(self) -> Iterable[Shown]:
        """Each statistic at each exposure."""
        for mine in self._groups():
            first = mine[0]
            title = f"{first.model.replace('_', ' ')} {first.parameter}, {first.experiment}  [{first.unit}]"
            columns = ("exposure [t yr]", "statistic", "Asimov", "median of toys", "68 % band", "95 % band")
            table = Shown(title, columns, left=2)
            for row in mine:
                for statistic, bound in row.asimov.items():
                    middle, error = row.median(statistic)
                    shown = "" if middle is None else f"{middle:.3g} ± {error:.1g}"
                    cells = [statistic.replace("_", " "), f"{bound:.3g}", shown, *bands(row, statistic)]
                    table.add(f"{row.exposure:.4g}", *cells)
            yield table

    def _footnotes(self) -> list[str]:
        level = f"{100 * self.rows[0].level:g} %"
        return [
            *failed_toys(self.rows),
            f"{level} bounds if the Standard Model is true. profile: two-sided threshold.",
            f"Posterior: {self.rows[0].prior or 'flat prior'}, nuisances integrated by quadrature. "
            "± is the median's Monte Carlo error.",
        ]


def project(
    model: str = "magnetic_moment",
    parameter: str | None = None,
    experiment: str = "xenonnt_sr0",
    *,
    mass: float | None = None,
    settings: Mapping[str, Any] | None = None,
    exposures: Sequence[float | None] = (None,),
    background: float = 1.0,
    edge: float = 0.0,
    toys: int = 200,
    level: float = LEVEL,
    prior: str | Callable | None = None,
    seed: int = SEED,
    out: str | Path = "results",
    fresh: bool = False,
    jobs: int | None = 2,
    scheduler: str | None = None,
) -> ProjectionTable:
    """Expected limits after more exposure, with bands of toys: what ``bayes-enues project`` makes.

    :func:`bayes_enues.projected_limits` computes one row of it.

    Parameters
    ----------
    model, parameter, experiment : str
        One of each; by default the first parameter that can be free. Experiments joined by a plus are
        fitted together and grow by the same factor.
    exposures : sequence of float or None
        In t yr, of all experiments together; None is their own.
    background : float
        Factor on the background per exposure.
    edge : float
        Shift of the efficiency's edge in keV; negative is lower.
    toys : int
        Per exposure; 0 for Asimov data alone.
    mass, settings, level, prior, seed, out, fresh, jobs, scheduler
        See :func:`bayes_enues.limit_table`.

    Raises
    ------
    InputError
        As :func:`bayes_enues.runs.plan.plan` does.
    """
    parameter = parameter or interaction_named(model).free_names()[0]
    options = {"level": level, "seed": seed, "prior": prior}
    (spec,) = rows_of_a_table(model, parameter, experiment, mass, settings, **options)
    folder = ProjectionTable.open(out, level)

    from ..studies.projection_rows import ProjectionSpec

    asked = [ProjectionSpec(spec, t_yr, background, edge, toys) for t_yr in exposures]
    asked.sort(key=lambda one: one.total)
    return ProjectionTable.computed(asked, folder, fresh, jobs, scheduler)
