"""Coherent scattering off nuclei against numbers that were computed apart from this project.

``physics-2.md``, section 3: rates and counts to 0.5 %. The rest is written out here.
"""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import quad
from scipy.special import spherical_jn

import bayes_enues as be
from bayes_enues.constants import FERMI_CONSTANT, FINE_STRUCTURE, FLAVOURS, HBAR_C, KEV2_CM2
from bayes_enues.interactions import (
    AnapoleMoment,
    ChargeRadius,
    DiracMoment,
    ElectronNSI,
    HeavyAxialVector,
    HeavyPseudoscalar,
    HeavyScalar,
    HeavyTensor,
    HeavyVector,
    Interaction,
    LightAxialVector,
    LightPseudoscalar,
    LightScalar,
    LightTensor,
    LightVector,
    MagneticMoment,
    Millicharge,
    NeutralCurrentCouplings,
    QuarkNSI,
    SolarFlux,
    StandardModel,
    SterileDipole,
    TransitionMoment,
    WeakMixingAngle,
)
from bayes_enues.runs.plan import plan
from bayes_enues.signal.flux import Sun
from bayes_enues.signal.rate import recoil_rate
from bayes_enues.signal.xenon import Xenon, isotopes

NUCLEUS = Xenon(target="nucleus")
E_NR = np.array([1.0, 2.0, 3.0])
PREDICTED = [
    StandardModel(),
    SolarFlux(b8=1.3, pp=0.5),
    MagneticMoment(nu_e=1500.0, nu_mu=900.0),
    Millicharge(nu_e=1e5, nu_tau=-2e5),
    ChargeRadius(nu_e=30.0, nu_mu=-20.0),
    AnapoleMoment(nu_e=4.0, nu_tau=-3.0),
    WeakMixingAngle(sin2_theta_w=0.4),
    QuarkNSI(u_ee=0.2, d_mumu=-0.1, u_emu=0.3, d_etau=0.2, u_mutau=-0.1),
    LightVector(coupling=2e-5, mass=1e4),
    LightVector(coupling=1e-3, mass=100.0, charges="l_e_minus_l_mu"),
    LightScalar(coupling=5e-6, mass=1e3),
    HeavyVector(coupling_over_mass=1.0),
    HeavyScalar(coupling_over_mass=0.5),
]
REFUSED = [
    LightAxialVector(coupling=1e-5, mass=10.0),
    HeavyAxialVector(),
    LightTensor(coupling=1e-5, mass=10.0),
    HeavyTensor(),
    LightPseudoscalar(coupling=1e-5, mass=10.0),
    HeavyPseudoscalar(),
    TransitionMoment(),
    DiracMoment(),
    SterileDipole(mass=100.0),
    ElectronNSI(),
    NeutralCurrentCouplings(),
]


def name(interaction):
    return type(interaction).__name__


every_prediction = pytest.mark.parametrize("interaction", PREDICTED, ids=name)


def test_rates_of_the_standard_model_are_those_of_the_landmarks():
    assert_allclose(recoil_rate(StandardModel(), E_NR, xenon=NUCLEUS), [232.2, 17.30, 0.2961], rtol=5e-3)


def test_counts_of_each_run_and_the_share_of_hep_are_those_of_the_landmarks(xenonnt_nr):
    counts = be.signal_counts(xenonnt_nr, StandardModel())
    assert_allclose(counts.reshape(3, 81).sum(axis=1), [3.289, 6.066, 7.312], rtol=5e-3)
    hep = xenonnt_nr.response @ recoil_rate(StandardModel(), xenonnt_nr.e_er, Sun().only("hep"), NUCLEUS)
    assert_allclose([hep.sum(), counts.sum()], [0.277, 16.667], rtol=5e-3)


class OneFlavour(StandardModel):
    """The Standard Model for one flavour, the others blind."""

    no_nuclei = ""
    only = ""

    def nuclear_cross_section(self, flavour, nuclei, e_nu, e_nr):
        return (flavour == self.only) * super().nuclear_cross_section(flavour, nuclei, e_nu, e_nr)


def test_flavours_share_the_counts_as_the_landmarks_say(xenonnt_nr):
    shares = []
    for flavour in FLAVOURS:
        one = OneFlavour()
        object.__setattr__(one, "only", flavour)
        shares.append(np.sum(xenonnt_nr.response @ recoil_rate(one, xenonnt_nr.e_er, xenon=NUCLEUS)))
    assert_allclose(np.array(shares) / sum(shares), [0.3295, 0.2857, 0.3849], rtol=5e-3)


