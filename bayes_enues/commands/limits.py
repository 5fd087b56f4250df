"""``bayes-enues limits``: the table of limits, both statistics, with figures and files."""

from pathlib import Path
from typing import Annotated

import typer

from . import common
from .common import console, print_whole, progress, say


def limits(
    model: Annotated[
        list[str] | None, typer.Option("--model", help="Which interaction; repeatable, or 'all'.")
    ] = None,
    parameter: common.Parameters = None,
    experiment: common.Experiments = None,
    level: common.Level = 0.9,
    prior: common.PriorText = None,
    draws: common.Draws = 4000,
    seed: common.Seed = 20220811,
    out: common.Out = Path("results"),
    fresh: common.Fresh = False,
    jobs: common.Jobs = 2,
    scheduler: common.Scheduler = None,
) -> None:
    """Limits on each parameter: 90 % posterior bound beside the Delta chi^2 profile."""
    from ..runs.rows import all_converged, electromagnetic_models, plan, run
    from ..runs.store import ResultsFolder, is_intact
    from ..simulations.feldman_cousins import attach

    models = list(model or ["magnetic_moment"])
    if "all" in models:
        models = electromagnetic_models()
    specs = plan(models, parameter, experiment, level=level, prior=prior, draws=draws, seed=seed)
    folder = ResultsFolder(out, "limits.json", level)
    with progress(len(specs), "limits") as tell:
        rows = run(specs, folder, fresh, tell, jobs=jobs, scheduler=scheduler)
        for name in models:
            tell(len(specs), f"figure of {name}")
            limit_figure([row for row in rows if row["model"] == name], folder)
    folder.messages += attach(rows, specs, folder.path)
    for row in rows:
        if not is_intact(row):  # an entry came or went
            folder.write(row)
    folder.save(row["fingerprint"] for row in rows)
    say(folder.messages)
    print_limits(rows)
    console.print(f"Written to {out}: limits.json, limits.csv, posteriors (NetCDF) and figures (PDF, PNG).")
    if not all_converged(rows):
        raise typer.Exit(1)


def limit_figure(rows, folder) -> None:
    """One panel a parameter: profile and posterior of every experiment."""
    import xarray as xr

    from .. import plots
    from ..runs.rows import interaction_named

    rows = [row for row in rows if "file" in row]
    parameters = list(dict.fromkeys(row["parameter"] for row in rows))
    if not parameters:
        return
    columns = min(2, len(parameters))
    with plots.style():
        fig, axes = plots.figure(-(-len(parameters) // columns), columns, squeeze=False)
        for ax in axes.ravel()[len(parameters) :]:
            ax.set_visible(False)
        for ax, name in zip(axes.ravel(), parameters, strict=False):
            for index, row in enumerate(row for row in rows if row["parameter"] == name):
                with xr.open_datatree(folder.beside(row), engine="h5netcdf") as tree:
                    profile = tree["profile"]
                    curve = (profile[name].values, profile["delta_chi2"].values)
                    draws = tree["posterior"][name].values.ravel()
                plots.plot_limit(ax, row, curve, draws, interaction_named(row["model"]).label(name), index)
        plots.limit_legend(fig, axes[0, 0])
        plots.save(fig, folder.path / f"limits_{rows[0]['model']}")


def print_limits(rows) -> None:
    """One table a model, one section an experiment, with what the columns mean below."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from ..reports.wording import NOT_CONVERGED, columns_of, experiment_title, footnotes, limit_cells
    from ..runs.rows import interaction_named

    for name in dict.fromkeys(row["model"] for row in rows):
        mine = [row for row in rows if row["model"] == name]
        signed = interaction_named(name).signed
        table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0), pad_edge=False)
        table.add_column(f"{name.replace('_', ' ')}\n[{mine[0]['unit']}]", no_wrap=True)
        for column in columns_of(mine, signed):
            table.add_column(column, justify="right", no_wrap=True)
        for experiment in dict.fromkeys(row["experiment"] for row in mine):
            table.add_row(f"[bold]{experiment_title(experiment)}[/]")
            for row in (row for row in mine if row["experiment"] == experiment):
                cells = [
                    Text(c.replace(" ∪ ", "\n"), "red" if c == NOT_CONVERGED else "")
                    for c in limit_cells(row, signed)
                ]
                table.add_row(f"  {row['parameter']}", *cells)
            table.add_section()
        print_whole(table)
    for line in footnotes(rows):
        console.print(Text(line, "dim"), width=min(console.width, 110))
