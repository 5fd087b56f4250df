"""A folder of results: files whole or not at all, rows reused only where they can be trusted."""

import csv
import hashlib
import json
import os
import re
import shutil
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from bayes_enues.results import Limit
from bayes_enues.runs.beside import draws_file
from bayes_enues.runs.files import write_text
from bayes_enues.runs.provenance import provenance
from bayes_enues.runs.store import ResultsFolder, fingerprint, is_intact, load_rows


def row(mark="a" * 32, converged=True, **more):
    """A row as it is stored; its numbers are made up."""
    posterior = {"kind": "upper", "level": 0.9, "upper": 8.2 if converged else None, "converged": converged}
    profile = {"pieces": [[0, 8.85]], "upper_one_sided": 7.2, "best_fit": 0.0, "chi2_min": 17.8}
    return {
        "model": "magnetic_moment", "parameter": "nu_e", "experiment": "xenonnt_sr0", "fingerprint": mark,
        "unit": "1e-12 mu_B", "prior": "flat", "level": 0.9, "posterior": posterior, "published": None,
        "profile": profile | {"threshold": 2.7055, "at_boundary": True, "nuisances": {}},
        "caveats": [], "notes": [], "question": mark, "provenance": provenance({}).to_dict(), **more,
    }  # fmt: skip


def tree(value=1.0):
    return xr.DataTree.from_dict(
        {"posterior": xr.Dataset({"nu_e": (("chain", "draw"), np.full((2, 3), value))})}
    )


def saved(path, *marks, **more):
    """A folder that holds rows, and its view."""
    folder = ResultsFolder(path, level=0.9)
    for mark in marks:
        folder.write(row(mark * 32, **more))
    folder.save()
    return folder


def view(path, name="limits.json"):
    return json.loads((path / name).read_text())


def marks(path):
    return [r["fingerprint"][0] for r in view(path)["rows"]]


def test_a_row_comes_back_by_its_fingerprint_only(tmp_path):
    ResultsFolder(tmp_path, level=0.9).write(row(), tree())
    again = ResultsFolder(tmp_path, level=0.9)
    assert again.find("a" * 32)["posterior"]["upper"] == 8.2
    assert again.find("b" * 32) is None
    assert again.messages == []


def test_what_is_no_number_is_written_as_none(tmp_path):
    stuck = {"converged": False, "rhat": float("nan"), "pieces": [[0.0, float("inf")]]}
    folder = ResultsFolder(tmp_path, "rows_of_no_type.json", 0.9)
    folder.write(row() | {"posterior": stuck})
    folder.save()
    content = json.loads(folder.file.read_text(), parse_constant=pytest.fail)
    assert content["rows"][0]["posterior"] == {"converged": False, "rhat": None, "pieces": [[0.0, None]]}


def test_json_and_csv_say_the_same(tmp_path):
    folder = ResultsFolder(tmp_path, level=0.9)
    folder.write(row(), tree())
    folder.write(row("b" * 32, parameter="nu_mu"), tree())
    folder.save()
    content = json.loads((tmp_path / "limits.json").read_text())
    assert content["level"] == 0.9
    assert [r["parameter"] for r in content["rows"]] == ["nu_e", "nu_mu"]
    with open(tmp_path / "limits.csv", newline="") as file:
        flat = list(csv.DictReader(file))
    assert [float(r["posterior.upper"]) for r in flat] == [8.2, 8.2]
    assert json.loads(flat[0]["profile.pieces"]) == [[0, 8.85]]


def test_rows_come_in_the_order_asked_for_and_others_in_theirs(tmp_path):
    folder = saved(tmp_path, *"abc")
    folder.save(["c" * 32, "a" * 32])
    assert marks(tmp_path) == ["c", "a", "b"]
    folder.write(row("d" * 32))
    folder.save(["b" * 32])
    assert marks(tmp_path) == ["b", "c", "a", "d"]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ('{"level": 0.9, "rows": [{"fingerp', "broken"),
        ("", "broken"),
        ("[]", "broken"),
        ('{"rows": []}', "old"),
        ('{"level": null, "rows": []}', "old"),
        ('{"level": 0.9, "rows": {"a": 1}}', "broken"),
        ('{"level": 0.9, "rows": [{"no": "fingerprint"}]}', "broken"),
        ('{"level": 0.9, "rows": [{"fingerprint": "x", "file": {"name": "a.nc"}}]}', "old"),
        ("\x00\x01", "broken"),
    ],
    ids=["half", "empty", "list", "no level", "null", "mapping", "no fingerprint", "no hash", "bytes"],
)
def test_a_corrupted_view_is_set_aside_and_never_trusted_nor_deleted(tmp_path, text, word):
    (tmp_path / "limits.json").write_text(text)
    folder = ResultsFolder(tmp_path, level=0.9)
    assert folder.rows == []
    assert (tmp_path / f"limits.json.{word}-1").read_text() == text
    assert "computed anew" in folder.messages[0]
    folder.write(row(), tree())
    (tmp_path / "limits.json").write_text(text)
    ResultsFolder(tmp_path, level=0.9)
    assert (tmp_path / f"limits.json.{word}-2").exists()


