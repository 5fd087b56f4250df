"""``bayes-enues compare``: Bayes factor of new physics against the Standard Model, and what it hangs on."""

from typing import Annotated

import typer

from . import common
from .common import finish
from .groups import Rows, Running, command


@command
def compare(
    *,
    rows: Rows,
    draws: common.Draws = 8000,
    seed: common.Seed = 20220811,
    smc: Annotated[bool, typer.Option(help="Sequential Monte Carlo too: slower.")] = True,
    run: Running,
) -> None:
    """Bayes factors (ln B) in three ways, and their dependence on the width of the prior."""
    from ..analyses import comparison

    found = comparison.compare(rows.models, **rows.asked(), draws=draws, seed=seed, smc=smc, **run.asked())
    finish(found, run.out, run.notes)
