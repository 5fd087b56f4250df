"""Interactions beyond those of the paper: formulas by hand, and landmarks.

The landmarks come from brute-force calculations written apart from this code: limits at Delta chi^2 = 2.7055
from XENONnT, tolerance 0.5 %. What every interaction has is tested in test_interactions.py.
"""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import bayes_enues as be
from bayes_enues.commands.common import settings_of
from bayes_enues.constants import ELECTRON_MASS, FERMI_CONSTANT, FLAVOURS, KEV2_CM2
from bayes_enues.experiments.counts import bin_templates, signal_counts
from bayes_enues.fit.caveats import caveats
from bayes_enues.fit.chi2 import Likelihood
from bayes_enues.fit.limit import exact_bound
from bayes_enues.fit.minimise import profile_many
from bayes_enues.interactions.base import weak_cross_section
from bayes_enues.interactions.mediators import GAUGE_CHARGES
from bayes_enues.interactions.named import electromagnetic_models
from bayes_enues.models import counting_model
from bayes_enues.runs.options import fixed_by
from bayes_enues.runs.plan import plan
from bayes_enues.signal.flux import minimum_energy
from bayes_enues.signal.oscillation import load_mixing, mass_state_probabilities, mixing_matrix
from bayes_enues.studies.evidence import log_bayes_factor

E_ER = np.array([2.0, 5.0, 10.0])
HEAVY = {
    be.HeavyVector: be.LightVector,
    be.HeavyAxialVector: be.LightAxialVector,
    be.HeavyScalar: be.LightScalar,
    be.HeavyPseudoscalar: be.LightPseudoscalar,
    be.HeavyTensor: be.LightTensor,
}


def profile(interaction, experiment, free, **options):
    at = [interaction.starting_value()]  # no curve is needed
    return be.profile_likelihood(counting_model(interaction, [experiment], free), values=at, **options)


# Non-standard interactions


@pytest.mark.parametrize("chirality", ["V", "A", "L", "R"])
def test_a_mass_state_scatters_by_the_trace_of_its_density_matrix(chirality):
    """Physics: Tr rho [G_L^2 + G_R^2 (1-T/E)^2 - {G_L, G_R}/2 m T/E^2] with complex matrices, by hand."""
    values = {"ee": 0.2, "mumu": -0.3, "tautau": 0.1, "emu": 0.4, "etau": -0.2, "mutau": 0.15}
    nsi = be.ElectronNSI(**values, chirality=chirality)
    eps = np.array([[0.2, 0.4, -0.2], [0.4, -0.3, 0.15], [-0.2, 0.15, 0.1]])
    s2w, e_nu, t = 0.23857, 420.0, 2.0
    left = np.diag([s2w + 0.5, s2w - 0.5, s2w - 0.5]) + eps * {"V": 0.5, "A": 0.5, "L": 1, "R": 0}[chirality]
    right = np.diag([s2w] * 3) + eps * {"V": 0.5, "A": -0.5, "L": 0, "R": 1}[chirality]
    u = mixing_matrix(load_mixing())
    for i in range(3):
        rho = np.outer(u[:, i], u[:, i].conj())
        bracket = left @ left + right @ right * (1 - t / e_nu) ** 2
        bracket = bracket - (left @ right + right @ left) / 2 * ELECTRON_MASS * t / e_nu**2
        expected = 2 * FERMI_CONSTANT**2 * ELECTRON_MASS / np.pi * np.trace(rho @ bracket).real * KEV2_CM2
        assert nsi.cross_section_of_mass_state(i, u[:, i], e_nu, t) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"ee": 0.5, "chirality": "L"}, [6.498, 7.031, 7.510]),
        ({"emu": 0.5}, [3.209, 3.451, 3.650]),
    ],
)
def test_rates_with_non_standard_interactions_are_the_landmarks(options, expected):
    assert_allclose(be.recoil_rate(be.ElectronNSI(**options), E_ER), expected, rtol=3e-4)


