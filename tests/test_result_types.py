"""Types of results: each writes itself for JSON and reads itself back, and no key has two meanings."""

import ast
import json
import subprocess
import sys
from dataclasses import FrozenInstanceError, fields, is_dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from pydantic import TypeAdapter

import bayes_enues as be
from bayes_enues import results
from bayes_enues.experiments.published import published_limits
from bayes_enues.runs.beside import with_curve
from bayes_enues.runs.provenance import provenance
from bayes_enues.runs.rows import RowSpec
from bayes_enues.runs.store import ResultsFolder
from bayes_enues.studies.checks import predictive_check
from bayes_enues.studies.evidence import log_bayes_factor, width_scan
from bayes_enues.studies.mediators.scan import curves
from bayes_enues.studies.planes.plane import plane_region
from bayes_enues.studies.projection import projected_limits
from bayes_enues.studies.simulations.calibration import judge
from bayes_enues.studies.simulations.feldman_cousins import feldman_cousins
from bayes_enues.studies.simulations.jobs import job_of
from bayes_enues.studies.simulations.run import coverage_folder, run_coverage

TYPES = [getattr(results, name) for name in results.__all__]
TYPES = [kind for kind in TYPES if is_dataclass(kind)]
every_type = pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.__name__)


@pytest.fixture(scope="module")
def limit(xenonnt_model):
    return be.limits(xenonnt_model, draws=1000, seed=3)


@pytest.fixture(scope="module")
def examples(limit, xenonnt, xenonnt_model, tmp_path_factory):
    """One of each type, from the calculation that makes it."""
    pair = ["nu_e", "nu_mu"]
    region = plane_region(be.models.magnetic_moment([xenonnt], pair), pair, points=21)
    where = {name: getattr(limit, name) for name in ("model", "parameter", "experiment")}
    sampled = results.Sampled(rhat=1.001, ess_bulk=4e3, ess_tail=3e3, sampler="nuts", converged=True)
    interval, scans = limit.posterior.exact, width_scan(xenonnt_model, n=5)
    file = results.StoredFile(name="posterior.nc", sha256="0" * 64)
    rest = {f.name: getattr(limit, f.name) for f in fields(limit)}
    shift = results.Shift(of_posterior=(None, -0.1), of_profile=(None, 0.2))
    ranked = be.Fit(xenonnt_model).nuisances(tree=limit.tree)
    check = predictive_check(xenonnt_model, limit.tree)[0]
    job = job_of(RowSpec("magnetic_moment", "nu_e", "xenonnt_sr0", seed=11), [0.0, 9.0])
    folder = coverage_folder(tmp_path_factory.mktemp("types"), "magnetic_moment", 11, "poisson", 0.9)
    verdict = judge(np.random.default_rng(3).uniform(size=(60, 2)), ["nu_e", "chi2"])
    rests_on = job.spec.provenance()
    stored = {"fingerprint": "a" * 32, "seed": 3, "file": file, "provenance": rests_on}
    found = [
        limit,
        limit.profile,
        limit.posterior,
        interval,
        sampled,
        limit.power_scaling,
        limit.published,
        published_limits()[0],
        be.diagnose(limit.tree),
        be.marginal_density(xenonnt_model),
        feldman_cousins(xenonnt_model, np.linspace(0, 12, 5), np.full(5, 2.7), np.full(5, 0.1)),
        file,
        rests_on,
        rests_on.experiments["xenonnt_sr0"],
        results.Row(**where, mass=10.0, **stored),
        results.PriorStudyRow(
            **rest, nuisance=False, how="reweighted", pareto_k=0.1, reason="", exact=interval,
            range=(0.0, 20.0),
        ),
        shift,
        results.SystematicsRow(**rest, shift=shift, standard_model_counts=33.1),
        ranked,
        ranked.effects[0],
        region,
        region.profile,
        region.posterior,
        results.PlaneRegion(contours=region.profile.contours),
        region.profile.contours[0],
        *curves([replace(limit, mass=10.0), replace(limit, mass=1.0)]),
        check,
        scans[0],
        results.Comparison(
            **where, unit=limit.unit, prior=limit.prior, width=20.0, posterior=sampled, scans=scans,
            quadrature=log_bayes_factor(xenonnt_model), savage_dickey=None, smc=None, smc_scatter=None,
            narrower=-np.inf, wider=-2.0,
        ),
        run_coverage([job], 20, folder)[1],
        results.CalibrationRow(
            **where, prior="flat", simulations=60, not_converged=0, by_smc=0, divergences=0, probability=0.99,
            passed=verdict.passed, quantities=verdict.quantities,
        ),
        verdict.quantities["nu_e"],
        projected_limits(be.MagneticMoment(), [xenonnt], "nu_e", toys=2, seed=5),
    ]  # fmt: skip
    return {type(one): one for one in found}


