"""The posterior under another prior from draws that exist, by Pareto-smoothed importance sampling.

Priors that share a likelihood share draws: each gets the weight new density over old density, its largest
weights smoothed (Vehtari et al., JMLR 25 (2024) 72). The shape k of their tail says whether the result can be
trusted; above 0.7 it cannot.
"""

from typing import NamedTuple

import numpy as np
from arviz_stats.base import array_stats
from numpy.typing import ArrayLike

from ..errors import InputError
from ..statistics import of_chains

MAX_PARETO_K = 0.7


class Weights(NamedTuple):
    """Weights of draws, and how heavy their tail is.

    Attributes
    ----------
    weights : (chain, draw)
        Normalised to a mean of one.
    pareto_k : float
    """

    weights: np.ndarray
    pareto_k: float

    @property
    def reliable(self) -> bool:
        """Whether the tail is light enough."""
        return bool(self.pareto_k <= MAX_PARETO_K)

    def quantile(self, draws: np.ndarray, probability: ArrayLike) -> np.ndarray:
        """Value of a quantity (chain, draw) below which a share of the weight lies."""
        order = np.argsort(draws, axis=None)
        weight = self.weights.ravel()[order]
        below = np.cumsum(weight) - 0.5 * weight
        return np.interp(np.asarray(probability, float), below / weight.sum(), draws.ravel()[order])

    def quantile_error(self, draws: np.ndarray, probability: float) -> float:
        """Monte Carlo standard error of that quantile, for correlated draws and uneven weights.

        The error of the share below, carried over to the quantity by the quantile function itself.
        """
        below = draws <= self.quantile(draws, probability)
        terms = self.weights * (below - probability)
        error = of_chains("mcse", terms, method="mean")
        ends = np.clip([probability - error, probability + error], 0, 1)
        return float(np.diff(self.quantile(draws, ends))[0] / 2)

    def resample(self, seed: int) -> np.ndarray:
        """Indices of as many draws without weights, (chain * draw,), in random order.

        By systematic resampling: for what takes draws alone, such as a diagnostic or a file; not for errors.
        """
        rng = np.random.default_rng(seed)
        n = self.weights.size
        edges = np.cumsum(self.weights.ravel())
        chosen = np.searchsorted(edges / edges[-1], (np.arange(n) + rng.uniform()) / n)
        return rng.permutation(np.minimum(chosen, n - 1))


def importance_weights(log_ratio: np.ndarray) -> Weights:
    """Smoothed weights from the logarithm of new over old density.

    Parameters
    ----------
    log_ratio : (chain, draw)
        Up to a constant; minus infinity where the new prior has nothing.

    Returns
    -------
    Weights

    Raises
    ------
    InputError
        If the new prior has nothing where any draw lies.
    """
    if not np.any(np.isfinite(log_ratio)):
        raise InputError("the new prior is zero where the draws are; sample with it instead")
    log_ratio = log_ratio - np.max(log_ratio)
    if np.ptp(log_ratio[np.isfinite(log_ratio)]) < 1e-9:  # the same prior, perhaps cut: no tail to fit
        return Weights(_normalised(np.exp(log_ratio)), -np.inf)
    inside = np.isfinite(log_ratio)
    smoothed = np.full(log_ratio.shape, -np.inf)
    smoothed[inside], k = array_stats.psislw(-log_ratio[inside])  # takes minus the log weights
    return Weights(_normalised(np.exp(smoothed)), float(k))


def _normalised(weights: np.ndarray) -> np.ndarray:
    return weights / weights.mean()
