"""``bayes-enues priors``: how each bound moves with its prior, as a table, a file and figures."""

from typing import Annotated

import typer

from . import common
from .common import finish, settings_of
from .groups import Running, command


@command
def priors(
    *,
    model: common.Models = None,
    parameter: common.Parameters = None,
    experiment: common.Experiments = None,
    prior: Annotated[
        list[str] | None,
        typer.Option(
            "--prior",
            help="A prior, as flat_strength, jeffreys, 'halfnormal(1e-11 mu_B)', 'loguniform(1e-14 mu_B)'; "
            "repeatable. Default: six for moments and couplings, five for signed parameters.",
        ),
    ] = None,
    nuisances: Annotated[bool, typer.Option(help="Halve and double the width of each nuisance too.")] = True,
    nuisance_prior: common.NuisancePriors = None,
    mass: common.Mass = None,
    settings: common.Settings = None,
    level: common.Level = 0.9,
    draws: common.Draws = 4000,
    seed: common.Seed = 20220811,
    run: Running,
) -> None:
    """Bounds under several priors, beside the profile likelihood."""
    from ..analyses.priors import study_priors

    found = study_priors(
        model or "magnetic_moment", parameter, experiment, priors=prior, nuisances=nuisances,
        nuisance_priors=nuisance_prior or (), mass=mass, settings=settings_of(settings), level=level,
        draws=draws, seed=seed, **run.asked(),
    )  # fmt: skip
    written = "priors.json, priors.csv, posteriors (NetCDF) and figures (PDF, PNG, SVG)"
    finish(found, run.out, run.notes, written)
