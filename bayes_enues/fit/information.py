"""How much the data can say about a parameter: Fisher's information of the counts, from the templates."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..errors import InputError
from ..experiments.counts import signal_counts


def fisher_information(question: Any, name: str, values: ArrayLike) -> np.ndarray:
    r"""Information of the expected counts on one parameter, everything else as in the Standard Model.

    .. math::

        I(\theta) = \sum_i \frac{1}{V_i} \left(\frac{d\mu_i}{d\theta}\right)^2

    over the bins of all experiments, with V_i = mu_i for a Poisson and sigma_i^2 for a Gaussian likelihood;
    nuisances are zero. Jeffreys' prior is its square root (Proc. R. Soc. A 186 (1946) 453).

    Parameters
    ----------
    question : Question
        See :mod:`bayes_enues.fit.setup`, which hands itself on.
    name : str
        A free parameter.
    values : (n,)
        In the parameter's unit.

    Returns
    -------
    (n,)
        In the inverse square of that unit.

    Raises
    ------
    InputError
        If the parameter is not free.
    """
    if name not in question.free:
        raise InputError(f"the model leaves {list(question.free)} free, not {name!r}")
    values = np.asarray(values, float)
    index = question.free.index(name)
    scale, power = question.scales[index], question.interaction.power
    information = np.zeros(values.size)
    for k, experiment in enumerate(question.experiments):
        if question.templates is not None:
            standard = (np.array(question.standard_model) / question.scales) ** power
            t0, t1, t2 = question.templates[k].along(index, standard)
            u = (values[:, None] / scale) ** power
            slope = (t1 + 2 * u * t2) * power * (values[:, None] / scale) ** (power - 1) / scale
            signal = t0 + u * (t1 + u * t2)
        else:  # no templates: differences of the full chain, whose errors are far below those of a grid

            def counts(value, experiment=experiment):
                return signal_counts(experiment, question.interaction.with_values(**{name: value}))

            step = 1e-4 * scale
            signal = np.array([counts(v) for v in values])
            slope = np.array([counts(v + step) - counts(v - step) for v in values]) / (2 * step)
        expected = signal + experiment.background
        variance = expected if experiment.likelihood == "poisson" else experiment.sigma**2
        # a bin in which nothing can be expected carries no information
        terms = np.where(slope == 0, 0.0, slope**2 / np.where(slope == 0, 1.0, variance))
        information += terms.sum(axis=1)
    return information
