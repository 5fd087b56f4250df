"""``bayes-enues nuisances``: which uncertainty matters for a bound."""

from . import common
from .common import finish
from .groups import Rows, Running, command


@command
def nuisances(
    *,
    rows: Rows,
    nuisance_prior: common.NuisancePriors = None,
    level: common.Level = 0.9,
    draws: common.Draws = 4000,
    seed: common.Seed = 20220811,
    run: Running,
) -> None:
    """Pull, constraint and effect on each bound of every nuisance; one table per parameter and experiment."""
    from ..analyses.nuisances import nuisances

    found = nuisances(
        rows.models, **rows.asked(), nuisance_priors=nuisance_prior or (), level=level, draws=draws,
        seed=seed, **run.asked(),
    )  # fmt: skip
    finish(found, run.out, run.notes)
