"""Model structures: what is compiled once and serves every model that differs in numbers only.

Two models have one structure when their graphs are equal but for the values of their ``pm.Data``. The first
model of a structure is rewritten so that all its data lie in one vector, ``numbers``; whatever is compiled
from it takes another model's vector instead. (Unpacking many small arrays would take nutpie and Numba most of
their time.)
"""

# PyTensor's and Numba's own types are those of their insides, or none.
# pyright: reportIndexIssue=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportOptionalSubscript=false, reportReturnType=false

from collections.abc import Callable, Hashable, Sequence
from threading import RLock
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
from pymc.model.fgraph import fgraph_from_model, model_from_fgraph
from pytensor.compile import SharedVariable
from pytensor.graph import FunctionGraph
from pytensor.graph.basic import equal_computations
from pytensor.graph.replace import clone_replace
from pytensor.graph.traversal import graph_inputs
from pytensor.tensor.random.type import RandomGeneratorType

_STRUCTURES: list["Structure"] = []
_KNOWN: WeakKeyDictionary[pm.Model, tuple] = WeakKeyDictionary()  # comparing graphs takes 0.1 s
LOCK = RLock()  # what PyTensor compiled keeps its results in place: one thread at a time


def _outputs(model: pm.Model) -> list:
    values = [model.rvs_to_values[rv] for rv in model.observed_RVs]
    return [*model.free_RVs, *model.observed_RVs, *values, *model.potentials]


def _shared(model: pm.Model) -> list[SharedVariable]:
    return [v for v in graph_inputs(_outputs(model)) if isinstance(v, SharedVariable)]


def _data(model: pm.Model) -> list[SharedVariable]:
    """The ``pm.Data`` that the model's variables rest on, in an order that only the graph decides."""
    lengths = set(model.dim_lengths.values())
    return [v for v in _shared(model) if not isinstance(v.type, RandomGeneratorType) and v not in lengths]


def numbers_of(model: pm.Model) -> np.ndarray:
    """All data of a model in one vector, as its structure expects them."""
    return np.concatenate([np.ravel(v.get_value(borrow=True)) for v in _data(model)] or [np.empty(0)]).astype(
        float
    )


def slices_of(model: pm.Model) -> dict[str, slice]:
    """Where each of a model's data lies in :func:`numbers_of`, by name."""
    sizes = [v.get_value(borrow=True).size for v in _data(model)]
    stops = np.cumsum(sizes)
    return {
        v.name: slice(int(stop - size), int(stop))
        for v, size, stop in zip(_data(model), sizes, stops, strict=True)
    }


def _from_values(model: "pm.Model | _Snapshot") -> list:
    """Each free variable as a function of the value that a sampler moves: its transform, written out."""
    if isinstance(model, _Snapshot) and model.from_values:
        return model.from_values
    transforms = [(rv, model.rvs_to_values[rv], model.rvs_to_transforms[rv]) for rv in model.free_RVs]
    found = [v if t is None else t.backward(v, *rv.owner.inputs) for rv, v, t in transforms]
    if isinstance(model, _Snapshot):
        model.from_values.extend(found)  # a structure is compared with every new model
    return found


def same_structure(a: pm.Model, b: pm.Model) -> bool:
    """Whether two models are equal but for the values of their data and the names of their variables."""
    if len(a.free_RVs) != len(b.free_RVs) or len(a.observed_RVs) != len(b.observed_RVs):
        return False
    shared_a, shared_b = _shared(a), _shared(b)
    if [v.type for v in shared_a] != [v.type for v in shared_b]:
        return False
    if [v.get_value(borrow=True).shape for v in _data(a)] != [
        v.get_value(borrow=True).shape for v in _data(b)
    ]:
        return False
    if not equal_computations(_outputs(a), _outputs(b), shared_a, shared_b):
        return False
    values_a, values_b = ([model.rvs_to_values[rv] for rv in model.free_RVs] for model in (a, b))
    if [v.type for v in values_a] != [v.type for v in values_b]:
        return False
    given = [*shared_a, *values_a, *a.free_RVs], [*shared_b, *values_b, *b.free_RVs]
    return equal_computations(_from_values(a), _from_values(b), *given)


