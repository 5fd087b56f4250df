"""Light mediators: cross sections, charges, and limits at a given mass.

Landmarks are those of issue 4, from two brute-force calculations; what every interaction has is tested in
test_interactions.py.
"""

from dataclasses import replace

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from iminuit import Minuit
from mediator_models import KINDS, every_kind, every_kind_slowly, model
from numpy.testing import assert_allclose
from pytensor.compile.mode import Mode
from scipy.optimize import brentq

import bayes_enues as be
from bayes_enues.compiled.structures import structure_of
from bayes_enues.constants import ELECTRON_MASS, FERMI_CONSTANT, FLAVOURS
from bayes_enues.interactions.base import weak_cross_section

CURRENTS = [be.LightVector, be.LightAxialVector]
E_NU = np.array([[200.0], [384.3], [861.3]])
E_ER = np.array([0.7, 3.0, 20.0])


def upper(kind, experiment, mass, **options):
    return be.profile_likelihood(model(kind, experiment, mass, **options), values=[0.0]).upper


# Physics: cross sections


def test_cross_sections_are_those_of_equations_8_to_11():
    """Physics: each formula written out again, in natural units and one number at a time."""
    g, m, e_nu, t = 3e-7, 40.0, 420.0, 2.0
    d, m_e = 2 * 510.99895 * t + m**2, 510.99895
    g_f, cm2 = 1.1663787e-17, (1.973269804e-8) ** 2
    weak = [-0.5 + 2 * 0.23857, -0.5]

    def eq1(g_v, g_a):
        bracket = (
            (g_v + g_a) ** 2 + (g_v - g_a) ** 2 * (1 - t / e_nu) ** 2 - (g_v**2 - g_a**2) * m_e * t / e_nu**2
        )
        return g_f**2 * m_e / (2 * np.pi) * bracket

    shift = g**2 / (2 * 2**0.5 * g_f * d)
    y = 1 - t / e_nu
    expected = {
        "V": eq1(weak[0] + shift, weak[1]),
        "A": eq1(weak[0], weak[1] + shift),
        "S": eq1(*weak) + g**4 / (4 * np.pi * d**2) * m_e**2 * t / e_nu**2,
        "P": eq1(*weak) + g**4 / (8 * np.pi * d**2) * m_e * t**2 / e_nu**2,
        "T": eq1(*weak) + m_e * g**4 / (np.pi * d**2) * (1 + 2 * y + y**2 - m_e * t / e_nu**2),
    }
    for letter, kind in KINDS.items():
        found = kind(coupling=g, mass=m).cross_section("nu_mu", e_nu, t)
        assert found == pytest.approx(expected[letter] * cm2, rel=1e-12)


@every_kind
def test_zero_coupling_is_the_standard_model(kind):
    """Physics."""
    for flavour in FLAVOURS:
        weak = be.StandardModel().cross_section(flavour, E_NU, E_ER)
        assert_allclose(kind(0.0, 5.0).cross_section(flavour, E_NU, E_ER), weak, rtol=1e-14)


@pytest.mark.parametrize("kind", CURRENTS)
@pytest.mark.parametrize("sign", [1, -1])
def test_a_heavy_current_mediator_is_a_contact_interaction(kind, sign):
    """Physics: far above the momentum transfer only g^2/m^2 is left, a constant shift of g_V or g_A."""
    mass = 1e8
    mediator = kind(coupling=2e-6 * mass / 60, mass=mass, sign=sign)
    shift = sign * mediator.coupling**2 / (2 * 2**0.5 * FERMI_CONSTANT * mass**2)
    for flavour in FLAVOURS:
        g_v, g_a = mediator.weak_couplings(flavour)
        shifted = (g_v + shift, g_a) if kind is be.LightVector else (g_v, g_a + shift)
        expected = weak_cross_section(*shifted, E_NU, E_ER)
        assert_allclose(mediator.cross_section(flavour, E_NU, E_ER), expected, rtol=1e-9)


@every_kind
def test_gradients_agree_with_finite_differences(kind):
    """Physics: of the symbolic counts, in the logarithm of coupling and mass."""
    log = pt.dvector("log")
    rate = be.recoil_rate(kind(pt.exp(log[0]), pt.exp(log[1])), np.array([1.5, 8.0]))
    value = rate.sum()
    mode = Mode(linker="py", optimizer=None)
    f, grad = (pytensor.function([log], out, mode=mode) for out in (value, pt.grad(value, log)))
    at, step = np.log([4 * kind.typical, 50.0]), 1e-4
    numeric = [(f(at + step * e) - f(at - step * e)) / (2 * step) for e in np.eye(2)]
    assert_allclose(grad(at), numeric, rtol=1e-6)


