"""Rows: what a command asks for is checked by name first, and what decides a row decides its fingerprint."""

import shutil
from dataclasses import replace

import pytest

from bayes_enues.runs.rows import RowSpec, interaction_named, plan, split_experiments
from bayes_enues.tables import packaged

SPEC = RowSpec("magnetic_moment", "nu_e", "xenonnt_sr0")


def test_the_main_job_is_twelve_rows_in_the_papers_order():
    specs = plan(["magnetic_moment"])
    assert [s.parameter for s in specs[:4]] == ["nu_e", "nu_mu", "nu_tau", "universal"]
    assert [s.experiment for s in specs[::4]] == ["lz_ws2022", "xenonnt_sr0", "lz_ws2022+xenonnt_sr0"]
    assert len({s.fingerprint() for s in specs}) == len(specs) == 12


def test_experiments_of_a_joint_fit_are_sorted_and_named_once():
    specs = plan(["magnetic_moment"], ["nu_e"], ["xenonnt_sr0+lz_ws2022", "lz_ws2022+xenonnt_sr0"])
    assert [s.experiment for s in specs] == ["lz_ws2022+xenonnt_sr0"]


def test_a_path_is_a_name_even_with_a_plus_in_it(tmp_path):
    mine = shutil.copytree(str(packaged("xenonnt_sr0")), tmp_path / "a+b")
    assert split_experiments(str(mine)) == [str(mine)]
    (spec,) = plan(["magnetic_moment"], ["nu_e"], [str(mine)])
    assert spec.experiments[0].n_bins == 29


@pytest.mark.parametrize("variant", ["", ":poisson"])
def test_a_path_with_a_colon_of_its_own_is_ones_own_experiment(tmp_path, monkeypatch, variant):
    """As an absolute path of Windows: ``C:\\my_exp``, which may be the name of a folder on Linux."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(str(packaged("xenonnt_sr0")), "C:\\my_exp")
    (spec,) = plan(["magnetic_moment"], ["nu_e"], ["C:\\my_exp" + variant])
    assert spec.experiment == "C:\\my_exp" + variant
    assert spec.experiments[0].n_bins == 29


@pytest.mark.parametrize(
    "change",
    [
        {"parameter": "nu_mu"},
        {"experiment": "xenonnt_sr0:poisson"},
        {"level": 0.95},
        {"prior": "flat(0, 30)"},
        {"draws": 5000},
        {"seed": 1},
        {"delta_chi2": 4.6},
        {"fixed": (("couplings", "radiative"),)},
    ],
    ids=str,
)
def test_whatever_decides_a_row_changes_its_fingerprint(change):
    assert replace(SPEC, **change).fingerprint() != SPEC.fingerprint()


def test_a_changed_table_changes_the_fingerprint(tmp_path):
    mine = shutil.copytree(str(packaged("xenonnt_sr0")), tmp_path / "mine")
    spec = replace(SPEC, experiment=str(mine))
    before = spec.fingerprint()
    assert before == spec.fingerprint()
    table = mine / "bins.csv"
    table.write_text(table.read_text().replace("1,2,4,", "1,2,5,"))
    assert spec.fingerprint() != before


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"models": ["magnetic"]}, r"there is no model 'magnetic'; the choices are \[.*magnetic_moment"),
        ({"models": ["standard_model"]}, "there is no model 'standard_model'"),
        ({"parameters": ["nu_x"]}, r"no parameter \['nu_x'\]; the choices are"),
        ({"experiments": ["darwin"]}, "there is no experiment 'darwin'; the choices are"),
        ({"experiments": ["lz_ws2022:high"]}, "no variant 'high'; the choices are"),
        ({"experiments": ["lz_ws2022+"]}, "names no experiment on one side"),
        ({"experiments": ["lz_ws2022+lz_ws2022:low_edge"]}, "count twice"),
        ({"level": 90.0}, "between 0 and 1"),
        ({"prior": "halfnormal(-1)"}, "positive width"),
        ({"prior": "flat(-3, 3)"}, "cannot be negative"),
        ({"prior": "flat(5, 3)"}, "lower edge must lie below"),
        ({"prior": "cauchy(2)"}, "the choices are"),
        ({"prior": "halfnormal(1 kg)"}, "unit"),
    ],
    ids=str,
)
def test_a_bad_request_is_refused_before_anything_runs(options, words):
    asked = {"models": ["magnetic_moment"]} | options
    with pytest.raises(ValueError, match=words) as caught:
        plan(asked.pop("models"), **asked)
    assert "\n" not in str(caught.value)


def test_a_model_of_a_name_is_its_interaction():
    assert interaction_named("magnetic_moment").__name__ == "MagneticMoment"
