"""``bayes-enues limits``: the table of limits, both statistics, with figures and files."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from . import common
from .common import console, fixed_by, print_whole, progress, warn

if TYPE_CHECKING:
    from ..results import Limit


def limits(
    model: Annotated[
        list[str] | None, typer.Option("--model", help="Which interaction; repeatable, or 'all'.")
    ] = None,
    parameter: common.Parameters = None,
    experiment: common.Experiments = None,
    level: common.Level = 0.9,
    mass: common.Mass = None,
    settings: common.Settings = None,
    atomic: common.Atomic = None,
    prior: common.PriorText = None,
    nuisance_prior: common.NuisancePriors = None,
    draws: common.Draws = 4000,
    seed: common.Seed = 20220811,
    groups: Annotated[
        bool,
        typer.Option(
            "--groups", help="Also store what follows from the draws: likelihood, prior and predicted counts."
        ),
    ] = False,
    out: common.Out = Path("results"),
    accept_bad_fit: Annotated[
        bool,
        typer.Option(
            "--accept-bad-fit",
            help="Give a posterior bound although the best fit does not describe the data (p below 1e-6).",
        ),
    ] = False,
    fresh: common.Fresh = False,
    jobs: common.Jobs = 2,
    scheduler: common.Scheduler = None,
) -> None:
    """Limits on each parameter: 90 % posterior bound beside the Delta chi^2 profile."""
    from ..runs.figures import to_be_drawn
    from ..runs.rows import all_converged, electromagnetic_models, plan, run, with_nuisance_priors
    from ..runs.store import ResultsFolder
    from ..simulations.attached import attach

    models = list(model or ["magnetic_moment"])
    if "all" in models:
        models = electromagnetic_models()
    options = {
        "level": level, "prior": prior, "draws": draws, "seed": seed, "groups": groups,
        "accept_bad_fit": accept_bad_fit,
    }  # fmt: skip
    specs = [
        spec
        for name in models
        for spec in plan(
            [name], parameter, experiment, atomic, fixed=fixed_by(name, mass, settings), **options
        )
    ]
    specs = [with_nuisance_priors(spec, nuisance_prior or ()) for spec in specs]
    folder = ResultsFolder(out, "limits.json", level)

    with progress(len(specs), "limits") as tell:
        rows = run(specs, folder, fresh, tell, jobs=jobs, scheduler=scheduler)
        rows = attach(rows, specs, folder)
        if missing := to_be_drawn(rows, folder.path):
            from ..plots.limits import limits_figures  # with matplotlib, which a table alone can spare

            tell(len(specs), "figures")
            limits_figures(missing, folder.path)
    warn(folder.messages)
    print_limits(rows)
    console.print(f"Written to {out}: limits.json, limits.csv, posteriors (NetCDF) and figures (PDF, PNG).")
    if not all_converged(rows):
        raise typer.Exit(1)


def print_limits(rows: "Sequence[Limit]") -> None:
    """One table a model, one section an experiment, with what the columns mean below."""
    from rich import box
    from rich.table import Table

    from ..reports.wording import BAD_FIT, NOT_CONVERGED, columns_of, experiment_title, footnotes, limit_cells
    from ..results import grouped
    from ..runs.rows import interaction_named

    for name, mine in grouped(rows, "model").items():
        kind = interaction_named(name)
        two_sided = kind.two_sided()
        given = {n: v for n, v in mine[0].given.items() if n in (*kind.fixed_parameters, *kind.options)}
        if given:
            console.print(Text(", ".join(f"{n} = {v}" for n, v in given.items())))
        table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0), pad_edge=False)
        table.add_column(Text(f"{name.replace('_', ' ')}\n[{mine[0].unit}]"), no_wrap=True)
        for column in columns_of(mine, two_sided):
            table.add_column(column, justify="right", no_wrap=True)
        for experiment, members in grouped(mine, "experiment").items():
            electrons = " | ".join(dict.fromkeys(row.atomic_model for row in members if row.atomic_model))
            table.add_row(Text(experiment_title(experiment), "bold"))
            if electrons:
                table.add_row(Text(f"electrons: {electrons}", "dim"))
            for row in members:
                cells = [
                    Text(c.replace(" ∪ ", "\n"), "red" if c in (NOT_CONVERGED, BAD_FIT) else "")
                    for c in limit_cells(row, two_sided)
                ]
                table.add_row(f"  {row.parameter}", *cells)
            table.add_section()
        print_whole(table)
    for line in footnotes(rows):
        console.print(Text(line, "dim"), width=min(console.width, 110))
