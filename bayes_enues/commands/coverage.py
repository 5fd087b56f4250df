"""``bayes-enues coverage``: how often each bound includes the truth; limits of Feldman and Cousins."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from ..errors import InputError
from . import common
from .common import finish, one_of
from .groups import Rows, command


@command
def coverage(
    *,
    rows: Rows,
    toys: Annotated[
        int, typer.Option(callback=common.between(1, 10**9), help="Toys at each true value.")
    ] = 10_000,
    true_values: Annotated[
        str,
        typer.Option(
            help="How many true values, or a list such as 0,4,8 in the parameter's unit (one value: 4,)."
        ),
    ] = "20",
    kind: Annotated[
        Literal["poisson", "gaussian"],
        typer.Option(help="How counts are simulated; gaussian with the errors of the data."),
    ] = "poisson",
    level: common.Level = 0.9,
    seed: common.Seed = 20220811,
    jobs: common.Jobs = None,
    scheduler: common.Scheduler = None,
    out: Annotated[Path | None, typer.Option(help="Folder; default: results/coverage_MODEL.")] = None,
) -> None:
    """Coverage of every bound at a grid of true values, with the critical values of Feldman and Cousins."""
    from ..analyses import coverage as analysis

    name = one_of(
        rows.model, "magnetic_moment", "--model", "coverage is of one at a time, in a folder of its own"
    )
    out = out or Path("results") / f"coverage_{name}"
    found = analysis.coverage(
        name, **rows.asked(), toys=toys, true_values=parse_true_values(true_values), kind=kind, level=level,
        seed=seed, jobs=jobs, scheduler=scheduler, out=out,
    )  # fmt: skip
    finish(found, out, written="coverage.json, the toys (rows/) and figures (PDF, PNG, SVG)")


def parse_true_values(text: str) -> int | list[float]:
    """A number of true values, or the values themselves: ``20``, ``0,4,8``, ``4,``.

    Raises
    ------
    InputError
        If the text is neither.
    """
    try:
        if "," in text:
            return [float(part) for part in text.split(",") if part.strip()]
        return int(text)
    except ValueError:
        raise InputError(
            f"--true-values is {text!r}; a whole number of values or a list such as 0,4,8 was needed"
        ) from None
