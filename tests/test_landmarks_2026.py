"""Interactions beyond the paper's against landmarks of brute-force calculations: LZ WS2024 and all of xenon.

Limits at Delta chi^2 = 2.7055, tolerance 0.5 %; the same for XENONnT is in test_new_interactions.py.
"""

import numpy as np
import pytest
from marks import slow
from numpy.testing import assert_allclose

import bayes_enues as be
from bayes_enues.fit.minimise import profile_many
from bayes_enues.interactions.mediators import GAUGE_CHARGES
from bayes_enues.models import counting_model

LZ, RUN_1 = "lz_ws2024", "pandax4t_run1"
XENON = ["xenonnt_sr0", "lz_ws2022_wide", LZ, RUN_1, "pandax4t_run0", "xenon1t_sr1:tritium"]


def profile(interaction, experiments, free, **options):
    at = [interaction.starting_value()]  # no curve is needed
    return be.profile_likelihood(counting_model(interaction, experiments, free), values=at, **options)


@pytest.mark.parametrize(
    ("interaction", "free", "expected"),
    [
        (be.ElectronNSI(), "universal", (-1.660, 0.631)),
        (be.ElectronNSI(chirality="L"), "ee", (-1.895, 0.454)),
        (be.ElectronNSI(chirality="R"), "ee", (-1.176, 0.807)),
        (be.ElectronNSI(), "emu", (-1.157, 1.261)),
        (be.HeavyVector(), "coupling_over_mass", (0, 4.561)),
        (be.HeavyAxialVector(), "coupling_over_mass", (0, 5.416)),
        (be.HeavyScalar(), "coupling_over_mass", (0, 6.98)),
        (be.HeavyPseudoscalar(), "coupling_over_mass", (0, 19.08)),
        (be.HeavyTensor(), "coupling_over_mass", (0, 2.421)),
        (be.SterileDipole(mass=1.0), "universal", (0, 10.71)),
        (be.SterileDipole(mass=10.0), "universal", (0, 10.72)),
        (be.SterileDipole(mass=100.0), "universal", (0, 12.90)),
        (be.SterileDipole(mass=300.0), "universal", (0, 75.5)),
        (be.LightVector(mass=1.0, charges="b_minus_l"), "coupling", (0, 16.99e-8)),
        (be.LightVector(mass=1.0, charges="b_minus_3l_e"), "coupling", (0, 6.192e-8)),
    ],
    ids=lambda v: v.name if isinstance(v, be.Interaction) else str(v),
)
def test_limits_from_lz_ws2024_are_the_landmarks(interaction, free, expected):
    assert_allclose(profile(interaction, [LZ], free).pieces, [expected], rtol=5e-3)


def test_the_weak_mixing_angle_from_lz_ws2024_is_the_landmark():
    found = profile(be.WeakMixingAngle(), [LZ], "sin2_theta_w", delta_chi2=1.0)
    assert found.best_fit == pytest.approx(-0.291, abs=0.001)
    assert_allclose(found.pieces, [(-0.495, 0.458)], atol=0.001)


def test_chi2_of_neutral_current_couplings_from_lz_ws2024_is_the_landmark():
    fit = be.Fit(counting_model(be.NeutralCurrentCouplings(), [LZ], ["g_v", "g_a"]))
    points = [(0.0, 0.0), (-0.5, 0.5), fit.question.standard_model]
    assert_allclose(profile_many(fit, [0, 1], np.array(points)).chi2, [12.577, 14.612, 12.218], atol=0.02)


def test_the_landmark_named_of_nu_e_is_of_all_flavours():
    """physics-2.md calls 21.656, 34.520 chi^2 of "g_V, g_A of nu_e"; they are of the neutral current of all.

    By its words, with the couplings of nu_e, W exchange included, at (0, 0) and (-1/2, 1/2): 22.67, 18.83.
    """
    fit = be.Fit(counting_model(be.NeutralCurrentCouplings(of="nu_e"), ["xenonnt_sr0"], ["g_v", "g_a"]))
    points = np.array([(0.0, 0.0), (-0.5, 0.5)]) - 1  # less W exchange
    assert_allclose(profile_many(fit, [0, 1], points).chi2, [22.67, 18.83], atol=0.02)


@pytest.mark.parametrize(("free", "shift"), [("nu_mu", 1.045), ("nu_tau", 0.97)])
def test_limits_of_one_flavour_by_the_density_matrix_are_the_landmarks(free, shift):
    """4.5 % weaker for nu_mu, 3 % stronger for nu_tau than by (1 - P_ee) cos^2 theta23."""
    paper, exact = (
        profile(be.MagneticMoment(flavours=flavours), ["xenonnt_sr0"], free).upper
        for flavours in ("paper", "density_matrix")
    )
    assert exact / paper == pytest.approx(shift, abs=2e-3)


def test_borexino_s_limits_on_transition_moments_follow_from_its_effective_moment():
    """Eq. 6 of arXiv:2208.06415 makes 2.83, 3.41, 4.75 (published: 2.8, 3.4, 5.0) of 2.8e-11 mu_B."""
    weak, of_all = be.StandardModel(), be.MagneticMoment().with_values(universal=28.0)

    def excess(interaction):
        return interaction.cross_section("nu_e", 420.0, 2.0) - weak.cross_section("nu_e", 420.0, 2.0)

    found = [np.sqrt(excess(of_all) / excess(be.TransitionMoment(**{f"lambda_{i}": 1.0}))) for i in (3, 2, 1)]
    assert_allclose(found, [28.3, 34.1, 47.5], rtol=2e-3)


def test_charges_of_gauge_symmetries_are_those_of_the_landmarks():
    """Of nu_e, nu_mu, nu_tau and the electron; None where the charge that loops give must be given."""
    expected = {
        "l_e_plus_2l_mu_plus_2l_tau": ((1, 2, 2), 1),
        "b_minus_3l_e": ((-3, 0, 0), -3),
        "b_minus_3l_mu": ((0, -3, 0), None),
        "b_minus_3l_tau": ((0, 0, -3), None),
        "b_minus_three_halves_l_mu_plus_l_tau": ((0, -1.5, -1.5), None),
        "b_minus_2l_e_minus_l_mu": ((-2, -1, 0), -2),
        "b_minus_l_e_minus_2l_tau": ((-1, 0, -2), -1),
        "l_e_minus_half_l_mu_plus_l_tau": ((1, -0.5, -0.5), 1),
    }
    assert {name: GAUGE_CHARGES[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("experiments", "best", "expected"),
    [
        slow([LZ], 1.036, (0.236, 1.837)),
        slow([RUN_1], 1.91, (0.63, 3.19)),
        (XENON, 0.820, (0.551, 1.090)),
    ],
    ids=["lz_ws2024", "pandax4t_run1", "all"],
)
def test_the_flux_of_pp_neutrinos_is_the_landmark(experiments, best, expected):
    """In units of the solar model's, Delta chi^2 = 1, without the nuisance of the flux; all six together."""
    found = profile(be.SolarFlux(), experiments, "pp", delta_chi2=1.0)
    assert found.best_fit == pytest.approx(best, abs=0.005)
    assert_allclose(found.pieces, [expected], atol=0.005)
