"""What every interaction has. A new one is one line in EXAMPLES; formulas of each have files of their own."""

from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from numpy.testing import assert_allclose
from pytensor.compile.mode import Mode

import bayes_enues as be
from bayes_enues import interactions
from bayes_enues.constants import FLAVOURS
from bayes_enues.interactions import (
    AnapoleMoment,
    ChargeRadius,
    DiracMoment,
    ElectronNSI,
    EquivalentPhotonMillicharge,
    HeavyAxialVector,
    HeavyPseudoscalar,
    HeavyScalar,
    HeavyTensor,
    HeavyVector,
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
from bayes_enues.interactions.base import COUPLINGS, FLAVOUR_RULES
from bayes_enues.signal.xenon import ELECTRON_MODELS

EXAMPLES = [
    StandardModel(),
    MagneticMoment(nu_e=9.0, nu_mu=4.0),
    TransitionMoment(lambda_1=8.0, lambda_2=3.0, lambda_3=5.0),
    Millicharge(nu_e=-4.0, nu_tau=7.0),
    EquivalentPhotonMillicharge(nu_e=2.0, nu_mu=1.0),
    ChargeRadius(nu_e=-30.0, nu_mu=12.0),
    AnapoleMoment(nu_e=5.0, nu_tau=-2.0),
    LightVector(coupling=2e-7, mass=50.0),
    LightAxialVector(coupling=2e-7, mass=50.0),
    LightScalar(coupling=5e-7, mass=50.0),
    LightPseudoscalar(coupling=5e-7, mass=50.0),
    LightTensor(coupling=3e-7, mass=50.0),
    HeavyVector(coupling_over_mass=2.0),
    HeavyAxialVector(coupling_over_mass=3.0),
    HeavyScalar(coupling_over_mass=5.0),
    HeavyPseudoscalar(coupling_over_mass=15.0),
    HeavyTensor(coupling_over_mass=2.0),
    ElectronNSI(ee=0.2, mumu=-0.1, emu=0.3, etau=-0.2, mutau=0.1),
    ElectronNSI(ee=0.2, tautau=-0.1, emu=0.3, chirality="L"),
    SterileDipole(nu_e=9.0, nu_mu=4.0, mass=50.0),
    WeakMixingAngle(sin2_theta_w=0.4),
    NeutralCurrentCouplings(g_v=0.3, g_a=-0.2),
    SolarFlux(pp=0.8, be7=1.3),
    DiracMoment(mu_1=8.0, mu_2=3.0, mu_3=5.0),
    QuarkNSI(u_ee=0.1, d_emu=0.2),
]


def name(interaction):
    return type(interaction).__name__


def free_parameters(interaction):
    return [p for p in interaction.parameters() if p not in interaction.fixed_parameters]


every_interaction = pytest.mark.parametrize("interaction", EXAMPLES, ids=name)

E_ER = np.array([0.3, 1.7, 9.0, 28.0])
E_NU = np.array([[200.0], [384.3], [861.3], [5000.0]])
NUMPY = {"mode": Mode(linker="py", optimizer=None)}  # nothing to compile


#: Not a polynomial in 1/E_nu: the package finds out and takes many nodes (tests/test_counts.py).
LOGARITHMIC = (EquivalentPhotonMillicharge,)


def whole(interaction, flavour, e_nu, e_er):
    """An electron's cross section and, where a formula knows atoms only, its share of the atom's."""
    electron = interaction.cross_section(flavour, e_nu, e_er)
    if not hasattr(interaction, "cross_section_per_atom"):
        return electron
    return electron + interaction.cross_section_per_atom(flavour, e_nu, e_er) / 54


def test_every_interaction_of_the_package_is_tested_here():
    kinds = {getattr(interactions, name) for name in interactions.__all__} - {interactions.Interaction}
    assert kinds == {type(example) for example in EXAMPLES}


def at_the_standard_model(interaction):
    return replace(
        interaction, **{p: interaction.standard_model_value(p) for p in free_parameters(interaction)}
    )


@every_interaction
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_parameters_at_their_standard_model_values_give_the_standard_model(interaction, flavour):
    off = at_the_standard_model(interaction)
    expected = StandardModel().cross_section(flavour, E_NU, E_ER)
    assert_allclose(whole(off, flavour, E_NU, E_ER), expected, rtol=1e-14)


@every_interaction
def test_parameters_left_at_their_defaults_are_those_of_the_standard_model(interaction):
    fixed = {name: getattr(interaction, name) for name in interaction.fixed_parameters}
    left = type(interaction)(**fixed)
    for name in free_parameters(interaction):
        assert getattr(left, name) == interaction.standard_model_value(name)


MIXTURE = np.array([0.8, 0.36 + 0.2j, -0.4 + 0.15j])


@every_interaction
def test_a_mass_state_scatters_as_a_quadratic_in_1_over_energy_and_as_in_the_standard_model(interaction):
    coherent = replace(interaction, flavours="density_matrix")
    weak = StandardModel().cross_section_of_mass_state(0, MIXTURE, E_NU, E_ER)
    off = at_the_standard_model(coherent).cross_section_of_mass_state(0, MIXTURE, E_NU, E_ER)
    assert_allclose(off, weak, rtol=1e-14)
    u = np.linspace(2e-4, 5e-3, 7)[:, None]
    values = coherent.cross_section_of_mass_state(0, MIXTURE, 1 / u, E_ER)
    assert np.max(np.abs(np.diff(values, n=3, axis=0))) <= 1e-12 * np.max(np.abs(values))
    assert np.all(values > 0)


@every_interaction
def test_the_rate_at_the_standard_model_s_values_is_the_standard_model_s(interaction):
    for flavours in FLAVOUR_RULES:
        off = replace(at_the_standard_model(interaction), flavours=flavours)
        rate = be.recoil_rate(off, E_ER)
        assert_allclose(rate, be.recoil_rate(StandardModel(), E_ER), rtol=1e-12)


@every_interaction
def test_a_rate_of_symbols_is_the_rate_of_their_values(interaction):
    """Symbols of all that can be free; what is fixed, such as a mass, sets thresholds and stays a number."""
    names = free_parameters(interaction)
    symbols = [pt.dscalar(name) for name in names]
    symbolic = be.recoil_rate(replace(interaction, **dict(zip(names, symbols, strict=True))), E_ER)
    f = pytensor.function(symbols, pt.as_tensor(symbolic), on_unused_input="ignore", **NUMPY)
    values = [getattr(interaction, name) for name in names]
    assert_allclose(f(*values), be.recoil_rate(interaction, E_ER), rtol=1e-9)


@every_interaction
def test_rrpa_is_for_terms_that_add_the_same_whatever_the_weak_couplings_are(interaction):
    """Physics: what interferes with W and Z exchange changes with their couplings."""
    assert set(interaction.atomic_models) <= set(ELECTRON_MODELS)
    added = []
    for couplings in COUPLINGS:
        new = replace(interaction, couplings=couplings)
        weak = whole(at_the_standard_model(new), "nu_e", E_NU, E_ER)
        added.append(whole(new, "nu_e", E_NU, E_ER) - weak)
    adds = np.allclose(*added, rtol=1e-6, atol=1e-12 * weak.max())
    assert adds == ("rrpa" in interaction.atomic_models)


@every_interaction
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_symbolic_parameters_give_the_same_numbers(interaction, flavour):
    names = interaction.parameters()
    symbols = [pt.dscalar(name) for name in names]
    symbolic = replace(interaction, **dict(zip(names, symbols, strict=True)))
    f = pytensor.function(
        symbols,
        pt.as_tensor(whole(symbolic, flavour, E_NU, E_ER)),
        on_unused_input="ignore",
        **NUMPY,
    )
    numbers = f(*[getattr(interaction, name) for name in names])
    assert_allclose(numbers, whole(interaction, flavour, E_NU, E_ER), rtol=1e-12)


@pytest.mark.parametrize("interaction", [i for i in EXAMPLES if free_parameters(i)], ids=name)
def test_gradients_are_those_of_finite_differences(interaction):
    names = free_parameters(interaction)
    symbols = [pt.dscalar(name) for name in names]
    symbolic = replace(interaction, **dict(zip(names, symbols, strict=True)))
    values = [float(getattr(interaction, name)) or interaction.typical for name in names]

    def total(values):
        at = replace(interaction, **dict(zip(names, values, strict=True)))
        return sum(whole(at, f, E_NU, E_ER).sum() for f in FLAVOURS)

    graph = sum(pt.sum(pt.as_tensor(whole(symbolic, f, E_NU, E_ER))) for f in FLAVOURS)
    gradients = pt.grad(graph, symbols, disconnected_inputs="ignore")  # fluxes are no part of a cross section
    exact = pytensor.function(symbols, gradients, on_unused_input="ignore", **NUMPY)(*values)
    for k, value in enumerate(values):
        step = 1e-4 * abs(value)
        up, down = list(values), list(values)
        up[k], down[k] = value + step, value - step
        assert_allclose(exact[k], (total(up) - total(down)) / (2 * step), rtol=1e-5)


@pytest.mark.parametrize("interaction", [i for i in EXAMPLES if not isinstance(i, LOGARITHMIC)], ids=name)
def test_the_cross_section_is_a_quadratic_in_one_over_the_neutrino_energy(interaction):
    """Third differences in u = 1/E_nu of the formula vanish: two nodes integrate it exactly."""
    u = np.linspace(2e-4, 5e-3, 7)[:, None]
    values = whole(interaction, "nu_e", 1 / u, E_ER)
    third = np.diff(values, n=3, axis=0)
    assert np.max(np.abs(third)) <= 1e-12 * np.max(np.abs(values))


@every_interaction
def test_counts_are_quadratic_in_the_strength(interaction):
    """Third differences in parameter**power vanish: templates of three points suffice."""
    for name in free_parameters(interaction):
        size = abs(float(getattr(interaction, name))) or interaction.typical
        s = np.linspace(0.2, 2.0, 6) * size**interaction.power
        scans = [
            whole(replace(interaction, **{name: x ** (1 / interaction.power)}), "nu_mu", 400.0, E_ER)
            for x in s
        ]
        third = np.diff(np.array(scans), n=3, axis=0)
        assert np.max(np.abs(third)) <= 1e-9 * np.max(np.abs(scans))


@every_interaction
def test_no_cross_section_is_negative_where_the_kinematics_allow_it(interaction):
    e_er = np.geomspace(0.012, 45, 60)
    e_nu = np.geomspace(20, 18_000, 300)[:, None]
    allowed = e_nu > (e_er + np.sqrt(e_er**2 + 2 * 510.99895 * e_er)) / 2
    for flavour in FLAVOURS:
        values = whole(interaction, flavour, e_nu, e_er)
        assert np.all(values[allowed] > -1e-12 * np.max(np.abs(values)))


@every_interaction
def test_an_interaction_cannot_be_changed_and_refuses_what_is_no_number(interaction):
    with pytest.raises(FrozenInstanceError):
        interaction.couplings = "radiative"
    for name in interaction.parameters():
        with pytest.raises(TypeError, match="number was needed"):
            replace(interaction, **{name: "9"})
        with pytest.raises(ValueError, match=r"finite|positive|zero|above"):
            replace(interaction, **{name: float("nan")})


@every_interaction
def test_unknown_parameters_and_options_list_the_choices(interaction):
    with pytest.raises(ValueError, match="choices"):
        interaction.with_values(nu_x=1.0)
    with pytest.raises(ValueError, match="density_matrix"):
        replace(interaction, flavours="tribimaximal")
    with pytest.raises(ValueError, match="tree"):
        replace(interaction, couplings="loop")


def test_universal_sets_every_flavour():
    assert MagneticMoment().with_values(universal=6.0) == MagneticMoment(6.0, 6.0, 6.0)


def test_the_standard_model_by_hand():
    """nu_e at 861.3 keV and 9 keV recoil, from Eq. 1 with g_V = 0.97714, g_A = 0.5 written out."""
    g_v, g_a, m, t, e = 0.5 + 2 * 0.23857, 0.5, 510.99895, 9.0, 861.3
    bracket = (g_v + g_a) ** 2 + (g_v - g_a) ** 2 * (1 - t / e) ** 2 - (g_v**2 - g_a**2) * m * t / e**2
    expected = (1.1663787e-17) ** 2 * m / (2 * np.pi) * bracket * (1.973269804e-8) ** 2
    assert be.StandardModel().cross_section("nu_e", e, t) == pytest.approx(expected, rel=1e-12)


def test_a_magnetic_moment_of_one_bohr_magneton_has_the_textbook_size():
    """Vogel & Engel: pi alpha^2 / m_e^2 = 2.495e-25 cm^2, times 1/T - 1/E, by hand."""
    strength = 2.4949e-25  # pi r_e^2 with r_e = 2.8179403 fm
    extra = MagneticMoment(nu_e=1e12).cross_section("nu_e", 500.0, 2.0) - StandardModel().cross_section(
        "nu_e", 500.0, 2.0
    )
    assert extra == pytest.approx(strength * (1 / 2.0 - 1 / 500.0), rel=1e-4)
