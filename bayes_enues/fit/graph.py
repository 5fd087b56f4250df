"""Loops over the chi^2 that PyTensor compiled, for models that are no sums of templates.

A structure enters as a function with a fixed signature, so that the loops are compiled once for all of them.
This module is loaded by those who need it: its signatures are compiled, or read from the cache, at once.
"""

import numba
from numba import types

from .minimise import minimise_all

__all__ = ["FULL", "MATRIX", "VECTOR", "minimise_graph"]

_SCALAR, VECTOR, MATRIX = (types.Array(types.float64, ndim, "C") for ndim in (0, 1, 2))
_RESULT = types.Tuple((_SCALAR, VECTOR, MATRIX))
FULL = types.FunctionType(_RESULT(types.UniTuple(VECTOR, 2)))  # PyTensor packs the arguments in a tuple


_SIGNATURE = types.void(
    FULL, MATRIX, MATRIX, types.int64[::1], VECTOR, VECTOR, VECTOR, types.boolean,
    VECTOR, types.boolean[::1], MATRIX, types.Array(types.float64, 3, "C"),
)  # fmt: skip


minimise_graph = numba.njit(_SIGNATURE, nogil=True, cache=True)(minimise_all)
