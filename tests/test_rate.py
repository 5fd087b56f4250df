"""Recoil rates: landmarks of two independent codes, and one recoil energy worked out by hand."""

from itertools import pairwise

import numpy as np
import pytensor.tensor as pt
import pytest
from pytensor.compile.mode import Mode

from bayes_enues import ChargeRadius, MagneticMoment, Millicharge, StandardModel, Xenon, recoil_rate
from bayes_enues.interactions.base import FLAVOUR_RULES
from bayes_enues.signal.flux import total_fluxes
from bayes_enues.signal.oscillation import load_mixing, survival_probability
from bayes_enues.tables import packaged, read_table

NUMPY_MODE = Mode(linker="py", optimizer=None)  # nothing to compile


def test_standard_model_rates_are_those_of_two_brute_force_codes():
    rate = recoil_rate(StandardModel(), [1, 2, 5, 10, 30, 100])
    np.testing.assert_allclose(rate, [2.475, 2.712, 2.925, 3.109, 2.865, 2.045], rtol=5e-4)


@pytest.mark.parametrize("fine", [False, True])
def test_one_recoil_energy_by_hand(fine):
    """5 keV, mu_nu_mu = 10e-12: every number and formula written out anew."""
    e_er, mu = 5.0, 10e-12
    g_f, m_e, alpha, s2w = 1.1663787e-17, 510.99895, 1 / 137.035999, 0.23857
    hbar_c2 = (1.973269804e-8) ** 2
    mixing, fluxes = load_mixing(), total_fluxes("baxter2021")

    def cross_section(flavour, e):
        g_v = 2 * s2w + (0.5 if flavour == "nu_e" else -0.5)
        g_a = 0.5 if flavour == "nu_e" else -0.5
        weak = (
            g_f**2
            * m_e
            / (2 * np.pi)
            * (
                (g_v + g_a) ** 2
                + (g_v - g_a) ** 2 * (1 - e_er / e) ** 2
                - (g_v**2 - g_a**2) * m_e * e_er / e**2
            )
        )
        magnetic = np.pi * alpha**2 / m_e**2 * (1 / e_er - 1 / e) * mu**2 * (flavour == "nu_mu")
        return (weak + magnetic) * hbar_c2

    def averaged(source, e):
        p = survival_probability(e, source, mixing)
        other = (1 - p) * cross_section("nu_mu", e) * (1 - mixing.s23sq) + (1 - p) * cross_section(
            "nu_tau", e
        ) * mixing.s23sq
        return p * cross_section("nu_e", e) + other

    e_min = (e_er + np.sqrt(e_er**2 + 2 * m_e * e_er)) / 2
    lines = read_table(packaged("solar", "lines.csv"), needed=("e_nu_MeV", "branching"), text=("source",))
    total = sum(
        fluxes[s] * share * averaged(s, 1e3 * e) * (1e3 * e > e_min)
        for s, e, share in zip(lines["source"], lines["e_nu_MeV"], lines["branching"], strict=True)
    )
    for source in set(fluxes) - set(lines["source"].tolist()):
        table = read_table(packaged("solar", f"spectrum_{source}.csv"))
        e, density = 1e3 * table["e_nu_MeV"], table["density_per_MeV"]
        density = density / np.trapezoid(density, e)
        knots = np.concatenate([[e_min], e[e > e_min]])
        grid = np.unique(np.concatenate([np.linspace(a, b, 12) for a, b in pairwise(knots)]))
        total += fluxes[source] * np.trapezoid(np.interp(grid, e, density) * averaged(source, grid), grid)
    binding = read_table(packaged("xenon", "binding.csv"), needed=("binding_eV", "n_electrons"))
    freed = binding["n_electrons"][binding["binding_eV"] < 5000].sum()
    electrons = 6.02214076e23 * 1e6 / 131.293 * 365.25 * 86400 * freed
    rate = recoil_rate(MagneticMoment(nu_mu=10.0), [e_er], fine=fine)[0]
    assert rate == pytest.approx(electrons * total, rel=2e-5)


def test_a_symbolic_rate_is_the_numeric_one():
    mu = pt.dscalar("mu")
    e_er = np.array([0.5, 2.0, 12.0])
    symbolic = recoil_rate(MagneticMoment(nu_e=mu), e_er)
    np.testing.assert_allclose(
        symbolic.eval({mu: 7.0}, mode=NUMPY_MODE), recoil_rate(MagneticMoment(nu_e=7.0), e_er), rtol=1e-12
    )


def test_the_atomic_correction_touches_the_standard_model_only():
    e_er = np.array([0.5, 2.0, 12.0])
    rrpa = Xenon(electrons="rrpa")
    with_moment = recoil_rate(MagneticMoment(nu_e=9.0), e_er, xenon=rrpa)
    without = recoil_rate(StandardModel(), e_er, xenon=rrpa)
    plain = recoil_rate(MagneticMoment(nu_e=9.0), e_er) - recoil_rate(StandardModel(), e_er)
    np.testing.assert_allclose(with_moment - without, plain, rtol=1e-10)
    np.testing.assert_allclose(
        without, rrpa.standard_model_correction(e_er) * recoil_rate(StandardModel(), e_er), rtol=1e-12
    )


def test_rrpa_is_refused_where_the_new_term_interferes_with_the_standard_model():
    corrected = Xenon(electrons="rrpa")
    for kind in (Millicharge, ChargeRadius):
        with pytest.raises(ValueError, match=r"cannot have 'rrpa' electrons.*interferes.*'steps', 'free'"):
            recoil_rate(kind(nu_e=1.0), [2.0], xenon=corrected)
    assert recoil_rate(MagneticMoment(nu_e=1.0), [2.0], xenon=corrected) > 0


@pytest.mark.parametrize(("flavour", "share"), [("nu_mu", 0.1804 / 0.197), ("nu_tau", 0.2825 / 0.266)])
def test_with_the_density_matrix_a_moment_of_one_flavour_counts_by_its_diagonal_element(flavour, share):
    """Landmark: limits on nu_mu 4.5 % weaker, on nu_tau 3 % stronger than by the paper's rule."""
    e_er = np.array([1.0, 2.0, 5.0])
    weak = recoil_rate(StandardModel(), e_er)
    paper, exact = (
        recoil_rate(MagneticMoment(**{flavour: 10.0}, flavours=rule), e_er) - weak for rule in FLAVOUR_RULES
    )
    np.testing.assert_allclose(exact / paper, share, rtol=5e-3)
    np.testing.assert_allclose(recoil_rate(StandardModel(flavours="density_matrix"), e_er), weak, rtol=1e-12)
