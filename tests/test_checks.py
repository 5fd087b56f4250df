"""Predictive checks: against SciPy, and on data that are what the model says, or not."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import poisson

import bayes_enues as be
from bayes_enues.likelihood import Likelihood
from bayes_enues.studies.checks import _deviance, predictive_check


@pytest.fixture(scope="module")
def fitted():
    model = be.models.magnetic_moment(["xenonnt_sr0"], "nu_e")
    return model, be.sample_posterior(model, draws=1000)


def test_the_deviance_of_poisson_counts_is_that_of_scipy():
    n, mu = np.array([0, 3, 9]), np.array([0.7, 2.5, 9.0])
    by_hand = 2 * (poisson.logpmf(n, np.maximum(n, 1e-12)) - poisson.logpmf(n, mu)).sum()
    assert_allclose(_deviance(n, mu, None, True), by_hand, rtol=1e-9)


def test_the_deviance_of_the_data_is_chi_squared_without_its_penalties(fitted):
    model, tree = fitted
    found = predictive_check(model, tree, n=4000)[0]
    likelihood = Likelihood(model)
    points = np.stack([tree["posterior"][name].values.ravel() for name in likelihood.names], axis=-1)
    penalty = (points[:, 1] / 0.07) ** 2
    assert_allclose(found.deviance[0], likelihood.batch(points) - penalty, rtol=1e-8)


def test_posterior_and_prior_predictive_contain_the_data(fitted):
    for group in ("prior", "posterior"):
        found = predictive_check(*fitted, group)[0]
        assert 0.02 < found.p_value < 0.98
        inside = (found.observed >= found.bands[0]) & (found.observed <= found.bands[-1])
        assert inside.mean() > 0.85
        assert np.all((found.pit > 0) & (found.pit < 1))
        assert np.all(np.diff(found.bands, axis=0) >= 0)


def test_data_that_scatter_twice_too_much_are_caught():
    experiment = be.load_experiment("xenonnt_sr0")
    rng = np.random.default_rng(4)
    odd = np.round(np.maximum(experiment.counts + rng.choice([-9, 9], experiment.n_bins), 0))
    wrong = be.models.magnetic_moment([replace(experiment, counts=odd)], "nu_e")
    found = predictive_check(wrong, be.sample_posterior(wrong, draws=1000))[0]
    assert found.p_value < 0.01


def test_missing_draws_are_said(fitted):
    model, tree = fitted
    with pytest.raises(ValueError, match="there are no draws"):
        predictive_check(model, tree, "likelihood")