def test_one_average_nucleus_and_no_form_factor_change_the_counts_as_the_landmarks_say(
    xenonnt_nr, monkeypatch
):
    from bayes_enues.interactions.nuclei import Nuclei
    from bayes_enues.signal import rate

    def total():
        return np.sum(be.signal_counts(xenonnt_nr, StandardModel()))

    nominal, nine = total(), isotopes()
    mean = [np.array([[131.293 - 54]]), np.sum(nine.share * nine.mass, keepdims=True)]  # A = 131.293
    monkeypatch.setattr(rate, "isotopes", lambda: Nuclei(54, *mean, np.ones((1, 1))))
    assert total() / nominal - 1 == pytest.approx(-0.002, abs=1e-3)
    monkeypatch.undo()
    monkeypatch.setattr(Nuclei, "form_factor", lambda self, e_nr: np.ones((9, 1)) * np.ones_like(e_nr))
    assert total() / nominal - 1 == pytest.approx(0.077, abs=1e-3)


def test_nine_isotopes_make_natural_xenon():
    xenon = isotopes()
    assert xenon.share.sum() == pytest.approx(1, abs=1e-5)
    atoms = (xenon.mass + 54 * 510.99895) / 931494.10242
    assert np.sum(xenon.share * atoms) == pytest.approx(131.293, abs=1e-3)


def test_the_form_factor_is_helm_s_with_scipy_s_bessel_function():
    xenon = isotopes()
    a = (xenon.protons + xenon.neutrons)[:, 0]
    q = np.sqrt(2 * xenon.mass[:, 0] * 2.0) / (HBAR_C * 1e13)  # 1/fm
    c = 1.23 * a ** (1 / 3) - 0.60
    r = np.sqrt(c**2 + 7 * np.pi**2 * 0.52**2 / 3 - 5 * 0.9**2)
    expected = 3 * spherical_jn(1, q * r) / (q * r) * np.exp(-(q**2) * 0.9**2 / 2)
    assert_allclose(xenon.form_factor(np.array([2.0]))[:, 0], expected, rtol=1e-12)


@every_prediction
@pytest.mark.parametrize("flavours", ["paper", "density_matrix"])
def test_two_nodes_are_the_fine_grid_for_every_isotope(interaction, flavours):
    from dataclasses import replace

    interaction = replace(interaction, flavours=flavours)
    exact, fine = (recoil_rate(interaction, E_NR, xenon=NUCLEUS, fine=f) for f in (False, True))
    assert_allclose(exact, fine, rtol=1e-10)


@every_prediction
def test_a_symbolic_rate_is_that_of_numbers(interaction):
    import pytensor.tensor as pt
    from pytensor.compile.mode import Mode

    free = [p for p in interaction.parameters() if p not in interaction.fixed_parameters]
    symbolic = interaction.with_values(**{p: pt.constant(float(getattr(interaction, p))) for p in free})
    rate = recoil_rate(symbolic, E_NR, xenon=NUCLEUS)
    value = rate.eval(mode=Mode(linker="py", optimizer=None)) if free else rate
    assert_allclose(value, recoil_rate(interaction, E_NR, xenon=NUCLEUS), rtol=1e-12)


@every_prediction
def test_parameters_at_their_standard_model_values_give_the_standard_model(interaction):
    free = [p for p in interaction.parameters() if p not in interaction.fixed_parameters]
    off = interaction.with_values(**{p: interaction.standard_model_value(p) for p in free})
    assert_allclose(
        recoil_rate(off, E_NR, xenon=NUCLEUS), recoil_rate(StandardModel(), E_NR, xenon=NUCLEUS), rtol=1e-13
    )


def weak_charge_ratio(interaction, flavour="nu_e", e_nr=1.0):
    """Q^2 over the Standard Model's, of each isotope."""
    e_nu = np.full((1, 1), 1e4)
    args = (flavour, isotopes(), e_nu, np.array([e_nr]))
    return (interaction.nuclear_cross_section(*args) / StandardModel().nuclear_cross_section(*args))[:, 0]


def written_out(shift_p=0.0, shift_n=0.0):
    """The same by hand, from the shifts of the couplings of proton and neutron."""
    n, g_p, g_n = isotopes().neutrons[:, 0], 0.5 - 2 * 0.23857, -0.5
    return ((54 * (g_p + shift_p) + n * (g_n + shift_n)) / (54 * g_p + n * g_n)) ** 2


