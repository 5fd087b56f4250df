"""What is compiled once for all models, in parts that processes compile side by side, to be read by all."""

import numpy as np

from .kernel import Terms, chi2_full, chi2_many, expected_many
from .kernel_sampler import c_functions
from .minimise import minimise_terms

_NONE, _ONE = np.zeros(0, np.int64), np.ones(1, np.int64)
#: One bin, one variable that changes nothing.
_TERMS = Terms(
    np.zeros((1, 1)), 0 * _ONE, _ONE, np.zeros(2, np.int64), _NONE, _NONE, _NONE, _NONE, np.zeros(0), _NONE,
    _ONE > 0, np.zeros(1), np.zeros(1), np.zeros((1, 1)),
)  # fmt: skip


def compile_fits() -> None:
    """Best fits."""
    edge = np.ones(1)
    minimise_terms(
        _TERMS, np.zeros((1, 1)), np.ones((1, 3)), 0 * _ONE, -edge, edge, edge, False, np.zeros(1),
        np.zeros(1, bool), np.zeros((1, 1)), np.zeros((1, 1, 1)),
    )  # fmt: skip


def compile_evaluations() -> None:
    """What the sampler calls, and chi^2 and counts at given points."""
    c_functions()
    chi2_many(_TERMS, np.ones(3), np.zeros((1, 1)))
    expected_many(_TERMS, np.zeros((1, 1)))
    chi2_full(_TERMS, np.ones(3), np.zeros(1))


PARTS = (compile_fits, compile_evaluations)
