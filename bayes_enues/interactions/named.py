"""Interactions by the name of their model."""

from .. import interactions
from ..errors import InputError
from .base import Interaction


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


def with_own_electrons(model: str | type[Interaction]) -> str:
    """The model that treats the electrons of another in its own way."""
    kinds = (getattr(interactions, n) for n in interactions.__all__)
    found = {kind.alternative_to: kind.name for kind in kinds if kind.own_atomic_model}
    if model not in found:
        raise InputError(f"{model} has no equivalent photons; only {sorted(found)} has")
    return found[model]


def electromagnetic_models() -> list[str]:
    """The electromagnetic properties of the paper's Table I: what ``--model all`` means."""
    kinds = (getattr(interactions, n) for n in interactions.__all__)
    return [kind.name for kind in kinds if kind.in_table_one]
