"""``bayes-enues coverage``: how often each bound includes the truth; limits of Feldman and Cousins."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ..errors import InputError
from . import common
from .common import Table, console, one_of, progress, rows_asked, warn

if TYPE_CHECKING:
    from ..results import CoverageRow, FeldmanCousins


#: Of the columns, for a terminal.
HEADERS = {
    "profile_interval": "profile\ninterval",
    "profile_upper": "its upper\nend alone",
    "profile_one_sided": "profile\n1-sided",
    "posterior": "posterior,\nflat x",
    "posterior_flat_strength": "posterior,\nflat x²",
}


def coverage(
    model: common.Models = None,
    parameter: common.Parameters = None,
    experiment: common.Experiments = None,
    mass: common.Mass = None,
    settings: common.Settings = None,
    prior: common.PriorText = None,
    toys: Annotated[
        int, typer.Option(callback=common.between(1, 10**9), help="Toys at each true value.")
    ] = 10_000,
    true_values: Annotated[
        str,
        typer.Option(
            help="How many true values, or a list such as 0,4,8 in the parameter's unit (one value: 4,)."
        ),
    ] = "20",
    kind: Annotated[
        Literal["poisson", "gaussian"],
        typer.Option(help="How counts are simulated; gaussian with the errors of the data."),
    ] = "poisson",
    level: common.Level = 0.9,
    seed: common.Seed = 20220811,
    jobs: common.Jobs = None,
    scheduler: common.Scheduler = None,
    out: Annotated[Path | None, typer.Option(help="Folder; default: results/coverage_MODEL.")] = None,
) -> None:
    """Coverage of every bound at a grid of true values, with the critical values of Feldman and Cousins."""
    from ..results import FeldmanCousins

    values = parse_true_values(true_values)
    if prior not in (None, "flat"):
        raise InputError(f"--prior is {prior!r}; coverage is of the default prior, flat, and flat_strength")
    name = one_of(model, "magnetic_moment", "--model", "coverage is of one at a time, in a folder of its own")
    options = {"level": level, "seed": seed}
    specs = rows_asked([name], parameter, experiment, mass, settings, **options)

    # with PyMC and matplotlib, which a request that is refused can spare
    from ..plots.coverage import coverage_figures
    from ..simulations.jobs import chunks_of, job_of
    from ..simulations.run import coverage_folder, run_coverage

    out = out or Path("results") / f"coverage_{name}"
    folder = coverage_folder(out, name, seed, kind, level)
    with progress(len(specs), "true values") as tell:
        asked = []
        for spec in specs:
            tell(len(asked), f"nuisances of {spec.words}")
            asked.append(job_of(spec, values, kind))
    with progress(sum(len(chunks_of(job, toys)) for job in asked), "toys", "parts") as tell:
        rows = run_coverage(asked, toys, folder, jobs, scheduler, tell)
    limits = [FeldmanCousins.from_dict(entry) for row in folder.rows for entry in row["limits"]]
    warn(folder.messages)
    coverage_figures(rows, limits, folder.path)
    print_coverage(rows, limits)
    console.print(f"Written to {out}: coverage.json, the toys (rows/) and figures (PDF, PNG).")


def parse_true_values(text: str) -> int | list[float]:
    """A number of true values, or the values themselves: ``20``, ``0,4,8``, ``4,``.

    Raises
    ------
    InputError
        If the text is neither.
    """
    try:
        if "," in text:
            return [float(part) for part in text.split(",") if part.strip()]
        return int(text)
    except ValueError:
        raise InputError(
            f"--true-values is {text!r}; a whole number of values or a list such as 0,4,8 was needed"
        ) from None


def print_coverage(rows: "Sequence[CoverageRow]", limits: "Sequence[FeldmanCousins]") -> None:
    """Tables, one a parameter and experiment, with what each column promises."""
    from ..results import grouped, there
    from ..simulations.jobs import BOUNDS

    def percent(row, bound):
        value, error = row.coverage[bound], row.coverage_error[bound]
        return "" if value is None else f"{100 * value:.1f} ± {100 * error:.1f}"

    for (parameter, experiment), mine in grouped(rows, "parameter", "experiment").items():
        first = mine[0]
        title = (
            f"{first.model.replace('_', ' ')} {parameter}, {experiment}: coverage in % (and what is "
            f"promised), {first.toys} toys each"
        )
        bounds = [b for b in BOUNDS if first.coverage_target[b] is not None]
        heads = [f"{HEADERS[bound]}\n({100 * there(first.coverage_target[bound]):g})" for bound in bounds]
        columns = (f"true value\n[{first.unit}]", *heads, "critical\nvalue", "p", "failed")
        table = Table(title, columns, left=1)
        for row in mine:
            critical = "none"
            if row.critical_value is not None:
                critical = f"{row.critical_value:.2f} ± {row.critical_value_error:.2f}"
            cells = [percent(row, bound) for bound in bounds]
            table.add(f"{row.true_value:g}", *cells, critical, f"{row.p_value:.3f}", str(row.failed))
        table.print(console)
        for limit in limits:
            if (limit.parameter, limit.experiment) == (parameter, experiment):
                console.print(limit_in_words(limit))


def limit_in_words(limit: "FeldmanCousins") -> str:
    """A limit of Feldman and Cousins, and the Standard Model's p-value."""
    from ..results import there

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
