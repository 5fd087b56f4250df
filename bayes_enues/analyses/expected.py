"""Observed limits beside those expected: what ``bayes-enues expected`` computes, writes and shows."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from ..experiments.folder import experiment_title
from ..results import Expected, Projection, grouped
from ..runs.figures import Drawing
from ..runs.options import Models, Names, rows_of_a_table
from ..statistics import LEVEL, SEED
from .shown import Shown
from .table import ResultTable


def bands(row: Projection, statistic: str) -> list[str]:
    """The 68 and 95 % bands of toys as two cells; empty of fewer than two toys."""
    if row.toy_bounds[statistic].size < 2:
        return ["", ""]
    return ["({:.3g}, {:.3g})".format(*row.band(statistic, share)) for share in (0.68, 0.95)]


def failed_toys(rows: Iterable[Projection]) -> list[str]:
    """A note on toys without a bound, if there are any."""
    failed = sum(row.failed for row in rows)
    return [f"{failed} toys gave no bound inside the scanned range and are not in the bands."] * bool(failed)


class ExpectedTable(ResultTable[Expected]):
    """Observed and expected bounds, as ``expected.json`` holds them."""

    kind = "expected"

    def _figures(self) -> Iterable[Drawing]:
        return self._one_a_model("expected.expected_figure")

    def _shown(self) -> Iterable[Shown]:
        """A table a parameter: each statistic of each experiment."""
        for (name, parameter), mine in grouped(self.rows, "model", "parameter").items():
            first = mine[0]
            title = f"{name.replace('_', ' ')} {parameter}  [{first.unit}], {100 * first.level:g} %"
            columns = ("observed", "Asimov", "median\nof toys", "68 % band", "95 % band")
            table = Shown(title, ("", *columns, "power\nconstrained"), sections=("experiment", "statistic"))
            for row in mine:
                tests = f"p(SM) = {row.standard_model.p_value:.2g}, p(signal) = {row.signal.p_value:.2g}"
                table.head(f"{experiment_title(row.experiment)}: {tests}")
                for statistic, bound in row.observed.items():
                    middle, _ = row.median(statistic)
                    shown = "" if middle is None else f"{middle:.3g}"
                    cells = [f"{bound:.3g}", f"{row.asimov[statistic]:.3g}", shown, *bands(row, statistic)]
                    if statistic in row.power_constrained:
                        cells.append(f"{row.power_constrained[statistic]:.3g}")
                    table.add(f"  {statistic.replace('_', ' ')}", *cells)
            yield table

    def _footnotes(self) -> list[str]:
        toys = any(row.toys for row in self.rows)
        share = "share of toys whose chi^2 exceeds that of the data" if toys else "of chi^2, asymptotic"
        return [
            *failed_toys(self.rows),
            "Expected if the Standard Model is true, nuisances where its fit to the data has them.",
            f"p(SM): {share}.",
            "p(signal): share of toys whose best fit gains more over the Standard Model.",
            "Power constrained: not below the 68 % band. profile: two-sided threshold.",
        ]


def expected(
    models: Models = "magnetic_moment",
    parameters: Names | None = None,
    experiments: Names | None = None,
    *,
    mass: float | None = None,
    settings: Mapping[str, Any] | None = None,
    prior: str | Callable | None = None,
    toys: int = 1000,
    level: float = LEVEL,
    seed: int = SEED,
    out: str | Path = "results",
    fresh: bool = False,
    jobs: int | None = 2,
    scheduler: str | None = None,
) -> ExpectedTable:
    """Observed limits and those expected, with bands of toys: what ``bayes-enues expected`` makes.

    :func:`bayes_enues.expected_limits` computes one row of it from a model. ``toys`` are those of a row, 0
    for Asimov data alone; other options are those of :func:`bayes_enues.limit_table`.
    """
    options = {"level": level, "seed": seed, "prior": prior}
    specs = rows_of_a_table(models, parameters, experiments, mass, settings, **options)
    folder = ExpectedTable.open(out, level)

    from ..studies.expected import ExpectedSpec

    return ExpectedTable.computed(
        [ExpectedSpec(spec, toys) for spec in specs], folder, fresh, jobs, scheduler
    )
