"""The Sun's neutrino fluxes themselves: what ``bayes-enues flux`` computes, writes and shows."""

from collections.abc import Callable, Iterable
from pathlib import Path

from rich.text import Text

from ..errors import InputError
from ..experiments.folder import experiment_title
from ..experiments.loading import load_experiment
from ..reports.wording import NOT_CONVERGED, region_text
from ..results import Limit, there
from ..runs.asked import split_experiments
from ..runs.figures import Drawing, of_limits
from ..runs.options import Names, experiments_of, listed
from ..runs.plan import plan
from ..statistics import DRAWS, SEED
from .shown import BAD, Shown
from .table import ResultTable

MODEL = "solar_flux"
DEFAULT = ("xenonnt_nr", "xenonnt_sr0", "lz_ws2024")
ONE_SIGMA = 0.6827
NAMES = {"pp": "pp", "be7": "7Be", "cno": "CNO", "b8": "8B"}
#: What the recoils of each target can show; the first two of electrons do so unasked.
MEASURED = {"nucleus": ("b8",), "electron": ("pp", "be7", "cno")}
WHY_NOT = {
    "nucleus": "only 8B neutrinos reach the threshold of nuclear recoils; give electron recoils, such as "
    "xenonnt_sr0",
    "electron": "8B adds a thousandth at most to electron recoils; give nuclear recoils, such as xenonnt_nr",
}


class FluxTable(ResultTable[Limit]):
    """Limits on fluxes in units of the solar model's, shown in physical units."""

    kind = "fluxes"

    def _figures(self) -> Iterable[Drawing]:
        return of_limits(self.rows, self.folder)

    def _shown(self) -> Iterable[Shown]:
        first = self.rows[0]
        heads = ("flux of", "experiment", "unit\n[1/(cm2 s)]", "solar model")
        cut = f"profile\nΔχ² < {first.profile.threshold:.3g}"
        level = f"{100 * first.level:.3g} %"
        table = Shown("", (*heads, "best fit", cut, f"posterior HDI\n{level}", "equal-tailed"), left=3)
        for row in self.rows:
            one = experiments_of(row)[0].sun.total(row.parameter)
            unit = 10.0 ** int(f"{one:e}".partition("e")[2])

            def region(pieces, scale=one / unit):
                return region_text([(scale * a, scale * b) for a, b in pieces])

            posterior, best = [Text(NOT_CONVERGED, BAD), ""], row.posterior.headline
            if row.posterior.converged:
                posterior = [region(there(best.pieces)), region([there(best.eti)])]
            title, found = experiment_title(row.experiment), f"{row.profile.best_fit * one / unit:.3g}"
            cells = (f"{one / unit:.3g}", found, region(row.profile.pieces))
            table.add(NAMES[row.parameter], title, f"{unit:.0e}", *cells, *posterior)
        yield table

    def _footnotes(self) -> list[str]:
        alone = (
            "One flux free, the others as in the solar model without uncertainty; what was fitted away from "
            "the background of an experiment is not put back."
        )
        return list(dict.fromkeys([alone, *(n for row in self.rows for n in [*row.caveats, *row.notes])]))


def flux(
    parameters: Names | None = None,
    experiments: Names | None = None,
    *,
    level: float = ONE_SIGMA,
    prior: str | Callable | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
    out: str | Path = "results",
    fresh: bool = False,
    jobs: int | None = 2,
    scheduler: str | None = None,
) -> FluxTable:
    """Fluxes of solar neutrinos as parameters, one at a time: what ``bayes-enues flux`` makes.

    Parameters
    ----------
    parameters : str, or several, optional
        Sources: ``pp``, ``be7``, ``cno``, ``b8``; by default those that each experiment measures.
    experiments, level, prior, draws, seed, out, fresh, jobs, scheduler
        See :func:`bayes_enues.limit_table`.

    Raises
    ------
    InputError
        If an experiment cannot measure a source, before anything runs.
    """
    wanted = None if parameters is None else listed(parameters)
    specs = []
    for name in listed(experiments or DEFAULT):
        targets = {load_experiment(part).xenon.target for part in split_experiments(name)}
        can = [one for target in sorted(targets, reverse=True) for one in MEASURED[target]]
        for source in wanted or ():
            if source in sum(MEASURED.values(), ()) and source not in can:
                raise InputError(f"{name} cannot measure {source}: {WHY_NOT[targets.pop()]}")
        sources = wanted or [one for one in can if one != "cno"]
        specs += plan([MODEL], sources, [name], level=level, prior=prior, draws=draws, seed=seed)
    return FluxTable.computed(specs, FluxTable.open(out, level), fresh, jobs, scheduler)
