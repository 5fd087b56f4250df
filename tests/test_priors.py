"""Priors: densities against closed forms, units, and every refusal."""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest
from numpy.testing import assert_allclose
from pytensor.compile.mode import Mode
from scipy.integrate import quad

import bayes_enues as be
from bayes_enues.fit.information import fisher_information
from bayes_enues.fit.setup import ask
from bayes_enues.priors import Flat, FlatStrength, HalfNormal, Jeffreys, LogUniform
from bayes_enues.priors.densities import LogToPower, inverse_softplus, tabulate
from bayes_enues.priors.density import log_density
from bayes_enues.priors.text import parse_prior

NUMPY = Mode(linker="py", optimizer="fast_compile")  # nothing to compile
NAMED = [
    Flat(0.0, 20.0),
    FlatStrength(0.0, 20.0),
    HalfNormal(0.0, 20.0, scale=10.0),
    LogUniform(0.01, 20.0),
    Jeffreys(0.0, 20.0, information=lambda x: 1 + x**2),
]
every_prior = pytest.mark.parametrize("prior", NAMED, ids=lambda p: type(p).__name__)


@pytest.fixture(scope="module")
def gaussian():
    return ask(be.MagneticMoment(), ["xenonnt_sr0"], "nu_e")


@every_prior
def test_every_density_integrates_to_one_over_its_range(prior):
    x = prior.grid(4001)
    density = np.exp(log_density(prior, "nu_e", x))
    assert_allclose(np.trapezoid(density, x), 1, rtol=2e-5)


@every_prior
def test_every_density_vanishes_outside_its_range(prior):
    assert np.all(np.isneginf(log_density(prior, "nu_e", [prior.upper * 1.01, prior.lower - 0.001])))


@every_prior
def test_prior_draws_follow_the_density(prior):
    with pm.Model():
        x = pm.draw(prior("nu_e"), 2000, random_seed=1, mode=NUMPY)
    grid = prior.grid(4001)
    below = np.concatenate([[0], np.cumsum(np.diff(grid) * np.exp(log_density(prior, "nu_e", grid))[1:])])
    u = np.sort(np.interp(x, grid, below))
    assert np.max(np.abs(u - np.linspace(0, 1, u.size))) < 1.63 / np.sqrt(u.size)  # Kolmogorov, 1 %


def test_closed_forms_hold():
    """Physics: x = 5 on 0 to 20."""
    assert_allclose(np.exp(log_density(NAMED[0], "x", [5.0])), 1 / 20)
    assert_allclose(np.exp(log_density(NAMED[1], "x", [5.0])), 2 * 5 / 20**2)
    assert_allclose(np.exp(log_density(NAMED[3], "x", [5.0])), 1 / 5 / np.log(2000))
    shape = quad(lambda x: np.exp(-(x**2) / 200), 0, 20)[0]
    assert_allclose(np.exp(log_density(NAMED[2], "x", [5.0])), np.exp(-25 / 200) / shape)


def test_the_coordinate_of_a_log_uniform_prior_inverts_and_its_jacobian_is_the_slope():
    transform, inputs = LogToPower(), (None, None, 0.01, 20.0, 8.0)
    u = np.linspace(-6, 6, 25)
    x = transform.backward(u, *inputs).eval()
    assert_allclose(transform.forward(x, *inputs).eval(), u, rtol=1e-6, atol=1e-6)
    step = 1e-5
    slope = (transform.backward(u + step, *inputs) - transform.backward(u - step, *inputs)).eval() / (
        2 * step
    )
    assert_allclose(transform.log_jac_det(u, *inputs).eval(), np.log(slope), rtol=1e-6, atol=1e-6)


def test_a_tabulated_density_keeps_a_straight_line_exactly():
    pieces = tabulate(0.0, 20.0, np.linspace(0, 7, 41))
    assert_allclose(pieces[3], 2 * np.linspace(0, 20, 41)[:-1] / 400, atol=1e-15)


def test_jeffreys_is_flat_in_the_square_for_a_gaussian_likelihood_and_a_pure_square_signal(gaussian):
    """Physics: d counts/d mu = 2 mu T1, so the root of the information is proportional to mu."""
    prior = Jeffreys(0.0, 20.0).asked_of(gaussian, "nu_e")
    x = np.linspace(0.05, 20, 50)
    expected = log_density(FlatStrength(0.0, 20.0), "nu_e", x)
    assert_allclose(log_density(prior, "nu_e", x), expected, rtol=1e-6, atol=1e-8)


