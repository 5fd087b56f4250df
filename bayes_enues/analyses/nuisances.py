"""Which uncertainty matters for a bound: what ``bayes-enues nuisances`` computes, writes and shows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.text import Text

from ..results import Nuisances
from ..runs.figures import Drawing
from ..runs.options import Models, Names, rows_of_a_table
from ..runs.plan import with_nuisance_priors
from ..statistics import DRAWS, LEVEL, SEED
from .shown import Shown
from .table import ResultTable

DEFAULT = ("xenonnt_sr0:marginalised", "lz_ws2022:marginalised")


class NuisanceTable(ResultTable[Nuisances]):
    """Pull, constraint and effect of every nuisance, as ``nuisances.json`` holds them."""

    kind = "nuisances"

    def _figures(self) -> Iterable[Drawing]:
        return self._one_a_model("nuisances.nuisances_figure")

    def _shown(self) -> Iterable[Shown]:
        """A table a parameter and experiment, the nuisance that matters most first."""
        for row in self.rows:
            name = row.model.replace("_", " ")
            title = f"{name}, {row.parameter} from {row.experiment}  [{row.unit}], {100 * row.level:g} %"
            columns = ("pull", "constraint", "correlation", "known: post.", "prof.", "-1 sigma", "+1 sigma")
            table = Shown(title, ("nuisance", "width", *columns), left=2)
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
            bounds = ", ".join(
                f"{what} {_bound(b)}"
                for what, b in (("posterior", row.of_posterior), ("profile", row.of_profile))
            )
            shares = ", ".join(f"{group} {100 * share:.1f} %" for group, share in row.shares.items())
            words = f"{bounds}. Of the squared width of the profile's region: {shares}."
            table.below = [Text(words, "dim")]
            yield table

    def _footnotes(self) -> list[str]:
        return [
            "Pulls, constraints, correlations: posterior, then profile.",
            "Changes of each end in per cent, if the nuisance is known to be at its nominal value (both "
            "statistics), or one sigma off (profile).",
        ]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:+.2f}"


def _percent(shift) -> str:
    return " ".join(f"{100 * s:+.2f}" for s in shift if s is not None)


def _bound(bound) -> str:
    return f"< {bound[1]:.4g}" if not bound[0] else f"({bound[0]:.4g}, {bound[1]:.4g})"


def nuisances(
    models: Models = "magnetic_moment",
    parameters: Names | None = None,
    experiments: Names | None = None,
    *,
    mass: float | None = None,
    settings: Mapping[str, Any] | None = None,
    prior: str | Callable | None = None,
    nuisance_priors: Sequence[str] = (),
    level: float = LEVEL,
    draws: int = DRAWS,
    seed: int = SEED,
    out: str | Path = "results",
    fresh: bool = False,
    jobs: int | None = 2,
    scheduler: str | None = None,
) -> NuisanceTable:
    """Pull, constraint and effect on each bound of every nuisance: what ``bayes-enues nuisances`` makes.

    ``be.Fit(model).nuisances()`` computes one row of it. Options are those of
    :func:`bayes_enues.limit_table`.
    """
    options = {"level": level, "prior": prior, "draws": draws, "seed": seed}
    specs = rows_of_a_table(models, parameters, experiments or DEFAULT, mass, settings, **options)
    specs = [with_nuisance_priors(spec, nuisance_priors) for spec in specs]
    folder = NuisanceTable.open(out, level)

    from ..studies.nuisance_rows import NuisanceSpec

    return NuisanceTable.computed([NuisanceSpec(spec) for spec in specs], folder, fresh, jobs, scheduler)
