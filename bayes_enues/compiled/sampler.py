"""nutpie's compiled model of a structure, with as little as possible to compile.

``nutpie.compile_pymc_model`` wraps a model's log-probability in code that Numba compiles anew for every model
and process, two to three seconds a structure even where all data lie in one vector
(``benchmarks/main_job.py`` compares). Here the two C functions that nutpie calls are compiled once for all
models and cached: they reach what PyTensor compiled through its address, which travels with the data. The
sampler itself is nutpie's; a test compares what it is given with PyMC's log-probability and gradient.
"""

# PyTensor's and Numba's own types are those of their insides, or none.
# pyright: reportIndexIssue=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportOptionalSubscript=false, reportReturnType=false

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
import pymc as pm
import pytensor.tensor as pt
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from pymc.initial_point import make_initial_point_fn
from pytensor.graph import rewrite_graph
from pytensor.graph.replace import graph_replace

from .caching import cfunc
from .nuts import CompiledPyMCModel, address_as_void_pointer
from .structures import Structure, numbers_of, structure_of

_SCALAR, _VECTOR = types.Array(types.float64, 0, "C"), types.Array(types.float64, 1, "C")
_ARGUMENTS = types.UniTuple(_VECTOR, 2)  # the point and the numbers, as PyTensor's function takes them
_LOGP = types.Tuple((_SCALAR, _VECTOR))(_ARGUMENTS)
_EXPAND = types.UniTuple(_VECTOR, 1)(_ARGUMENTS)
_POINTER = types.CPointer(types.double)


def _function_at(signature):
    """What makes a Numba function of such a signature from the address of its compiled code."""
    kind = types.FunctionType(signature)

    @intrinsic
    def function_at(typing_context, address):
        def generate(context, builder, signature, arguments):
            function = cgutils.create_struct_proxy(kind)(context, builder)
            null = cgutils.get_null_value(ir.IntType(8).as_pointer())
            function.c_addr, function.py_addr = null, null
            function.jit_addr = builder.inttoptr(arguments[0], cgutils.voidptr_t)
            return function._getvalue()

        return kind(types.uintp), generate

    return function_at


_logp_at, _expand_at = _function_at(_LOGP), _function_at(_EXPAND)

#: Of what nutpie hands to the C functions: the numbers and how many, the dimension, both functions.
_FIELDS = 5


@cfunc(types.int64(types.uint64, _POINTER, _POINTER, _POINTER, types.voidptr))
def _log_probability(dimension, x_, gradient_, value_, data_):  # pragma: no cover - compiled
    """C function to zero, or to what nutpie takes for a divergence."""
    data = numba.carray(data_, (_FIELDS,), np.uintp)
    numbers = numba.carray(address_as_void_pointer(data[0]), (data[1],), np.float64)
    try:
        value, gradient = _logp_at(data[3])((numba.carray(x_, (data[2],)), numbers))
    except Exception:  # Numba knows no other kind; the sampler takes it for a divergence
        return 1
    finite = np.isfinite(value[()])
    value_[0] = value[()]
    for i in range(data[2]):
        gradient_[i] = gradient[i]
        finite = finite and np.isfinite(gradient[i])
    return 0 if finite else 3


@cfunc(types.int64(types.uint64, types.uint64, _POINTER, _POINTER, types.voidptr))
def _parameters(dimension, expanded_dimension, x_, expanded_, data_):  # pragma: no cover - compiled
    """C function: parameters from the sampler's point."""
    data = numba.carray(data_, (_FIELDS,), np.uintp)
    numbers = numba.carray(address_as_void_pointer(data[0]), (data[1],), np.float64)
    try:
        (values,) = _expand_at(data[4])((numba.carray(x_, (data[2],)), numbers))
    except Exception:
        return -2
    for i in range(expanded_dimension):
        expanded_[i] = values[i]
    return 0


@dataclass(frozen=True)
class _Compiled:
    """What is compiled of a structure: functions of the sampler's point (n,), and names and shapes.

    ``log_probability`` and ``constrain`` hold the numbers in a shared vector.
    """

    names: list[str]
    shapes: list[tuple[int, ...]]
    centre: np.ndarray
    log_probability: Any
    constrain: Any


def _compile(structure: Structure) -> _Compiled:
    model = structure.model
    values = [model.rvs_to_values[rv] for rv in model.free_RVs]
    start = make_initial_point_fn(model=model, return_transformed=True)(0)
    shapes = [start[v.name].shape for v in values]
    centre = np.concatenate([np.ravel(start[v.name]) for v in values])
    stops = np.cumsum([int(np.prod(shape)) for shape in shapes])

    logp = rewrite_graph(model.logp(), include=["canonicalize", "stabilize"])
    gradient = pt.concatenate([g.ravel() for g in pt.grad(logp, values)])
    unobserved = {v.name: v for v in model.unobserved_value_vars}
    constrained = pt.concatenate([unobserved[rv.name].ravel() for rv in model.free_RVs])

    x = pt.tensor("x", shape=(centre.size,), dtype="float64")
    starts = [0, *stops[:-1]]
    at_x = {v: x[a:b].reshape(shape) for v, a, b, shape in zip(values, starts, stops, shapes, strict=True)}
    logp_x, gradient, constrained = graph_replace([logp, gradient, constrained], at_x, strict=False)
    with model:
        return _Compiled(
            [rv.name for rv in model.free_RVs],
            shapes,
            centre,
            pm.compile([x], [logp_x, gradient], mode="NUMBA"),
            pm.compile([x], [constrained], mode="NUMBA"),
        )


