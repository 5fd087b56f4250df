"""Completing a folder: what is there is not computed again, and no interruption loses a finished row."""

from dataclasses import dataclass

import pytest

from bayes_enues.runs.completion import complete
from bayes_enues.runs.rows import RowSpec
from bayes_enues.runs.store import ResultsFolder
from bayes_enues.studies.beside_default import complete_beside_default

SPEC = RowSpec("magnetic_moment", "nu_e", "xenonnt_sr0")


@dataclass(frozen=True)
class Asked:
    mark: str
    label: str = "a label"
    is_default: bool = False
    spec: RowSpec = SPEC

    def fingerprint(self):
        return self.mark * 32


A, B, C = (Asked(mark) for mark in "abc")


def row_of(one):
    return {"fingerprint": one.fingerprint(), "posterior": {"converged": True}, "value": ord(one.mark)}


def backwards(missing, rows, tell):
    for one in reversed(missing):
        tell(len(rows), one.mark)
        yield one, row_of(one), None


def marks(folder):
    return [row["fingerprint"][0] for row in ResultsFolder(folder.path, level=0.9).rows]


@pytest.fixture
def folder(tmp_path):
    return ResultsFolder(tmp_path, level=0.9)


def test_only_what_a_folder_lacks_is_computed_each_once_and_all_come_in_order(folder):
    folder.write(row_of(B))
    told = []
    rows = complete([A, B, C, A], folder, backwards, progress=lambda *what: told.append(what))
    assert [row["value"] for row in rows] == [97, 98, 99, 97]
    assert told == [(1, "c"), (2, "a"), (4, "done")]
    assert marks(folder) == ["a", "b", "c"]


def test_fresh_rows_are_computed_anew(folder):
    folder.write(row_of(A) | {"value": 0})
    assert complete([A], folder, backwards)[0]["value"] == 0
    assert complete([A], folder, backwards, fresh=True)[0]["value"] == 97


def test_an_interruption_keeps_finished_rows_in_order_and_ends_the_work(tmp_path):
    folder = ResultsFolder(tmp_path, level=0.9, seconds_between_saves=1e6)
    ended = []

    def interrupted(missing, rows, tell):
        try:
            yield C, row_of(C), None
            yield B, row_of(B), None
            raise KeyboardInterrupt
        finally:
            ended.append(True)

    with pytest.raises(KeyboardInterrupt):
        complete([A, B, C], folder, interrupted)
    assert marks(folder) == ["b", "c"]
    assert ended == [True]


def test_work_ends_when_a_row_cannot_be_written(folder, monkeypatch):
    ended = []

    def endless(missing, rows, tell):
        try:
            yield from ((one, row_of(one), None) for one in missing)
        finally:
            ended.append(True)

    def full(row, tree=None):
        raise OSError("no space left")

    monkeypatch.setattr(folder, "write", full)
    with pytest.raises(OSError, match="no space left"):
        complete([A, B], folder, endless)
    assert ended == [True]


@pytest.mark.parametrize("there", [[], ["d"], ["d", "a"], ["a"]], ids=str)
def test_each_row_of_a_study_is_compared_with_the_default_before_it(folder, there):
    default, other = Asked("d", is_default=True), Asked("e", is_default=True)
    asked = [default, A, B, other, C]
    for one in asked:
        if one.mark in there:
            folder.write(row_of(one) | {"less": ord(one.mark) - 100})
    told = []

    def compute(one, tell):
        tell("working")
        return {"posterior": {"converged": True}, "value": ord(one.mark)}, None

    rows = complete_beside_default(
        asked,
        folder,
        compute,
        lambda row, beside: {"less": row["value"] - beside["value"]},
        progress=lambda *what: told.append(what),
    )
    assert [row["less"] for row in rows] == [0, -3, -2, 0, -2]
    assert [row["fingerprint"][0] for row in rows] == ["d", "a", "b", "e", "c"]
    assert told[-1] == (5, "done")
    words = "nu_e from xenonnt_sr0, a label"
    assert {(4, words), (4, f"{words}: working")} <= set(told)
    assert len(told) == 5 + (5 - len(there)) + 1
