"""``bayes-enues check``: prior and posterior predictive checks of a model."""

from . import common
from .common import finish
from .groups import Rows, Running, command


@command
def check(*, rows: Rows, draws: common.Draws = 2000, seed: common.Seed = 20220811, run: Running) -> None:
    """Bands of predicted counts, p-values of the deviance, probability integral transform of each bin."""
    from ..analyses import checks

    found = checks.check(rows.models, **rows.asked(), draws=draws, seed=seed, **run.asked())
    finish(found, run.out, run.notes)
