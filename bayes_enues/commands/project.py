"""``bayes-enues project``: expected limits after more exposure, with the bands of toys."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import InputError
from . import common
from .common import console, fixed_by, new_table, print_whole, progress, warn

if TYPE_CHECKING:
    from ..results import Projection


def project(
    model: Annotated[str, typer.Option("--model", help="Which interaction.")] = "magnetic_moment",
    parameter: Annotated[str | None, typer.Option("--parameter", help="Default: the model's first.")] = None,
    experiment: Annotated[
        str, typer.Option("--experiment", help="An experiment or the path of a folder.")
    ] = "xenonnt_sr0",
    mass: common.Mass = None,
    settings: common.Settings = None,
    exposure: Annotated[
        list[float] | None,
        typer.Option(
            callback=common.between(1e-6, 1e6), help="In t yr; repeatable. Default: the experiment's own."
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
    fresh: common.Fresh = False,
    jobs: common.Jobs = 2,
    scheduler: common.Scheduler = None,
) -> None:
    """Projected limits: Asimov data and toys of the Standard Model, both statistics."""
    from ..runs.rows import interaction_named, plan, run
    from ..runs.store import ResultsFolder

    kind = interaction_named(model)
    if "+" in experiment and not Path(experiment).is_dir():
        raise InputError(f"{experiment!r} joins experiments; a projection takes one at a time")
    names, fixed = [parameter or kind.free_names()[0]], fixed_by(model, mass, settings)
    (spec,) = plan([model], names, [experiment], level=level, seed=seed, fixed=fixed)
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
    print_projection(rows)
    console.print("Written: " + ", ".join(str(p) for p in [out / "projection.json", *paths]))


def print_projection(rows: "Sequence[Projection]") -> None:
    """The table: each statistic at each exposure."""
    first = rows[0]
    title = f"{first.model.replace('_', ' ')} {first.parameter}, {first.experiment}  [{first.unit}]"
    columns = ("exposure [t yr]", "statistic", "Asimov", "median of toys", "68 % band", "95 % band")
    table = new_table(title, *columns, left=2)
    for row in rows:
        for statistic, bound in row.asimov.items():
            cells = ["", "", ""]
            if row.toy_bounds[statistic].size >= 2:
                middle, error = row.median(statistic)
                cells = [f"{middle:.3g} ± {error:.1g}"]
                cells += ["({:.3g}, {:.3g})".format(*row.band(statistic, share)) for share in (0.68, 0.95)]
            table.add_row(f"{row.exposure:.4g}", statistic.replace("_", " "), f"{bound:.3g}", *cells)
        table.add_section()
    print_whole(table)
    console.print(
        f"{100 * first.level:g} % bounds if the Standard Model is true. profile: two-sided threshold; "
        "posterior: flat prior, nuisances integrated by quadrature. ± is the median's Monte Carlo error.",
        style="dim",
    )
    if failed := sum(row.failed for row in rows):
        console.print(f"{failed} toys gave no bound inside the scanned range and are not in the bands.")