@pytest.mark.parametrize(
    ("chirality", "free", "expected"),
    [
        ("V", "universal", [(-1.239, 0.210)]),
        ("L", "ee", [(-1.584, -1.010), (-0.422, 0.134)]),
        ("R", "ee", [(-0.728, 0.340)]),
        ("V", "emu", [(-0.586, 0.690)]),
    ],
)
def test_limits_on_non_standard_interactions_are_the_landmarks(xenonnt, chirality, free, expected):
    found = profile(be.ElectronNSI(chirality=chirality), xenonnt, free).pieces
    assert_allclose(found, expected, rtol=5e-3)


def test_off_diagonal_elements_without_coherence_act_by_their_squares_alone():
    """Physics: with a diagonal density matrix the sign of epsilon_emu drops out."""
    up, down = (be.recoil_rate(be.ElectronNSI(emu=s, flavours="paper"), E_ER) for s in (0.5, -0.5))
    assert_allclose(up, down, rtol=1e-12)
    up, down = (be.recoil_rate(be.ElectronNSI(emu=s), E_ER) for s in (0.5, -0.5))
    assert np.all(np.abs(up / down - 1) > 0.01)


# Heavy mediators


@pytest.mark.parametrize("kind", HEAVY)
def test_a_heavy_mediator_is_the_light_one_far_above_the_momentum_transfer(kind):
    """Physics: also with other charges, and for the currents with another sign."""
    ratio = 3 * kind.typical
    options = {"charges": (1.0, -2.0, 0.5), "electron_charge": 0.7}
    if hasattr(kind, "sign"):
        options |= {"sign": -1, "normalisation": "left_handed"}
    light = HEAVY[kind](coupling=ratio * 1e-9 * 1e7, mass=1e7, **options)
    for flavour in FLAVOURS:
        expected = light.cross_section(flavour, 420.0, E_ER)
        assert_allclose(kind(ratio, **options).cross_section(flavour, 420.0, E_ER), expected, rtol=1e-9)
    near = HEAVY[kind](coupling=ratio * 1e-9 * 2000, mass=2000.0)  # the contact limit is good to 1 % at 2 MeV
    heavy, exact = (
        be.recoil_rate(i, E_ER) - be.recoil_rate(be.StandardModel(), E_ER) for i in (kind(ratio), near)
    )
    assert_allclose(heavy, exact, rtol=0.01)


@pytest.mark.parametrize(
    ("kind", "expected"), list(zip(HEAVY, [2.760, 3.873, 5.79, 15.73, 1.760], strict=True))
)
def test_limits_on_heavy_mediators_are_the_landmarks(xenonnt, kind, expected):
    assert profile(kind(), xenonnt, "coupling_over_mass").upper == pytest.approx(expected, rel=5e-3)


def test_a_heavy_vector_is_a_non_standard_interaction():
    """Physics: eps = g^2 / (2 sqrt2 G_F m^2), as printed in the paper."""
    ratio = 2.0
    eps = (ratio * 1e-9) ** 2 / (2 * 2**0.5 * FERMI_CONSTANT)
    nsi = be.ElectronNSI(flavours="paper").with_values(universal=eps)
    assert_allclose(be.recoil_rate(be.HeavyVector(ratio), E_ER), be.recoil_rate(nsi, E_ER), rtol=1e-12)


# Sterile dipole


def test_the_threshold_of_a_heavy_neutrino_is_that_of_kinematics():
    """Physics: the heavy neutrino leaves along the electron; energy and momentum balance, solved by hand."""
    mass, t = 150.0, 7.0
    e_nu = float(be.SterileDipole(mass=mass).threshold(t))
    momentum = e_nu - np.sqrt(t**2 + 2 * ELECTRON_MASS * t)  # of the heavy neutrino
    assert (e_nu - t) ** 2 - momentum**2 == pytest.approx(mass**2, rel=1e-9)
    assert_allclose(be.SterileDipole(mass=0.0).threshold(E_ER), minimum_energy(E_ER), rtol=1e-12)


def test_a_massless_heavy_neutrino_is_a_magnetic_moment():
    dipole, moment = be.SterileDipole(9.0, 4.0, 2.0, mass=0.0), be.MagneticMoment(9.0, 4.0, 2.0)
    assert_allclose(be.recoil_rate(dipole, E_ER), be.recoil_rate(moment, E_ER), rtol=1e-12)


