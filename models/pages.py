"""The model of each interaction: :func:`~.counting.counting_model` with its class, and one parameter free."""

from typing import Any, Protocol

import pymc as pm

from bayes_enues import interactions
from bayes_enues.errors import InputError
from bayes_enues.interactions import Interaction

from .counting import counting_model


class Page(Protocol):
    """Builds models of one interaction."""

    __name__: str

    def __call__(
        self,
        experiments: Any,
        free: str | list[str] | tuple[str, ...] = ...,
        prior: Any = None,
        spectrum: str = "templates",
        fixed: Interaction | None = None,
        **given: Any,
    ) -> pm.Model: ...


def page(kind: type[Interaction]) -> Page:
    """The function that builds the models of one interaction."""
    first = kind.free_names()[0]

    def model(
        experiments: Any,
        free: str | list[str] | tuple[str, ...] = first,
        prior: Any = None,
        spectrum: str = "templates",
        fixed: Interaction | None = None,
        **given: Any,
    ) -> pm.Model:
        if lacking := [name for name in kind.fixed_parameters if fixed is None and name not in given]:
            raise InputError(
                f"{kind.name} needs {lacking}, in keV: models.{kind.name}(..., {lacking[0]}=10.0)"
            )
        return counting_model(kind(**given) if fixed is None else fixed, experiments, free, prior, spectrum)

    model.__name__ = model.__qualname__ = kind.name
    model.__doc__ = f"""Model of :class:`bayes_enues.{kind.__name__}`, in units of {kind.unit or "1"}.

    Parameters
    ----------
    experiments : sequence of Experiment or str
    free : str or sequence of str
        Of {", ".join(f"``{name}``" for name in kind.free_names())}.
    prior : callable or mapping, optional
        By default flat in the parameter.
    spectrum : str
        ``templates`` or ``chain``.
    fixed : {kind.__name__}, optional
        Values of the parameters that are not free, and options; or name them one by one:
    given
        Parameters that are not free, and options of the class.

    Returns
    -------
    pm.Model
    """
    return model


def pages() -> dict[str, type[Interaction]]:
    """Every interaction that leaves a parameter free, by the name of its model."""
    kinds = (getattr(interactions, name) for name in interactions.__all__)
    return {kind.name: kind for kind in kinds if kind.free_names()}
