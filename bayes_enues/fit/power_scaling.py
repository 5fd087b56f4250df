"""Power scaling: how far the posterior of the physics parameter moves when its prior, or the likelihood, is
raised to a power near one (Kallioinen et al., Stat. Comput. 34 (2024) 57; ArviZ's ``psense``).

Only the physics parameter's own prior is scaled: the penalties of Eqs. 14 and 15 are priors too, and scaling
them would answer another question.
"""

from typing import Any

import numpy as np
import xarray as xr
from arviz_stats.base import array_stats

from ..errors import InputError
from ..results import PowerScaling

ALPHAS = (0.99, 1.01)  # powers, ArviZ's own


def power_scaling(tree: xr.DataTree, parameter: str) -> PowerScaling:
    """Sensitivity of one parameter's posterior to its prior and to the likelihood.

    Parameters
    ----------
    tree : xr.DataTree
        With the groups ``posterior``, ``log_prior`` and ``log_likelihood``.
    parameter : str

    Returns
    -------
    PowerScaling

    Raises
    ------
    InputError
        If a group is missing.
    """
    missing = [g for g in ("posterior", "log_prior", "log_likelihood") if g not in tree]
    if missing:
        raise InputError(f"power scaling needs the groups {missing}; sample with groups=True")
    draws, log_prior = (tree[group].to_dataset()[parameter].values for group in ("posterior", "log_prior"))
    parts = tree["log_likelihood"].to_dataset().data_vars.values()
    log_likelihood = [v.sum([d for d in v.dims if d not in ("chain", "draw")]).values for v in parts]
    return power_scaling_of(draws, log_prior, np.sum(log_likelihood, axis=0))


def power_scaling_of(draws: np.ndarray, log_prior: np.ndarray, log_likelihood: np.ndarray) -> PowerScaling:
    """The same from arrays (chain, draw): ArviZ's ``psense`` without its tree."""

    def sensitivity(log_density: np.ndarray) -> float:
        of: Any = array_stats  # its types say whole numbers and tuples
        weights = [np.exp(of.power_scale_lw(log_density.ravel(), alpha=a)) for a in ALPHAS]
        lower, upper = (w.reshape(draws.shape) / w.sum() for w in weights)
        return float(of.power_scale_sense(draws, lower, upper, *ALPHAS))

    flat = float(np.ptp(log_prior)) < 1e-9
    prior = 0.0 if flat else sensitivity(log_prior)
    likelihood = sensitivity(log_likelihood)
    return PowerScaling(
        prior_sensitivity=prior, likelihood_sensitivity=likelihood, diagnosis=_words(flat, prior, likelihood)
    )


def _words(flat: bool, prior: float, likelihood: float) -> str:
    if flat:
        return (
            "a flat density does not change when it is raised to a power: this says nothing of other priors"
        )
    if prior >= PowerScaling.SENSITIVE and likelihood >= PowerScaling.SENSITIVE:
        return "prior and likelihood both move the posterior"
    if prior >= PowerScaling.SENSITIVE:
        return "the prior decides, the likelihood is weak"
    if likelihood < PowerScaling.SENSITIVE:
        return "neither moves the posterior by much"
    return "the likelihood decides"
