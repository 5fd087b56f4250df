"""Light mediators: cross sections, limits at a given mass, charges, the scan and its figures.

Landmarks are those of issue 4, from two brute-force calculations; what every interaction has is tested in
test_interactions.py.
"""

import csv
import json
from dataclasses import replace

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest
from iminuit import Minuit
from numpy.testing import assert_allclose
from pytensor.compile.mode import Mode
from scipy.interpolate import RegularGridInterpolator
from scipy.optimize import brentq
from scipy.stats import kstest
from typer.testing import CliRunner

import bayes_enues as be
from bayes_enues import cli, rows
from bayes_enues.constants import ELECTRON_MASS, FERMI_CONSTANT, FLAVOURS
from bayes_enues.interactions.base import weak_cross_section
from bayes_enues.likelihood import Likelihood
from bayes_enues.mediators import scan as mediators
from bayes_enues.mediators.mass_table import mass_table
from bayes_enues.mediators.planes import MassPlaneSpec, mass_plane, plane_row, stored_plane
from bayes_enues.mediators.wall import LogPower, SoftWall
from bayes_enues.plots import mediators as mediator_plots
from bayes_enues.results import ResultsFolder
from bayes_enues.shapes import shape_of

KINDS = {
    "V": be.LightVector,
    "A": be.LightAxialVector,
    "S": be.LightScalar,
    "P": be.LightPseudoscalar,
    "T": be.LightTensor,
}
every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
CURRENTS = [be.LightVector, be.LightAxialVector]
E_NU = np.array([[200.0], [384.3], [861.3]])
E_ER = np.array([0.7, 3.0, 20.0])


def model(kind, experiment, mass, **options):
    return be.models.counting_model(kind(mass=mass, **options), [experiment], "coupling")


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


def test_mediators_and_magnetic_moments_share_one_compiled_shape(xenonnt_model, xenonnt):
    for kind in KINDS.values():
        for mass in (1e-3, 1e5):
            assert shape_of(model(kind, xenonnt, mass)) is shape_of(xenonnt_model)


def chi2_by_hand(experiment, interaction, coupling, beta):
    """Eq. 15 from the counts of the whole chain; no template, no compiled model."""
    counts = be.signal_counts(experiment, replace(interaction, coupling=coupling))
    expected = (1 + beta) * counts + sum(experiment.components.values())
    return float(np.sum(((expected - experiment.counts) / experiment.sigma) ** 2)) + (beta / 0.07) ** 2


@every_kind
@pytest.mark.parametrize("mass", [1e-2, 30.0, 1e4])
def test_iminuit_confirms_the_profile_limit(xenonnt, kind, mass):
    """Physics: MIGRAD on Eq. 15 by hand, the coupling held; SciPy finds where it has risen by 2.7055."""
    interaction = kind(mass=mass)
    ours = be.profile_likelihood(model(kind, xenonnt, mass), values=[0.0])

    def profiled(coupling):
        minuit = Minuit(lambda beta: chi2_by_hand(xenonnt, interaction, coupling, beta), beta=0.0)
        minuit.migrad()
        return minuit.fval

    least = profiled(max(ours.best_fit, 0.0))
    scale = ours.upper
    for factor in (0.1, 0.3, 0.6):  # nothing lower elsewhere
        assert profiled(factor * scale) > least - 1e-6
    limit = scale * brentq(lambda t: profiled(t * scale) - least - 2.7055, 0.9, 1.1, xtol=1e-7)
    assert ours.upper == pytest.approx(limit, rel=1e-4)


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


@every_kind
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
    by_hand = [
        min(chi2_by_hand(xenonnt, interaction, g, b) for b in np.linspace(-0.25, 0.25, 101)) for g in grid
    ]
    assert min(by_hand) == pytest.approx(minus.chi2_min, abs=0.02)
    below = grid[np.array(by_hand) - minus.chi2_min < 2.7055]
    assert below[-1] == pytest.approx(minus.upper, abs=2 * grid[1])


# The scan, its files and figures


