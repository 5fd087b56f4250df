"""Draws from independent proposals against quadrature and NUTS: where the truth is known to both."""

import numpy as np
import pytest

import bayes_enues as be
from bayes_enues.fit import independent
from bayes_enues.fit.independent import has_proposals, independent_draws
from bayes_enues.fit.posterior import diagnose
from bayes_enues.statistics import of_chains


@pytest.fixture(scope="module")
def fit():
    return be.Fit(be.models.charge_radius(["lz_ws2022"], "nu_e"))


def test_draws_have_the_marginal_density_and_count_as_nearly_independent(fit):
    """LZ: one nuisance is cut one sigma from its centre."""
    tree = independent_draws(fit, 4000, 4, seed=3)
    draws, density = tree["posterior"]["nu_e"].values, fit.marginal()
    found = diagnose(tree)
    assert found.converged
    assert found.ess_bulk > 0.5 * draws.size
    for p in (0.05, 0.3, 0.5, 0.9):
        error = of_chains("mcse", (draws <= density.quantile(p)).astype(float), method="mean")
        assert abs((draws <= density.quantile(p)).mean() - p) < 4 * error


def test_nuisances_have_the_distribution_that_nuts_finds(fit):
    tree, nuts = independent_draws(fit, 4000, 4, seed=3), fit.posterior(4000, 1, groups=False)
    for name in fit.names:
        a, b = (of["posterior"][name].values for of in (tree, nuts))
        error = np.hypot(of_chains("mcse", a, method="mean"), of_chains("mcse", b, method="mean"))
        assert abs(a.mean() - b.mean()) < 4 * error, name
        assert a.std() == pytest.approx(b.std(), rel=0.04), name


def test_proposals_that_miss_a_part_are_refused(fit, monkeypatch):
    """A twentieth of the spread: Pareto's k says so."""
    monkeypatch.delitem(fit.known, "cells", raising=False)
    monkeypatch.setattr(np.linalg, "inv", lambda m, inv=np.linalg.inv: inv(m) / 400)
    assert independent_draws(fit, 1000, 4, seed=3) is None


def test_one_mode_or_two_parameters_have_no_proposals(fit):
    assert not has_proposals(fit)
    two = be.models.millicharge(["lz_ws2022"], ["nu_e", "nu_mu"], be.Flat(-9, 9))
    assert not has_proposals(be.Fit(two))


def test_a_chain_of_equal_weights_takes_every_proposal_and_never_one_of_no_weight():
    rng = np.random.default_rng(0)
    weights = np.zeros((2, 50))
    weights[1, ::2] = -np.inf
    at = independent._metropolis(weights, rng)
    assert (at[0] == np.arange(50)).all()
    assert np.isfinite(weights[1][at[1]]).all()