def _address(function, signature) -> tuple[int, Any]:
    """Address of the code behind a function that PyTensor compiled, and what must be kept for it to live."""
    inner = function.vm.jit_fn
    takes_numbers = bool(function.get_shared())
    try:
        compiled = inner.get_compile_result(signature) if takes_numbers else None
    except numba.TypingError:  # another layout in memory than the signature's
        compiled = None
    if compiled is None:
        inner = _adapted(inner, takes_numbers, signature is _LOGP)
        compiled = inner.get_compile_result(signature)
    return compiled.library.get_pointer_to_function(compiled.fndesc.llvm_func_name), inner


def _adapted(function, takes_numbers: bool, has_gradient: bool):
    """A function of the point and the numbers, with contiguous results, around one that is less."""

    @numba.njit
    def call(arguments):
        return function(arguments[0], arguments[1])

    @numba.njit
    def call_without_numbers(arguments):
        return function(arguments[0])

    inner = call if takes_numbers else call_without_numbers
    if has_gradient:

        @numba.njit
        def with_gradient(*arguments):
            value, gradient = inner(arguments)
            return value, np.ascontiguousarray(gradient)

        return with_gradient

    @numba.njit
    def values_alone(*arguments):
        (values,) = inner(arguments)
        return (np.ascontiguousarray(values),)

    return values_alone


def nutpie_model(
    log_probability: Any,
    parameters: Any,
    data: np.ndarray,
    names: list[str],
    shapes: list[tuple[int, ...]],
    centre: np.ndarray,
    kept: Any,
) -> CompiledPyMCModel:
    """What nutpie takes for a compiled model: two C functions, and the data that they are handed.

    Parameters
    ----------
    log_probability, parameters
        C functions as ``_log_probability`` and ``_parameters``.
    data : (k,)
        Addresses and sizes.
    names, shapes : list
        Of the free variables, in the order of the parameters.
    centre : (n,)
        Where the chains start, but for a random step.
    kept
        Lives as long as nutpie runs.
    """
    sizes = [int(np.prod(shape)) for shape in shapes]
    stops = [int(stop) for stop in np.cumsum(sizes)]
    return CompiledPyMCModel(
        dims={},
        reparameterized_names=[],
        compiled_logp_func=log_probability,
        compiled_expand_func=parameters,
        initial_point_func=lambda seed: centre + np.random.default_rng(seed).uniform(-1, 1, centre.size),
        shared_data={"kept": kept},
        shared_var_keys={},
        user_data=data,
        n_expanded=centre.size,
        shape_info=(names, [slice(b - s, b) for s, b in zip(sizes, stops, strict=True)], shapes),
        logp_func=None,
        expand_func=None,
        _n_dim=centre.size,
        _shapes=dict(zip(names, shapes, strict=True)),
        _coords={},
    )


class Sampler:
    """What nutpie samples of one model, and its functions one by one.

    Attributes
    ----------
    nutpie : CompiledPyMCModel
    centre : (n,)
        Where the chains start, in the sampler's coordinates, but for a random step.
    names : list of str
        Free variables of the model, in the order of the constrained values.
    """

    def __init__(self, compiled: _Compiled, addresses, numbers: np.ndarray, names: dict[str, str]):
        self._compiled, self._numbers = compiled, np.array(numbers, float)
        self.names = [names[name] for name in compiled.names]
        self.centre = compiled.centre
        (logp, _), (expand, _) = addresses
        n = self.centre.size
        data = np.array([self._numbers.ctypes.data, self._numbers.size, n, logp, expand], np.uintp)
        self.nutpie = nutpie_model(
            _log_probability, _parameters, data, self.names, compiled.shapes, self.centre,
            (self._numbers, addresses),
        )  # fmt: skip

    def _with_numbers(self, function) -> Any:
        for shared in function.get_shared():
            shared.set_value(self._numbers)
        return function

    def log_probability(self, y: np.ndarray) -> float:
        """What is sampled, at a point (n,) in the sampler's coordinates."""
        return float(self._with_numbers(self._compiled.log_probability)(y)[0])

    def constrained(self, y: np.ndarray) -> dict[str, float]:
        """The free variables at a point in the sampler's coordinates; single numbers only."""
        values = self._with_numbers(self._compiled.constrain)(y)[0]
        return dict(zip(self.names, values.tolist(), strict=True))


def sampler_of(model: pm.Model, tell: Callable[[str], None] = lambda words: None) -> Sampler:
    """The sampler of a model; what its structure needs is compiled on first demand.

    Parameters
    ----------
    model : pm.Model
    tell : callable
        Told "compiling" where that is so.
    """
    structure = structure_of(model)
    if not structure.is_compiled("sampler"):
        tell("compiling")

    def build():
        compiled = _compile(structure)
        return compiled, (
            _address(compiled.log_probability, _LOGP),
            _address(compiled.constrain, _EXPAND),
        )

    compiled, addresses = structure.part("sampler", build)
    return Sampler(compiled, addresses, numbers_of(model), structure.names(model))
