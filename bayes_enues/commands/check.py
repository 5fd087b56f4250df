"""``bayes-enues check``: prior and posterior predictive checks of a model."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from . import common
from .common import Table, console, print_notes, progress, rows_asked, warn

if TYPE_CHECKING:
    from ..results import Check


def check(
    model: common.Models = None,
    parameter: common.Parameters = None,
    experiment: common.Experiments = None,
    mass: common.Mass = None,
    settings: common.Settings = None,
    prior: common.PriorText = None,
    draws: common.Draws = 2000,
    seed: common.Seed = 20220811,
    out: common.Out = Path("results"),
    notes: common.Notes = False,
    fresh: common.Fresh = False,
    jobs: common.Jobs = 2,
    scheduler: common.Scheduler = None,
) -> None:
    """Bands of predicted counts, p-values of the deviance, probability integral transform of each bin."""
    from ..runs.files import slug
    from ..runs.rows import all_converged, run
    from ..runs.store import ResultsFolder

    options = {"prior": prior, "draws": draws, "seed": seed}
    specs = rows_asked(model, parameter, experiment, mass, settings, **options)
    folder = ResultsFolder(out, "checks.json")

    # with PyMC and matplotlib, which a request that is refused can spare
    from ..plots.checks import checks_figure
    from ..studies.check_rows import plan_checks, stored_check

    asked = plan_checks(specs)
    with progress(len(asked), "check") as tell:
        rows = run(asked, folder, fresh, tell, jobs=jobs, scheduler=scheduler)
        tell(len(asked), "figures")
        paths = []
        for spec in specs:
            mine = [row for one, row in zip(asked, rows, strict=True) if one.spec == spec]
            checks = [stored_check(row, folder.path) for row in mine]
            parts = ("check", mine[0].model, spec.parameter, mine[0].fit)
            paths += checks_figure(checks, spec.experiments, folder.path / "_".join(map(slug, parts)))
    warn(folder.messages)
    print_checks(rows, notes)
    console.print(f"Written to {out}: checks.json, checks.csv, " + ", ".join(p.name for p in paths) + ".")
    if not all_converged(rows):
        raise typer.Exit(1)


def print_checks(rows: "Sequence[Check]", notes: bool = False) -> None:
    """A line for each set of data and each distribution of the parameters."""
    columns = ("parameter", "fit", "data of", "draws of", "p (deviance)", "p (PIT uniform)")
    table = Table("predictive checks", (*columns, "bins outside 95 %"), left=4)
    for row in rows:
        where = (row.parameter, row.fit, row.experiment, row.group)
        shown = (f"{row.p_value:.3f}", f"{row.pit_uniform_p_value:.3f}")
        table.add(*where, *shown, f"{row.bins_outside_95} of {row.n_bins}")
    table.print(console)
    lines = [
        "p: share of predicted counts that fit worse than the data; near 0 the model fails, near 1 errors "
        "are too large.",
        "The posterior uses the data twice, which draws its p-values towards one half.",
    ]
    print_notes(lines, notes)
