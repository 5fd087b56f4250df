"""``bayes-enues compare``: Bayes factor of new physics against the Standard Model, and what it hangs on."""

from pathlib import Path
from typing import Annotated

import typer

from . import common
from .common import console, fixed_by, progress, say


def compare(
    model: Annotated[str, typer.Argument(help="Which interaction.")],
    parameter: common.Parameters = None,
    experiment: common.Experiments = None,
    prior: common.PriorText = None,
    mass: common.Mass = None,
    draws: common.Draws = 8000,
    seed: common.Seed = 20220811,
    smc: Annotated[bool, typer.Option(help="Sequential Monte Carlo too: slower.")] = True,
    out: common.Out = Path("results"),
    fresh: common.Fresh = False,
    jobs: common.Jobs = 2,
    scheduler: common.Scheduler = None,
) -> None:
    """ln B three ways, and its dependence on the prior's width."""
    from ..runs.rows import plan, run
    from ..runs.store import ResultsFolder
    from ..studies.compare_rows import CompareSpec

    options = {"prior": prior, "draws": draws, "seed": seed, "fixed": fixed_by(model, mass)}
    asked = [CompareSpec(spec, smc) for spec in plan([model], parameter, experiment, **options)]
    folder = ResultsFolder(out, "compare.json")
    with progress(len(asked), "compare") as tell:
        found = run(asked, folder, fresh, tell, jobs=jobs, scheduler=scheduler)
        tell(len(asked), "figure")
        paths = _figure(found, folder.path / f"compare_{model}", model)
    say(folder.messages)
    _print(found)
    console.print(f"Written to {out}: compare.json, compare.csv, " + ", ".join(p.name for p in paths) + ".")


def _figure(found, path, model: str) -> list[Path]:
    import numpy as np

    from .. import plots
    from ..plots.priors import plot_bayes_factors
    from ..runs.rows import interaction_named
    from ..studies.evidence import WidthScan

    kind = interaction_named(model)
    columns = min(3, len(found))
    with plots.style():
        fig, axes = plots.figure(-(-len(found) // columns), columns, squeeze=False)
        for ax in axes.ravel()[len(found) :]:
            ax.set_visible(False)
        for ax, row in zip(axes.ravel(), found, strict=False):
            scans = [
                WidthScan(s["family"], np.array(s["width"]), np.array(s["log_bayes_factor"]))
                for s in row["widths"]
            ]
            plot_bayes_factors(ax, scans, row, row["unit"], kind.label(row["parameter"]))
            ax.set_title(plots.title_of(row["experiment"]), fontsize=9)
        return plots.save(fig, path)


def _print(found) -> None:
    from rich import box
    from rich.table import Table

    title = "ln B of new physics against the Standard Model"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for column in ("parameter", "experiment"):
        table.add_column(column)
    for column in ("quadrature", "Savage-Dickey", "SMC", "width/3", "width x3"):
        table.add_column(column, justify="right")

    def number(value):
        return "" if value is None else f"{value:+.2f}"

    for row in found:
        estimates = ("quadrature", "savage_dickey", "smc", "narrower", "wider")
        table.add_row(row["parameter"], row["experiment"], *(number(row[name]) for name in estimates))
    console.print(table)
    for line in dict.fromkeys(f"* {row['parameter']}, {row['experiment']}: {row['prior']}" for row in found):
        console.print(line, style="dim")
    console.print(
        "Above zero favours new physics. The last two columns: quadrature with the row's own prior, "
        "range and all, squeezed and stretched about zero by three. Once a prior reaches past what the data "
        "allow, widening it lowers ln B: the number says nothing without its prior.",
        style="dim",
    )
