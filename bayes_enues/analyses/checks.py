"""Prior and posterior predictive checks: what ``bayes-enues check`` computes, writes and shows."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from ..results import Check, grouped
from ..runs.figures import Drawing
from ..runs.files import slug
from ..runs.options import Models, Names, experiments_of, rows_of_a_table
from ..statistics import SEED
from .shown import Shown
from .table import ResultTable


class CheckTable(ResultTable[Check]):
    """The data of each experiment beside what is predicted, as ``checks.json`` holds it."""

    kind = "checks"

    def _figures(self) -> Iterable[Drawing]:
        for parts, mine in grouped(self.rows, "model", "parameter", "fit").items():
            path = self.folder / "_".join(map(slug, ("check", *parts)))
            content = {"checks": mine, "experiments": experiments_of(mine[0])}
            yield Drawing("checks.checks_figure", path, content)

    def _shown(self) -> Iterable[Shown]:
        """A line for each set of data and each distribution of the parameters."""
        columns = ("parameter", "fit", "data of", "draws of", "p (deviance)", "p (PIT uniform)")
        table = Shown("predictive checks", (*columns, "bins outside 95 %"), left=4)
        for row in self.rows:
            where = (row.parameter, row.fit, row.experiment, row.group)
            shown = (f"{row.p_value:.3f}", f"{row.pit_uniform_p_value:.3f}")
            table.add(*where, *shown, f"{row.bins_outside_95} of {row.n_bins}")
        yield table

    def _footnotes(self) -> list[str]:
        return [
            "p: share of predicted counts that fit worse than the data; near 0 the model fails, near 1 "
            "errors are too large.",
            "PIT of whole counts: drawn evenly between the probabilities of less and of no more, with "
            "--seed.",
            "The posterior uses the data twice, which draws its p-values towards one half.",
        ]


def check(
    models: Models = "magnetic_moment",
    parameters: Names | None = None,
    experiments: Names | None = None,
    *,
    mass: float | None = None,
    settings: Mapping[str, Any] | None = None,
    prior: str | Callable | None = None,
    draws: int = 2000,
    seed: int = SEED,
    out: str | Path = "results",
    fresh: bool = False,
    jobs: int | None = 2,
    scheduler: str | None = None,
) -> CheckTable:
    """Prior and posterior predictive checks of each fit: what ``bayes-enues check`` makes.

    Options are those of :func:`bayes_enues.limit_table`.
    """
    options = {"prior": prior, "draws": draws, "seed": seed}
    specs = rows_of_a_table(models, parameters, experiments, mass, settings, **options)
    folder = CheckTable.open(out)

    from ..studies.check_rows import plan_checks

    return CheckTable.computed(plan_checks(specs), folder, fresh, jobs, scheduler)
