"""The rows of a table of limits: what each asks, in numbers and names to be stored, hashed and shipped."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from .. import interactions
from ..errors import InputError
from ..experiments.counts import check_possible
from ..experiments.experiment import Experiment
from ..experiments.folder import DEFAULT, experiment_names, members, variant_names
from ..experiments.loading import load_experiment
from ..experiments.together import check_distinct
from ..interactions.base import Interaction
from ..statistics import check_level
from ..tables import packaged, packaged_names, sha256
from .completion import complete
from .executors import compute_all
from .store import ResultsFolder, fingerprint

__all__ = ["RowSpec", "compute", "interaction_named", "model_of", "plan", "run"]


def interaction_named(name: str) -> type[Interaction]:
    """The interaction class of a model's name.

    Raises
    ------
    InputError
        If there is none; the message lists the choices.
    """
    kinds = {kind.name: kind for kind in (getattr(interactions, n) for n in interactions.__all__)}
    choices = sorted(n for n, kind in kinds.items() if kind.free_names())
    if name not in choices:
        raise InputError(f"there is no model {name!r}; the choices are {choices}")
    return kinds[name]


@dataclass(frozen=True)
class RowSpec:
    """One row: a parameter of a model, from one experiment or several together.

    Parameters
    ----------
    model, parameter : str
    experiment : str
        Names joined by a plus; a path for a user's own.
    level : float
    prior : str or None
        As :func:`bayes_enues.priors.text.parse_prior` reads it; None is flat over the likelihood's range.
    draws, seed : int
    fixed : tuple of (name, value)
        Parameters and options of the interaction that are not free, such as a mass.
    delta_chi2 : float or None
        Threshold of the profile, if not the level's own.
    changes : str
        JSON: name of an experiment to changes of its ``experiment.toml``; see
        :func:`bayes_enues.load_experiment`.
    """

    model: str
    parameter: str
    experiment: str
    level: float = 0.9
    prior: str | None = None
    draws: int = 4000
    seed: int = 20220811
    fixed: tuple[tuple[str, Any], ...] = field(default=())
    delta_chi2: float | None = None
    changes: str = ""

    @property
    def experiments(self) -> list[Experiment]:
        changes = json.loads(self.changes or "{}")
        return [load_experiment(name, changes.get(name)) for name in split_experiments(self.experiment)]

    @property
    def interaction(self) -> Interaction:
        return interaction_named(self.model)(**dict(self.fixed))

    def build(self):
        """The ``pm.Model`` of the row."""
        return model_of(self)

    def compute(self, progress: Callable[[str], None] | None = None, groups: bool = True):
        """The row as it is stored, and its posterior; see :func:`compute`."""
        return compute(self, progress, groups)

    def fingerprint(self) -> str:
        """Hash of data files, options, prior, draws, seed and package version."""
        return fingerprint(
            {
                **asdict(self),
                "data": {e.name: {**e.hashes, "settings": e.settings.model_dump()} for e in self.experiments},
                "inputs": _shared_hashes(),
                "version": _version(),
            }
        )


@lru_cache
def _version() -> str:
    return version("bayes-enues")


@lru_cache
def _shared_hashes() -> dict[str, str]:
    names = [
        (folder, n)
        for folder in ("solar", "xenon", "published")
        for n in packaged_names(folder)
        if n.endswith(".csv")
    ]
    return {f"{folder}/{n}": sha256(packaged(folder, n)) for folder, n in names}


def split_experiments(joined: str) -> list[str]:
    """The experiments of ``a+b``, sorted, a set as its members; a path that holds a plus is one."""
    if Path(joined).is_dir():
        return [joined]
    names = [part.strip() for part in joined.split("+")]
    if not all(names):
        raise InputError(f"{joined!r} names no experiment on one side of a plus")
    return sorted(member for name in names for member in members(name))


def plan(
    models: Sequence[str],
    parameters: Sequence[str] | None = None,
    experiments: Sequence[str] | None = None,
    atomic: str | None = None,
    **options,
) -> list[RowSpec]:
    """The rows that a command asks for, every name checked.

    Parameters
    ----------
    models : sequence of str
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
    asked = list(experiments) if experiments else [*DEFAULT, "+".join(DEFAULT)]
    joined, together = [], []
    for name in asked:
        loaded = [load_experiment(part) for part in split_experiments(name)]
        together.append(loaded)
        check_distinct(loaded)
        own = [p for p in split_experiments(name) if p.partition(":")[0] not in experiment_names()]
        joined.append(name if own else "+".join(e.name for e in loaded))
    specs = []
    for model in models:
        kind = interaction_named(_with_own_electrons(model) if atomic == "equivalent_photons" else model)
        model, electrons = kind.name, None if atomic == "equivalent_photons" else atomic
        if electrons is not None:
            kind.check_atomic_model(electrons)
        names = list(parameters) if parameters else [n for n in kind.free_names()]
        unknown = sorted(set(names) - set(kind.free_names()))
        if unknown:
            raise InputError(f"{model} has no parameter {unknown}; the choices are {list(kind.free_names())}")
        for loaded in together:
            check_possible(kind(**dict(options.get("fixed", ()))), loaded)
        if options.get("prior") is not None:
            # with PyMC, which a process that only hands out work can spare
            from ..priors.text import parse_prior

            prior = parse_prior(options["prior"], kind.unit)
            for name in names:
                prior.check(name, kind.signed)
        for experiment in dict.fromkeys(joined):
            experiment, changed = _with_electrons(experiment, electrons)
            specs += [RowSpec(model, name, experiment, **options | changed) for name in names]
    return specs


