"""Rows shared by processes: who gets what, and that nothing is lost. The code's behaviour, not physics."""

import os
import signal
import subprocess
import sys
import time
from multiprocessing import active_children

import pytest
from tasks import Deadly, Failing, Quick, threads_of_linear_algebra

from bayes_enues.runs import runner, second
from bayes_enues.runs.processes import processes, shared_processes
from bayes_enues.runs.runner import Task, batches, run
from bayes_enues.runs.store import ResultsFolder, load_rows

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path):
    return ResultsFolder(tmp_path / "results", "quick.json")


def specs(*experiments, parameters="abcd"):
    return [Quick(p, e) for e in experiments for p in parameters]


def shared(asked, workers):
    found = batches([Task(one, one.fingerprint(), None) for one in asked], workers)
    return [{task.asked.experiment for task in batch} for batch in found]


def test_rows_of_an_experiment_stay_together_and_joint_fits_come_first():
    assert shared(specs("x", "y", "x+y"), 2) == [{"x+y"}, {"x"}, {"y"}]


def test_many_rows_of_one_experiment_are_worth_a_second_process_and_few_are_not():
    assert len(shared(specs("x", parameters="abcdefgh"), 2)) == 2
    assert len(shared(specs("x"), 2)) == 1


def test_a_few_rows_that_are_quicker_than_a_process_starts_are_done_here(folder, monkeypatch):
    monkeypatch.setattr(Quick, "light", True)
    assert {row["process"] for row in run(specs("x", "y", "x+y"), folder, jobs=2)} == {os.getpid()}


def test_every_row_comes_back_once_from_processes_of_their_own(folder):
    told = []
    asked = specs("x", "y", "x+y")
    found = run(asked, folder, progress=lambda *what: told.append(what), jobs=2)
    assert [(row["parameter"], row["experiment"]) for row in found] == [
        (one.parameter, one.experiment) for one in asked
    ]
    by_experiment = {}
    for row in found:
        by_experiment.setdefault(row["experiment"], set()).add(row["process"])
    assert all(len(processes) == 1 for processes in by_experiment.values())
    assert os.getpid() not in set().union(*by_experiment.values())
    assert "compiling" in told[0][1]
    assert told[-1] == (12, "done")
    assert not active_children()
    assert {p.suffix for p in folder.home.iterdir()} == {".json", ".npy"}


def test_runs_that_share_processes_import_once_and_one_that_failed_leaves_none(folder, monkeypatch):
    with shared_processes():
        first = run(specs("x", "y"), folder, jobs=2)
        second_run = run(specs("z", "v"), folder, jobs=2)
        assert {row["process"] for row in second_run} <= {row["process"] for row in first}
        with pytest.raises(ValueError, match="wrong was asked for"):
            run([Failing("wrong", "x"), Quick("a", "w")], folder, jobs=2)
        assert not active_children()
        with shared_processes():  # a command of a file of commands
            last = run(specs("u", "t"), folder, jobs=2)
        assert len(active_children()) == 2
        assert not {row["process"] for row in last} & {row["process"] for row in first}
    assert not active_children()


def test_where_nothing_is_compiled_processes_compile_a_part_each_before_any_row(folder, monkeypatch):
    told = []
    monkeypatch.setattr(Quick, "fits", True)
    monkeypatch.setattr(runner, "COMPILED", ("none.such", "none.either"))
    monkeypatch.setattr(runner, "compile_part", Failing)  # called with 0 and 1, and sent back
    run(specs("x", "y"), folder, progress=lambda *what: told.append(what), jobs=2)
    assert told[0] == (0, "compiling")


