"""Both bounds side by side: what they rest on, how they are stored, and when there is none."""

import json

import numpy as np
import pytest
import xarray as xr
from scipy.integrate import simpson

from bayes_enues import (
    ConvergenceWarning,
    Fit,
    Flat,
    FlatStrength,
    HalfNormal,
    Jeffreys,
    LogUniform,
    limits,
    marginal_density,
    models,
)
from bayes_enues.fit import posterior as sampling
from bayes_enues.fit.chi2 import Likelihood
from bayes_enues.fit.credible import UpperBound
from bayes_enues.fit.limit import disagreement
from bayes_enues.fit.marginal import flat_in_strength, log_marginal_likelihood
from bayes_enues.results import Density


@pytest.fixture(scope="module")
def limit(xenonnt_model):
    return limits(xenonnt_model, draws=2000, seed=3)


def test_a_row_holds_both_bounds_and_all_they_rest_on(limit):
    row = json.loads(json.dumps(limit.to_dict(), allow_nan=False))
    assert (row["model"], row["parameter"], row["experiment"]) == ("magnetic_moment", "nu_e", "xenonnt_sr0")
    assert row["unit"] == "1e-12 mu_B"
    assert row["prior"] == "flat in nu_e on [0, 20]"
    posterior, profile = row["posterior"], row["profile"]
    assert posterior["kind"] == "upper"
    assert posterior["lower"] is None
    assert posterior["converged"] is True
    assert posterior["divergences"] == 0
    assert posterior["rhat"] <= 1.01
    assert posterior["mcse"] <= 0.01 * posterior["upper"]
    assert profile["lower"] is None
    assert profile["pieces"] == [[0.0, profile["upper"]]]
    assert profile["threshold"] == 2.7055
    assert profile["at_boundary"] is True
    assert row["published"] == {"lower": None, "upper": 9.0, "source": "arXiv:2208.06415"}


def test_bounds_stand_in_the_order_that_threshold_and_prior_put_them(limit):
    """physics.md, section 6: 7.2 one-sided, about 8.2 flat, 8.85 at 2.706, about 10.1 flat in the square."""
    p = limit.posterior
    four = [limit.profile.upper_one_sided, p.upper, limit.profile.upper, p.upper_flat_strength]
    np.testing.assert_allclose(four, [7.2, 8.2, 8.85, 10.1], rtol=0.03)
    assert four == sorted(four)


def test_the_bound_flat_in_the_strength_is_that_of_quadrature(limit, xenonnt_model):
    flat = marginal_density(xenonnt_model)
    exact = flat.reweighted(flat.values).quantile(0.9)
    assert limit.posterior.upper_flat_strength == pytest.approx(exact, rel=0.03)


@pytest.mark.parametrize(
    "prior",
    [
        HalfNormal(lower=0, upper=20, scale=4.0),
        HalfNormal(lower=0, upper=20, scale=0.2),  # too small for a number at 8 and beyond
        LogUniform(0.01, 20),
        FlatStrength(0, 20),
        Jeffreys(0, 20),
    ],
    ids=lambda prior: f"{type(prior).__name__}{getattr(prior, 'scale', '')}",
)
def test_the_bound_flat_in_the_strength_is_the_same_whatever_prior_the_model_has(xenonnt, prior):
    """Physics: the likelihood decides; a model with a prior flat in the strength says what is right.

    The flat density times the moment was once taken for every prior: 6.8 for the half-normal, not 10.05.
    """
    mine, right = (Fit(models.magnetic_moment([xenonnt], prior=p)) for p in (prior, FlatStrength(0, 20)))
    ours = flat_in_strength(mine, mine.marginal())
    assert ours.quantile(0.9) == pytest.approx(right.marginal().quantile(0.9), rel=1e-3)


def test_a_limit_under_a_prior_that_vanishes_holds_the_bound_flat_in_the_strength(xenonnt):
    model = models.magnetic_moment([xenonnt], prior=HalfNormal(lower=0, upper=20, scale=4.0))
    flat = marginal_density(models.magnetic_moment([xenonnt], prior=Flat(0, 20)))
    right = flat.reweighted(flat.values).quantile(0.9)
    ours = limits(model, draws=500, groups=False).posterior.upper_flat_strength
    assert ours == pytest.approx(right, rel=1e-3)


