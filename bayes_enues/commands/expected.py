"""``bayes-enues expected``: observed limits beside those that the Standard Model leads to expect."""

from typing import Annotated

import typer

from . import common
from .common import finish
from .groups import Rows, Running, command


@command
def expected(
    *,
    rows: Rows,
    toys: Annotated[
        int, typer.Option(callback=common.between(0, 10**6), help="Toys per row; 0 for Asimov data alone.")
    ] = 1000,
    level: common.Level = 0.9,
    seed: common.Seed = 20220811,
    run: Running,
) -> None:
    """Observed limits, those expected with 68 and 95 % bands, and the p-value of the Standard Model."""
    from ..analyses import expected as analysis

    found = analysis.expected(rows.models, **rows.asked(), toys=toys, level=level, seed=seed, **run.asked())
    finish(found, run.out, run.notes)
