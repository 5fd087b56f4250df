"""What is exported is read back by the tools that it is for: pyhf, HEPData's validator, and so on."""

import json
import re
import shutil
import tarfile
import tomllib
from dataclasses import replace

import numpy as np
import pyhf
import pytest
import yaml
from hepdata_validator.full_submission_validator import FullSubmissionValidator
from latex import columns_of_tables
from marks import slow
from tasks import stored
from test_report import a_row
from typer.testing import CliRunner

import bayes_enues as be
from bayes_enues import cli
from bayes_enues.exports.hepdata import write_hepdata
from bayes_enues.results import Limit
from bayes_enues.runs.rows import RowSpec
from bayes_enues.runs.store import ResultsFolder
from bayes_enues.tables import packaged


@pytest.fixture(scope="module")
def lz_2024_model():
    return be.models.magnetic_moment(["lz_ws2024"], free="universal")


def by_pyhf(model, values):
    """Minimum of pyhf's -2 log L at fixed values of the free parameter, by pyhf's own minimiser."""
    pyhf.set_backend("numpy", pyhf.optimize.minuit_optimizer(tolerance=1e-3))
    workspace = pyhf.Workspace(be.to_pyhf(model))  # which checks it against pyhf's schema
    pdf = workspace.model()
    found = []
    for value in values:
        start, fixed = pdf.config.suggested_init(), pdf.config.suggested_fixed()
        for name in pdf.config.par_order:
            if factor := re.fullmatch(r"\(\w+ / (\S+)\)(?:\^(\d))?", name):
                at = pdf.config.par_slice(name)
                start[at], fixed[at] = [(value / float(factor[1])) ** int(factor[2] or 1)], [True]
        fit = pyhf.infer.mle.fit(workspace.data(pdf), pdf, start, fixed_params=fixed, return_fitted_val=True)
        found.append(float(fit[1]))
    return np.array(found)


def shaped(folder):
    """XENONnT with Poisson terms and a background whose shape has two columns."""
    shutil.copytree(packaged("xenonnt_sr0"), folder)
    head, *rows = [line for line in (folder / "bins.csv").read_text().splitlines() if line[0] != "#"]
    background = [float(row.rpartition(",")[2]) for row in rows]
    ends = [(b * (1.1 - 0.01 * k), b * (0.8 + 0.02 * k)) for k, b in enumerate(background)]
    rows = [f"{row},{down!r},{up!r}" for row, (down, up) in zip(rows, ends, strict=True)]
    (folder / "bins.csv").write_text("\n".join(["# made up by a test", f"{head},down,up", *rows]) + "\n")
    tilt = {
        "name": "tilt", "sigma": 1.0, "applies_to": ["background"],
        "shape": {"table": "bins.csv", "down": "down", "up": "up"},
    }  # fmt: skip
    given = [n.model_dump(exclude_unset=True) for n in be.load_experiment("xenonnt_sr0").nuisances]
    changes = {"likelihood": "poisson", "nuisances": [*given, tilt]}
    return be.load_experiment(folder, changes, as_name="mine")


@pytest.mark.parametrize("case", ["a moment, by a response table", "interference", slow("fluxes"), "a shape"])
def test_pyhf_minimises_the_same_chi2(case, lz_2024_model, tmp_path):
    """A moment is linear in its square, a radius has a negative template, fluxes add, code 4p bends."""
    model, values = lz_2024_model, [0.0, 5.0, 12.0]
    if case == "interference":
        model, values = (
            be.models.charge_radius(["lz_ws2022", "xenonnt_sr0:poisson"], "nu_e"),
            [-80.0, 0.0, 30],
        )
    elif case == "fluxes":
        model, values = be.models.magnetic_moment(["lz_ws2022:sources"], "nu_e"), [0.0, 20.0]
    elif case == "a shape":
        model, values = be.models.magnetic_moment([shaped(tmp_path / "mine")], "nu_e"), [0.0, 6.0, 14.0]
    fit = be.Fit(model)
    ours = fit.profile(values=values).delta_chi2
    theirs = by_pyhf(model, values)
    np.testing.assert_allclose(theirs - theirs[0], ours - ours[0], atol=1e-4)


def test_a_factor_alone_is_free_and_factors_that_belong_together_are_fixed(lz_2024_model):
    (free,) = be.to_pyhf(lz_2024_model)["measurements"]
    assert free["config"]["poi"] == "(universal / 10)^2"
    (tied,) = be.to_pyhf(be.models.charge_radius(["lz_ws2024"], "nu_e"))["measurements"]
    parameters = {p["name"]: p for p in tied["config"]["parameters"]}
    assert tied["config"]["poi"] == ""
    assert [name for name, p in parameters.items() if p.get("fixed")] == ["(nu_e / 30)", "(nu_e / 30)^2"]


