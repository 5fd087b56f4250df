"""Everything the paper shows, in one folder: what ``bayes-enues reproduce`` computes and draws.

What is computed is :data:`bayes_enues.studies.paper.PLANS`, what is drawn from it
:data:`bayes_enues.studies.paper.FIGURES`. Rows are kept as they finish: an interrupted run goes on where it
stopped.
"""

from pathlib import Path

from ..compiled.feedback import feedback
from ..reports.reproduction_page import write_pages
from ..runs.figures import drawn
from ..runs.files import check_writable
from ..runs.processes import shared_processes
from ..runs.runner import run
from ..statistics import DRAWS, SEED
from ..studies import paper
from ..studies.mediators.scan import curves, write_curves
from .stored import TABLES, Results


def reproduce(
    out: str | Path = "results",
    *,
    draws: int = DRAWS,
    seed: int = SEED,
    fresh: bool = False,
    jobs: int | None = 2,
    scheduler: str | None = None,
) -> Results:
    """Table I and the figures of the paper by both statistics, and a page on every difference.

    Options are those of :func:`bayes_enues.limit_table`.
    """
    out = Path(out)
    check_writable(out)

    asked = {name: plan(draws, seed) for name, plan in paper.PLANS.items()}
    folders = {name: TABLES[name].open(out, 0.9) for name in asked}
    tables, done = [], 0
    words = "reproduce", sum(map(len, asked.values())) + len(paper.FIGURES), "rows and figures"
    with shared_processes(), feedback(*words) as tell:
        for name, specs in asked.items():
            folder, before = folders[name], done
            rows = run(
                specs, folder, fresh, lambda n, words, before=before: tell(before + n, words),
                name == "limits", jobs, scheduler,
            )  # fmt: skip
            done += len(specs)
            tables.append(TABLES[name](tuple(rows), folder.path, tuple(folder.messages)))
        found = {table.kind: table.rows for table in tables}
        tell(done, "figures")
        drawn(figure(found, out / name) for name, figure in paper.FIGURES.items())
    write_pages(found, out, list(paper.FIGURES))
    if "mediators" in found:
        write_curves(curves(found["mediators"]), out / "mediators_curves.csv")
    return Results.of(tables, out)
