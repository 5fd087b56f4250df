"""``bayes-enues region``: two parameters at a time, Figs. 3 and 5 of the paper."""

from collections.abc import Iterable
from typing import Annotated

import typer

from ..errors import InputError
from . import choices, common
from .common import finish, one_of, settings_of
from .groups import Running, command


@command
def region(
    *,
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
    run: Running,
) -> None:
    """Regions of two parameters: highest posterior density beside the Delta chi^2 contour."""
    from ..analyses import regions

    found = regions.region(
        one_of(model, "magnetic_moment", "--model", "a region takes one at a time"), parameter, experiment,
        mass=mass, settings=settings_of(settings), level=level, prior=prior,
        ranges=parse_ranges(range_ or []), draws=draws, seed=seed, **run.asked(),
    )  # fmt: skip
    written = "regions.json with the contours' vertices, regions.csv and the figure"
    finish(found, run.out, run.notes, written)


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
