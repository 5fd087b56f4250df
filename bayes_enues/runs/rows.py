"""The rows of a table of limits: what each asks, and the plan of many."""

import json
import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

from .. import interactions
from ..errors import InputError
from ..experiments.counts import check_possible
from ..experiments.experiment import Experiment
from ..experiments.folder import DEFAULT, experiment_names, locate, variant_names
from ..experiments.loading import load_experiment
from ..experiments.together import check_distinct
from ..interactions.base import Interaction
from ..priors.text import parse_prior
from ..results import there
from ..statistics import check_level
from .asked import Asked, split_experiments
from .runner import all_converged, run

__all__ = [
    "Asked", "RowSpec", "RowStudy", "all_converged", "interaction_named", "model_of", "plan", "run",
    "split_experiments", "with_nuisance_priors",
]  # fmt: skip


_UNIFORM = re.compile(r"(\w+)\s*=\s*(\w+)\s*\(([^,()]+),([^,()]+)\)")


def interaction_named(name: str | type[Interaction]) -> type[Interaction]:
    """The interaction class of a model's name; a class of the user's own is itself.

    Raises
    ------
    InputError
        If there is none; the message lists the choices.
    """
    if isinstance(name, type) and issubclass(name, Interaction):
        return name
    kinds = {kind.name: kind for kind in (getattr(interactions, n) for n in interactions.__all__)}
    choices = sorted(n for n, kind in kinds.items() if kind.free_names())
    if name not in choices:
        raise InputError(f"there is no model {name!r}; the choices are {choices}")
    return kinds[name]


@dataclass(frozen=True)
class RowSpec(Asked):
    """One row: a parameter of a model, from one experiment or several together.

    Parameters
    ----------
    model : str or class
        Name of an interaction, or the class of a user's own, written in a file.
    parameter : str
    experiment : str
        Names joined by a plus; a path for a user's own.
    level : float
    prior : str, callable or None
        As :func:`bayes_enues.priors.text.parse_prior` reads it, or as a model takes it; None is flat over the
        likelihood's range.
    draws, seed : int
    fixed : tuple of (name, value)
        Parameters and options of the interaction that are not free, such as a mass.
    delta_chi2 : float or None
        Threshold of the profile, if not the level's own.
    changes : str
        JSON: name of an experiment to changes of its ``experiment.toml``; see
        :func:`bayes_enues.load_experiment`.
    groups : bool
        Whether the file beside the row gets the derived groups, thinned, that follow from its draws.
    accept_bad_fit : bool
        See :func:`bayes_enues.fit.limit.limit`.
    """

    model: str | type[Interaction]
    parameter: str
    experiment: str
    level: float = 0.9
    prior: str | Callable | None = None
    draws: int = 4000
    seed: int = 20220811
    fixed: tuple[tuple[str, Any], ...] = field(default=())
    delta_chi2: float | None = None
    changes: str = ""
    groups: bool = False
    accept_bad_fit: bool = False

    light: ClassVar[bool] = True

    @property
    def row(self) -> "RowSpec":
        return self

    @property
    def experiments(self) -> list[Experiment]:
        changes = json.loads(self.changes or "{}")
        names = split_experiments(self.experiment)
        return [_loaded(name, json.dumps(changes[name]) if name in changes else "") for name in names]

    @property
    def experiment_name(self) -> str:
        """Names of the experiments, whatever is changed in them, joined by a plus."""
        return "+".join(sorted(_loaded(name, "").name for name in split_experiments(self.experiment)))

    @property
    def interaction(self) -> Interaction:
        return interaction_named(self.model)(**dict(self.fixed))

    def build(self) -> Any:
        """The ``pm.Model`` of the row."""
        return model_of(self)

    def compute(
        self, progress: Callable[[str], None] | None = None, groups: bool = True
    ) -> tuple[dict[str, Any], Any]:
        """Both bounds, and the posterior."""
        from ..fit import limits
        from ..fit.groups import thinned

        (progress or (lambda words: None))("compiling")
        found = limits(
            self.build() if groups else _next_of_a_scan(self),
            self.parameter,
            self.level,
            self.draws,
            self.seed,
            delta_chi2=self.delta_chi2,
            groups=groups and self.groups,
            lean=not groups,
            accept_bad_fit=self.accept_bad_fit,
            progress=progress,
        )
        tree = thinned(there(found.tree)) if groups and self.groups else found.tree
        given = {"given": dict(self.fixed)} if self.fixed else {}
        return {**found.to_row(), **dict(self.fixed), **given, "seed": self.seed}, tree

    def question(self) -> str:
        """Whatever else its file holds, the row answers the same."""
        return super().question() if not self.groups else replace(self, groups=False).question()


@dataclass(frozen=True)
class RowStudy(Asked):
    """Something else that is asked of the model of a row.

    Parameters
    ----------
    spec : RowSpec
    """

    spec: RowSpec

    @property
    def row(self) -> RowSpec:
        return self.spec


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


_LOADED: dict[tuple[str, ...], tuple[Experiment, list]] = {}  # a scan asks for one experiment 400 times


def _loaded(name: str, changes: str) -> Experiment:
    """An experiment, read again only if one of its files was touched."""
    folder = os.path.abspath(str(locate(name)[0]))

    def stamps(e: Experiment) -> list:
        files = [Path(folder, file) for file in e.hashes]
        return [(s.st_mtime_ns, s.st_size) for f in files if f.is_file() and (s := f.stat())]

    known = _LOADED.get((folder, name, changes))
    if known is None or known[1] != stamps(known[0]):
        found = load_experiment(name, json.loads(changes) if changes else None)
        known = _LOADED[folder, name, changes] = found, stamps(found)
    return known[0]


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
        kind = interaction_named(_with_own_electrons(kind.name)) if electrons != atomic else kind
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


def _with_own_electrons(model: str | type[Interaction]) -> str:
    """The model that treats the electrons of another in its own way."""
    kinds = (getattr(interactions, n) for n in interactions.__all__)
    found = {kind.alternative_to: kind.name for kind in kinds if kind.own_atomic_model}
    if model not in found:
        raise InputError(f"{model} has no equivalent photons; only {sorted(found)} has")
    return found[model]


def model_of(spec: RowSpec) -> Any:
    """The ``pm.Model`` of a row."""
    from bayes_enues.models import counting_model

    return counting_model(spec.interaction, spec.experiments, spec.parameter, _prior_of(spec))


def _prior_of(spec: RowSpec) -> Any:
    if spec.prior is None or isinstance(spec.prior, str):
        return parse_prior(spec.prior, interaction_named(spec.model).unit)
    return spec.prior


_LAST: list[Any] = []  # the model of the row before


def _next_of_a_scan(spec: RowSpec) -> Any:
    """The model of a row, made of that of the row before where the two differ in numbers only."""
    from bayes_enues.models.counting import ask_anew, model_of_question

    from ..fit.setup import ask
    from ..priors import Flat, Prior

    question, prior = ask(spec.interaction, spec.experiments, spec.parameter), _prior_of(spec) or Flat()
    if not (_LAST and isinstance(prior, Prior) and ask_anew(_LAST[0], question, prior)):
        _LAST[:] = [model_of_question(question, prior)]
    return _LAST[0]


def electromagnetic_models() -> list[str]:
    """The electromagnetic properties of the paper's Table I: what ``--model all`` means."""
    kinds = (getattr(interactions, n) for n in interactions.__all__)
    return [kind.name for kind in kinds if kind.in_table_one]