@every_type
def test_a_result_shows_itself_in_a_few_lines(kind, examples):
    words = repr(examples[kind])
    assert words.count("\n") < 14
    assert max(map(len, words.splitlines())) < 160
    assert "array(" not in words
    assert examples[kind]._repr_html_().count("<") < 120


def test_an_experiment_and_a_fit_show_themselves_in_a_few_lines(xenonnt, xenonnt_model):
    for thing in (xenonnt, be.Fit(xenonnt_model), xenonnt_model.question):
        assert repr(thing).count("\n") < 6
        assert len(repr(thing)) < 700
    assert "29 bins from 1 to 30 keV" in repr(xenonnt)


@every_type
def test_what_is_written_is_read_back_the_same(kind, examples):
    one = examples[kind]
    text = json.dumps(one.to_dict(), allow_nan=False)
    again = kind.from_dict(json.loads(text))
    assert again == one
    assert kind.from_dict(one.to_dict()) == one
    for f in fields(kind):
        if isinstance(getattr(one, f.name), np.ndarray):
            digits = 1e-6 if f.name == "vertices" else 0  # they are written with seven digits
            np.testing.assert_allclose(getattr(again, f.name), getattr(one, f.name), rtol=digits)


@every_type
def test_a_result_does_not_change(kind, examples):
    with pytest.raises(FrozenInstanceError):
        setattr(examples[kind], fields(kind)[0].name, None)


@every_type
def test_further_keys_are_ignored_and_a_missing_one_is_named(kind, examples):
    row = examples[kind].to_dict()
    assert kind.from_dict(row | {"a key of tomorrow": 1}) == examples[kind]
    required = TypeAdapter(kind).json_schema()["required"]
    del row[required[0]]
    with pytest.raises(be.InputError, match=rf"this is no {kind.__name__}: it lacks \['{required[0]}'\]"):
        kind.from_dict(row)


def test_arrays_are_compared_by_value(examples):
    one = examples[results.Density]
    assert one == replace(one, values=one.values.copy())
    assert one != replace(one, density=one.density * (1 + 1e-12))
    assert one != one.to_dict()


def test_what_is_no_number_is_refused_with_its_place(limit):
    row = limit.to_dict()
    row["profile"]["pieces"] = [[0.0, "NaN"]]
    with pytest.raises(be.InputError, match=r"profile\.pieces\.0\.1 is 'NaN'"):
        be.Limit.from_dict(row)
    row["profile"]["pieces"] = [[0.0, float("nan")]]
    with pytest.raises(be.InputError, match=r"profile\.pieces\.0\.1 is nan"):
        be.Limit.from_dict(row)
    del row["posterior"]["kind"], row["profile"]["pieces"]
    with pytest.raises(be.InputError, match=r"it lacks \['posterior\.kind', 'profile\.pieces'\]"):
        be.Limit.from_dict(row)


