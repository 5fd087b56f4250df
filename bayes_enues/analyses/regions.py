"""Two parameters at a time: what ``bayes-enues region`` computes, writes and shows."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.text import Text

from ..errors import InputError
from ..interactions.named import interaction_named
from ..results import Region, grouped, there
from ..runs.figures import Drawing
from ..runs.options import Names, fixed_by, listed
from ..statistics import DRAWS, LEVEL, SEED
from ..studies.planes.rows import plan_regions
from .shown import BAD, Shown
from .table import ResultTable


class RegionTable(ResultTable[Region]):
    """Regions of two parameters with their contours, as ``regions.json`` holds them."""

    kind = "regions"

    def _groups(self) -> list[list[Region]]:
        return list(grouped(self.rows, "model", "parameters").values())

    def _figures(self) -> Iterable[Drawing]:
        for mine in self._groups():
            name = "_".join(("region", mine[0].model, *mine[0].parameters))
            yield Drawing("regions.regions_figure", self.folder / name, {"regions": mine})

    def _shown(self) -> Iterable[Shown]:
        """A line a region: sizes, errors, and the count of draws."""
        for mine in self._groups():
            one = mine[0]
            level = f"{100 * one.level:g} %"
            columns = ("experiment", "area Δχ²", "area HPD", "grid error", "Laplace error")
            title = f"{one.model.replace('_', ' ')}, {one.parameter}"
            table = Shown(title, (*columns, f"draws in {level}", "contours"))
            for row in mine:
                profile, posterior = row.profile, row.posterior
                share: str | Text = Text(f"not converged ({posterior.diagnosis})", BAD)
                if posterior.converged:
                    inside, error = 100 * there(posterior.share_inside), 100 * there(posterior.share_error)
                    share = f"{inside:.1f} ± {error:.1f} %"
                pieces = " / ".join(
                    ", ".join("closed" if line.closed else "open" for line in part.contours)
                    for part in (profile, posterior)
                )
                table.add(
                    row.experiment,
                    f"{profile.area:.4g}",
                    f"{posterior.area:.4g}",
                    f"{max(there(profile.grid_error), there(posterior.grid_error)):.1g}",
                    f"{posterior.integration_error:.1g}",
                    share,
                    pieces,
                )
            yield table

    def _footnotes(self) -> list[str]:
        one = self.rows[0]
        level = f"{100 * one.level:g} %"
        return [
            f"Areas in squares of {one.unit}. Δχ² = {one.profile.threshold:.4g}: two parameters at {level}.",
            "Contours of both, piece by piece; an open one ends on the axes.",
            *(f"* {note}" for row in self.rows for note in row.notes),
            f"HPD: highest posterior density in these two parameters, {level}; {one.experiment}: "
            f"{one.prior}.",
        ]


def region(
    model: str = "magnetic_moment",
    parameters: Sequence[str] | None = None,
    experiments: Names | None = None,
    *,
    mass: float | None = None,
    settings: Mapping[str, Any] | None = None,
    level: float = LEVEL,
    prior: str | None = None,
    ranges: Mapping[str, tuple[float, float]] | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
    out: str | Path = "results",
    fresh: bool = False,
    jobs: int | None = 2,
    scheduler: str | None = None,
) -> RegionTable:
    """Regions of two parameters, both statistics: what ``bayes-enues region`` makes.

    Parameters
    ----------
    model : str
    parameters : two str, optional
        On the horizontal axis and on the vertical one; by default the model's first two.
    ranges : mapping, optional
        Name to (lower, upper): where to draw; extended where the region does not fit.
    experiments, mass, settings, level, prior, draws, seed, out, fresh, jobs, scheduler
        See :func:`bayes_enues.limit_table`.

    Raises
    ------
    InputError
        As :func:`bayes_enues.studies.planes.rows.plan_regions` does, before anything runs.
    """
    pair = tuple(parameters or interaction_named(model).free_names()[:2])
    if len(pair) != 2:
        raise InputError(f"a region is of two parameters; --parameter gave {list(pair)}")
    specs = plan_regions(
        model, [(pair[0], pair[1])], None if experiments is None else listed(experiments), ranges,
        level=level, prior=prior, draws=draws, seed=seed, fixed=fixed_by(model, mass, settings),
    )  # fmt: skip
    return RegionTable.computed(specs, RegionTable.open(out, level), fresh, jobs, scheduler)