def _with_electrons(experiment: str, electrons: str | None) -> tuple[str, dict[str, str]]:
    """Experiments with another model of xenon's electrons: variants of that name, or else changes."""
    if electrons is None:
        return experiment, {}
    names, changes = [], {}
    for name in split_experiments(experiment):
        variant = name in experiment_names() and electrons in variant_names(name)
        names.append(f"{name}:{electrons}" if variant else name)
        if not variant:
            changes[name] = {"xenon": {"electrons": "rrpa_flavours" if electrons == "rrpa" else electrons}}
    return "+".join(names), {"changes": json.dumps(changes)} if changes else {}


def _with_own_electrons(model: str) -> str:
    """The model that treats the electrons of another in its own way."""
    kinds = (getattr(interactions, n) for n in interactions.__all__)
    found = {kind.alternative_to: kind.name for kind in kinds if kind.own_atomic_model}
    if model not in found:
        raise InputError(f"{model} knows no equivalent photons; only {sorted(found)} does")
    return found[model]


def model_of(spec: RowSpec):
    """The ``pm.Model`` of a row."""
    from bayes_enues.models import counting_model

    from ..priors.text import parse_prior

    prior = parse_prior(spec.prior, interaction_named(spec.model).unit)
    return counting_model(spec.interaction, spec.experiments, spec.parameter, prior)


def compute(spec: RowSpec, progress: Callable[[str], None] | None = None, groups: bool = True):
    """Both bounds of one row: the row as it is stored, and the posterior."""
    from ..fit import limits

    (progress or (lambda words: None))("compiling")
    limit = limits(
        model_of(spec),
        spec.parameter,
        spec.level,
        spec.draws,
        spec.seed,
        delta_chi2=spec.delta_chi2,
        groups=groups,
        progress=progress,
    )
    row = {**limit.to_row(), **dict(spec.fixed)}
    if spec.fixed:
        row["given"] = dict(spec.fixed)
    row["fingerprint"] = spec.fingerprint()
    row["seed"] = spec.seed
    return row, limit.tree


def run(
    specs: Sequence[RowSpec],
    folder: ResultsFolder,
    fresh: bool = False,
    progress: Callable[[int, str], None] | None = None,
    keep_draws: bool = True,
    jobs: int = 1,
) -> list[dict[str, Any]]:
    """Compute the rows that a folder does not hold yet, writing each as it finishes.

    Parameters
    ----------
    specs : sequence of RowSpec
    folder : ResultsFolder
    fresh : bool
        Compute all anew.
    progress : callable, optional
        Told how many rows are done, and in words what is going on.
    keep_draws : bool
        Whether to write each posterior beside its row; a scan of hundreds of rows keeps its numbers only.
    jobs : int
        Processes to share the work; see :mod:`bayes_enues.runs.executors`.

    Returns
    -------
    list of dict
        The rows, in order.
    """

    def shared_out(missing, rows, tell):
        return compute_all(missing, folder.path, jobs, keep_draws, lambda words: tell(len(rows), words))

    return complete(specs, folder, shared_out, fresh, progress)


def all_converged(rows: Iterable) -> bool:
    """Whether the posterior of every row counts."""
    return all(row.posterior.converged for row in rows)


def electromagnetic_models() -> list[str]:
    """The electromagnetic properties of the paper's Table I: what ``--model all`` means."""
    kinds = (getattr(interactions, n) for n in interactions.__all__)
    return [kind.name for kind in kinds if kind.in_table_one]
