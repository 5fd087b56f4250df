"""``bayes-enues expected``: observed limits beside those that the Standard Model leads to expect."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from . import common
from .common import Table, console, print_notes, progress, rows_asked, warn

if TYPE_CHECKING:
    from ..results import Expected


def expected(
    model: common.Models = None,
    parameter: common.Parameters = None,
    experiment: common.Experiments = None,
    mass: common.Mass = None,
    settings: common.Settings = None,
    prior: common.PriorText = None,
    toys: Annotated[
        int, typer.Option(callback=common.between(0, 10**6), help="Toys per row; 0 for Asimov data alone.")
    ] = 1000,
    level: common.Level = 0.9,
    seed: common.Seed = 20220811,
    out: common.Out = Path("results"),
    notes: common.Notes = False,
    fresh: common.Fresh = False,
    jobs: common.Jobs = 2,
    scheduler: common.Scheduler = None,
) -> None:
    """Observed limits, those expected with 68 and 95 % bands, and the p-value of the Standard Model."""
    from ..results import grouped
    from ..runs.rows import run
    from ..runs.store import ResultsFolder

    options = {"level": level, "seed": seed, "prior": prior}
    specs = rows_asked(model, parameter, experiment, mass, settings, **options)
    folder = ResultsFolder(out, "expected.json", level)

    # with PyMC and matplotlib, which a request that is refused can spare
    from ..plots.expected import expected_figure
    from ..studies.expected import ExpectedSpec

    with progress(len(specs), "expected") as tell:
        rows = run(
            [ExpectedSpec(spec, toys) for spec in specs], folder, fresh, tell, jobs=jobs, scheduler=scheduler
        )
    paths = []
    for name, mine in grouped(rows, "model").items():
        paths += expected_figure(mine, folder.path / f"expected_{name}")
    warn(folder.messages)
    print_expected(rows, notes)
    console.print("Written: " + ", ".join(str(p) for p in [out / "expected.json", *paths]))


def print_expected(rows: "Sequence[Expected]", notes: bool = False) -> None:
    """A table a parameter: each statistic of each experiment."""
    from ..reports.wording import experiment_title
    from ..results import grouped

    for (name, parameter), mine in grouped(rows, "model", "parameter").items():
        first = mine[0]
        title = f"{name.replace('_', ' ')} {parameter}  [{first.unit}], {100 * first.level:g} %"
        columns = ("observed", "Asimov", "median\nof toys", "68 % band", "95 % band", "power\nconstrained")
        table = Table(title, ("", *columns))
        for row in mine:
            tests = f"p(SM) = {row.standard_model.p_value:.2g}, p(signal) = {row.signal.p_value:.2g}"
            table.head(f"{experiment_title(row.experiment)}: {tests}")
            for statistic, bound in row.observed.items():
                cells = [f"{bound:.3g}", f"{row.asimov[statistic]:.3g}", "", "", ""]
                if row.toy_bounds[statistic].size >= 2:
                    cells[2] = f"{row.median(statistic)[0]:.3g}"
                    cells[3:] = ["({:.3g}, {:.3g})".format(*row.band(statistic, s)) for s in (0.68, 0.95)]
                if statistic in row.power_constrained:
                    cells.append(f"{row.power_constrained[statistic]:.3g}")
                table.add(f"  {statistic.replace('_', ' ')}", *cells)
        table.print(console)
    toys = max(row.toys for row in rows)
    failed = sum(row.failed for row in rows)
    lines = [f"{failed} toys gave no bound inside the scanned range and are not in the bands."] * bool(failed)
    lines += [
        "Expected if the Standard Model is true, nuisances where its fit to the data has them.",
        f"p(SM): {'share of toys whose chi^2 exceeds that of the data' if toys else 'of chi^2, asymptotic'}.",
        "p(signal): share of toys whose best fit gains more over the Standard Model.",
        "Power constrained: not below the 68 % band. profile: two-sided threshold.",
    ]
    print_notes(lines, notes)
