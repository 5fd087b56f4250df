"""The command line, run as a user runs it."""

import importlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import typing
from functools import cache

import pytest
from typer.testing import CliRunner

from bayes_enues import cli
from bayes_enues.errors import DoubtWarning
from bayes_enues.runs.store import ResultsFolder
from bayes_enues.tables import packaged

COMMAND = [sys.executable, "-c", "from bayes_enues.cli import main; main()"]


def run(*arguments, cwd=None):
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, cwd=cwd, timeout=600)


def call(monkeypatch, capsys, *arguments):
    """The same in this process, where shapes are compiled already: exit status, output, errors."""
    monkeypatch.setattr(sys, "argv", ["bayes-enues", *map(str, arguments)])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    out, err = capsys.readouterr()
    return stop.value.code or 0, out, err


def test_without_arguments_it_shows_its_commands():
    result = CliRunner().invoke(cli.app, [])
    assert all(name in result.output for name in cli.COMMANDS)
    assert "..." not in result.output.replace("[ARGS]...", "")


@cache
def help_of(command):
    result = CliRunner().invoke(cli.app, [command, "--help"], terminal_width=80)
    assert result.exit_code == 0
    assert max(map(len, result.output.splitlines())) <= 80
    return result.output


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_every_help_has_an_example_that_is_one_of_its_own_options_and_what_can_be_chosen(command):
    words = help_of(command)
    assert f"Example:\n  bayes-enues {command}" in words
    options = set(re.findall(r"--[a-z-]+", words.partition("Example:")[0]))
    asked = cli.COMMANDS[command][1].split()
    assert {word for word in asked if word.startswith("--")} <= options
    for option, choices in (
        ("--model", ["magnetic_moment", "light_vector", "lambda_1"]),
        ("--experiment", ["lz_ws2022", ":low_edge", "xenonnt_sr0", "xenon1t_sr1:tritium"]),
    ):
        assert option not in options or all(choice in words for choice in choices)


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_a_unit_in_square_brackets_is_not_taken_for_markup(command):
    """As the source of the option has it, so the reader sees it."""
    module, _, function = cli.COMMANDS[command][0].partition(":")
    run = getattr(importlib.import_module(f"bayes_enues.commands.{module}"), function)
    written = " ".join(
        option.help or ""
        for hint in typing.get_type_hints(run, include_extras=True).values()
        for option in getattr(hint, "__metadata__", ())
    )
    shown = " ".join(help_of(command).split())
    for unit in re.findall(r"\[\w[^\]]*\]", written):
        assert unit in shown
    assert command not in ("limits", "mediators") or "[keV]" in shown


#: Commands whose question is one of models, parameters and experiments, and options without which each does:
#: the first words say why.
SAME = {
    "--model", "--parameter", "--experiment", "--mass", "--set", "--prior", "--level", "--out",
}  # fmt: skip
WITHOUT = {
    "mediators": {"--parameter": "it is the coupling"},
    "flux": dict.fromkeys(("--model", "--mass", "--set"), "parameters are the Sun's fluxes"),
    "check": {"--level": "p-values and bands of 68 and 95 %; it gives no bound"},
    "compare": {"--level": "a Bayes factor averages over all values; it gives no bound"},
    "calibrate": {"--level": "ranks test the bounds of all levels at once"},
}


@pytest.mark.parametrize(
    "command",
    [
        c
        for c in cli.COMMANDS
        if c not in ("reproduce", "spectrum", "data", "report", "schema", "export", "run")
    ],
)
def test_commands_are_asked_in_the_same_words(command):
    words = help_of(command).partition("Example:")[0]
    options = set(re.findall(r"^ +(--[a-z-]+)", words, re.MULTILINE))
    assert options >= SAME - set(WITHOUT.get(command, {}))
    assert not options & set(WITHOUT.get(command, {}))
    assert "ARG" not in words.partition("Options:")[0].replace("[OPTIONS]", "")


