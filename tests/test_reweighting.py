"""Importance reweighting: against closed forms, and its refusals."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from bayes_enues.fit.marginal import Density
from bayes_enues.fit.regions import credible_region
from bayes_enues.fit.reweighting import importance_weights


@pytest.fixture(scope="module")
def uniform():
    return np.random.default_rng(1).uniform(0, 1, (4, 5000))


def test_a_uniform_draw_weighted_by_itself_has_the_quantile_of_a_triangle(uniform):
    """Physics: density 2x on (0, 1) has its 90 % quantile at sqrt(0.9)."""
    weights = importance_weights(np.log(uniform))
    error = weights.quantile_error(uniform, 0.9)
    assert weights.reliable
    assert abs(weights.quantile(uniform, 0.9) - np.sqrt(0.9)) < 4 * error
    assert 0 < error < 0.005


def test_equal_weights_change_nothing(uniform):
    weights = importance_weights(np.full(uniform.shape, 3.0))
    assert weights.reliable
    assert_allclose(weights.quantile(uniform, 0.3), np.quantile(uniform, 0.3), atol=1e-3)


def test_the_error_of_a_quantile_is_that_of_repeated_sampling():
    rng = np.random.default_rng(2)
    draws = [rng.uniform(0, 1, (4, 500)) for _ in range(200)]
    weights = [importance_weights(np.log(d)) for d in draws]
    found = [w.quantile(d, 0.9) for w, d in zip(weights, draws, strict=True)]
    claimed = [w.quantile_error(d, 0.9) for w, d in zip(weights, draws, strict=True)]
    assert_allclose(np.mean(claimed), np.std(found), rtol=0.2)


def test_heavy_tails_are_not_trusted(uniform):
    """1/x on (0, 1) reaches the density 1/x^2 of weights: Pareto's k is one."""
    assert not importance_weights(-1.5 * np.log(uniform)).reliable


def test_resampled_draws_follow_the_new_density(uniform):
    chosen = importance_weights(np.log(uniform)).resample(3)
    assert_allclose(np.mean(uniform.ravel()[chosen]), 2 / 3, atol=0.01)


def test_a_prior_without_mass_where_the_draws_lie_is_refused(uniform):
    with pytest.raises(ValueError, match="zero where the draws are"):
        importance_weights(np.full(uniform.shape, -np.inf))


def test_the_exact_region_of_a_gaussian_is_that_of_scipy():
    x = np.linspace(-6, 6, 401)
    density = Density(x, np.exp(-0.5 * x**2) / np.sqrt(2 * np.pi), 0.0)
    region = credible_region(density, 0.9, signed=True)
    assert_allclose([region["lower"], region["upper"]], [-1.64485, 1.64485], rtol=1e-4)
    assert_allclose(region["eti"], [-1.64485, 1.64485], rtol=1e-4)
    assert_allclose(credible_region(density, 0.9, signed=False)["upper"], 1.28155, rtol=1e-4)