def test_rows_of_older_versions_are_read(examples):
    """Their keys, as the changelog lists them; the numbers are those of today's examples."""

    def aged(kind, *renamed):
        row = examples[kind].to_row()
        for old, new, *place in renamed:
            part = row
            for name in place:
                part = part[name]
            part[old] = part.pop(new)
        return kind.from_dict(row), kind.from_dict(examples[kind].to_row())

    old = [
        aged(be.Limit, ("delta_chi2", "threshold", "profile"),
             ("prior", "prior_sensitivity", "power_scaling"),
             ("likelihood", "likelihood_sensitivity", "power_scaling")),
        aged(be.Region, ("delta_chi2", "threshold", "profile"), ("vertex_error", "residual", "profile"),
             ("inside", "share_inside", "posterior"), ("inside_error", "share_error", "posterior")),
        aged(be.SystematicsRow, ("posterior", "of_posterior", "shift"), ("profile", "of_profile", "shift")),
        aged(be.Comparison, ("width", "widths", "scans", 0), ("widths", "scans")),
        aged(be.CoverageRow, ("kind", "toy_kind"), ("at_boundary", "share_at_boundary")),
    ]  # fmt: skip
    for then, now in old:
        assert then == now


def test_the_curve_of_a_profile_lies_beside_its_row(limit, tmp_path):
    row = limit.to_row()
    assert {"values", "delta_chi2"}.isdisjoint(row["profile"])
    says = {"fingerprint": "a" * 32, "question": "", "provenance": provenance({}).to_dict()}
    stored = be.Limit.from_dict(ResultsFolder(tmp_path).write(row | says, limit.tree))
    assert stored.profile.values is None
    assert with_curve(tmp_path, stored).profile == limit.profile
    assert stored.tree is None
    assert str(stored) == str(limit)


def test_a_region_without_its_grid_says_so(examples):
    region = examples[be.Region]
    assert region.posterior.contains([[1.0, 1.0], [100.0, 1.0]]).tolist() == [True, False]
    with pytest.raises(be.InputError, match="read from a row, without its grid"):
        be.Region.from_dict(region.to_row()).posterior.contains([[1.0, 1.0]])


def kinds_of_keys():
    """Each key of any result, with the kinds of value that JSON may hold there and who has it."""
    found: dict[str, dict[str, set[str]]] = {}
    for kind in TYPES:
        schema = TypeAdapter(kind).json_schema(mode="serialization")
        for name, entry in schema["properties"].items():
            options = entry.get("anyOf", [entry])
            words = {o.get("type", "object" if "$ref" in o else "any") for o in options} - {"null"}
            words = {"number" if word == "integer" else word for word in words}
            found.setdefault(name, {}).setdefault("/".join(sorted(words)), set()).add(kind.__name__)
    return found


def test_no_key_has_two_meanings():
    found = kinds_of_keys()
    assert found.pop("best_fit") == {"number": {"Profile"}, "array": {"ProfileRegion"}}  # of one, of two
    assert {name: kinds for name, kinds in found.items() if len(kinds) > 1} == {}


def test_every_type_of_a_result_is_public():
    inner = {"Line", "PlaneRegion", "RankTest", "Row", "Sampled", "Shift", "StoredFile", "WidthScan"}
    inner |= {"Provenance", "UsedExperiment"}
    for kind in TYPES:
        assert (getattr(be, kind.__name__, None) is kind) != (kind.__name__ in inner)


def test_reading_results_needs_neither_pymc_nor_scipy():
    heavy = "{'pymc', 'scipy', 'numba', 'xarray'}"
    code = f"import bayes_enues as be, sys; be.Limit; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def subscripts(room):
    """Every text that a room of the package takes something by."""
    for path in sorted((Path(be.__file__).parent / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
                yield path.name, node.slice.value


@pytest.mark.parametrize("room", ["reports", "plots", "commands", "studies"])
def test_no_room_reads_a_row_by_its_keys(room):
    keys = {f.name for kind in TYPES if issubclass(kind, results.Row) for f in fields(kind)}
    others = {"posterior", "profile", "prior", "limits"}  # groups of a tree, an array, a list of rows
    others |= {"mass", "model", "experiment"}  # an option, columns of published limits
    assert [(name, key) for name, key in subscripts(room) if key in keys - others] == []


def test_no_command_imports_another():
    folder = Path(be.__file__).parent / "commands"
    names = {path.stem for path in folder.glob("*.py")} - {
        "__init__",
        "common",
        "choices",
        "tables",
        "analysis_file",
        "groups",
    }
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            assert not (isinstance(node, ast.ImportFrom) and node.level == 1 and node.module in names), path
