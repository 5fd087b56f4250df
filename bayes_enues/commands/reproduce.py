"""``bayes-enues reproduce``: everything the paper shows, into one folder.

What is computed is :data:`bayes_enues.reports.reproduction.PLANS`, what is drawn from it
:data:`bayes_enues.plots.paper.FIGURES`. Rows are kept as they finish: an interrupted run goes on where it
stopped.
"""

from pathlib import Path

import typer

from . import common
from .common import console, progress, warn


def reproduce(
    out: common.Out = Path("results"),
    draws: common.Draws = 4000,
    seed: common.Seed = 20220811,
    fresh: common.Fresh = False,
    jobs: common.Jobs = 2,
    scheduler: common.Scheduler = None,
) -> None:
    """Table I and the figures of the paper by both statistics, and a page that explains each difference."""
    from ..runs.files import check_writable

    check_writable(out)

    # with PyMC and matplotlib, which a request that is refused can spare
    from ..plots import paper
    from ..reports import reproduction
    from ..runs.rows import all_converged, run
    from ..runs.store import ResultsFolder

    folders = {name: ResultsFolder(out, f"{name}.json", 0.9) for name in reproduction.PLANS}
    rows, messages = {}, []
    for name, plan in reproduction.PLANS.items():
        specs, keep = plan(draws, seed), name == "limits"  # their posteriors are drawn
        with progress(len(specs), name) as tell:
            rows[name] = run(specs, folders[name], fresh, tell, keep, jobs, scheduler)
        messages += folders[name].messages
    with progress(len(paper.FIGURES), "figures") as tell:
        for done, (name, draw) in enumerate(paper.FIGURES.items()):
            tell(done, name)
            draw(rows, out, out / name)
    reproduction.write_pages(rows, out, list(paper.FIGURES))
    warn(messages)
    console.print(
        f"Written to {out}: table_one (.md, .csv, .json), reproduction.md, {len(paper.FIGURES)} figures "
        "(PDF, PNG), limits.json with the posteriors, regions.json with the contours."
    )
    if not all(all_converged(part) for part in rows.values()):
        console.print("Some posteriors did not converge; they are marked and give no bound.", style="red")
        raise typer.Exit(1)
