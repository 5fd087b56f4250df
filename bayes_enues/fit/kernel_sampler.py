"""What nutpie samples of a model of templates: the kernel itself, so that PyTensor compiles nothing for it.

The log-probability and its gradient are those of the ``pm.Model`` in PyMC's own coordinates, up to a
constant; :mod:`.agreement` compares them whenever a model is sampled. The two C functions that nutpie calls
are compiled once for all models and kept on disk: what a model is travels with the data.
"""

import ctypes
from functools import lru_cache
from typing import Any

import numba
import numpy as np
from numba import types

from ..compiled.caching import cfunc
from ..compiled.nuts import address_as_void_pointer
from ..compiled.sampler import nutpie_model
from .chi2 import Likelihood
from .coordinates import coordinate, coordinates_of, starting_point
from .kernel import FAST, Terms, chi2_and_gradient

_POINTER, _C_POINTER = types.CPointer(types.double), ctypes.POINTER(ctypes.c_double)
_HEAD = 6  # how many variables, bins, terms, factors, different ones and coordinates


def packed(terms: Terms, numbers: np.ndarray, coordinates: np.ndarray, n: int) -> np.ndarray:
    """All that the C functions need of a model, in one vector; whole numbers by their bits, as they are."""
    sizes = [terms.start.size, terms.factor.size, terms.variable.size]
    head = [n, terms.gaussian.size, *sizes, coordinates.size]
    parts = [_as_numbers(np.ravel(v)) for v in terms]
    return np.concatenate([np.array(head, float), *parts, numbers, coordinates])


def _as_numbers(v: np.ndarray) -> np.ndarray:
    """Whole numbers and bytes by their bits; bytes with others behind them, which fill the last number."""
    if v.dtype == bool:
        v = np.append(v, np.zeros(-v.size % 8, bool))
    return v.view(float)


@numba.njit(**FAST)
def _whole(part):
    return part.view(np.int64)


@numba.njit(**FAST)
def _bytes(part, n):
    return part.view(np.uint8)[:n]


@numba.njit(**FAST)
def unpacked(vector: np.ndarray) -> Any:
    """The terms, the numbers and the coordinates of :func:`packed`."""
    n, bins, terms, factors = int(vector[0]), int(vector[1]), int(vector[2]), int(vector[3])
    different = int(vector[4])
    a = _HEAD
    b = a + terms * bins
    c = b + terms
    d = c + terms
    e = d + terms + 1
    f = e + factors
    g = f + different
    h = g + different
    i = h + different
    j = i + different
    k = j + factors
    m = k + (bins + 7) // 8
    o = m + n
    p = o + n
    q = p + n * n
    r = q + 2 * bins + n
    found = Terms(
        vector[a:b].reshape((terms, bins)), _whole(vector[b:c]), _whole(vector[c:d]), _whole(vector[d:e]),
        _whole(vector[e:f]), _whole(vector[f:g]), _whole(vector[g:h]), _whole(vector[h:i]), vector[i:j],
        _whole(vector[j:k]), _bytes(vector[k:m], bins), vector[m:o], vector[o:p], vector[p:q].reshape((n, n)),
    )  # fmt: skip
    return found, vector[q:r], vector[r:]


@numba.njit(**FAST)
def log_probability_at(vector: Any, y: np.ndarray, gradient: np.ndarray) -> float:
    """Log-probability up to a constant, its gradient filled in; what is not finite is a divergence."""
    terms, numbers, coordinates = unpacked(vector)
    n = y.size
    room = np.empty(3 * n)  # one piece of memory: to get three takes longer
    x, slope, added_slope = room[:n], room[n : 2 * n], room[2 * n :]
    total = 0.0
    for i in range(n):
        x[i], slope[i], added, added_slope[i] = coordinate(coordinates, i, y[i])
        total += added
    total -= 0.5 * chi2_and_gradient(terms, numbers, x, gradient)
    for i in range(n):
        gradient[i] = -0.5 * gradient[i] * slope[i] + added_slope[i]
    return total


