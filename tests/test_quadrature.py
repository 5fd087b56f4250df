"""Quadrature against brute-force integration on a grid with SciPy's distributions written out."""

import sys

import numpy as np
import pytest
from scipy.integrate import simpson
from scipy.interpolate import CubicSpline
from scipy.stats import norm, poisson
from written_out import expected_counts

import bayes_enues as be
from bayes_enues import Flat, FlatStrength, marginal_density, models
from bayes_enues.fit.chi2 import Likelihood
from bayes_enues.fit.marginal import Density, log_marginal_likelihood
from bayes_enues.fit.regions import highest_density_pieces

marginal_module = sys.modules["bayes_enues.fit.marginal"]


def brute_force_xenonnt(model, values):
    """Marginal likelihood over beta on a grid, Gaussian likelihood and prior from scipy.stats."""
    (e,) = model.question.experiments
    beta = np.linspace(-0.6, 0.6, 801)
    found = []
    for value in values:
        (nominal,) = expected_counts(model, {"nu_e": value, "beta_flux": 0.0})
        background = sum(e.components.values())
        mu = (1 + beta[:, None]) * (nominal - background) + background
        logs = norm.logpdf(e.counts, mu, e.sigma).sum(axis=1) + norm.logpdf(beta, 0, 0.07)
        found.append(simpson(np.exp(logs - logs.max()), x=beta) * np.exp(logs.max() + 90))
    return np.array(found)


def test_the_density_of_xenonnt_is_that_of_brute_force(xenonnt_model):
    density = marginal_density(xenonnt_model)
    values = np.linspace(0, density.values[-1], 81)
    brute = brute_force_xenonnt(xenonnt_model, values)
    curve = CubicSpline(values, brute)
    total = curve.integrate(values[0], values[-1])
    np.testing.assert_allclose(density.at(values), brute / total, rtol=1e-4, atol=1e-7)
    quantile = density.quantile(0.9)
    assert curve.integrate(0, quantile) / total == pytest.approx(0.9, abs=1e-5)
    assert quantile == pytest.approx(8.2, abs=0.1)  # physics.md, section 6: about 8.2 (flat in mu)


@pytest.mark.slow
@pytest.mark.parametrize("argon", [1.0, 0.45, 0.0], ids=["data", "close to the cut", "on the cut"])
def test_three_nuisances_of_lz_are_integrated_as_brute_force_does(lz, argon):
    """A grid of alpha, beta and delta, cut at -1, with terms of scipy.stats; with less argon than was there
    the nuisance comes to the cut, where no Gaussian rule would do.
    """
    line = lz.components["ar37"] > 1e-3 * lz.components["ar37"].max()
    e = lz.with_counts(np.where(line, np.floor(argon * lz.counts), lz.counts))
    model = models.magnetic_moment([e], free="nu_e")
    a, b = np.linspace(-0.6, 0.6, 41), np.linspace(-0.4, 0.4, 31)
    d = np.concatenate([np.linspace(-1, -0.8, 61), np.linspace(-0.79, 0.6, 60)])
    alpha, beta, delta = np.meshgrid(a, b, d, indexing="ij")
    prior = norm.logpdf(alpha, 0, 0.13) + norm.logpdf(beta, 0, 0.07) + norm.logpdf(delta, 0, 1)
    background, shape = e.components["background"], e.components["ar37"]
    values = np.array([0.0, 8.0, 16.0, 24.0])
    brute = []
    for value in values:
        names = ("alpha_background", "beta_flux", "delta_ar37")
        nominal = expected_counts(model, {"nu_e": value, **dict.fromkeys(names, 0.0)})[0]
        signal = nominal - background - shape
        logs = prior.copy()
        for i in range(e.n_bins):
            mu = (1 + beta) * signal[i] + (1 + alpha) * background[i] + (1 + delta) * shape[i]
            logs += poisson.logpmf(e.counts[i], mu)
        weight = np.exp(logs - logs.max())
        integral = simpson(simpson(simpson(weight, x=d), x=b), x=a)
        brute.append(np.log(integral) + logs.max())
    ours = log_marginal_likelihood(Likelihood(model), [0], values[:, None])
    np.testing.assert_allclose(ours - ours[0], np.array(brute) - brute[0], atol=2e-4)


