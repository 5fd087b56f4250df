"""``bayes-enues project``: expected limits after more exposure, with the bands of toys."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import InputError
from . import common
from .common import Table, console, one_of, print_notes, progress, rows_asked, warn

if TYPE_CHECKING:
    from ..results import Projection


def project(
    model: common.Models = None,
    parameter: common.Parameters = None,
    experiment: common.Experiments = None,
    mass: common.Mass = None,
    settings: common.Settings = None,
    exposure: Annotated[
        list[float] | None,
        typer.Option(
            callback=common.between(1e-6, 1e6),
            help="Exposure in t yr; repeatable. Default: the experiment's own.",
        ),
    ] = None,
    background: Annotated[
        float, typer.Option(callback=common.between(1e-6, 1e6), help="Factor on the background per exposure.")
    ] = 1.0,
    edge: Annotated[
        float,
        typer.Option(
            callback=common.between(-1e3, 1e3), help="Shift of the efficiency edge in keV; negative is lower."
        ),
    ] = 0.0,
    toys: Annotated[
        int,
        typer.Option(callback=common.between(0, 10**6), help="Toys per exposure; 0 for Asimov data alone."),
    ] = 200,
    level: common.Level = 0.9,
    seed: common.Seed = 20220811,
    out: common.Out = Path("results"),
    notes: common.Notes = False,
    fresh: common.Fresh = False,
    jobs: common.Jobs = 2,
    scheduler: common.Scheduler = None,
) -> None:
    """Projected limits: Asimov data and toys of the Standard Model, both statistics."""
    from ..runs.rows import interaction_named, run
    from ..runs.store import ResultsFolder

    why = "a projection takes one at a time"
    name = one_of(model, "magnetic_moment", "--model", why)
    chosen = one_of(parameter, interaction_named(name).free_names()[0], "--parameter", why)
    base = one_of(experiment, "xenonnt_sr0", "--experiment", why)
    if "+" in base and not Path(base).is_dir():
        raise InputError(f"{base!r} joins experiments; {why}")
    (spec,) = rows_asked([name], [chosen], [base], mass, settings, level=level, seed=seed)
    folder = ResultsFolder(out, "projection.json", level)

    # with PyMC and matplotlib, which a request that is refused can spare
    from ..plots.projection import projection_figure
    from ..studies.projection_rows import ProjectionSpec

    asked = [ProjectionSpec(spec, t_yr, background, edge, toys) for t_yr in exposure or [None]]
    asked.sort(key=lambda one: one.future.exposure)
    with progress(len(asked), "project") as tell:
        rows = run(asked, folder, fresh, tell, jobs=jobs, scheduler=scheduler)
    paths = projection_figure(rows, out / "projection")
    warn(folder.messages)
    print_projection(rows, notes)
    console.print("Written: " + ", ".join(str(p) for p in [out / "projection.json", *paths]))


def print_projection(rows: "Sequence[Projection]", notes: bool = False) -> None:
    """The table: each statistic at each exposure."""
    first = rows[0]
    title = f"{first.model.replace('_', ' ')} {first.parameter}, {first.experiment}  [{first.unit}]"
    columns = ("exposure [t yr]", "statistic", "Asimov", "median of toys", "68 % band", "95 % band")
    table = Table(title, columns, left=2)
    for row in rows:
        for statistic, bound in row.asimov.items():
            cells = ["", "", ""]
            if row.toy_bounds[statistic].size >= 2:
                middle, error = row.median(statistic)
                cells = [f"{middle:.3g} ± {error:.1g}"]
                cells += ["({:.3g}, {:.3g})".format(*row.band(statistic, share)) for share in (0.68, 0.95)]
            table.add(f"{row.exposure:.4g}", statistic.replace("_", " "), f"{bound:.3g}", *cells)
    table.print(console)
    failed = sum(row.failed for row in rows)
    lines = [f"{failed} toys gave no bound inside the scanned range and are not in the bands."] * bool(failed)
    lines += [
        f"{100 * first.level:g} % bounds if the Standard Model is true. profile: two-sided threshold.",
        "Posterior: flat prior, nuisances integrated by quadrature. ± is the median's Monte Carlo error.",
    ]
    print_notes(lines, notes)