def test_the_information_of_poisson_counts_is_that_of_a_finite_difference():
    experiment = be.load_experiment("lz_ws2022")
    question = ask(be.Millicharge(), [experiment], "nu_e")

    def expected(q):
        return be.signal_counts(experiment, be.Millicharge(nu_e=q)) + experiment.background

    at = np.array([-3.0, 0.0, 2.5])
    by_hand = [np.sum((expected(q + 1e-3) - expected(q - 1e-3)) ** 2 / 4e-6 / expected(q)) for q in at]
    assert_allclose(fisher_information(question, "nu_e", at), by_hand, rtol=1e-6)


def test_the_chain_carries_the_same_information_as_the_templates(gaussian):
    chain = ask(be.MagneticMoment(), ["xenonnt_sr0"], "nu_e", spectrum="chain")
    at = np.array([1.0, 8.0])
    assert_allclose(
        fisher_information(chain, "nu_e", at), fisher_information(gaussian, "nu_e", at), rtol=1e-6
    )


def test_a_callable_of_the_user_has_a_density_too():
    x = np.array([0.5, 3.0])
    density = log_density(lambda name: pm.Exponential(name, 2.0), "nu_e", x)
    assert_allclose(density, np.log(2) - 2 * x)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("flat", Flat()),
        ("flat(0, 30)", Flat(0.0, 30.0)),
        ("halfnormal(1e-11 mu_B)", HalfNormal(scale=10.0)),
        ("halfnormal(10)", HalfNormal(scale=10.0)),
        ("halfnormal(1e-11 mu_B, 0, 5e-11 mu_B)", HalfNormal(0.0, 50.0, 10.0)),
        ("loguniform(1e-14 mu_B)", LogUniform(0.01)),
        ("loguniform(0.01, 30)", LogUniform(0.01, 30.0)),
        ("jeffreys", Jeffreys()),
    ],
)
def test_priors_are_read_with_their_units(text, expected):
    read = parse_prior(text, "1e-12 mu_B")
    assert type(read) is type(expected)
    for name in ("lower", "upper", "scale"):
        one, other = getattr(read, name, None), getattr(expected, name, None)
        assert one == other if other is None else one == pytest.approx(other, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("gaussian(3)", "unknown"),
        ("halfnormal", "it is written halfnormal\\(scale\\)"),
        ("halfnormal(1e-13 e)", "does not fit"),
        ("halfnormal(-3)", "positive width"),
        ("halfnormal(1, 50, 60)", "nothing left"),
        ("loguniform(0)", "improper"),
        ("loguniform(0, 30)", "improper"),
        ("flat(30, 0)", "lower edge must lie below"),
        ("flat(0, inf)", "is not a number"),
        ("flat(0, 1e999)", "finite edges"),
        ("flat(ten)", "is not a number"),
        ("halfnormal(1.2.3)", "'1.2.3' in a prior is not a number"),
        ("halfnormal(..5)", "is not a number"),
        ("halfnormal(٣)", "is not a number"),
    ],
)
def test_priors_that_make_no_sense_are_refused_in_one_line(text, words):
    with pytest.raises(ValueError, match=words) as error:
        parse_prior(text, "1e-12 mu_B")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("prior", [FlatStrength(), LogUniform(0.01)], ids=lambda p: type(p).__name__)
def test_signed_parameters_have_no_prior_in_their_size_alone(prior):
    with pytest.raises(ValueError, match="signed"):
        be.models.millicharge(["xenonnt_sr0"], "nu_e", prior=prior)


def test_a_range_below_zero_is_refused_for_a_moment():
    with pytest.raises(ValueError, match="cannot be negative"):
        be.models.magnetic_moment(["xenonnt_sr0"], "nu_e", prior=Flat(-3.0, 30.0))


def test_jeffreys_without_data_says_what_it_needs():
    with pytest.raises(ValueError, match="information of the data"):
        Jeffreys(0.0, 20.0)("nu_e")


def test_the_inverse_of_softplus_is_its_inverse_near_zero_and_far_above():
    s = np.array([1e-12, 1e-3, 1.0, 30.0])
    assert_allclose(pt.softplus(inverse_softplus(pt.as_tensor(s))).eval(), s, rtol=1e-12)
