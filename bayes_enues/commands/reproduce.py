"""``bayes-enues reproduce``: everything the paper shows, into one folder.

What is computed is :data:`bayes_enues.reports.reproduction.PLANS`, what is drawn from it
:data:`bayes_enues.plots.paper.FIGURES`. Rows are kept as they finish: an interrupted run goes on where it
stopped.
"""

from pathlib import Path

import typer

from .common import Draws, Fresh, Jobs, Out, Seed, console, progress, warn


def reproduce(
    out: Out = Path("results"),
    draws: Draws = 4000,
    seed: Seed = 20220811,
    fresh: Fresh = False,
    jobs: Jobs = 2,
) -> None:
    """Table I and the figures of the paper by both statistics, and a page on every difference."""
    from ..plots import paper
    from ..reports import reproduction
    from ..results import ROW_TYPES
    from ..runs.rows import all_converged, run
    from ..runs.store import ResultsFolder

    rows, messages = {}, []
    for name, plan in reproduction.PLANS.items():
        keep = name == "limits"  # their posteriors are drawn
        pause = 0.0 if keep else 2.0  # seconds; many quick rows need not be saved one by one
        specs, folder = plan(draws, seed), ResultsFolder(out, f"{name}.json", 0.9, pause)
        with progress(len(specs), name) as tell:
            found = run(specs, folder, fresh, tell, keep, jobs)
        rows[name] = [ROW_TYPES[name].from_dict(row) for row in found]
        messages += folder.messages
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
