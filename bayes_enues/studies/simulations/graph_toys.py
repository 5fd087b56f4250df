"""Toys of models that are no sums of templates: the loop over the chi^2 that PyTensor compiled."""

from numba import types

from ...compiled.caching import njit
from ...fit.graph import FULL, MATRIX, VECTOR
from .toy_loop import analyse_all

_SIGNATURE = types.void(
    FULL, MATRIX, VECTOR, VECTOR, VECTOR, VECTOR, types.float64, types.float64, VECTOR, VECTOR, types.int64,
    MATRIX, types.float64,
)  # fmt: skip


analyse_graph = njit(_SIGNATURE, nogil=True)(analyse_all)