def test_left_handed_normalisation_needs_a_coupling_smaller_by_sqrt_2():
    """Physics: sqrt(2) instead of 2 sqrt(2) in Eq. 8 is a factor two in g^2."""
    printed = be.LightVector(2e-7, 10.0)
    left = be.LightVector(2e-7 / 2**0.5, 10.0, normalisation="left_handed")
    assert_allclose(
        left.cross_section("nu_e", E_NU, E_ER), printed.cross_section("nu_e", E_NU, E_ER), rtol=1e-12
    )


def test_b_minus_l_couples_every_flavour_alike_with_sqrt_2():
    """Physics: charges -1 and -1, product +1."""
    gauge, left = (
        be.LightVector(1e-7, 10.0, **o) for o in ({"charges": "b_minus_l"}, {"normalisation": "left_handed"})
    )
    for flavour in FLAVOURS:
        assert_allclose(
            gauge.cross_section(flavour, E_NU, E_ER), left.cross_section(flavour, E_NU, E_ER), rtol=1e-14
        )


def test_charges_scale_g_squared_flavour_by_flavour():
    """Physics: L_e - L_mu raises g_V of nu_e, lowers that of nu_mu by as much, and leaves nu_tau alone."""
    named = be.LightVector(2e-7, 10.0, charges="l_e_minus_l_mu")
    given = be.LightVector(2e-7, 10.0, charges=[1, -1, 0], electron_charge=1.0, normalisation="left_handed")
    shift = 4e-14 / (2**0.5 * FERMI_CONSTANT * (2 * ELECTRON_MASS * E_ER + 100.0))
    for flavour, charge in zip(FLAVOURS, (1, -1, 0), strict=True):
        g_v, g_a = named.weak_couplings(flavour)
        expected = weak_cross_section(g_v + charge * shift, g_a, E_NU, E_ER)
        for mediator in (named, given):
            assert_allclose(mediator.cross_section(flavour, E_NU, E_ER), expected, rtol=1e-12)


def test_mixing_lets_l_mu_minus_l_tau_reach_electrons():
    """Physics: an electron charge of -1/70 in units of g."""
    mediator = be.LightVector(2e-6, 10.0, charges="l_mu_minus_l_tau", electron_charge=-1 / 70)
    same = be.LightVector(
        2e-6, 10.0, charges=(0, 1, -1), electron_charge=-1 / 70, normalisation="left_handed"
    )
    weak = be.StandardModel()
    for flavour in FLAVOURS:
        found = mediator.cross_section(flavour, E_NU, E_ER)
        assert_allclose(found, same.cross_section(flavour, E_NU, E_ER), rtol=1e-14)
        assert np.all(found == weak.cross_section(flavour, E_NU, E_ER)) == (flavour == "nu_e")


# Bad input


@every_kind
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"coupling": -1e-7, "mass": 10.0}, "coupling is -1e-07; a number from zero upwards"),
        ({"coupling": 1e-7, "mass": 0.0}, "mass is 0; a number of keV above zero"),
        ({"coupling": 1e-7, "mass": -2.0}, "mass is -2; a number of keV above zero"),
        ({"coupling": np.nan, "mass": 10.0}, "coupling is nan; a finite number"),
        ({"coupling": 1e-7, "mass": np.inf}, "mass is inf; a finite number"),
        ({"coupling": 1e-7}, "needs the mass of the mediator"),
        ({"mass": 1.0, "charges": (1, -1), "electron_charge": 1}, "three finite numbers were needed"),
        ({"mass": 1.0, "charges": (1, np.inf, 0), "electron_charge": 1}, "three finite numbers were needed"),
        ({"mass": 1.0, "charges": (0, 1, -1)}, "the electron's charge was needed too"),
        ({"mass": 1.0, "charges": "l_mu_minus_l_tau"}, "only through loop mixing; give electron_charge"),
        ({"mass": 1.0, "charges": "b_minus_2l"}, "b_minus_l"),
        ({"mass": 1.0, "charges": "b_minus_l", "electron_charge": 0.5}, "fixes it at -1"),
        ({"mass": 1.0, "electron_charge": np.nan, "charges": (1, 1, 1)}, "electron_charge is nan"),
    ],
)
def test_bad_input_is_named_with_what_was_needed(kind, arguments, words):
    with pytest.raises(ValueError, match=words):
        kind(**arguments)


@pytest.mark.parametrize("kind", CURRENTS)
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"sign": 2}, "sign is 2; the sign of g_nu g_e is 1 or -1"),
        ({"normalisation": "sqrt2"}, "the choices are"),
        ({"normalisation": "as_printed", "charges": "b_minus_l"}, "leave the normalisation out"),
    ],
)
def test_bad_options_of_currents_are_refused(kind, arguments, words):
    with pytest.raises(ValueError, match=words):
        kind(mass=1.0, **arguments)


# Limits at a given mass


@pytest.mark.parametrize(
    ("kind", "limit"),
    [("V", 1.737e-7), ("A", 2.265e-7), ("S", 4.953e-7), ("P", 1.945e-6), ("T", 9.81e-8)],
)
def test_xenonnt_limits_at_ten_kev_are_the_landmarks(xenonnt, kind, limit):
    """Physics: issue 4, within 1 %."""
    assert upper(KINDS[kind], xenonnt, 10.0) == pytest.approx(limit, rel=0.01)


