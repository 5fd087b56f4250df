"""The table of limits in Python: what ``bayes-enues limits`` computes, writes and shows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.text import Text

from ..compiled.caching import is_kept
from ..compiled.feedback import feedback
from ..errors import InputError
from ..experiments.folder import experiment_title
from ..experiments.overlays import Paths
from ..experiments.own_limits import read_own_limits
from ..interactions.named import interaction_named
from ..reports.wording import BAD_FIT, NOT_CONVERGED, columns_of, footnotes, limit_cells
from ..results import Limit, Published, grouped, there
from ..runs import second
from ..runs.figures import Drawing, of_limits
from ..runs.options import Models, Names, rows_of_a_table
from ..runs.plan import with_nuisance_priors
from ..runs.runner import COMPILED, compile_part, run
from ..statistics import DRAWS, LEVEL, SEED
from ..studies.simulations.attached import attach
from .shown import BAD, Shown
from .table import ResultTable

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False, repr=False)
class LimitTable(ResultTable[Limit]):
    """Rows of limits, as ``limits.json`` holds them.

    Attributes
    ----------
    overlays : tuple of Published
        A user's published limits, for the figures.
    """

    kind = "limits"
    overlays: tuple[Published, ...] = ()

    def compare(self) -> "pd.DataFrame":
        """Upper ends of both statistics beside the published ones, where there are some."""
        import pandas as pd

        rows = [
            {
                **{name: getattr(row, name) for name in ("model", "parameter", "experiment", "unit")},
                "posterior": row.posterior.headline.upper,
                "profile": row.profile.upper,
                "published": row.published.upper,
                "profile / published": row.profile.upper / there(row.published.upper),
                "source": row.published.source,
            }
            for row in self.rows
            if row.published is not None and row.posterior.converged
        ]
        return pd.DataFrame(rows)

    def _figures(self) -> Iterable[Drawing]:
        return of_limits(self.rows, self.folder, self.overlays)

    def _shown(self) -> list[Shown]:
        """One table a model, one section an experiment."""
        found = []
        for name, mine in grouped(self.rows, "model").items():
            two_sided = mine[0].posterior.kind == "hdi"
            title = "".join(
                [
                    f"{name.replace('_', ' ')} [{mine[0].unit}], {100 * mine[0].level:g} %",
                    *(f", {n} = {v}" for n, v in mine[0].given.items()),
                ]
            )
            columns = ("", *columns_of(mine, two_sided))
            table = Shown(title, columns, sections=("experiment", "parameter"))
            for experiment, members in grouped(mine, "experiment").items():
                table.head(experiment_title(experiment))
                if electrons := " | ".join(dict.fromkeys(r.atomic_model for r in members if r.atomic_model)):
                    table.head(f"electrons: {electrons}", "dim")
                for row in members:
                    cells = [
                        Text(c.replace(" ∪ ", "\n"), BAD if c in (NOT_CONVERGED, BAD_FIT) else "")
                        for c in limit_cells(row, two_sided)
                    ]
                    table.add(f"  {row.parameter}", *cells)
            found.append(table)
        return found

    def _footnotes(self) -> list[str]:
        return footnotes(self.rows)


def get_ready() -> None:
    """Let the second process lay out a figure while this one imports, then compile for the sampler."""
    second.submit(_warm_up)
    if not is_kept(COMPILED[-1]):
        second.submit(compile_part, len(COMPILED) - 1)


def _warm_up() -> None:
    from ..plots.limits import warm_up

    warm_up()


def limit_table(
    models: Models = "magnetic_moment",
    parameters: Names | None = None,
    experiments: Names | None = None,
    *,
    level: float = LEVEL,
    mass: float | None = None,
    settings: Mapping[str, Any] | None = None,
    atomic: str | None = None,
    prior: str | Callable | None = None,
    nuisance_priors: Sequence[str] = (),
    draws: int = DRAWS,
    seed: int = SEED,
    groups: bool = False,
    accept_bad_fit: bool = False,
    overlays: Paths = (),
    out: str | Path = "results",
    fresh: bool = False,
    jobs: int | None = 2,
    scheduler: str | None = None,
) -> LimitTable:
    """The table that ``bayes-enues limits`` makes, with the same options.

    The functions behind the other commands take the same options in the same way.

    Parameters
    ----------
    models : str or class, or several
        Names, or ``"all"`` for the electromagnetic properties.
    parameters, experiments : str, or several, optional
        By default all that can be free; the two experiments of 2022 and both together.
    level : float
    mass : float, optional
        Of the heavy particle in keV, for models that have one.
    settings : mapping, optional
        Options of the interaction.
    atomic, prior, nuisance_priors, draws, seed, groups, accept_bad_fit
        See :class:`bayes_enues.runs.rows.RowSpec`.
    overlays : path, or several
        Published limits of your own for the figures, a CSV each or a folder of them;
        :mod:`bayes_enues.experiments.own_limits` says how they look.
    out : path
        Folder of results: what is there already is not computed again.
    fresh : bool
        Compute all anew.
    jobs : int or None
        Processes, None for one a core. With more than one, a script must start below
        ``if __name__ == "__main__":``.
    scheduler : str, optional
        Address of a Dask scheduler, used instead.

    Returns
    -------
    LimitTable

    Raises
    ------
    InputError
        As :func:`bayes_enues.runs.plan.plan` does, or if an overlay does not fit, before anything runs.
    """
    specs = rows_of_a_table(
        models, parameters, experiments, mass, settings, atomic, level=level, prior=prior, draws=draws,
        seed=seed, groups=groups, accept_bad_fit=accept_bad_fit,
    )  # fmt: skip
    specs = [with_nuisance_priors(spec, nuisance_priors) for spec in specs]
    own = read_own_limits(overlays)
    asked = {(interaction_named(spec.model).name, spec.parameter) for spec in specs}
    if strange := [f"{one.model} {one.parameter}" for one in own if (one.model, one.parameter) not in asked]:
        raise InputError(f"--overlay has a limit on {strange[0]}, of which no row was asked for")
    folder = LimitTable.open(out, level)
    with feedback("limits", len(specs), "rows") as tell:
        rows = run(specs, folder, fresh, tell, jobs=jobs, scheduler=scheduler)
        rows = attach(rows, specs, folder)
    return LimitTable(tuple(rows), folder.path, tuple(folder.messages), own)
