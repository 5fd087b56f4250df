"""The table of limits in Python: the command's own, read back, and in the forms that papers take."""

import hashlib
import json
import subprocess
import sys

import pytest
from schemas import check_files
from typer.testing import CliRunner

import bayes_enues as be
from bayes_enues import cli


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    return be.limit_table(
        ["magnetic_moment"], ["nu_e"], ["xenonnt_sr0"], draws=500, out=tmp_path_factory.mktemp("t"), jobs=1
    )


def test_the_table_in_python_is_that_of_the_command(table):
    arguments = ["limits", "--parameter", "nu_e", "--experiment", "xenonnt_sr0", "--draws", "500"]
    done = CliRunner().invoke(cli.app, [*arguments, "--jobs", "1", "--out", str(table.folder)])
    assert done.exit_code == 0, done.output
    (line,) = [line for line in done.output.splitlines() if line.strip().startswith("nu_e")]
    cells = [cell for cell in line.replace("< ", "").split()[1:]]
    markdown = next(line for line in table.to_markdown().splitlines() if "| nu_e |" in line)
    assert [cell.strip("< ") for cell in markdown.split("|")[3:-1]] == cells
    stored = be.load_results(table.folder)
    assert [row.to_dict() for row in stored] == [row.to_dict() for row in table]
    assert check_files(table.folder) == {"limits", "limits_row"}


def test_a_paper_gets_booktabs_and_a_notebook_the_same_numbers(table):
    latex, html = table.to_latex(), table._repr_html_()
    assert latex.count(r"\toprule") == latex.count(r"\bottomrule") == 1
    assert r"$\nu_{e}$ & $<$ 8.18" in latex
    assert "<td>&lt; 8.18</td>" in html
    assert "<details>" in html
    assert not any(sign in latex.partition("\n% ")[0] for sign in "±∪Δχ²")


def test_numbers_go_to_pandas_and_stand_beside_published_ones(table):
    frame, beside = table.to_pandas(), table.compare()
    assert frame["profile.upper"][0] == table[0].profile.upper
    assert beside["published"][0] == table[0].published.upper
    assert beside["profile / published"][0] == pytest.approx(8.85 / 9.0, abs=2e-3)


def test_a_row_is_found_by_its_names_and_opens_its_draws(table):
    row = table.find("magnetic_moment", "nu_e", "xenonnt_sr0")
    assert table.posterior(row)["posterior"]["nu_e"].shape[0] == 4
    with pytest.raises(be.InputError, match="0 rows are of magnetic_moment nu_mu xenonnt_sr0"):
        table.find("magnetic_moment", "nu_mu", "xenonnt_sr0")


def test_a_file_of_an_analysis_gives_the_same_numbers_and_computes_nothing_twice(table, tmp_path):
    options = 'command = "limits"\nparameter = "nu_e"\nexperiment = "xenonnt_sr0"\ndraws = 500'
    text = (
        f'out = "{table.folder}"\njobs = 1\n[moment]\n{options}\n[paper]\ncommand = "export"\nto = "latex"\n'
    )
    (tmp_path / "paper.toml").write_text(text)
    rows = sorted((file, file.stat().st_mtime_ns) for file in table.folder.glob("rows/limits/*"))
    done = CliRunner().invoke(cli.app, ["run", str(tmp_path / "paper.toml")])
    assert done.exit_code == 0, done.output
    assert sorted((file, file.stat().st_mtime_ns) for file in table.folder.glob("rows/limits/*")) == rows
    assert (table.folder / "export" / "latex" / "limits.tex").read_text("utf-8") == table.to_latex()
    record = json.loads((table.folder / "paper.run.json").read_text())
    limits = hashlib.sha256((table.folder / "limits.json").read_bytes()).hexdigest()
    assert record["written"] == {"limits.json": limits}


@pytest.mark.slow
def test_exported_draws_are_opened_by_arviz_and_a_gaussian_likelihood_is_no_pyhf_workspace(table):
    import arviz as az

    (path,) = be.export("netcdf", table.folder)
    tree = az.from_netcdf(path)
    assert tree["posterior"].equals(table.posterior(table[0])["posterior"])
    assert az.summary(tree, var_names=["nu_e"], round_to="none")["ess_bulk"].iloc[0] > 400
    with pytest.raises(be.InputError, match=r"nu_e from xenonnt_sr0: .*Eq\. 15"):
        be.export("pyhf", table.folder)


@pytest.mark.slow
def test_results_are_read_and_drawn_without_pymc(table):
    code = (
        "import sys, bayes_enues as be; t = be.load_results(sys.argv[1]); print(t.to_markdown());"
        "assert 'pymc' not in sys.modules and 'matplotlib' not in sys.modules;"
        "import importlib, pkgutil;"
        "names = [m.name for m in pkgutil.iter_modules(be.plots.__path__)];"
        "[importlib.import_module(f'bayes_enues.plots.{name}') for name in names];"
        "be.plots.plot_limit; assert 'pymc' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code, str(table.folder)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "| nu_e |" in done.stdout


def test_what_cannot_be_asked_is_refused_before_anything_runs(tmp_path):
    with pytest.raises(be.InputError, match="light_vector needs a mass"):
        be.limit_table(["light_vector"], out=tmp_path)
    with pytest.raises(be.InputError, match="magnetic_moment has no mass"):
        be.limit_table(mass=3.0, out=tmp_path)
    with pytest.raises(be.InputError, match="has no option"):
        be.limit_table(settings={"colour": "red"}, out=tmp_path)
    with pytest.raises(be.InputError, match="holds no limits"):
        be.load_results(tmp_path)
