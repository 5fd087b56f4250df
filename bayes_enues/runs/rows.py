"""A row of a table of limits: what it asks, and its model."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

from ..experiments.experiment import Experiment
from ..experiments.folder import locate
from ..experiments.loading import load_experiment
from ..interactions.base import Interaction
from ..interactions.named import interaction_named
from ..priors.text import parse_prior
from ..results import there
from .asked import Asked, split_experiments


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
