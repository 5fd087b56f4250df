"""``bayes-enues reproduce``: everything the paper shows, into one folder."""

from pathlib import Path

import typer

from . import common
from .common import console, warn


def reproduce(
    out: common.Out = Path("results"),
    draws: common.Draws = 4000,
    seed: common.Seed = 20220811,
    fresh: common.Fresh = False,
    jobs: common.Jobs = 2,
    scheduler: common.Scheduler = None,
) -> None:
    """Table I and the figures of the paper by both statistics, and a page that explains each difference."""
    from ..analyses.paper import reproduce as compute

    found = compute(out, draws=draws, seed=seed, fresh=fresh, jobs=jobs, scheduler=scheduler)

    warn(found.messages)
    figures = list(out.glob("fig[0-9]*.pdf"))
    console.print(
        f"Written to {out}: table_one (.md, .csv, .json), reproduction.md, {len(figures)} figures "
        "(PDF, PNG, SVG), limits.json with the posteriors, regions.json with the contours."
    )
    if not found.passed:
        console.print("Some posteriors did not converge; they are marked and give no bound.", style="red")
        raise typer.Exit(1)