def test_shifts_of_couplings_are_those_of_the_formulas_and_interfere_as_they_say():
    mass = isotopes().mass[:, 0]
    charge = np.sqrt(2) * np.pi * FINE_STRUCTURE * 1e-13 * 1e5 / (FERMI_CONSTANT * mass * 1.0)
    radius = np.sqrt(2) * np.pi * FINE_STRUCTURE * 1e-32 * 10 / (3 * FERMI_CONSTANT * KEV2_CM2)
    vector = 1e-10 / (np.sqrt(2) * FERMI_CONSTANT * (2 * mass * 1.0 + 1e8))
    for interaction, expected, constructive in (
        (Millicharge(nu_e=1e5), written_out(charge), False),
        (ChargeRadius(nu_e=10.0), written_out(-radius), True),
        (AnapoleMoment(nu_e=-10 / 6), written_out(-radius), True),
        (WeakMixingAngle(sin2_theta_w=0.3), written_out(-2 * (0.3 - 0.23857)), True),
        (QuarkNSI(u_ee=0.01), written_out(0.02, 0.01), False),
        (QuarkNSI(d_ee=0.01), written_out(0.01, 0.02), False),
        (
            LightVector(coupling=1e-5, mass=1e4, normalisation="left_handed"),
            written_out(3 * vector, 3 * vector),
            False,
        ),
        (LightVector(coupling=1e-5, mass=1e4), written_out(1.5 * vector, 1.5 * vector), False),
        (
            LightVector(coupling=1e-5, mass=1e4, charges="b_minus_l"),
            written_out(-vector, -vector),
            True,
        ),
        (
            LightVector(
                coupling=1e-5,
                mass=1e4,
                charges=(2.0, 1.0, 1.0),
                electron_charge=1.0,
                quark_charges=(0.5, -0.25),
                normalisation="left_handed",
            ),
            written_out(2 * 0.75 * vector, 0.0),
            False,
        ),
    ):
        ratio = weak_charge_ratio(interaction)
        assert_allclose(ratio, expected, rtol=1e-10)
        assert np.all(ratio > 1) == constructive


def test_quark_nsi_that_change_flavour_add_their_squares():
    n = isotopes().neutrons[:, 0]
    standard = 54 * (0.5 - 2 * 0.23857) - 0.5 * n
    expected = 1 + ((54 * 2 + n) * 0.1 / standard) ** 2
    assert_allclose(weak_charge_ratio(QuarkNSI(u_emu=0.1)), expected, rtol=1e-10)


def test_coherence_between_flavours_lets_them_interfere():
    def rate(flavours, size):
        return recoil_rate(QuarkNSI(u_etau=size, flavours=flavours), E_NR, xenon=NUCLEUS)

    assert_allclose(rate("paper", 0.1), rate("paper", -0.1), rtol=1e-12)
    assert np.all(np.abs(rate("density_matrix", 0.1) / rate("density_matrix", -0.1) - 1) > 0.01)


def test_a_moment_and_a_scalar_add_what_their_formulas_say():
    xenon, e_nu, e_nr = isotopes(), np.full((1, 1), 8e3), np.array([1.5])
    n, mass, form = xenon.neutrons[:, 0], xenon.mass[:, 0], xenon.form_factor(e_nr)[:, 0]

    def added(interaction):
        args = ("nu_mu", xenon, e_nu, e_nr)
        return (interaction.nuclear_cross_section(*args) - StandardModel().nuclear_cross_section(*args))[:, 0]

    moment = np.pi * FINE_STRUCTURE**2 / 510.99895**2 * KEV2_CM2 * (54 * form * 1e-9) ** 2
    assert_allclose(added(MagneticMoment(nu_mu=1000.0)), moment * (1 / 1.5 - 1 / 8e3), rtol=1e-9)
    charge = 54 * 17.075 + n * 17.087
    scalar = 1e-20 * charge**2 * mass**2 * 1.5 * form**2 / (4 * np.pi * (2 * mass * 1.5 + 1e8) ** 2 * 6.4e7)
    assert_allclose(added(LightScalar(coupling=1e-5, mass=1e4)), scalar * KEV2_CM2, rtol=1e-9)


def test_heavy_mediators_are_the_limit_of_light_ones():
    for light, heavy in ((LightVector, HeavyVector), (LightScalar, HeavyScalar)):
        far = light(coupling=1.0, mass=1e9)
        contact = heavy(coupling_over_mass=1.0)
        assert_allclose(
            recoil_rate(far, E_NR, xenon=NUCLEUS), recoil_rate(contact, E_NR, xenon=NUCLEUS), rtol=1e-8
        )


