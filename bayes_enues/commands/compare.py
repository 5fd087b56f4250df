"""``bayes-enues compare``: Bayes factor of new physics against the Standard Model, and what it hangs on."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from . import common
from .common import Table, console, print_notes, progress, rows_asked, warn

if TYPE_CHECKING:
    from ..results import Comparison


def compare(
    model: common.Models = None,
    parameter: common.Parameters = None,
    experiment: common.Experiments = None,
    mass: common.Mass = None,
    settings: common.Settings = None,
    prior: common.PriorText = None,
    draws: common.Draws = 8000,
    seed: common.Seed = 20220811,
    smc: Annotated[bool, typer.Option(help="Sequential Monte Carlo too: slower.")] = True,
    out: common.Out = Path("results"),
    notes: common.Notes = False,
    fresh: common.Fresh = False,
    jobs: common.Jobs = 2,
    scheduler: common.Scheduler = None,
) -> None:
    """Bayes factors (ln B) in three ways, and their dependence on the width of the prior."""
    from ..results import grouped
    from ..runs.rows import run
    from ..runs.store import ResultsFolder

    options = {"prior": prior, "draws": draws, "seed": seed}
    specs = rows_asked(model, parameter, experiment, mass, settings, **options)
    folder = ResultsFolder(out, "compare.json")

    # with PyMC and matplotlib, which a request that is refused can spare
    from ..plots.evidence import bayes_factors_figure
    from ..studies.compare_rows import CompareSpec

    asked = [CompareSpec(spec, smc) for spec in specs]
    with progress(len(asked), "compare") as tell:
        found = run(asked, folder, fresh, tell, jobs=jobs, scheduler=scheduler)
        tell(len(asked), "figure")
        paths = []
        for name, mine in grouped(found, "model").items():
            paths += bayes_factors_figure(mine, folder.path / f"compare_{name}")
    warn(folder.messages)
    print_comparisons(found, notes)
    console.print(f"Written to {out}: compare.json, compare.csv, " + ", ".join(p.name for p in paths) + ".")


def print_comparisons(found: "Sequence[Comparison]", notes: bool = False) -> None:
    """A line a row: ln B by each method, and with the prior squeezed and stretched."""
    columns = ("parameter", "experiment", "quadrature", "Savage-Dickey", "SMC", "prior / 3", "prior × 3")
    table = Table("ln B of new physics against the Standard Model", columns, left=2)

    def number(value):
        return "" if value is None else f"{value:+.2f}"

    for row in found:
        estimates = (row.quadrature, row.savage_dickey, row.smc, row.narrower, row.wider)
        table.add(row.parameter, row.experiment, *map(number, estimates))
    table.print(console)
    lines = [
        "Above zero favours new physics. A wider prior lowers ln B: it says nothing without its prior.",
        "Last two columns: by quadrature with the row's prior, range and all, squeezed and stretched about "
        "zero by three.",
    ]
    lines += [f"* {row.parameter}, {row.experiment}: {row.prior}" for row in found]
    print_notes(lines, notes)
