"""Is the sampler right? Simulation-based calibration of the posterior.

Parameters are drawn from the model's own prior and counts from its own likelihood; whatever the data, the
truth must then be one more draw from the posterior, so its rank among the draws is uniform (Talts et al.,
arXiv:1804.06788). The rank of chi^2 is looked at too: it notices errors that those of the parameters miss
(Modrak et al., arXiv:2211.02383). A model is compiled once; simulations only swap its numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import pymc as pm
from arviz_stats.ecdf_utils import compute_ecdf, get_pointwise_confidence_band, simulate_confidence_bands

from ...errors import InputError
from ...fit import sample_posterior
from ...fit.chi2 import Likelihood
from ...fit.groups import draws_of
from ...fit.setup import question_of
from ...results import RankTest
from ...runs.asked import Asked, Stored, Tell, silent
from ...runs.rows import RowSpec
from ..mediators.planes import MassPlaneSpec
from ..planes.rows import RegionSpec
from .toys import random_generator

CHI2 = "chi2"
#: What is told of a simulation beside its ranks.
STATES = ("converged", "by_smc", "divergences")
CHUNK = 25
DRAWS = 500  # per chain, whichever the sampler
KEPT = 200  # of all draws of a simulation, thinned: nearly independent
PROBABILITY = 0.99
#: Simulations of a perfect sampler that decide how wide a band is.
BAND_SIMULATIONS = 2000


#: What a sampler is calibrated for: what has a model of its own.
Modelled = RowSpec | RegionSpec | MassPlaneSpec


@dataclass(frozen=True)
class Simulations(Asked):
    """Simulations ``first`` to ``last`` (excluded) of a row's model; the row's seed is theirs."""

    spec: Modelled
    first: int
    last: int

    @property
    def row(self) -> RowSpec:
        return self.spec.row

    @property
    def words(self) -> str:
        return self.spec.words

    @property
    def batch(self) -> str:
        return f"{self.row.experiment} {self.spec.words} {self.first}"

    def compute(self, progress: Tell = silent, groups: bool = True) -> Stored:
        """Where these simulations stand, and beside it ranks and states, (m, n_free + 4)."""
        simulator = _simulator(self.spec, self.spec.fingerprint())
        ranks = np.array([simulator.pit(number) for number in range(self.first, self.last)])
        return {"first": self.first, "last": self.last}, ranks


def simulations_of(spec: Modelled, n: int) -> list[Simulations]:
    """The chunks of n simulations.

    Raises
    ------
    InputError
        If there are fewer than 20, which no band can judge.
    """
    if n < 20:
        raise InputError(f"{n} simulations were asked for; at least 20 were needed to judge their ranks")
    return [Simulations(spec, first, min(first + CHUNK, n)) for first in range(0, n, CHUNK)]


class Simulator:
    """Draws truths and data from a model, samples as for a limit, and ranks.

    What is tried is the whole rule of :func:`bayes_enues.sample_posterior`: four chains, the check of modes,
    reruns, and sequential Monte Carlo where the chains disagree.

    Parameters
    ----------
    model : pm.Model
        Its observed counts are replaced.
    seed : int
    told : mapping of ``pm.Data`` to value, optional
        Numbers that the sampler is given and the simulation is not: what a broken sampler looks like.
    """

    def __init__(self, model: pm.Model, seed: int, told: Mapping[str, Any] | None = None):
        self.model, self.seed = model, seed
        self.likelihood = Likelihood(model)
        self.truths = draws_of(model, self.likelihood)
        self.free = [rv.name for rv in model.free_RVs]
        self.order = [self.free.index(name) for name in self.likelihood.names]
        for name, value in (told or {}).items():
            model.set_data(name, value)

    def pit(self, number: int) -> np.ndarray:
        """Ranks of one simulation between 0 and 1, (n_free + 1,): parameters, chi^2; then :data:`STATES`.

        The truth's place among thinned draws is drawn evenly between its neighbours, so that a right sampler
        gives an exactly uniform number.
        """
        rng = random_generator(self.seed, number)
        truth = self.truths.prior(1, int(rng.integers(2**31)))[0]
        data = self.likelihood.numbers.copy()
        for name, counts in self.truths.predicted(truth[None], rng).items():
            observed = f"observed_{name.removeprefix('counts_')}"
            data[self.likelihood.slices[observed]] = counts[0]
            self.model.set_data(observed, counts[0])
        tree = sample_posterior(
            self.model, DRAWS, int(rng.integers(2**31)), cores=1, smc_draws=DRAWS, groups=False
        )
        posterior = tree["posterior"].to_dataset()
        every = max(1, posterior.sizes["chain"] * posterior.sizes["draw"] // KEPT)
        draws = np.stack([posterior[name].values[:, ::every] for name in self.free], axis=-1)
        both = np.concatenate([truth[None], draws.reshape(-1, truth.size)])[:, self.order]
        chi2 = self.likelihood.batch(both, data)
        table = np.column_stack([both, chi2])
        below = (table[1:] < table[0]).sum(axis=0)
        pit = (below + rng.uniform(size=below.size)) / len(table)
        converged, sampler, divergences = (tree.attrs[n] for n in ("converged", "sampler", "divergences"))
        return np.append(pit, np.array((converged, sampler == "smc", divergences), float))


@lru_cache(maxsize=8)
def _simulator(spec: Modelled, mark: str) -> Simulator:
    return Simulator(spec.build(), spec.row.seed)


def quantities_of(model: pm.Model) -> list[str]:
    """Names of what is ranked, in order: parameters, nuisances and chi^2. Nothing is compiled for it."""
    free = list(question_of(model).free)
    return [*free, *(rv.name for rv in model.free_RVs if rv.name not in free), CHI2]


@lru_cache
def band(n: int, probability: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Simultaneous band of the empirical distribution of n uniform ranks, from ArviZ's simulation.

    Parameters
    ----------
    n : int
    probability : float
        That all of the distribution stays inside.

    Returns
    -------
    at, low, high : (n - 1,)
        Where the distribution is looked at, and its band there.
    """
    at = np.arange(1, n) / n
    rng = np.random.default_rng(214)
    pointwise = simulate_confidence_bands(n, 1, at, probability, BAND_SIMULATIONS, rng)
    return at, *get_pointwise_confidence_band(pointwise, n, at)


def each_of(quantities: int, probability: float) -> float:
    """The probability for each of some quantities, so that all stay inside with the one given: Bonferroni."""
    return 1 - (1 - probability) / quantities


class Verdict(NamedTuple):
    """Whether all quantities passed, and each one's test."""

    passed: bool
    quantities: dict[str, RankTest]


def judge(pit: np.ndarray, names: Sequence[str], probability: float = PROBABILITY) -> Verdict:
    """Whether ranks are uniform, by ArviZ's simultaneous bands of the empirical distribution.

    Parameters
    ----------
    pit : (m, n)
        Ranks between 0 and 1 of each quantity.
    names : sequence of str
    probability : float
        With which a right sampler passes in all quantities (Bonferroni's bound; they are not independent).

    Returns
    -------
    Verdict
        ``excess`` of a test is how far beyond its band the distribution goes, as a probability: negative
        where it stays inside.
    """
    at, low, high = band(len(pit), each_of(len(names), probability))
    quantities = {}
    for name, values in zip(names, pit.T, strict=True):
        ecdf = compute_ecdf(values, at)
        excess = float(np.maximum(low - ecdf, ecdf - high).max())
        quantities[name] = RankTest(inside=excess <= 0, excess=excess)
    return Verdict(all(test.inside for test in quantities.values()), quantities)
