"""Figures that need not be drawn again, files that hold no more than they must, and what is restored."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import bayes_enues as be
from bayes_enues.fit.groups import thinned, with_groups
from bayes_enues.plots import base
from bayes_enues.runs.figures import Drawing, drawn, of_limits
from bayes_enues.runs.plan import plan
from bayes_enues.runs.processes import processes, shared_processes
from bayes_enues.runs.runner import run
from bayes_enues.runs.store import ResultsFolder, _bytes_of

ASKED = {"parameters": ["nu_e"], "experiments": ["xenonnt_sr0"], "draws": 500}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    found = ResultsFolder(tmp_path_factory.mktemp("figures"), "limits.json", 0.9)
    rows = run(plan(["magnetic_moment"], **ASKED), found)
    drawn([of(rows, found)])
    return found, rows


def of(rows, folder):
    (one,) = of_limits(rows, folder.path)
    return one


@pytest.mark.slow
def test_a_figure_is_drawn_again_if_it_is_missing_or_shows_something_else(folder):
    folder, rows = folder
    assert of(rows, folder).is_there()
    before = {file: file.read_bytes() for file in of(rows, folder).files}
    other = [replace(rows[0], posterior=replace(rows[0].posterior, upper=1.0))]
    assert not of(other, folder).is_there()
    (folder.path / "limits_magnetic_moment.png").unlink()
    assert not of(rows, folder).is_there()
    assert drawn([of(rows, folder)]) == list(before)
    assert {file: file.read_bytes() for file in before} == before


def test_what_a_figure_shows_is_told_apart_by_rows_arrays_and_a_users_curves():
    def mark(**content):
        return Drawing("mediators.curves_figure", Path("a"), content).mark()

    curve, other = np.linspace(0, 1, 5), np.linspace(0, 1.001, 5)
    assert mark(found=curve) == mark(found=curve.copy())
    assert len({mark(found=curve), mark(found=other), mark(found=curve, level=0.9), mark(found=[])}) == 4
    assert mark(found=object()) is None  # drawn each time


@pytest.mark.slow
def test_figures_are_drawn_where_rows_are_computed_and_a_second_time_nowhere(folder, monkeypatch):
    folder, rows = folder
    drawings = [of(rows, folder)._replace(path=folder.path / name) for name in ("one", "two")]
    with shared_processes(), processes(1):
        monkeypatch.setattr(base, "save", None)  # of this process
        assert len(drawn(drawings)) == 6
    assert len(drawn(drawings)) == 6


@pytest.mark.slow
def test_a_table_that_is_there_imports_neither_pymc_nor_nutpie_nor_matplotlib(folder):
    folder, _ = folder
    code = (
        "import sys; from bayes_enues.cli import app; "
        "app(sys.argv[1:], standalone_mode=False); "
        "print(sorted({'pymc', 'nutpie', 'arviz', 'xarray', 'matplotlib'} & set(sys.modules)))"
    )
    command = ["limits", "--parameter", "nu_e", "--experiment", "xenonnt_sr0", "--draws", "500", "--out"]
    done = subprocess.run(
        [sys.executable, "-c", code, *command, str(folder.path)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_rows_file_stays_below_0_7_megabytes():
    """Four chains of 4,000 draws of four variables, as of both experiments together; noise packs worst."""
    rng = np.random.default_rng(0)
    dims, shape = ("chain", "draw"), (4, 4000)
    draws = {f"x{k}": (dims, rng.normal(size=shape)) for k in range(4)}
    stats = {"diverging": (dims, np.zeros(shape, bool)), "energy": (dims, rng.normal(size=shape))}
    stats |= {"depth": (dims, rng.integers(2, 4, shape)), "step_size": (dims, np.full(shape, 0.5))}
    stats["n_steps"] = dims, 2 ** rng.integers(2, 4, shape) - 1
    tree = xr.DataTree.from_dict({"posterior": xr.Dataset(draws), "sample_stats": xr.Dataset(stats)})
    assert len(_bytes_of(tree)[0]) < 0.7e6


@pytest.fixture(scope="module")
def full(xenonnt_model):
    return be.limits(xenonnt_model, draws=500, seed=4, groups=True)


def test_a_limit_has_no_derived_groups_unless_asked_and_they_can_be_restored(xenonnt_model, full):
    bare = be.limits(xenonnt_model, draws=500, seed=4)
    assert {"posterior", "sample_stats", "profile", "quadrature"} == set(bare.tree.children)
    restored = with_groups(xenonnt_model, bare.tree)
    assert set(restored.children) == set(full.tree.children)
    assert restored.attrs == bare.tree.attrs
    for group in ("log_likelihood", "log_prior", "posterior_predictive", "prior"):
        xr.testing.assert_identical(restored[group].to_dataset(), full.tree[group].to_dataset())
    assert bare.power_scaling == full.power_scaling
    small = thinned(with_groups(xenonnt_model, be.limits(xenonnt_model, draws=2000, seed=4).tree))
    assert small["log_likelihood"].sizes["draw"] == 500
    assert small["posterior"].sizes["draw"] >= 2000


def test_power_scaling_of_arrays_is_that_of_arviz(full):
    from arviz_stats import psense

    summed = full.tree["log_likelihood"].to_dataset().sum("bin_xenonnt_sr0")
    tree = xr.DataTree.from_dict(
        {"posterior": full.tree["posterior"].to_dataset()[["nu_e"]], "log_likelihood": summed}
    )
    theirs = float(psense(tree, ["nu_e"], group="likelihood")["nu_e"])
    assert full.power_scaling.likelihood_sensitivity == pytest.approx(theirs, rel=1e-6)
