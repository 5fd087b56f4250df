"""An analysis from a file: every fault is found before anything runs, with file, table and key."""

import json
import tomllib

import pytest
import typer
from schemas import check
from typer.testing import CliRunner

import bayes_enues as be
from bayes_enues import cli
from bayes_enues.cli import COMMANDS, app
from bayes_enues.commands.analysis_file import TEMPLATE, read_analysis
from bayes_enues.compiled.feedback import feedback, plan_only


@pytest.fixture(scope="module")
def group():
    return typer.main.get_command(app)


@pytest.fixture
def read(group, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def read(text):
        (tmp_path / "a.toml").write_text(text, "utf-8")
        return read_analysis("a.toml", group)

    return read


ONE = '[one]\ncommand = "limits"\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[one\n", r"a\.toml is no TOML: .*line 1"),
        ("out = 'r'\n", r"a\.toml has no table; 'bayes-enues run --print-template'"),
        (
            "[one]\nmodel = 'millicharge'\n",
            r"a\.toml, \[one\], command: None is none; the choices are .*'limits'",
        ),
        ("[one]\ncommand = 'run'\n", r"a\.toml, \[one\], command: 'run' is none"),
        (
            ONE + "paramter = 'nu_e'\n",
            r"a\.toml, \[one\], paramter: limits has no such option; .*'parameter'",
        ),
        (ONE + "draws = [1, 2]\n", r"a\.toml, \[one\], draws: \[1, 2\] is several; limits takes one"),
        (ONE + "fresh = 1\n", r"a\.toml, \[one\], fresh: 1; true or false was needed"),
        (ONE + "draws = true\n", r"a\.toml, \[one\], draws: True; a number or a text was needed"),
        (
            ONE + "experiment = [['a']]\n",
            r"a\.toml, \[one\], experiment: .* holds more than numbers and texts",
        ),
        (ONE + "draws = 'many'\n", r"a\.toml, \[one\], draws: Invalid value for '--draws'"),
        (ONE + "draws = 0\n", r"a\.toml, \[one\], draws: --draws is 0; a number from 1"),
        (ONE + "model = 'axion'\n", r"a\.toml, \[one\], model: there is no model 'axion'"),
        (ONE + "parameter = ['nu_e', 'nu_x']\n", r"a\.toml, \[one\], parameter: .*'nu_x'"),
        (ONE + "experiment = 'lux'\n", r"a\.toml, \[one\], experiment: there is no experiment 'lux'"),
        (ONE + "set = { colour = 'red' }\n", r"a\.toml, \[one\], set: magnetic_moment has no option"),
        (
            ONE + "nuisance_prior = 'edge'\n",
            r"a\.toml, \[one\], nuisance_prior: --nuisance-prior 'edge' cannot",
        ),
        ("colour = 'red'\n" + ONE, r"a\.toml, colour: no command of the file has such an option"),
        (ONE + ONE.replace("one", "two") + "level = 0.95\n", r"\[two\], level: \[one\] writes the same file"),
        ("[page]\ncommand = 'report'\ndraws = 3\n", r"a\.toml, \[page\], draws: report has no such option"),
        ("[paper]\ncommand = 'export'\nto = 'root'\n", r"a\.toml, \[paper\], to: .*'root'"),
        ("[paper]\ncommand = 'export'\n", r"a\.toml, \[paper\]: Missing option '--to'"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_runs(text, words, read, tmp_path):
    with pytest.raises(be.InputError, match=words) as refused:
        read(text)
    assert "\n" not in str(refused.value)
    assert not list(tmp_path.glob("results/*.json"))


def test_a_table_is_what_would_be_typed(read):
    text = (
        'out = "mine"\njobs = 1\n[a]\ncommand = "limits"\nmodel = "light_vector"\nmass = 10\n'
        'experiment = ["xenonnt_sr0", "lz_ws2022"]\nset = { sign = -1 }\nfresh = true\nnotes = false\n'
        '[b]\ncommand = "report"\n[d]\ncommand = "compare"\nsmc = false\n'
        '[c]\ncommand = "export"\nto = "bibtex"\nout = "paper"\n'
    )
    analysis = read(text)
    assert analysis.steps[0].arguments == (
        "--model=light_vector", "--mass=10", "--experiment=xenonnt_sr0", "--experiment=lz_ws2022",
        "--set=sign=-1", "--fresh", "--out=mine", "--jobs=1",
    )  # fmt: skip
    assert analysis.steps[1].arguments == ("mine",)
    assert analysis.steps[2].arguments == ("--no-smc", "--out=mine", "--jobs=1")
    assert analysis.steps[3].arguments == ("--to=bibtex", "--out=paper", "--results=mine")
    assert analysis.out.name == "mine"


@pytest.mark.slow
def test_the_template_that_is_printed_can_be_run(read):
    printed = CliRunner().invoke(app, ["run", "--print-template"])
    assert (printed.exit_code, printed.stdout) == (0, TEMPLATE)
    assert len(read(TEMPLATE).steps) == len(
        [t for t in tomllib.loads(TEMPLATE).values() if isinstance(t, dict)]
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "command", [c for c in COMMANDS if c not in ("run", "report", "export", "data", "schema")]
)
def test_every_command_checks_its_input_before_it_computes(command, tmp_path, monkeypatch):
    """So that a file can be checked whole: the block is left where computing would begin."""
    monkeypatch.chdir(tmp_path)
    _, example = COMMANDS[command]
    finished = False
    with plan_only():
        app(example.split(), standalone_mode=False)
        finished = True
    assert not finished
    assert not list(tmp_path.rglob("*.png"))
    with feedback("something"):
        pass  # and goes on outside of it


def test_a_file_that_is_not_given_or_not_there_is_refused(tmp_path):
    with pytest.raises(be.InputError, match="no file was given"):
        app(["run"], standalone_mode=False)
    with pytest.raises(be.InputError, match=r"nothing\.toml"):
        app(["run", str(tmp_path / "nothing.toml")], standalone_mode=False)


def test_a_run_says_what_it_rests_on_and_what_changed_since(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "a.toml"
    file.write_text('out = "r"\n[where_from]\ncommand = "data"\nexperiment = "xenonnt_sr0"\n')
    with pytest.raises(be.InputError, match=r"a\.toml, out: no command"):
        app(["run", "a.toml"], standalone_mode=False)
    file.write_text('[where_from]\ncommand = "data"\nexperiment = "xenonnt_sr0"\n')
    done = CliRunner().invoke(cli.app, ["run", "a.toml"])
    assert done.exit_code == 0, done.output
    assert "[where_from] data --experiment=xenonnt_sr0" in done.output
    record = json.loads((tmp_path / "results" / "a.run.json").read_text())
    assert record["steps"] == [
        {"table": "where_from", "command": "data", "arguments": ["--experiment=xenonnt_sr0"]}
    ]
    assert {"numpy", "pymc"} <= set(record["provenance"]["versions"])
    assert check(record) == "run"
    record["provenance"]["versions"]["numpy"] = "1.0"
    (tmp_path / "results" / "a.run.json").write_text(json.dumps(record))
    file.write_text(file.read_text() + "\n")
    again = CliRunner().invoke(cli.app, ["run", "a.toml"])
    assert "since the last run, other: numpy" in again.output
    assert "the file" in again.output
