"""Completing a folder: what is there is not computed again, and no interruption loses a finished row."""

from dataclasses import dataclass

import pytest
from tasks import Failing, Quick

from bayes_enues.runs.runner import run
from bayes_enues.runs.store import ResultsFolder

A, B, C = (Quick(name) for name in "abc")


@dataclass(frozen=True)
class Interrupting(Quick):
    def compute(self, progress=None, groups=True):
        raise KeyboardInterrupt


def names(folder):
    return [row["parameter"] for row in ResultsFolder(folder.path, "quick.json").rows]


@pytest.fixture
def folder(tmp_path):
    return ResultsFolder(tmp_path, "quick.json")


def test_only_what_a_folder_lacks_is_computed_each_once_and_all_come_in_order(folder, monkeypatch):
    run([B], folder)
    computed = []
    compute = Quick.compute
    monkeypatch.setattr(Quick, "compute", lambda self, *a: computed.append(self.parameter) or compute(self))
    told = []
    rows = run([C, B, A, C], folder, progress=lambda *what: told.append(what))
    assert [row["parameter"] for row in rows] == ["c", "b", "a", "c"]
    assert computed == ["c", "a"]
    assert told[0] == (1, "c from x")
    assert told[-1] == (4, "done")
    assert names(folder) == ["c", "b", "a"]


def test_fresh_rows_are_computed_anew(folder, monkeypatch):
    run([A], folder)
    monkeypatch.setattr("os.getpid", lambda: 0)
    assert run([A], folder)[0]["process"] != 0
    assert run([A], folder, fresh=True)[0]["process"] == 0


def test_an_interruption_keeps_finished_rows_in_order(folder):
    with pytest.raises(KeyboardInterrupt):
        run([C, B, Interrupting("i"), A], folder)
    assert (folder.path / "quick.json").exists()
    assert names(folder) == ["c", "b"]


def test_a_row_that_fails_ends_the_run_and_keeps_the_others(folder):
    with pytest.raises(ValueError, match="f was asked for"):
        run([A, Failing("f"), B], folder)
    assert names(folder) == ["a"]


def test_work_ends_when_a_row_cannot_be_written(folder, monkeypatch):
    def full(row, beside=None):
        raise OSError("no space left")

    monkeypatch.setattr(folder, "write", full)
    with pytest.raises(OSError, match="no space left"):
        run([A, B], folder)
    assert names(folder) == []


def test_what_belongs_to_a_row_lies_beside_it_or_is_not_wanted(folder):
    (kept,) = run([A], folder)
    assert folder.array(kept).tolist() == [0.0, 1.0, 2.0]
    (other,) = run([B], folder, keep_draws=False)
    assert "file" not in other


def test_data_that_change_while_a_row_waits_are_noticed(folder, monkeypatch):
    marks = iter(["a" * 32, "b" * 32])
    monkeypatch.setattr(Quick, "fingerprint", lambda self: next(marks))
    with pytest.raises(ValueError, match="not those that were asked for; run it again"):
        run([A], folder)


def test_no_workers_are_refused(folder):
    with pytest.raises(ValueError, match="0 workers were asked for"):
        run([A], folder, jobs=0)
