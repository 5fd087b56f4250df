"""Solar fluxes and the integral over neutrino energy: two nodes against moments by hand and a fine grid."""

from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad

from bayes_enues import StandardModel, recoil_rate
from bayes_enues.constants import ELECTRON_MASS
from bayes_enues.signal.flux import (
    SOURCES,
    Sun,
    fine_nodes,
    flux_moments,
    minimum_energy,
    total_fluxes,
    two_nodes,
)
from bayes_enues.signal.oscillation import load_mixing, mass_state_probabilities, survival_probability
from bayes_enues.tables import packaged, read_table

E_ER = np.array([0.05, 0.5, 2.0, 10.0, 40.0, 200.0, 400.0])


def test_the_threshold_is_where_the_electron_goes_straight_ahead():
    e_nu = minimum_energy(E_ER)
    np.testing.assert_allclose(2 * e_nu**2 / (ELECTRON_MASS + 2 * e_nu), E_ER, rtol=1e-12)


def weighted(x, e, density, smooth, p_table, k):
    return np.interp(x, e, density) * np.interp(np.log(x), smooth, p_table) / x**k


def test_moments_of_nu_e_agree_with_scipy_written_out():
    """sum over sources of int dPhi P_ee E^-k, by scipy.integrate.quad."""
    mixing, fluxes = load_mixing(), total_fluxes("baxter2021")
    e_min = float(minimum_energy(np.array([2.0]))[0])
    expected = np.zeros(3)
    lines = read_table(packaged("solar", "lines.csv"), needed=("e_nu_MeV", "branching"), text=("source",))
    for source, e_mev, share in zip(lines["source"], lines["e_nu_MeV"], lines["branching"], strict=True):
        e = 1e3 * e_mev
        p_ee = float(survival_probability(e, source, mixing))
        expected += (e > e_min) * fluxes[source] * share * p_ee / e ** np.arange(3)
    for source in set(fluxes) - set(lines["source"].tolist()):
        table = read_table(packaged("solar", f"spectrum_{source}.csv"))
        e, density = 1e3 * table["e_nu_MeV"], table["density_per_MeV"]
        norm = np.trapezoid(density, e)
        smooth = np.linspace(np.log(e[0]), np.log(e[-1]), 400)
        p_table = survival_probability(np.exp(smooth), source, mixing)
        knots = np.concatenate([[e_min], e[e > e_min]])[:: max(1, e.size // 60)]
        if knots[-1] < e[-1]:
            knots = np.append(knots, e[-1])
        for k in range(3):
            integrand = partial(weighted, e=e, density=density, smooth=smooth, p_table=p_table, k=k)
            pieces = [quad(integrand, a, b, limit=400, epsabs=0, epsrel=1e-5)[0] for a, b in pairwise(knots)]
            expected[k] += fluxes[source] * sum(pieces) / norm
    np.testing.assert_allclose(flux_moments(np.array([2.0]))[0, :, 0], expected, rtol=2e-5)


def test_two_nodes_carry_the_three_moments():
    e_nu, weights = two_nodes(E_ER)
    moments = np.stack([(weights / e_nu**k).sum(axis=1) for k in range(3)], axis=1)
    np.testing.assert_allclose(moments, flux_moments(E_ER), rtol=1e-9)


@pytest.mark.parametrize("power", [0, 1, 2])
def test_two_nodes_equal_the_fine_grid(power):
    e_nu, weights = two_nodes(E_ER)
    fine_e, fine_weights = fine_nodes(E_ER)
    exact = (weights / e_nu**power).sum(axis=1)
    fine = (fine_weights / fine_e**power).sum(axis=1)
    np.testing.assert_allclose(exact, fine, rtol=1e-6)


def test_above_the_end_of_the_flux_the_weights_are_zero_and_nothing_is_infinite():
    e_nu, weights = two_nodes(np.array([30_000.0]))
    assert np.all(weights == 0)
    assert np.all(np.isfinite(e_nu))
    assert np.all(e_nu > 0)


def test_all_neutrinos_count_at_the_lowest_recoil():
    """Zeroth moments of the three flavours together are the total flux of the eight sources."""
    moments = flux_moments(np.array([1e-9]))
    lines = read_table(packaged("solar", "lines.csv"), needed=("branching",), text=("source",))
    fluxes = total_fluxes("baxter2021")
    share = dict.fromkeys(fluxes, 1.0)
    for source in set(lines["source"].tolist()):
        share[source] = lines["branching"][lines["source"] == source].sum()
    assert moments[:, 0, 0].sum() == pytest.approx(sum(fluxes[s] * share[s] for s in fluxes), rel=1e-6)
    assert len(fluxes) == 8


@pytest.mark.parametrize("wrong", [{"fluxes": "x"}, {"oscillation": "x"}, {"profile": "x"}])
def test_an_unknown_input_lists_the_choices(wrong):
    with pytest.raises(ValueError, match="choices are"):
        Sun(**wrong).check()


def test_the_moments_of_all_sources_are_the_sum_of_each_alone():
    parts = sum(flux_moments(E_ER, Sun().only(name)) for name in SOURCES)
    np.testing.assert_allclose(parts, flux_moments(E_ER), rtol=1e-12)
    without = flux_moments(E_ER, Sun().without("be7", "cno"))
    expected = flux_moments(E_ER) - flux_moments(E_ER, Sun().only("be7", "cno"))
    np.testing.assert_allclose(without, expected, rtol=1e-9)


def test_a_flux_is_scaled_by_the_name_of_its_source():
    """XENONnT's recoils: 91.2 % pp, 7.8 % 7Be, 0.2 % pep, 0.8 % CNO of its counts."""
    e_er = np.linspace(1, 30, 100)
    whole = recoil_rate(StandardModel(), e_er)
    shares = {n: (recoil_rate(StandardModel(), e_er, Sun().only(n)) / whole).mean() for n in SOURCES}
    np.testing.assert_allclose(
        [shares[n] for n in ("pp", "be7", "pep", "cno")], [0.912, 0.078, 0.002, 0.008], atol=2e-3
    )
    doubled = recoil_rate(StandardModel(), e_er, Sun(scales={"be7": 2.0}))
    np.testing.assert_allclose((doubled / whole).mean(), 1 + shares["be7"], rtol=1e-9)
    assert Sun(scales={"pp": 0.5}).only("pp", "be7").factor("pp") == 0.5


def test_a_threshold_of_its_own_replaces_the_kinematic_one():
    """Above 400 keV pp neutrinos are nearly gone: two nodes equal the fine grid there, too."""
    above = np.full(E_ER.size, 400.0)
    e_nu, weights = two_nodes(E_ER, e_min=above)
    fine, fine_weights = fine_nodes(E_ER, e_min=above)
    for power in range(3):
        expected = (fine_weights / fine**power).sum(axis=1)
        np.testing.assert_allclose((weights / e_nu**power).sum(axis=1), expected, rtol=1e-9)
        np.testing.assert_allclose(expected, expected[:, :1] * np.ones(E_ER.size), rtol=1e-12)


def test_mass_states_share_the_same_flux_as_flavours():
    by_flavour = flux_moments(E_ER).sum(axis=0)
    by_state = flux_moments(E_ER, shares=mass_state_probabilities).sum(axis=0)
    np.testing.assert_allclose(by_state, by_flavour, rtol=1e-12)


@pytest.mark.parametrize(("scales", "words"), [({"iron": 1.0}, "no sources"), ({"pp": -1.0}, "from zero")])
def test_a_flux_that_does_not_exist_is_refused(scales, words):
    with pytest.raises(ValueError, match=words):
        Sun(scales=scales)
