"""Local processes and a Dask cluster give the same as this process, also when a worker dies."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import bayes_enues as be
from bayes_enues.cli import main
from bayes_enues.runs.plan import plan
from bayes_enues.runs.rows import RowSpec
from bayes_enues.runs.runner import check_scheduler, run
from bayes_enues.runs.store import ResultsFolder, load_rows
from bayes_enues.studies.mediators.scan import plan_scan
from bayes_enues.studies.simulations.jobs import job_of
from bayes_enues.studies.simulations.run import coverage_folder, run_coverage
from bayes_enues.tables import packaged

pytestmark = pytest.mark.slow

TOYS = 2000


def test_a_scheduler_that_does_not_answer_is_named_within_ten_seconds():
    started = time.monotonic()
    with pytest.raises(ValueError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        check_scheduler("tcp://127.0.0.1:9")
    assert time.monotonic() - started < 10


COMMANDS = [
    "limits",
    "mediators",
    "region --model millicharge --parameter nu_e --parameter nu_mu",
    "priors",
    "systematics",
    "coverage",
]
COMMANDS += ["check magnetic_moment", "compare magnetic_moment", "calibrate", "project", "reproduce"]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("option", ["--jobs", "--workers"])
def test_no_workers_are_refused_by_every_command_that_computes_rows(
    command, option, tmp_path, capsys, monkeypatch
):
    out = str(tmp_path / "out")
    monkeypatch.setattr(sys, "argv", ["bayes-enues", *command.split(), option, "0", "--out", out])
    with pytest.raises(SystemExit):
        main()
    assert "--jobs is 0" in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "out").exists()


def test_workers_do_not_outlive_a_parent_that_is_killed(tmp_path):
    code = (
        "import sys\n"
        f"sys.path.insert(0, {os.path.dirname(__file__)!r})\n"
        "from tasks import Slow\n"
        "from bayes_enues.runs.runner import run\n"
        "from bayes_enues.runs.store import ResultsFolder\n"
        "if __name__ == '__main__':\n"
        f"    asked = [Slow(n, n, flag={str(tmp_path)!r} + '/' + n) for n in 'ab']\n"
        f"    run(asked, ResultsFolder({str(tmp_path / 'out')!r}, 'quick.json'), jobs=2)\n"
    )
    script = tmp_path / "script.py"
    script.write_text(code)
    parent = subprocess.Popen([sys.executable, str(script)])
    pids = [tmp_path / "a", tmp_path / "b"]
    wait_for(lambda: all(path.exists() and path.read_text() for path in pids))
    parent.kill()
    parent.wait()
    wait_for(lambda: not any(runs(int(path.read_text())) for path in pids))


def wait_for(happened, seconds=20):
    for _ in range(10 * seconds):
        if happened():
            return
        time.sleep(0.1)
    raise AssertionError(f"it did not happen within {seconds} seconds")


def runs(pid):
    """Whether a process is there and no zombie, which an init that reaps nobody may leave."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture(scope="module")
def dask(tmp_path_factory):
    """A Dask scheduler as it would run on a cluster, and what starts a worker: each a process of its own."""
    from distributed import Client

    folder = tmp_path_factory.mktemp("dask")
    file, processes = folder / "scheduler.json", []

    def start(program, *options):
        command = [sys.executable, "-m", f"distributed.cli.dask_{program}", "--host", "127.0.0.1", *options]
        command += ["--dashboard-address", ":0", "--scheduler-file", str(file)]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
        processes.append(subprocess.Popen(command, **quiet))
        return processes[-1]

    start("scheduler", "--port", "0")
    try:
        for _ in range(600):
            if file.exists():
                break
            time.sleep(0.1)
        with Client(scheduler_file=str(file), timeout=60, set_as_default=False) as client:
            yield client, lambda: start("worker", "--nthreads", "1", "--no-nanny")
    finally:
        for process in processes:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def workers():
    """Processes that were started and may still run, the oldest first."""
    return []


@pytest.fixture
def cluster(dask, workers):
    """The scheduler's address and two workers; who survived the test before is the first."""
    client, start_worker = dask
    workers[:] = [worker for worker in workers if worker.poll() is None]
    while len(workers) < 2:
        workers.append(start_worker())
    wait_for(lambda: len(client.scheduler_info(n_workers=-1)["workers"]) == 2, seconds=120)
    return client.scheduler.address, list(workers)


class Killer:
    """Kills the first worker once so many rows are done."""

    def __init__(self, worker, after):
        self.worker, self.after = worker, after

    def __call__(self, done, words):
        if done >= self.after and self.worker.poll() is None:
            self.worker.kill()


def test_a_cluster_that_loses_a_worker_gives_the_same_toys_to_the_last_digit(cluster, tmp_path):
    address, workers = cluster
    job = job_of(RowSpec("magnetic_moment", "nu_e", "xenonnt_sr0", seed=11), [0.0, 4.0, 9.0])
    folders = [coverage_folder(tmp_path / n, "magnetic_moment", 11, "poisson", 0.9) for n in ("a", "b")]
    here = run_coverage([job], TOYS, folders[0])
    there = run_coverage([job], TOYS, folders[1], 1, address, Killer(workers[0], 2))
    assert workers[0].poll() is not None
    assert workers[1].poll() is None
    assert here == there
    arrays = sorted((tmp_path / "a" / "rows" / "toys").glob("*.npy"))
    assert len(arrays) == 12
    for mine in arrays:
        theirs = tmp_path / "b" / mine.relative_to(tmp_path / "a")
        np.testing.assert_array_equal(np.load(mine), np.load(theirs))


TWICE = ["./mine/", "xenonnt_sr0:poisson"]  # a task for each worker
ASKED = {
    "limits": lambda: plan(["magnetic_moment"], ["nu_e", "nu_mu"], TWICE, draws=500),
    "mediators": lambda: plan_scan(["vector"], [10.0, 100.0], TWICE, draws=500),
}


@pytest.mark.parametrize("table", ASKED)
def test_a_cluster_that_loses_a_worker_finishes_every_limit(table, cluster, tmp_path, monkeypatch):
    """Profiles to the last digit; draws depend on the state of Numba's cache, so within their errors."""
    address, workers = cluster
    mine = shutil.copytree(str(packaged("xenonnt_sr0")), tmp_path / "mine") / "experiment.toml"
    mine.write_text(mine.read_text().replace('name = "xenonnt_sr0"', 'name = "mine"'))
    monkeypatch.chdir(tmp_path)  # workers stand elsewhere
    asked = ASKED[table]()
    folder = ResultsFolder(tmp_path / "there", f"{table}.json", 0.9)
    there = run(asked, folder, False, Killer(workers[0], 1), table == "limits", scheduler=address)
    assert workers[0].poll() is not None
    assert workers[1].poll() is None
    here = [be.profile_likelihood(spec.build()) for spec in asked]
    for spec, mine, row in zip(asked, here, there, strict=True):
        assert row.fingerprint == spec.fingerprint()
        assert row.profile.upper == mine.upper
        assert abs(row.posterior.upper - row.posterior.exact.upper) < 5 * row.posterior.mcse
    assert len(load_rows(folder.path, table)) == 4
    assert len(list(folder.home.glob("*.nc"))) == (4 if table == "limits" else 0)