def _log_probability(dimension, y_, gradient_, value_, data_):  # pragma: no cover - compiled
    """C function to zero, or to what nutpie takes for a divergence."""
    data = numba.carray(data_, (2,), np.uintp)
    vector = numba.carray(address_as_void_pointer(data[0]), (data[1],), np.float64)
    n = int(vector[0])
    y, gradient = numba.carray(y_, (n,)), numba.carray(gradient_, (n,))
    value_[0] = log_probability_at(vector, y, gradient)
    finite = np.isfinite(value_[0])
    for i in range(n):
        finite = finite and np.isfinite(gradient[i])
    return 0 if finite else 3


def _parameters(dimension, expanded_dimension, y_, expanded_, data_):  # pragma: no cover - compiled
    """C function: parameters from the sampler's point."""
    data = numba.carray(data_, (2,), np.uintp)
    vector = numba.carray(address_as_void_pointer(data[0]), (data[1],), np.float64)
    coordinates = vector[vector.size - int(vector[5]) :]
    for i in range(int(vector[0])):
        expanded_[i] = coordinate(coordinates, i, y_[i])[0]
    return 0


@lru_cache
def c_functions() -> tuple[Any, Any]:
    """What nutpie calls, compiled or read from disk on first demand."""
    whole = types.uint64
    return (
        cfunc(types.int64(whole, _POINTER, _POINTER, _POINTER, types.voidptr))(_log_probability),
        cfunc(types.int64(whole, whole, _POINTER, _POINTER, types.voidptr))(_parameters),
    )


class KernelSampler:
    """What nutpie samples of one model of templates, and its functions one by one.

    Attributes
    ----------
    nutpie : CompiledPyMCModel
    centre : (n,)
        Where the chains start, in the sampler's coordinates, but for a random step.
    names : list of str
        Variables in the order of the coordinates: that of chi^2.
    coordinates : (k,)
        See :func:`.coordinates.coordinates_of`.
    vector : (m,)
        All of the model, :func:`packed`.
    """

    def __init__(self, likelihood: Likelihood, coordinates: np.ndarray):
        self.names = likelihood.names
        n = len(self.names)
        assert likelihood.terms is not None  # of templates
        self.vector = packed(likelihood.terms, likelihood.numbers, coordinates, n)
        self.coordinates, self.centre = coordinates, starting_point(coordinates, n)
        data = np.array([self.vector.ctypes.data, self.vector.size], np.uintp)
        self.nutpie = nutpie_model(*c_functions(), data, self.names, [()] * n, self.centre, self.vector)

    def log_probability(self, y: np.ndarray) -> float:
        """What is sampled up to a constant, at a point (n,) in the sampler's coordinates."""
        gradient, value = np.empty(y.size), np.empty(1)
        status = c_functions()[0].ctypes(y.size, *map(_pointer, (y, gradient, value)), self._data)
        return -np.inf if status else float(value[0])

    def constrained(self, y: np.ndarray) -> dict[str, float]:
        """The free variables at a point in the sampler's coordinates."""
        x = np.empty(y.size)
        c_functions()[1].ctypes(y.size, y.size, *map(_pointer, (y, x)), self._data)
        return dict(zip(self.names, x.tolist(), strict=True))

    @property
    def _data(self) -> int:
        return self.nutpie.user_data.ctypes.data


def _pointer(array: np.ndarray) -> Any:
    return array.ctypes.data_as(_C_POINTER)


def kernel_sampler_of(likelihood: Likelihood) -> KernelSampler | None:
    """The sampler of a model of templates; None where another prior than the package's needs PyTensor."""
    if likelihood.terms is None:
        return None
    physics = list(likelihood.question.free)
    coordinates = coordinates_of(likelihood.model, physics, likelihood.names)
    return None if coordinates is None else KernelSampler(likelihood, coordinates)
