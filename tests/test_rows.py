"""Rows: what a command asks for is checked by name first, and what decides a row decides its fingerprint."""

import importlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from tasks import stored

from bayes_enues.interactions.named import interaction_named
from bayes_enues.priors import Flat
from bayes_enues.runs.asked import split_experiments
from bayes_enues.runs.plan import plan
from bayes_enues.runs.provenance import changes_since, provenance
from bayes_enues.runs.rows import RowSpec
from bayes_enues.runs.store import ResultsFolder
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
    assert spec.experiment == str(tmp_path / "C:\\my_exp") + variant
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


def test_one_folder_is_one_experiment_however_its_path_is_written(tmp_path, monkeypatch):
    mine = shutil.copytree(str(packaged("xenonnt_sr0")), tmp_path / "mine")
    monkeypatch.chdir(tmp_path)
    written = ["mine", "./mine/", str(mine), "mine/../mine"]
    (spec,) = plan(["magnetic_moment"], ["nu_e"], written)
    assert spec.experiment == str(mine)
    elsewhere = shutil.copytree(mine, tmp_path / "moved")
    marks = {replace(SPEC, experiment=str(name)).fingerprint() for name in (*written, elsewhere)}
    assert marks == {spec.fingerprint()}  # what counts is what the files say


def test_two_folders_of_one_name_are_refused_since_results_would_not_tell_them_apart(tmp_path):
    one, two = (shutil.copytree(str(packaged("xenonnt_sr0")), tmp_path / n) for n in "ab")
    with pytest.raises(ValueError, match=r"both called 'xenonnt_sr0'.*change the name in one"):
        plan(["magnetic_moment"], ["nu_e"], [str(one), str(two)])


def test_what_a_row_rests_on_has_totals_and_hashes_of_the_data(tmp_path):
    mine = shutil.copytree(str(packaged("xenonnt_sr0")), tmp_path / "mine")
    found = replace(SPEC, experiment=str(mine)).provenance()
    data = found.experiments["xenonnt_sr0"]
    assert (data.exposure, data.events, data.bins) == (1.16, 433.0, 29)
    assert data.home == str(mine)
    assert {"experiment.toml", "bins.csv", "efficiency.csv"} <= set(data.files)
    assert set(found.versions) == {"pymc", "pytensor", "nutpie", "numpy", "scipy", "numba"}
    assert "solar/fluxes.csv" in found.tables
    assert changes_since(found) == []
    (mine / "bins.csv").write_text((mine / "bins.csv").read_text() + "# edited\n")
    assert changes_since(found) == ["bins.csv of xenonnt_sr0"]
    older = replace(found, versions=found.versions | {"pymc": "6.0.0"}, code="0" * 16)
    assert changes_since(older)[0] == "the package's code"
    assert changes_since(older)[1].startswith("pymc 6.0.0 (now ")


@pytest.mark.parametrize("name", ["pymc", "pytensor", "nutpie", "numpy", "scipy", "numba"])
def test_another_version_of_what_computes_is_another_row(name, monkeypatch):
    before, versions = SPEC.fingerprint(), provenance({}).versions
    monkeypatch.setattr("bayes_enues.runs.provenance._versions", lambda: versions | {name: "0.0.1"})
    assert SPEC.fingerprint() != before


OWN = """
from dataclasses import dataclass
from own_constant import FACTOR
from bayes_enues.interactions import Interaction, StandardModel

@dataclass(frozen=True)
class Mine(Interaction):
    nu_e: float = 0.0

    def cross_section(self, flavour, e_nu, e_er):
        return StandardModel().cross_section(flavour, e_nu, e_er) + FACTOR * self.nu_e**2

def prior(name):
    import pymc as pm
    return pm.HalfNormal(name, FACTOR)
"""


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A user's module and what it imports, written anew by each call."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def module(text=OWN, factor=1.0):
        (tmp_path / "own_constant.py").write_text(f"FACTOR = {factor}\n")
        (tmp_path / "own_formula.py").write_text(text)
        for name in ("own_constant", "own_formula"):
            sys.modules.pop(name, None)
        importlib.invalidate_caches()
        return importlib.import_module("own_formula")

    yield module
    for name in ("own_constant", "own_formula"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize("which", ["model", "prior"])
def test_an_edit_of_ones_own_class_or_prior_or_of_what_it_imports_is_another_row(own, which):
    def mark(**change):
        module = own(**change)
        thing = {"model": module.Mine, "prior": module.prior}[which]
        return replace(SPEC, **{which: thing}).fingerprint()

    first = mark()
    assert mark() == first
    assert mark(factor=2.0) != first
    assert (
        mark(text=OWN.replace("self.nu_e**2", "self.nu_e**4").replace("(name, FACTOR)", "(name, 7)")) != first
    )
    assert first != SPEC.fingerprint()


def test_priors_that_differ_in_a_constant_only_are_told_apart():
    def made(width):
        return lambda name: (name, width)

    priors = [made(1.0), made(2.0), lambda name: (name, 1), lambda name: (name, 2), Flat(0.0, 3.0)]
    marks = [replace(SPEC, prior=prior).fingerprint() for prior in [*priors, Flat(0.0, 4.0)]]
    assert len(set(marks)) == len(marks)
    assert replace(SPEC, prior=made(1.0)).fingerprint() == marks[0]


def test_a_class_without_a_source_is_refused_in_one_line():
    made = type("Made", (interaction_named("magnetic_moment"),), {"__module__": "nowhere"})
    with pytest.raises(ValueError, match=r"source of Made cannot be read.*write it in a file"):
        replace(SPEC, model=made).fingerprint()


ROOT = Path(__file__).parents[1]
ASK = """
import json, sys
import bayes_enues
from bayes_enues.runs.plan import plan
from bayes_enues.runs.store import load_rows
marks = [spec.fingerprint() for spec in plan(["magnetic_moment", "charge_radius"])]
print(json.dumps([bayes_enues.__file__, marks, len(load_rows(sys.argv[1], 'asked')), "pymc" in sys.modules]))
"""


@pytest.mark.slow
def test_a_cross_section_times_two_in_a_checkout_makes_every_row_stale(tmp_path):
    """In a copy of the sources: untouched it has the same rows, with a new figure too, with a factor none."""
    package = tmp_path / "bayes_enues"
    shutil.copytree(ROOT / "bayes_enues", package)
    for folder in ("models", "data"):
        shutil.copytree(ROOT / folder, package / folder, dirs_exist_ok=True)
    out = tmp_path / "results"
    specs = plan(["magnetic_moment", "charge_radius"])
    folder = ResultsFolder(out, "asked.json")
    for spec in specs:
        folder.write(stored(spec))

    def asked():
        done = subprocess.run(
            [sys.executable, "-c", ASK, str(out)],
            env=os.environ | {"PYTHONPATH": str(tmp_path)},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        where, marks, shown, heavy = json.loads(done.stdout)
        assert Path(where).is_relative_to(package)
        assert not heavy
        return set(marks), shown

    mine = {spec.fingerprint() for spec in specs}
    assert asked() == (mine, len(specs))
    figure = package / "plots" / "regions.py"
    figure.write_text(figure.read_text() + "# another colour\n")
    assert asked() == (mine, len(specs))
    formula = package / "interactions" / "magnetic_moment.py"
    text = formula.read_text()
    assert "return weak + " in text
    formula.write_text(text.replace("return weak + ", "return weak + 2 * "))
    theirs, shown = asked()
    assert not theirs & mine
    assert shown == 0


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
