"""Options that commands share, in groups: which rows, and where and how they are computed."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import Any

from . import common


@dataclass(frozen=True)
class Rows:
    """Which rows: of models, their parameters and experiments."""

    model: common.Models = None
    parameter: common.Parameters = None
    experiment: common.Experiments = None
    mass: common.Mass = None
    settings: common.Settings = None
    prior: common.PriorText = None

    @property
    def models(self) -> Sequence[str]:
        """Those asked for, or the default."""
        return self.model or ["magnetic_moment"]

    def asked(self) -> dict[str, Any]:
        """All else, by the names that the functions behind commands have for it."""
        several = {"parameters": self.parameter, "experiments": self.experiment}
        settings = common.settings_of(self.settings)
        return {**several, "mass": self.mass, "settings": settings, "prior": self.prior}


@dataclass(frozen=True)
class Running:
    """Where results go, how they are shown, and what computes them."""

    out: common.Out = Path("results")
    notes: common.Notes = False
    fresh: common.Fresh = False
    jobs: common.Jobs = 2
    scheduler: common.Scheduler = None

    def asked(self) -> dict[str, Any]:
        """The same for the functions behind commands, which print nothing."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name != "notes"}


def command(function: Callable[..., None]) -> Callable[..., None]:
    """A function whose parameters may be groups, as typer takes it: each option of a group by itself.

    Processes that compute rows are there until it ends: they draw figures too.
    """
    own = inspect.signature(function).parameters
    groups: dict[str, Callable] = {n: p.annotation for n, p in own.items() if p.annotation in (Rows, Running)}
    inside = {name: inspect.signature(group).parameters for name, group in groups.items()}

    @wraps(function)
    def run(**given: Any) -> None:
        from ..runs.processes import shared_processes

        for name, group in groups.items():
            given[name] = group(**{option: given.pop(option) for option in inside[name]})
        with shared_processes():
            function(**given)

    options = [
        option.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for name, p in own.items()
        for option in (inside[name].values() if name in inside else [p])
    ]
    run.__annotations__ = {option.name: option.annotation for option in options}
    vars(run)["__signature__"] = inspect.Signature(options)
    return run