def test_a_best_fit_of_pyhf_is_ours(lz_2024_model):
    pyhf.set_backend("numpy", pyhf.optimize.minuit_optimizer(tolerance=1e-3))
    workspace = pyhf.Workspace(be.to_pyhf(lz_2024_model))
    pdf = workspace.model()
    best = pyhf.infer.mle.fit(workspace.data(pdf), pdf)
    square = best[pdf.config.par_slice("(universal / 10)^2")][0]
    assert 10 * square**0.5 == pytest.approx(be.Fit(lz_2024_model).profile().best_fit, rel=1e-3)


EDGE = {"sigma": 0.1, "scales": "", "moves": "efficiency.shift_keV", "below_keV": 4.0}


@pytest.mark.parametrize(
    ("experiment", "changed", "words"),
    [
        ("xenonnt_sr0", {}, r"Gaussian counts .*Eq. 15.* take xenonnt_sr0:poisson"),
        slow("lz_ws2022", EDGE, "alpha_background moves counts of lz_ws2022 .* along a curve"),
        ("lz_ws2024", {"kind": "lognormal"}, "alpha_background is log-normal"),
        ("lz_ws2024", {"sigma": [-0.05, 0.1]}, "alpha_background has a penalty of two widths"),
        ("lz_ws2024", {"scales": "signal"}, "multiply in signal of lz_ws2024"),
        ("pandax4t_run0", None, "alpha_flat and alpha_xe136 are correlated"),
    ],
)
def test_a_likelihood_that_pyhf_cannot_say_is_refused_with_the_reason(experiment, changed, words):
    changes = {}
    if changed:
        given = [n.model_dump(exclude_unset=True) for n in be.load_experiment(experiment).nuisances]
        changes = {"nuisances": [{**n, **changed} if n["name"] == "alpha_background" else n for n in given]}
    elif changed is None:
        names = ["alpha_flat", "alpha_xe136"]
        changes = {"correlations": [{"name": "c", "nuisances": names, "matrix": [[1, 0.5], [0.5, 1]]}]}
    model = be.models.magnetic_moment([be.load_experiment(experiment, changes)], "nu_e")
    with pytest.raises(be.InputError, match=words):
        be.to_pyhf(model)


def test_a_model_that_was_changed_is_refused():
    import pymc as pm

    with be.models.magnetic_moment(["lz_ws2024"], "nu_e") as model:
        pm.Normal("more", 0, 1)
    with pytest.raises(be.InputError, match="no longer as it was built"):
        be.to_pyhf(model)


def test_data_that_were_set_and_a_moved_measurement_are_in_the_workspace():
    model = be.models.magnetic_moment(["lz_ws2024"], "nu_e")
    model.set_data("observed_lz_ws2024", np.full(19, 7.0))
    model.set_data("beta_flux_centre", 0.035)
    workspace = be.to_pyhf(model)
    assert workspace["observations"][0]["data"] == [7.0] * 19
    (flux,) = (p for p in workspace["measurements"][0]["config"]["parameters"] if p["name"] == "beta_flux")
    assert flux["auxdata"] == pytest.approx([0.5])


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """A folder with made-up rows of limits and of two curves against the mass."""
    out = tmp_path_factory.mktemp("results")
    limits, mediators = ResultsFolder(out, "limits.json", 0.9), ResultsFolder(out, "mediators.json", 0.9)
    for parameter, upper in (("nu_e", 8.85), ("universal", 6.47)):
        spec = RowSpec("magnetic_moment", parameter, "xenonnt_sr0")
        limits.write({**a_row(parameter, upper=upper), **stored(spec)})
    for name in ("xenonnt_sr0", "lz_ws2022:low_edge"):
        for mass in (100.0, 1.0, 10.0):
            spec = RowSpec("light_vector", "coupling", name, fixed=(("chirality", "L"), ("mass", mass)))
            row = a_row("coupling", name, upper=1e-7 * mass, published=None, converged=mass != 10)
            given = {"mass": mass, "chirality": "L"}
            mediators.write(
                {**row, "model": "light_vector", "unit": "1", "mass": mass, "given": given, **stored(spec)}
            )
    for folder in (limits, mediators):
        folder.save()
    return out


def exported(results, to):
    """The folder that the command wrote to, which it says with all that is there."""
    done = CliRunner().invoke(cli.app, ["export", "--to", to, "--results", str(results)])
    assert done.exit_code == 0, done.output
    home = results / "export" / to
    assert all(path.name in "".join(done.output.split()) for path in home.iterdir())
    return home


