"""How each bound moves when one input changes: what ``bayes-enues systematics`` computes and shows."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from ..experiments.folder import DEFAULT
from ..results import SystematicsRow, grouped, there
from ..runs.figures import Drawing
from ..runs.options import Models, Names, rows_of_a_table
from ..statistics import LEVEL, threshold
from .shown import Shown
from .table import ResultTable


class SystematicsTable(ResultTable[SystematicsRow]):
    """Limits with one input varied at a time, as ``systematics.json`` holds them."""

    kind = "systematics"

    def _figures(self) -> Iterable[Drawing]:
        return self._one_a_model("systematics.systematics_figure")

    def _groups(self) -> dict[Any, list[SystematicsRow]]:
        return grouped(self.rows, "model", "parameter", "experiment")

    def _shown(self) -> Iterable[Shown]:
        """A table a parameter and experiment."""
        for (_, parameter, experiment), mine in self._groups().items():
            first = mine[0]
            title = (
                f"{first.model.replace('_', ' ')}, {parameter} from {experiment}  [{first.unit}], "
                f"{100 * first.level:g} %"
            )
            cut = f"profile Δχ²={threshold(first.level):.4g}"
            table = Shown(title, ("input", "posterior", "change", cut, "change"))
            for row in mine:
                shift = there(row.shift)
                cells = [_bound(row.posterior), _percent(shift.of_posterior)]
                table.add(row.label or "", *cells, _bound(row.profile), _percent(shift.of_profile))
            yield table

    def _footnotes(self) -> list[str]:
        own = [
            (row.label, [note for note in row.notes if note not in mine[0].notes])
            for mine in self._groups().values()
            for row in mine
        ]
        lines = [f"* {label}: {'; '.join(notes)}" for label, notes in own if notes]
        priors = dict.fromkeys(
            f"Posterior: {row.prior}, by quadrature; no Monte Carlo error." for row in self.rows
        )
        return ["Changes of each end in per cent.", *lines, *priors]


def _bound(bound) -> str:
    if not bound.lower:  # an upper bound
        return f"< {bound.upper:.3g}"
    return " ∪ ".join(f"({a:.3g}, {b:.3g})" for a, b in bound.pieces)


def _percent(shift) -> str:
    return " ".join(f"{100 * s:+.1f}" for s in shift if s is not None)


def systematics(
    models: Models = "magnetic_moment",
    parameters: Names | None = None,
    experiments: Names | None = None,
    *,
    mass: float | None = None,
    settings: Mapping[str, Any] | None = None,
    prior: str | Callable | None = None,
    level: float = LEVEL,
    out: str | Path = "results",
    fresh: bool = False,
    jobs: int | None = 2,
    scheduler: str | None = None,
) -> SystematicsTable:
    """Limits with one input varied at a time, both statistics: what ``bayes-enues systematics`` makes.

    Options are those of :func:`bayes_enues.limit_table`.
    """
    specs = rows_of_a_table(
        models, parameters, experiments or DEFAULT, mass, settings, level=level, prior=prior
    )
    folder = SystematicsTable.open(out, level)

    from ..studies.systematics import plan_systematics

    return SystematicsTable.computed(plan_systematics(specs), folder, fresh, jobs, scheduler)
