"""How each bound moves with its prior: what ``bayes-enues priors`` computes, writes and shows."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.text import Text

from ..experiments.folder import DEFAULT
from ..results import Interval, PriorStudyRow, grouped, there
from ..runs.figures import Drawing
from ..runs.options import Models, Names, listed, rows_of_a_table
from ..statistics import DRAWS, LEVEL, SEED, one_sided_threshold
from .shown import BAD, Cell, Shown
from .table import ResultTable


class PriorTable(ResultTable[PriorStudyRow]):
    """Limits under several priors, as ``priors.json`` holds them."""

    kind = "priors"

    def _figures(self) -> Iterable[Drawing]:
        for model, mine in grouped(self.rows, "model").items():
            names = {
                "posteriors": f"priors_{model}", "bounds": f"priors_{model}_bounds",
                "power_scaling": f"power_scaling_{model}",
            }  # fmt: skip
            for what, name in names.items():
                yield Drawing(f"priors.{what}_figure", self.folder / name, {"rows": mine})

    def _heads(self) -> tuple[str, str]:
        """Of the ratios to the profile's bounds."""
        first = self.rows[0]
        return f"/{first.profile.threshold:.3g}", f"/{one_sided_threshold(first.level):.3g}"

    def _shown(self) -> Iterable[Shown]:
        """One table a parameter and experiment; what moves by more than 10 % is said in words below each."""
        two, one = self._heads()
        groups = grouped(self.rows, "model", "parameter", "experiment")
        for (_, parameter, experiment), mine in groups.items():
            first = mine[0]
            title = f"{first.model.replace('_', ' ')}, {parameter} from {experiment}  [{first.unit}]"
            one_sided = first.profile.upper_one_sided is not None
            columns = ("prior", "posterior", "quadrature", "/default", two, *([one] if one_sided else []))
            table = Shown(title, columns, notes=[f"* {row.label}: {row.flag}" for row in mine if row.flag])
            for row in mine:
                table.add(row.label or "", *_cells(row, one_sided))
            yield table

    def _footnotes(self) -> list[str]:
        two, one = self._heads()
        reweighted = list(dict.fromkeys(row.label or "" for row in self.rows if row.how == "reweighted"))
        signed = any(row.posterior.kind == "hdi" for row in self.rows)
        return [
            f"/default, {two}, {one}: ratio to the default prior's bound and to the profile's two-sided and "
            f"one-sided bounds{'; lengths of regions where signed' if signed else ''}.",
            "Bounds differ by threshold first, then by prior.",
            *(f"* {line}" for row in self.rows for line in row.notes),
            f"From the default's draws by reweighting: {', '.join(reweighted) or 'none'}; all others "
            "sampled.",
        ]


def _cells(row: PriorStudyRow, one_sided: bool) -> list[Cell]:
    def shown(bound: Interval) -> str:
        if bound.pieces:
            return " ∪ ".join(f"({a:.3g}, {b:.3g})" for a, b in bound.pieces)
        return f"< {there(bound.upper):.3g}"

    bound: Cell = Text("not converged", BAD)
    if row.posterior.converged:
        bound = f"{shown(row.posterior)} ± {there(row.posterior.mcse):.1g}"
    ratios = [row.ratio_to_default, row.ratio_to_profile, *([row.ratio_to_one_sided] if one_sided else [])]
    return [bound, shown(row.exact), *("" if ratio is None else f"{ratio:.2f}" for ratio in ratios)]


def study_priors(
    models: Models = "magnetic_moment",
    parameters: Names | None = None,
    experiments: Names | None = None,
    *,
    priors: Names | None = None,
    nuisances: bool = True,
    nuisance_priors: Sequence[str] = (),
    mass: float | None = None,
    settings: Mapping[str, Any] | None = None,
    level: float = LEVEL,
    draws: int = DRAWS,
    seed: int = SEED,
    out: str | Path = "results",
    fresh: bool = False,
    jobs: int | None = 2,
    scheduler: str | None = None,
) -> PriorTable:
    """Bounds under several priors, beside the profile likelihood: what ``bayes-enues priors`` makes.

    Parameters
    ----------
    priors : str, or several, optional
        Such as ``jeffreys`` or ``halfnormal(1e-11 mu_B)``; by default six for moments and couplings, five for
        signed parameters.
    nuisances : bool
        Halve and double the width of each nuisance too.
    nuisance_priors : sequence of str
        Further ones, such as ``edge_lz=uniform(-0.2, 0.2)``.
    models, parameters, experiments, mass, settings, level, draws, seed, out, fresh, jobs, scheduler
        See :func:`bayes_enues.limit_table`.

    Raises
    ------
    InputError
        If a prior does not fit a parameter, or as :func:`bayes_enues.runs.plan.plan` does.
    """
    experiments = experiments or DEFAULT
    texts = None if priors is None else listed(priors)
    for text in texts or ():
        rows_of_a_table(models, parameters, experiments, mass, settings, prior=text)
    specs = rows_of_a_table(
        models, parameters, experiments, mass, settings, level=level, draws=draws, seed=seed
    )
    folder = PriorTable.open(out, level)

    from ..studies.prior_plan import plan_study

    study = plan_study(specs, texts, nuisances, nuisance_priors)
    return PriorTable.computed(study, folder, fresh, jobs, scheduler)
