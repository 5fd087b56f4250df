"""Best fits against other minimisers."""

import numpy as np
import pytest
from iminuit import Minuit
from numpy.testing import assert_allclose
from scipy.optimize import minimize

from bayes_enues import models
from bayes_enues.fit.chi2 import Likelihood
from bayes_enues.fit.minimise import minimise_many, profile_many


@pytest.fixture(scope="module")
def lz_likelihood(lz_model):
    return Likelihood(lz_model)


def test_a_profile_is_iminuits_at_every_value(lz_likelihood):
    values = np.linspace(0, 40, 9)
    many = profile_many(lz_likelihood, [0], values)
    assert many.converged.all()
    for value, chi2, x in zip(values, many.chi2, many.x, strict=True):

        def at_value(nuisances):
            return lz_likelihood.full(np.array([value, *nuisances]))[0]  # noqa: B023 - used at once

        minuit = Minuit(at_value, np.zeros(3))
        minuit.tol, minuit.limits = 1e-6, [(-1, None)] * 3
        minuit.migrad()
        assert_allclose(chi2, minuit.fval, atol=1e-6)
        assert_allclose(x[1:], minuit.values, atol=1e-3)


def test_a_fit_is_no_worse_than_scipys(lz_likelihood):
    x0 = lz_likelihood.start.copy()
    x0[0] = 15.0

    def chi2(nuisances):
        return lz_likelihood.full(np.array([15.0, *nuisances]))[0]

    reference = minimize(chi2, np.zeros(3), method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12})
    fit = minimise_many(lz_likelihood, x0[None], np.array([1, 2, 3]))
    assert_allclose(fit.chi2[0], reference.fun, atol=1e-8)
    assert_allclose(fit.gradient[0, 1:], 0, atol=1e-4)


def test_the_gradient_of_a_profile_is_that_in_the_held_parameter(lz_likelihood):
    fits = profile_many(lz_likelihood, [0], np.array([[11.999], [12.0], [12.001]]))
    assert_allclose(fits.gradient[1, 0], (fits.chi2[2] - fits.chi2[0]) / 0.002, rtol=1e-5)


def test_a_parameter_that_wants_below_zero_stays_on_its_edge(lz_likelihood):
    fit = minimise_many(lz_likelihood, lz_likelihood.start[None], np.arange(4))
    assert fit.converged[0]
    assert 0 <= fit.x[0, 0] < 1e-3


def test_starts_outside_the_model_are_marked_and_harm_no_neighbour(lz_likelihood):
    points = np.repeat(lz_likelihood.start[None], 3, axis=0)
    points[1, 1] = -50.0  # negative counts
    fits = minimise_many(lz_likelihood, points, np.arange(4))
    assert fits.converged.tolist() == [True, False, True]
    assert_allclose(fits.chi2[0], fits.chi2[2], atol=1e-10)


def test_each_fit_can_have_data_of_its_own(lz_likelihood):
    numbers = np.repeat(lz_likelihood.numbers[None], 2, axis=0)
    (e,) = lz_likelihood.question.experiments
    other = Likelihood(models.magnetic_moment([e.with_counts(e.counts[::-1])], "nu_e"))
    numbers[1] = other.numbers
    start = np.repeat(lz_likelihood.start[None], 2, axis=0)
    start[:, 0] = 15.0
    fits = minimise_many(lz_likelihood, start, np.array([1, 2, 3]), numbers)
    alone = minimise_many(other, start[:1], np.array([1, 2, 3]))
    assert_allclose(fits.chi2[1], alone.chi2[0], atol=1e-9)
    assert abs(fits.chi2[0] - fits.chi2[1]) > 0.1
