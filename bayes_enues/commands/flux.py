"""``bayes-enues flux``: the Sun's neutrino fluxes themselves, measured by nuclei and by electrons."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.text import Text

from ..errors import InputError
from . import common
from .common import Table, console, print_notes, progress, warn

if TYPE_CHECKING:
    from ..results import Limit

MODEL = "solar_flux"
ONE_SIGMA = 0.6827
NAMES = {"pp": "pp", "be7": "7Be", "cno": "CNO", "b8": "8B"}
#: What the recoils of each target can show; the first two of electrons do so unasked.
MEASURED = {"nucleus": ("b8",), "electron": ("pp", "be7", "cno")}
WHY_NOT = {
    "nucleus": "only 8B neutrinos reach the threshold of nuclear recoils; give electron recoils, such as "
    "xenonnt_sr0",
    "electron": "8B adds a thousandth at most to electron recoils; give nuclear recoils, such as xenonnt_nr",
}


def flux(
    parameter: common.Parameters = None,
    experiment: common.Experiments = None,
    level: common.Level = ONE_SIGMA,
    prior: common.PriorText = None,
    draws: common.Draws = 4000,
    seed: common.Seed = 20220811,
    out: common.Out = Path("results"),
    notes: common.Notes = False,
    fresh: common.Fresh = False,
    jobs: common.Jobs = 2,
    scheduler: common.Scheduler = None,
) -> None:
    """Fluxes of solar neutrinos as parameters, one at a time: posterior beside profile.

    By default 8B from xenonnt_nr, and pp and 7Be from xenonnt_sr0 and lz_ws2024.
    """
    from ..experiments.loading import load_experiment
    from ..runs.rows import all_converged, plan, run, split_experiments
    from ..runs.store import ResultsFolder

    specs = []
    for name in experiment or ["xenonnt_nr", "xenonnt_sr0", "lz_ws2024"]:
        targets = {load_experiment(part).xenon.target for part in split_experiments(name)}
        can = [one for target in sorted(targets, reverse=True) for one in MEASURED[target]]
        for wanted in parameter or ():
            if wanted in sum(MEASURED.values(), ()) and wanted not in can:
                raise InputError(f"{name} cannot measure {wanted}: {WHY_NOT[targets.pop()]}")
        sources = parameter or [one for one in can if one != "cno"]
        specs += plan([MODEL], sources, [name], level=level, prior=prior, draws=draws, seed=seed)
    folder = ResultsFolder(out, "fluxes.json", level)

    from ..plots.limits import limits_figures

    with progress(len(specs), "fluxes") as tell:
        rows = run(specs, folder, fresh, tell, jobs=jobs, scheduler=scheduler)
        tell(len(specs), "figures")
        paths = limits_figures(rows, folder.path)
    warn(folder.messages)
    print_fluxes(rows, [model_flux(spec.parameter, spec.experiments[0].sun.fluxes) for spec in specs], notes)
    console.print("Written: " + ", ".join(str(p) for p in [out / "fluxes.json", *paths]))
    if not all_converged(rows):
        raise typer.Exit(1)


def model_flux(source: str, name: str) -> float:
    """Flux of a source in a set of the solar model [1/(cm^2 s)], which the parameter multiplies."""
    from ..signal.flux import SOURCES, total_fluxes

    return sum(total_fluxes(name)[part] for part in SOURCES[source])


def print_fluxes(rows: "Sequence[Limit]", model: Sequence[float], notes: bool = False) -> None:
    """A line a row, in physical units; ``model``: the flux that is one in each row [1/(cm^2 s)]."""
    from ..reports.wording import NOT_CONVERGED, experiment_title, region_text
    from ..results import there

    heads = ("flux of", "experiment", "unit\n[1/(cm2 s)]", "solar model")
    cut = f"profile\nΔχ² < {rows[0].profile.threshold:.3g}"
    level = f"{100 * rows[0].level:.3g} %"
    table = Table("", (*heads, "best fit", cut, f"posterior HDI\n{level}", "equal-tailed"), left=3)
    for row, one in zip(rows, model, strict=True):
        unit = 10.0 ** int(f"{one:e}".partition("e")[2])

        def region(pieces, scale=one / unit):
            return region_text([(scale * a, scale * b) for a, b in pieces])

        posterior, best = [Text(NOT_CONVERGED, "red"), ""], row.posterior.headline
        if row.posterior.converged:
            posterior = [region(there(best.pieces)), region([there(best.eti)])]
        title = experiment_title(row.experiment)
        cells = (f"{one / unit:.3g}", f"{row.profile.best_fit * one / unit:.3g}", region(row.profile.pieces))
        table.add(NAMES[row.parameter], title, f"{unit:.0e}", *cells, *posterior)
    table.print(console)
    alone = (
        "One flux free, the others as in the solar model without uncertainty; what was fitted away from the "
        "background of an experiment is not put back."
    )
    print_notes(dict.fromkeys([alone, *(n for row in rows for n in [*row.caveats, *row.notes])]), notes)
