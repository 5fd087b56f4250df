"""Bayes factors against the Standard Model: what ``bayes-enues compare`` computes, writes and shows."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from ..results import Comparison
from ..runs.figures import Drawing
from ..runs.options import Models, Names, rows_of_a_table
from ..statistics import SEED
from .shown import Shown
from .table import ResultTable


class ComparisonTable(ResultTable[Comparison]):
    """ln B by each method and its dependence on the prior's width, as ``compare.json`` holds them."""

    kind = "compare"

    @property
    def passed(self) -> bool:
        """Quadrature needs no draws: yes."""
        return True

    def _figures(self) -> Iterable[Drawing]:
        return self._one_a_model("evidence.bayes_factors_figure")

    def _shown(self) -> Iterable[Shown]:
        """A line a row: ln B by each method, and with the prior squeezed and stretched."""
        columns = ("parameter", "experiment", "quadrature", "Savage-Dickey", "SMC", "prior / 3", "prior × 3")
        table = Shown("ln B of new physics against the Standard Model", columns, left=2)
        for row in self.rows:
            estimates = (row.quadrature, row.savage_dickey, row.smc, row.narrower, row.wider)
            cells = ("" if value is None else f"{value:+.2f}" for value in estimates)
            table.add(row.parameter, row.experiment, *cells)
        yield table

    def _footnotes(self) -> list[str]:
        return [
            "Above zero favours new physics. A wider prior lowers ln B: it says nothing without its prior.",
            "Last two columns: by quadrature with the row's prior, range and all, squeezed and stretched "
            "about zero by three.",
            *(f"* {row.parameter}, {row.experiment}: {row.prior}" for row in self.rows),
        ]


def compare(
    models: Models = "magnetic_moment",
    parameters: Names | None = None,
    experiments: Names | None = None,
    *,
    mass: float | None = None,
    settings: Mapping[str, Any] | None = None,
    prior: str | Callable | None = None,
    draws: int = 8000,
    seed: int = SEED,
    smc: bool = True,
    out: str | Path = "results",
    fresh: bool = False,
    jobs: int | None = 2,
    scheduler: str | None = None,
) -> ComparisonTable:
    """ln B of new physics against the Standard Model, three ways: what ``bayes-enues compare`` makes.

    ``smc`` asks for sequential Monte Carlo too, which is slower; other options are those of
    :func:`bayes_enues.limit_table`.
    """
    options = {"prior": prior, "draws": draws, "seed": seed}
    specs = rows_of_a_table(models, parameters, experiments, mass, settings, **options)
    folder = ComparisonTable.open(out)

    from ..studies.compare_rows import CompareSpec

    asked = [CompareSpec(spec, smc) for spec in specs]
    return ComparisonTable.computed(asked, folder, fresh, jobs, scheduler)
