"""Toys: thrown as they should be, each by itself, and fitted as SciPy would."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.integrate import dblquad
from scipy.optimize import minimize
from scipy.stats import norm, poisson
from written_out import expected_counts

import bayes_enues as be
from bayes_enues.fit.chi2 import Likelihood
from bayes_enues.fit.marginal import log_marginal_likelihood
from bayes_enues.fit.minimise import minimise_many
from bayes_enues.statistics import count_errors
from bayes_enues.studies.simulations.fast_fits import COLUMNS, analyse_toys
from bayes_enues.studies.simulations.jobs import NODES
from bayes_enues.studies.simulations.toy_loop import _log_integral
from bayes_enues.studies.simulations.toys import ToyMaker, truth_points

SIGMAS = {"beta_flux": 0.07, "alpha_background": 0.13, "delta_ar37": 1.0}


@pytest.fixture(scope="module")
def lz_maker(lz_model):
    return ToyMaker(lz_model, truth_points(Likelihood(lz_model), [0.0, 15.0]), seed=3)


@pytest.fixture(scope="module")
def xenonnt_maker(xenonnt_model):
    return ToyMaker(xenonnt_model, truth_points(Likelihood(xenonnt_model), [0.0, 9.0]), seed=3)


def analysed(maker, i_true, toys, nodes=NODES):
    likelihood, truth = maker.likelihood, maker.points[i_true]
    rule, weights = np.polynomial.legendre.leggauss(nodes)
    results = np.empty((len(toys), len(COLUMNS)))
    power = likelihood.question.interaction.power
    top = (truth[0] ** power + likelihood.question.priors["nu_e"].upper ** power) ** (1 / power)
    analyse_toys(
        likelihood, toys, truth, 0.0, top,
        (rule + 1) / 2, weights / 2, power, results,
    )  # fmt: skip
    return dict(zip(COLUMNS, results.T, strict=True))


def written_out(maker, toy, values):
    """chi^2 of one toy with scipy.stats: Eq. 14 and 15 around the toy's own counts, errors and centres."""
    total, likelihood = 0.0, maker.likelihood
    named = dict(zip(likelihood.names, values, strict=True))
    for e, mu in zip(maker.experiments, expected_counts(maker.model, named), strict=True):
        n = toy[maker.slices[f"observed_{e.slug}"]]
        if e.likelihood == "poisson":
            total += 2 * np.sum(poisson.logpmf(n, n) - poisson.logpmf(n, mu))
        else:
            sigma = toy[maker.slices[f"sigma_{e.slug}"]]
            total += -2 * np.sum(norm.logpdf(n, mu, sigma) - norm.logpdf(0, 0, sigma))
    for name in maker.nuisances:
        centre = toy[maker.slices[f"{name}_centre"]][0]
        total += ((named[name] - centre) / SIGMAS[name]) ** 2
    return total


def test_any_toy_can_be_repeated_alone(lz_maker):
    together = lz_maker.throw(1, 0, 9)
    assert_array_equal(lz_maker.throw(1, 7, 8)[0], together[7])
    assert not np.array_equal(together[7], together[6])
    assert not np.array_equal(lz_maker.throw(0, 7, 8)[0], together[7])


def test_toys_scatter_as_poisson_around_what_is_expected(lz_maker, lz):
    """Physics: mean and variance of counts are the expected ones; centres have their constraint's width."""
    toys = lz_maker.throw(1, 0, 1500)
    expected = expected_counts(
        lz_maker.model, dict(zip(lz_maker.likelihood.names, lz_maker.points[1], strict=True))
    )[0]
    counts = toys[:, lz_maker.slices["observed_lz_ws2022"]]
    pulls = (counts.mean(axis=0) - expected) / np.sqrt(expected / len(toys))
    assert np.abs(pulls).max() < 4.5
    assert_allclose(counts.var(axis=0).sum(), expected.sum(), rtol=0.04)
    for i, name in enumerate(lz_maker.likelihood.names[1:], start=1):
        centres = toys[:, lz_maker.slices[f"{name}_centre"]]
        assert_allclose(centres.std(), SIGMAS[name], rtol=0.08)
        assert abs(centres.mean() - lz_maker.points[1, i]) < 4 * SIGMAS[name] / np.sqrt(len(toys))


def test_a_poisson_toy_of_xenonnt_has_the_errors_of_its_own_counts(xenonnt_maker):
    toys = xenonnt_maker.throw(0, 0, 5)
    counts = toys[:, xenonnt_maker.slices["observed_xenonnt_sr0"]]
    assert_array_equal(counts, np.round(counts))
    assert_allclose(toys[:, xenonnt_maker.slices["sigma_xenonnt_sr0"]], count_errors(counts, "garwood"))


