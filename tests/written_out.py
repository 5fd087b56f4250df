"""What a model expects and its chi^2, written out in NumPy and SciPy; counts of the Standard Model."""

from copy import copy

import numpy as np
from scipy.stats import norm, poisson

import bayes_enues as be


def expected_counts(model, values):
    """Expected counts of each experiment from the templates, written out in NumPy."""
    question = model.question
    scales = {
        (e.name, what): 1 + values[name]
        for name, (_, scaled) in question.nuisances().items()
        for e, what in scaled
    }
    found = []
    for e, t in zip(question.experiments, question.templates, strict=True):
        u = [
            (values[n] / s) ** question.interaction.power
            for n, s in zip(question.free, question.scales, strict=True)
        ]
        signal = t.t0 + sum(x * (t.t1[k] + x * t.t2[k]) for k, x in enumerate(u))
        total = scales.get((e.name, "signal"), 1) * signal
        for component, counts in e.components.items():
            total = total + scales.get((e.name, component), 1) * counts
        found.append(np.asarray(total))
    return found


def chi2_written_out(model, values):
    """Eq. 14 with saturated terms (Poisson) and Eq. 15 (Gaussian), penalties by their sigmas."""
    total = 0.0
    for e, mu in zip(model.question.experiments, expected_counts(model, values), strict=True):
        if e.likelihood == "poisson":
            total += 2 * np.sum(poisson.logpmf(e.counts, e.counts) - poisson.logpmf(e.counts, mu))
        else:
            total += -2 * np.sum(norm.logpdf(e.counts, mu, e.sigma) - norm.logpdf(0, 0, e.sigma))
    sigmas = {"beta_flux": 0.07, "alpha_background": 0.13, "delta_ar37": 1.0}
    return total + sum((values[n] / s) ** 2 for n, s in sigmas.items() if n in values)


def exposed(experiment, times):
    """The experiment with so many times the exposure, and the counts that the Standard Model then expects."""
    far, components = copy(experiment), {k: times * v for k, v in experiment.components.items()}
    counts = times * be.signal_counts(experiment, be.StandardModel()) + sum(components.values())
    for name, value in {
        "response": times * experiment.response,
        "components": components,
        "counts": counts,
        "sigma": np.sqrt(counts),
    }.items():
        object.__setattr__(far, name, value)
    return far
