"""The rows that the options of a table ask for, all checked before anything runs."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import InputError
from ..experiments.experiment import Experiment
from ..experiments.loading import load_experiment
from ..interactions.base import Interaction
from ..interactions.named import electromagnetic_models, interaction_named
from ..results import Row
from .asked import split_experiments
from .plan import plan
from .rows import RowSpec

Names = str | Sequence[str]
Models = str | type[Interaction] | Sequence[str | type[Interaction]]


def listed(names: Any) -> list:
    """One name, or several."""
    return [names] if isinstance(names, str | type) else list(names)


def fixed_by(
    model: str | type[Interaction], mass: float | None = None, settings: Mapping[str, Any] | None = None
) -> tuple[tuple[str, Any], ...]:
    """Parameters and options of a model that are given and not free, as :class:`RowSpec` takes them.

    Raises
    ------
    InputError
        If a mass is missing, another model is given one, or an option is unknown.
    """
    kind, fixed = interaction_named(model), dict(settings or {})
    if unknown := sorted(set(fixed) - set(kind.options)):
        raise InputError(f"{kind.name} has no option {unknown}; the names are {list(kind.options)}")
    if "mass" in kind.fixed_parameters:
        if mass is None:
            raise InputError(f"{kind.name} needs a mass (--mass), that of the heavy particle in keV")
        fixed["mass"] = mass
    elif mass is not None:
        raise InputError(f"{kind.name} has no mass; leave it out")
    return tuple(sorted(fixed.items()))


def experiments_of(row: Row) -> list[Experiment]:
    """The experiments that a stored row was fitted to, as their folders are today."""
    if row.provenance is None:  # of version 0.1
        return [load_experiment(name) for name in split_experiments(row.experiment)]
    homes = {name: used.home for name, used in row.provenance.experiments.items()}
    return [load_experiment(":".join([home, *name.split(":")[1:]])) for name, home in homes.items()]


def rows_of_a_table(
    models: Models,
    parameters: Names | None = None,
    experiments: Names | None = None,
    mass: float | None = None,
    settings: Mapping[str, Any] | None = None,
    atomic: str | None = None,
    **options: Any,
) -> list[RowSpec]:
    """What each row of a table asks, all checked.

    Raises
    ------
    InputError
        As :func:`fixed_by` and :func:`bayes_enues.runs.plan.plan` do.
    """
    names = listed(models)
    parameters = None if parameters is None else listed(parameters)
    experiments = None if experiments is None else listed(experiments)
    specs = []
    for name in electromagnetic_models() if "all" in names else names:
        fixed = fixed_by(name, mass, settings)
        specs += plan([name], parameters, experiments, atomic, fixed=fixed, **options)
    return specs
