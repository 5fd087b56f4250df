"""The density of any prior, named or a user's own, from the PyMC variable that it makes."""

from collections.abc import Callable, Sequence

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pymc.model.transform.conditioning import remove_value_transforms
from pytensor.compile.mode import Mode
from pytensor.graph.replace import vectorize_graph

from ..errors import InputError

__all__ = ["check_one_variable", "log_density"]


def check_one_variable(name: str, made: Sequence[str]) -> None:
    """Refuse a prior that made other free variables than the one of its name, such as a hyperparameter."""
    if list(made) != [name]:
        raise InputError(
            f"the prior of {name} makes the free variables {list(made)}; exactly {name} was needed"
        )


def log_density(prior: Callable, name: str, values) -> np.ndarray:
    """Normalised log-density of any prior at some values, from the PyMC variable it makes.

    Parameters
    ----------
    prior : callable
        From a name to a variable; a named one with its range set.
    name : str
    values : (n,)
        In the parameter's unit.

    Returns
    -------
    (n,)

    Raises
    ------
    InputError
        If the callable makes more than the one variable.
    """
    with pm.Model() as model:
        prior(name)
    bare = remove_value_transforms(model)
    check_one_variable(name, [rv.name for rv in bare.free_RVs])
    points = pt.dvector("points")
    graph = vectorize_graph(bare.logp(jacobian=False), {bare.value_vars[0]: points})
    return pm.compile([points], graph, mode=Mode(linker="py", optimizer="fast_compile"))(
        np.asarray(values, float)
    )
