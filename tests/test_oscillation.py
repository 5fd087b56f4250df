"""Flavour of solar neutrinos: the landmarks of two independent calculations, and limits known by hand."""

import numpy as np
import pytest

from bayes_enues.signal.oscillation import (
    Mixing,
    flavour_probabilities,
    load_mixing,
    mass_state_probabilities,
    mixing_matrix,
    survival_probability,
)
from bayes_enues.tables import packaged, read_table


def test_lines_of_beryllium_survive_as_often_as_two_brute_force_codes_say():
    e_nu = 1e3 * np.array([0.3843, 0.8613])
    p_ee = survival_probability(e_nu, "7Be", load_mixing())
    np.testing.assert_allclose(p_ee, [0.5326, 0.5200], atol=1e-4)  # four digits were given


def test_pp_neutrinos_survive_on_average_as_two_brute_force_codes_say():
    table = read_table(packaged("solar", "spectrum_pp.csv"), needed=("e_nu_MeV", "density_per_MeV"))
    e_nu, weight = 1e3 * table["e_nu_MeV"], table["density_per_MeV"]
    p_ee = survival_probability(e_nu, "pp", load_mixing())
    average = np.trapezoid(weight * p_ee, e_nu) / np.trapezoid(weight, e_nu)
    assert average == pytest.approx(0.5371, abs=1e-4)


def test_at_low_energy_only_vacuum_mixing_is_left():
    m = load_mixing()
    c13sq = 1 - m.s13sq
    expected = c13sq**2 * (1 - 2 * m.s12sq * (1 - m.s12sq)) + m.s13sq**2  # cos^4 + sin^4 of theta12
    assert survival_probability(1e-6, "pp", m) == pytest.approx(expected, rel=1e-9)


def test_at_high_energy_matter_leaves_the_heavier_state():
    m = load_mixing()
    c13sq = 1 - m.s13sq
    expected = c13sq**2 * m.s12sq + m.s13sq**2
    assert survival_probability(1e12, "8B", m) == pytest.approx(expected, rel=1e-6)


def test_flavours_add_up_to_one_and_share_by_theta23():
    m = Mixing(s12sq=0.3, s13sq=0.02, s23sq=0.6, dm21=7.5)
    p = flavour_probabilities(np.array([0.3, 0.55]), m)
    np.testing.assert_allclose(p.sum(axis=0), 1, rtol=1e-15)
    np.testing.assert_allclose(p[2] / p[1], 0.6 / 0.4)


def test_an_unknown_fit_lists_the_choices():
    with pytest.raises(ValueError, match="deSalas2020"):
        load_mixing("nobody1900")


def test_the_mixing_matrix_is_unitary_and_has_the_fit_s_squared_sines():
    mixing = load_mixing()
    u = mixing_matrix(mixing)
    np.testing.assert_allclose(u @ u.conj().T, np.eye(3), atol=1e-14)
    np.testing.assert_allclose(abs(u[0, 2]) ** 2, mixing.s13sq, rtol=1e-12)
    np.testing.assert_allclose(abs(u[1, 2]) ** 2, mixing.s23sq * (1 - mixing.s13sq), rtol=1e-12)
    # Jarlskog's invariant, PDG: c12 s12 c23 s23 c13^2 s13 sin(delta)
    s12, s23, s13 = np.sqrt([mixing.s12sq, mixing.s23sq, mixing.s13sq])
    c12, c23, c13 = np.sqrt([1 - mixing.s12sq, 1 - mixing.s23sq, 1 - mixing.s13sq])
    expected = c12 * s12 * c23 * s23 * c13**2 * s13 * np.sin(np.radians(194))
    found = (u[0, 0] * u[1, 1] * u[0, 1].conj() * u[1, 0].conj()).imag
    assert found == pytest.approx(expected, rel=1e-12)


def test_the_density_matrix_of_pp_neutrinos_is_that_of_two_brute_force_codes():
    """Landmark: diagonal and off-diagonal elements at pp, delta = 194 degrees; P_ee is the paper's own."""
    mixing = load_mixing()
    p_ee = np.array([0.5371])  # the pp average, a landmark of its own
    states, u = mass_state_probabilities(p_ee, mixing)[:, 0], mixing_matrix(mixing)
    rho = np.einsum("i,ai,bi->ab", states, u, u.conj())
    assert states.sum() == pytest.approx(1, abs=1e-14)
    assert rho[0, 0].real == pytest.approx(p_ee[0], abs=1e-14)
    np.testing.assert_allclose(np.diag(rho).real[1:], [0.1804, 0.2825], atol=1e-4)
    off = [rho[0, 1].real, rho[0, 2].real, rho[1, 2].real]
    np.testing.assert_allclose(off, [-0.0418, 0.1634, -0.1924], atol=1e-4)
    paper = flavour_probabilities(p_ee, mixing)[1:, 0]
    np.testing.assert_allclose(paper, [0.197, 0.266], atol=5e-4)
