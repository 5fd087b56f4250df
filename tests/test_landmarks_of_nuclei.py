"""Limits from nuclear recoils: numbers of ``physics-2.md``, section 3, computed apart from this project.

Deviances agree to 0.05, limits to 1 %, those of millicharges to 2 %; ``exact`` has the morph of the released
tables of light and charge yields, ``scales`` two scales of the signal instead.
"""

from functools import cache

import numpy as np
import pytest
from marks import slow
from numpy.testing import assert_allclose

import bayes_enues as be
from bayes_enues import models
from bayes_enues.fit.chi2 import Likelihood
from bayes_enues.signal.flux import total_fluxes

LIMIT = 1e-2
ONE_SIGMA, TWO_SIDED = 1.0, 2.7055
COLUMNS = {"exact": "xenonnt_nr", "scales": "xenonnt_nr:two_scales"}


@cache
def fit_of(experiment, model, **given):
    return be.Fit(getattr(models, model)(experiment.split("+"), **given))


def pieces(experiment, model, delta_chi2=TWO_SIDED, **given):
    profile = fit_of(experiment, model, **given).profile(delta_chi2=delta_chi2)
    return profile, np.array(profile.pieces)


def check(found, expected, tolerance=LIMIT):
    assert len(found) == len(expected)
    for (low, high), (wanted_low, wanted_high) in zip(found, expected, strict=True):
        assert_allclose([low, high], [wanted_low, wanted_high], rtol=tolerance)


@pytest.mark.parametrize(("column", "chi2"), [("exact", 177.004), slow("scales", 177.030)])
def test_the_deviance_at_the_standard_model_before_and_after_the_fit(column, chi2):
    fit = fit_of(COLUMNS[column], "magnetic_moment", free="nu_e")
    assert fit.full(np.zeros(len(fit.names)))[0] == pytest.approx(177.125, abs=0.05)
    assert fit.profile().chi2_min == pytest.approx(chi2, abs=0.05)


@pytest.mark.parametrize(
    ("experiment", "best", "low", "high"),
    [
        ("xenonnt_nr", 5.11, 2.91, 8.76),
        slow("xenonnt_nr:two_scales", 5.25, 2.95, 9.04),
        slow("xenonnt_nr:sr0_sr1", 6.13, 3.19, 11.0),
        slow("xenonnt_nr:sr2", 4.14, 1.61, 8.25),
    ],
)
def test_the_flux_of_8b_is_measured(experiment, best, low, high):
    flux = total_fluxes("baxter2021")["8B"] / 1e6
    profile, found = pieces(experiment, "solar_flux", ONE_SIGMA, free="b8")
    assert "flux_8B" not in profile.nuisances
    assert_allclose(np.array([profile.best_fit, *found[0]]) * flux, [best, low, high], rtol=LIMIT)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("runs", "best", "low", "high"), [(["sr0", "sr1"], 6.24, 3.22, 11.2), (["sr2"], 4.17, 1.61, 8.41)]
)
def test_the_flux_of_8b_from_parts_of_the_runs_with_two_scales(runs, best, low, high):
    part = be.load_experiment("xenonnt_nr:two_scales", {"bins": {"fit_runs": runs}}, as_name="part")
    profile = be.Fit(models.solar_flux([part], free="b8")).profile(delta_chi2=ONE_SIGMA)
    flux = total_fluxes("baxter2021")["8B"] / 1e6
    found = np.array([profile.best_fit, *profile.pieces[0]]) * flux
    assert_allclose(found, [best, low, high], rtol=LIMIT)


