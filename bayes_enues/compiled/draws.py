"""What follows from draws of any model: likelihood and prior of each, predicted counts, prior draws.

From functions made once per model structure that work on all draws at once. PyMC's own helpers compute the
same and rebuild their functions on every call; they are the check in the tests.
"""

# PyTensor's and Numba's own types are those of their insides, or none.
# pyright: reportIndexIssue=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportOptionalSubscript=false, reportReturnType=false

from functools import cached_property

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pymc.model.transform.conditioning import remove_value_transforms
from pymc.pytensorf import reseed_rngs
from pytensor.compile.mode import Mode
from pytensor.graph.replace import graph_replace, vectorize_graph
from pytensor.graph.traversal import graph_inputs
from pytensor.tensor.random.op import RandomVariable
from pytensor.tensor.random.type import RandomGeneratorType

from ..errors import InputError
from .structures import Structure, numbers_of, structure_of

_LIGHT = Mode(linker="py", optimizer="fast_compile")  # NumPy on whole arrays: nothing to compile
_OPTIONS = {"trust_input": True, "on_unused_input": "ignore", "mode": _LIGHT}


class DrawFunctions:
    """Functions of many draws (m, n_free), and of the data of a model, for one structure."""

    def __init__(self, structure: Structure):
        model = remove_value_transforms(structure.model)
        free = {rv.name: rv for rv in model.free_RVs}
        self.free = [rv.name for rv in structure.first.free_RVs]
        self.observed = [rv.name for rv in structure.first.observed_RVs]
        x, points, numbers = pt.dvector("x"), pt.dmatrix("points"), pt.dvector("numbers")

        def of_draws(graph):
            packed = [v for v in graph_inputs([graph]) if v.name == structure.numbers.name]
            at_x = {model.rvs_to_values[free[name]]: x[i] for i, name in enumerate(self.free)}
            replaced = graph_replace(graph, at_x | {v: numbers for v in packed}, strict=False)
            return pm.compile([points, numbers], vectorize_graph(replaced, {x: points}), **_OPTIONS)

        by_value = {rv: model.rvs_to_values[rv] for rv in model.free_RVs}
        self.distribution = [_pure_distribution(rv) for rv in model.observed_RVs]
        self.arguments = [
            [of_draws(graph_replace(a, by_value, strict=False)) for a in rv.owner.op.dist_params(rv.owner)]
            for rv in model.observed_RVs
        ]
        pointwise = model.logp(vars=list(model.observed_RVs), sum=False, jacobian=False)
        self.log_likelihood = [of_draws(term) for term in pointwise]
        priors = model.logp(vars=[free[name] for name in self.free], sum=False, jacobian=False)
        self.log_prior = [of_draws(term) for term in priors]
        rvs = [free[name] for name in self.free]
        packed = [v for v in graph_inputs(rvs) if v.name == structure.numbers.name]
        draws = graph_replace(rvs, {v: numbers for v in packed}, strict=False)
        # as many draws as rows of numbers, where every prior rests on data; others are drawn one at a time
        rows = pt.dmatrix("rows")
        many = vectorize_graph(draws, {numbers: rows})
        self._at_once = all(draw.ndim == one.ndim + 1 for draw, one in zip(many, draws, strict=True))
        given, wanted = ([rows], many) if self._at_once else ([numbers], draws)
        self._prior = pm.compile(given, wanted, random_seed=0, **_OPTIONS)
        self._structure = structure

    def prior(self, n: int, numbers: np.ndarray, seed: int) -> np.ndarray:
        """Draws from the prior, (n, n_free), whatever the prior is made of."""
        generators = [v for v in self._prior.get_shared() if isinstance(v.type, RandomGeneratorType)]
        reseed_rngs(generators, seed)
        if self._at_once:
            values = self._prior(np.tile(numbers, (n, 1)))
            return np.stack([np.reshape(v, n) for v in values], axis=-1)
        return np.array([self._prior(numbers) for _ in range(n)])

    @cached_property
    def _values(self):
        """(points, numbers) to the values that a sampler moves: each variable's transform."""
        model = self._structure.model
        x, points, numbers = pt.dvector("x"), pt.dmatrix("points"), pt.dvector("numbers")
        rvs = [model[name] for name in self.free]
        transforms = [model.rvs_to_transforms[rv] for rv in rvs]
        columns = [
            x[i] if transform is None else transform.forward(x[i], *rv.owner.inputs)
            for i, (rv, transform) in enumerate(zip(rvs, transforms, strict=True))
        ]
        drawn = {rv: x[i] for i, rv in enumerate(rvs)}
        graph = graph_replace(pt.stack(columns), {**drawn, self._structure.numbers: numbers}, strict=False)
        return pm.compile([points, numbers], vectorize_graph(graph, {x: points}), **_OPTIONS)

    def sampler_values(self, points: np.ndarray, numbers: np.ndarray) -> np.ndarray:
        """What a sampler has for points in the parameters' own units, (m, n_free)."""
        return self._values(np.ascontiguousarray(points, float), numbers)

    def predicted(
        self, k: int, points: np.ndarray, numbers: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """Counts that the k-th observed variable could have had, one set a draw: (m, n_bins)."""
        arguments = [np.asarray(argument(points, numbers)) for argument in self.arguments[k]]
        return self.distribution[k].rng_fn(rng, *arguments, None)


def _pure_distribution(rv) -> RandomVariable:
    if not isinstance(rv.owner.op, RandomVariable):
        raise InputError(f"{rv.name} has no distribution of its own to draw from; sample with groups=False")
    return rv.owner.op


def draw_functions(model: pm.Model) -> DrawFunctions:
    """Those of a model's structure, made on first demand."""
    structure = structure_of(model)
    return structure.part("draws", lambda: DrawFunctions(structure))


class ModelDraws:
    """The functions of one model with its numbers; points (m, n_free) in the order of its free variables."""

    def __init__(self, model: pm.Model):
        self.functions, self.numbers = draw_functions(model), numbers_of(model)
        self.free = [rv.name for rv in model.free_RVs]
        self.observed = [rv.name for rv in model.observed_RVs]

    def log_likelihood(self, points: np.ndarray) -> dict[str, np.ndarray]:
        """Of every observed number, (m, ...), by observed variable."""
        found = [f(points, self.numbers) for f in self.functions.log_likelihood]
        return dict(zip(self.observed, found, strict=True))

    def log_prior(self, points: np.ndarray) -> dict[str, np.ndarray]:
        """Of every free variable, (m,), by name."""
        return dict(zip(self.free, (f(points, self.numbers) for f in self.functions.log_prior), strict=True))

    def predicted(self, points: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """What could have been observed, one set a draw, (m, ...), by observed variable."""
        return {
            name: self.functions.predicted(k, points, self.numbers, rng)
            for k, name in enumerate(self.observed)
        }

    def prior(self, n: int, seed: int) -> np.ndarray:
        """Draws from the prior, (n, n_free)."""
        return self.functions.prior(n, self.numbers, seed)