def test_a_scan_lists_mediators_experiments_and_rising_masses():
    specs = mediators.plan_scan(["vector", "light_tensor"], [10, 1])
    asked = [(s.model, s.experiment, dict(s.fixed)["mass"]) for s in specs]
    assert asked[:4] == [
        ("light_vector", "lz_ws2022", 1.0),
        ("light_vector", "lz_ws2022", 10.0),
        ("light_vector", "xenonnt_sr0", 1.0),
        ("light_vector", "xenonnt_sr0", 10.0),
    ]
    assert len(specs) == 8
    assert len(mediators.plan_scan()) == 400


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"kinds": ["graviton"]}, "no light mediator 'light_graviton'"),
        ({"masses": [1.0, -1.0]}, "mass is -1"),
        ({"masses": []}, "no mass was given"),
        ({"kinds": ["scalar"], "settings": {"sign": 1}}, "has no option"),
        ({"experiments": ["xenon2t"]}, "xenon2t"),
        ({"level": 1.5}, "level is 1.5"),
    ],
)
def test_a_scan_refuses_what_it_cannot_do_before_it_starts(arguments, words):
    with pytest.raises((ValueError, FileNotFoundError), match=words):
        mediators.plan_scan(**arguments)


@pytest.fixture(scope="module")
def scan(tmp_path_factory):
    out = tmp_path_factory.mktemp("scan")
    own = out / "own.csv"
    own.write_text("# mine\nmass_keV,coupling,experiment,source\n5,3e-6,toy,nowhere\n")
    arguments = ["mediators", "--kind", "vector", "--kind", "scalar", "--masses", "1,100", "--out", str(out)]
    arguments += ["--experiment", "xenonnt_sr0", "--published", str(own), "--delta-chi2", "4.605"]
    result = CliRunner().invoke(cli.app, arguments)
    assert result.exit_code == 0, result.output
    return out, result.output


def test_the_command_writes_rows_with_masses_curves_and_figures(scan):
    out, printed = scan
    rows = json.loads((out / "mediators.json").read_text())["rows"]
    assert [(r["model"], r["mass"]) for r in rows] == [
        (m, x) for m in ("light_vector", "light_scalar") for x in (1.0, 100.0)
    ]
    assert all(r["parameter"] == "coupling" and r["unit"] == "1" for r in rows)
    assert all(r["profile"]["delta_chi2"] == 4.605 for r in rows)
    with open(out / "mediators_curves.csv") as file:
        curves = list(csv.DictReader(file))
    assert float(curves[1]["profile_upper"]) == pytest.approx(rows[1]["profile"]["upper"], rel=1e-5)
    for name in ("mediators", "mediators_published"):
        assert (out / f"{name}.pdf").stat().st_size > 5000
    assert "vector" in printed
    assert not list(out.glob("*.nc"))


def test_a_scan_that_was_done_is_not_done_again(scan, monkeypatch):
    out, _ = scan
    monkeypatch.setattr(rows, "compute", lambda *a, **k: pytest.fail("computed again"))
    arguments = ["mediators", "--kind", "vector", "--masses", "100", "--experiment", "xenonnt_sr0"]
    arguments += ["--delta-chi2", "4.605", "--out", str(out)]
    assert CliRunner().invoke(cli.app, arguments).exit_code == 0


def test_every_published_point_has_its_source():
    points = mediators.published_points()
    assert {(p["mass_keV"], p["coupling"], p["source"]) for p in points} >= {
        (1.0, 1.3e-6, "arXiv:2005.11891"),
        (10000.0, 8.8e-5, "arXiv:2005.11891"),
    }
    assert all(p["source"] and p["experiment"] for p in points)
    known = {
        (row.upper, row.source) for row in be.published_limits() if row.model == "light_vector_b_minus_l"
    }
    assert known == {(p["coupling"], p["source"]) for p in points if "XMASS" in p["experiment"]}


def test_a_users_points_are_drawn_in_every_panel_and_named_ones_in_theirs(tmp_path):
    import matplotlib.pyplot as plt

    own = tmp_path / "own.csv"
    own.write_text("mass_keV,coupling,experiment,source\n5,3e-6,toy,nowhere\n")
    points = mediators.published_points() + mediators.published_points(own)
    fig, axes = plt.subplots(1, 2)
    drawn = []
    for ax, name in zip(axes, ("light_vector", "light_scalar"), strict=True):
        mediator_plots.plot_points(ax, points, name)
        drawn.append(ax.get_legend_handles_labels()[1])
    plt.close(fig)
    assert drawn == [["XMASS-I (B-L), arXiv:2005.11891", "toy, nowhere"], ["toy, nowhere"]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("mass_keV,coupling,experiment\n1,2,a\n", "lacks \\['source'\\]"),
        ("mass_keV,coupling,experiment,source\n-1,2e-6,a,b\n", "mass_keV holds -1"),
        ("mass_keV,coupling,experiment,source\n1,zero,a,b\n", "'zero' is not a number"),
    ],
)
def test_a_users_file_that_does_not_fit_is_refused(tmp_path, text, words):
    path = tmp_path / "own.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=words):
        mediators.published_points(path)