def test_the_dipole_s_cross_section_is_positive_above_its_threshold_and_cut_below_it():
    """Physics: below E_min the formula is positive in places, where no heavy neutrino can be made."""
    for mass in (1.0, 30.0, 100.0, 300.0, 1000.0):
        dipole = be.SterileDipole(nu_e=10.0, mass=mass)
        t = np.geomspace(0.012, 45.0, 40)
        above = dipole.threshold(t) * np.geomspace(1 + 1e-6, 100, 60)[:, None]
        assert np.all(dipole.cross_section_above_threshold("nu_e", above, t) >= 0)
        below = 0.999 * dipole.threshold(t)
        weak = be.StandardModel().cross_section("nu_e", below, t)
        assert_allclose(dipole.cross_section("nu_e", below, t), weak, rtol=1e-15)
    dipole = be.SterileDipole(nu_e=10.0, mass=30.0)  # its sign says nothing of where it begins
    half, most = (
        dipole.cross_section_above_threshold("nu_e", x * dipole.threshold(2.0), 2.0) for x in (0.5, 0.7)
    )
    assert half < 0 < most


@pytest.mark.parametrize(
    ("mass", "expected"),
    [
        (0.0, [5.147, 2.214, 1.170]),
        (100.0, [3.543, 1.779, 0.9907]),
        (300.0, [0.00817, 0.05973, 0.05597]),
    ],
)
@pytest.mark.parametrize("fine", [False, True])
def test_rates_of_a_sterile_dipole_are_the_landmarks(mass, expected, fine):
    """Signal alone for 1e-11 mu_B; two nodes and the fine grid both begin at the dipole's own threshold."""
    dipole = be.SterileDipole(mass=mass).with_values(universal=10.0)
    signal = be.recoil_rate(dipole, E_ER, fine=fine) - be.recoil_rate(be.StandardModel(), E_ER, fine=fine)
    assert_allclose(signal, expected, rtol=6e-4)


@pytest.mark.parametrize(("mass", "expected"), [(1, 6.475), (10, 6.479), (100, 7.744), (300, 50.05)])
def test_limits_on_a_sterile_dipole_are_the_landmarks(xenonnt, mass, expected):
    found = profile(be.SterileDipole(mass=float(mass)), xenonnt, "universal").upper
    assert found == pytest.approx(expected, rel=5e-3)


def test_a_heavy_neutrino_that_no_recoil_can_show_is_refused_before_anything_runs():
    for refused in (
        lambda: be.models.sterile_dipole(["xenonnt_sr0"], "universal", mass=5000.0),
        lambda: plan(["sterile_dipole"], None, ["xenonnt_sr0"], fixed=(("mass", 5000.0),)),
    ):
        with pytest.raises(ValueError, match=r"mass = 5000 needs neutrinos above .* keV.* the Sun's end at"):
            refused()
    with pytest.raises(ValueError, match="needs the mass"):
        be.SterileDipole(nu_e=1.0)
    with pytest.raises(ValueError, match="zero or a number of keV"):
        be.SterileDipole(mass=-1.0)
    weak = be.recoil_rate(be.StandardModel(), E_ER)
    assert_allclose(be.recoil_rate(be.SterileDipole(nu_e=1.0, mass=5000.0), E_ER), weak, rtol=1e-14)


# Weak mixing angle, neutral current


def test_the_weak_mixing_angle_is_the_landmark_with_its_mirror_solution(xenonnt):
    found = profile(be.WeakMixingAngle(), xenonnt, "sin2_theta_w", delta_chi2=1.0)
    assert found.best_fit == pytest.approx(0.146, abs=0.001)
    assert_allclose(found.pieces, [(-0.317, 0.281)], atol=0.001)


def test_another_mixing_angle_moves_g_v_by_twice_as_much():
    expected = weak_cross_section(-0.5 + 2 * 0.3, -0.5, 420.0, E_ER)
    assert_allclose(be.WeakMixingAngle(0.3).cross_section("nu_mu", 420.0, E_ER), expected, rtol=1e-13)