def test_a_folder_of_the_first_version_is_said_to_be_old_in_one_line_and_kept(tmp_path):
    """Its rows do not say which code made them, so none of them can be today's."""
    old = {"level": 0.95, "rows": [row() | {"file": {"name": "posterior_x.nc", "sha256": "0" * 64}}]}
    (tmp_path / "limits.json").write_text(json.dumps(old))
    (tmp_path / "posterior_x.nc").write_text("draws")
    folder = ResultsFolder(tmp_path, level=0.9)
    (message,) = folder.messages
    assert "limits.json is of another version" in message
    assert "kept as limits.json.old-1" in message
    assert "\n" not in message
    assert folder.find("a" * 32) is None
    assert json.loads((tmp_path / "limits.json.old-1").read_text()) == old
    assert (tmp_path / "posterior_x.nc").read_text() == "draws"


@pytest.mark.parametrize("name", ["../victim.txt", "/etc/passwd", "b.nc", "..", "rows/../../victim.txt"])
def test_a_name_in_a_row_is_never_a_way_out_of_the_folder(tmp_path, name):
    """A row of somebody else's, with a hash that fits: no file outside is read, moved or written."""
    victim, out = tmp_path / "victim.txt", tmp_path / "results"
    victim.write_text("mine")
    folder = saved(out, "a")
    path = folder.home / f"{'a' * 32}.json"
    wrong = json.loads(path.read_text()) | {"file": {"name": name, "sha256": "0" * 64}}
    del wrong["sha256"]
    wrong["sha256"] = hashlib.sha256(json.dumps(wrong, sort_keys=True).encode()).hexdigest()
    assert is_intact(wrong)
    path.write_text(json.dumps(wrong))
    again = ResultsFolder(out, level=0.9)
    assert again.find("a" * 32) is None
    assert "another row's file" in again.messages[0]
    assert victim.read_text() == "mine"
    assert {p.name for p in tmp_path.iterdir()} == {"victim.txt", "results"}
    with pytest.raises(ValueError, match="holds no draws"):
        draws_file(out, Limit.from_dict(wrong))
    with pytest.raises(ValueError, match="holds no draws"):
        draws_file(out, Limit.from_dict(wrong | {"fingerprint": f"../../{'a' * 32}"}))


