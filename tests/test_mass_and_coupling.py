"""Mass and coupling of a light mediator both free: splined templates, priors in logarithms, planes."""

import json
from dataclasses import replace

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest
from iminuit import Minuit
from mediator_models import every_kind_slowly, model
from numpy.testing import assert_allclose
from pytensor.compile.mode import Mode
from schemas import check_files
from scipy.interpolate import RegularGridInterpolator
from scipy.stats import kstest
from typer.testing import CliRunner

import bayes_enues as be
from bayes_enues import cli
from bayes_enues.fit.chi2 import Likelihood
from bayes_enues.fit.mass_table import mass_table
from bayes_enues.fit.minimise import minimise_many
from bayes_enues.priors.wall import LogPower, SoftWall
from bayes_enues.results import Region
from bayes_enues.runs.beside import with_grids
from bayes_enues.runs.runner import run
from bayes_enues.runs.store import ResultsFolder
from bayes_enues.statistics import of_chains
from bayes_enues.studies.mediators.planes import (
    MassPlaneSpec,
    counted,
    mass_plane,
    share_inside,
)


@pytest.fixture(scope="module")
def free_mass(xenonnt):
    return be.models.light_mediator_masses(be.LightPseudoscalar(mass=1.0), [xenonnt])


@every_kind_slowly
def test_splined_templates_are_the_chain_at_any_mass(xenonnt, kind):
    """Physics: to 1e-6, between the knots, up to twice the coupling that the data begin to see."""
    table = mass_table(kind(mass=1.0), [xenonnt], (-3.0, 5.0))
    rng = np.random.default_rng(1)
    for log10_mass in rng.uniform(-3, 5, 25):
        log10_coupling = float(table.log10_strength(log10_mass)) + rng.uniform(-1, 0.3)
        counts = be.signal_counts(xenonnt, kind(10**log10_coupling, 10**log10_mass))
        assert_allclose(table.counts(0, log10_mass, log10_coupling), counts, rtol=1e-6)


@pytest.mark.slow
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


@pytest.mark.slow
def test_mass_and_coupling_are_sampled_without_divergences_and_fill_the_region(free_mass):
    """Physics: 90 % of the draws lie in the region of highest density; its contour is Delta chi^2 = 4.605."""
    tree = be.sample_posterior(free_mass, draws=2000, groups=False)
    assert tree.attrs["converged"]
    assert tree.attrs["divergences"] == 0
    assert tree.attrs["attempts"] == 1
    plane = mass_plane(free_mass)
    draws = tree["posterior"]
    inside = share_inside(plane, draws["log10_mass"].values, draws["log10_coupling"].values)
    assert inside == pytest.approx(0.9, abs=0.03)
    profile = plane.profile
    assert profile.threshold == pytest.approx(4.605, abs=1e-3)
    likelihood = Likelihood(free_mass)

    def chi2_at(vertex):
        minuit = Minuit(lambda beta: likelihood.full(np.array([*vertex, beta]))[0], beta=0.0)
        minuit.migrad()
        return minuit.fval

    for vertex in profile.contours[0].vertices[::20]:
        assert chi2_at(vertex) - profile.chi2_min == pytest.approx(profile.threshold, abs=1e-3)
    row = counted(plane, tree).to_row()
    assert "flat in log coupling on [1e-09, 0.01]" in row["prior"]
    assert row["posterior"]["density_in"] == ["log10_mass", "log10_coupling"]