@pytest.fixture(scope="module")
def neutral_current(xenonnt):
    return counting_model(be.NeutralCurrentCouplings(), [xenonnt], ["g_v", "g_a"])


def test_chi2_of_neutral_current_couplings_is_the_landmark(neutral_current):
    likelihood = Likelihood(neutral_current)
    points = [(0.0, 0.0), (-0.5, 0.5), neutral_current.question.standard_model]
    assert_allclose(profile_many(likelihood, [0, 1], points).chi2, [21.656, 34.520, 17.756], atol=0.02)


def test_templates_of_two_parameters_hold_their_product(neutral_current, xenonnt):
    question = neutral_current.question
    assert question.spectrum == "templates"
    templates = question.templates[0]
    assert set(templates.cross) == {(0, 1)}
    for g_v, g_a in ((0.3, -0.7), (-0.02286, -0.5), (1.2, 0.4)):
        u = np.array([g_v, g_a]) / question.scales
        expected = signal_counts(xenonnt, be.NeutralCurrentCouplings(g_v, g_a))
        assert_allclose(templates.counts(u), expected, rtol=1e-9)
        t0, t1, t2 = templates.along(1, u)
        assert_allclose(t0 + u[1] * (t1 + u[1] * t2), expected, rtol=1e-9)
    one = bin_templates(xenonnt, be.MagneticMoment(), ["nu_e", "nu_mu"], [9.0, 14.0])
    assert not one.cross


# Fluxes


def test_scaled_fluxes_are_those_of_a_sun_that_shines_otherwise(xenonnt):
    sun = be.Sun(scales={"pp": 0.8, "be7": 1.3, "cno": 0.0})
    flux = be.SolarFlux(pp=0.8, be7=1.3, cno=0.0)
    weak = be.recoil_rate(be.StandardModel(), E_ER, sun)
    assert_allclose(be.recoil_rate(flux, E_ER), weak, rtol=1e-12)
    assert_allclose(
        signal_counts(xenonnt, be.SolarFlux()), signal_counts(xenonnt, be.StandardModel()), rtol=1e-12
    )


def test_the_flux_of_pp_neutrinos_is_the_landmark_with_the_nuisance_of_the_flux_off(xenonnt):
    model = counting_model(be.SolarFlux(), [xenonnt], "pp")
    assert "beta_flux" not in model.named_vars
    found = be.profile_likelihood(model, values=[1.0], delta_chi2=1.0)
    assert found.best_fit == pytest.approx(0.809, abs=0.002)
    assert_allclose(found.pieces, [(0.493, 1.125)], atol=0.002)


# Charges


@pytest.mark.parametrize(
    ("charges", "expected"),
    [
        ("b_minus_l", 11.90),
        ("l_e_minus_l_mu", 12.17),
        ("l_e_plus_2l_mu_plus_2l_tau", 10.60),
        ("b_minus_3l_e", 4.191),
        ("b_minus_2l_e_minus_l_mu", 6.250),
    ],
)
def test_limits_on_gauge_symmetries_are_the_landmarks(xenonnt, charges, expected):
    found = profile(be.LightVector(mass=1.0, charges=charges), xenonnt, "coupling").upper
    assert found == pytest.approx(expected * 1e-8, rel=5e-3)


def test_charges_of_gauge_symmetries_are_those_of_their_names():
    """Physics: a lepton's charge is that of its neutrino; the electron's is nu_e's, or none."""
    for name, (neutrinos, electron) in GAUGE_CHARGES.items():
        assert neutrinos[0] == (electron or 0.0), name


@pytest.mark.parametrize("charges", [n for n, (_, electron) in GAUGE_CHARGES.items() if electron is None])
def test_charges_that_leave_the_electron_out_need_the_one_that_loops_give_it(charges):
    for given in ({}, {"electron_charge": 0.0}):
        with pytest.raises(ValueError, match="loop mixing; give electron_charge"):
            be.LightVector(mass=1.0, charges=charges, **given)
    given = be.HeavyVector(1.0, charges=charges, electron_charge=-0.01)
    assert any(given.charge_product(flavour) for flavour in FLAVOURS)


