"""A scan over mediator masses: posteriors and profiles per second, beside ``pm.sample`` called anew.

Run with ``python3 -m uv run python benchmarks/mediators.py`` on an idle machine. It ends with the whole scan
of Fig. 6, 5 mediators x 40 masses x 2 experiments: 400 posteriors and 400 profiles (``--masses 4``: 40).
"""

import argparse
import os
import platform
import tempfile
import time

import numpy as np
import pymc as pm

import bayes_enues as be
from bayes_enues.runs.runner import all_converged, run
from bayes_enues.runs.store import ResultsFolder
from bayes_enues.studies.mediators.scan import DRAWS, default_masses, plan_scan


def scan(masses: np.ndarray, jobs: int) -> tuple[float, int, bool]:
    """Seconds, rows and whether all converged."""
    specs = plan_scan(masses=masses)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        results = ResultsFolder(folder, "mediators.json", 0.9)
        rows = run(specs, results, keep_draws=False, jobs=jobs)
        return time.perf_counter() - start, len(rows), all_converged(rows)


def parts(experiment: str, n: int = 20) -> dict[str, float]:
    """Median seconds of each part of one row, compiled, at masses that were not seen before."""
    found: dict[str, list[float]] = {"templates and model": [], "profile": [], "posterior": []}
    for mass in np.geomspace(0.5, 500.0, n):
        times = [time.perf_counter()]
        model = be.models.light_vector([experiment], mass=mass)
        times.append(time.perf_counter())
        be.profile_likelihood(model)
        times.append(time.perf_counter())
        be.sample_posterior(model, draws=DRAWS, groups=False)
        times.append(time.perf_counter())
        for name, seconds in zip(found, np.diff(times), strict=True):
            found[name].append(seconds)
    return {name: float(np.median(values)) for name, values in found.items()}


def anew(experiment: str, n: int = 3) -> float:
    """Median seconds of ``pm.sample`` on the same models, which compiles at each call."""
    times = []
    for mass in np.geomspace(1.0, 100.0, n):
        model = be.models.light_vector([experiment], mass=mass)
        start = time.perf_counter()
        with model:
            pm.sample(
                draws=DRAWS,
                tune=600,
                chains=4,
                target_accept=0.95,
                progressbar=False,
                random_seed=1,
                quiet=True,
            )
        times.append(time.perf_counter() - start)
    return float(np.median(times))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--masses", type=int, default=40)
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}")
    for experiment in ("xenonnt_sr0", "lz_ws2022"):
        once = parts(experiment)
        fresh = anew(experiment)
        words = ", ".join(f"{name} {1e3 * seconds:.0f} ms" for name, seconds in once.items())
        print(f"{experiment}: {words}")
        rate = 1 / (once["templates and model"] + once["posterior"])
        print(f"  posteriors per second: {rate:.2f} compiled once, {1 / fresh:.2f} with pm.sample anew")
    seconds, rows, converged = scan(default_masses(asked.masses), asked.jobs)
    print(
        f"scan, {rows} posteriors and profiles, {asked.jobs} processes with their start and compilation: "
        f"{seconds:.0f} s, {rows / seconds:.2f} rows per second; "
        f"{'all converged' if converged else 'NOT all converged'}"
    )


if __name__ == "__main__":
    main()