# Mass and coupling both free


@pytest.fixture(scope="module")
def free_mass(xenonnt):
    return be.models.light_mediator_masses(be.LightPseudoscalar(mass=1.0), [xenonnt])


@every_kind
def test_splined_templates_are_the_chain_at_any_mass(xenonnt, kind):
    """Physics: to 1e-6, between the knots, up to twice the coupling that the data begin to see."""
    table = mass_table(kind(mass=1.0), [xenonnt], (-3.0, 5.0))
    rng = np.random.default_rng(1)
    for log10_mass in rng.uniform(-3, 5, 25):
        log10_coupling = float(table.log10_strength(log10_mass)) + rng.uniform(-1, 0.3)
        counts = be.signal_counts(xenonnt, kind(10**log10_coupling, 10**log10_mass))
        assert_allclose(table.counts(0, log10_mass, log10_coupling), counts, rtol=1e-6)


def test_with_the_mass_held_the_free_mass_model_is_the_one_at_that_mass(xenonnt, free_mass):
    """Physics: one chi^2."""
    both = Likelihood(free_mass)
    for log10_mass, coupling in ((-2.0, 2e-6), (2.3, 3e-6), (4.9, 1e-3)):
        fixed = Likelihood(model(be.LightPseudoscalar, xenonnt, 10**log10_mass))
        ours = both.full(np.array([log10_mass, np.log10(coupling), 0.03]))[0]
        assert ours == pytest.approx(fixed.full(np.array([coupling, 0.03]))[0], rel=1e-6)


def test_the_soft_wall_leaves_the_declared_density_alone():
    """Physics: forward and backward are inverse and the Jacobian is the derivative, near the wall and far."""
    value = pt.dscalar("value")
    inputs = [None, None, pt.constant(-9.0), pt.constant(-2.0), pt.constant(0.0), pt.constant(-6.0)]
    transform = SoftWall()
    back = transform.backward(value, *inputs)
    outputs = [
        back,
        transform.forward(back, *inputs),
        transform.log_jac_det(value, *inputs),
        pt.grad(back, value),
    ]
    f = pytensor.function([value], outputs, mode=Mode(linker="py", optimizer=None))
    for v in (-8.0, -4.0, -0.5, 0.3, 2.0, 10.0):
        x, again, log_jacobian, slope = f(v)
        assert -9 < x < -2
        assert again == pytest.approx(v, rel=1e-6, abs=1e-6)
        assert log_jacobian == pytest.approx(np.log(slope), abs=1e-8)


@pytest.mark.parametrize("exponent", [0.0, 1.0, 2.0])
def test_a_power_law_in_the_logarithm_is_normalised_and_drawn_as_declared(exponent):
    """Physics: its integral by quadrature is one, and draws of 10^x have the declared distribution."""
    dist = LogPower.dist(-3.0, 1.0, exponent, -1.0)
    x = np.linspace(-3, 1, 4001)
    density = np.exp(pm.logp(dist, x).eval(mode=Mode(linker="py", optimizer=None)))
    assert np.trapezoid(density, x) == pytest.approx(1, rel=1e-5)
    assert density[2000] / density[1000] == pytest.approx(10**exponent, rel=1e-9)
    draws = pm.draw(dist, 4000, random_seed=1, mode=Mode(linker="py", optimizer=None))
    below = np.interp(draws, x, np.cumsum(density) * (x[1] - x[0]))
    assert kstest(below, "uniform").pvalue > 1e-3


