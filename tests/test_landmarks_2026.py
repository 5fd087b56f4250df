"""Interactions beyond the paper's against landmarks of brute-force calculations: LZ WS2024 and all of xenon.

Limits at Delta chi^2 = 2.7055, tolerance 0.5 %; the same for XENONnT is in test_new_interactions.py.
"""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import bayes_enues as be
from bayes_enues.fit.minimise import profile_many
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


@pytest.mark.parametrize(
    ("experiments", "best", "expected"),
    [
        ([LZ], 1.036, (0.236, 1.837)),
        ([RUN_1], 1.91, (0.63, 3.19)),
        (XENON, 0.820, (0.551, 1.090)),
    ],
    ids=["lz_ws2024", "pandax4t_run1", "all"],
)
def test_the_flux_of_pp_neutrinos_is_the_landmark(experiments, best, expected):
    """In units of the solar model's, Delta chi^2 = 1, without the nuisance of the flux; all six together."""
    found = profile(be.SolarFlux(), experiments, "pp", delta_chi2=1.0)
    assert found.best_fit == pytest.approx(best, abs=0.005)
    assert_allclose(found.pieces, [expected], atol=0.005)
