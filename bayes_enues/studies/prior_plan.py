"""The rows of a study of priors: which priors, of the parameter and of the nuisances."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..errors import InputError
from ..experiments.counts import typical_scale
from ..experiments.loading import load_experiment
from ..interactions.base import Interaction
from ..interactions.named import interaction_named
from ..priors.named import Flat
from ..priors.text import parse_prior
from ..results import there
from ..runs.asked import split_experiments
from ..runs.plan import with_nuisance_priors
from ..runs.rows import RowSpec
from .prior_study import StudyRow

LZ_AR37_EVENTS = 288.0  # LZ's own constraint, 0 to 288 events: arXiv:2207.03764, Table I


def default_priors(interaction: Interaction, size: float | None = None) -> list[str | None]:
    """The priors of a study, as the command line writes them; None is the default, flat.

    Scales are the interaction's typical value, near today's limits, or another ``size`` near those of the
    data; lower edges of log-uniform priors are 100 and 1000 times below.
    """
    size = float(f"{size or interaction.starting_value():.2g}")
    if interaction.signed:
        return [None, *(f"halfnormal({k * size:g})" for k in (0.3, 1, 3)), "jeffreys"]
    logs = [f"loguniform({size / k:g})" for k in (100, 1000)]
    return [None, "flat_strength", f"halfnormal({size:g})", *logs, "jeffreys"]


def nuisance_priors(experiment: str) -> list[tuple[str, dict[str, Any]]]:
    """Labels and changes: each sigma halved and doubled, and LZ's 37Ar flat over its own range of events."""
    names = split_experiments(experiment)
    loaded = {name: load_experiment(name) for name in names}
    found: list[tuple[str, dict[str, Any]]] = []
    widths = [n.name for e in loaded.values() for n in e.nuisances if n.flat_to is None and n.uniform is None]
    for nuisance in dict.fromkeys(widths):  # one that is flat already has no width to vary
        for factor in (0.5, 2.0):
            changes, words = {}, ""
            try:
                for name, e in loaded.items():
                    for n in (n for n in e.nuisances if n.name == nuisance):
                        sigma = [factor * x for x in n.pieces] if n.pieces else factor * n.sigma
                        changes[name] = {"nuisances": {nuisance: {"sigma": sigma}}}
                        changed = load_experiment(name, changes[name]).nuisances
                        words = next(c.words for c in changed if c.name == nuisance)
            except InputError:  # twice the width may leave the physical region, as an efficiency above one
                continue
            found.append((f"{nuisance} sigma ×{factor:g} ({words})", changes))
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
    specs: Sequence[RowSpec],
    priors: Sequence[str | None] | None = None,
    nuisances: bool = True,
    nuisance_texts: Sequence[str] = (),
) -> list[StudyRow]:
    """The rows of a study, the default of each group first; every prior checked.

    Parameters
    ----------
    specs : sequence of RowSpec
    priors : sequence of str, optional
        Of the parameter; see :func:`default_priors`.
    nuisances : bool
        Whether the width of each nuisance is halved and doubled.
    nuisance_texts : sequence of str
        Further priors of nuisances, such as ``edge_lz=uniform(-0.2, 0.2)``: a row each for the experiments
        that have the nuisance.

    Raises
    ------
    InputError
        If a prior does not fit a parameter, or no experiment has a nuisance.
    """
    rows = []
    for text in nuisance_texts:
        if not any(_has(spec, text) for spec in specs):
            with_nuisance_priors(specs[0], [text])  # says what it has
    for spec in specs:
        kind = interaction_named(spec.model)
        chosen = dict.fromkeys([None, *(priors or default_priors(spec.interaction, _size_for_nuclei(spec)))])
        for text in chosen:
            prior = parse_prior(text, kind.unit) or Flat()
            prior.check(spec.parameter, kind.signed)
            if prior == Flat() and text is not None:
                continue  # the default by its name
            rows.append(StudyRow(replace(spec, prior=text), text or "flat"))
        if nuisances:
            for label, changes in nuisance_priors(spec.experiment):
                rows.append(StudyRow(replace(spec, changes=json.dumps(changes)), label, nuisance=True))
        for text in nuisance_texts:
            if _has(spec, text):
                rows.append(StudyRow(with_nuisance_priors(spec, [text]), text, nuisance=True))
    return rows


def _size_for_nuclei(spec: RowSpec) -> float | None:
    """Where nuclei alone limit a parameter; typical values are near the limits of electrons."""
    if any(e.xenon.target != "nucleus" for e in spec.experiments):
        return None
    return typical_scale(spec.experiments, spec.interaction, spec.parameter)


def _has(spec: RowSpec, text: str) -> bool:
    """Whether an experiment of a row has the nuisance of a text; of one that cannot be read too."""
    name, equals, _ = text.partition("=")
    having = [n.name for e in split_experiments(spec.experiment) for n in load_experiment(e).nuisances]
    return not equals or name.strip() in having
