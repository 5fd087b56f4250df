"""The groups beside the posterior: likelihood and prior of each draw, predicted counts, prior draws.

From functions made once per model shape that work on all draws at once. PyMC's own helpers compute the same
and rebuild their functions on every call; they are the check in the tests.
"""

from collections.abc import Mapping
from functools import cached_property

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import xarray as xr
from pymc.model.transform.conditioning import remove_value_transforms
from pymc.pytensorf import reseed_rngs
from pytensor.compile.mode import Mode
from pytensor.graph.replace import graph_replace, vectorize_graph
from pytensor.graph.traversal import graph_inputs
from pytensor.tensor.random.op import RandomVariable
from pytensor.tensor.random.type import RandomGeneratorType

from ..errors import InputError
from .structures import Shape, numbers_of, shape_of

__all__ = ["DrawFunctions", "derived_groups"]

_LIGHT = Mode(linker="py", optimizer="fast_compile")  # NumPy on whole arrays: nothing to compile
_OPTIONS = {"trust_input": True, "on_unused_input": "ignore", "mode": _LIGHT}


class DrawFunctions:
    """Functions of many draws (m, n_free), and of the data of a model, for one shape."""

    def __init__(self, shape: Shape):
        model = remove_value_transforms(shape.model)
        free = {rv.name: rv for rv in model.free_RVs}
        self.free = [rv.name for rv in shape.first.free_RVs]
        self.observed = [rv.name for rv in shape.first.observed_RVs]
        x, points, numbers = pt.dvector("x"), pt.dmatrix("points"), pt.dvector("numbers")

        def of_draws(graph):
            packed = [v for v in graph_inputs([graph]) if v.name == shape.numbers.name]
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
        packed = [v for v in graph_inputs(rvs) if v.name == shape.numbers.name]
        draws = graph_replace(rvs, {v: numbers for v in packed}, strict=False)
        # as many draws as rows of numbers, where every prior rests on data; others are drawn one at a time
        rows = pt.dmatrix("rows")
        many = vectorize_graph(draws, {numbers: rows})
        self._at_once = all(draw.ndim == one.ndim + 1 for draw, one in zip(many, draws, strict=True))
        given, wanted = ([rows], many) if self._at_once else ([numbers], draws)
        self._prior = pm.compile(given, wanted, random_seed=0, **_OPTIONS)
        self._shape = shape

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
        model = self._shape.model
        x, points, numbers = pt.dvector("x"), pt.dmatrix("points"), pt.dvector("numbers")
        rvs = [model[name] for name in self.free]
        transforms = [model.rvs_to_transforms[rv] for rv in rvs]
        columns = [
            x[i] if transform is None else transform.forward(x[i], *rv.owner.inputs)
            for i, (rv, transform) in enumerate(zip(rvs, transforms, strict=True))
        ]
        drawn = {rv: x[i] for i, rv in enumerate(rvs)}
        graph = graph_replace(pt.stack(columns), {**drawn, self._shape.numbers: numbers}, strict=False)
        return pm.compile([points, numbers], vectorize_graph(graph, {x: points}), **_OPTIONS)

    def sampler_values(self, points: np.ndarray, numbers: np.ndarray) -> np.ndarray:
        """What a sampler has for points in the parameters' own units, (m, n_free)."""
        return self._values(np.ascontiguousarray(points, float), numbers)

    def predicted(self, k: int, points: np.ndarray, numbers: np.ndarray, rng) -> np.ndarray:
        """Counts that the k-th observed variable could have had, one set a draw: (m, n_bins)."""
        arguments = [np.asarray(argument(points, numbers)) for argument in self.arguments[k]]
        return self.distribution[k].rng_fn(rng, *arguments, None)


def _pure_distribution(rv) -> RandomVariable:
    if not isinstance(rv.owner.op, RandomVariable):
        raise InputError(f"{rv.name} has no distribution of its own to draw from; sample with groups=False")
    return rv.owner.op


def derived_groups(
    model: pm.Model, posterior: xr.Dataset, seed: int, n_prior: int = 1000
) -> dict[str, xr.Dataset]:
    """Groups that ArviZ expects beside the posterior.

    Parameters
    ----------
    model : pm.Model
    posterior : xr.Dataset
        Draws of every free variable, (chain, draw).
    seed : int
        Of the prior draws and of the predicted counts.
    n_prior : int
        Draws from the prior.

    Returns
    -------
    dict of str to xr.Dataset
        ``log_likelihood``, ``log_prior``, ``observed_data``, ``prior``, and ``posterior_predictive`` with at
        most 500 evenly spaced draws per chain.
    """
    functions, numbers = shape_of(model).draws, numbers_of(model)
    chains, draws = posterior.sizes["chain"], posterior.sizes["draw"]
    names = [rv.name for rv in model.free_RVs]
    points = np.stack([posterior[name].values.reshape(-1) for name in names], axis=-1)
    bins = {rv.name: model.named_vars_to_dims[rv.name][0] for rv in model.observed_RVs}
    coords = {dim: np.asarray(model.coords[dim]) for dim in bins.values()}
    sample = {"chain": posterior["chain"].values, "draw": posterior["draw"].values}

    def dataset(variables: Mapping[str, np.ndarray], along: Mapping[str, np.ndarray]) -> xr.Dataset:
        shape = tuple(len(v) for v in along.values())
        return xr.Dataset(
            {
                name: (
                    (*along, *([bins[name]] if name in bins else [])),
                    values.reshape(*shape, *values.shape[1 if along else 0 :]),
                )
                for name, values in variables.items()
            },
            coords={**along, **({d: coords[d] for n, d in bins.items() if n in variables})},
        )

    every = max(1, draws // 500)
    kept = np.arange(chains * draws).reshape(chains, draws)[:, ::every]
    rng = np.random.default_rng(seed)
    predicted, pointwise = {}, {}
    for k, rv in enumerate(model.observed_RVs):
        pointwise[rv.name] = functions.log_likelihood[k](points, numbers)
        predicted[rv.name] = functions.predicted(k, points[kept.ravel()], numbers, rng)
    log_prior = {name: f(points, numbers) for name, f in zip(names, functions.log_prior, strict=True)}
    prior = functions.prior(n_prior, numbers, seed)
    observed = {rv.name: np.asarray(model.rvs_to_values[rv].eval()) for rv in model.observed_RVs}
    return {
        "log_likelihood": dataset(pointwise, sample),
        "log_prior": dataset(log_prior, sample),
        "posterior_predictive": dataset(predicted, {**sample, "draw": sample["draw"][::every]}),
        "observed_data": dataset(observed, {}),
        "prior": dataset(
            {name: prior[:, i] for i, name in enumerate(names)},
            {"chain": np.arange(1), "draw": np.arange(n_prior)},
        ),
    }
