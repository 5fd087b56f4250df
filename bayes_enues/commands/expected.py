"""``bayes-enues expected``: observed limits beside those that the Standard Model leads to expect."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from . import common
from .common import console, fixed_by, new_table, print_whole, progress, warn

if TYPE_CHECKING:
    from ..results import Expected


def expected(
    model: Annotated[str, typer.Option("--model", help="Which interaction.")] = "magnetic_moment",
    parameter: common.Parameters = None,
    experiment: common.Experiments = None,
    mass: common.Mass = None,
    settings: common.Settings = None,
    toys: Annotated[
        int, typer.Option(callback=common.between(0, 10**6), help="Toys a row; 0 for Asimov data alone.")
    ] = 1000,
    level: common.Level = 0.9,
    seed: common.Seed = 20220811,
    out: common.Out = Path("results"),
    fresh: common.Fresh = False,
    jobs: common.Jobs = 2,
    scheduler: common.Scheduler = None,
) -> None:
    """Observed limits, those expected with 68 and 95 % bands, and the p-value of the Standard Model."""
    from ..runs.rows import plan, run
    from ..runs.store import ResultsFolder

    fixed = fixed_by(model, mass, settings)
    specs = plan([model], parameter, experiment, level=level, seed=seed, fixed=fixed)
    folder = ResultsFolder(out, "expected.json", level)

    # with PyMC and matplotlib, which a request that is refused can spare
    from ..plots.expected import expected_figure
    from ..studies.expected import ExpectedSpec

    with progress(len(specs), "expected") as tell:
        rows = run(
            [ExpectedSpec(spec, toys) for spec in specs], folder, fresh, tell, jobs=jobs, scheduler=scheduler
        )
    paths = expected_figure(rows, folder.path / f"expected_{model}")
    warn(folder.messages)
    print_expected(rows)
    console.print("Written: " + ", ".join(str(p) for p in [out / "expected.json", *paths]))


def print_expected(rows: "Sequence[Expected]") -> None:
    """A table a parameter: each statistic of each experiment."""
    from ..reports.wording import experiment_title
    from ..results import grouped

    for parameter, mine in grouped(rows, "parameter").items():
        first = mine[0]
        title = f"{first.model.replace('_', ' ')} {parameter}  [{first.unit}], {100 * first.level:g} %"
        table = new_table(
            title, "", "observed", "Asimov", "median\nof toys", "68 % band", "95 % band", "power\nconstrained"
        )
        for row in mine:
            tests = [f"p(SM) = {row.standard_model.p_value:.2g}", f"p(signal) = {row.signal.p_value:.2g}"]
            table.add_row(Text(experiment_title(row.experiment), "bold"), *tests)
            for statistic, bound in row.observed.items():
                cells = [f"{bound:.3g}", f"{row.asimov[statistic]:.3g}", "", "", ""]
                if row.toy_bounds[statistic].size >= 2:
                    cells[2] = f"{row.median(statistic)[0]:.3g}"
                    cells[3:] = ["({:.3g}, {:.3g})".format(*row.band(statistic, s)) for s in (0.68, 0.95)]
                if statistic in row.power_constrained:
                    cells.append(f"{row.power_constrained[statistic]:.3g}")
                table.add_row(f"  {statistic.replace('_', ' ')}", *cells)
            table.add_section()
        print_whole(table)
    toys = max(row.toys for row in rows)
    console.print(
        "Expected if the Standard Model is true, with the nuisances where its fit to the data has them. "
        f"p(SM): {'share of toys whose chi^2 exceeds that of the data' if toys else 'of chi^2, asymptotic'}. "
        "p(signal): of toys whose best fit gains more over the Standard Model. "
        "Power constrained: not below the 68 % band. profile: two-sided threshold.",
        style="dim",
    )
    if failed := sum(row.failed for row in rows):
        console.print(f"{failed} toys gave no bound inside the scanned range and are not in the bands.")
