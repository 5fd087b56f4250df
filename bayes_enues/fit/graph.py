"""Loops over the chi^2 that PyTensor compiled, for models that are no sums of templates.

A structure enters as a function with a fixed signature, so that the loops are compiled once for all of them.
This module is loaded by those who need it: its signatures are compiled, or read from the cache, at once.
"""

from functools import lru_cache
from typing import Any

import numba
import numpy as np
from numba import types

from ..compiled.caching import njit
from ..compiled.likelihood import CompiledLikelihood
from .newton import minimise_all

_SCALAR, VECTOR, MATRIX = (types.Array(types.float64, ndim, "C") for ndim in (0, 1, 2))
_RESULT = types.Tuple((_SCALAR, VECTOR, MATRIX))
FULL = types.FunctionType(_RESULT(types.UniTuple(VECTOR, 2)))  # PyTensor packs the arguments in a tuple


@lru_cache(maxsize=64)
def full_of(graph: CompiledLikelihood) -> Any:
    """Numba's function behind a compiled chi^2, with contiguous results."""
    inner = graph.full.vm.jit_fn
    try:
        inner.get_compile_result(FULL.signature)
    except numba.TypingError:  # another layout in memory: of a single variable, for example

        @numba.njit
        def contiguous(*arguments):
            value, gradient, hessian = inner(*arguments)
            return value, np.ascontiguousarray(gradient), np.ascontiguousarray(hessian)

        return contiguous
    return inner


_SIGNATURE = types.void(
    FULL, MATRIX, MATRIX, types.int64[::1], VECTOR, VECTOR, VECTOR, types.boolean,
    VECTOR, types.boolean[::1], MATRIX, types.Array(types.float64, 3, "C"),
)  # fmt: skip


minimise_graph = njit(_SIGNATURE, nogil=True)(minimise_all)