def test_the_case_of_the_victim_is_one_line(tmp_path):
    """shared/cases/results_victim: a limits.json of the first version that names ../victim.txt."""
    victim, out = tmp_path / "victim.txt", tmp_path / "results"
    victim.write_text("mine")
    out.mkdir()
    rows = [row() | {"file": {"name": "../victim.txt", "sha256": "0" * 64}}]
    (out / "limits.json").write_text(json.dumps({"level": 0.9, "rows": rows}))
    folder = ResultsFolder(out, level=0.9)
    assert folder.find("a" * 32) is None
    assert len(folder.messages) == 1
    assert victim.read_text() == "mine"
    assert {p.name for p in tmp_path.iterdir()} == {"victim.txt", "results"}


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda r: r["posterior"].update(upper=1.0), "was changed after it was written"),
        (lambda r: r.pop("posterior"), "was changed after it was written"),
        (lambda r: r.pop("provenance"), "was changed after it was written"),
        (lambda r: r.pop("fingerprint"), "another row's file"),
        (lambda r: r.update(fingerprint="b" * 32), "another row's file"),
        (lambda r: r.pop("sha256"), "was changed after it was written"),
        (lambda r: r["posterior"].update(upper=float("nan")), "holds NaN"),
    ],
)
def test_a_row_that_was_edited_is_set_aside_in_one_line_and_computed_anew(tmp_path, spoil, words):
    folder = saved(tmp_path, "a", "b")
    path = folder.home / f"{'a' * 32}.json"
    content = json.loads(path.read_text())
    spoil(content)
    path.write_text(json.dumps(content))
    again = ResultsFolder(tmp_path, level=0.9)
    assert again.find("a" * 32) is None
    assert again.find("b" * 32) is not None
    (message,) = again.messages
    assert words in message
    assert "\n" not in message
    assert path.with_name(path.name + ".broken-1").exists()
    again.write(row("a" * 32))
    again.save()
    assert sorted(marks(tmp_path)) == ["a", "b"]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda r: r.pop("posterior"), r"it lacks \['posterior'\]"),
        (lambda r: r["posterior"].pop("converged"), r"it lacks \['posterior.converged'\]"),
        (lambda r: r["posterior"].update(upper="NaN"), "posterior.upper is 'NaN'"),
        (lambda r: r.pop("provenance"), "this is no Provenance"),
        (lambda r: r.update(provenance=3), "object is not iterable"),
        (lambda r: r.pop("question"), "does not say what was asked"),
        (lambda r: r.update(file="x.nc"), "dictionary update sequence|this is no StoredFile"),
    ],
)
def test_a_row_whose_hash_was_made_to_fit_is_still_read_by_what_a_row_must_hold(tmp_path, spoil, words):
    folder = saved(tmp_path, "a", "b")
    path = folder.home / f"{'a' * 32}.json"
    content = json.loads(path.read_text())
    del content["sha256"]
    spoil(content)
    content["sha256"] = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    path.write_text(json.dumps(content))
    again = ResultsFolder(tmp_path, level=0.9)
    assert again.find("a" * 32) is None
    assert [r["fingerprint"][0] for r in again.rows] == ["b"]
    (message,) = again.messages
    assert re.search(words, message)
    assert "\n" not in message


@pytest.mark.parametrize("text", ["", "{", "[]", '"a"', "null", "\x00"])
def test_a_file_that_is_no_row_is_set_aside(tmp_path, text):
    folder = saved(tmp_path, "a")
    (folder.home / f"{'b' * 32}.json").write_text(text)
    assert len(folder.rows) == 1
    assert len(folder.messages) == 1


def test_a_row_of_data_that_changed_since_is_left_out_and_said(tmp_path):
    """Edited, made anew, edited: of rows with one question only that of today's data is shown."""
    from bayes_enues import load_experiment
    from bayes_enues.tables import packaged

    mine, out = tmp_path / "mine", tmp_path / "results"
    shutil.copytree(str(packaged("xenonnt_sr0")), mine)
    table = mine / "bins.csv"
    for k, mark in enumerate("abc"):
        table.write_text(table.read_text() + f"# edit {k}\n")
        rests_on = provenance({str(mine): load_experiment(mine)}).to_dict()
        folder = ResultsFolder(out, level=0.9)
        folder.write(row(mark * 32, question="nu_e from mine", provenance=rests_on))
        folder.save([mark * 32])
        assert marks(out) == [mark]
    assert "2 rows left out, since other today: bins.csv of" in folder.messages[0]
    assert [r["fingerprint"][0] for r in load_rows(out)] == ["c"]
    assert len(list(folder.home.glob("*.json"))) == 3
    shutil.rmtree(mine)  # what is gone cannot be judged, but one question has one answer: the newest
    ResultsFolder(out, level=0.9).save()
    assert marks(out) == ["c"]


def test_rows_of_other_code_or_versions_are_left_out(tmp_path):
    now = provenance({})
    older = replace(now, code="0" * 16, versions=now.versions | {"numpy": "1.0"}).to_dict()
    folder = saved(tmp_path, "a")
    folder.write(row("b" * 32, provenance=older))
    folder.save()
    assert marks(tmp_path) == ["a"]
    assert "the package's code, numpy 1.0 (now" in folder.messages[0]


def test_a_view_whose_rows_are_elsewhere_is_kept(tmp_path):
    folder = saved(tmp_path, "a")
    shutil.rmtree(folder.home)
    again = ResultsFolder(tmp_path, level=0.9)
    assert "holds rows that are not in rows/limits; it was kept as limits.json.old-1" in again.messages[0]


def test_rows_are_read_without_pymc_and_in_the_views_order(tmp_path):
    folder = saved(tmp_path, *"abc")
    folder.save(["b" * 32])
    assert [r["fingerprint"][0] for r in load_rows(tmp_path)] == ["b", "a", "c"]
    assert load_rows(tmp_path, "mediators") == []