def test_a_gaussian_toy_keeps_the_errors_of_the_data(xenonnt_model, xenonnt, xenonnt_maker):
    maker = ToyMaker(xenonnt_model, xenonnt_maker.points, 3, "gaussian")
    toys = maker.throw(0, 0, 2000)
    assert_array_equal(toys[7, maker.slices["sigma_xenonnt_sr0"]], xenonnt.sigma)
    assert_allclose(toys[:, maker.slices["observed_xenonnt_sr0"]].std(axis=0), xenonnt.sigma, rtol=0.08)


@pytest.mark.slow
@pytest.mark.parametrize("i_true", [0, 1])
@pytest.mark.parametrize("which", ["lz_maker", "xenonnt_maker"])
def test_fits_of_toys_agree_with_scipy(which, i_true, request):
    """Independent: chi^2 from scipy.stats, minimised by SciPy without gradients."""
    maker = request.getfixturevalue(which)
    toys = maker.throw(i_true, 0, 3)
    found = analysed(maker, i_true, toys)
    assert found["converged"].all()
    truth = maker.points[i_true]
    precise = {"xatol": 1e-8, "fatol": 1e-10, "maxiter": 20000, "maxfev": 20000}
    options = {"method": "Nelder-Mead", "options": precise}
    for k, toy in enumerate(toys):
        held = minimize(lambda nu, t=toy: written_out(maker, t, [truth[0], *nu]), truth[1:], **options)
        # the parameter enters by its square: SciPy may look on both sides of the boundary
        free = min(
            (minimize(lambda x, t=toy: written_out(maker, t, [abs(x[0]), *x[1:]]), [at, *truth[1:]],
                      **options)
             for at in (0.1, 10.0, 18.0)), key=lambda fit: fit.fun,
        )  # fmt: skip
        assert_allclose(found["delta_chi2"][k], held.fun - free.fun, atol=3e-5)
        if truth[0] >= found["best_fit"][k]:
            assert_allclose(found["delta_chi2_above"][k], found["delta_chi2"][k], atol=1e-9)
        else:
            assert found["delta_chi2_above"][k] == 0


@pytest.mark.slow
def test_a_centre_below_the_cut_is_fitted_on_the_edge(lz_maker):
    """A measured 37Ar far below none: delta stops at -1, and chi^2 is Eq. 14 there."""
    toy = lz_maker.throw(0, 0, 1)
    toy[0, lz_maker.slices["delta_ar37_centre"]] = -1000.0
    likelihood = lz_maker.likelihood
    fits = minimise_many(likelihood, lz_maker.points[:1], np.arange(1, 4), toy)
    assert fits.converged[0]
    assert fits.x[0, likelihood.names.index("delta_ar37")] == -1
    assert_allclose(fits.chi2[0], written_out(lz_maker, toy[0], fits.x[0]), rtol=1e-10)


@pytest.mark.slow
def test_posterior_content_agrees_with_gauss_hermite_quadrature(lz_maker, lz_model):
    """Independent: trapezoid rule in the parameter, nine nodes a nuisance, against panels and Laplace."""
    toys = lz_maker.throw(1, 0, 3)
    found = analysed(lz_maker, 1, toys)
    truth = lz_maker.points[1, 0]
    values = np.linspace(0, 2.2 * truth, 67)  # the truth is a node
    k = int(np.argmin(np.abs(values - truth)))
    values *= truth / values[k]
    for toy, flat, strength in zip(toys, found["posterior"], found["flat_strength"], strict=True):
        likelihood = Likelihood(lz_model)
        likelihood.numbers = toy
        log_density = log_marginal_likelihood(likelihood, [0], values[:, None])
        density = np.exp(log_density - log_density.max())
        for weight, content in ((1.0, flat), (values, strength)):
            total = np.trapezoid(density * weight, values)
            assert_allclose(
                np.trapezoid((density * weight)[: k + 1], values[: k + 1]) / total, content, atol=2e-3
            )


@pytest.mark.slow
def test_more_nodes_change_nothing(xenonnt_maker):
    toys = xenonnt_maker.throw(1, 0, 40)
    coarse, fine = analysed(xenonnt_maker, 1, toys), analysed(xenonnt_maker, 1, toys, nodes=60)
    assert_allclose(coarse["posterior"], fine["posterior"], atol=2e-4)
    assert_allclose(coarse["flat_strength"], fine["flat_strength"], atol=2e-4)
    assert_allclose(coarse["delta_chi2"], fine["delta_chi2"], atol=1e-5)


