"""What a row asks, in names and numbers to be stored, hashed and shipped; the rows of a table of limits."""

import json
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from .. import interactions
from ..errors import InputError
from ..experiments.experiment import Experiment
from ..experiments.folder import check_distinct, experiment_names, locate
from ..experiments.loading import load_experiment
from ..interactions.base import Interaction
from ..statistics import check_level
from .provenance import identity, provenance
from .runner import all_converged, run
from .store import fingerprint

__all__ = ["Asked", "RowSpec", "all_converged", "interaction_named", "model_of", "plan", "run"]


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


class Asked(ABC):
    """What one row asks. A subclass is a frozen dataclass that says how its row is computed."""

    alone = True  # whether a process computes no other row meanwhile

    @property
    @abstractmethod
    def row(self) -> "RowSpec":
        """What names its interaction, its experiments and what is changed in them."""

    @abstractmethod
    def compute(
        self, progress: Callable[[str], None] | None = None, groups: bool = True
    ) -> tuple[dict[str, Any], Any]:
        """The row as it is stored, and what belongs beside it: a DataTree, an array or None.

        Parameters
        ----------
        progress : callable, optional
            Told in words what is going on.
        groups : bool
            Whether draws will be kept, so that they get their derived groups.
        """

    @property
    def batch(self) -> str:
        """Rows of one batch share what is compiled."""
        return self.row.experiment

    @property
    def words(self) -> str:
        """For a progress display."""
        return f"{self.row.parameter} from {short(self.row.experiment)}"

    @property
    def experiments(self) -> list[Experiment]:
        return self.row.experiments

    def options(self) -> dict[str, Any]:
        """Its numbers and names; experiments are told by their content, see :meth:`provenance`."""
        values = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "experiment"}
        return {name: v.options() if isinstance(v, Asked) else _named(v) for name, v in values.items()}

    def provenance(self) -> dict[str, Any]:
        """What the row rests on; see :func:`bayes_enues.runs.provenance.provenance`."""
        row = self.row
        names = split_experiments(row.experiment)
        own = [thing for thing in (row.model, row.prior) if thing is not None and not isinstance(thing, str)]
        return provenance(dict(zip(names, row.experiments, strict=True)), own)

    def question(self) -> str:
        """Hash of what is asked, whatever data and code answer it."""
        return fingerprint({"kind": type(self).__name__, **self.options(), "of": self.row.experiment_name})

    def fingerprint(self) -> str:
        """Hash of all that decides the row: what is asked, data, code and versions."""
        found = identity(self.provenance())
        return fingerprint({"kind": type(self).__name__, **self.options(), "provenance": found})


def _named(value: Any) -> Any:
    """A value as it is hashed; a user's class or function by its name, its source is hashed elsewhere."""
    return getattr(value, "__qualname__", value)


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
        """Names of the experiments as results show them, joined by a plus."""
        return "+".join(sorted(e.name for e in self.experiments))

    @property
    def interaction(self) -> Interaction:
        return interaction_named(self.model)(**dict(self.fixed))

    def build(self):
        """The ``pm.Model`` of the row."""
        return model_of(self)

    def compute(self, progress: Callable[[str], None] | None = None, groups: bool = True):
        """Both bounds, and the posterior."""
        from ..fit.limit import limits

        (progress or (lambda words: None))("compiling")
        found = limits(
            self.build(),
            self.parameter,
            self.level,
            self.draws,
            self.seed,
            delta_chi2=self.delta_chi2,
            groups=groups,
            progress=progress,
        )
        return {**found.to_dict(), **dict(self.fixed), "seed": self.seed}, found.draws


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


def split_experiments(joined: str) -> list[str]:
    """The experiments of ``a+b``, sorted; a path that holds a plus is one."""
    if Path(joined).is_dir():
        return [joined]
    names = sorted(part.strip() for part in joined.split("+"))
    if not all(names):
        raise InputError(f"{joined!r} names no experiment on one side of a plus")
    return names


def plan(
    models: Sequence[str | type[Interaction]],
    parameters: Sequence[str] | None = None,
    experiments: Sequence[str] | None = None,
    **options,
) -> list[RowSpec]:
    """The rows that a command asks for, every name checked.

    Parameters
    ----------
    models : sequence of str or class
    parameters : sequence of str, optional
        By default all that can be free.
    experiments : sequence of str, optional
        By default each in the box and their joint fit.
    options
        Further fields of :class:`RowSpec`.

    Raises
    ------
    InputError
        For any unknown name, a prior that does not fit, or a level outside 0 to 1; before anything runs.
    """
    check_level(options.get("level", 0.9))
    joined = _planned(experiments or ["lz_ws2022", "xenonnt_sr0", "lz_ws2022+xenonnt_sr0"])
    specs = []
    for model in models:
        kind = interaction_named(model)
        names = list(parameters) if parameters else [n for n in kind.free_names()]
        unknown = sorted(set(names) - set(kind.free_names()))
        if unknown:
            choices = list(kind.free_names())
            raise InputError(f"{kind.name} has no parameter {unknown}; the choices are {choices}")
        if isinstance(options.get("prior"), str):
            # with PyMC, which a process that only hands out work can spare
            from ..priors.text import parse_prior

            prior = parse_prior(options["prior"], kind.unit)
            for name in names:
                prior.check(name, kind.signed)
        for experiment in joined:
            specs += [RowSpec(model, name, experiment, **options) for name in names]
    return specs


def _planned(asked: Iterable[str]) -> list[str]:
    """Experiments in the form that rows take, each once: ``./mine/`` and ``mine`` are one.

    Raises
    ------
    InputError
        If one is unknown, its data would count twice, or two of different folders have one name.
    """
    joined: dict[str, None] = {}
    homes: dict[str, str] = {}
    for name in asked:
        parts = [_normal(part) for part in split_experiments(name)]
        names = [load_experiment(part).name for part in parts]
        check_distinct(names)
        for part, own in zip(parts, names, strict=True):
            if homes.setdefault(own, part) != part:
                raise InputError(
                    f"{homes[own]} and {part} are both called {own!r}, which results would not tell apart; "
                    "change the name in one experiment.toml"
                )
        joined["+".join(parts)] = None
    return list(joined)


def _normal(name: str) -> str:
    """One way to write an experiment; a path is absolute, so that workers find it, unless a plus is in it."""
    if name.partition(":")[0] in experiment_names():
        return name
    stem, colon, variant = (name, "", "") if Path(name).is_dir() else name.rpartition(":")
    if not (stem and Path(stem).is_dir()):
        return name
    absolute = os.path.abspath(stem) + colon + variant
    return absolute if "+" not in absolute else os.path.normpath(stem) + colon + variant


def short(experiment: str) -> str:
    """Experiments without the folders that theirs lie in, for messages."""
    return "+".join(os.path.basename(part) for part in experiment.split("+"))


def model_of(spec: RowSpec):
    """The ``pm.Model`` of a row."""
    from bayes_enues.models import counting_model

    from ..priors.text import parse_prior

    prior = spec.prior
    if prior is None or isinstance(prior, str):
        prior = parse_prior(prior, interaction_named(spec.model).unit)
    return counting_model(spec.interaction, spec.experiments, spec.parameter, prior)


def electromagnetic_models() -> list[str]:
    """Models whose parameters are electromagnetic properties of the neutrino: what ``--model all`` means."""
    kinds = [getattr(interactions, n) for n in interactions.__all__]
    return [
        kind.name
        for kind in kinds
        if kind.free_names() and not kind.fixed_parameters and not kind.alternative_to
    ]