def test_differences_of_lepton_numbers_reach_the_proton_by_loops():
    def by_hand(heavy, light, q_squared):
        def integrand(x):
            both = x * (1 - x)
            return both * np.log((heavy**2 + both * q_squared) / (light**2 + both * q_squared))

        return 2 * FINE_STRUCTURE / np.pi * quad(integrand, 0, 1)[0]

    electron, muon, tau = 510.99895, 105658.3755, 1776860.0
    xenon, e_nr = isotopes(), np.array([2.0])
    q_squared = 2 * float(xenon.mass[0, 0]) * 2.0
    mu_tau = LightVector(coupling=1e-3, mass=1.0, charges="l_mu_minus_l_tau", electron_charge=-0.00437)
    proton, neutron = mu_tau.nucleon_charges(xenon, e_nr)
    assert neutron == 0
    assert by_hand(tau, muon, 0.0) == pytest.approx(0.00437, rel=2e-3)
    assert proton[0, 0] == pytest.approx(
        0.00437 + by_hand(tau, muon, q_squared) - by_hand(tau, muon, 0.0), rel=1e-9
    )
    e_mu = LightVector(coupling=1e-3, mass=1.0, charges="l_e_minus_l_mu").nucleon_charges(xenon, e_nr)[0]
    assert e_mu[0, 0] == pytest.approx(by_hand(muon, electron, q_squared), rel=1e-6)


@pytest.mark.parametrize("interaction", REFUSED, ids=name)
def test_what_has_no_nuclear_formula_is_refused_in_one_line_that_says_why(interaction):
    with pytest.raises(
        be.InputError, match=f"{interaction.name} has no formula for nuclear recoils: .+"
    ) as e:
        recoil_rate(interaction, E_NR, xenon=NUCLEUS)
    assert "\n" not in str(e.value)


def test_a_class_of_one_s_own_is_refused_until_it_says_what_nuclei_see():
    from dataclasses import dataclass

    @dataclass(frozen=True)
    class Mine(MagneticMoment):
        def cross_section(self, flavour, e_nu, e_er):
            return 2 * super().cross_section(flavour, e_nu, e_er)

    with pytest.raises(be.InputError, match=r"mine has no formula.*no nucleon_shifts and no nuclear_term"):
        recoil_rate(Mine(), E_NR, xenon=NUCLEUS)

    @dataclass(frozen=True)
    class Told(Mine):
        def nucleon_shifts(self, flavour, nuclei, e_nr):
            return 0.01, 0.0

    assert_allclose(weak_charge_ratio(Told()), written_out(0.01), rtol=1e-12)


def test_charges_of_quarks_are_asked_for_and_checked():
    given = {"coupling": 1e-5, "mass": 10.0}
    numbers = LightVector(**given, charges=(1.0, 0.0, 0.0), electron_charge=1.0)
    for interaction in (numbers, LightVector(**given, charges="l_e_plus_2l_mu_plus_2l_tau")):
        with pytest.raises(be.InputError, match=r"says nothing about quarks.*quark_charges"):
            recoil_rate(interaction, E_NR, xenon=NUCLEUS)
        recoil_rate(interaction, E_NR)  # electrons do not need them
    with pytest.raises(be.InputError, match=r"quark_charges is \(0.5,\).*two finite numbers"):
        LightVector(**given, charges=(1.0, 0.0, 0.0), electron_charge=1.0, quark_charges=(0.5,))
    with pytest.raises(be.InputError, match="universal fixes the charges of quarks"):
        LightVector(**given, quark_charges=(0.5, 0.5))
    with pytest.raises(be.InputError, match="need equal charges"):
        recoil_rate(LightScalar(**given, charges="l_e_minus_l_mu"), E_NR, xenon=NUCLEUS)


def test_an_interaction_that_nothing_can_be_seen_of_is_refused(xenonnt):
    with pytest.raises(be.InputError, match=r"quark_nsi changes no count of .* electrons alone"):
        be.models.quark_nsi([xenonnt], free="u_ee")
    with pytest.raises(be.InputError, match="quark_nsi changes no count of"):  # before any row, or PyMC
        plan(["quark_nsi"], ["u_ee"], ["xenonnt_sr0"])
    assert plan(["quark_nsi"], ["u_ee"], ["xenonnt_nr+xenonnt_sr0"])


def test_a_user_s_nuclear_formula_is_checked_before_anything_runs(xenonnt_nr):
    from dataclasses import dataclass

    @dataclass(frozen=True)
    class Negative(Interaction):
        x: float = 0.0

        def cross_section(self, flavour, e_nu, e_er):
            return StandardModel().cross_section(flavour, e_nu, e_er)

        def nuclear_term(self, flavour, nuclei, e_nu, e_nr):
            return -1e-30 * self.x / e_nr

    with pytest.raises(be.InputError, match=r"Negative\.nuclear_cross_section of nu_e is negative"):
        be.models.counting_model(Negative(), [xenonnt_nr], "x")


def test_there_are_two_targets():
    with pytest.raises(be.InputError, match="no target 'proton'; the choices are"):
        Xenon(target="proton")