def test_a_shell_completes_models_parameters_and_experiments():
    for words, found in (
        ("bayes-enues limits --model light_v", "light_vector"),
        ("bayes-enues limits --model millicharge --parameter nu_", "nu_tau"),
        ("bayes-enues limits --experiment lz_ws2022+xenonnt_sr0:", "lz_ws2022+xenonnt_sr0:poisson"),
    ):
        asked = {"_BAYES_ENUES_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": words}
        result = CliRunner().invoke(cli.app, [], env=asked, prog_name="bayes-enues")
        assert found in result.output.replace("\\", "")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--experiment", "darwin"], ["no experiment 'darwin'", "lz_ws2022", "xenonnt_sr0"]),
        (["--experiment", "lz_ws2022:high"], ["no variant 'high'", "low_edge"]),
        (["--model", "axion"], ["no model 'axion'", "magnetic_moment"]),
        (["--parameter", "nu_x"], ["nu_x", "nu_e", "universal"]),
        (["--level", "90"], ["level", "between 0 and 1"]),
        (["--prior", "halfnormal(-1)"], ["positive width"]),
        (["--prior", "flat(-5, 5)"], ["cannot be negative"]),
    ],
    ids=lambda value: " ".join(value),
)
def test_a_bad_request_is_one_line_that_lists_the_choices(monkeypatch, capsys, tmp_path, arguments, words):
    code, _, err = call(monkeypatch, capsys, "limits", *arguments, "--out", tmp_path / "r")
    assert code == 2
    assert err.count("\n") == 1
    assert err.startswith("bayes-enues: ")
    assert all(word in err for word in words), err
    assert not (tmp_path / "r").exists()


def test_an_output_folder_that_cannot_be_written_is_refused(monkeypatch, capsys, tmp_path):
    (tmp_path / "file").write_text("")
    code, _, err = call(monkeypatch, capsys, "limits", "--out", tmp_path / "file")
    assert code == 2
    assert "choose another --out" in err


def test_a_broken_experiment_folder_is_refused(monkeypatch, capsys, tmp_path):
    (tmp_path / "mine").mkdir()
    code, _, err = call(
        monkeypatch, capsys, "limits", "--experiment", tmp_path / "mine", "--out", tmp_path / "r"
    )
    assert code == 2
    assert "experiment.toml" in err


ROW_KEYS = {
    "model",
    "parameter",
    "experiment",
    "unit",
    "prior",
    "fingerprint",
    "posterior",
    "profile",
    "published",
}
POSTERIOR_KEYS = {
    "kind", "lower", "upper", "upper_flat_strength", "mcse", "rhat", "ess_bulk", "ess_tail", "divergences",
    "sampler", "draws", "attempts", "converged",
}  # fmt: skip
PROFILE_KEYS = {
    "lower", "upper", "upper_one_sided", "pieces", "best_fit", "chi2_min", "threshold", "at_boundary",
}  # fmt: skip
SMALL = ["limits", "--experiment", "xenonnt_sr0", "--parameter", "nu_e", "--draws", "1000"]


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """One row, from the command line."""
    out = tmp_path_factory.mktemp("cli") / "results"
    done = run(*SMALL, "--out", str(out))
    assert done.returncode == 0, done.stderr
    return out, done


@pytest.mark.slow
def test_a_run_writes_the_rows_that_the_issue_describes(results):
    out, done = results
    content = json.loads((out / "limits.json").read_text())
    assert content["level"] == 0.9
    (row,) = content["rows"]
    assert row.keys() >= ROW_KEYS
    assert row["posterior"].keys() >= POSTERIOR_KEYS
    assert row["profile"].keys() >= PROFILE_KEYS
    assert row["published"] == {"lower": None, "upper": 9.0, "source": "arXiv:2208.06415"}
    assert row["profile"]["upper"] == pytest.approx(8.85, rel=5e-3)
    assert row["posterior"]["upper"] == pytest.approx(8.2, rel=0.03)
    assert row["posterior"]["converged"] is True
    names = {p.name for p in out.iterdir()}
    assert {"limits.json", "limits.csv", "limits_magnetic_moment.pdf", "limits_magnetic_moment.png"} <= names
    assert [path.stem for path in out.glob("rows/limits/*.nc")] == [row["fingerprint"]]
    assert not [name for name in names if "partial" in name or "probe" in name]
    assert "nu_e" in done.stdout
    assert "published" in done.stdout
    assert "threshold first" in done.stdout  # why bounds differ: physics.md, section 6