@pytest.mark.parametrize(
    ("column", "best", "one_sigma", "ninety"),
    [
        ("exact", 0.234, (0.151, 0.338), (0.102, 0.423)),
        slow("scales", 0.238, (0.153, 0.346), (0.103, 0.435)),
    ],
)
def test_the_weak_mixing_angle_is_measured_from_zero_upwards(column, best, one_sigma, ninety):
    profile, found = pieces(COLUMNS[column], "weak_mixing_angle", ONE_SIGMA)
    assert profile.best_fit == pytest.approx(best, rel=LIMIT)
    check(found, [one_sigma])
    check(pieces(COLUMNS[column], "weak_mixing_angle")[1], [ninety])
    assert fit_of(COLUMNS[column], "weak_mixing_angle").lower[0] == 0.0
    assert Likelihood(models.weak_mixing_angle(["xenonnt_sr0"])).lower[0] == -np.inf


@pytest.mark.parametrize(
    ("column", "limits", "one_sided"),
    [("exact", (2177, 2339, 2015, 1250), 1037), slow("scales", (2267, 2436, 2099, 1302), 1078)],
)
def test_magnetic_moments(column, limits, one_sided):
    for free, expected in zip(("nu_e", "nu_mu", "nu_tau", "universal"), limits, strict=True):
        profile, found = pieces(COLUMNS[column], "magnetic_moment", free=free)
        check(found, [(0.0, expected)])
    assert profile.upper_one_sided == pytest.approx(one_sided, rel=LIMIT)


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("exact", [(-1.55e5, 0.96e5), (5.31e5, 10.14e5)]),
        slow("scales", [(-1.64e5, 0.96e5), (5.71e5, 9.62e5)]),
    ],
)
def test_a_millicharge_has_a_second_region(column, expected):
    check(pieces(COLUMNS[column], "millicharge", free="universal")[1], expected, tolerance=0.02)


@pytest.mark.parametrize(
    ("column", "free", "expected"),
    [
        ("exact", "nu_e", [(-94.9, 36.7)]),
        slow("exact", "nu_mu", [(-98.6, 40.4)]),
        slow("exact", "nu_tau", [(-90.8, 32.6)]),
        ("exact", "universal", [(-73.7, -46.8), (-11.5, 15.5)]),
        slow("scales", "nu_e", [(-96.9, 38.7)]),
        slow("scales", "nu_mu", [(-100.8, 42.6)]),
        slow("scales", "nu_tau", [(-92.6, 34.4)]),
        slow("scales", "universal", [(-74.7, -46.9), (-11.4, 16.5)]),
    ],
)
def test_charge_radii(column, free, expected):
    check(pieces(COLUMNS[column], "charge_radius", free=free)[1], expected)


@pytest.mark.parametrize(
    ("column", "free", "expected"),
    [
        ("exact", "u_ee", (-0.254, 0.658)),
        slow("exact", "d_ee", (-0.226, 0.584)),
        slow("scales", "u_ee", (-0.268, 0.672)),
        slow("scales", "d_ee", (-0.238, 0.597)),
    ],
)
def test_non_standard_interactions_of_quarks(column, free, expected):
    check(pieces(COLUMNS[column], "quark_nsi", free=free)[1], [expected])


@pytest.mark.parametrize(
    ("mass", "vector", "second", "b_minus_l", "mu_minus_tau", "scalar"),
    [
        slow(1.0, 1.100e-5, (2.584e-5, 3.572e-5), 3.065e-5, 1.105e-3, 7.75e-6),
        slow(1e3, 1.103e-5, (2.590e-5, 3.578e-5), 3.070e-5, 1.107e-3, 7.76e-6),
        (1e4, 1.361e-5, (3.132e-5, 4.142e-5), 3.479e-5, 1.262e-3, 8.70e-6),
        slow(1e5, 7.93e-5, (16.15e-5, 20.28e-5), 1.613e-4, 5.89e-3, 3.86e-5),
        slow(1e6, 7.85e-4, (15.87e-4, 19.92e-4), 1.581e-3, 5.78e-2, 3.77e-4),
    ],
)
def test_mediators_up_to_1_gev(mass, vector, second, b_minus_l, mu_minus_tau, scalar):
    def found(model, **given):
        return pieces("xenonnt_nr", model, mass=mass, **given)[1]

    check(found("light_vector", normalisation="left_handed"), [(0.0, vector), second])
    check(found("light_vector", charges="b_minus_l"), [(0.0, b_minus_l)])
    loops = {"charges": "l_mu_minus_l_tau", "electron_charge": -0.00437}
    check(found("light_vector", **loops), [(0.0, mu_minus_tau)])
    check(found("light_scalar"), [(0.0, scalar)])


