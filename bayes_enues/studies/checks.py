"""Predictive checks: do the data look like what the model predicts, before and after the fit?

The p-value of the deviance (Gelman, Meng & Stern, Stat. Sinica 6 (1996) 733), the probability integral
transform of each bin, and bands of predicted counts. For Poisson counts and Gaussian ones alike.

The transform of a whole count is drawn evenly between the probabilities of less and of no more (Smith,
J. Forecast. 4 (1985) 283; Czado, Gneiting & Held, Biometrics 65 (2009) 1254): only so it is uniform where
next to nothing is expected, as in the 243 cells of XENONnT's nuclear recoils.
"""

import numpy as np
import pymc as pm
import xarray as xr
from scipy.special import kl_div
from scipy.stats import kstest, norm, poisson

from ..errors import InputError
from ..fit import fit_of
from ..fit.groups import draws_of
from ..results import Check, Sampled

LEVELS = (0.025, 0.16, 0.5, 0.84, 0.975)


def _deviance(counts, expected, sigma, is_poisson: bool) -> np.ndarray:
    """Eq. 14 or 15 without penalties, summed over bins."""
    if not is_poisson:
        return np.sum(((counts - expected) / sigma) ** 2, axis=-1)
    return 2 * np.sum(kl_div(counts, expected), axis=-1)


def predictive_check(
    model: pm.Model, tree: xr.DataTree, group: str = "posterior", seed: int = 20220811, n: int = 4000
) -> list[Check]:
    """Compare the data of each experiment with what a model predicts.

    Parameters
    ----------
    model : pm.Model
    tree : xr.DataTree
        From :func:`bayes_enues.sample_posterior`, with groups.
    group : str
        Which draws of the parameters: ``posterior`` or ``prior``.
    seed : int
    n : int
        Draws used, evenly spaced.

    Returns
    -------
    list of Check
        One an experiment.

    Raises
    ------
    InputError
        If the group is missing.
    """
    if group not in ("prior", "posterior") or group not in tree:
        raise InputError(
            f"there are no draws of {group!r}; sample with groups=True and take prior or posterior"
        )
    fit = fit_of(model)
    question = fit.question
    functions = draws_of(model, fit)
    names = [rv.name for rv in model.free_RVs]
    drawn = tree[group].to_dataset()
    points = np.stack([drawn[name].values.ravel() for name in names], axis=-1)
    points = points[np.linspace(0, len(points) - 1, min(n, len(points))).astype(int)]
    rng = np.random.default_rng(seed)
    found = []
    expectations = fit.expected(points[:, [names.index(name) for name in fit.names]])
    predictions = functions.predicted(points, rng)
    for experiment in question.experiments:
        expected, predicted = (of[f"counts_{experiment.slug}"] for of in (expectations, predictions))
        observed, whole = experiment.counts, experiment.likelihood == "poisson"
        if whole:
            less, equal = poisson.cdf(observed - 1, expected), poisson.pmf(observed, expected)
            pit = less.mean(axis=0) + rng.uniform(size=observed.size) * equal.mean(axis=0)
        else:
            pit = norm.cdf(observed, expected, experiment.sigma).mean(axis=0)
        deviance = np.stack(
            [_deviance(counts, expected, experiment.sigma, whole) for counts in (observed, predicted)]
        )
        bands = np.quantile(predicted, LEVELS, axis=0)
        found.append(
            Check(
                model=question.interaction.name,
                parameter=", ".join(question.free),
                experiment=experiment.name,
                fit=question.experiment_name,
                group=group,
                posterior=Sampled(converged=bool(tree.attrs.get("converged", True))),
                p_value=float(np.mean(deviance[1] >= deviance[0])),
                pit=pit,
                pit_uniform_p_value=float(kstest(pit, "uniform").pvalue),
                bins_outside_95=int(((observed < bands[0]) | (observed > bands[-1])).sum()),
                observed=observed,
                bands=bands,
                deviance=deviance,
            )
        )
    return found
