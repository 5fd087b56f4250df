"""``bayes-enues check``: prior and posterior predictive checks of a model."""

from pathlib import Path
from typing import Annotated

import typer

from . import common
from .common import console, fixed_by, progress, say


def check(
    model: Annotated[str, typer.Argument(help="Which interaction.")],
    parameter: common.Parameters = None,
    experiment: common.Experiments = None,
    prior: common.PriorText = None,
    mass: common.Mass = None,
    draws: common.Draws = 2000,
    seed: common.Seed = 20220811,
    out: common.Out = Path("results"),
    fresh: common.Fresh = False,
    jobs: common.Jobs = 2,
    scheduler: common.Scheduler = None,
) -> None:
    """Bands of predicted counts, p-values of the deviance, and the integral transform of each bin."""
    from ..runs.files import slug
    from ..runs.rows import all_converged, interaction_named, plan, run
    from ..runs.store import ResultsFolder
    from ..studies.check_rows import plan_checks, stored_check

    names = parameter or [interaction_named(model).free_names()[-1]]
    options = {"prior": prior, "draws": draws, "seed": seed, "fixed": fixed_by(model, mass)}
    specs = plan([model], names, experiment, **options)
    asked = plan_checks(specs)
    folder = ResultsFolder(out, "checks.json")
    with progress(len(asked), "check") as tell:
        rows = run(asked, folder, fresh, tell, jobs=jobs, scheduler=scheduler)
        tell(len(asked), "figures")
        paths = []
        for spec in specs:
            mine = [row for one, row in zip(asked, rows, strict=True) if one.spec == spec]
            checks = [stored_check(row, folder) for row in mine]
            parts = ("check", spec.model, spec.parameter, mine[0]["fit"])
            paths += _figure(checks, spec.experiments, folder.path / "_".join(map(slug, parts)))
    say(folder.messages)
    _print(rows)
    console.print(f"Written to {out}: checks.json, checks.csv, " + ", ".join(p.name for p in paths) + ".")
    if not all_converged(rows):
        raise typer.Exit(1)


def _figure(checks, experiments, path) -> list[Path]:
    from .. import plots
    from ..plots import checks as check_plots

    by_name = {e.name: e for e in experiments}
    with plots.style():
        fig, axes = plots.figure(len(checks), 3, 3.2, 2.4, squeeze=False)
        for (left, middle, right), found in zip(axes, checks, strict=True):
            check_plots.plot_bands(left, found, by_name[found.experiment])
            check_plots.plot_pit(middle, found)
            check_plots.plot_deviance(right, found)
        return plots.save(fig, path)


def _print(rows) -> None:
    from rich import box
    from rich.table import Table

    table = Table(title="predictive checks", title_justify="left", box=box.SIMPLE_HEAD)
    for column in ("parameter", "fit", "data of", "draws of"):
        table.add_column(column)
    for column in ("p (deviance)", "p (PIT uniform)", "bins outside 95 %"):
        table.add_column(column, justify="right")
    for row in rows:
        where = (row["parameter"], row["fit"], row["experiment"], row["group"])
        shown = (f"{row['p_value']:.3f}", f"{row['pit_uniform_p_value']:.3f}")
        table.add_row(*where, *shown, f"{row['bins_outside_95']} of {row['n_bins']}")
    console.print(table)
    console.print(
        "p: share of predicted counts that fit worse than the data; near 0 the model fails, near 1 errors "
        "are too large. The posterior uses the data twice, which draws its p-values towards one half.",
        style="dim",
    )
