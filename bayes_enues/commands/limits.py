"""``bayes-enues limits``: the table of limits, both statistics, with figures and files."""

from pathlib import Path
from typing import Annotated

import typer

from .common import Draws, Experiments, Fresh, Level, Out, Parameters, PriorText, Seed, console, progress


def limits(
    model: Annotated[
        list[str] | None, typer.Option("--model", help="Which interaction; repeatable, or 'all'.")
    ] = None,
    parameter: Parameters = None,
    experiment: Experiments = None,
    level: Level = 0.9,
    prior: PriorText = None,
    draws: Draws = 4000,
    seed: Seed = 20220811,
    out: Out = Path("results"),
    fresh: Fresh = False,
) -> None:
    """Limits on each parameter: 90 % posterior bound beside the Delta chi^2 profile."""
    from ..results import ResultsFolder
    from ..rows import all_converged, electromagnetic_models, plan, run

    models = list(model or ["magnetic_moment"])
    if "all" in models:
        models = electromagnetic_models()
    specs = plan(models, parameter, experiment, level=level, prior=prior, draws=draws, seed=seed)
    folder = ResultsFolder(out, "limits.json", level)
    with progress(len(specs), "limits") as tell:
        rows = run(specs, folder, fresh, tell)
        for name in models:
            tell(len(specs), f"figure of {name}")
            limit_figure([row for row in rows if row["model"] == name], folder)
    for message in folder.messages:
        console.print(f"[yellow]{message}[/]")
    print_limits(rows)
    console.print(f"Written to {out}: limits.json, limits.csv, posteriors (NetCDF) and figures (PDF, PNG).")
    if not all_converged(rows):
        raise typer.Exit(1)


def limit_figure(rows, folder) -> None:
    """One panel a parameter: profile and posterior of every experiment."""
    import xarray as xr

    from .. import plots
    from ..rows import interaction_named

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
            mine = [row for row in rows if row["parameter"] == name]
            for index, row in enumerate(mine):
                with xr.open_datatree(folder.path / row["file"]["name"], engine="h5netcdf") as tree:
                    profile = tree["profile"]
                    curve = (profile[name].values, profile["delta_chi2"].values)
                    draws = tree["posterior"][name].values.ravel()
                kind = interaction_named(row["model"])
                plots.plot_limit(ax, row, curve, draws, kind.label(name), index)
            tops = [max(abs(end) for piece in row["profile"]["pieces"] for end in piece) for row in mine]
            kind = interaction_named(mine[0]["model"])
            low = min(piece[0] for row in mine for piece in row["profile"]["pieces"]) if kind.signed else 0.0
            high = (
                max(piece[1] for row in mine for piece in row["profile"]["pieces"])
                if kind.signed
                else max(tops)
            )
            ax.set_xlim(low - 0.3 * (high - low) * kind.signed, high + 0.3 * (high - low))
        axes[0, 0].legend()
        plots.save(fig, folder.path / f"limits_{rows[0]['model']}")


def print_limits(rows) -> None:
    """The table, with what its columns mean below."""
    from rich import box
    from rich.table import Table

    from ..rows import interaction_named
    from ..wording import NOT_CONVERGED, columns_of, footnotes, limit_cells

    for name in dict.fromkeys(row["model"] for row in rows):
        mine = [row for row in rows if row["model"] == name]
        signed = interaction_named(name).signed
        table = Table(
            title=f"{name.replace('_', ' ')}  [{mine[0]['unit']}]", title_justify="left", box=box.SIMPLE_HEAD
        )
        for column in ("parameter", "experiment", *columns_of(mine, signed)):
            table.add_column(column, justify="left" if column in ("parameter", "experiment") else "right")
        last = None
        for row in mine:
            if last not in (None, row["experiment"]):
                table.add_section()
            last = row["experiment"]
            cells = [c.replace(NOT_CONVERGED, f"[red]{NOT_CONVERGED}[/]") for c in limit_cells(row, signed)]
            table.add_row(row["parameter"], row["experiment"], *cells)
        console.print(table)
    for line in footnotes(rows):
        console.print(line, style="dim")