@pytest.mark.slow
def test_mediators_and_magnetic_moments_share_one_compiled_shape(xenonnt_model, xenonnt):
    for kind in KINDS.values():
        for mass in (1e-3, 1e5):
            assert structure_of(model(kind, xenonnt, mass)) is structure_of(xenonnt_model)


def chi2_by_hand(experiment, interaction, coupling):
    """Eq. 15, of beta, from the counts of the whole chain; no template, no compiled model."""
    counts = be.signal_counts(experiment, replace(interaction, coupling=coupling))

    def of(beta):
        expected = (1 + beta) * counts + sum(experiment.components.values())
        return float(np.sum(((expected - experiment.counts) / experiment.sigma) ** 2)) + (beta / 0.07) ** 2

    return of


@every_kind
@pytest.mark.parametrize("mass", [1e-2, 30.0, 1e4])
def test_iminuit_confirms_the_profile_limit(xenonnt, kind, mass):
    """Physics: MIGRAD on Eq. 15 by hand, the coupling held; SciPy finds where it has risen by 2.7055."""
    interaction = kind(mass=mass)
    ours = be.profile_likelihood(model(kind, xenonnt, mass), values=[0.0])

    def profiled(coupling):
        minuit = Minuit(chi2_by_hand(xenonnt, interaction, coupling), beta=0.0)
        minuit.migrad()
        return minuit.fval

    least = profiled(max(ours.best_fit, 0.0))
    scale = ours.upper
    for factor in (0.1, 0.3, 0.6):  # nothing lower elsewhere
        assert profiled(factor * scale) > least - 1e-6
    limit = scale * brentq(lambda t: profiled(t * scale) - least - 2.7055, 0.9, 1.1, xtol=1e-7)
    assert ours.upper == pytest.approx(limit, rel=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "kind", "mass"),
    [
        ("xenonnt", "V", 1e-3),
        ("xenonnt", "A", 10.0),
        ("lz", "S", 60.0),
        ("xenonnt", "P", 1e3),
        ("lz", "T", 1e5),
    ],
)
def test_posterior_bounds_agree_with_exact_quadrature(request, name, kind, mass):
    """Physics: flat prior and flat strength; three Monte Carlo standard errors."""
    one = model(KINDS[kind], request.getfixturevalue(name), mass)
    limit = be.limits(one, groups=False, draws=2500)
    exact = be.marginal_density(one)
    posterior = limit.posterior
    assert posterior.converged
    assert posterior.mcse <= 0.01 * posterior.upper
    assert abs(posterior.upper - exact.quantile(0.9)) < 3 * posterior.mcse
    strength = exact.reweighted(exact.values).quantile(0.9)
    assert posterior.upper_flat_strength == pytest.approx(strength, rel=0.03)
    assert limit.to_dict()["profile"]["lower"] is None


@every_kind_slowly
def test_limits_are_flat_below_a_kev_and_grow_like_the_mass_above_two_mev(xenonnt, kind):
    """Physics: the propagator is 1/(2 m_e E_er) or 1/m^2."""
    light = [upper(kind, xenonnt, m) for m in (1e-3, 0.1, 1.0)]
    assert_allclose(light, light[0], rtol=0.01)
    masses = np.array([2e3, 1e4, 1e5])
    heavy = np.array([upper(kind, xenonnt, m) for m in masses]) / masses
    assert_allclose(heavy, heavy[-1], rtol=0.01)


def test_tensor_is_strongest_and_pseudoscalar_weakest_at_small_mass(xenonnt, lz):
    """Physics: Sec. 3 of arXiv:2208.06415."""
    for experiment in (xenonnt, lz):
        limits = {name: upper(kind, experiment, 0.1) for name, kind in KINDS.items()}
        assert min(limits, key=limits.get) == "T"
        assert max(limits, key=limits.get) == "P"


def test_a_negative_g_squared_has_its_own_limit(xenonnt):
    """Physics: with the sign reversed the interference changes; two minima of one chi^2 may be apart."""
    plus = be.profile_likelihood(model(be.LightVector, xenonnt, 10.0))
    minus = be.profile_likelihood(model(be.LightVector, xenonnt, 10.0, sign=-1))
    interaction = be.LightVector(mass=10.0, sign=-1)
    assert minus.upper != pytest.approx(plus.upper, rel=0.05)
    grid = np.linspace(0, 1.3 * minus.upper, 60)
    by_hand = [min(map(chi2_by_hand(xenonnt, interaction, g), np.linspace(-0.25, 0.25, 101))) for g in grid]
    assert min(by_hand) == pytest.approx(minus.chi2_min, abs=0.02)
    below = grid[np.array(by_hand) - minus.chi2_min < 2.7055]
    assert below[-1] == pytest.approx(minus.upper, abs=2 * grid[1])
