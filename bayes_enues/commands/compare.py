"""``bayes-enues compare``: Bayes factor of new physics against the Standard Model, and what it hangs on."""

from pathlib import Path
from typing import Annotated

import typer

from . import common
from .common import console, fixed_by, new_table, print_whole, progress, warn


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

    options = {"prior": prior, "draws": draws, "seed": seed, "fixed": fixed_by(model, mass)}
    specs = plan([model], parameter, experiment, **options)
    folder = ResultsFolder(out, "compare.json")

    # with PyMC and matplotlib, which a request that is refused can spare
    from ..plots.evidence import bayes_factors_figure
    from ..studies.compare_rows import CompareSpec

    asked = [CompareSpec(spec, smc) for spec in specs]
    with progress(len(asked), "compare") as tell:
        found = run(asked, folder, fresh, tell, jobs=jobs, scheduler=scheduler)
        tell(len(asked), "figure")
        paths = bayes_factors_figure(found, folder.path / f"compare_{model}")
    warn(folder.messages)
    _print(found)
    console.print(f"Written to {out}: compare.json, compare.csv, " + ", ".join(p.name for p in paths) + ".")


def _print(found) -> None:
    columns = ("parameter", "experiment", "quadrature", "Savage-Dickey", "SMC", "width/3", "width x3")
    table = new_table("ln B of new physics against the Standard Model", *columns, left=2)

    def number(value):
        return "" if value is None else f"{value:+.2f}"

    for row in found:
        estimates = (row.quadrature, row.savage_dickey, row.smc, row.narrower, row.wider)
        table.add_row(row.parameter, row.experiment, *map(number, estimates))
    print_whole(table)
    for line in dict.fromkeys(f"* {row.parameter}, {row.experiment}: {row.prior}" for row in found):
        console.print(line, style="dim")
    console.print(
        "Above zero favours new physics. The last two columns: quadrature with the row's own prior, "
        "range and all, squeezed and stretched about zero by three. Once a prior reaches past what the data "
        "allow, widening it lowers ln B: the number says nothing without its prior.",
        style="dim",
    )