@pytest.mark.slow
def test_a_rerun_reuses_the_row_and_fresh_does_not(results, monkeypatch, capsys):
    out, _ = results
    before = (out / "limits.json").read_text()
    (posterior,) = out.glob("rows/limits/*.nc")
    written = posterior.stat().st_mtime_ns
    code, *_ = call(monkeypatch, capsys, *SMALL, "--out", out)
    assert code == 0
    assert (out / "limits.json").read_text() == before
    assert posterior.stat().st_mtime_ns == written
    code, *_ = call(monkeypatch, capsys, *SMALL, "--out", out, "--fresh", "--jobs", "1")
    assert code == 0
    assert posterior.stat().st_mtime_ns > written


@pytest.mark.slow
def test_other_draws_are_another_row(results, monkeypatch, capsys):
    out, _ = results
    code, *_ = call(monkeypatch, capsys, *SMALL[:-1], "1500", "--out", out, "--jobs", "1")
    assert code == 0
    rows = json.loads((out / "limits.json").read_text())["rows"]
    assert len(rows) == 2
    assert len({row["fingerprint"] for row in rows}) == 2


@pytest.mark.slow
def test_results_of_another_level_go_elsewhere(results, monkeypatch, capsys):
    out, _ = results
    code, _, err = call(monkeypatch, capsys, *SMALL, "--out", out, "--level", "0.95")
    assert code == 2
    assert "choose another --out" in err


@pytest.mark.parametrize(
    ("view", "command"),
    [
        ("mediators", ["mediators"]),
        ("mediator_planes", ["mediators", "--plane", "loguniform"]),
        ("regions", ["region", "--model", "millicharge", "--parameter", "nu_e", "--parameter", "nu_mu"]),
        ("regions", ["reproduce"]),
        ("priors", ["priors"]),
        ("systematics", ["systematics"]),
        ("nuisances", ["nuisances"]),
        ("projection", ["project"]),
    ],
)
def test_another_level_is_refused_before_anything_is_computed(view, command, monkeypatch, capsys, tmp_path):
    ResultsFolder(tmp_path, f"{view}.json", 0.5).save()
    monkeypatch.setattr("bayes_enues.runs.runner.work", lambda *a, **k: pytest.fail("it was computed"))
    code, _, err = call(monkeypatch, capsys, *command, "--out", tmp_path)
    assert code == 2
    assert f"{view}.json holds results of level 0.5, not 0.9; choose another --out" in err


@pytest.mark.slow
def test_half_a_file_is_set_aside_said_and_computed_anew(results, monkeypatch, capsys, tmp_path):
    out = tmp_path / "r"
    out.mkdir()
    half = (results[0] / "limits.json").read_text()[:200]
    (out / "limits.json").write_text(half)
    code, printed, _ = call(monkeypatch, capsys, *SMALL, "--out", out, "--jobs", "1")
    assert code == 0
    assert (out / "limits.json.broken-1").read_text() == half
    assert "broken-1" in printed
    assert len(json.loads((out / "limits.json").read_text())["rows"]) == 1


