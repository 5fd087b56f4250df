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
from nutpie.compile_pymc import CompiledPyMCModel, address_as_void_pointer
from pymc.initial_point import make_initial_point_fn
from pytensor.compile.mode import Mode
from pytensor.graph import rewrite_graph
from pytensor.graph.replace import graph_replace

from .caching import cfunc
from .structures import Structure, numbers_of, structure_of

__all__ = ["Sampler", "sampler_of"]

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

    ``log_probability`` and ``constrain`` hold the numbers in a shared vector; ``rest`` takes them.
    """

    names: list[str]
    shapes: list[tuple[int, ...]]
    centre: np.ndarray
    log_probability: Any
    constrain: Any
    rest: Any


def _compile(structure: Structure) -> _Compiled:
    model, numbers = structure.model, structure.numbers
    values = [model.rvs_to_values[rv] for rv in model.free_RVs]
    start = make_initial_point_fn(model=model, return_transformed=True)(0)
    shapes = [start[v.name].shape for v in values]
    centre = np.concatenate([np.ravel(start[v.name]) for v in values])
    stops = np.cumsum([int(np.prod(shape)) for shape in shapes])

    logp = rewrite_graph(model.logp(), include=["canonicalize", "stabilize"])
    gradient = pt.concatenate([g.ravel() for g in pt.grad(logp, values)])
    unobserved = {v.name: v for v in model.unobserved_value_vars}
    constrained = pt.concatenate([unobserved[rv.name].ravel() for rv in model.free_RVs])
    likelihood = model.logp(vars=[*model.observed_RVs, *model.potentials], jacobian=False)

    x, given = pt.tensor("x", shape=(centre.size,), dtype="float64"), pt.dvector("numbers")
    starts = [0, *stops[:-1]]
    at_x = {v: x[a:b].reshape(shape) for v, a, b, shape in zip(values, starts, stops, shapes, strict=True)}
    logp_x, gradient, constrained = graph_replace([logp, gradient, constrained], at_x, strict=False)
    priors = [model.logp(vars=[rv], jacobian=False) for rv in model.free_RVs]
    rest = graph_replace([model.logp() - likelihood, *priors], at_x | {numbers: given}, strict=False)
    light = Mode(linker="py", optimizer="fast_compile")  # NumPy: nothing to compile
    with model:
        return _Compiled(
            [rv.name for rv in model.free_RVs],
            shapes,
            centre,
            pm.compile([x], [logp_x, gradient], mode="NUMBA"),
            pm.compile([x], [constrained], mode="NUMBA"),
            pm.compile([x, given], rest, mode=light, on_unused_input="ignore"),
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
        stops = np.cumsum([int(np.prod(shape)) for shape in compiled.shapes])
        slices = [
            slice(int(b) - int(np.prod(s)), int(b)) for s, b in zip(compiled.shapes, stops, strict=True)
        ]
        self.nutpie = CompiledPyMCModel(
            dims={},
            reparameterized_names=[],
            compiled_logp_func=_log_probability,
            compiled_expand_func=_parameters,
            initial_point_func=lambda seed: self.centre + np.random.default_rng(seed).uniform(-1, 1, n),
            shared_data={"numbers": self._numbers, "addresses": addresses},  # kept while nutpie runs
            shared_var_keys={},
            user_data=data,
            n_expanded=n,
            shape_info=(self.names, slices, compiled.shapes),
            logp_func=compiled.log_probability,
            expand_func=compiled.constrain,
            _n_dim=n,
            _shapes=dict(zip(self.names, compiled.shapes, strict=True)),
            _coords={},
        )

    def _with_numbers(self, function) -> Any:
        for shared in function.get_shared():
            shared.set_value(self._numbers)
        return function

    def log_probability(self, y: np.ndarray) -> float:
        """What is sampled, at a point (n,) in the sampler's coordinates."""
        return float(self._with_numbers(self._compiled.log_probability)(y)[0])

    def log_priors(self, y: np.ndarray) -> tuple[float, dict[str, float]]:
        """The part of it that is no likelihood, priors and Jacobians together, and each prior's by name."""
        rest, *priors = self._compiled.rest(y, self._numbers)
        return float(rest), {name: float(p) for name, p in zip(self.names, priors, strict=True)}

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