class _Snapshot(NamedTuple):
    """What a model was made of when it was first seen: a user may add to the model itself."""

    free_RVs: list
    observed_RVs: list
    potentials: list
    rvs_to_values: dict
    rvs_to_transforms: dict
    dim_lengths: dict
    from_values: list

    @classmethod
    def of(cls, model: pm.Model) -> "_Snapshot":
        lists = (list(model.free_RVs), list(model.observed_RVs), list(model.potentials))
        return cls(
            *lists, dict(model.rvs_to_values), dict(model.rvs_to_transforms), dict(model.dim_lengths), []
        )


class Structure:
    """One model structure and what has been compiled from it.

    Attributes
    ----------
    first : _Snapshot
        Variables of the model it was made from.
    model : pm.Model
        The same with its data in one shared vector, ``numbers``.
    """

    def __init__(self, model: pm.Model):
        self.first = _Snapshot.of(model)
        self.model, self.numbers = _packed(model)
        self._parts: dict[Hashable, Any] = {}

    def part(self, name: Hashable, build: Callable[[], Any]) -> Any:
        """What was built under a name, built on first demand; one thread at a time compiles."""
        with LOCK:
            if name not in self._parts:
                self._parts[name] = build()
            return self._parts[name]

    def is_compiled(self, name: Hashable) -> bool:
        """Whether a part is there already, so that a progress display can say "compiling"."""
        return name in self._parts

    def names(self, model: pm.Model) -> dict[str, str]:
        """Names in this structure's model to the names another model of the structure uses."""
        pairs = zip(
            [*self.first.free_RVs, *self.first.observed_RVs],
            [*model.free_RVs, *model.observed_RVs],
            strict=True,
        )
        return {mine.name: theirs.name for mine, theirs in pairs}


def structure_of(model: pm.Model) -> Structure:
    """The structure of a model, made on first sight and kept until something is added to the model."""
    parts = tuple(id(v) for v in _outputs(model))
    with LOCK:
        known, structure = _KNOWN.get(model, (None, None))
        if structure is None or known != parts:
            for structure in _STRUCTURES:
                if same_structure(structure.first, model):
                    break
            else:
                structure = Structure(model)
                _STRUCTURES.append(structure)
            _KNOWN[model] = (parts, structure)
        return structure


def _packed(model: pm.Model) -> tuple[pm.Model, SharedVariable]:
    """A copy of the model whose data are slices of one shared vector, with fixed dimensions."""
    data: Sequence[SharedVariable] = _data(model)
    numbers = pytensor.shared(numbers_of(model), name="numbers", shape=(None,))
    fgraph, memo = fgraph_from_model(model)
    replacements, start = {}, 0
    for datum in data:
        value = datum.get_value(borrow=True)
        stop = start + value.size
        piece = numbers[start] if value.ndim == 0 else numbers[start:stop].reshape(value.shape)
        piece = pt.specify_shape(piece, value.shape) if value.ndim else piece
        copy = memo[datum].owner.inputs[0] if memo[datum].owner else memo[datum]
        replacements[copy] = piece.astype(datum.dtype)
        start = stop
    for length in model.dim_lengths.values():
        if isinstance(length, SharedVariable):
            replacements[memo[length]] = pt.constant(length.get_value())
    kept = [memo[v] for v in (*model.free_RVs, *model.observed_RVs, *model.deterministics, *model.potentials)]
    outputs = clone_replace(kept, replace=replacements, rebuild_strict=False)
    packed = FunctionGraph(outputs=outputs, clone=False)
    packed._coords = fgraph._coords
    packed._dim_lengths = {k: pt.constant(_length(v)) for k, v in model.dim_lengths.items()}
    return model_from_fgraph(packed, mutate_fgraph=True), numbers


def _length(variable) -> int:
    return int(variable.get_value() if isinstance(variable, SharedVariable) else variable.eval())
