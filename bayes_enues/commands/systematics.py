"""``bayes-enues systematics``: how each bound moves when one input changes."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from . import common
from .common import Table, console, print_notes, progress, rows_asked, warn

if TYPE_CHECKING:
    from ..results import SystematicsRow


def systematics(
    model: common.Models = None,
    parameter: common.Parameters = None,
    experiment: common.Experiments = None,
    mass: common.Mass = None,
    settings: common.Settings = None,
    prior: common.PriorText = None,
    level: common.Level = 0.9,
    out: common.Out = Path("results"),
    notes: common.Notes = False,
    fresh: common.Fresh = False,
    jobs: common.Jobs = 2,
    scheduler: common.Scheduler = None,
) -> None:
    """Bounds with one input varied at a time, both statistics; one table per parameter and experiment."""
    from ..experiments.folder import DEFAULT
    from ..results import grouped
    from ..runs.rows import run
    from ..runs.store import ResultsFolder

    chosen = list(experiment or DEFAULT)
    specs = rows_asked(model, parameter, chosen, mass, settings, level=level, prior=prior)
    folder = ResultsFolder(out, "systematics.json", level)

    # with PyMC and matplotlib, which a request that is refused can spare
    from ..plots.systematics import systematics_figure
    from ..studies.systematics import plan_systematics

    study = plan_systematics(specs)
    with progress(len(study), "systematics") as tell:
        rows = run(study, folder, fresh, tell, jobs=jobs, scheduler=scheduler)
        tell(len(study), "figure")
        paths = []
        for name, mine in grouped(rows, "model").items():
            paths += systematics_figure(mine, folder.path / f"systematics_{name}")
    warn(folder.messages)
    print_systematics(rows, notes)
    console.print(
        f"Written to {out}: systematics.json, systematics.csv, " + ", ".join(p.name for p in paths) + "."
    )


def print_systematics(rows: "Sequence[SystematicsRow]", notes: bool = False) -> None:
    """A table a parameter and experiment, with what must be known of a row below."""
    from ..results import grouped, there
    from ..statistics import threshold

    lines = []
    for (_, parameter, experiment), mine in grouped(rows, "model", "parameter", "experiment").items():
        first = mine[0]
        title = (
            f"{first.model.replace('_', ' ')}, {parameter} from {experiment}  [{first.unit}], "
            f"{100 * first.level:g} %"
        )
        cut = f"profile Δχ²={threshold(first.level):.4g}"
        table = Table(title, ("input", "posterior", "change", cut, "change"))
        for row in mine:
            shift = there(row.shift)
            cells = [_bound(row.posterior), _percent(shift.of_posterior)]
            table.add(row.label or "", *cells, _bound(row.profile), _percent(shift.of_profile))
        table.print(console)
        for row in mine:
            own = [note for note in row.notes if note not in first.notes]
            if own:
                lines.append(f"* {row.label}: {'; '.join(own)}")
    priors = dict.fromkeys(f"Posterior: {row.prior}, by quadrature; no Monte Carlo error." for row in rows)
    print_notes(["Changes of each end in per cent.", *lines, *priors], notes)


def _bound(bound) -> str:
    if not bound.lower:  # an upper bound
        return f"< {bound.upper:.3g}"
    return " ∪ ".join(f"({a:.3g}, {b:.3g})" for a, b in bound.pieces)


def _percent(shift) -> str:
    return " ".join(f"{100 * s:+.1f}" for s in shift if s is not None)
