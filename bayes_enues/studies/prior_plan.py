"""The rows of a study of priors: which priors, of the parameter and of the nuisances."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..experiments.loading import load_experiment
from ..interactions.base import Interaction
from ..priors.named import Flat
from ..priors.text import parse_prior
from ..results import there
from ..runs.rows import RowSpec, interaction_named, split_experiments
from .prior_study import StudyRow

__all__ = ["default_priors", "nuisance_priors", "plan_study"]

LZ_AR37_EVENTS = 288.0  # LZ's own constraint, 0 to 288 events: arXiv:2207.03764, Table I


def default_priors(interaction: Interaction) -> list[str | None]:
    """The priors of a study, as the command line writes them; None is the default, flat.

    Scales are the interaction's typical value, near today's limits; lower edges of log-uniform priors are 100
    and 1000 times below.
    """
    size = float(f"{interaction.starting_value():.2g}")
    if interaction.signed:
        return [None, *(f"halfnormal({k * size:g})" for k in (0.3, 1, 3)), "jeffreys"]
    logs = [f"loguniform({size / k:g})" for k in (100, 1000)]
    return [None, "flat_strength", f"halfnormal({size:g})", *logs, "jeffreys"]


def nuisance_priors(experiment: str) -> list[tuple[str, dict[str, Any]]]:
    """Labels and changes: each sigma halved and doubled, and LZ's 37Ar flat over its own range of events."""
    names = split_experiments(experiment)
    loaded = {name: load_experiment(name) for name in names}
    found: list[tuple[str, dict[str, Any]]] = []
    gaussian = [n.name for e in loaded.values() for n in e.nuisances if n.flat_to is None]
    for nuisance in dict.fromkeys(gaussian):
        having = [name for name, e in loaded.items() if nuisance in [n.name for n in e.nuisances]]
        for factor in (0.5, 2.0):  # one that is flat already has no width to vary
            changes, sigma = {}, 0.0
            for name in having:
                sigma = next(n.sigma for n in loaded[name].nuisances if n.name == nuisance)
                changes[name] = {"nuisances": {nuisance: {"sigma": factor * sigma}}}
            found.append((f"{nuisance} sigma ×{factor:g} ({100 * factor * sigma:.3g} %)", changes))
    for name, e in loaded.items():
        argon = next((c for c in e.settings.components if c.name == "ar37" and c.events), None)
        scaled = next((n.name for n in e.nuisances if n.scales == "ar37"), None)
        if argon is not None and scaled is not None:
            # a Gaussian a thousand times wider than its cut is flat
            entry = {"sigma": 1000.0, "upper": LZ_AR37_EVENTS / there(argon.events) - 1}
            label = f"{scaled} flat to {LZ_AR37_EVENTS:g} events"
            found.append((label, {name: {"nuisances": {scaled: entry}}}))
    return found


def plan_study(
    specs: Sequence[RowSpec], priors: Sequence[str | None] | None = None, nuisances: bool = True
) -> list[StudyRow]:
    """The rows of a study, the default of each group first; every prior checked.

    Raises
    ------
    ValueError
        If a prior does not fit a parameter.
    """
    rows = []
    for spec in specs:
        kind = interaction_named(spec.model)
        chosen = dict.fromkeys([None, *(priors or default_priors(spec.interaction))])
        for text in chosen:
            prior = parse_prior(text, kind.unit) or Flat()
            prior.check(spec.parameter, kind.signed)
            if prior == Flat() and text is not None:
                continue  # the default by its name
            rows.append(StudyRow(replace(spec, prior=text), text or "flat"))
        if nuisances:
            for label, changes in nuisance_priors(spec.experiment):
                rows.append(StudyRow(replace(spec, changes=json.dumps(changes)), label, nuisance=True))
    return rows
