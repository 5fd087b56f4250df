"""The log-probability of a ``pm.Model`` as PyMC writes it, evaluated operation by operation.

Nothing is rewritten and nothing compiled, so it is there in half a second and takes milliseconds a point:
what faster code is compared with.
"""

# PyTensor's own types are those of its insides, or none.
# pyright: reportArgumentType=false, reportIndexIssue=false, reportOptionalSubscript=false
# pyright: reportCallIssue=false

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
from pytensor.compile.mode import Mode
from pytensor.graph.replace import graph_replace

from .structures import numbers_of, structure_of


class Reference(NamedTuple):
    """Functions of a point in the sampler's coordinates, for one model.

    Attributes
    ----------
    names : list of str
        Free variables in the order of the point.
    function : callable
        (y, numbers) to the log-probability with priors and Jacobians, and to the part that is of the data.
    numbers : (n_numbers,)
        The model's.
    """

    names: list[str]
    function: Callable
    numbers: np.ndarray

    def __call__(self, y: np.ndarray) -> tuple[float, float]:
        total, data = self.function(np.ascontiguousarray(y, float), self.numbers)
        return float(total), float(data)


def reference_of(model: pm.Model) -> Reference:
    """That of a model with single numbers as free variables; one graph serves all of its structure."""
    structure = structure_of(model)

    def build():
        packed = structure.model
        y, numbers = pt.dvector("y"), pt.dvector("numbers")
        at_y = {packed.rvs_to_values[rv]: y[i] for i, rv in enumerate(packed.free_RVs)}
        parts = [part.sum() for part in packed.logp(sum=False)]  # free variables first, with their Jacobians
        total, data = (pt.add(*some, 0.0) for some in (parts, parts[len(packed.free_RVs) :]))
        graphs = graph_replace([total, data], at_y | {structure.numbers: numbers}, strict=False)
        plain = Mode(linker="py", optimizer=None)
        return pytensor.function([y, numbers], graphs, mode=plain, on_unused_input="ignore")

    function, names = structure.part("reference", build), structure.names(model)
    return Reference([names[rv.name] for rv in structure.model.free_RVs], function, numbers_of(model))
