"""Millicharges, charge radii, anapole and transition moments by hand, and every limit of the paper."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import bayes_enues as be
from bayes_enues import models
from bayes_enues.constants import ELECTRON_MASS, FERMI_CONSTANT, SIN2_THETA_W
from bayes_enues.experiments.published import PAPER, published_limits
from bayes_enues.fit import profile_likelihood
from bayes_enues.fit.scan import profile_pieces
from bayes_enues.interactions.base import weak_cross_section
from bayes_enues.interactions.transition_moment import COS2_THETA13, FIRST_STATE
from bayes_enues.signal.oscillation import load_mixing, mass_state_probabilities, survival_probability
from bayes_enues.tables import packaged, read_table

E_NU, E_ER = np.array([150.0, 384.0])[:, None], np.array([1.0, 5.0, 40.0])
SHIFT = np.sqrt(2) * np.pi / 137.035999 / FERMI_CONSTANT  # keV^2


def test_a_charge_radius_shifts_g_v_by_the_number_of_the_literature():
    # physics: 2.38e30 cm^-2 <r^2> for g_V = -1/2 + 2 s_W^2 (+1), Giunti & Studenikin
    expected = weak_cross_section(0.5 + 2 * SIN2_THETA_W + 2.379e30 * 30e-32, 0.5, E_NU, E_ER)
    assert_allclose(be.ChargeRadius(nu_e=30.0).cross_section("nu_e", E_NU, E_ER), expected, rtol=1e-3)


def test_a_millicharge_lowers_g_v_and_more_at_low_energy():
    # physics.md, section 2: g_V - (sqrt2 pi alpha / G_F) q / (m_e E)
    g_v = -0.5 + 2 * SIN2_THETA_W - SHIFT * 4e-13 / (ELECTRON_MASS * E_ER)
    expected = weak_cross_section(g_v, -0.5, E_NU, E_ER)
    assert_allclose(be.Millicharge(nu_mu=4.0).cross_section("nu_mu", E_NU, E_ER), expected, rtol=1e-12)


def test_an_anapole_moment_is_minus_a_sixth_of_a_charge_radius():
    # the definition, a = -<r^2> / 6; not Eq. 7 of the paper, which is off by 36
    anapole = be.AnapoleMoment(nu_tau=-5.0).cross_section("nu_tau", E_NU, E_ER)
    assert_allclose(anapole, be.ChargeRadius(nu_tau=30.0).cross_section("nu_tau", E_NU, E_ER), rtol=1e-14)


@pytest.mark.parametrize("flavour", ["nu_e", "nu_mu", "nu_tau"])
def test_transition_moments_are_one_magnetic_moment_for_every_flavour(flavour):
    # Eq. 6 as the paper writes it
    l1, l2, l3, c2, p = 3.0, 5.0, 7.0, COS2_THETA13, FIRST_STATE
    total = l1**2 + l2**2 + l3**2
    squared = total - c2 * l2**2 + (c2 - 1) * l3**2 + c2 * p * (l2**2 - l1**2)
    moment = be.MagneticMoment().with_values(universal=np.sqrt(squared))
    transition = be.TransitionMoment(l1, l2, l3).cross_section(flavour, E_NU, E_ER)
    assert_allclose(transition, moment.cross_section(flavour, E_NU, E_ER), rtol=1e-13)


def test_theta13_of_the_transition_moments_is_that_of_the_oscillation_table():
    assert_allclose(COS2_THETA13, 1 - load_mixing("deSalas2020").s13sq)


def test_p_of_the_transition_moments_is_the_share_of_the_first_mass_state_of_pp_neutrinos():
    """P = 0.667 by Eq. 6 of the paper; of 8B's neutrinos that are seen it would be ten times less."""
    m = load_mixing()
    table = read_table(packaged("solar", "spectrum_pp.csv"), needed=("e_nu_MeV", "density_per_MeV"))
    e_nu, weight = 1e3 * table["e_nu_MeV"], table["density_per_MeV"]
    first = mass_state_probabilities(survival_probability(e_nu, "pp", m), m)[0] / (1 - m.s13sq)
    average = np.trapezoid(weight * first, e_nu) / np.trapezoid(weight, e_nu)
    assert_allclose(average, FIRST_STATE, atol=1e-3)
    seen = mass_state_probabilities(survival_probability(1.1e4, "8B", m), m)[0] / (1 - m.s13sq)
    assert_allclose(seen, 0.07, atol=0.01)


