"""``bayes-enues priors``: how each bound moves with its prior, as a table, a file and figures."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from . import common
from .common import Table, console, print_notes, progress, rows_asked, warn

if TYPE_CHECKING:
    from ..results import Interval, PriorStudyRow


def priors(
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
    out: common.Out = Path("results"),
    notes: common.Notes = False,
    fresh: common.Fresh = False,
    jobs: common.Jobs = 2,
    scheduler: common.Scheduler = None,
) -> None:
    """Bounds under several priors, beside the profile likelihood."""
    from ..experiments.folder import DEFAULT
    from ..runs.rows import all_converged, run
    from ..runs.store import ResultsFolder

    chosen = list(experiment or DEFAULT)
    for text in prior or ():
        rows_asked(model, parameter, chosen, mass, settings, prior=text)
    specs = rows_asked(model, parameter, chosen, mass, settings, level=level, draws=draws, seed=seed)
    folder = ResultsFolder(out, "priors.json", level)

    # with PyMC and matplotlib, which a request that is refused can spare
    from ..plots.priors import prior_figures
    from ..studies.prior_plan import plan_study

    study = plan_study(specs, prior, nuisances, nuisance_prior or ())
    with progress(len(study), "priors") as tell:
        rows = run(study, folder, fresh, tell, jobs=jobs, scheduler=scheduler)
        tell(len(study), "figures")
        prior_figures(rows, folder.path)
    warn(folder.messages)
    print_study(rows, notes)
    console.print(f"Written to {out}: priors.json, priors.csv, posteriors (NetCDF) and figures (PDF, PNG).")
    if not all_converged(rows):
        raise typer.Exit(1)


def print_study(rows: "Sequence[PriorStudyRow]", notes: bool = False) -> None:
    """One table a parameter and experiment; what moves by more than 10 % is said in words below each."""
    from ..results import grouped
    from ..statistics import one_sided_threshold

    two = f"/{rows[0].profile.threshold:.3g}"
    one = f"/{one_sided_threshold(rows[0].level):.3g}"
    for (_, parameter, experiment), mine in grouped(rows, "model", "parameter", "experiment").items():
        first = mine[0]
        title = f"{first.model.replace('_', ' ')}, {parameter} from {experiment}  [{first.unit}]"
        one_sided = first.profile.upper_one_sided is not None
        columns = ("prior", "posterior", "quadrature", "/default", two, *([one] if one_sided else []))
        table = Table(title, columns)
        for row in mine:
            table.add(row.label or "", *_cells(row, one_sided))
        table.print(console)
        print_notes([f"* {row.label}: {row.flag}" for row in mine if row.flag], notes)
    reweighted = list(dict.fromkeys(row.label or "" for row in rows if row.how == "reweighted"))
    signed = rows[0].posterior.kind == "hdi"
    lines = [
        f"/default, {two}, {one}: ratio to the default prior's bound and to the profile's two-sided and "
        f"one-sided bounds{'; lengths of regions where signed' if signed else ''}.",
        "Bounds differ by threshold first, then by prior.",
        *(f"* {line}" for row in rows for line in row.notes),
        f"From the default's draws by reweighting: {', '.join(reweighted) or 'none'}; all others sampled.",
    ]
    print_notes(lines, notes)


def _cells(row: "PriorStudyRow", one_sided: bool) -> list[str | Text]:
    from ..results import there

    def shown(bound: "Interval") -> str:
        if bound.pieces:
            return " ∪ ".join(f"({a:.3g}, {b:.3g})" for a, b in bound.pieces)
        return f"< {there(bound.upper):.3g}"

    bound: str | Text = Text("not converged", "red")
    if row.posterior.converged:
        bound = f"{shown(row.posterior)} ± {there(row.posterior.mcse):.1g}"
    ratios = [row.ratio_to_default, row.ratio_to_profile, *([row.ratio_to_one_sided] if one_sided else [])]
    return [bound, shown(row.exact), *("" if ratio is None else f"{ratio:.2f}" for ratio in ratios)]