@pytest.mark.parametrize(("charges", "electron"), [((0.0, 1.0, -1.0), 0.0), ((0.0, 0.0, 0.0), 1.0)])
def test_charges_of_which_nothing_scatters_are_refused(charges, electron):
    with pytest.raises(ValueError, match="nothing scatters"):
        be.LightScalar(mass=1.0, charges=charges, electron_charge=electron)


# Moments of mass states


def test_moments_of_mass_states_are_weighted_by_their_shares():
    """Physics: sum_i P_i mu_i^2 at one energy; for Majorana neutrinos Eq. 6 with that energy's P."""
    mixing, p_ee = load_mixing(), 0.55
    shares, u = mass_state_probabilities(p_ee, mixing), mixing_matrix(mixing)
    moment = be.MagneticMoment()
    one = moment.with_values(universal=1.0).cross_section("nu_e", 420.0, 2.0) - moment.cross_section(
        "nu_e", 420.0, 2.0
    )

    def squared(interaction):
        weak = be.StandardModel()
        states = [
            interaction.cross_section_of_mass_state(i, u[:, i], 420.0, 2.0)
            - weak.cross_section_of_mass_state(i, u[:, i], 420.0, 2.0)
            for i in range(3)
        ]
        return float(np.dot(shares, states) / one)

    assert squared(be.DiracMoment(3.0, 4.0, 5.0)) == pytest.approx(
        np.dot(shares, [9.0, 16.0, 25.0]), rel=1e-9
    )
    c13sq, p = 1 - mixing.s13sq, shares[0] / (1 - mixing.s13sq)
    expected = 9 * (1 - c13sq * p) + 16 * (1 - c13sq + c13sq * p) + 25 * c13sq
    assert squared(be.TransitionMoment(3.0, 4.0, 5.0)) == pytest.approx(expected, rel=1e-9)


def test_the_paper_s_shares_of_mass_states_are_those_of_pp_neutrinos():
    for kind in (be.DiracMoment, be.TransitionMoment):
        values = dict(zip(kind.parameters(), (8.0, 3.0, 5.0), strict=True))
        paper, exact = (
            be.recoil_rate(kind(**values, flavours=f), [1.0, 5.0]) for f in ("paper", "density_matrix")
        )
        assert_allclose(paper, exact, rtol=5e-3)


# Options


def test_wrong_options_list_the_choices():
    for wrong in (
        lambda: be.ElectronNSI(chirality="S"),
        lambda: be.NeutralCurrentCouplings(of="nu_mu"),
        lambda: be.MagneticMoment(flavours="mass"),
    ):
        with pytest.raises(ValueError, match="choices are"):
            wrong()
    for negative in (lambda: be.HeavyTensor(-1.0), lambda: be.SolarFlux(cno=-0.1)):
        with pytest.raises(ValueError, match="from zero upwards was needed"):
            negative()


def test_atomic_models_that_an_interaction_cannot_have_are_refused_before_anything_runs(xenonnt):
    corrected = be.load_experiment("xenonnt_sr0", {"xenon": {"electrons": "rrpa"}})
    with pytest.raises(ValueError, match=r"weak_mixing_angle cannot have 'rrpa' electrons"):
        counting_model(be.WeakMixingAngle(), [corrected], "sin2_theta_w")
    moment = profile(be.MagneticMoment(), corrected, "universal").upper
    assert moment == pytest.approx(profile(be.MagneticMoment(), xenonnt, "universal").upper, rel=0.01)


@pytest.mark.slow
def test_a_row_names_its_atomic_model():
    steps = counting_model(be.MagneticMoment(), ["xenonnt_sr0"], "nu_e").question
    photons = counting_model(be.EquivalentPhotonMillicharge(), ["xenonnt_sr0"], "nu_e").question
    assert (steps.atomic_model, caveats(steps)) == ("steps", [])
    assert photons.atomic_model == "equivalent photons; steps for the Standard Model"
    (corrected,) = plan(["magnetic_moment"], ["nu_e"], ["xenonnt_sr0"], "rrpa")
    assert corrected.experiment == "xenonnt_sr0:rrpa"
    words = corrected.build().question.atomic_model
    assert words == "RRPA (Standard Model part only)"
    assert caveats(corrected.build().question)[0] == f"atomic model: {words}"
    (free,) = plan(["magnetic_moment"], ["nu_e"], ["xenonnt_sr0:poisson"], "free")
    assert free.experiments[0].xenon.electrons == "free"
    assert free.experiments[0].likelihood == "poisson"


