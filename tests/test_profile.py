"""Profiles and best fits: landmarks, MINOS, SciPy by hand, boundaries on either side, split regions."""

import numpy as np
import pytest
from iminuit import Minuit
from marks import slow
from scipy.optimize import brentq, minimize
from written_out import chi2_written_out

from bayes_enues import FlatStrength, HalfNormal, MagneticMoment, models, profile_likelihood, signal_counts
from bayes_enues.fit.chi2 import Likelihood
from bayes_enues.fit.minimise import minimise_many


@pytest.mark.parametrize(
    ("free", "landmark"), [("nu_e", 8.85), ("nu_mu", 14.56), ("nu_tau", 12.54), ("universal", 6.48)]
)
def test_limits_of_xenonnt_are_those_of_two_brute_force_codes(xenonnt, free, landmark):
    profile = profile_likelihood(models.magnetic_moment([xenonnt], free), free)
    assert profile.upper == pytest.approx(landmark, rel=5e-3)
    assert profile.pieces == [(0.0, profile.upper)]
    assert profile.threshold == pytest.approx(2.7055, abs=1e-4)


@pytest.mark.parametrize(("which", "landmark"), [("xenonnt_model", 17.76), ("lz_model", 41.94)])
def test_chi2_at_the_standard_model_is_the_landmark(which, landmark, request):
    profile = profile_likelihood(request.getfixturevalue(which), values=[0.0])
    assert profile.chi2_min + profile.delta_chi2[0] == pytest.approx(landmark, abs=0.01)


def test_the_boundary_is_reported(xenonnt_model):
    profile = profile_likelihood(xenonnt_model)
    assert profile.at_boundary
    assert profile.best_fit == 0
    assert profile.upper_one_sided == pytest.approx(7.2, abs=0.05)  # physics.md, section 6
    assert profile.upper_one_sided < profile.upper


@pytest.fixture(scope="module")
def excess(xenonnt):
    """A toy with a clear signal: the counts that a moment of 15e-12 would give."""
    expected = signal_counts(xenonnt, MagneticMoment(nu_e=15.0)) + xenonnt.background
    return models.magnetic_moment([xenonnt.with_counts(np.round(expected))], free="nu_e")


def test_an_interior_minimum_agrees_with_minos(excess):
    likelihood = Likelihood(excess)
    minuit = Minuit(lambda x: likelihood.full(x)[0], [10.0, 0.0], name=["nu_e", "beta"])
    minuit.errordef, minuit.limits["nu_e"], minuit.tol = 1.0, (0, None), 1e-4
    minuit.migrad()
    minuit.minos("nu_e", cl=0.9)
    best, error = minuit.values["nu_e"], minuit.merrors["nu_e"]
    profile = profile_likelihood(excess)
    assert not profile.at_boundary
    assert profile.chi2_min == pytest.approx(minuit.fval, abs=1e-5)
    assert profile.best_fit == pytest.approx(best, rel=1e-3)
    assert profile.lower == pytest.approx(best + error.lower, rel=2e-4)
    assert profile.upper == pytest.approx(best + error.upper, rel=2e-4)
    assert profile.lower > 0


def by_hand(model, fixed):
    """chi^2 of a moment minimised over the nuisances by SciPy, from Eq. 14-15 written out."""
    names = [n for n in ("alpha_background", "beta_flux", "delta_ar37") if n in model.question.nuisances()]
    sizes = np.array([{"alpha_background": 0.13, "beta_flux": 0.07, "delta_ar37": 1.0}[n] for n in names])

    def chi2(z):
        return chi2_written_out(model, {"nu_e": fixed, **dict(zip(names, z * sizes, strict=True))})

    bounds = [(-1 / s, None) for s in sizes]
    start = np.full(len(names), -0.1)
    found = minimize(chi2, start, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-15, "gtol": 1e-9})
    return found.fun, dict(zip(names, found.x * sizes, strict=True))


@pytest.mark.parametrize("which", ["lz_model", slow("joint_model")])
def test_limits_agree_with_scipy_written_out(which, request):
    model = request.getfixturevalue(which)
    profile = profile_likelihood(model)
    least, nuisances = by_hand(model, 0.0)
    upper = brentq(lambda m: by_hand(model, m)[0] - least - profile.threshold, 3.0, 40.0, xtol=1e-5)
    assert profile.at_boundary  # the next line checks that zero is the minimum, not only an edge
    assert by_hand(model, 2.0)[0] > least
    assert profile.chi2_min == pytest.approx(least, abs=1e-6)
    assert profile.upper == pytest.approx(upper, rel=1e-5)
    for name, value in nuisances.items():
        assert profile.nuisances[name] == pytest.approx(value, abs=1e-4)