def test_another_coupling_of_a_scalar_to_nucleons_weakens_its_limits_by_nine_percent(monkeypatch, xenonnt_nr):
    """14 A + 1.1 Z, as some papers have it: what is added goes like g^4 and the square of this charge."""

    def added():
        scalar = be.LightScalar(coupling=8.7e-6, mass=1e4)
        counts = [be.signal_counts(xenonnt_nr, i).sum() for i in (scalar, be.StandardModel())]
        return counts[0] - counts[1]

    ours = added()
    monkeypatch.setattr("bayes_enues.interactions.light_scalar.SCALAR_NUCLEONS", (14.0 + 1.1, 14.0))
    assert (ours / added()) ** 0.25 == pytest.approx(1.09, abs=0.005)


@pytest.mark.parametrize(("mass", "excess"), [slow(1.0, 1.54), (1e4, 1.26), slow(1e5, 0.07)])
def test_the_best_fit_of_a_universal_vector_lies_in_the_second_region(mass, excess):
    fit = fit_of("xenonnt_nr", "light_vector", mass=mass, normalisation="left_handed")
    profile = fit.profile(values=[0.0])
    assert profile.pieces[1][0] < profile.best_fit < profile.pieces[1][1]
    assert profile.delta_chi2[0] == pytest.approx(excess, abs=0.01)


def test_both_normalisations_of_a_vector_differ_by_the_square_root_of_two_in_this_channel_too():
    ends = [
        pieces("xenonnt_nr", "light_vector", mass=1e4, normalisation=n)[1][0][1]
        for n in ("as_printed", "left_handed")
    ]
    assert ends[0] / ends[1] == pytest.approx(2**0.5, rel=1e-6)


@pytest.mark.parametrize(
    ("experiment", "mass", "expected"),
    [
        ("xenonnt_sr0", 1e4, [(0.0, 1.951e-5)]),
        ("xenonnt_nr+xenonnt_sr0", 1e4, [(0.0, 1.417e-5)]),
        slow("xenonnt_nr+xenonnt_sr0", 1e5, [(0.0, 7.83e-5), (16.78e-5, 18.77e-5)]),
        slow("xenonnt_nr+xenonnt_sr0", 1.0, [(0.0, 1.190e-7)]),
    ],
)
def test_one_vector_in_both_channels(experiment, mass, expected):
    check(pieces(experiment, "light_vector", mass=mass, normalisation="left_handed")[1], expected)


@pytest.mark.parametrize(
    ("experiment", "free", "expected"),
    [
        ("xenonnt_sr0", "universal", [(-52.0, 8.8)]),
        ("xenonnt_nr+xenonnt_sr0", "universal", [(-11.8, 7.4)]),
        slow("xenonnt_nr+xenonnt_sr0", "nu_mu", [(-48.6, 33.6)]),
        slow("xenonnt_nr+xenonnt_sr0", "nu_e", [(-86.9, -47.6), (-32.5, 8.9)]),
    ],
)
def test_one_charge_radius_in_both_channels(experiment, free, expected):
    check(pieces(experiment, "charge_radius", free=free)[1], expected)


@pytest.mark.parametrize("model", ["magnetic_moment", slow("millicharge")])
def test_nuclei_add_nothing_to_moments_and_charges(model):
    alone, joint = (pieces(e, model, free="nu_e")[1] for e in ("xenonnt_sr0", "xenonnt_nr+xenonnt_sr0"))
    assert_allclose(joint, alone, rtol=1e-3)
