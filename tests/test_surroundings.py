"""Terminals without Greek letters, full disks, closed outputs, names with brackets and dollars."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from rich.table import Table

from bayes_enues import cli
from bayes_enues.analyses.shown import Shown
from bayes_enues.commands import common
from bayes_enues.commands.tables import print_table
from bayes_enues.compiled.feedback import feedback

ODD = r"[/x] $\frac{$ <b>odd</b> :smile: [bold] _"
COMMAND = [sys.executable, "-m", "bayes_enues"]


def call(monkeypatch, capsys, *arguments):
    """A command in this process: exit status, output, errors."""
    monkeypatch.setattr(sys, "argv", ["bayes-enues", *map(str, arguments)])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    out, err = capsys.readouterr()
    return stop.value.code or 0, out, err


def test_a_terminal_shows_names_letter_by_letter(capsys):
    table = Table(title=ODD)
    table.add_column(ODD)
    table.add_row(ODD)
    common.console.print(ODD)
    common.console.print(table)
    common.warn([ODD])
    own = Shown(ODD, (ODD,))
    own.add(ODD)
    print_table(common.console, own)
    with feedback("one", 1, "rows") as tell:
        tell(1, ODD)
    assert capsys.readouterr().out.count(ODD) >= 5


def test_a_figure_shows_names_letter_by_letter(xenonnt, tmp_path):
    from bayes_enues import plots

    odd = replace(xenonnt, title=ODD)
    with plots.style():
        fig, ax = plots.figure()
        plots.plot_spectrum(ax, odd, [("Standard Model", np.ones(xenonnt.n_bins))])
        ax.set_title(plots.title_of(f"/home/{ODD}"))
        ax.plot([2, 3], [1, 1], label=plots.plain("_mine"))
        assert "_mine" in "".join(ax.get_legend_handles_labels()[1])
        ax.legend()
        paths = plots.save(fig, tmp_path / "odd")
    assert all(path.stat().st_size > 5000 for path in paths)


@pytest.mark.slow
def test_a_folder_may_be_called_as_one_likes(monkeypatch, capsys, tmp_path):
    out = tmp_path / "res[bold] $x [/y]"
    code, printed, _ = call(monkeypatch, capsys, "spectrum", "--experiment", "xenonnt_sr0", "--out", out)
    assert code == 0
    assert (out / "spectrum.png").is_file()
    assert "res[bold]$x[/y]" in "".join(printed.split())  # wrapped at the width of the terminal


def run(arguments, cwd, **environment):
    """A command in a process of its own, bytes out."""
    return subprocess.run(
        [*COMMAND, *arguments], cwd=cwd, capture_output=True, timeout=300, env={**os.environ, **environment}
    )


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_an_output_without_greek_letters_gets_replacements(tmp_path, encoding):
    done = run(["limits", "--help"], tmp_path, PYTHONIOENCODING=encoding)
    assert done.returncode == 0
    words = "from bayes_enues.commands.common import console; console.print('Δχ² ± ∪')"
    code = f"from bayes_enues import cli; cli.app = lambda **k: exec({words!r}); cli.main()"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, env={**os.environ, "PYTHONIOENCODING": encoding}
    )
    assert done.returncode == 0, done.stderr
    assert b"?" in done.stdout


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="a pipe that is closed")
def test_an_output_that_nobody_reads_is_one_line():
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [*COMMAND, "data", "--experiment", "xenonnt_sr0"], stdout=writing, stderr=subprocess.PIPE
        )
    finally:
        os.close(writing)
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1
    assert b"standard output was closed" in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device that is always full")
def test_an_output_to_a_full_disk_is_one_line():
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*COMMAND, "data", "--experiment", "xenonnt_sr0"], stdout=full, stderr=subprocess.PIPE
        )
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1
    assert b"No space left on device" in done.stderr


@pytest.mark.slow
def test_python_without_an_output_at_all_still_works(monkeypatch, tmp_path):
    code = (
        "import sys; sys.stdout = None; sys.argv = ['bayes-enues', 'data', '--experiment=xenonnt_sr0']\n"
        "from bayes_enues.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")


def test_the_version_is_shown(monkeypatch, capsys):
    code, out, _ = call(monkeypatch, capsys, "--version")
    assert code == 0
    assert out.startswith("bayes-enues ")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--seed", str(2**64)], "--seed is 18446744073709551616; a number from 0 to"),
        (["--seed", "-1"], "--seed is -1"),
        (["--draws", "1000000000000"], "--draws is 1000000000000"),
        (["--draws", "0"], "--draws is 0"),
        (["--draws", "abc"], "Invalid value for '--draws'"),
        (["--jobs", "1000"], "four for each core"),
        (["--jobs", "0"], "--jobs is 0"),
        (["--out", ""], "the name of a folder was needed"),
        (["--out", " "], "the name of a folder was needed"),
        (["--nonsense"], "No such option: --nonsense"),
        (["surplus"], "unexpected extra argument"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_an_option_that_cannot_be_is_one_line(monkeypatch, capsys, arguments, words):
    code, _, err = call(monkeypatch, capsys, "limits", *arguments)
    assert code == 2
    assert err.count("\n") == 1
    assert words in err


def test_a_fault_shows_its_traceback_and_where_to_report_it(monkeypatch, capsys):
    def fault(**options):
        raise KeyError("ours")

    monkeypatch.setattr(cli, "app", fault)
    code, _, err = call(monkeypatch, capsys)
    assert code == 1
    assert "Traceback" in err
    assert "please report it" in err.splitlines()[-1]


def test_a_full_disk_behind_another_error_is_one_line(monkeypatch, capsys):
    def fault(**options):
        try:
            raise OSError(28, "No space left on device")
        except OSError as error:
            raise RuntimeError("can't decrement id ref count") from error

    monkeypatch.setattr(cli, "app", fault)
    code, _, err = call(monkeypatch, capsys)
    assert code == 2
    assert err.count("\n") == 1
    assert "finished rows are kept" in err


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="limits of a process")
def test_a_posterior_too_large_for_the_disk_is_an_error_and_no_crash(tmp_path):
    code = f"""
