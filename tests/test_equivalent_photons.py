"""Millicharge by equivalent photons, against the formula written out on a fine grid of neutrino energies."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import bayes_enues as be
from bayes_enues.constants import ATOMS_PER_TONNE, FINE_STRUCTURE, SECONDS_PER_YEAR
from bayes_enues.interactions.equivalent_photons import photoabsorption
from bayes_enues.signal.flux import fine_nodes
from bayes_enues.signal.rate import recoil_rate
from bayes_enues.signal.xenon import Xenon
from bayes_enues.tables import packaged, read_table

ENERGIES = np.array([0.3, 1.0, 3.0, 10.0])


def excess(energies=ENERGIES, xenon=Xenon(), **charges):
    interaction = be.EquivalentPhotonMillicharge(**charges)
    weak = recoil_rate(be.StandardModel(), energies, xenon=xenon)
    return recoil_rate(interaction, energies, xenon=xenon) - weak


def test_the_rate_is_the_formula_summed_over_a_fine_grid():
    """Physics: 2 alpha / pi q^2 sigma(T) / T times the flux's mean of ln(E / 1 eV) above T."""
    e_nu, weights = fine_nodes(np.array([1e-9]))
    e_nu, weights = e_nu[:, 0], weights[0, :, 0]
    by_hand = [
        ATOMS_PER_TONNE
        * SECONDS_PER_YEAR
        * 2
        * FINE_STRUCTURE
        / np.pi
        * (2e-13) ** 2
        * photoabsorption(t)
        / t
        * np.sum((weights * np.log(1e3 * e_nu))[e_nu > t])
        for t in ENERGIES
    ]
    assert_allclose(excess(nu_e=2.0), by_hand, rtol=1e-3)


def test_the_signal_goes_like_the_square_of_the_charge_whatever_its_sign():
    assert_allclose(excess(nu_e=-2.0), 4 * excess(nu_e=1.0), rtol=1e-9)


def test_the_atom_does_not_care_how_its_electrons_are_counted():
    assert_allclose(excess(nu_e=2.0, xenon=Xenon("free")), excess(nu_e=2.0), rtol=1e-9)


def test_a_smaller_neutrino_mass_makes_more_photons():
    """Physics: ln(E / 0.1 eV) over ln(E / 1 eV) at 0.3 MeV is 1.18."""
    assert_allclose(excess(nu_e=1.0, neutrino_mass=0.1) / excess(nu_e=1.0), 1.18, atol=0.02)


def test_absorption_goes_through_the_table_and_ends_with_it():
    table = read_table(packaged("xenon", "photoabsorption.csv"))
    energy, sigma = table["e_keV"], table["cross_section_cm2_per_atom"]
    assert_allclose(photoabsorption(energy[5:50]), sigma[5:50], rtol=1e-12)
    assert np.all(photoabsorption([0.05, 1e4]) == 0)


def test_a_mass_of_nothing_is_refused():
    with pytest.raises(ValueError, match="above zero"):
        be.EquivalentPhotonMillicharge(nu_e=1.0, neutrino_mass=0.0)


def test_atoms_absorb_several_times_what_free_electrons_take_in_the_first_bin():
    """Physics: why others print limits of 1.5e-13 e; without the interference of free electrons."""
    experiment = be.load_experiment("xenonnt_sr0")
    weak, photons, plus, minus = (
        be.signal_counts(experiment, interaction)[0]
        for interaction in (
            be.StandardModel(),
            be.EquivalentPhotonMillicharge(nu_e=1.5),
            be.Millicharge(nu_e=1.5),
            be.Millicharge(nu_e=-1.5),
        )
    )
    assert photons - weak > 3 * ((plus + minus) / 2 - weak) > 0
