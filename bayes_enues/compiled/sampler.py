"""nutpie's compiled model of a shape, with as little as possible to compile.

nutpie wraps a model's log-probability in generic code that unpacks any number of shared arrays, and Numba
compiles that code anew in every process, six seconds a shape. A shape keeps its data in one vector, so the
wrapper can be ten lines, and everything behind it comes from PyTensor's cache on disk. The sampler itself is
nutpie's; a test compares what it is given with PyMC's own log-probability and gradient.
"""

import numba
import numpy as np
import pymc as pm
import pytensor.tensor as pt
from nutpie.compile_pymc import CompiledPyMCModel, address_as_void_pointer, make_user_data
from pymc.initial_point import make_initial_point_fn
from pytensor.graph import rewrite_graph
from pytensor.graph.replace import graph_replace

__all__ = ["compile_sampler"]

_POINTER = numba.types.CPointer(numba.types.double)
_LOGP = numba.types.int64(numba.types.uint64, _POINTER, _POINTER, _POINTER, numba.types.voidptr)
_EXPAND = numba.types.int64(numba.types.uint64, numba.types.uint64, _POINTER, _POINTER, numba.types.voidptr)


def compile_sampler(model: pm.Model, numbers) -> CompiledPyMCModel:
    """nutpie's compiled model; ``.with_data(numbers=...)`` is that of another model of the shape.

    Parameters
    ----------
    model : pm.Model
        Whose data are all in one shared vector.
    numbers : SharedVariable
        That vector.
    """
    values = [model.rvs_to_values[rv] for rv in model.free_RVs]
    start = make_initial_point_fn(model=model, return_transformed=True)(0)
    shapes = {name: value.shape for name, value in start.items()}
    centre = np.concatenate([np.ravel(start[v.name]) for v in values])
    sizes = [int(np.prod(shapes[v.name])) for v in values]
    n = sum(sizes)

    logp = rewrite_graph(model.logp(), include=["canonicalize", "stabilize"])
    gradient = pt.concatenate([g.ravel() for g in pt.grad(logp, values)])
    unobserved = {v.name: v for v in model.unobserved_value_vars}
    constrained = [unobserved[rv.name] for rv in model.free_RVs]
    expanded = pt.concatenate([v.ravel() for v in constrained])

    x = pt.tensor("x", shape=(n,), dtype="float64")
    stops = np.cumsum(sizes)
    at_x = {v: x[b - s : b].reshape(shapes[v.name]) for v, s, b in zip(values, sizes, stops, strict=True)}
    logp, gradient, expanded = graph_replace([logp, gradient, expanded], at_x, strict=False)
    with model:
        logp_function = pm.compile([x], [logp, gradient], mode="NUMBA")
        expand_function = pm.compile([x], [expanded], mode="NUMBA")

    data = {"numbers": numbers.get_value()}
    keys = {numbers: "numbers"}
    names = [rv.name for rv in model.free_RVs]
    size = data["numbers"].size
    return CompiledPyMCModel(
        dims={},
        reparameterized_names=[],
        compiled_logp_func=_logp_pointer(_takes_numbers(logp_function, numbers), n, size),
        compiled_expand_func=_expand_pointer(_takes_numbers(expand_function, numbers), n, size),
        initial_point_func=lambda seed: centre + np.random.default_rng(seed).uniform(-1, 1, n),
        shared_data=data,
        shared_var_keys=keys,
        user_data=make_user_data(keys, data),
        n_expanded=n,
        shape_info=(
            names,
            [slice(b - s, b) for s, b in zip(sizes, stops, strict=True)],
            [shapes[v.name] for v in values],
        ),
        logp_func=logp_function,
        expand_func=expand_function,
        _n_dim=n,
        _shapes={rv.name: tuple(shapes[v.name]) for rv, v in zip(model.free_RVs, values, strict=True)},
        _coords={},
    )


def _takes_numbers(function, numbers):
    """The Numba function behind a compiled one, as a function of the point and of the numbers."""
    inner = function.vm.jit_fn
    if function.get_shared() == [numbers]:
        return inner
    return numba.njit(inline="always")(lambda x, numbers: inner(x))


def _logp_pointer(function, n: int, size: int):
    """C function (dimension, x, gradient, logp, data) to zero, or to what nutpie takes for a divergence."""

    def logp(dimension, x_, gradient_, logp_, data_):
        numbers = numba.carray(
            address_as_void_pointer(numba.carray(data_, (1,), np.uintp)[0]), (size,), np.float64
        )
        try:
            value, gradient = function(numba.carray(x_, (n,)), numbers)
        except Exception:  # Numba knows no other kind; the sampler takes it for a divergence
            return 1
        finite = np.isfinite(value[()])
        logp_[0] = value[()]
        for i in range(n):
            gradient_[i] = gradient[i]
            finite = finite and np.isfinite(gradient[i])
        return 0 if finite else 3

    return numba.cfunc(_LOGP)(logp)


def _expand_pointer(function, n: int, size: int):
    """C function (dimension, expanded dimension, x, expanded, data): parameters from the sampler's point."""

    def expand(dimension, expanded_dimension, x_, expanded_, data_):
        numbers = numba.carray(
            address_as_void_pointer(numba.carray(data_, (1,), np.uintp)[0]), (size,), np.float64
        )
        try:
            (values,) = function(numba.carray(x_, (n,)), numbers)
        except Exception:
            return -2
        for i in range(n):
            expanded_[i] = values[i]
        return 0

    return numba.cfunc(_EXPAND)(expand)
