"""A folder of results: files whole or not at all, rows reused only where they can be trusted."""

import csv
import json
import os
import platform
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import xarray as xr

from bayes_enues.runs.files import locked, slug, write_text
from bayes_enues.runs.store import ResultsFolder, fingerprint


def row(mark="a" * 32, converged=True, **more):
    return {
        "model": "magnetic_moment", "parameter": "nu_e", "experiment": "xenonnt_sr0", "fingerprint": mark,
        "posterior": {"converged": converged, "upper": 8.2}, "profile": {"pieces": [[0, 8.85]]}, **more,
    }  # fmt: skip


def tree(value=1.0):
    return xr.DataTree.from_dict(
        {"posterior": xr.Dataset({"nu_e": (("chain", "draw"), np.full((2, 3), value))})}
    )


def test_a_row_comes_back_by_its_fingerprint_only(tmp_path):
    ResultsFolder(tmp_path, level=0.9).write(row(), tree())
    again = ResultsFolder(tmp_path, level=0.9)
    assert again.find("a" * 32)["posterior"]["upper"] == 8.2
    assert again.find("b" * 32) is None
    assert again.messages == []


def test_what_is_no_number_is_written_as_none(tmp_path):
    stuck = {"converged": False, "rhat": float("nan"), "pieces": [[0.0, float("inf")]]}
    ResultsFolder(tmp_path, level=0.9).write(row() | {"posterior": stuck})
    content = json.loads((tmp_path / "limits.json").read_text(), parse_constant=pytest.fail)
    assert content["rows"][0]["posterior"] == {"converged": False, "rhat": None, "pieces": [[0.0, None]]}


def test_json_and_csv_say_the_same(tmp_path):
    folder = ResultsFolder(tmp_path, level=0.9)
    folder.write(row(), tree())
    folder.write(row("b" * 32, parameter="nu_mu"), tree())
    content = json.loads((tmp_path / "limits.json").read_text())
    assert content["level"] == 0.9
    assert [r["parameter"] for r in content["rows"]] == ["nu_e", "nu_mu"]
    with open(tmp_path / "limits.csv", newline="") as file:
        flat = list(csv.DictReader(file))
    assert [float(r["posterior.upper"]) for r in flat] == [8.2, 8.2]
    assert json.loads(flat[0]["profile.pieces"]) == [[0, 8.85]]


def test_rows_can_be_put_in_the_order_asked_for(tmp_path):
    folder = ResultsFolder(tmp_path, level=0.9)
    for mark in "abc":
        folder.write(row(mark * 32))
    folder.arrange(["c" * 32, "a" * 32])
    content = json.loads((tmp_path / "limits.json").read_text())
    assert [r["fingerprint"][0] for r in content["rows"]] == ["c", "a", "b"]


@pytest.mark.parametrize(
    "text",
    [
        '{"level": 0.9, "rows": [{"fingerp',
        "",
        "[]",
        '{"rows": []}',
        '{"level": null, "rows": []}',
        '{"level": 0.9, "rows": {"a": 1}}',
        '{"level": 0.9, "rows": [{"no": "fingerprint"}]}',
        '{"level": 0.9, "rows": [{"fingerprint": "x", "file": {"name": "a.nc"}}]}',
        "\x00\x01",
    ],
    ids=["half", "empty", "list", "no level", "null", "mapping", "no fingerprint", "no hash", "bytes"],
)
def test_a_corrupted_file_is_set_aside_and_never_trusted_nor_deleted(tmp_path, text):
    (tmp_path / "limits.json").write_text(text)
    folder = ResultsFolder(tmp_path, level=0.9)
    assert folder.rows == []
    assert (tmp_path / "limits.json.broken-1").read_text() == text
    assert "computed anew" in folder.messages[0]
    folder.write(row(), tree())
    (tmp_path / "limits.json").write_text(text)
    ResultsFolder(tmp_path, level=0.9)
    assert (tmp_path / "limits.json.broken-2").exists()


def test_a_posterior_file_that_was_changed_is_set_aside_and_computed_anew(tmp_path):
    written = ResultsFolder(tmp_path, level=0.9).write(row(), tree())
    path = tmp_path / written["file"]["name"]
    tree(2.0).to_netcdf(path, engine="h5netcdf")
    folder = ResultsFolder(tmp_path, level=0.9)
    assert folder.find("a" * 32) is None
    assert path.with_name(path.name + ".broken-1").exists()
    assert "not the file its row was written with" in folder.messages[0]


def test_a_posterior_file_that_is_gone_is_computed_anew(tmp_path):
    written = ResultsFolder(tmp_path, level=0.9).write(row(), tree())
    (tmp_path / written["file"]["name"]).unlink()
    assert ResultsFolder(tmp_path, level=0.9).find("a" * 32) is None


def test_an_unconverged_row_is_kept_but_not_used_again(tmp_path):
    folder = ResultsFolder(tmp_path, level=0.9)
    folder.write(row(converged=False), tree())
    assert len(ResultsFolder(tmp_path, level=0.9).rows) == 1
    assert ResultsFolder(tmp_path, level=0.9).find("a" * 32) is None


def test_a_run_that_fails_does_not_replace_one_that_converged(tmp_path):
    folder = ResultsFolder(tmp_path, level=0.9)
    first = folder.write(row(), tree())
    kept = folder.write(row(converged=False), tree(5.0))
    assert kept == first
    assert "the old row stays" in folder.messages[0]
    assert ResultsFolder(tmp_path, level=0.9).find("a" * 32) == first  # its posterior file is still its own


