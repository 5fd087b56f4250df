"""Bayes factors three ways, against each other and by hand."""

import numpy as np
import pytest
from scipy.stats import beta

import bayes_enues as be
from bayes_enues.likelihood import Likelihood
from bayes_enues.priors import LogUniform
from bayes_enues.studies.evidence import (
    _log_density_at,
    log_bayes_factor,
    savage_dickey,
    smc_log_bayes_factor,
    width_scan,
)


@pytest.fixture(scope="module")
def model():
    return be.models.magnetic_moment(["xenonnt_sr0"], "nu_e")


@pytest.fixture(scope="module")
def draws(model):
    return be.sample_posterior(model, draws=6000, groups=False)["posterior"]["nu_e"].values


def test_quadrature_is_the_double_integral_by_hand(model):
    """Physics: the integral over mu and beta on a plain grid, over that at mu = 0."""
    likelihood = Likelihood(model)
    mu, b = np.linspace(0, model.question.priors["nu_e"].upper, 801), np.linspace(-0.4, 0.4, 401)
    grid = np.stack([g.ravel() for g in np.meshgrid(mu, b, indexing="ij")], axis=-1)
    density = np.exp(-0.5 * (likelihood.batch(grid) - 15)).reshape(mu.size, b.size)
    over_b = np.trapezoid(density, b, axis=1)
    by_hand = np.log(np.trapezoid(over_b, mu) / mu[-1] / over_b[0])
    assert log_bayes_factor(model) == pytest.approx(by_hand, abs=1e-4)


def test_savage_and_dickey_agree_with_quadrature(model, draws):
    assert savage_dickey(model, draws) == pytest.approx(log_bayes_factor(model), abs=0.1)


def test_sequential_monte_carlo_agrees_with_quadrature(model):
    found = smc_log_bayes_factor(model, draws=1000, chains=2)
    assert found.log_bayes_factor == pytest.approx(log_bayes_factor(model), abs=0.1)


def test_the_scan_over_widths_passes_through_the_prior_in_use(model):
    flat, half = width_scan(model, n=200)
    here = np.interp(model.question.priors["nu_e"].upper, flat.widths, flat.log_bayes_factors)
    assert here == pytest.approx(log_bayes_factor(model), abs=0.01)
    assert abs(flat.log_bayes_factors[0]) < 1e-3  # a prior too narrow to matter
    slope = np.diff(flat.log_bayes_factors[-2:]) / np.diff(np.log(flat.widths[-2:]))
    assert slope == pytest.approx(-1, abs=1e-3)  # Occam: one over the width
    assert np.all(half.log_bayes_factors[-50:] < flat.log_bayes_factors[-50:])


@pytest.mark.parametrize("shape", [(1.0, 3.0), (1.0, 1.0), (1.0, 0.5)])
def test_the_density_at_an_edge_has_no_edge_bias(shape):
    """Physics: Beta(1, b) has the density b at zero."""
    u = beta(*shape).rvs(20_000, random_state=5)
    assert _log_density_at(u, 0.0) == pytest.approx(np.log(shape[1]), abs=0.08)


def test_too_few_draws_are_refused(model):
    with pytest.raises(ValueError, match="draws lie near the Standard Model"):
        savage_dickey(model, np.linspace(1, 9, 600))


def test_families_without_a_width_are_refused(model):
    with pytest.raises(ValueError, match="no width"):
        width_scan(model, families=("loguniform",))
    assert LogUniform(0.1).edge_decides
