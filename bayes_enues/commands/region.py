"""``bayes-enues region``: two parameters at a time, Figs. 3 and 5 of the paper."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from ..errors import InputError
from . import choices, common
from .common import Table, console, fixed_by, one_of, print_notes, progress, warn

if TYPE_CHECKING:
    from ..results import Region


def region(
    model: common.Models = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option(
            "--parameter",
            metavar="NAME",
            help="Give two: the horizontal axis, then the vertical one. Default: the model's first two.",
            autocompletion=choices.complete_parameter,
        ),
    ] = None,
    experiment: common.Experiments = None,
    mass: common.Mass = None,
    settings: common.Settings = None,
    level: common.Level = 0.9,
    prior: common.PriorText = None,
    range_: Annotated[
        list[str] | None,
        typer.Option("--range", help="Range to draw, such as nu_e=0:12; extended if the region is larger."),
    ] = None,
    draws: common.Draws = 4000,
    seed: common.Seed = 20220811,
    out: common.Out = Path("results"),
    notes: common.Notes = False,
    fresh: common.Fresh = False,
    jobs: common.Jobs = 2,
    scheduler: common.Scheduler = None,
) -> None:
    """Regions of two parameters: highest posterior density beside the Delta chi^2 contour."""
    from ..planes.rows import plan_regions
    from ..runs.rows import all_converged, interaction_named, run
    from ..runs.store import ResultsFolder

    name = one_of(model, "magnetic_moment", "--model", "a region takes one at a time")
    pair = tuple(parameter or interaction_named(name).free_names()[:2])
    if len(pair) != 2:
        raise InputError(f"a region is of two parameters; --parameter gave {list(pair)}")
    specs = plan_regions(
        name,
        [pair],
        experiment,
        parse_ranges(range_ or []),
        level=level,
        prior=prior,
        draws=draws,
        seed=seed,
        fixed=fixed_by(name, mass, settings),
    )
    folder = ResultsFolder(out, "regions.json", level)

    # with PyMC and matplotlib, which a request that is refused can spare
    from ..plots.regions import regions_figure

    with progress(len(specs), "regions") as tell:
        rows = run(specs, folder, fresh, tell, jobs=jobs, scheduler=scheduler)
        regions_figure(rows, folder.path / "_".join(("region", name, *pair)))
    warn(folder.messages)
    print_regions(rows, notes)
    console.print(f"Written to {out}: regions.json with the contours' vertices, regions.csv and the figure.")
    if not all_converged(rows):
        raise typer.Exit(1)


def parse_ranges(texts: Iterable[str]) -> dict[str, tuple[float, float]]:
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


def print_regions(rows: "Sequence[Region]", notes: bool = False) -> None:
    """A line a region: sizes, errors, and the count of draws."""
    from ..results import there

    one = rows[0]
    level = f"{100 * one.level:g} %"
    title = f"{one.model.replace('_', ' ')}, {one.parameter}"
    columns = ("experiment", "area Δχ²", "area HPD", "grid error", "Laplace error", f"draws in {level}")
    table = Table(title, (*columns, "contours"))
    for row in rows:
        profile, posterior = row.profile, row.posterior
        share: str | Text = Text(f"not converged ({posterior.diagnosis})", "red")
        if posterior.converged:
            share = f"{100 * there(posterior.share_inside):.1f} ± {100 * there(posterior.share_error):.1f} %"
        pieces = " / ".join(
            ", ".join("closed" if line.closed else "open" for line in part.contours)
            for part in (profile, posterior)
        )
        table.add(
            row.experiment,
            f"{profile.area:.4g}",
            f"{posterior.area:.4g}",
            f"{max(there(profile.grid_error), there(posterior.grid_error)):.1g}",
            f"{posterior.integration_error:.1g}",
            share,
            pieces,
        )
    table.print(console)
    lines = [
        f"Areas in squares of {one.unit}. Δχ² = {one.profile.threshold:.4g}: two parameters at {level}.",
        "Contours of both, piece by piece; an open one ends on the axes.",
        *(f"* {note}" for row in rows for note in row.notes),
        f"HPD: highest posterior density in these two parameters, {level}; {one.experiment}: {one.prior}.",
    ]
    print_notes(lines, notes)
