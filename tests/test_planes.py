"""Two parameters at a time: brute force, known cases, counts of draws, and what is refused."""

import time

import numpy as np
import pymc as pm
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import quad
from scipy.optimize import minimize_scalar

from bayes_enues import HalfNormal, models
from bayes_enues.fit import sample_posterior
from bayes_enues.fit.chi2 import Likelihood
from bayes_enues.fit.minimise import profile_many
from bayes_enues.statistics import threshold
from bayes_enues.studies.planes.credible import credible_plane
from bayes_enues.studies.planes.plane import plane_region
from bayes_enues.studies.planes.profile import profile_plane


@pytest.fixture(scope="module")
def moments(xenonnt):
    return models.magnetic_moment([xenonnt], ["nu_e", "nu_mu"])


@pytest.fixture(scope="module")
def radii(xenonnt):
    return models.charge_radius([xenonnt], ["nu_e", "nu_mu"])


@pytest.fixture(scope="module")
def plane_of_moments(moments):
    return plane_region(moments, ["nu_e", "nu_mu"])


@pytest.fixture(scope="module")
def plane_of_radii(radii):
    return plane_region(radii, ["nu_e", "nu_mu"])


def test_the_contour_of_two_moments_is_where_scipy_finds_the_threshold(moments, plane_of_moments):
    likelihood = Likelihood(moments)

    def profiled(point):
        return minimize_scalar(lambda beta: likelihood.full(np.array([*point, beta]))[0], bounds=(-0.5, 0.5),
                               options={"xatol": 1e-10}).fun  # fmt: skip

    profile = plane_of_moments.profile
    assert profile.threshold == pytest.approx(4.6052, abs=1e-4)
    for vertex in profile.contours[0].vertices[::40]:
        assert profiled(vertex) - profile.chi2_min == pytest.approx(profile.threshold, abs=1e-6)


def test_moments_share_an_ellipse_from_axis_to_axis(plane_of_moments):
    # counts depend on a sum of squares alone, up to the small difference of the flavours' spectra
    for region in (plane_of_moments.profile, plane_of_moments.posterior):
        assert [line.closed for line in region.contours] == [False]
        vertices = region.contours[0].vertices
        assert vertices[:, 0].min() == pytest.approx(0, abs=1e-9)
        assert vertices[:, 1].min() == pytest.approx(0, abs=1e-9)
        a, b = vertices.max(axis=0)
        assert_allclose((vertices[:, 0] / a) ** 2 + (vertices[:, 1] / b) ** 2, 1, atol=0.02)


def test_the_credible_region_of_two_radii_is_a_ring_and_the_profiles_is_not(plane_of_radii):
    assert [line.closed for line in plane_of_radii.profile.contours] == [True]
    assert [line.closed for line in plane_of_radii.posterior.contours] == [True, True]
    assert not plane_of_radii.posterior.contains([[-42.0, 3.0]])[0]  # the hole
    assert plane_of_radii.posterior.contains([[-5.0, 0.0]])[0]


def test_the_density_is_that_of_brute_force(radii, plane_of_radii):
    # one nuisance: SciPy integrates likelihood times its truncated Gaussian at two points of the plane
    likelihood, credible = Likelihood(radii), plane_of_radii.posterior
    i, j = np.array([8, 30]), np.array([20, 25])

    def log_density(x, y):
        chi2_min = 17.0
        integral, _ = quad(
            lambda beta: np.exp(-0.5 * (likelihood.full(np.array([x, y, beta]))[0] - chi2_min)), -1, 1,
            points=[0], epsabs=0, epsrel=1e-10,
        )  # fmt: skip
        return np.log(integral)

    brute = [log_density(credible.x[a], credible.y[b]) for a, b in zip(i, j, strict=True)]
    assert np.diff(brute)[0] == pytest.approx(np.diff(credible.log_density[i, j])[0], abs=1e-6)


@pytest.mark.slow
def test_draws_fill_the_credible_region_to_its_level(radii, plane_of_radii):
    tree = sample_posterior(radii, 2000, groups=False)
    assert tree.attrs["converged"]
    points = np.stack([tree["posterior"][n].values.ravel() for n in ("nu_e", "nu_mu")], axis=-1)
    inside = plane_of_radii.posterior.contains(points).mean()
    assert inside == pytest.approx(0.9, abs=4 * np.sqrt(0.09 / tree.attrs["ess_bulk"]) + 0.005)


def test_finer_grids_change_nothing_that_prints(radii, plane_of_radii):
    likelihood = Likelihood(radii)
    fine = profile_plane(likelihood, [0, 1], threshold(0.9, 2), points=161)
    assert fine.area == pytest.approx(plane_of_radii.profile.area, rel=1e-4)
    finer = credible_plane(likelihood, [0, 1], 0.9, points=81)
    assert finer.area == pytest.approx(plane_of_radii.posterior.area, rel=2e-3)
    assert finer.log_density_cut == pytest.approx(plane_of_radii.posterior.log_density_cut, abs=2e-3)
    for region in (plane_of_radii.profile, plane_of_radii.posterior):
        assert region.grid_error < 1e-3
        assert region.residual < 1e-6
    assert plane_of_radii.posterior.integration_error < 1e-9  # a Gaussian conditional: Laplace is exact


