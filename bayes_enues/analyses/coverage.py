"""How often each bound includes the truth: what ``bayes-enues coverage`` computes, writes and shows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from ..compiled.feedback import feedback
from ..errors import InputError
from ..results import CoverageRow, FeldmanCousins, grouped, there
from ..runs.figures import Drawing
from ..runs.options import Names, rows_of_a_table
from ..runs.store import load_rows
from ..statistics import LEVEL, SEED
from .shown import Shown
from .table import ResultTable

#: Heads of the columns, by bound: those of :data:`bayes_enues.studies.simulations.jobs.BOUNDS`.
HEADERS = {
    "profile_interval": "profile\ninterval",
    "profile_upper": "its upper\nend alone",
    "profile_one_sided": "profile\n1-sided",
    "posterior": "posterior,\nflat x",
    "posterior_flat_strength": "posterior,\nflat x²",
}


@dataclass(frozen=True, eq=False, repr=False)
class CoverageTable(ResultTable[CoverageRow]):
    """Coverage of every bound at each true value, as ``coverage.json`` holds it.

    Attributes
    ----------
    limits : tuple of FeldmanCousins
        By their construction, where all toys are there.
    """

    kind = "coverage"
    limits: tuple[FeldmanCousins, ...] = ()

    @classmethod
    def load(cls, out: str | Path) -> Self:
        """A stored row is that of several true values, with its limits."""
        jobs = load_rows(out, cls.kind)
        rows = (CoverageRow.from_dict(entry) for job in jobs for entry in job["rows"])
        limits = (FeldmanCousins.from_dict(entry) for job in jobs for entry in job["limits"])
        return cls(tuple(rows), Path(out), limits=tuple(limits))

    def _figures(self) -> Iterable[Drawing]:
        for parameter, mine in grouped(self.rows, "parameter").items():
            content = {"rows": mine, "limits": self.limits}
            yield Drawing("coverage.coverage_figure", self.folder / f"coverage_{parameter}", content)

    def _shown(self) -> Iterable[Shown]:
        """Tables, one a parameter and experiment, with what each column promises."""

        def percent(row, bound):
            value, error = row.coverage[bound], row.coverage_error[bound]
            return "" if value is None else f"{100 * value:.1f} ± {100 * error:.1f}"

        for (parameter, experiment), mine in grouped(self.rows, "parameter", "experiment").items():
            first = mine[0]
            title = (
                f"{first.model.replace('_', ' ')} {parameter}, {experiment}: coverage in % (and what is "
                f"promised), {first.toys} toys each"
            )
            bounds = [b for b in HEADERS if first.coverage_target[b] is not None]
            heads = [f"{HEADERS[bound]}\n({100 * there(first.coverage_target[bound]):g})" for bound in bounds]
            columns = (f"true value\n[{first.unit}]", *heads, "critical\nvalue", "p", "failed")
            table = Shown(title, columns)
            for row in mine:
                critical = "none"
                if row.critical_value is not None:
                    critical = f"{row.critical_value:.2f} ± {row.critical_value_error:.2f}"
                cells = [percent(row, bound) for bound in bounds]
                table.add(f"{row.true_value:g}", *cells, critical, f"{row.p_value:.3f}", str(row.failed))
            table.below = [
                limit_in_words(limit)
                for limit in self.limits
                if (limit.parameter, limit.experiment) == (parameter, experiment)
            ]
            yield table


def limit_in_words(limit: FeldmanCousins) -> str:
    """A limit of Feldman and Cousins, and the Standard Model's p-value."""
    level, unit = f"{100 * there(limit.level):g} %", limit.unit
    if len(limit.pieces) == 1 and limit.pieces[0][0] == 0 and limit.upper is not None:
        region = f"< {limit.upper:.3g} ± {limit.error:.1g}"
    else:
        region = " ∪ ".join(f"({a:.3g}, {b:.3g})" for a, b in limit.pieces) or "empty"
    words = f"Feldman-Cousins, {level}: {limit.parameter} {region} [{unit}]"
    if limit.note:
        words += f"; {limit.note}"
    if limit.standard_model_p_value is not None:
        words += f". Standard Model: p = {limit.standard_model_p_value:.3f}"
    return words


def coverage(
    model: str = "magnetic_moment",
    parameters: Names | None = None,
    experiments: Names | None = None,
    *,
    mass: float | None = None,
    settings: Mapping[str, Any] | None = None,
    prior: str | None = None,
    toys: int = 10_000,
    true_values: int | Sequence[float] = 20,
    kind: str = "poisson",
    level: float = LEVEL,
    seed: int = SEED,
    jobs: int | None = None,
    scheduler: str | None = None,
    out: str | Path | None = None,
) -> CoverageTable:
    """Coverage of every bound at true values, by toys: what ``bayes-enues coverage`` makes.

    Parameters
    ----------
    model : str
        One at a time, in a folder of its own.
    prior : str, optional
        ``flat``: coverage is of the default prior, and of ``flat_strength``.
    toys : int
        At each true value.
    true_values : int or sequence of float
        How many, or which, in the parameter's unit.
    kind : str
        ``poisson``, or ``gaussian``: counts with the data's errors.
    out : path, optional
        By default ``results/coverage_MODEL``.
    parameters, experiments, mass, settings, level, seed, jobs, scheduler
        See :func:`bayes_enues.limit_table`.

    Raises
    ------
    InputError
        For another prior, or as :func:`bayes_enues.studies.simulations.jobs.job_of` does.
    """
    if prior not in (None, "flat"):
        raise InputError(f"--prior is {prior!r}; coverage is of the default prior, flat, and flat_strength")
    specs = rows_of_a_table(model, parameters, experiments, mass, settings, level=level, seed=seed)

    # with PyMC, which a request that is refused can spare
    from ..studies.simulations.jobs import CHUNK, job_of
    from ..studies.simulations.run import coverage_folder, run_coverage

    out = out or Path("results") / f"coverage_{model}"
    folder = coverage_folder(out, model, seed, kind, level)
    values = true_values if isinstance(true_values, int) else len(true_values)
    with feedback("coverage", len(specs) * values * -(-toys // CHUNK), "parts") as tell:
        asked = []
        for spec in specs:
            tell(0, f"nuisances of {spec.words}")
            asked.append(job_of(spec, true_values, kind))
        rows = run_coverage(asked, toys, folder, jobs, scheduler, tell)
    limits = (FeldmanCousins.from_dict(entry) for row in folder.rows for entry in row["limits"])
    return CoverageTable(tuple(rows), folder.path, tuple(folder.messages), tuple(limits))