def test_a_posterior_file_that_was_changed_is_set_aside_and_computed_anew(tmp_path):
    written = ResultsFolder(tmp_path, level=0.9).write(row(), tree())
    path = draws_file(tmp_path, Limit.from_dict(written))
    tree(2.0).to_netcdf(path, engine="h5netcdf")
    folder = ResultsFolder(tmp_path, level=0.9)
    assert folder.find("a" * 32) is None
    assert path.with_name(path.name + ".broken-1").exists()
    assert "not the file its row was written with" in folder.messages[0]


def test_a_posterior_file_that_is_gone_is_computed_anew(tmp_path):
    written = ResultsFolder(tmp_path, level=0.9).write(row(), tree())
    draws_file(tmp_path, Limit.from_dict(written)).unlink()
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
    saved(tmp_path, "a")
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


def test_an_interrupted_posterior_leaves_the_rows_as_they_were(tmp_path, monkeypatch):
    folder = ResultsFolder(tmp_path, level=0.9)
    folder.write(row(), tree())

    def half(path, content):
        with open(path, "wb") as file:
            file.write(content[:100])
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_bytes", half)
    with pytest.raises(KeyboardInterrupt):
        folder.write(row("b" * 32, parameter="nu_mu"), tree())
    assert len(ResultsFolder(tmp_path, level=0.9).rows) == 1
    assert not [p for p in tmp_path.rglob("*") if "partial" in p.name or "b" * 32 in p.name]


def test_the_fingerprint_depends_on_everything_and_on_no_order():
    a = fingerprint({"seed": 1, "data": {"x": "1", "y": "2"}})
    assert a == fingerprint({"data": {"y": "2", "x": "1"}, "seed": 1})
    assert a != fingerprint({"seed": 2, "data": {"x": "1", "y": "2"}})


def test_what_a_killed_run_left_half_written_is_removed_and_nothing_else(tmp_path):
    home = ResultsFolder(tmp_path).home
    hours_ago = time.time() - 2 * 3600
    old = [tmp_path / ".limits.json.0a1b2c3d.partial", home / ".x.nc.0a1b2c3d.partial"]
    others = [tmp_path / "notes.partial", tmp_path / ".hidden"]
    for path in (*old, *others):
        path.touch()
        os.utime(path, (hours_ago, hours_ago))
    being_written = home / ".y.nc.0a1b2c3d.partial"
    being_written.touch()
    ResultsFolder(tmp_path)
    assert not any(path.exists() for path in old)
    assert all(path.exists() for path in (*others, being_written))


def test_a_full_disk_is_one_line_and_keeps_what_is_done(tmp_path, monkeypatch):
    folder = saved(tmp_path, "a")

    def full(path, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(ValueError, match="cannot be written: No space left on device; finished rows are"):
        folder.write(row("b" * 32), tree())
    assert [r["fingerprint"][0] for r in folder.rows] == ["a"]


def test_a_worker_that_does_not_see_the_folder_says_so(tmp_path):
    folder = saved(tmp_path / "results", "a")
    shutil.rmtree(tmp_path / "results")
    with pytest.raises(ValueError, match=r"no folder .* on this machine; workers must see the folder"):
        folder.write(row("b" * 32), tree())


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
    two.save(["b" * 32])
    assert marks(tmp_path) == ["b", "a", "c"]


def test_a_row_that_another_command_computed_anew_is_not_replaced_by_the_old_one(tmp_path):
    ResultsFolder(tmp_path, level=0.9).write(row(), tree())
    one, two = (ResultsFolder(tmp_path, level=0.9) for _ in range(2))
    two.write(row(), tree(2.0))
    one.write(row("b" * 32, parameter="nu_mu"))
    again = ResultsFolder(tmp_path, level=0.9)
    assert again.find("a" * 32) is not None  # its posterior file is the one that its row names
    assert again.messages == []


def test_hundreds_of_rows_are_written_and_shown_in_a_moment(tmp_path):
    """No view is written for each, and nothing is flushed to the disk."""
    folder = ResultsFolder(tmp_path, level=0.9)
    start = time.perf_counter()
    for k in range(400):
        folder.write(row(f"{k:032x}"))
    folder.save()
    assert time.perf_counter() - start < 10  # one second where nothing else runs
    assert len(view(tmp_path)["rows"]) == 400