def test_rows_of_another_level_are_another_folders(tmp_path):
    ResultsFolder(tmp_path, level=0.9).write(row())
    with pytest.raises(ValueError, match=r"level 0\.9, not 0\.95; choose another --out"):
        ResultsFolder(tmp_path, level=0.95)


@pytest.mark.parametrize("where", ["file", "file/below"])
def test_a_folder_that_cannot_be_written_to_is_refused_before_anything_runs(tmp_path, where):
    (tmp_path / "file").write_text("a file, no folder")
    with pytest.raises(ValueError, match=r"cannot be written to .*; choose another --out"):
        ResultsFolder(tmp_path / where)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root writes everywhere")
def test_a_read_only_folder_is_refused(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(ValueError, match="Permission denied"):
        ResultsFolder(tmp_path / "results")


def test_a_file_is_there_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "a.json"
    write_text(path, "old")

    def crash(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", crash)
    with pytest.raises(KeyboardInterrupt):
        write_text(path, "new")
    assert path.read_text() == "old"


def test_an_interrupted_posterior_leaves_the_rows_as_they_were(tmp_path):
    folder = ResultsFolder(tmp_path, level=0.9)
    folder.write(row(), tree())

    class Breaking(xr.DataTree):
        def to_netcdf(self, path, **options):
            with open(path, "w") as file:
                file.write("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        folder.write(row("b" * 32, parameter="nu_mu"), Breaking.from_dict({"posterior": xr.Dataset()}))
    assert len(ResultsFolder(tmp_path, level=0.9).rows) == 1
    assert not [p for p in tmp_path.iterdir() if "partial" in p.name or "nu_mu" in p.name]


def test_the_fingerprint_depends_on_everything_and_on_no_order():
    a = fingerprint({"seed": 1, "data": {"x": "1", "y": "2"}})
    assert a == fingerprint({"data": {"y": "2", "x": "1"}, "seed": 1})
    assert a != fingerprint({"seed": 2, "data": {"x": "1", "y": "2"}})


def test_what_a_killed_run_left_half_written_is_removed_and_nothing_else(tmp_path):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    host = slug(platform.node())
    dead = [f".limits.json.{host}-{gone.pid}.partial", f".rows-x.{host}-{gone.pid}.partial"]
    mine, elsewhere = f".a.{host}-{os.getpid()}.partial", f".b.elsewhere-{gone.pid}.partial"
    kept = [mine, elsewhere, ".c.partial", "notes.partial"]
    for name in [dead[0], *kept]:
        (tmp_path / name).touch()
    (tmp_path / dead[1]).mkdir()
    (tmp_path / dead[1] / "row.nc").touch()
    ResultsFolder(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(kept)


def test_what_is_made_safe_on_disk_may_be_written(tmp_path, monkeypatch):
    """Windows flushes no file that was opened for reading only; Linux can be asked how it was opened."""
    fcntl = pytest.importorskip("fcntl")
    opened = []
    monkeypatch.setattr(os, "fsync", lambda fd: opened.append(fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_ACCMODE))
    write_text(tmp_path / "a.json", "whole")
    assert opened == [os.O_RDWR]
    assert (tmp_path / "a.json").read_text() == "whole"


def test_two_commands_in_one_folder_keep_each_others_rows(tmp_path):
    one, two = (ResultsFolder(tmp_path, level=0.9) for _ in range(2))
    one.write(row("a" * 32))
    two.write(row("b" * 32, parameter="nu_mu"))
    one.write(row("c" * 32, parameter="nu_tau"))
    two.arrange(["b" * 32])
    content = json.loads((tmp_path / "limits.json").read_text())
    assert [r["fingerprint"][0] for r in content["rows"]] == ["b", "a", "c"]


def test_a_row_that_another_command_computed_anew_is_not_replaced_by_the_old_one(tmp_path):
    ResultsFolder(tmp_path, level=0.9).write(row(), tree())
    one, two = (ResultsFolder(tmp_path, level=0.9) for _ in range(2))
    two.write(row(), tree(2.0))
    one.write(row("b" * 32, parameter="nu_mu"))
    again = ResultsFolder(tmp_path, level=0.9)
    assert again.find("a" * 32) is not None  # its posterior file is the one that its row names
    assert again.messages == []


def test_a_file_that_another_process_holds_is_waited_for_and_then_refused(tmp_path, monkeypatch):
    from bayes_enues.runs import files as whole_files

    monkeypatch.setattr(whole_files, "LOCK_SECONDS", 0.1)
    folder, held = ResultsFolder(tmp_path, level=0.9), whole_files.FileLock(tmp_path / ".limits.json.lock")
    with held, pytest.raises(ValueError, match=r"has held .*limits\.json\.lock for 0\.1 s"):
        folder.write(row())
    folder.write(row())


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_an_interrupt_while_a_file_is_written_waits_until_it_is(tmp_path):
    path = tmp_path / "limits.json"
    done = []

    def write():
        with locked(path):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.05)
            done.append("written")

    with pytest.raises(KeyboardInterrupt):
        write()
    assert done == ["written"]
    with locked(path):  # the lock is free again, and Ctrl-C what it was
        pass
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
