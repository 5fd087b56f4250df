"""``bayes-enues limits``: the table of limits, both statistics, with figures and files."""

from pathlib import Path
from typing import Annotated

import typer

from . import common
from .common import finish
from .groups import Rows, Running, command


@command
def limits(
    *,
    rows: Rows,
    level: common.Level = 0.9,
    atomic: common.Atomic = None,
    nuisance_prior: common.NuisancePriors = None,
    draws: common.Draws = 4000,
    seed: common.Seed = 20220811,
    groups: Annotated[
        bool,
        typer.Option(
            "--groups", help="Also store what follows from the draws: likelihood, prior and predicted counts."
        ),
    ] = False,
    overlay: Annotated[
        list[Path] | None,
        typer.Option(
            help="A published limit of your own for the figures, or a folder of them: a CSV of "
            "parameter,value under lines such as '# confidence: 0.9'; docs/results.md says which; repeatable."
        ),
    ] = None,
    accept_bad_fit: Annotated[
        bool,
        typer.Option(
            "--accept-bad-fit",
            help="Give a posterior bound although the best fit does not describe the data (p below 1e-6).",
        ),
    ] = False,
    run: Running,
) -> None:
    """Limits on each parameter: 90 % posterior bound beside the Delta chi^2 profile."""
    from ..analyses.limit_table import get_ready, limit_table
    from ..runs.second import second_process

    with second_process(run.jobs != 1, get_ready):
        found = limit_table(
            rows.models, **rows.asked(), level=level, atomic=atomic, nuisance_priors=nuisance_prior or (),
            draws=draws, seed=seed, groups=groups, accept_bad_fit=accept_bad_fit, overlays=overlay or (),
            **run.asked(),
        )  # fmt: skip
        written = "limits.json, limits.csv, posteriors (NetCDF) and figures (PDF, PNG, SVG)"
        finish(found, run.out, run.notes, written)