def test_lz_planes_state_the_error_of_laplace(lz):
    plane = plane_region(models.charge_radius([lz], ["nu_e", "nu_mu"]), ["nu_e", "nu_mu"])
    assert 1e-9 < plane.posterior.integration_error < 1e-3


@pytest.fixture(scope="module")
def three(xenonnt):
    return models.transition_magnetic_moment([xenonnt], ["lambda_1", "lambda_2", "lambda_3"])


def test_a_third_moment_is_profiled_to_zero_and_integrated_over_its_prior(three):
    # chi^2 depends on mu^2 = sum a_i Lambda_i^2 and its best fit is zero, so the profile sets the third to
    # zero, while the posterior integrates it
    plane = plane_region(three, ["lambda_1", "lambda_2"])
    single = profile_pieces_of("lambda_1", 4.6052)
    assert plane.profile.contours[0].vertices[:, 0].max() == pytest.approx(single, rel=1e-4)
    likelihood = Likelihood(three)
    credible = plane.posterior
    i, j = [5, 20], [10, 15]
    nodes = np.linspace(0, three.question.priors["lambda_3"].upper, 2001)

    def log_density(x, y):
        chi2 = profile_many(
            likelihood, [0, 1, 2], np.stack([np.full(2001, x), np.full(2001, y), nodes], axis=-1)
        )
        sigma = chi2.hessian[:, 3, 3] ** -0.5
        return np.log(np.trapezoid(np.exp(-0.5 * (chi2.chi2 - 17)) * sigma, nodes))

    brute = [log_density(credible.x[a], credible.y[b]) for a, b in zip(i, j, strict=True)]
    assert np.diff(brute)[0] == pytest.approx(np.diff(credible.log_density[i, j])[0], abs=1e-5)


def profile_pieces_of(name, delta):
    from bayes_enues.fit.scan import profile_pieces

    return profile_pieces(Likelihood(models.transition_magnetic_moment(["xenonnt_sr0"], name)), name, delta)[
        0
    ][1]


def test_a_plane_of_10_000_fits_takes_about_a_second(moments):
    likelihood = Likelihood(moments)
    grid = np.stack(np.meshgrid(np.linspace(0, 12, 100), np.linspace(0, 20, 100), indexing="ij"), -1)
    start = time.perf_counter()
    fits = profile_many(likelihood, [0, 1], grid.reshape(-1, 2))
    assert time.perf_counter() - start < 5  # 1 s is the aim; machines under test are busy
    assert fits.converged.all()


def test_a_range_that_cuts_the_region_is_extended_and_said(moments):
    plane = plane_region(moments, ["nu_e", "nu_mu"], ranges={"nu_e": (0.0, 5.0)})
    assert plane.profile.x[-1] > 10.8
    assert plane.notes[0].startswith("the range of nu_e was extended from (0, 5) to (0, 11")
    wide = plane_region(moments, ["nu_e", "nu_mu"], ranges={"nu_e": (0.0, 25.0)})
    assert wide.profile.x[-1] == 25.0
    assert wide.notes == []


@pytest.mark.parametrize(
    ("parameters", "options", "words"),
    [
        (["nu_e", "nu_e"], {}, "two different parameters"),
        (["nu_e"], {}, "two different parameters"),
        (["nu_e", "nu_tau"], {}, "no parameter"),
        (["nu_e", "nu_mu"], {"level": 1.5}, "between 0 and 1"),
        (["nu_e", "nu_mu"], {"ranges": {"nu_e": (5.0, 1.0)}}, "must increase"),
        (["nu_e", "nu_mu"], {"ranges": {"nu_e": (-5.0, 1.0)}}, "cannot be negative"),
        (["nu_e", "nu_mu"], {"ranges": {"nu_tau": (0.0, 1.0)}}, "plane is of"),
    ],
)
def test_a_bad_plane_is_refused(moments, parameters, options, words):
    with pytest.raises(ValueError, match=words):
        plane_region(moments, parameters, **options)


def halfnormal(name):
    return pm.HalfNormal(name, 12.0)


@pytest.mark.slow
def test_a_plane_takes_a_prior_of_ones_own(xenonnt):
    """Half a Gaussian, once as a callable and once by its name."""
    own = models.magnetic_moment([xenonnt], ["nu_e", "nu_mu"], prior=halfnormal)
    named = models.magnetic_moment([xenonnt], ["nu_e", "nu_mu"], prior=HalfNormal(scale=12.0))
    mine, theirs = (credible_plane(Likelihood(model), [0, 1], 0.9) for model in (own, named))
    assert mine.area == pytest.approx(theirs.area, rel=5e-3)


def test_a_prior_that_vanishes_in_a_plane_is_refused(xenonnt):
    model = models.magnetic_moment(
        [xenonnt], ["nu_e", "nu_mu"], prior=lambda name: pm.Uniform(name, 0.0, 3.0)
    )
    with pytest.raises(ValueError, match=r"vanishes at values that the data allow"):
        credible_plane(Likelihood(model), [0, 1], 0.9)