def test_a_nuisance_on_its_edge_stays_there(lz):
    """No events where the argon is: its scale 1 + delta would turn negative and stops at zero."""
    argon = lz.components["ar37"] / lz.components["ar37"].max() > 1e-3
    model = models.magnetic_moment([lz.with_counts(np.where(argon, 0.0, lz.counts))], free="nu_e")
    likelihood = Likelihood(model)
    fit = minimise_many(likelihood, np.array([[5.0, 0.0, 0.0, 0.5]]), np.array([1, 2, 3]))
    assert fit.converged[0]
    assert fit.x[0, likelihood.names.index("delta_ar37")] == -1.0
    assert fit.chi2[0] == pytest.approx(by_hand(model, 5.0)[0], abs=1e-6)


def test_the_prior_changes_no_number_of_the_profile(xenonnt, xenonnt_model):
    plain = profile_likelihood(xenonnt_model)
    for prior in (FlatStrength(), HalfNormal(lower=0, upper=5, scale=0.5)):
        other = profile_likelihood(models.magnetic_moment([xenonnt], prior=prior))
        assert other.upper == pytest.approx(plain.upper, rel=1e-9)
        assert other.upper_one_sided == pytest.approx(plain.upper_one_sided, rel=1e-9)
        assert other.chi2_min == pytest.approx(plain.chi2_min, rel=1e-12)
        np.testing.assert_allclose(other.delta_chi2, plain.delta_chi2, atol=1e-8)


def test_a_region_splits_where_a_barrier_exceeds_the_threshold(xenonnt):
    """<r_e^2> of XENONnT has two minima, with a barrier of 2.698 between them (physics.md, section 6)."""
    model = models.charge_radius([xenonnt], "nu_e")
    split = profile_likelihood(model, "nu_e", delta_chi2=2.69).pieces
    assert len(split) == 2
    assert len(profile_likelihood(model, "nu_e").pieces) == 1
    profile = profile_likelihood(model, "nu_e", values=np.linspace(split[0][1], split[1][0], 41))
    assert profile.delta_chi2.max() == pytest.approx(2.698, abs=2e-3)
    barrier = float(profile.delta_chi2.max())
    assert len(profile_likelihood(model, "nu_e", delta_chi2=barrier - 1e-6).pieces) == 2
    # edges of the pieces are where the curve crosses
    inside = profile_likelihood(model, "nu_e", values=np.ravel(split)).delta_chi2
    np.testing.assert_allclose(inside, 2.69, atol=1e-6)


def test_a_chain_is_searched_as_far_as_its_templates_would_be(xenonnt):
    from bayes_enues import ChargeRadius
    from bayes_enues.fit.setup import ask

    templates = ask(ChargeRadius(), [xenonnt], ["nu_e", "nu_mu"])
    chain = ask(ChargeRadius(), [xenonnt], ["nu_e", "nu_mu"], "chain")
    for name in ("nu_e", "nu_mu"):
        np.testing.assert_allclose(chain.strengths(name), templates.strengths(name), rtol=1e-9)


def test_the_curve_is_what_fits_at_each_value_give(xenonnt_model):
    values = np.array([0.0, 3.0, 9.0, 14.0])
    profile = profile_likelihood(xenonnt_model, values=values)
    least = by_hand(xenonnt_model, 0.0)[0]
    expected = [by_hand(xenonnt_model, v)[0] - least for v in values]
    np.testing.assert_allclose(profile.delta_chi2, expected, atol=1e-6)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"parameter": "nu_x"}, "no parameter 'nu_x'; the choices are"),
        ({"values": [-1.0]}, "cannot lie below 0"),
        ({"level": 90}, "between 0 and 1"),
        ({"delta_chi2": -1.0}, "delta_chi2"),
    ],
    ids=str,
)
def test_a_bad_request_is_refused(xenonnt_model, options, words):
    with pytest.raises(ValueError, match=words):
        profile_likelihood(xenonnt_model, **options)