def test_a_prior_flat_in_the_square_is_the_flat_one_reweighted(xenonnt):
    flat = marginal_density(models.magnetic_moment([xenonnt], prior=Flat(0, 20)))
    strength = marginal_density(models.magnetic_moment([xenonnt], prior=FlatStrength(0, 20)))
    assert strength.quantile(0.9) == pytest.approx(flat.reweighted(flat.values).quantile(0.9), rel=1e-5)
    assert strength.quantile(0.9) == pytest.approx(10.1, abs=0.1)  # physics.md, section 6


@pytest.mark.slow
def test_more_nodes_and_points_change_no_quantile(lz_model):
    coarse, fine = marginal_density(lz_model), marginal_density(lz_model, n=481, order=9)
    for p in (0.05, 0.5, 0.9, 0.99):
        assert coarse.quantile(p) == pytest.approx(fine.quantile(p), rel=3e-4)


def test_quantiles_of_a_density_known_by_hand():
    x = np.linspace(0, 8, 801)
    density = Density(x, np.sqrt(2 / np.pi) * np.exp(-(x**2) / 2), 0.0)
    for p in (0.1, 0.5, 0.9, 0.99):
        assert density.quantile(p) == pytest.approx(norm.ppf(0.5 + p / 2), rel=1e-4)
    assert density.at([-1.0, 9.0]).tolist() == [0.0, 0.0]


@pytest.mark.filterwarnings("error")
def test_a_density_that_falls_below_what_numbers_hold_is_no_cause_for_warnings():
    """At 38 standard deviations it is 1e-314, by whose slope a spline would divide."""
    x = np.linspace(0, 40, 401)
    density = Density(x, np.sqrt(2 / np.pi) * np.exp(-(x**2) / 2), 0.0)
    assert density.below(1.0) == pytest.approx(0.6827, abs=1e-4)
    assert density.quantile(0.9) == pytest.approx(1.6449, abs=1e-4)
    assert density.at(38.0) == 0.0
    assert density.reweighted(np.exp(-x)).below(40.0) == pytest.approx(1.0)
    mirrored = Density(-x[::-1], density.density[::-1], 0.0)
    assert mirrored.quantile(0.1) == pytest.approx(-1.6449, abs=1e-4)
    assert highest_density_pieces(density, 1e-3)[0][0] == 0.0


def test_another_free_parameter_must_be_on_the_grid_too(xenonnt):
    model = models.magnetic_moment([xenonnt], ["nu_e", "nu_mu"], prior=Flat(0, 40))
    with pytest.raises(ValueError, match=r"\['nu_mu'\] are free too; they must be on the grid"):
        marginal_density(model, "nu_e")


def test_a_density_is_kept_until_a_number_of_the_model_changes(xenonnt):
    model = models.magnetic_moment([xenonnt], free="nu_e")
    first = marginal_density(model)
    assert marginal_density(model) is first
    model.set_data("observed_xenonnt_sr0", xenonnt.counts + 2)
    assert marginal_density(model).quantile(0.9) > 1.1 * first.quantile(0.9)


def test_a_kept_density_is_read_only_and_other_grids_do_not_drive_it_out(xenonnt_model):
    first = marginal_density(xenonnt_model)
    with pytest.raises(ValueError, match="read-only"):
        first.density[0] = 1.0
    coarse = marginal_density(xenonnt_model, n=41)
    assert marginal_density(xenonnt_model) is first
    assert marginal_density(xenonnt_model, n=41) is coarse


