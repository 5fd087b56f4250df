"""``bayes-enues project``: expected limits after more exposure, with the bands of toys."""

import json
from pathlib import Path
from typing import Annotated

import typer

from ..errors import InputError
from .common import Level, Out, Seed, console, new_table, progress


def project(
    model: Annotated[str, typer.Option("--model", help="Which interaction.")] = "magnetic_moment",
    parameter: Annotated[str | None, typer.Option("--parameter", help="Default: the model's first.")] = None,
    experiment: Annotated[
        str, typer.Option("--experiment", help="An experiment or the path of a folder.")
    ] = "xenonnt_sr0",
    exposure: Annotated[
        list[float] | None, typer.Option(help="In t yr; repeatable. Default: the experiment's own.")
    ] = None,
    background: Annotated[float, typer.Option(help="Factor on the background per exposure.")] = 1.0,
    edge: Annotated[
        float, typer.Option(help="Shift of the efficiency edge in keV; negative is lower.")
    ] = 0.0,
    toys: Annotated[int, typer.Option(min=0, help="Toys per exposure; 0 for Asimov data alone.")] = 200,
    level: Level = 0.9,
    seed: Seed = 20220811,
    out: Out = Path("results"),
) -> None:
    """Projected limits: Asimov data and toys of the Standard Model, both statistics."""
    from ..plots.projection import projection_figure
    from ..runs.files import check_writable, write_text
    from ..runs.rows import interaction_named
    from ..statistics import check_level
    from ..studies.projection import future_experiment
    from ..studies.projection import project as run

    level = check_level(level)
    kind = interaction_named(model)
    parameter = parameter or kind.free_names()[0]
    if parameter not in kind.free_names():
        raise InputError(f"{model} has no parameter {parameter!r}; the choices are {list(kind.free_names())}")
    if kind.fixed_parameters:
        raise InputError(f"{model} needs {list(kind.fixed_parameters)}; use bayes_enues.project from Python")
    if "+" in experiment and not Path(experiment).is_dir():
        raise InputError(f"{experiment!r} joins experiments; a projection takes one at a time")
    future = [future_experiment(experiment, t_yr, background, edge) for t_yr in sorted(exposure or [None])]
    check_writable(out)

    rows = []
    with progress(len(future) * max(toys, 1), "project") as tell:
        for k, e in enumerate(future):
            words = f"{e.exposure:g} t yr"
            tell(k * toys, f"{words}: compiling")
            rows.append(
                run(
                    kind(), [e], parameter, toys, level, seed,
                    progress=lambda done, k=k, words=words: tell(k * toys + done, words),
                )
            )  # fmt: skip
    content = {
        "level": level,
        "seed": seed,
        "background_scale": background,
        "edge_shift_keV": edge,
        "rows": [row.to_dict() for row in rows],
    }
    write_text(out / "projection.json", json.dumps(content, indent=1, allow_nan=False) + "\n")
    paths = projection_figure(rows, out / "projection")
    print_projection(rows)
    console.print("Written: " + ", ".join(str(p) for p in [out / "projection.json", *paths]))


def print_projection(rows) -> None:
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
    console.print(table)
    console.print(
        f"{100 * first.level:g} % bounds if the Standard Model is true. profile: two-sided threshold; "
        "posterior: flat prior, nuisances integrated by quadrature. ± is the median's Monte Carlo error.",
        style="dim",
    )
    if failed := sum(row.failed for row in rows):
        console.print(f"{failed} toys gave no bound inside the scanned range and are not in the bands.")
