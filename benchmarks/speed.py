"""Where people wait: a table of times before and now, and what others would take, in one run.

Run with ``python3 -m uv run --extra benchmark python benchmarks/speed.py`` on an idle machine, two minutes;
``--quick`` tries it on fewer rows. "Before" are wall times of an idle machine with two cores from before NUTS
sampled the kernel; on another machine only the ratios of the second table mean something.
"""

import argparse
import logging
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pymc as pm
from main_job import NumpyChain, seconds
from scipy.optimize import minimize

import bayes_enues as be
from bayes_enues.fit.minimise import minimise_many, profile_many
from bayes_enues.statistics import of_chains

FIRST = "import bayes_enues as be; be.limits(be.models.magnetic_moment(['lz_ws2022']))"


def line(what: str, now: float, before: str = "", unit: str = "s") -> None:
    print(f"| {what} | {before} | {now:.3g} {unit} |", flush=True)


def command(*arguments: str) -> float:
    """Wall time of a command in a process of its own."""
    start = time.perf_counter()
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return time.perf_counter() - start


def toys(fit: be.Fit, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Starting points and data of toy experiments at the starting point, (n, n_variables), (n, n_numbers)."""
    expected = np.concatenate(list(fit.expected(fit.start[None]).values()), axis=-1)[0]
    data = np.repeat(fit.numbers[None], n, axis=0)
    data[:, : expected.size] = np.random.default_rng(1).poisson(expected, (n, expected.size))
    return np.repeat(fit.start[None], n, axis=0), data


def emcee_ess(fit: be.Fit, steps: int) -> float:
    """Effective draws a second of 32 walkers with a likelihood in NumPy."""
    import emcee

    terms, n_bins = fit.terms, fit.terms.gaussian.size
    observed, upper = fit.numbers[:n_bins], fit.prior_range()[1]
    factors = [terms.factor[a:b] for a, b in zip(terms.first[:-1], terms.first[1:], strict=True)]

    def log_probability(x):
        if not 0 <= x[0] <= upper or np.any(x[1:] <= -1):
            return -np.inf
        base = np.where(terms.kind == 1, 1 + x[terms.variable], x[terms.variable] / terms.unit)
        powers = base**terms.exponent
        mu = sum(np.prod(powers[f]) * row for f, row in zip(factors, terms.counts, strict=True))
        if np.any(mu <= 0):
            return -np.inf
        return np.sum(observed * np.log(mu) - mu) - 0.5 * np.sum(terms.above * x**2)

    walkers = fit.start + 0.05 * fit.scale * np.abs(
        np.random.default_rng(2).normal(size=(32, fit.start.size))
    )
    sampler = emcee.EnsembleSampler(32, fit.start.size, log_probability)
    start = time.perf_counter()
    sampler.run_mcmc(walkers, steps)
    taken = time.perf_counter() - start
    chain = sampler.get_chain()[steps // 4 :, :, 0].T
    return of_chains("ess", chain, method="bulk") / taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    logging.getLogger("pymc").setLevel(logging.ERROR)  # a line of its own would break the table
    few = ["--experiment", "xenonnt_sr0", "--parameter", "nu_e"] if quick else []
    print(f"load before: {os.getloadavg()[0]:.1f} (times mean nothing on a busy machine)\n")
    print("| what | before | now |\n| --- | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        run = ("-m", "bayes_enues", "limits", *few, "--out")
        command("-c", FIRST)  # what Numba keeps
        line("`limits`, 12 rows, computed", command(*run, str(Path(folder, "a"))), "48.6 s")
        line("the same, all there", command(*run, str(Path(folder, "a"))), "15.0 s")
        line("first `be.limits` of a process", command("-c", FIRST), "about 11 s")
        scan = ("-m", "bayes_enues", "mediators", *(["--mass", "1,1000"] if quick else []), "--out")
        line(
            f"`mediators`, {20 if quick else 400} rows",
            command(*scan, str(Path(folder, "m"))),
            "168 s for 400",
        )

    model = be.models.magnetic_moment(["lz_ws2022"], "nu_e")
    fit = be.Fit(model)
    be.limits(model)
    fresh = [be.models.magnetic_moment(["lz_ws2022"], "nu_mu") for _ in range(3)]
    left = iter(fresh)
    line(
        "a further `be.limits`, 4 x 4,000 draws included", seconds(lambda: be.limits(next(left)), 3), "1.1 s"
    )
    line("marginal density, LZ", 1e3 * seconds(lambda: be.Fit(model).marginal()), "700 ms", "ms")
    n = 2_000 if quick else 20_000
    points, data = toys(fit, n)
    nuisances = np.arange(1, fit.start.size)
    fits = n / seconds(lambda: minimise_many(fit, points, nuisances, data), 3)
    line("profile fits a second, one core", fits, "34,000 to 48,000", "")

    print("\n| the same by others | time | ours |\n| --- | ---: | ---: |")

    def anew():
        with be.models.magnetic_moment(["lz_ws2022"], "nu_mu"):
            pm.sample(1000, tune=600, chains=4, target_accept=0.95, random_seed=1, progressbar=False)

    def ours():
        made = be.models.magnetic_moment(["lz_ws2022"], "nu_mu")
        be.sample_posterior(made, draws=1000, groups=False)

    print(f"| `pm.sample` anew, 4 x 1,000 | {seconds(anew, 1):.3g} s | {seconds(ours, 3):.3g} s |")
    few_fits = 20
    for name, fitted in (("iminuit", by_iminuit), ("SciPy, L-BFGS-B", by_scipy)):
        rate = few_fits / seconds(lambda fitted=fitted: [fitted(fit, row) for row in data[:few_fits]], 1)
        print(f"| {name}, fits a second | {rate:.0f} | {fits:.0f} |")
    chain, scan = NumpyChain(be.load_experiment("lz_ws2022")), np.linspace(0, 20, 3 if quick else 50)
    theirs = seconds(lambda: [chain.profiled(be.MagneticMoment(nu_e=v)) for v in scan], 1)
    mine = seconds(lambda: profile_many(fit, [0], scan))
    print(f"| {scan.size}-point scan by a NumPy chain | {theirs:.3g} s | {1e3 * mine:.3g} ms |")
    start = time.perf_counter()
    tree = fit.posterior(draws=4000, groups=False)
    rate = tree.attrs["ess_bulk"] / (time.perf_counter() - start)
    theirs = emcee_ess(fit, 500 if quick else 5000)
    print(f"| emcee, 32 walkers, effective draws a second | {theirs:.0f} | {rate:.0f} |")


def at_nuisances(fit: be.Fit, data: np.ndarray):
    """chi^2 of a toy as a function of the nuisances alone."""
    return lambda x: fit.batch(np.append(fit.start[0], x)[None], data)[0]


def by_iminuit(fit: be.Fit, data: np.ndarray) -> float:
    from iminuit import Minuit

    found = Minuit(at_nuisances(fit, data), np.zeros(fit.start.size - 1))
    found.limits = [(-0.99, None)] * (fit.start.size - 1)
    found.strategy = 0
    return found.migrad().fval


def by_scipy(fit: be.Fit, data: np.ndarray) -> float:
    start = np.zeros(fit.start.size - 1)
    bounds = [(-0.99, None)] * start.size
    return minimize(at_nuisances(fit, data), start, bounds=bounds, method="L-BFGS-B").fun


if __name__ == "__main__":
    main()
