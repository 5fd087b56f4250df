"""Run a command of bayes-enues on a batch system, through a Dask cluster that lives as long as the command.

    python docs/cluster.py slurm 20 coverage --toys 100000 --out coverage
    python docs/cluster.py htcondor 20 limits --model all --out results
    python docs/cluster.py local 2 limits --parameter nu_e --out results

The first word is the batch system, the number is that of the jobs; the rest is the command. Run it where
jobs can be submitted, in a folder that all nodes see. ``JOB`` is what a job asks for: edit it to suit yours.
"""

import sys
from subprocess import run

from dask.distributed import Client, LocalCluster
from dask_jobqueue import HTCondorCluster, SLURMCluster

#: Of one job: as many workers as cores, one thread and 2 GB each.
JOB = {"cores": 8, "processes": 8, "memory": "16 GB", "scheduler_options": {"dashboard": False}}
BATCH_SYSTEMS = {
    "slurm": lambda: SLURMCluster(
        **JOB, walltime="02:00:00"
    ),  # queue="...", account="...": those of your site
    "htcondor": lambda: HTCondorCluster(**JOB, disk="4 GB"),
    "local": lambda: LocalCluster(n_workers=0, threads_per_worker=1, dashboard_address=None),
}


def main(system: str, jobs: str, *command: str) -> int:
    """Start the cluster, run the command on it; its exit status."""
    with BATCH_SYSTEMS[system]() as cluster, Client(cluster) as client:
        cluster.scale(int(jobs) * (1 if system == "local" else JOB["processes"]))
        client.wait_for_workers(1)
        bayes_enues = [sys.executable, "-m", "bayes_enues"]
        return run([*bayes_enues, *command, "--scheduler", cluster.scheduler_address]).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