def test_a_second_process_writes_what_this_one_computes_and_may_die(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(Quick, "light", True)
    with second.second_process(True, os.getpid):
        assert second.submit(os.getpid)() == os.getpid()  # not before there is a row to compute
        found = run(specs("x", "y"), folder, jobs=2)
        other = second.submit(os.getpid)()
        assert other != os.getpid()
        assert {row["process"] for row in found} == {os.getpid()}
        with pytest.raises(ZeroDivisionError):  # a fault is raised here
            second.submit(divmod, 1, 0)()
        os.kill(other, signal.SIGKILL)
        assert len(run(specs("z"), folder, jobs=2)) == 4
        assert second.submit(os.getpid)() == os.getpid()
    assert not active_children()
    assert len(list(folder.home.glob("*.npy"))) == 12
    with second.second_process(False, os.getpid):
        run(specs("w"), folder, jobs=2)
        assert second.submit(os.getpid)() == os.getpid()


def test_a_fault_keeps_the_row_that_the_second_process_is_writing(folder, monkeypatch):
    monkeypatch.setattr(Quick, "light", True)
    with second.second_process(True, os.getpid), pytest.raises(ValueError, match="wrong was asked for"):
        run([Quick("a"), Failing("wrong")], folder, jobs=2)
    assert len(load_rows(folder.path, "quick")) == 1


def test_one_job_is_this_process(folder):
    assert {row["process"] for row in run(specs("x", "y"), folder, jobs=1)} == {os.getpid()}


def test_an_error_in_a_worker_is_the_error_of_the_run(folder):
    with pytest.raises(ValueError, match="wrong was asked for"):
        run([Failing("wrong", "x"), Quick("a", "y")], folder, jobs=2)
    assert not active_children()


def test_what_a_dead_process_was_doing_is_done_again(folder, tmp_path):
    asked = [*specs("x"), Deadly("d", "x", str(tmp_path / "flag")), *specs("y")]
    assert len(run(asked, folder, jobs=2)) == 9
    assert (tmp_path / "flag-0").exists()


def test_processes_that_keep_dying_are_given_up_with_what_to_do(folder, tmp_path):
    asked = [Quick("a", "y"), *specs("x"), Deadly("d", "x", str(tmp_path / "flag"), times=9)]
    with pytest.raises(ValueError, match=r"worker processes died 3 times .*--jobs 1"):
        run(asked, folder, jobs=2)
    assert len(load_rows(folder.path, "quick")) >= 4  # what was finished is kept


def test_without_shared_memory_one_process_does_everything_and_says_so(folder, monkeypatch):
    def refuse(*arguments):
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr("bayes_enues.runs.processes.ProcessPoolExecutor", refuse)
    found = run(specs("x", "y"), folder, jobs=2)
    assert {row["process"] for row in found} == {os.getpid()}
    assert folder.messages == ["there is no shared memory for workers; one process did all"]


SCRIPT = """
import sys
sys.path.insert(0, {tests!r})
from tasks import Quick, Slow
from bayes_enues.runs.runner import run
from bayes_enues.runs.store import ResultsFolder
"""


def script(tmp_path, code):
    path = tmp_path / "script.py"
    path.write_text(SCRIPT.format(tests=os.path.dirname(__file__)) + code)
    return [sys.executable, str(path)]


WITHOUT_DASK = """
import sys
from bayes_enues.compiled.without_dask import allow_dask, is_spared, spare_dask
from bayes_enues.runs.processes import processes
if __name__ == "__main__":
    spare_dask()
    import xarray
    xarray.Dataset({"a": ("x", [1.0])}).to_netcdf(None, engine="h5netcdf")
    with processes(1) as (executor, _):
        assert executor.submit(is_spared).result()
    assert not {"dask.array", "distributed"} & set(sys.modules)
    allow_dask()
    import dask.array
    spare_dask()
    assert not is_spared()
"""


def test_a_process_that_is_spared_dask_finds_none_nor_do_its_workers_until_it_is_allowed(tmp_path):
    done = subprocess.run(script(tmp_path, WITHOUT_DASK), capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_script_without_a_main_guard_gets_multiprocessings_own_advice(tmp_path):
    folder = f"ResultsFolder({str(tmp_path / 'out')!r}, 'quick.json')"
    code = f"run([Quick('a', 'x'), Quick('a', 'y')], {folder}, jobs=2)\n"
    done = subprocess.run(script(tmp_path, code), capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert 'if __name__ == "__main__":' in last
    assert "memory" not in done.stderr
    assert done.stderr.count("Traceback") == 1  # of the script; the workers leave without a word


def test_an_interruption_keeps_what_was_finished_and_leaves_no_process(tmp_path):
    out = tmp_path / "out"
    code = (
        "if __name__ == '__main__':\n"
        "    asked = [Slow(str(t), e, seconds=t) for e in 'xy' for t in (0, 60)]\n"
        f"    run(asked, ResultsFolder({str(out)!r}, 'quick.json'), jobs=2)\n"
    )
    process = subprocess.Popen(
        script(tmp_path, code),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    for _ in range(300):
        if len(list(out.rglob("rows/quick/*.json"))) == 2:
            break
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to every process of the group
    start = time.monotonic()
    _, errors = process.communicate(timeout=30)
    assert time.monotonic() - start < 20
    assert errors.count("KeyboardInterrupt") == 1  # of the parent alone
    assert is_gone(process.pid)
    assert {(row["parameter"], row["experiment"]) for row in load_rows(out, "quick")} == {
        ("0", "x"),
        ("0", "y"),
    }
    assert (out / "quick.json").exists()
    assert not list(out.rglob("*.partial"))


def is_gone(group: int) -> bool:
    """Whether a process group ends within ten seconds: multiprocessing's resource tracker leaves last."""
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="counts threads as Linux shows them")
def test_a_worker_does_linear_algebra_on_one_core_and_its_parent_as_before():
    before = dict(os.environ)
    with processes(1) as (pool, _):
        assert pool is not None
        assert pool.submit(threads_of_linear_algebra).result() <= 2  # one waits for its parent to end
    assert dict(os.environ) == before