def test_a_range_that_was_moved_behind_the_priors_back_is_refused(xenonnt):
    model = models.magnetic_moment([xenonnt], free="nu_e", prior=Flat(0, 40))
    marginal_density(model)
    model.set_data("nu_e_upper", 12.0)
    with pytest.raises(
        ValueError, match=r"nu_e_upper of the model was set to 12, .* flat in nu_e on \[0, 40\]"
    ):
        marginal_density(model)


def test_an_only_nuisance_at_its_cut_is_integrated_as_brute_force_does(xenonnt_model):
    """A moment far beyond the data: the flux would have to vanish."""
    likelihood = Likelihood(xenonnt_model)
    beta = np.linspace(-1 + 1e-12, -0.5, 20001)
    for moment in (150.0, 400.0):
        ours = log_marginal_likelihood(likelihood, [0], np.array([[moment]]))[0]
        chi2 = likelihood.batch(np.stack([np.full(beta.size, moment), beta], axis=-1))
        brute = np.log(simpson(np.exp(-0.5 * (chi2 - chi2.min())), x=beta)) - 0.5 * chi2.min()
        assert ours == pytest.approx(brute, abs=2e-3)


def test_many_nuisances_are_integrated_by_quasi_random_nodes(lz_model, monkeypatch):
    """LZ's three, one of them far from Gaussian, by the rule that serves seven and more."""
    from bayes_enues.fit import marginal
    from bayes_enues.fit.chi2 import Likelihood
    from bayes_enues.fit.marginal import log_marginal_likelihood

    values = np.array([[0.0], [8.0], [16.0], [24.0]])
    product = log_marginal_likelihood(Likelihood(lz_model), [0], values)
    monkeypatch.setattr(marginal, "MOST_NODES", 1)
    monkeypatch.setattr(marginal, "_rule", marginal._rule.__wrapped__)
    np.testing.assert_allclose(log_marginal_likelihood(Likelihood(lz_model), [0], values), product, atol=2e-3)


def test_the_rule_of_a_cut_gaussian_is_as_good_as_many_nodes(lz, monkeypatch):
    """37Ar of LZ lies one sigma from its cut; thirty-two nodes instead of seven."""
    few = be.Fit(be.models.magnetic_moment([lz], "nu_e")).marginal()
    monkeypatch.setattr(marginal_module, "CUT_NODES", marginal_module.FINE_NODES.size)
    monkeypatch.setattr(marginal_module, "_gauss", lambda z, weights: (z, weights))
    many = be.Fit(be.models.magnetic_moment([lz], "nu_e")).marginal()
    for p in (0.05, 0.5, 0.9, 0.95):
        assert few.quantile(p) == pytest.approx(many.quantile(p), rel=1e-6)
    assert few.log_evidence == pytest.approx(many.log_evidence, abs=1e-6)


def test_gauss_rule_of_a_flat_density_is_that_of_legendre():
    z, w = np.polynomial.legendre.leggauss(32)
    nodes, weights = marginal_module._gauss(z[None], w[None])
    expected = np.polynomial.legendre.leggauss(marginal_module.CUT_NODES)
    np.testing.assert_allclose([nodes[0], weights[0]], expected, atol=1e-13)


def test_a_spline_stands_for_a_smooth_correction_and_not_for_a_step_or_a_kink():
    x = np.linspace(0, 1, 241)
    step = np.where(x > 0.43, 1e-4, 0.0) + np.maximum(x - 0.71, 0) + np.sin(3 * x)
    asked = []

    def f(rows):
        asked.extend(rows)
        return step[rows]

    found = marginal_module._smooth(x, f, np.ones(241, bool))
    np.testing.assert_allclose(found, step, atol=3e-7)
    assert len(asked) == len(set(asked)) < 160


def test_where_a_correction_does_not_matter_few_points_do():
    x, asked = np.linspace(0, 1, 241), []
    marginal_module._smooth(x, lambda rows: asked.extend(rows) or np.abs(x[rows] - 0.5), x < 0.25)
    assert len(asked) < 80
