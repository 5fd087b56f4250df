"""The public functions behind the commands: the same names, options and defaults; asked, run, read back."""

import importlib
import inspect
import subprocess
import sys

import pytest
from made_up_tables import rows_of, table_of
from schemas import check_files

import bayes_enues as be
from bayes_enues import cli
from bayes_enues.analyses import table as base
from bayes_enues.analyses.stored import TABLES, Results
from bayes_enues.runs.rows import RowSpec

FUNCTIONS = {
    "limits": be.limit_table, "mediators": be.scan_mediators, "region": be.region, "flux": be.flux,
    "priors": be.study_priors, "systematics": be.systematics, "nuisances": be.nuisances,
    "expected": be.expected, "project": be.project, "check": be.check, "compare": be.compare,
    "coverage": be.coverage, "calibrate": be.calibrate, "reproduce": be.reproduce, "spectrum": be.spectrum,
}  # fmt: skip
SEVERAL = {
    "models": "model", "parameters": "parameter", "experiments": "experiment", "masses": "mass",
    "ranges": "range_", "priors": "prior", "planes": "plane", "exposures": "exposure", "signals": "signal",
    "nuisance_priors": "nuisance_prior", "overlays": "overlay",
}  # fmt: skip
#: Of printing.
OWN = {"notes"}


@pytest.mark.parametrize("command", FUNCTIONS)
def test_a_command_and_its_function_take_the_same_options_with_the_same_defaults(command):
    module, _, name = cli.COMMANDS[command][0].partition(":")
    run = getattr(importlib.import_module(f"bayes_enues.commands.{module}"), name)
    asked = inspect.signature(run).parameters
    taken = {SEVERAL.get(n, n): p for n, p in inspect.signature(FUNCTIONS[command]).parameters.items()}
    assert set(asked) - OWN == set(taken)
    for n in {"level", "draws", "seed", "toys", "jobs", "simulations", "background", "edge"} & set(taken):
        assert asked[n].default == taken[n].default, n


def test_every_command_that_computes_has_its_function():
    assert {*FUNCTIONS, "data", "report", "schema", "export", "run"} == set(cli.COMMANDS)


ONE = {"models": "magnetic_moment", "parameters": "nu_e", "experiments": "xenonnt_sr0"}
ALONE = {"model": "magnetic_moment", "parameter": "nu_e", "experiment": "xenonnt_sr0"}


@pytest.mark.parametrize(
    ("kind", "function", "asked", "first"),
    [
        ("systematics", be.systematics, ONE, "default"),
        ("nuisances", be.nuisances, ONE, "NuisanceSpec"),
        ("expected", be.expected, ONE | {"toys": 7}, "toys=7"),
        ("checks", be.check, ONE, "group='prior'"),
        ("compare", be.compare, ONE | {"smc": False}, "smc=False"),
        ("priors", be.study_priors, ONE | {"priors": "jeffreys", "nuisances": False}, "jeffreys"),
        ("projection", be.project, ALONE | {"exposures": [20.0, 5.0], "toys": 3}, "exposure=5.0"),
        ("regions", be.region, {"experiments": "xenonnt_sr0"}, "('nu_e', 'nu_mu')"),
        ("fluxes", be.flux, {"experiments": "xenonnt_nr"}, "b8"),
    ],
)
def test_a_function_asks_for_its_rows_and_returns_its_table(
    kind, function, asked, first, tmp_path, monkeypatch
):
    told = []

    def run(rows, folder, fresh, tell, **how):
        told.extend([rows, folder.file.name, fresh, how])
        return rows_of(kind)

    monkeypatch.setattr(base, "run", run)
    found = function(**asked, out=tmp_path, fresh=True, jobs=3)
    assert type(found) is TABLES[kind]
    assert [row.to_dict() for row in found] == [row.to_dict() for row in rows_of(kind)]
    rows, name, fresh, how = told
    assert any(first in repr(row) for row in rows[:2])
    assert (name, fresh, how) == (f"{kind}.json", True, {"jobs": 3, "scheduler": None})


def test_a_name_may_stand_for_a_list_of_one():
    one, listed = (
        be.runs.options.rows_of_a_table(names, "nu_e", "xenonnt_sr0")
        for names in ("magnetic_moment", ["magnetic_moment"])
    )
    assert one == listed == [RowSpec("magnetic_moment", "nu_e", "xenonnt_sr0")]


@pytest.mark.parametrize(
    ("function", "asked", "words"),
    [
        (be.systematics, {"models": "axion"}, "there is no model 'axion'"),
        (be.region, {"parameters": ["nu_e"]}, "a region is of two parameters"),
        (be.scan_mediators, {"masses": [-1.0]}, "mass is -1"),
        (be.scan_mediators, {"models": "sterile_dipole", "plane": "flat"}, "sterile_dipole has none"),
        (be.coverage, {"prior": "jeffreys"}, "coverage is of the default prior"),
        (be.spectrum, {"signals": "magnetic_moment"}, "is no signal"),
        (be.expected, {"mass": 3.0}, "magnetic_moment has no mass"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_runs(function, asked, words, tmp_path):
    with pytest.raises(be.InputError, match=words):
        function(**asked, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_of_several_kinds_is_read_as_one_and_by_kind(tmp_path):
    tables = [table_of("limits"), table_of("expected")]
    results = Results.of(tables, tmp_path)
    assert len(results) == sum(map(len, tables))
    assert results.kinds == ["limits", "expected"]
    assert results["expected"] is tables[1]
    assert results[0] is tables[0][0]
    assert results.to_pandas()["kind"].value_counts().to_dict() == {t.kind: len(t) for t in tables}
    assert tables[1].shown()[0].markdown() in results.to_markdown()
    with pytest.raises(be.InputError, match=r"holds no regions; it holds \['limits', 'expected'\]"):
        results["regions"]


@pytest.mark.slow
def test_no_table_needs_pymc_or_matplotlib_to_be_read_and_shown():
    code = """
import sys
from made_up_tables import table_of
from bayes_enues.analyses.stored import TABLES
for kind in TABLES:
    table = table_of(kind)
    table.to_markdown(), table.to_latex(), table.to_pandas(), table._repr_html_()
print({"pymc", "matplotlib.pyplot", "numba"} & set(sys.modules))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=__file__.rpartition("/")[0]
    )
    assert done.stdout.strip() == "set()", done.stderr


@pytest.mark.slow
def test_a_table_of_nuisances_is_written_by_its_schema_drawn_and_read_back(tmp_path):
    asked = ("magnetic_moment", "nu_e", "xenonnt_sr0:marginalised")
    found = be.nuisances(*asked, draws=500, out=tmp_path, jobs=1)
    assert check_files(tmp_path) == {"nuisances", "nuisances_row"}
    assert all(path.exists() for path in found.plot())
    results = be.load_results(tmp_path)
    assert [row.to_dict() for row in results["nuisances"]] == [row.to_dict() for row in found]
    assert results.find(*asked) == found[0]
