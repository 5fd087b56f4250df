"""``bayes-enues region``: two parameters at a time, Figs. 3 and 5 of the paper."""

from pathlib import Path
from typing import Annotated

import typer

from ..errors import InputError
from . import common
from .common import console, progress, say


def region(
    model: Annotated[str, typer.Argument(help="Which interaction.")],
    first: Annotated[str, typer.Argument(help="Parameter on the horizontal axis.")],
    second: Annotated[str, typer.Argument(help="Parameter on the vertical axis.")],
    experiment: common.Experiments = None,
    level: common.Level = 0.9,
    prior: common.PriorText = None,
    range_: Annotated[
        list[str] | None,
        typer.Option(
            "--range", help="Where to draw, such as nu_e=0:12; extended where the region does not fit."
        ),
    ] = None,
    draws: common.Draws = 4000,
    seed: common.Seed = 20220811,
    out: common.Out = Path("results"),
    fresh: common.Fresh = False,
    jobs: common.Jobs = 2,
    scheduler: common.Scheduler = None,
) -> None:
    """Regions of two parameters: highest posterior density beside the Delta chi^2 contour."""
    from ..planes.rows import plan_regions
    from ..runs.rows import all_converged, run
    from ..runs.store import ResultsFolder

    pair = (first, second)
    specs = plan_regions(
        model,
        [pair],
        experiment,
        parse_ranges(range_ or []),
        level=level,
        prior=prior,
        draws=draws,
        seed=seed,
    )
    folder = ResultsFolder(out, "regions.json", level)
    with progress(len(specs), "regions") as tell:
        rows = run(specs, folder, fresh, tell, keep_draws=False, jobs=jobs, scheduler=scheduler)
        region_figure({pair: rows}, folder.path / f"region_{model}_{first}_{second}")
    say(folder.messages)
    print_regions(rows)
    console.print(f"Written to {out}: regions.json with the contours' vertices, regions.csv and the figure.")
    if not all_converged(rows):
        raise typer.Exit(1)


def parse_ranges(texts) -> dict[str, tuple[float, float]]:
    """``nu_e=0:12`` as a mapping.

    Raises
    ------
    InputError
        If a text does not look like that.
    """
    ranges = {}
    for text in texts:
        name, _, edges = text.partition("=")
        try:
            lower, upper = (float(edge) for edge in edges.split(":"))
        except ValueError:
            raise InputError(f"{text!r} is no range; one looks like nu_e=0:12") from None
        ranges[name.strip()] = (lower, upper)
    return ranges


def region_figure(planes, path) -> None:
    """One panel a plane, three in a row: from a key that ends with its two parameters to its rows."""
    from .. import plots
    from ..plots.regions import plot_region
    from ..runs.rows import interaction_named

    columns = min(3, len(planes))
    with plots.style():
        fig, axes = plots.figure(-(-len(planes) // columns), columns, width=3.1, height=2.9, squeeze=False)
        for ax, (pair, rows) in zip(axes.ravel(), planes.items(), strict=False):
            kind = interaction_named(rows[0]["model"])
            plot_region(ax, rows, [kind.label(name) for name in pair[-2:]])
        for ax in axes.ravel()[len(planes) :]:
            ax.set_visible(False)
        handles, names = axes[0, 0].get_legend_handles_labels()
        title = rf"lines: $\Delta\chi^2 = {rows[0]['profile']['delta_chi2']:.3f}$; shaded: posterior"
        fig.legend(
            handles, names, title=title, loc="outside upper center", ncols=len(names), title_fontsize=8
        )
        plots.save(fig, path)


def print_regions(rows) -> None:
    """A line a region: sizes, errors, and the count of draws."""
    from rich import box
    from rich.table import Table

    level = f"{100 * rows[0]['level']:g} %"
    title = f"{rows[0]['model'].replace('_', ' ')}, {rows[0]['parameter']}"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    columns = (
        "experiment",
        "area Δχ²",
        "area HPD",
        "grid error",
        "Laplace error",
        f"draws in {level}",
        "contours",
    )
    for column in columns:
        table.add_column(column, justify="left" if column == "experiment" else "right")
    for row in rows:
        profile, posterior = row["profile"], row["posterior"]
        share = f"[red]not converged ({posterior['diagnosis']})[/]"
        if posterior["converged"]:
            share = f"{100 * posterior['inside']:.1f} ± {100 * posterior['inside_error']:.1f} %"
        pieces = " / ".join(
            ", ".join("closed" if c["closed"] else "ends on the axes" for c in part["contours"])
            for part in (profile, posterior)
        )
        table.add_row(
            row["experiment"],
            f"{profile['area']:.4g}",
            f"{posterior['area']:.4g}",
            f"{max(profile['grid_error'], posterior['grid_error']):.1g}",
            f"{posterior['integration_error']:.1g}",
            share,
            pieces,
        )
    console.print(table)
    cut = rows[0]["profile"]["delta_chi2"]
    console.print(
        f"Areas in squares of {rows[0]['unit']}. Δχ² = {cut:.4g}: two parameters at {level}. HPD: highest "
        f"posterior density in these two parameters, {level}; {rows[0]['experiment']}: {rows[0]['prior']}.",
        style="dim",
    )
    for note in dict.fromkeys(note for row in rows for note in row["notes"]):
        console.print(f"* {note}", style="dim")
