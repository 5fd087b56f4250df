"""What is expected in each bin after the nuisances were fitted, with its band: for figures of spectra."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pymc as pm
from scipy.special import xlogy

from ..errors import InputError
from ..experiments.experiment import Experiment
from ..fit import fit_of
from ..fit.minimise import minimise_many, others
from ..models import counting_model
from .signals import Signal

DRAWS = 2000  # of the nuisances: the edges of a 68 % band to 2 % of its width


@dataclass(frozen=True, eq=False)
class FittedSpectrum:
    """Expected counts of one experiment at the best fit of the nuisances, the parameters held.

    Attributes
    ----------
    experiment : Experiment
    total, low, high : (n_bins,)
        Expected counts, and the central 68 % of them under the nuisances' Gaussian uncertainty after the fit.
    components : dict of str to (n_bins,)
        What is not signal, scaled as the fit asks. One whose shape a nuisance changes is left in the rest.
    pulls : (n_bins,)
        Signed roots of the bins' terms of chi^2 in Eq. 14 or 15: their squares add up to the data's part.
    chi2 : float
        At the fit, penalties included, of all experiments together.
    bins : int
        Of all experiments: the degrees of freedom, since each nuisance has a penalty and parameters are held.
    nuisances : dict of str to float
    """

    experiment: Experiment
    total: np.ndarray
    low: np.ndarray
    high: np.ndarray
    components: Mapping[str, np.ndarray]
    pulls: np.ndarray
    chi2: float
    bins: int
    nuisances: Mapping[str, float]


def fitted_spectra(model: pm.Model, values: Mapping[str, float], seed: int = 1) -> list[FittedSpectrum]:
    """The spectra of a model's experiments with its parameters held and its nuisances fitted.

    Parameters
    ----------
    model : pm.Model
        From ``bayes_enues.models``.
    values : mapping
        Every free parameter's name to the value at which it is held, in its unit.
    seed : int
        Of the draws that give the band.

    Raises
    ------
    InputError
        If a free parameter has no value, or the fit does not converge.
    """
    fit = fit_of(model)
    question = fit.question
    if lacking := [name for name in question.free if name not in values]:
        raise InputError(f"no value was given for {lacking}; the model leaves {list(question.free)} free")
    held = list(range(fit.n_physics))
    free, start = others(fit, held), fit.start.copy()
    start[held] = [values[name] for name in question.free]
    found = minimise_many(fit, start[None], free)
    if not found.converged[0]:
        raise InputError(f"the nuisances of {question.experiment_name} cannot be fitted at {dict(values)}")
    best = found.x[0]
    points = np.repeat(best[None], DRAWS, axis=0)
    if free.size:  # chi^2 is twice the negative logarithm of a Gaussian: its covariance is 2 / Hessian
        covariance = 2 * np.linalg.pinv(found.hessian[0][np.ix_(free, free)], hermitian=True)
        rng = np.random.default_rng(seed)
        points[:, free] = rng.multivariate_normal(best[free], covariance, DRAWS, method="eigh")
        points = np.clip(points, fit.lower, fit.upper)
    middle, around = fit.expected(best[None]), fit.expected(points)
    nuisances = dict(zip(fit.names[fit.n_physics :], best[fit.n_physics :].tolist(), strict=True))
    scales: dict[tuple[str, str], float] = {}
    for name, (entry, what) in question.nuisances().items():
        scale = np.exp(nuisances[name]) if entry.kind == "lognormal" else 1 + nuisances[name]
        for experiment, component in what:
            scales[experiment.name, component] = scales.get((experiment.name, component), 1.0) * scale
    spectra = []
    for k, e in enumerate(question.experiments):
        morph = question.morphs[k] if question.morphs else None
        moved = morph.components if morph is not None else ()
        total = middle[f"counts_{e.slug}"][0]
        low, high = np.quantile(around[f"counts_{e.slug}"], [0.16, 0.84], axis=0)
        spectra.append(
            FittedSpectrum(
                experiment=e,
                total=total,
                low=low,
                high=high,
                components={
                    name: scales.get((e.name, name), 1.0) * counts
                    for name, counts in e.components.items()
                    if name not in moved
                },
                pulls=_pulls(e, total),
                chi2=float(found.chi2[0]),
                bins=sum(each.n_bins for each in question.experiments),
                nuisances=nuisances,
            )
        )
    return spectra


def fits_of_signals(
    experiments: Sequence[Experiment], signals: Sequence[Signal]
) -> list[list[FittedSpectrum]]:
    """The spectra of each experiment fitted alone: without a signal first, then with each of them."""
    fits = []
    for signal in signals:
        interaction = signal.interaction
        fixed = {name: getattr(interaction, name) for name in interaction.fixed_parameters}
        values = {name: value for name, value in signal.values.items() if name not in fixed}
        models = [counting_model(type(interaction)(**fixed), [e], list(values)) for e in experiments]
        if not fits:
            nothing = {name: interaction.standard_model_value(name) for name in values}
            fits.append([one for m in models for one in fitted_spectra(m, nothing)])
        fits.append([one for m in models for one in fitted_spectra(m, values)])
    return fits


def _pulls(e: Experiment, expected: np.ndarray) -> np.ndarray:
    """Signed roots of the bins' terms of Eq. 15 (Gaussian), or of Eq. 14 (Poisson)."""
    if e.likelihood == "gaussian":
        return (e.counts - expected) / e.sigma
    terms = 2 * (expected - e.counts + xlogy(e.counts, np.divide(e.counts, expected)))
    return np.sign(e.counts - expected) * np.sqrt(np.maximum(terms, 0.0))