@pytest.mark.slow
def test_draws_of_several_parameters_are_reweighted_to_a_prior_flat_in_the_strength_of_one(xenonnt):
    """Against quadrature over both: what is asked of one leaves the other's prior alone."""
    model = models.magnetic_moment([xenonnt], free=["nu_e", "nu_mu"])
    tree = sampling.sample_posterior(model, draws=4000, seed=1, groups=False)
    likelihood = Likelihood(model)
    ours = UpperBound(likelihood, "nu_e", 0.9).flat_strength(tree)
    axes = [np.linspace(*likelihood.question.priors[name].edges, 161) for name in likelihood.names[:2]]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)
    log_density = log_marginal_likelihood(likelihood, [0, 1], points).reshape(161, 161)
    density = simpson(np.exp(log_density - log_density.max()), x=axes[1], axis=1) * axes[0]
    exact = Density(axes[0], density / simpson(density, x=axes[0]), 0.0).quantile(0.9)
    assert ours == pytest.approx(exact, rel=0.02)


def test_the_words_of_a_limit_name_kind_level_and_prior(limit):
    text = str(limit)
    assert "90 % posterior" in text
    assert "flat in nu_e" in text
    assert "Delta chi^2 = 2.706" in text or "Delta chi^2 = 2.7055" in text
    assert "one-sided" in text


def test_another_level_has_no_published_limit_beside_it(xenonnt_model):
    other = limits(xenonnt_model, level=0.68, draws=500, groups=False)
    assert other.published is None
    assert other.profile.threshold == pytest.approx(0.9889, abs=1e-3)
    assert other.posterior.upper < 8


def test_a_level_below_one_half_has_no_one_sided_threshold(xenonnt_model):
    other = limits(xenonnt_model, level=0.4, draws=500, groups=False)
    assert other.profile.upper_one_sided is None
    json.dumps(other.to_dict(), allow_nan=False)
    assert "90" not in str(other)


def test_an_unconverged_posterior_gives_no_bound(xenonnt_model, monkeypatch):
    rng = np.random.default_rng(1)
    stuck = np.abs(rng.normal(size=(4, 1000)) + np.array([[0.0], [0.0], [30.0], [30.0]]))
    dims = ("chain", "draw")
    tree = xr.DataTree.from_dict(
        {
            "posterior": xr.Dataset({n: (dims, stuck) for n in ("nu_e", "beta_flux")}),
            "sample_stats": xr.Dataset({"diverging": (dims, np.zeros(stuck.shape, bool))}),
        }
    )
    monkeypatch.setattr(sampling, "_nuts", lambda *a: tree)
    monkeypatch.setattr(sampling, "_smc", lambda *a: tree)
    with pytest.warns(ConvergenceWarning, match=r"did not converge \(R-hat"):
        limit = limits(xenonnt_model, draws=1000, groups=False)
    p = limit.to_dict()["posterior"]
    assert p["converged"] is False
    assert [p[k] for k in ("lower", "upper", "upper_flat_strength", "mcse")] == [None] * 4
    assert limit.profile.upper == pytest.approx(8.85, rel=5e-3)  # the profile does not depend on draws
    assert "not converged" in str(limit)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"level": 1.0}, "between 0 and 1"),
        ({"parameter": "nu_mu"}, "leaves .* free"),
        ({"draws": 0}, "positive"),
    ],
    ids=str,
)
def test_a_bad_request_is_refused(xenonnt_model, options, words):
    with pytest.raises(ValueError, match=words):
        limits(xenonnt_model, **options)


def test_one_of_several_free_parameters_must_be_named(xenonnt):
    model = models.magnetic_moment([xenonnt], ["nu_e", "nu_mu"], prior=Flat(0, 40))
    with pytest.raises(ValueError, match="several parameters are free"):
        limits(model)
    signed = models.charge_radius([xenonnt], ["nu_e", "nu_mu"], prior=Flat(-200, 200))
    with pytest.raises(ValueError, match=r"nu_e is signed .* leave one free"):
        limits(signed, "nu_e")


def test_draws_that_quadrature_contradicts_are_said():
    ends = {"lower": None, "upper": 8.22, "mcse": 0.01}
    assert disagreement(ends, {"lower": None, "upper": 8.18}) == []
    (note,) = disagreement(ends, {"lower": None, "upper": 8.0})
    assert note == "the upper end is 8.22 ± 0.01 from the draws, 8 by quadrature"
    both = {"lower": -3.0, "upper": 2.0, "mcse": 0.05}
    assert len(disagreement(both, {"lower": -4.0, "upper": 1.0})) == 2
