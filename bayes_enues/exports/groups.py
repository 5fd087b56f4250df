"""Rows that belong into one table, or on one curve against the mass."""

import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..experiments.folder import experiment_title
from ..results import Limit, there


class Group(NamedTuple):
    """Rows of one model with the same options, level and unit.

    ``title`` says in words what they share.
    """

    title: str
    rows: Sequence[Limit]

    @property
    def statistics(self) -> str:
        """What each bound of a row is, in words."""
        first = self.rows[0]
        level, threshold = f"{100 * first.level:g} %", f"{first.profile.threshold:.4g}"
        posterior = "highest-density region" if first.posterior.kind == "hdi" else "one-sided credible bound"
        priors = "; ".join(dict.fromkeys(row.prior for row in self.rows[:3]))
        return (
            f"Posterior: {level} {posterior}, prior {priors}{' and so on' if len(self.rows) > 3 else ''}. "
            f"Profile likelihood: Delta chi^2 < {threshold}."
        )


def _grouped(rows: Iterable[Limit], curve: bool) -> dict[str, list[Limit]]:
    found: dict[str, list[Limit]] = {}
    for row in rows:
        options = {name: value for name, value in row.given.items() if not (curve and name == "mass")}
        same = (row.model, row.unit, row.level, round(row.profile.threshold, 4), row.posterior.kind, options)
        key = json.dumps([*same, *((row.parameter, row.experiment) if curve else ())])
        found.setdefault(key, []).append(row)
    return found


def _words(row: Limit, curve: bool) -> str:
    options = [
        f"{name} = {value:g} keV" if name == "mass" else f"{name} = {value}"
        for name, value in row.given.items()
        if not (curve and name == "mass")
    ]
    whose = f"{row.parameter} from {experiment_title(row.experiment)}" if curve else ""
    return ", ".join(filter(None, [row.model.replace("_", " "), whose, *options]))


def tables_of_limits(rows: Iterable[Limit]) -> list[Group]:
    """Limits by model and options, in the order in which they come."""
    return [Group(_words(some[0], False), some) for some in _grouped(rows, False).values()]


def curves_against_mass(rows: Iterable[Limit]) -> list[Group]:
    """Limits by model, options, parameter and experiment, each with its masses in rising order.

    Of several rows at one mass, such as of other seeds, the first counts.
    """
    found = []
    for some in _grouped((row for row in rows if row.mass is not None), True).values():
        once = {there(row.mass): row for row in reversed(some)}
        found.append(Group(_words(some[0], True), [once[mass] for mass in sorted(once)]))
    return found
