"""What a user adds to a model acts in profile, quadrature and posterior alike, or is refused in one line."""

import copy
import threading
from dataclasses import dataclass

import numpy as np
import pymc as pm
import pytest
from scipy.optimize import brentq, minimize_scalar

import bayes_enues as be


def external(model):
    """Another measurement of the flux: 5 % above the model's, known to 3 %."""
    with model:
        pm.Potential("external", -0.5 * ((model["beta_flux"] - 0.05) / 0.03) ** 2)


@pytest.mark.slow
def test_a_potential_acts_in_profile_and_quadrature_alike(xenonnt, xenonnt_model):
    """chi^2 by hand: that of the plain model, and the square of the potential's pull."""
    plain = be.Fit(xenonnt_model)
    model = be.models.magnetic_moment([xenonnt], free="nu_e", prior=be.Flat(0, 20))
    be.profile_likelihood(model)  # what was computed before must not matter
    external(model)

    def profiled(moment):
        def chi2(beta):
            return plain.full(np.array([moment, beta]))[0] + ((beta - 0.05) / 0.03) ** 2

        return minimize_scalar(chi2, bounds=(-0.5, 0.5), options={"xatol": 1e-10}).fun

    upper = brentq(lambda moment: profiled(moment) - profiled(0.0) - 2.705543, 5.0, 12.0)
    profile = be.profile_likelihood(model)
    assert profile.upper == pytest.approx(upper, rel=1e-5)
    assert profile.upper == pytest.approx(8.31, abs=0.01)  # shared case potential_added_to_model
    assert profile.nuisances["beta_flux"] == pytest.approx(0.0403, abs=1e-3)
    beta, moments = np.linspace(-0.4, 0.4, 401), np.linspace(0, 20, 201)
    grid = np.stack(np.meshgrid(moments, beta, indexing="ij"), -1).reshape(-1, 2)
    chi2 = plain.batch(grid) + ((grid[:, 1] - 0.05) / 0.03) ** 2
    weight = np.exp(-0.5 * (chi2 - chi2.min())).reshape(201, 401).sum(axis=1)
    below = np.cumsum(weight) - 0.5 * (weight + weight[0])
    quantile = np.interp(0.9, below / below[-1], moments)
    assert be.marginal_density(model).quantile(0.9) == pytest.approx(quantile, rel=2e-3)


@pytest.mark.slow
def test_an_observation_a_variable_and_a_potential_give_the_posterior_the_same(xenonnt):
    model = be.models.magnetic_moment([xenonnt], free="nu_e", prior=be.Flat(0, 20))
    with model:
        extra = pm.HalfNormal("extra", 1.0)
        pm.Normal("aux", model["beta_flux"] + 0.01 * extra, 0.03, observed=0.05)
    limit = be.limits(model, draws=2000)
    assert limit.posterior.converged  # so draws and quadrature agree within five errors
    assert limit.profile.nuisances["extra"] >= 0  # the edge of a half-normal
    assert be.Fit(model).names == ["nu_e", "beta_flux", "extra"]


@pytest.mark.parametrize(
    ("add", "words"),
    [
        (lambda: pm.Normal("several", 0, 1, shape=3), r"no single numbers, \['several'\]"),
        (lambda: pm.Gamma("waiting", 2, 1, observed=1.0), "waiting is neither Poisson nor Gaussian"),
    ],
    ids=["a vector", "a Gamma"],
)
def test_what_cannot_be_profiled_is_refused_in_one_line(xenonnt, add, words):
    model = be.models.magnetic_moment([xenonnt], free="nu_e", prior=be.Flat(0, 20))
    with model:
        add()
    with pytest.raises(be.InputError, match=words):
        be.profile_likelihood(model)


def test_a_copy_says_how_to_give_its_question_back(xenonnt_model):
    other = copy.deepcopy(xenonnt_model)
    with pytest.raises(be.InputError, match=r"copy\.question = original\.question"):
        be.profile_likelihood(other)


@pytest.mark.slow
def test_a_copy_with_its_question_gives_the_same_and_one_without_nuisance_a_stronger_limit(
    xenonnt_model,
):
    other = copy.deepcopy(xenonnt_model)
    other.question = xenonnt_model.question
    ours = be.profile_likelihood(xenonnt_model)
    assert be.profile_likelihood(other).upper == pytest.approx(ours.upper, rel=1e-9)
    fixed = pm.do(xenonnt_model, {"beta_flux": 0.0})
    fixed.question = xenonnt_model.question
    plain = be.Fit(xenonnt_model)
    upper = brentq(lambda x: plain.full(np.array([x, 0.0]))[0] - plain.full(np.zeros(2))[0] - 2.705543, 5, 12)
    assert be.profile_likelihood(fixed).upper == pytest.approx(upper, rel=1e-6)


def test_any_nuisance_is_profiled_on_both_sides_with_its_own_unit(lz_model):
    """37Ar: its best fit, below the nominal scale, is that of the fit of everything (shared case)."""
    everything = be.profile_likelihood(lz_model)
    profile = be.profile_likelihood(lz_model, "delta_ar37")
    assert profile.best_fit == pytest.approx(everything.nuisances["delta_ar37"], abs=1e-5)
    assert profile.chi2_min == pytest.approx(everything.chi2_min, abs=1e-8)
    assert profile.lower < profile.best_fit < profile.upper
    assert (profile.unit, profile.upper_one_sided) == ("", None)


def test_the_profile_of_a_nuisance_ends_where_its_scale_would_turn_negative(lz):
    """With no argon at all the lower end is minus one, whatever Delta chi^2 is there."""
    line = lz.components["ar37"] > 1e-3 * lz.components["ar37"].max()
    without = lz.with_counts(np.where(line, 0, lz.counts))
    profile = be.profile_likelihood(be.models.magnetic_moment([without]), "delta_ar37")
    assert profile.lower == -1.0
    assert profile.at_boundary


@pytest.mark.slow
def test_threads_that_meet_a_structure_for_the_first_time_get_the_right_numbers():
    found = {}

    def ask(free):
        model = be.models.magnetic_moment(["xenonnt_sr0:poisson"], free=free)
        exact = be.marginal_density(model).quantile(0.9)
        draws = be.sample_posterior(model, 1000, groups=False)["posterior"][free].values
        found[free] = np.quantile(draws, 0.9) / exact

    threads = [threading.Thread(target=ask, args=(free,)) for free in ("nu_e", "nu_mu", "nu_tau")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found.keys() == {"nu_e", "nu_mu", "nu_tau"}
    assert list(found.values()) == pytest.approx([1.0] * 3, abs=0.05)


def test_a_parameter_called_as_a_nuisance_is_refused_by_name(xenonnt):
    @dataclass(frozen=True)
    class Flux(be.interactions.Interaction):
        beta_flux: float = 0.0
        power = 1

        def cross_section(self, flavour, e_nu, e_er):
            return (1 + self.beta_flux) * be.StandardModel().cross_section(flavour, e_nu, e_er)

    with pytest.raises(be.InputError, match=r"beta_flux is a free parameter .* a nuisance of xenonnt_sr0"):
        be.models.counting_model(Flux(), [xenonnt], free="beta_flux")