@pytest.mark.slow
def test_an_unconverged_row_is_kept_marked_and_gives_a_status(monkeypatch, capsys, tmp_path):
    from bayes_enues import results
    from bayes_enues.fit import posterior

    monkeypatch.setattr(results, "R_HAT", 0.5)  # no chain is that good
    monkeypatch.setattr(posterior, "_smc", lambda model, draws, chains, seed: posterior_of(model))

    def posterior_of(model):
        return nuts_tree["tree"]

    nuts_tree = {}
    original = posterior._nuts

    def remember(*arguments):
        nuts_tree["tree"] = original(*arguments)
        return nuts_tree["tree"]

    monkeypatch.setattr(posterior, "_nuts", remember)
    code, printed, _ = call(monkeypatch, capsys, *SMALL, "--out", tmp_path, "--jobs", "1")
    assert code == 1
    assert "not converged" in printed
    (row,) = json.loads((tmp_path / "limits.json").read_text())["rows"]
    assert row["posterior"]["converged"] is False
    assert row["posterior"]["upper"] is None
    assert row["profile"]["upper"] == pytest.approx(8.85, rel=5e-3)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_an_interrupt_keeps_the_rows_that_are_done(tmp_path):
    out = tmp_path / "results"
    asked = ["limits", "--experiment", "xenonnt_sr0", "--draws", "1000", "--jobs", "1", "--out", str(out)]
    process = subprocess.Popen([*COMMAND, *asked], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 300
    while not list(out.glob("rows/limits/*.json")) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert "finished rows are kept" in err
    rows = json.loads((out / "limits.json").read_text())["rows"]
    assert 1 <= len(rows) < 4
    assert all(row["posterior"]["converged"] for row in rows)
    assert not [p.name for p in out.rglob("*") if "partial" in p.name]


def test_data_shows_where_each_number_comes_from(monkeypatch, capsys):
    code, out, _ = call(monkeypatch, capsys, "data", "--experiment", "xenonnt_sr0")
    assert code == 0
    assert "1.16 t yr" in out
    assert "2207.11330" in out
    assert "beta_flux" in out


def test_spectrum_draws_a_figure(monkeypatch, capsys, tmp_path):
    code, *_ = call(monkeypatch, capsys, "spectrum", "--experiment", "xenonnt_sr0", "--out", tmp_path)
    assert code == 0
    assert (tmp_path / "spectrum.png").stat().st_size > 5000
    code, _, err = call(
        monkeypatch, capsys, "spectrum", "--signal", "magnetic_moment:nu_e", "--out", tmp_path
    )
    assert code == 2
    assert "magnetic_moment:nu_e=9" in err
    for text, words in (
        ("light_vector:coupling=2e-7", "leaves out ['mass']"),
        ("magnetic_moment:nu_e=9,nu_e=8", "nu_e twice"),
        ("magnetic_moment:mass=10", "has no parameter"),
    ):
        code, _, err = call(monkeypatch, capsys, "spectrum", "--signal", text, "--out", tmp_path)
        assert code == 2
        assert words in err


@pytest.mark.slow
def test_a_mediators_spectrum_is_drawn_at_its_mass(monkeypatch, capsys, tmp_path):
    asked = ["--experiment", "xenonnt_sr0", "--signal", "light_vector:coupling=2e-7,mass=10"]
    code, *_ = call(monkeypatch, capsys, "spectrum", *asked, "--out", tmp_path)
    assert code == 0
    assert (tmp_path / "spectrum.png").stat().st_size > 5000


@pytest.mark.slow
def test_a_level_without_a_one_sided_bound_is_shown_too(monkeypatch, capsys, tmp_path):
    code, out, _ = call(monkeypatch, capsys, *SMALL, "--level", "0.4", "--out", tmp_path, "--jobs", "1")
    assert code == 0
    assert "40 %" in out


@pytest.mark.slow
def test_a_fit_that_does_not_describe_the_data_gives_a_bound_only_where_that_is_asked_for(
    monkeypatch, capsys, tmp_path
):
    mine = tmp_path / "mine"
    shutil.copytree(packaged("xenonnt_sr0"), mine)
    file = mine / "experiment.toml"
    file.write_text(file.read_text().replace("exposure_t_yr = 1.16", "exposure_t_yr = 1160"))
    asked = ["limits", "--parameter", "nu_e", "--experiment", mine, "--draws", 300, "--jobs", 1]
    with pytest.warns(DoubtWarning, match="is the exposure in t yr"):
        code, printed, _ = call(monkeypatch, capsys, *asked, "--out", tmp_path / "out")
    assert code == 1
    assert "bad fit" in printed
    code, printed, _ = call(monkeypatch, capsys, *asked, "--accept-bad-fit", "--out", tmp_path / "out")
    assert code == 0
    assert "bad fit" not in printed
    assert "does not describe the data" in " ".join(printed.split())
