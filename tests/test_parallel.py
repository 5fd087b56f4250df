"""Local processes and a Dask cluster give the same as this process, also when a worker dies."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from tasks import die_always, die_once, square

from bayes_enues.cli import main
from bayes_enues.runs.rows import RowSpec
from bayes_enues.simulations.jobs import job_of
from bayes_enues.simulations.parallel import completed, executors
from bayes_enues.simulations.run import coverage_folder, run_coverage

pytestmark = pytest.mark.slow

TOYS = 2000


def test_this_process_and_others_give_the_same():
    assert dict(completed(None, square, range(5))) == dict(completed(executors(2), square, range(5)))


def test_what_a_dead_process_was_doing_is_done_again(tmp_path):
    items = [(k, str(tmp_path / "flag")) for k in range(6)]
    found = {item[0]: result for item, result in completed(executors(2), die_once, items)}
    assert found == {k: k * k for k in range(6)}


def test_processes_that_keep_dying_are_given_up():
    with pytest.raises(ValueError, match="worker processes died 3 times"):
        list(completed(executors(2), die_always, range(2)))


def test_no_workers_are_refused():
    with pytest.raises(ValueError, match="0 workers"):
        executors(0)


@pytest.mark.parametrize("command", ["coverage", "calibrate"])
def test_no_workers_are_refused_by_the_commands_too(command, tmp_path, capsys, monkeypatch):
    out = str(tmp_path / "out")
    monkeypatch.setattr(sys, "argv", ["bayes-enues", command, "--workers", "0", "--out", out])
    with pytest.raises(SystemExit):
        main()
    assert "0 workers were asked for" in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "out").exists()


def test_workers_do_not_outlive_a_parent_that_is_killed(tmp_path):
    code = (
        "import sys\n"
        f"sys.path.insert(0, {os.path.dirname(__file__)!r})\n"
        "from tasks import touch_and_sleep\n"
        "from bayes_enues.simulations.parallel import completed, executors\n"
        "if __name__ == '__main__':\n"
        f"    list(completed(executors(2), touch_and_sleep, {[str(tmp_path / n) for n in 'ab']!r}))\n"
    )
    script = tmp_path / "script.py"
    script.write_text(code)
    parent = subprocess.Popen([sys.executable, str(script)])
    pids = [tmp_path / "a", tmp_path / "b"]
    wait_for(lambda: all(path.exists() and path.read_text() for path in pids))
    parent.kill()
    parent.wait()
    wait_for(lambda: not any(runs(int(path.read_text())) for path in pids))


def wait_for(happened):
    """Up to twenty seconds."""
    for _ in range(200):
        if happened():
            return
        time.sleep(0.1)
    raise AssertionError("it did not happen within twenty seconds")


def runs(pid):
    """Whether a process is there and no zombie, which an init that reaps nobody may leave."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def cluster(tmp_path):
    """A Dask scheduler and two workers as they would run on a cluster, each a process of its own."""
    file = tmp_path / "scheduler.json"
    host = ["--host", "127.0.0.1"]
    dask = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": tmp_path}
    scheduler = subprocess.Popen(
        [*dask, *host, "--port", "0", "--dashboard-address", ":0", "--scheduler-file", str(file)], **quiet
    )
    options = ["--nthreads", "1", "--no-nanny", "--dashboard-address", ":0", "--scheduler-file", str(file)]
    workers = [subprocess.Popen([*worker, *host, *options], **quiet) for _ in range(2)]
    try:
        from distributed import Client

        for _ in range(600):
            if file.exists():
                break
            time.sleep(0.1)
        with Client(scheduler_file=str(file), timeout=60, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=120)
            address = client.scheduler.address
        yield address, workers
    finally:
        for process in [*workers, scheduler]:
            process.kill()
            process.wait()


def test_a_cluster_that_loses_a_worker_gives_the_same_to_the_last_digit(cluster, tmp_path):
    address, workers = cluster
    job = job_of(RowSpec("magnetic_moment", "nu_e", "xenonnt_sr0", seed=11), [0.0, 4.0, 9.0])

    def kill_one(done, words):
        if done == 2:
            workers[0].kill()

    folders = [coverage_folder(tmp_path / n, "magnetic_moment", 11, "poisson", 0.9) for n in ("a", "b")]
    here = run_coverage([job], TOYS, folders[0])
    there = run_coverage([job], TOYS, folders[1], executors(1, address), kill_one)
    assert workers[0].poll() is not None
    assert workers[1].poll() is None
    assert here == there
    for mine in sorted((tmp_path / "a" / "chunks").rglob("*.npy")):
        theirs = tmp_path / "b" / mine.relative_to(tmp_path / "a")
        np.testing.assert_array_equal(np.load(mine), np.load(theirs))
