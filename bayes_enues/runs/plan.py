"""The rows that a command asks for, from names: every one checked before anything runs."""

import json
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from ..errors import InputError
from ..experiments.counts import check_possible
from ..experiments.experiment import Experiment
from ..experiments.folder import DEFAULT, experiment_names, variant_names
from ..experiments.loading import load_experiment
from ..experiments.together import check_distinct
from ..interactions.base import Interaction
from ..interactions.named import interaction_named, with_own_electrons
from ..priors.text import parse_prior
from ..results import there
from ..statistics import check_level
from .asked import split_experiments
from .rows import RowSpec

_UNIFORM = re.compile(r"(\w+)\s*=\s*(\w+)\s*\(([^,()]+),([^,()]+)\)")


def plan(
    models: Sequence[str | type[Interaction]],
    parameters: Sequence[str] | None = None,
    experiments: Sequence[str] | None = None,
    atomic: str | None = None,
    **options,
) -> list[RowSpec]:
    """The rows that a command asks for, every name checked.

    Parameters
    ----------
    models : sequence of str or class
    parameters : sequence of str, optional
        By default all that can be free.
    experiments : sequence of str, optional
        By default the two of 2022 and their joint fit.
    atomic : str, optional
        What stands for xenon's electrons: ``steps``, ``free``, ``rrpa`` (the variant of that name, if there
        is one), or ``equivalent_photons`` for millicharges; by default what each experiment's file says.
    options
        Further fields of :class:`RowSpec`.

    Raises
    ------
    InputError
        For any unknown name, a prior that does not fit, a level outside 0 to 1, or an interaction that the
        experiments cannot show; before anything runs.
    """
    if "level" in options:
        options["level"] = check_level(options["level"])
    wanted = []  # names come first, which takes no time
    for model in models:
        electrons = None if atomic == "equivalent_photons" else atomic
        kind = interaction_named(model)
        kind = interaction_named(with_own_electrons(kind.name)) if electrons != atomic else kind
        model = model if isinstance(model, type) else kind.name
        if electrons is not None:
            kind.check_atomic_model(electrons)
        names = list(parameters) if parameters else [n for n in kind.free_names()]
        unknown = sorted(set(names) - set(kind.free_names()))
        if unknown:
            choices = list(kind.free_names())
            raise InputError(f"{kind.name} has no parameter {unknown}; the choices are {choices}")
        if isinstance(options.get("prior"), str):
            prior = there(parse_prior(options["prior"], kind.unit))
            for name in names:
                prior.check(name, kind.signed)
        wanted.append((model, electrons, names, kind(**dict(options.get("fixed", ())))))
    joined, together = _planned(experiments or [*DEFAULT, "+".join(DEFAULT)])
    specs = []
    for model, electrons, names, interaction in wanted:
        for loaded in together:
            check_possible(interaction, loaded)
        for experiment, loaded in zip(joined, together, strict=True):
            experiment, changed = _with_electrons(experiment, loaded, electrons)
            given: dict[str, Any] = {**options, **changed}
            specs += [RowSpec(model, name, experiment, **given) for name in names]
    return specs


def _planned(asked: Iterable[str]) -> tuple[list[str], list[list[Experiment]]]:
    """Experiments in the form that rows take, each once, and what they are: ``./mine/`` and ``mine`` are one.

    Raises
    ------
    InputError
        If one is unknown, its data would count twice, or two of different folders have one name.
    """
    joined: dict[str, list[Experiment]] = {}
    homes: dict[str, str] = {}
    for name in asked:
        parts = [_normal(part) for part in split_experiments(name)]
        loaded = [load_experiment(part) for part in parts]
        check_distinct(loaded)
        for part, e in zip(parts, loaded, strict=True):
            if homes.setdefault(e.name, part) != part:
                raise InputError(
                    f"{homes[e.name]} and {part} are both called {e.name!r}, which results would not tell "
                    "apart; change the name in one experiment.toml"
                )
        joined["+".join(parts)] = loaded
    return list(joined), list(joined.values())


def _normal(name: str) -> str:
    """One way to write an experiment; a path is absolute, so that workers find it, unless a plus is in it."""
    if name.partition(":")[0] in experiment_names():
        return name
    stem, colon, variant = (name, "", "") if os.path.isdir(name) else name.rpartition(":")
    if not os.path.isdir(stem):
        return name
    absolute = os.path.abspath(stem) + colon + variant
    return absolute if "+" not in absolute else os.path.normpath(stem) + colon + variant


def _with_electrons(
    experiment: str, loaded: Sequence[Experiment], electrons: str | None
) -> tuple[str, dict[str, Any]]:
    """Experiments with another model of xenon's electrons: variants of that name, or else changes.

    Nuclear recoils stay as they are; where there is nothing else, the request is refused.
    """
    if electrons is None:
        return experiment, {}
    if all(e.xenon.target == "nucleus" for e in loaded):
        raise InputError(
            f"{experiment} sees nuclear recoils, which no model of the electrons changes; leave "
            f"{electrons!r} out"
        )
    names, changes = [], {}
    for name, e in zip(split_experiments(experiment), loaded, strict=True):
        if e.xenon.target == "nucleus":
            names.append(name)
            continue
        variant = name in experiment_names() and electrons in variant_names(name)
        names.append(f"{name}:{electrons}" if variant else name)
        if not variant:
            changes[name] = {"xenon": {"electrons": "rrpa_flavours" if electrons == "rrpa" else electrons}}
    return "+".join(names), {"changes": json.dumps(changes)} if changes else {}


def with_nuisance_priors(spec: RowSpec, texts: Sequence[str]) -> RowSpec:
    """The same row with other priors of nuisances, each such as ``edge_lz=uniform(-0.2, 0.2)``.

    Raises
    ------
    InputError
        If a text is none, or no experiment of the row has the nuisance.
    """
    changes = json.loads(spec.changes or "{}")
    for text in texts:
        match = _UNIFORM.fullmatch(text.strip())
        try:
            if match is None or match[2] != "uniform":
                raise ValueError
            low, high = float(match[3]), float(match[4])
        except ValueError:
            raise InputError(
                f"--nuisance-prior {text!r} cannot be read; one looks like edge_lz=uniform(-0.2, 0.2)"
            ) from None
        having = []
        for name in split_experiments(spec.experiment):
            if any(n.name == match[1] for n in load_experiment(name).nuisances):
                having.append(name)
                mine = changes.setdefault(name, {}).setdefault("nuisances", {})
                mine[match[1]] = {"uniform": [low, high]}
        if not having:
            known = sorted(
                {n.name for e in split_experiments(spec.experiment) for n in load_experiment(e).nuisances}
            )
            raise InputError(f"{spec.experiment} has no nuisance {match[1]!r}; it has {known}")
    return replace(spec, changes=json.dumps(changes)) if texts else spec