import resource, sys
from pathlib import Path
import numpy as np, xarray as xr
from bayes_enues import cli
from bayes_enues.runs.files import whole_file
from bayes_enues.runs.store import _bytes_of

def write(**options):
    draws = np.random.default_rng(1).random(10_000)
    tree = xr.DataTree.from_dict({{"/posterior": xr.Dataset({{"x": ("draw", draws)}})}})
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
    with whole_file(Path({str(tmp_path / "x.nc")!r})) as partial:
        partial.write_bytes(_bytes_of(tree)[0])

cli.app = write
cli.main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1
    assert "finished rows are kept" in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("signal", "words"),
    [
        ("magnetic_moment:nu_e=1e300", "more than 1e+100 events"),
        ("magnetic_moment:nu_e=1e90", "more than 1e+100 events"),
        ("magnetic_moment:nu_e=-3", "nu_e of magnetic_moment cannot be negative"),
        ("magnetic_moment:universal=-3", "universal of magnetic_moment cannot be negative"),
        ("magnetic_moment:nu_e=inf", "a finite number was needed"),
        ("magnetic_moment:nu_e=nan", "a finite number was needed"),
        ("light_vector:coupling=10,mass=10", "not perturbative"),
        ("light_vector:coupling=1e-7,mass=1e100", "from 1e-12 to 1e+12"),
        ("light_vector:coupling=1e-7,mass=0", "above zero"),
    ],
)
def test_a_signal_that_cannot_be_drawn_is_one_line(monkeypatch, capsys, tmp_path, signal, words):
    asked = ["spectrum", "--experiment", "xenonnt_sr0", "--signal", signal, "--out", tmp_path / "r"]
    code, _, err = call(monkeypatch, capsys, *asked)
    assert code == 2
    assert err.count("\n") == 1
    assert words in err
    assert not (tmp_path / "r").exists()


@pytest.mark.parametrize(
    "address", ["localhost", "tcp://localhost", "localhost:8786", "tcp://localhost:99999", "tcp://:1"]
)
def test_an_address_that_is_none_is_one_line(monkeypatch, capsys, address):
    code, _, err = call(monkeypatch, capsys, "coverage", "--scheduler", address)
    assert code == 2
    assert err.count("\n") == 1
    assert "such as tcp://10.0.0.1:8786" in err


@pytest.mark.parametrize("address", ["tcp://10.0.0.1:8786", "tls://[::1]:8786", "tcp://head-node:1"])
def test_an_address_is_accepted(address):
    assert common.check_address(address) == address


#: Requests that cannot be, of every command.
REFUSED = """
limits --experiment darwin
limits --experiment lz_ws2022:high
limits --model axion
limits --parameter nu_x
limits --level 90
limits --prior halfnormal(-1)
limits --prior flat(-5,5)
limits --prior x(1)
limits --mass 3
limits --set odd=1
limits --atomic odd
limits --out /dev/null/x
mediators --mass 1e100 --model light_scalar
mediators --mass abc
mediators --model nonsense
mediators --plane odd
mediators --delta-chi2 -1
region --model millicharge --parameter nu_e --parameter nu_e
region --model nonsense --parameter nu_e --parameter nu_mu
region --model millicharge --parameter nu_e --parameter nu_mu --range nu_e
region --model millicharge --parameter nu_e --parameter nu_mu --range nu_e=3:1
check --model nonsense
check --prior x(1)
compare --model light_vector
compare --parameter nu_x
coverage --true-values abc
coverage --kind nope
coverage --toys 0
coverage --experiment nope
coverage --scheduler localhost
calibrate --simulations 0
calibrate --plane nu_e
calibrate --every-shape --plane nu_e,nu_mu
project --experiment nope
project --exposure -1
project --exposure nan
priors --prior x(1)
priors --experiment nope
systematics --experiment nope
spectrum --signal magnetic_moment:nu_e=-3
spectrum --experiment nope
data --experiment nope
region millicharge nu_e nu_mu
region --parameter nu_e
check magnetic_moment
data xenonnt_sr0
coverage --model magnetic_moment --model millicharge
coverage --prior jeffreys
project --parameter nu_e --parameter nu_mu
mediators --set odd
report nowhere
reproduce --draws 0
reproduce --out /dev/null/x
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="/dev/null")
def test_what_is_refused_is_refused_in_one_line_before_anything_heavy_is_imported(tmp_path):
    code = """
import io, json, sys
from contextlib import redirect_stderr
from bayes_enues.cli import main
found = []
for line in sys.stdin.read().split("\\n"):
    if line:
        sys.argv = ["bayes-enues", *line.split()]
        with redirect_stderr(io.StringIO()) as words:
            try:
                main()
            except SystemExit as stop:
                found.append([line, stop.code, words.getvalue()])
heavy = [n for n in ("pymc", "pytensor", "matplotlib", "numba", "arviz", "scipy.stats") if n in sys.modules]
print(json.dumps([found, heavy]))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], input=REFUSED, capture_output=True, text=True, cwd=tmp_path
    )
    found, heavy = json.loads(done.stdout)
    assert [line for line, *_ in found] == REFUSED.split("\n")[1:-1]
    for line, status, words in found:
        assert (line, status, words.count("\n")) == (line, 2, 1), words
    assert heavy == []
    assert not list(tmp_path.iterdir())
