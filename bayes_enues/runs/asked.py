"""What a row asks, in names and numbers to be stored, hashed and shipped to another process."""

import os
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, ClassVar

from ..errors import InputError
from ..experiments.experiment import Experiment
from ..experiments.folder import members
from ..results import Provenance
from .provenance import identity, provenance
from .store import fingerprint

type Tell = Callable[[str], None]
type Stored = tuple[dict[str, Any], Any]


def silent(words: str) -> None:
    """Nobody is told."""


@dataclass(frozen=True)
class Asked(ABC):
    """What one row asks. A subclass is a frozen dataclass that says how its row is computed."""

    alone: ClassVar[bool] = True  # whether a process computes no other row meanwhile
    light: ClassVar[bool] = False  # whether it takes seconds less than a process takes to start
    fits: ClassVar[bool] = True  # whether it needs what :mod:`bayes_enues.fit.ahead` compiles

    @property
    @abstractmethod
    def row(self) -> Any:
        """The ``RowSpec`` that names its interaction, its experiments and what is changed in them."""

    @abstractmethod
    def compute(self, progress: Tell = silent, groups: bool = True) -> Stored:
        """The row as it is stored, and what belongs beside it: a DataTree, an array or None.

        Parameters
        ----------
        progress : callable
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
        return f"{self.row.parameter} from {_short(self.row.experiment)}"

    @property
    def experiments(self) -> list[Experiment]:
        return self.row.experiments

    def options(self) -> dict[str, Any]:
        """Its numbers and names; experiments are told by their content, see :meth:`provenance`."""
        values = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "experiment"}
        return {name: v.options() if isinstance(v, Asked) else _named(v) for name, v in values.items()}

    def provenance(self) -> Provenance:
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


def split_experiments(joined: str) -> list[str]:
    """The experiments of ``a+b``, sorted, a set as its members; a path that holds a plus is one."""
    if os.path.isdir(joined):
        return [joined]
    names = [part.strip() for part in joined.split("+")]
    if not all(names):
        raise InputError(f"{joined!r} names no experiment on one side of a plus")
    return sorted(member for name in names for member in members(name))


def _short(experiment: str) -> str:
    """Experiments without the folders that theirs lie in, for messages."""
    return "+".join(os.path.basename(part) for part in experiment.split("+"))