def test_mass_and_coupling_are_sampled_without_divergences_and_fill_the_region(free_mass):
    """Physics: 90 % of the draws lie in the region of highest density; its contour is Delta chi^2 = 4.605."""
    tree = be.sample_posterior(free_mass, draws=2000, groups=False)
    assert tree.attrs["converged"]
    assert tree.attrs["divergences"] == 0
    assert tree.attrs["attempts"] == 1
    plane = mass_plane(free_mass)
    draws = tree["posterior"]
    inside = plane.share_inside(draws["log10_mass"].values, draws["log10_coupling"].values)
    assert inside == pytest.approx(0.9, abs=0.03)
    assert plane.threshold == pytest.approx(4.605, abs=1e-3)
    likelihood = Likelihood(free_mass)

    def chi2_at(vertex):
        minuit = Minuit(lambda beta: likelihood.full(np.array([*vertex, beta]))[0], beta=0.0)
        minuit.migrad()
        return minuit.fval

    for vertex in plane.profile_lines[0].vertices[::20]:
        assert chi2_at(vertex) - plane.chi2_min == pytest.approx(plane.threshold, abs=1e-3)
    row = plane_row(free_mass, plane, tree)
    assert "flat in log coupling on [1e-09, 0.01]" in row["prior"]
    assert row["posterior"]["density_in"] == ["log10_mass", "log10_coupling"]


def test_a_plane_is_a_row_that_is_kept_and_drawn_again(tmp_path, monkeypatch):
    asked = (
        "mediators --kind pseudoscalar --masses 10 --experiment xenonnt_sr0 --draws 500 --plane loguniform"
    )
    result = CliRunner().invoke(cli.app, [*asked.split(), "--out", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert "0 divergences; flat in log10_mass" in " ".join(result.output.split())
    assert (tmp_path / "mediator_planes.pdf").exists()
    (row,) = json.loads((tmp_path / "mediator_planes.json").read_text())["rows"]
    assert row["prior"] == "flat in log10_mass on [-3, 5]; flat in log coupling on [1e-09, 0.01]"
    assert row["posterior"]["converged"]
    assert row["posterior"]["inside"] == pytest.approx(0.9, abs=0.04)
    plane = stored_plane(row, tmp_path / row["file"]["name"])
    inside = plane.log_density >= plane.cut
    density = np.exp(plane.log_density)
    share = np.trapezoid(np.trapezoid(np.where(inside, density, 0), plane.log10_coupling), plane.log10_mass)
    assert share == pytest.approx(0.9, abs=0.02)
    vertices = np.concatenate([line.vertices for line in plane.profile_lines])
    delta_chi2 = RegularGridInterpolator((plane.log10_mass, plane.log10_coupling), plane.delta_chi2)
    step = np.array([0.0, 0.1])
    assert np.all(delta_chi2(vertices + step) > plane.threshold)
    assert np.all(delta_chi2(vertices - step) < plane.threshold)

    specs = [MassPlaneSpec("light_pseudoscalar", "xenonnt_sr0", draws=500)]
    monkeypatch.setattr(MassPlaneSpec, "compute", None)  # nothing is computed twice
    again = ResultsFolder(tmp_path, "mediator_planes.json", 0.9)
    assert rows.run(specs, again) == [row]
    others = [
        replace(specs[0], prior="flat"),
        replace(specs[0], masses=(1.0, 10.0)),
        replace(specs[0], seed=1),
    ]
    assert len({spec.fingerprint() for spec in [*specs, *others]}) == 4


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"prior": "jeffreys"}, "choices are"),
        ({"masses": (10.0, 1.0)}, "rising range above zero"),
        ({"masses": (0.0, 1.0)}, "rising range above zero"),
        ({"couplings": (0.0, 1e-3)}, "rising range above zero"),
    ],
)
def test_ranges_and_priors_that_do_not_fit_are_refused(xenonnt, arguments, words):
    with pytest.raises(ValueError, match=words):
        be.models.light_mediator_masses(be.LightVector(mass=1.0), [xenonnt], **arguments)


def test_a_plane_needs_mass_and_coupling_free(xenonnt_model):
    with pytest.raises(ValueError, match="light_mediator_masses makes one that fits"):
        mass_plane(xenonnt_model)


def test_mass_and_coupling_take_one_experiment_as_every_other_model_does(monkeypatch):
    from bayes_enues.mediators import mass_table as module

    monkeypatch.setattr(module, "mass_table", lambda *arguments: None)  # what takes the time
    question = module.ask_with_mass(be.LightVector(mass=1.0), "xenonnt_sr0", (1.0, 10.0))
    assert question.experiment_name == "xenonnt_sr0"