@pytest.mark.slow
def test_a_hopeless_start_range_is_widened(xenonnt_maker):
    """A range that ends where chi^2 is still low must not pass for the whole posterior."""
    toys = xenonnt_maker.throw(1, 0, 20)
    whole = analysed(xenonnt_maker, 1, toys)
    likelihood, truth = xenonnt_maker.likelihood, xenonnt_maker.points[1]
    rule, weights = np.polynomial.legendre.leggauss(NODES)
    results = np.empty((20, len(COLUMNS)))
    analyse_toys(
        likelihood, toys, truth, 0.0, truth[0] + 2.0, (rule + 1) / 2, weights / 2, 2, results,
    )  # fmt: skip
    assert results[:, 0].all()
    assert_allclose(results[:, COLUMNS.index("posterior")], whole["posterior"], atol=1e-3)


@pytest.mark.slow
def test_signed_parameters_count_where_the_density_is_higher(xenonnt):
    """Independent: the highest-density content on a fine grid, for a posterior with interference."""
    from bayes_enues import models

    model = models.millicharge([xenonnt], free="nu_e")
    maker = ToyMaker(model, truth_points(Likelihood(model), [1.5]), seed=8)
    likelihood, truth = maker.likelihood, maker.points[0]
    toys = maker.throw(0, 0, 3)
    rule, weights = np.polynomial.legendre.leggauss(40)
    prior = likelihood.question.priors["nu_e"]
    results = np.empty((3, len(COLUMNS)))
    analyse_toys(
        likelihood, toys, truth, prior.lower, prior.upper + truth[0], (rule + 1) / 2, weights / 2, 1, results,
    )  # fmt: skip
    assert results[:, 0].all()
    values = np.linspace(1.3 * prior.lower, 1.3 * prior.upper, 1201)
    for toy, content in zip(toys, results[:, COLUMNS.index("posterior")], strict=True):
        mine = Likelihood(model)
        mine.numbers = toy
        log_density = log_marginal_likelihood(mine, [0], values[:, None], order=5)
        at_truth = log_marginal_likelihood(mine, [0], truth[None, :1], order=5)[0]
        density = np.exp(log_density - log_density.max())
        assert_allclose(density[log_density > at_truth].sum() / density.sum(), content, atol=6e-3)


def test_wrong_kind_and_unphysical_truth_are_refused(xenonnt_model):
    with pytest.raises(ValueError, match="no toys of kind 'asimov'"):
        ToyMaker(xenonnt_model, np.zeros((1, 2)), 1, "asimov")
    with pytest.raises(ValueError, match="outside the physical region"):
        truth_points(Likelihood(xenonnt_model), [3.0, -2.0])


@pytest.mark.slow
def test_no_fit_fails_where_an_uncertain_edge_is_pressed_against_its_cut_or_a_bin_against_zero():
    """Three toys in two thousand whose fits went to and fro across the kink of a bin that expects nothing, or
    whose Laplace integral did not exist; the auxiliary measurements fluctuate by what the file says."""
    likelihood = be.Fit(be.models.magnetic_moment(["lz_ws2022:marginalised"], "nu_e"))
    maker = ToyMaker(likelihood.model, truth_points(likelihood, [26.0]), seed=20220811)
    toys = maker.throw(0, 0, 300)
    assert analysed(maker, 0, toys)["converged"].all()
    for name, width in (("edge_lz", 0.1), ("resolution_width", 0.1), ("sin2_theta12", 0.016)):
        truth = maker.points[0, likelihood.names.index(name)]
        centres = (toys[:, maker.slices[f"{name}_centre"]][:, 0] - truth) / width
        assert abs(centres.mean()) < 3.5 / 300**0.5
        assert centres.std() == pytest.approx(1.0, abs=0.14)


@pytest.mark.slow
def test_a_nuisance_pressed_against_its_cut_has_the_integral_of_its_slope():
    """By SciPy: chi^2 = 40 t + a^2 - 3 t^2 + 2 a t for t >= 0, whose second derivatives are not positive."""
    exact, _ = dblquad(lambda a, t: np.exp(-(40 * t + a**2 - 3 * t**2 + 2 * a * t) / 2), 0, 1.5, -9, 9)
    x, edge = np.zeros(3), np.array([-np.inf, -np.inf, 0.0])
    hessian = np.array([[1.0, 0.0, 0.0], [0.0, 2.0, 2.0], [0.0, 2.0, -6.0]])
    ours = _log_integral(x, np.array([0.0, 0.0, 40.0]), hessian, edge, np.full(3, np.inf))
    assert ours + np.log(4 * np.pi) == pytest.approx(np.log(exact), abs=0.02)
