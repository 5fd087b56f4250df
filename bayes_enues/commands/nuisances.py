"""``bayes-enues nuisances``: which uncertainty matters for a bound."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from . import common
from .common import Table, console, print_notes, progress, rows_asked, warn

if TYPE_CHECKING:
    from ..results import Nuisances


def nuisances(
    model: common.Models = None,
    parameter: common.Parameters = None,
    experiment: common.Experiments = None,
    mass: common.Mass = None,
    settings: common.Settings = None,
    prior: common.PriorText = None,
    nuisance_prior: common.NuisancePriors = None,
    level: common.Level = 0.9,
    draws: common.Draws = 4000,
    seed: common.Seed = 20220811,
    out: common.Out = Path("results"),
    notes: common.Notes = False,
    fresh: common.Fresh = False,
    jobs: common.Jobs = 2,
    scheduler: common.Scheduler = None,
) -> None:
    """Pull, constraint and effect on each bound of every nuisance; one table per parameter and experiment."""
    from ..results import grouped
    from ..runs.rows import run, with_nuisance_priors
    from ..runs.store import ResultsFolder

    chosen = list(experiment or ["xenonnt_sr0:marginalised", "lz_ws2022:marginalised"])
    options = {"level": level, "prior": prior, "draws": draws, "seed": seed}
    specs = rows_asked(model, parameter, chosen, mass, settings, **options)
    folder = ResultsFolder(out, "nuisances.json", level)

    # with PyMC and matplotlib, which a request that is refused can spare
    from ..plots.nuisances import nuisances_figure
    from ..studies.nuisance_rows import NuisanceSpec

    asked = [NuisanceSpec(with_nuisance_priors(spec, nuisance_prior or ())) for spec in specs]
    with progress(len(asked), "nuisances") as tell:
        rows = run(asked, folder, fresh, tell, jobs=jobs, scheduler=scheduler)
        tell(len(asked), "figure")
        paths = []
        for name, mine in grouped(rows, "model").items():
            paths += nuisances_figure(mine, folder.path / f"nuisances_{name}")
    warn(folder.messages)
    print_nuisances(rows, notes)
    console.print(
        f"Written to {out}: nuisances.json, nuisances.csv, " + ", ".join(p.name for p in paths) + "."
    )


def print_nuisances(rows: "Sequence[Nuisances]", notes: bool = False) -> None:
    """A table a parameter and experiment, the nuisance that matters most first."""
    for row in rows:
        name = row.model.replace("_", " ")
        title = f"{name}, {row.parameter} from {row.experiment}  [{row.unit}], {100 * row.level:g} %"
        columns = ("pull", "constraint", "correlation", "known: post.", "prof.", "-1 sigma", "+1 sigma")
        table = Table(title, ("nuisance", "width", *columns), left=2)
        for e in row.effects:
            table.add(
                e.name,
                e.prior_width,
                f"{e.pull_posterior:+.2f} {e.pull_profile:+.2f}",
                f"{e.constraint_posterior:.2f} {e.constraint_profile:.2f}",
                f"{_number(e.correlation_posterior)} {_number(e.correlation_profile)}",
                _percent(e.nominal.of_posterior),
                _percent(e.nominal.of_profile),
                _percent(e.down.of_profile),
                _percent(e.up.of_profile),
            )
        table.print(console)
        bounds = ", ".join(
            f"{what} {_bound(b)}"
            for what, b in (("posterior", row.of_posterior), ("profile", row.of_profile))
        )
        shares = ", ".join(f"{group} {100 * share:.1f} %" for group, share in row.shares.items())
        console.print(f"{bounds}. Of the squared width of the profile's region: {shares}.", style="dim")
    lines = [
        "Pulls, constraints, correlations: posterior, then profile.",
        "Changes of each end in per cent, if the nuisance is known to be at its nominal value (both "
        "statistics), or one sigma off (profile).",
    ]
    print_notes(lines, notes)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:+.2f}"


def _percent(shift) -> str:
    return " ".join(f"{100 * s:+.2f}" for s in shift if s is not None)


def _bound(bound) -> str:
    return f"< {bound[1]:.4g}" if not bound[0] else f"({bound[0]:.4g}, {bound[1]:.4g})"
