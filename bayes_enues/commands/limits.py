"""``bayes-enues limits``: the table of limits, both statistics, with figures and files."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from . import common
from .common import Table, console, print_notes, warn

if TYPE_CHECKING:
    from ..results import Limit


def limits(
    model: common.Models = None,
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
    notes: common.Notes = False,
    fresh: common.Fresh = False,
    jobs: common.Jobs = 2,
    scheduler: common.Scheduler = None,
) -> None:
    """Limits on each parameter: 90 % posterior bound beside the Delta chi^2 profile."""
    from ..analyses.limit_table import limit_table
    from ..runs.rows import all_converged

    table = limit_table(
        model or ["magnetic_moment"], parameter, experiment, level=level, mass=mass,
        settings=common.settings_of(settings), atomic=atomic, prior=prior,
        nuisance_priors=nuisance_prior or (), draws=draws, seed=seed, groups=groups,
        accept_bad_fit=accept_bad_fit, out=out, fresh=fresh, jobs=jobs, scheduler=scheduler,
    )  # fmt: skip
    table.plot()
    warn(table.messages)
    print_limits(table, notes)
    console.print(
        f"Written to {out}: limits.json, limits.csv, posteriors (NetCDF) and figures (PDF, PNG, SVG)."
    )
    if not all_converged(table):
        raise typer.Exit(1)


def print_limits(rows: "Sequence[Limit]", notes: bool = False) -> None:
    """One table a model, one section an experiment, with what the columns mean below."""
    from ..reports.wording import BAD_FIT, NOT_CONVERGED, columns_of, experiment_title, footnotes, limit_cells
    from ..results import grouped
    from ..runs.rows import interaction_named

    for name, mine in grouped(rows, "model").items():
        kind = interaction_named(name)
        two_sided = kind.two_sided()
        given = {n: v for n, v in mine[0].given.items() if n in (*kind.fixed_parameters, *kind.options)}
        title = "".join(
            [
                f"{name.replace('_', ' ')} [{mine[0].unit}], {100 * mine[0].level:g} %",
                *(f", {n} = {v}" for n, v in given.items()),
            ]
        )
        table = Table(title, ("", *columns_of(mine, two_sided)))
        for experiment, members in grouped(mine, "experiment").items():
            electrons = " | ".join(dict.fromkeys(row.atomic_model for row in members if row.atomic_model))
            table.head(experiment_title(experiment))
            if electrons:
                table.head(f"electrons: {electrons}", "dim")
            for row in members:
                cells = [
                    Text(c.replace(" ∪ ", "\n"), "red" if c in (NOT_CONVERGED, BAD_FIT) else "")
                    for c in limit_cells(row, two_sided)
                ]
                table.add(f"  {row.parameter}", *cells)
        table.print(console)
    print_notes(footnotes(rows), notes)
