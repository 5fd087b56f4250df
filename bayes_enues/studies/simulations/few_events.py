"""Feldman and Cousins for a single bin, by sums over all counts instead of toys.

With a handful of events the critical value jumps with the true value like the teeth of a saw, and neither a
few true values nor straight lines between them follow it. One bin of Poisson counts, whose nuisances are
negligible, can be summed exactly at thousands of true values.
"""

import numpy as np
from scipy.special import kl_div
from scipy.stats import poisson

from ...fit import Fit
from ...results import FeldmanCousins

POINTS = 20001
NEGLIGIBLE = 1e-3  # a relative uncertainty that moves no bound by more than a thousandth
REACH = 1.2


def exact_region(fit: Fit, level: float) -> FeldmanCousins | None:
    """The region of the one free parameter; None where toys are needed.

    The outer ends of all values whose acceptance holds the observed count, as in Table IV of Phys. Rev. D 57
    (1998) 3873 before its corrections.

    Parameters
    ----------
    fit : Fit
        With one free parameter.
    level : float
    """
    experiments = fit.question.experiments
    small = all(entry.sigma <= NEGLIGIBLE for entry, _ in fit.question.nuisances().values())
    one_bin = len(experiments) == 1 and experiments[0].n_bins == 1
    if not (one_bin and small and experiments[0].likelihood == "poisson" and fit.terms is not None):
        return None
    low, high = fit.likelihood_range()
    values = np.linspace(low, REACH * high, POINTS)
    points = np.repeat(fit.start[None], POINTS, axis=0)
    points[:, 0] = values
    expected = fit.expected(points)[f"counts_{experiments[0].slug}"][:, 0]
    observed = int(experiments[0].counts[0])
    counts = np.arange(int(poisson.isf(1e-12, expected.max())) + 2)

    # minus twice the logarithms of likelihood ratios to a saturated model, (n_values, n_counts)
    least = kl_div(counts, np.maximum(counts, expected.min()))
    delta = 2 * (kl_div(counts, expected[:, None]) - least)
    probability = poisson.pmf(counts, expected[:, None])
    # a count is accepted if those that fit better hold less than the level
    mine = delta[:, [observed]]
    better = np.where(delta < mine - 1e-12, probability, 0.0).sum(axis=1)
    accepted = np.flatnonzero(better < level)
    ends = float(values[accepted[0]]), float(values[accepted[-1]])
    edge = float(fit.lower[0])
    return FeldmanCousins(
        lower=None if ends[0] <= edge else ends[0],
        upper=ends[1],
        pieces=[ends],
        error=float(values[1] - values[0]),
        critical_value=float(delta[accepted[-1], observed]),
        level=level,
        note="sums over all counts of the one bin, without toys",
    )
