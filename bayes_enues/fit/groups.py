"""The groups beside the posterior that ArviZ knows: likelihood and prior of draws, predictions, prior draws.

For a model of templates everything follows from the expected counts and SciPy's densities; other models take
what PyTensor makes of their graph (:class:`bayes_enues.compiled.draws.ModelDraws`).
"""

from collections.abc import Mapping

import numpy as np
import pymc as pm
import xarray as xr
from scipy.special import gammaln
from scipy.stats import norm

from ..compiled.draws import ModelDraws
from ..compiled.structures import LOCK
from ..priors.density import sample
from ..priors.two_piece import TwoPiece
from ..statistics import SEED
from .chi2 import Likelihood

KEPT = 500  # draws a chain of what follows from draws


class TemplateDraws:
    """What follows from draws of a model of templates; the same methods as of ``ModelDraws``."""

    def __init__(self, likelihood: Likelihood):
        self.likelihood = likelihood
        self.free = [rv.name for rv in likelihood.model.free_RVs]
        self.order = [self.free.index(name) for name in likelihood.names]
        question = likelihood.question
        self.experiments = {f"counts_{e.slug}": e for e in question.experiments}
        self.nuisances = {
            name: self._prior_of(name, low, high)
            for name, low, high in zip(likelihood.names, likelihood.lower, likelihood.upper, strict=True)
            if name not in question.free
        }

    def _prior_of(self, name: str, low: float, high: float) -> TwoPiece:
        """The prior of a nuisance, with the centre and the widths that the model has now."""
        model = self.likelihood.model
        centre = float(self.likelihood.numbers[self.likelihood.slices[f"{name}_centre"]][0])
        above = float(model[f"{name}_sigma"].get_value())
        below = float(model[f"{name}_below"].get_value()) if f"{name}_below" in model.named_vars else above
        return TwoPiece(centre, below, above, float(low), float(high))

    def _correlated(self, name: str, points: np.ndarray) -> np.ndarray:
        """What the correlations add to the log-density of the first nuisance that they name, (m,)."""
        total = np.zeros(len(points))
        for _, variables, extra in self.likelihood.question.correlations():
            if variables[0] == name:
                columns = [self.free.index(v) for v in variables]
                away = points[:, columns] - [self.nuisances[v].centre for v in variables]
                total -= 0.5 * np.einsum("mi,ij,mj->m", away, extra, away)
        return total

    def _data(self, what: str, variable: str) -> np.ndarray:
        where = self.likelihood.slices[f"{what}_{self.experiments[variable].slug}"]
        return self.likelihood.numbers[where]

    def observed(self, variable: str) -> np.ndarray:
        """Observed counts of one variable, (n_bins,)."""
        return self._data("observed", variable)

    def log_likelihood(self, points: np.ndarray) -> dict[str, np.ndarray]:
        return self.log_likelihood_of(self.likelihood.expected(points[:, self.order]))

    def log_likelihood_of(self, expected_counts: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Of every bin, (m, n_bins), for expected counts of that shape."""
        found = {}
        for name, expected in expected_counts.items():
            observed = self.observed(name)
            if self.experiments[name].likelihood == "gaussian":
                found[name] = norm.logpdf(observed, expected, self._data("sigma", name))
            else:
                with np.errstate(divide="ignore", invalid="ignore"):
                    logs = np.where(observed > 0, observed * np.log(expected), 0.0)
                found[name] = logs - expected - gammaln(observed + 1)
        return found

    def log_prior(self, points: np.ndarray) -> dict[str, np.ndarray]:
        return {
            name: self.nuisances[name].logpdf(points[:, i]) + self._correlated(name, points)
            if name in self.nuisances
            else self.likelihood.prior_density(name)(points[:, i])
            for i, name in enumerate(self.free)
        }

    def predicted(self, points: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
        return {
            name: rng.normal(expected, self._data("sigma", name))
            if self.experiments[name].likelihood == "gaussian"
            else rng.poisson(expected)
            for name, expected in self.likelihood.expected(points[:, self.order]).items()
        }

    def prior(self, n: int, seed: int) -> np.ndarray:
        rng = np.random.default_rng(seed)
        together = self._correlated_draws(n, rng)
        columns = [
            together[name]
            if name in together
            else self.nuisances[name].rvs(n, random_state=rng)
            if name in self.nuisances
            else sample(self.likelihood.question.priors[name], name, rng, n)
            for name in self.free
        ]
        return np.stack(columns, axis=-1)

    def _correlated_draws(self, n: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """Draws of the nuisances that are correlated, between their cuts."""
        found: dict[str, np.ndarray] = {}
        for _, variables, extra in self.likelihood.question.correlations():
            priors = [self.nuisances[v] for v in variables]
            covariance = np.linalg.inv(extra + np.diag([p.above**-2.0 for p in priors]))
            kept = np.empty((0, len(priors)))
            while len(kept) < n:
                draws = rng.multivariate_normal([p.centre for p in priors], covariance, n)
                inside = [(x >= p.lower) & (x <= p.upper) for x, p in zip(draws.T, priors, strict=True)]
                kept = np.concatenate([kept, draws[np.all(inside, axis=0)]])
            found |= dict(zip(variables, kept[:n].T, strict=True))
        return found


def draws_of(model: pm.Model, likelihood: Likelihood | None = None) -> TemplateDraws | ModelDraws:
    """The functions of draws that fit a model."""
    if likelihood is not None and likelihood.terms is not None:
        return TemplateDraws(likelihood)
    return ModelDraws(model)


def with_groups(model: pm.Model, tree: xr.DataTree, likelihood: Likelihood | None = None) -> xr.DataTree:
    """A tree with the derived groups that its posterior lacks, such as one that was read from a file.

    Parameters
    ----------
    model : pm.Model
        That was sampled.
    tree : xr.DataTree
        With ``posterior``; its attribute ``seed`` decides predictions and prior draws.
    likelihood : Likelihood, optional
        Of the model, where it is there already.
    """
    if likelihood is None and hasattr(model, "question"):
        likelihood = Likelihood(model)
    posterior, seed = tree["posterior"].to_dataset(), int(tree.attrs.get("seed", SEED))
    with LOCK:
        derived = derived_groups(model, posterior, seed, likelihood=likelihood)
    return tree.assign({name: xr.DataTree(dataset) for name, dataset in derived.items()})


def thinned(tree: xr.DataTree) -> xr.DataTree:
    """The same with at most so many draws a chain in its derived groups, as a file keeps them."""
    every = max(1, tree["posterior"].sizes["draw"] // KEPT)
    groups = {
        name: tree[name].isel(draw=slice(None, None, every)) for name in ("log_likelihood", "log_prior")
    }
    return tree.assign(groups)


def derived_groups(
    model: pm.Model,
    posterior: xr.Dataset,
    seed: int,
    n_prior: int = 1000,
    likelihood: Likelihood | None = None,
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
    likelihood : Likelihood, optional
        Of the model, if it is one of ours.

    Returns
    -------
    dict of str to xr.Dataset
        ``log_likelihood``, ``log_prior``, ``observed_data``, ``prior``, and ``posterior_predictive`` with at
        most 500 evenly spaced draws per chain.
    """
    functions = draws_of(model, likelihood)
    chains, draws = posterior.sizes["chain"], posterior.sizes["draw"]
    names = [rv.name for rv in model.free_RVs]
    points = np.stack([posterior[name].values.reshape(-1) for name in names], axis=-1)
    bins = {rv.name: model.named_vars_to_dims.get(rv.name, ()) for rv in model.observed_RVs}
    coords = {dim: np.asarray(model.coords[dim]) for dims in bins.values() for dim in dims}
    sample_coords = {"chain": posterior["chain"].values, "draw": posterior["draw"].values}

    def dataset(variables: Mapping[str, np.ndarray], along: Mapping[str, np.ndarray]) -> xr.Dataset:
        shape = tuple(len(v) for v in along.values())
        content = {}
        for name, values in variables.items():
            inner = values.shape[1:] if along else values.shape
            dims = bins.get(name) or tuple(f"{name}_dim_{i}" for i in range(len(inner)))
            content[name] = ((*along, *dims), values.reshape((*shape, *inner)))
        used = {d for name in variables for d in bins.get(name, ())}
        return xr.Dataset(content, coords={**along, **{d: coords[d] for d in coords if d in used}})

    every = max(1, draws // KEPT)
    kept = np.arange(chains * draws).reshape(chains, draws)[:, ::every]
    predicted = functions.predicted(points[kept.ravel()], np.random.default_rng(seed))
    prior = functions.prior(n_prior, seed)
    observed = {rv.name: np.asarray(model.rvs_to_values[rv].eval()) for rv in model.observed_RVs}
    return {
        "log_likelihood": dataset(functions.log_likelihood(points), sample_coords),
        "log_prior": dataset(functions.log_prior(points), sample_coords),
        "posterior_predictive": dataset(predicted, {**sample_coords, "draw": sample_coords["draw"][::every]}),
        "observed_data": dataset(observed, {}),
        "prior": dataset(
            {name: prior[:, i] for i, name in enumerate(names)},
            {"chain": np.arange(1), "draw": np.arange(n_prior)},
        ),
    }