def test_an_atomic_model_is_asked_for_by_name():
    (row,) = plan(["millicharge"], ["nu_e"], ["xenonnt_sr0"], "equivalent_photons")
    assert row.model == "equivalent_photon_millicharge"
    for model, atomic, words in (
        ("millicharge", "rrpa", "interferes"),
        ("magnetic_moment", "equivalent_photons", r"only \['millicharge'\] has"),
        ("magnetic_moment", "rpa", "choices are"),
    ):
        with pytest.raises(ValueError, match=words):
            plan([model], ["nu_e"], ["xenonnt_sr0"], atomic)


def test_nuclear_recoils_have_no_atomic_model():
    with pytest.raises(ValueError, match="xenonnt_nr sees nuclear recoils, which no model of the electrons"):
        plan(["magnetic_moment"], ["nu_e"], ["xenonnt_nr"], "rrpa")
    (row,) = plan(["magnetic_moment"], ["nu_e"], ["xenonnt_sr0+xenonnt_nr"], "rrpa")
    assert row.experiment == "xenonnt_nr+xenonnt_sr0:rrpa"


# A measurement


@pytest.fixture(scope="module")
def flux_of_lz():
    return be.Fit(be.models.solar_flux(["lz_ws2022"], "pp"))


def test_a_flux_is_bounded_from_both_sides_and_cannot_be_negative(flux_of_lz):
    bound = exact_bound(flux_of_lz, "pp", 0.5)
    assert 0 < bound["lower"] < 1.5 < bound["upper"]
    assert flux_of_lz.profile(level=0.5).pieces[0][0] > 0
    assert flux_of_lz.marginal().values[0] == 0.0
    assert not be.SolarFlux.signed
    assert be.SolarFlux.two_sided()
    assert not be.MagneticMoment.two_sided()


def test_the_evidence_of_a_flux_is_against_the_standard_model_s_not_against_none(flux_of_lz):
    """Physics: ln of the mean likelihood over the prior's range, over that at a flux of one."""
    density = flux_of_lz.marginal()
    upper = density.values[-1]
    at_one = np.exp(density.log_evidence) * density.at(1.0) * upper  # the prior is flat on [0, upper]
    assert log_bayes_factor(flux_of_lz.model) == pytest.approx(
        density.log_evidence - np.log(at_one), abs=2e-3
    )


# The command line


def test_masses_and_options_of_a_row_are_named_on_the_command_line():
    texts = ["charges=0,1,-1", "electron_charge=0.01", "normalisation = left_handed"]
    fixed = fixed_by("light_vector", 10.0, settings_of(texts))
    assert dict(fixed) == {
        "charges": (0.0, 1.0, -1.0), "electron_charge": 0.01, "mass": 10.0, "normalisation": "left_handed",
    }  # fmt: skip
    assert fixed_by("electron_nsi", None, settings_of(["chirality=L"])) == (("chirality", "L"),)
    for model, mass, settings, words in (
        ("sterile_dipole", None, None, r"needs a mass \(--mass\)"),
        ("electron_nsi", 3.0, None, "has no mass"),
        ("heavy_vector", None, ["chirality=L"], "heavy_vector has no option"),
        ("electron_nsi", None, ["chirality"], "sets nothing"),
    ):
        with pytest.raises(ValueError, match=words):
            fixed_by(model, mass, settings_of(settings))


def test_all_models_are_those_of_table_one():
    assert set(electromagnetic_models()) == {
        "magnetic_moment", "transition_magnetic_moment", "millicharge", "charge_radius", "anapole_moment",
    }  # fmt: skip
