"""Rows shared by processes: who gets what, and that nothing is lost. The code's behaviour, not physics."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from multiprocessing import active_children

import pytest

from bayes_enues.runs.executors import batches, compute_all


@dataclass(frozen=True)
class Spec:
    """A row that takes no time, with the interface of :class:`bayes_enues.runs.rows.RowSpec`."""

    parameter: str
    experiment: str

    def compute(self, progress=None, groups=True):
        if self.parameter == "wrong":
            raise ValueError("wrong was asked for")
        if self.parameter == "dies":
            os._exit(3)
        return {"parameter": self.parameter, "fingerprint": self.parameter, "process": os.getpid()}, None


def specs(*experiments, parameters="abcd"):
    return [Spec(p, e) for e in experiments for p in parameters]


def test_rows_of_an_experiment_stay_together_and_joint_fits_come_first():
    found = batches(specs("x", "y", "x+y"), jobs=2)
    assert [{s.experiment for s in batch} for batch in found] == [{"x+y"}, {"x"}, {"y"}]


def test_many_rows_of_one_experiment_are_worth_a_second_process_and_few_are_not():
    assert len(batches(specs("x", parameters="abcdefgh"), jobs=2)) == 2
    assert len(batches(specs("x"), jobs=2)) == 1


@pytest.mark.slow
def test_every_row_comes_back_once_from_processes_of_their_own(tmp_path):
    words = []
    asked = specs("x", "y", "x+y")
    found = list(compute_all(asked, tmp_path, 2, True, words.append))
    assert all(row["parameter"] == spec.parameter for spec, row, _ in found)
    assert {spec for spec, *_ in found} == set(asked)
    assert len(found) == len(asked)
    by_experiment = {}
    for spec, row, _ in found:
        by_experiment.setdefault(spec.experiment, set()).add(row["process"])
    assert all(len(processes) == 1 for processes in by_experiment.values())
    assert os.getpid() not in set().union(*by_experiment.values())
    assert "compiling" in words[0]
    assert not active_children()
    assert not list(tmp_path.iterdir())


def test_one_job_is_this_process(tmp_path):
    assert {row["process"] for _, row, _ in compute_all(specs("x", "y"), tmp_path, 1)} == {os.getpid()}


@pytest.mark.slow
def test_an_error_in_a_worker_is_the_error_of_the_run(tmp_path):
    with pytest.raises(ValueError, match="wrong was asked for"):
        list(compute_all([Spec("wrong", "x"), Spec("a", "y")], tmp_path, 2))
    assert not active_children()


@pytest.mark.slow
def test_a_worker_that_dies_is_reported_with_what_to_do(tmp_path):
    with pytest.raises(ValueError, match=r"dies from x died .*--jobs 1"):
        list(compute_all([Spec("dies", "x"), Spec("a", "y")], tmp_path, 2))


@pytest.mark.slow
def test_an_interruption_keeps_what_was_finished_and_leaves_no_process(tmp_path):
    code = (
        "import sys, time\n"
        f"sys.path.insert(0, {os.path.dirname(__file__)!r})\n"
        "from test_workers import Slow\n"
        "from bayes_enues.runs.executors import compute_all\n"
        "if __name__ == '__main__':\n"
        "    asked = [Slow(t, e) for e in 'xy' for t in (0, 60)]\n"
        f"    for spec, *_ in compute_all(asked, {str(tmp_path)!r}, 2):\n"
        "        print(spec.parameter, spec.experiment, flush=True)\n"
    )
    script = tmp_path / "script.py"
    script.write_text(code)
    run = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    first = {run.stdout.readline(), run.stdout.readline()}
    os.killpg(run.pid, signal.SIGINT)  # as a terminal does: to every process of the group
    start = time.monotonic()
    _, errors = run.communicate(timeout=30)
    assert time.monotonic() - start < 20
    assert first == {"0 x\n", "0 y\n"}
    assert errors.count("KeyboardInterrupt") == 1  # of the parent alone
    assert is_gone(run.pid)
    assert [p.name for p in tmp_path.iterdir()] == ["script.py"]


def is_gone(group: int) -> bool:
    """Whether a process group ends within ten seconds: multiprocessing's resource tracker leaves last."""
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


@dataclass(frozen=True)
class Slow(Spec):
    """A row that takes as many seconds as its parameter says."""

    parameter: float

    def compute(self, progress=None, groups=True):
        time.sleep(self.parameter)
        return {"fingerprint": "slow"}, None