def limits_of(experiment):
    return [p for p in published_limits() if p.source == PAPER and p.experiment == experiment]


def ours(published, experiment):
    model = getattr(models, published.model)([experiment], published.parameter)
    profile = profile_likelihood(model, published.parameter)
    return [
        (mine, theirs)
        for mine, theirs in ((profile.lower, published.lower), (profile.upper, published.upper))
        if theirs
    ]


@pytest.mark.parametrize("published", limits_of("xenonnt_sr0"), ids=lambda p: f"{p.model}-{p.parameter}")
def test_every_xenonnt_limit_of_the_paper_comes_out_within_three_percent(published, xenonnt):
    # 3 %: the paper prints two digits. Its universal moment, 6.3, contradicts its flavour limits.
    universal = (published.model, published.parameter) == ("magnetic_moment", "universal")
    for mine, theirs in ours(published, xenonnt):
        assert_allclose(mine, 6.55 if universal else theirs, rtol=0.03)


@pytest.mark.parametrize("variant", ["lz_ws2022", "lz_ws2022:low_edge"])
@pytest.mark.parametrize("published", limits_of("lz_ws2022"), ids=lambda p: f"{p.model}-{p.parameter}")
def test_lz_limits_of_the_paper_need_its_unpublished_low_energy_edge(published, variant):
    # physics.md, section 4. Without the edge: radii agree, moments come out 37 %, charges 60 to 75 % weaker
    expected, tolerance = {
        ("charge_radius", "lz_ws2022"): (1.0, 0.03),
        ("charge_radius", "lz_ws2022:low_edge"): (1.0, 0.05),
        ("millicharge", "lz_ws2022"): (1.67, 0.09),
        ("millicharge", "lz_ws2022:low_edge"): (1.0, 0.05),
    }.get((published.model, variant), (1.37, 0.02) if variant == "lz_ws2022" else (1.0, 0.09))
    for mine, theirs in ours(published, be.load_experiment(variant)):
        assert abs(mine / theirs - expected) < tolerance


@pytest.fixture(scope="module")
def radius(xenonnt):
    return models.charge_radius([xenonnt], "nu_e")


def test_the_charge_radius_of_nu_e_has_two_minima_and_a_barrier_of_2_698(radius):
    # physics.md, section 6: one interval by a hair at 2.7055, two pieces just below the barrier
    from bayes_enues.fit.chi2 import Likelihood

    likelihood = Likelihood(radius)
    assert len(profile_pieces(likelihood, "nu_e", 2.7055)) == 1
    # the landmark has four digits, ours is 2.699: both within 0.1 %
    assert len(profile_pieces(likelihood, "nu_e", 2.698 * 1.001)) == 1
    assert len(profile_pieces(likelihood, "nu_e", 2.698 * 0.999)) == 2


def test_the_joint_charge_radius_splits_in_two_pieces(xenonnt, lz):
    profile = profile_likelihood(models.charge_radius([xenonnt, lz], "nu_e"), "nu_e")
    assert_allclose(np.ravel(profile.pieces), [-92.7, -50.1, -35.6, 8.9], atol=0.06)


@pytest.mark.slow
def test_a_signed_bound_lists_its_pieces_and_agrees_with_quadrature(radius):
    limit = be.limits(radius, groups=False)
    posterior = limit.posterior
    assert posterior.kind == "hdi"
    assert posterior.converged
    assert len(posterior.pieces) == 2
    assert posterior.lower == posterior.pieces[0][0]
    assert posterior.upper == posterior.pieces[-1][1]
    assert np.max(np.abs(np.ravel(posterior.pieces) - np.ravel(posterior.exact.pieces))) < 3 * posterior.mcse
    width = sum(b - a for a, b in posterior.pieces)
    assert posterior.mcse <= 0.01 * width
    assert_allclose(posterior.eti, posterior.exact.eti, atol=0.03 * width)
    assert posterior.eti[0] < -80
    assert posterior.eti[1] > 0
    assert limit.profile.pieces[0][0] < -90
