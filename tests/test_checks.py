"""Predictive checks: against SciPy, and on data that are what the model says, or not."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from numpy.testing import assert_allclose
from schemas import check_files
from scipy.stats import poisson
from typer.testing import CliRunner

import bayes_enues as be
from bayes_enues.cli import app
from bayes_enues.fit.chi2 import Likelihood
from bayes_enues.results import Check
from bayes_enues.runs.beside import with_arrays
from bayes_enues.studies import check_rows
from bayes_enues.studies.checks import _deviance, predictive_check
from bayes_enues.tables import packaged


@pytest.fixture(scope="module")
def fitted():
    model = be.models.magnetic_moment(["xenonnt_sr0"], "nu_e")
    return model, be.sample_posterior(model, draws=1000)


def test_the_deviance_of_poisson_counts_is_that_of_scipy():
    n, mu = np.array([0, 3, 9]), np.array([0.7, 2.5, 9.0])
    by_hand = 2 * (poisson.logpmf(n, np.maximum(n, 1e-12)) - poisson.logpmf(n, mu)).sum()
    assert_allclose(_deviance(n, mu, None, True), by_hand, rtol=1e-9)


def test_the_deviance_of_the_data_is_chi_squared_without_its_penalties(fitted):
    model, tree = fitted
    found = predictive_check(model, tree, n=4000)[0]
    likelihood = Likelihood(model)
    points = np.stack([tree["posterior"][name].values.ravel() for name in likelihood.names], axis=-1)
    penalty = (points[:, 1] / 0.07) ** 2
    assert_allclose(found.deviance[0], likelihood.batch(points) - penalty, rtol=1e-8)


def test_posterior_and_prior_predictive_contain_the_data(fitted):
    for group in ("prior", "posterior"):
        found = predictive_check(*fitted, group)[0]
        assert 0.02 < found.p_value < 0.98
        inside = (found.observed >= found.bands[0]) & (found.observed <= found.bands[-1])
        assert inside.mean() > 0.85
        assert np.all((found.pit > 0) & (found.pit < 1))
        assert np.all(np.diff(found.bands, axis=0) >= 0)


def test_data_that_scatter_twice_too_much_are_caught():
    experiment = be.load_experiment("xenonnt_sr0")
    rng = np.random.default_rng(4)
    odd = np.round(np.maximum(experiment.counts + rng.choice([-9, 9], experiment.n_bins), 0))
    wrong = be.models.magnetic_moment([replace(experiment, counts=odd)], "nu_e")
    found = predictive_check(wrong, be.sample_posterior(wrong, draws=1000))[0]
    assert found.p_value < 0.01


def test_cells_that_are_nearly_empty_are_uniform_where_the_model_is_right_and_not_where_it_is_wrong(
    xenonnt_nr,
):
    """243 cells with 62 events: half of the probability of an equal count would pile up next to one half."""
    apart = []
    for factor in (1, 4):
        data = replace(xenonnt_nr, counts=factor * xenonnt_nr.counts)
        model = be.models.solar_flux([data], "b8")
        points = {rv.name: np.full((1, 50), float(rv.name == "b8")) for rv in model.free_RVs}
        draws = xr.Dataset({name: (("chain", "draw"), values) for name, values in points.items()})
        (found,) = predictive_check(model, xr.DataTree.from_dict({"posterior": draws}))
        apart.append(found.pit_uniform_p_value)
        assert np.all((found.pit > 0) & (found.pit < 1))
    assert apart[0] > 0.05
    assert apart[1] < 0.01


def test_missing_draws_are_said(fitted):
    model, tree = fitted
    with pytest.raises(ValueError, match="there are no draws"):
        predictive_check(model, tree, "likelihood")


@pytest.fixture
def sampled(fitted, monkeypatch):
    """Draws that are there already, for whatever asks for new ones, and how often that was."""
    asked = []
    check_rows._fitted.cache_clear()  # another test of this process may have asked for the same fit
    monkeypatch.setattr(
        "bayes_enues.studies.check_rows.sample_posterior", lambda *a, **k: asked.append(a) or fitted[1]
    )
    return asked


def checked(out, experiment="xenonnt_sr0", *more):
    arguments = ["check", "--parameter", "nu_e", "--experiment", str(experiment)]
    done = CliRunner().invoke(app, [*arguments, *more, "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert check_files(out) == {"checks", "checks_row"}
    return json.loads((out / "checks.json").read_text())["rows"]


@pytest.mark.slow
def test_a_second_check_reuses_its_rows_and_keeps_those_of_others(fitted, sampled, tmp_path):
    first = checked(tmp_path)
    assert [row["group"] for row in first] == ["prior", "posterior"]
    assert checked(tmp_path) == first
    assert len(sampled) == 1
    both = checked(tmp_path, "xenonnt_sr0", "--seed", "7")
    assert len(sampled) == 2
    assert [row for row in both if row["seed"] != 7] == first
    assert len(both) == 4
    assert len(checked(tmp_path, "xenonnt_sr0", "--fresh")) == 4
    assert len(sampled) == 3
    assert not list(tmp_path.glob("*.broken*"))


@pytest.mark.slow
def test_a_stored_check_is_the_one_that_was_computed(fitted, sampled, tmp_path):
    row = checked(tmp_path)[1]
    assert row["file"]["name"] == f"{row['fingerprint']}.nc"
    stored, found = with_arrays(tmp_path, Check.from_dict(row)), predictive_check(*fitted)[0]
    assert (stored.experiment, stored.group, stored.p_value) == (found.experiment, found.group, found.p_value)
    for name in ("observed", "bands", "pit", "deviance"):
        assert_allclose(getattr(stored, name), getattr(found, name))


@pytest.mark.slow
def test_an_experiment_in_a_users_own_folder_is_checked(sampled, tmp_path):
    shutil.copytree(packaged("xenonnt_sr0"), tmp_path / "mine")
    checked(tmp_path / "out", tmp_path / "mine")
    assert (tmp_path / "out" / "check_magnetic_moment_nu_e_xenonnt_sr0.png").exists()