def test_a_submission_passes_the_validator_of_hepdata_and_holds_the_numbers(results):
    home = exported(results, "hepdata")
    validator = FullSubmissionValidator()
    assert validator.validate(archive=str(home / "submission.tar.gz")), validator.messages
    with tarfile.open(home / "submission.tar.gz") as archive:
        assert {"submission.yaml", "references.bib", "table_1.yaml", "table_3.yaml"} <= set(
            archive.getnames()
        )
    documents = list(yaml.safe_load_all((home / "submission.yaml").read_text()))
    assert [d["name"] for d in documents[1:]] == ["Table 1", "Table 2", "Table 3"]
    assert "chirality = L" in documents[2]["description"]
    table, curve = (yaml.safe_load((home / f"table_{k}.yaml").read_text()) for k in (1, 2))
    columns = {c["header"]["name"]: [v["value"] for v in c["values"]] for c in table["dependent_variables"]}
    assert columns["profile, upper end"] == [8.85, 6.47]
    assert table["dependent_variables"][0]["header"]["units"] == "1e-12 mu_B"
    (masses,) = curve["independent_variables"]
    assert [v["value"] for v in masses["values"]] == [1.0, 10.0, 100.0]
    columns = {c["header"]["name"]: [v["value"] for v in c["values"]] for c in curve["dependent_variables"]}
    assert columns["posterior, upper end"] == [8.25, "-", 8.25]  # the one that did not converge gives none


def test_a_region_of_pieces_and_a_row_that_did_not_converge_go_to_hepdata(tmp_path):
    pieces = [(-103.4, -84.2), (-12.3, 56.8)]
    rows = []
    for converged in (True, False):
        row = a_row(converged=converged)
        interval = {
            "kind": "hdi",
            "lower": -103.4,
            "upper": 56.8,
            "pieces": pieces,
            "upper_flat_strength": None,
        }
        row["posterior"].update(interval)
        row["profile"].update(pieces=pieces, upper_one_sided=None)
        rows.append(Limit.from_dict(row))
    write_hepdata(rows, [], tmp_path)
    table = yaml.safe_load((tmp_path / "table_1.yaml").read_text("utf-8"))
    columns = {c["header"]["name"]: c["values"] for c in table["dependent_variables"]}
    monte_carlo = {"value": -103.4, "errors": [{"symerror": 0.08, "label": "Monte Carlo"}]}
    assert columns["posterior, lower end"] == [monte_carlo, {"value": "-"}]
    assert columns["profile, region"][0]["value"] == "(-103, -84.2) ∪ (-12.3, 56.8)"
    assert not any("square" in name or "one-sided" in name for name in columns)


def test_curves_are_read_as_dd_limit_plot_does(results):
    """Its package is on no index, so this is what its documentation says a reader does, in our own words."""
    home = exported(results, "dd_limit_plot")
    metadata = tomllib.loads((home / "result_metadata.toml").read_text("utf-8"))
    assert sorted(metadata) == sorted(path.stem for path in home.glob("*.csv"))
    assert len(metadata) == 2
    for name, entry in metadata.items():
        numbers = np.loadtxt(home / f"{name}.csv", delimiter=entry["delimiter"])
        columns = dict(zip(entry["header"], numbers.T, strict=True))
        np.testing.assert_array_equal(columns[entry["independent_variable"]], [1, 10, 100])
        np.testing.assert_allclose(entry["scaling"] * columns["upper_limit"], [1e-7, 1e-6, 1e-5])
        assert np.isnan(columns["upper_limit_posterior"]).tolist() == [False, True, False]
        assert entry["units_independent_variable"] == "keV/c^2"
        assert "@article{ShivaSankar:2022" in entry["reference"]
    assert {e["label"] for e in metadata.values()} == {"XENONnT SR0", "LZ WS2022, low_edge"}


def test_latex_is_well_formed_and_bibtex_has_all_that_was_used(results):
    text = (exported(results, "latex") / "limits.tex").read_text("utf-8")
    assert columns_of_tables(text) == [7]
    references = (exported(results, "bibtex") / "references.bib").read_text("utf-8")
    assert {"XENON:2022", "LZ:2022", "PyMC:2023"} <= set(
        re.findall(r"^@\w+\{([^,]+),", references, re.MULTILINE)
    )


def test_what_cannot_be_exported_is_refused_in_a_line(results, tmp_path):
    with pytest.raises(be.InputError, match=r"there is no form 'root' .*'hepdata'"):
        be.export("root", results)
    with pytest.raises(be.InputError, match=r"holds no rows of mediators\.json"):
        be.export("dd_limit_plot", tmp_path)
    with pytest.raises(be.InputError, match=r"holds no rows of limits\.json"):
        be.export("netcdf", tmp_path)
    with pytest.raises(be.InputError, match=r"can be a pyhf workspace: .* options that it does not keep"):
        be.export("pyhf", results)  # its chi^2 is made up


def test_rows_of_one_mass_are_one_point_of_a_curve(results):
    from bayes_enues.exports.groups import curves_against_mass

    rows = [Limit.from_dict(row) for row in json.loads((results / "mediators.json").read_text())["rows"]]
    again = replace(rows[0], seed=2)
    assert [len(group.rows) for group in curves_against_mass([*rows, again])] == [3, 3]
    assert len(curves_against_mass([*rows, replace(again, given={"mass": 100.0, "chirality": "R"})])) == 3