@pytest.mark.slow
def test_a_strong_signal_of_mass_and_coupling_is_sampled_as_quadrature_has_it(free_mass):
    """Physics: a band a hundredth of a decade wide, which turns upwards where the mass matters."""
    likelihood, name = Likelihood(free_mass), "observed_xenonnt_sr0"
    table, seen = likelihood.question.table, free_mass[name].get_value()
    strong = table.log10_strength(0.0) + 0.3
    try:
        expected = table.counts(0, 0.0, strong) + likelihood.question.experiments[0].background
        free_mass.set_data(name, expected)
        tree, likelihood = be.sample_posterior(free_mass, draws=4000, groups=False), Likelihood(free_mass)
    finally:
        free_mass.set_data(name, seen)
    assert tree.attrs["sampler"] == "independence"
    mass, above = (np.arange(200) + 0.5) / 25 - 3, (np.arange(400) + 0.5) / 800
    points = np.stack(
        [*(v.ravel() for v in np.meshgrid(mass, above, indexing="ij")), np.zeros(80_000)], axis=-1
    )
    points[:, 1] += table.log10_strength(points[:, 0])
    points = points[points[:, 1] < -2.0]
    fits = minimise_many(likelihood, points, np.array([2]), warm=True)
    log_density = -0.5 * fits.chi2 - 0.5 * np.log(fits.hessian[:, 2, 2])  # Eq. 15 is Gaussian in beta
    share = np.exp(log_density - log_density.max())
    share /= share.sum()
    for k, parameter in enumerate(("log10_mass", "log10_coupling")):
        draws = tree["posterior"][parameter].values
        for power in (1, 2):
            error = of_chains("mcse", draws**power, method="mean")
            assert abs((draws**power).mean() - share @ points[:, k] ** power) < 4 * error
    heavy = (tree["posterior"]["log10_mass"].values > 0.0).astype(float)
    assert abs(heavy.mean() - share[points[:, 0] > 0].sum()) < 4 * of_chains("mcse", heavy, method="mean")


@pytest.mark.slow
def test_a_plane_is_a_row_that_is_kept_and_drawn_again(tmp_path, monkeypatch):
    asked = "mediators --model light_pseudoscalar --mass 10 --experiment xenonnt_sr0 --draws 500"
    asked += " --plane loguniform"
    result = CliRunner().invoke(cli.app, [*asked.split(), "--out", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert "0 divergences; flat in log10_mass" in " ".join(result.output.split())
    assert (tmp_path / "mediator_planes.pdf").exists()
    assert {"mediator_planes", "mediator_planes_row"} <= check_files(tmp_path)
    (row,) = json.loads((tmp_path / "mediator_planes.json").read_text())["rows"]
    assert row["prior"] == "flat in log10_mass on [-3, 5]; flat in log coupling on [1e-09, 0.01]"
    assert row["posterior"]["converged"]
    assert row["posterior"]["share_inside"] == pytest.approx(0.9, abs=0.04)
    plane = with_grids(tmp_path, Region.from_dict(row))
    profile, credible = plane.profile, plane.posterior
    inside = credible.log_density >= credible.log_density_cut
    density = np.exp(credible.log_density)
    share = np.trapezoid(np.trapezoid(np.where(inside, density, 0), credible.y), credible.x)
    assert share == pytest.approx(0.9, abs=0.02)
    vertices = np.concatenate([line.vertices for line in profile.contours])
    delta_chi2 = RegularGridInterpolator((profile.x, profile.y), profile.delta_chi2)
    step = np.array([0.0, 0.1])
    assert np.all(delta_chi2(vertices + step) > profile.threshold)
    assert np.all(delta_chi2(vertices - step) < profile.threshold)

    specs = [MassPlaneSpec("light_pseudoscalar", "xenonnt_sr0", draws=500)]
    monkeypatch.setattr(MassPlaneSpec, "compute", None)  # nothing is computed twice
    again = ResultsFolder(tmp_path, "mediator_planes.json", 0.9)
    assert run(specs, again) == [Region.from_dict(row)]
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
    from bayes_enues.fit import mass_table as module

    monkeypatch.setattr(module, "mass_table", lambda *arguments: None)  # what takes the time
    question = module.ask_with_mass(be.LightVector(mass=1.0), "xenonnt_sr0", (1.0, 10.0))
    assert question.experiment_name == "xenonnt_sr0"
