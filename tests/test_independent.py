"""Draws from independent proposals against quadrature and NUTS: where the truth is known to both."""

import numpy as np
import pytest
from marks import slow
from written_out import exposed

import bayes_enues as be
from bayes_enues.fit import independent
from bayes_enues.fit.independent import begins_with_proposals, has_proposals, independent_draws
from bayes_enues.fit.posterior import diagnose, quantile_error
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


@pytest.mark.slow
@pytest.mark.parametrize("name", ["lz_ws2022", "xenonnt_sr0"])
def test_bounds_of_many_seeds_scatter_around_quadrature_by_their_monte_carlo_error(name):
    """A draw is one step from the one before; what is told of that must be true."""
    fit = be.Fit(be.models.light_vector([name], mass=10.0))
    exact, pulls = fit.marginal().quantile(0.9), []
    for seed in range(40):
        draws = independent_draws(fit, 2500, 4, seed)["posterior"]["coupling"].values
        pulls.append((np.quantile(draws, 0.9) - exact) / quantile_error(draws, 0.9))
    assert abs(np.mean(pulls)) < 4 / np.sqrt(len(pulls))
    assert 0.6 < np.std(pulls) < 1.5


def test_proposals_that_miss_a_part_are_refused(fit, monkeypatch):
    """A twentieth of the spread: Pareto's k says so."""
    monkeypatch.delitem(fit.known, "cells", raising=False)
    monkeypatch.setattr(np.linalg, "inv", lambda m, inv=np.linalg.inv: inv(m) / 400)
    assert independent_draws(fit, 1000, 4, seed=3) is None


def by_hand(model, x, y):
    """Shares (n, m) of the posterior on a grid, flat priors: Gaussian counts, beta integrated on paper."""
    (e,), (t,), (sx, sy) = model.question.experiments, model.question.templates, model.question.scales
    u, v = (x / sx)[:, None, None], (y / sy)[None, :, None]
    signal = t.t0 + u * (t.t1[0] + u * t.t2[0]) + v * (t.t1[1] + v * t.t2[1])
    assert not t.cross
    assert e.likelihood == "gaussian"
    rest = e.counts - sum(e.components.values()) - signal
    a = (signal**2 / e.sigma**2).sum(axis=-1) + e.nuisances[0].sigma ** -2.0
    b = (rest * signal / e.sigma**2).sum(axis=-1)
    log_density = -0.5 * ((rest**2 / e.sigma**2).sum(axis=-1) - b**2 / a + np.log(a))
    share = np.exp(log_density - log_density.max())
    return share / share.sum()


@pytest.mark.parametrize("times", [slow(None), 20])
def test_two_signed_parameters_have_the_density_worked_out_by_hand(xenonnt, times):
    """Radii of nu_e and nu_mu: a ring, with twenty exposures a thin one. Means, quarters, region of 90 %."""
    model = be.models.charge_radius([exposed(xenonnt, times) if times else xenonnt], ["nu_e", "nu_mu"])
    priors = model.question.priors.values()
    x, y = ((np.arange(600) + 0.5) / 600 * (p.upper - p.lower) + p.lower for p in priors)
    share = by_hand(model, x, y)
    tree = be.sample_posterior(model, draws=4000, groups=False)
    assert (tree.attrs["sampler"], tree.attrs["attempts"], tree.attrs["converged"]) == ("independence", 1, 1)
    assert tree.attrs["ess_bulk"] > 8000
    a, b = (tree["posterior"][name].values for name in ("nu_e", "nu_mu"))

    def agree(quantity, exact):
        assert abs(quantity.mean() - exact) < 4 * of_chains("mcse", quantity.astype(float), method="mean")

    mean_x, mean_y = share.sum(axis=1) @ x, share.sum(axis=0) @ y
    agree(a, mean_x)
    agree(b, mean_y)
    agree(a * b, x @ share @ y)
    for right in (True, False):
        for above in (True, False):
            exact = share[(x > mean_x) == right][:, (y > mean_y) == above].sum()
            agree(((a > mean_x) == right) & ((b > mean_y) == above), exact)
    order = np.sort(share.ravel())[::-1]
    cut = order[np.searchsorted(order.cumsum(), 0.9)]
    i, j = (np.clip(np.rint((v - w[0]) / (w[1] - w[0])).astype(int), 0, 599) for v, w in ((a, x), (b, y)))
    agree(share[i, j] >= cut, share[share >= cut].sum())


def test_proposals_are_for_one_parameter_with_separate_modes_and_for_two(fit):
    assert not has_proposals(fit)
    two = be.Fit(be.models.millicharge(["lz_ws2022"], ["nu_e", "nu_mu"], be.Flat(-9, 9)))
    assert has_proposals(two)
    assert begins_with_proposals(two)
    moments = be.Fit(be.models.magnetic_moment(["lz_ws2022"], ["nu_e", "nu_mu"], be.Flat(0, 30)))
    assert has_proposals(moments)
    assert not begins_with_proposals(moments)  # NUTS does well
    three = be.models.millicharge(["lz_ws2022"], ["nu_e", "nu_mu", "nu_tau"], be.Flat(-9, 9))
    assert not has_proposals(be.Fit(three))


def test_a_chain_of_equal_weights_takes_every_proposal_and_never_one_of_no_weight():
    rng = np.random.default_rng(0)
    weights = np.zeros((2, 50))
    weights[1, ::2] = -np.inf
    at = independent._metropolis(weights, rng)
    assert (at[0] == np.arange(50)).all()
    assert np.isfinite(weights[1][at[1]]).all()
