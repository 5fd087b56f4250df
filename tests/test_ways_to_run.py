"""The program as a module, in a container, on a batch system; the site that is published."""

import importlib.util
import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from dask.distributed import Client

ROOT = Path(__file__).parents[1]


def run_module(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "bayes_enues", *arguments],
        capture_output=True, text=True, cwd="/", env={**os.environ, **environment},
    )  # fmt: skip


def test_the_module_is_the_command():
    done = run_module("--version")
    assert done.stdout.strip() == f"bayes-enues {version('bayes-enues')}", done.stderr


@pytest.fixture(scope="module")
def cluster():
    spec = importlib.util.spec_from_file_location("cluster", ROOT / "docs/cluster.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("system", "asked"),
    [("slurm", ["--cpus-per-task=8", "-t 02:00:00"]), ("htcondor", ["RequestCpus", "DaskWorkerCores = 8"])],
)
def test_a_job_of_a_batch_system_starts_workers_of_one_thread(cluster, system, asked):
    with cluster.BATCH_SYSTEMS[system]() as made:
        script = made.job_script()
    assert all(words in script for words in [*asked, "--nthreads 1", "--nworkers 8"]), script


@pytest.mark.slow
def test_the_cluster_script_runs_a_command_on_its_workers(cluster, monkeypatch):
    """What the workers then do is the subject of tests/test_parallel.py."""
    ran = []

    def look(command):
        with Client(command[-1]) as client:
            threads = list(client.nthreads().values())
        ran.append((command[1:-1], threads))
        return subprocess.CompletedProcess(command, 3)

    monkeypatch.setattr(cluster, "run", look)
    assert cluster.main("local", "1", "limits", "--parameter", "nu_e") == 3
    assert ran == [(["-m", "bayes_enues", "limits", "--parameter", "nu_e", "--scheduler"], [1])]


def test_the_container_has_all_that_is_installed_and_no_privileges():
    text = (ROOT / "Dockerfile").read_text("utf-8")
    copied = {word for line in re.findall(r"^COPY (.+) \S+$", text, re.MULTILINE) for word in line.split()}
    assert all((ROOT / name).exists() for name in copied)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    folders = {"bayes_enues", *project["tool"]["setuptools"]["package-dir"].values()}
    assert copied >= {*folders, project["project"]["readme"], *project["project"]["license-files"]}
    sent = set((ROOT / ".dockerignore").read_text("utf-8").replace("!", "").split())
    assert copied <= sent
    assert re.search(r"^USER [1-9]\d*$", text, re.MULTILINE)


def test_the_site_is_published_as_ci_builds_it():
    build = re.compile(r"python3 -m uv run --group docs sphinx-build [^>\n]*[^>\n ]")
    published = build.findall((ROOT / ".github/workflows/docs.yml").read_text("utf-8"))
    assert published == build.findall((ROOT / ".ci/run").read_text("utf-8")) != []
