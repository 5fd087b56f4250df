"""The density of a user's own prior, from the PyMC variable that it makes; named priors know theirs."""

from collections.abc import Callable, Sequence

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from numpy.typing import ArrayLike
from pymc.model.transform.conditioning import remove_value_transforms
from pytensor.compile.mode import Mode
from pytensor.graph.replace import vectorize_graph

from ..errors import InputError
from .named import Prior


def check_one_variable(name: str, made: Sequence[str]) -> None:
    """Refuse a prior that made other free variables than the one of its name, such as a hyperparameter."""
    if list(made) != [name]:
        raise InputError(
            f"the prior of {name} makes the free variables {list(made)}; exactly {name} was needed"
        )


def _model_of(prior: Callable, name: str) -> pm.Model:
    with pm.Model() as model:
        prior(name)
    check_one_variable(name, [rv.name for rv in model.free_RVs])
    return model


def density_function(prior: Callable, name: str) -> Callable[[np.ndarray], np.ndarray]:
    """The normalised log-density of any prior as a function of values (n,) in the parameter's unit.

    Parameters
    ----------
    prior : callable
        From a name to a variable; a named one with its range set.
    name : str

    Raises
    ------
    InputError
        If the callable makes more than the one variable.
    """
    if isinstance(prior, Prior):
        return prior.log_density
    bare = remove_value_transforms(_model_of(prior, name))
    points = pt.dvector("points")
    graph = vectorize_graph(bare.logp(jacobian=False), {bare.value_vars[0]: points})
    function = pm.compile([points], graph, mode=Mode(linker="py", optimizer="fast_compile"))
    return lambda values: function(np.asarray(values, float))


def log_density(prior: Callable, name: str, values: ArrayLike) -> np.ndarray:
    """Normalised log-density of any prior at some values, (n,); see :func:`density_function`."""
    return density_function(prior, name)(np.asarray(values, float))


def check_support(prior: Callable, name: str, scale: float) -> None:
    """Refuse a user's own prior that allows negative values of a parameter that cannot be negative.

    Parameters
    ----------
    prior : callable
    name : str
    scale : float
        Typical size of the parameter.
    """
    below = -scale * np.geomspace(1e-3, 1e3, 25)
    if np.any(np.isfinite(density_function(prior, name)(below))):
        raise InputError(
            f"the prior of {name} allows negative values, but {name} cannot be negative; cut it there, as in "
            f"lambda name: pm.Truncated(name, pm.Normal.dist(0, 10), lower=0), or use be.HalfNormal"
        )


def sample(prior: Callable, name: str, rng: np.random.Generator, n: int) -> np.ndarray:
    """Draws from any prior, (n,)."""
    if isinstance(prior, Prior):
        return prior.sample(rng, n)
    model = _model_of(prior, name)
    return np.asarray(pm.draw(model[name], n, random_seed=int(rng.integers(2**31)))).reshape(n)
