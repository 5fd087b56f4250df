"""Toys: fits a second beside iminuit and SciPy, cost per toy, one worker against two, NUTS on 50 toys.

Run with ``python3 -m uv run python benchmarks/coverage_toys.py`` on an idle machine.
"""

import os
import tempfile
import time

import numpy as np
import nutpie
from iminuit import Minuit
from scipy.optimize import minimize

from bayes_enues.compiled.structures import structure_of
from bayes_enues.fit.chi2 import Likelihood
from bayes_enues.fit.minimise import minimise_many
from bayes_enues.runs.rows import RowSpec, model_of
from bayes_enues.studies.simulations.fast_fits import COLUMNS
from bayes_enues.studies.simulations.jobs import Chunk, analyse, job_of
from bayes_enues.studies.simulations.run import coverage_folder, run_coverage
from bayes_enues.studies.simulations.toys import ToyMaker

MODEL, PARAMETER, SEED = "magnetic_moment", "nu_e", 20220811


def timed(function):
    """Result and seconds."""
    start = time.perf_counter()
    result = function()
    return result, time.perf_counter() - start


def fits_per_second(n: int = 20_000, n_slow: int = 100) -> None:
    """The same profile fits of LZ's three nuisances, on the same toys, done three ways."""
    spec = RowSpec(MODEL, PARAMETER, "lz_ws2022", seed=SEED)
    job = job_of(spec, [8.0])
    model = model_of(spec)
    likelihood = Likelihood(model)
    maker = ToyMaker(model, np.array(job.points), SEED)
    toys = maker.throw(0, 0, n)
    starts = np.repeat(maker.points, n, axis=0)
    nuisances = np.arange(1, 4)
    minimise_many(likelihood, starts[:2], nuisances, toys[:2], absolute=False)
    fits, seconds = timed(lambda: minimise_many(likelihood, starts, nuisances, toys, absolute=False))
    print(f"{n / seconds:10.0f} profile fits/s in Numba ({(~fits.converged).sum()} of {n} failed)")

    def functions(toy):
        def chi2(nu):
            return float(likelihood.compiled.full(np.array([8.0, *nu]), toy)[0])

        def slope(nu):
            return likelihood.compiled.full(np.array([8.0, *nu]), toy)[1][1:]

        return chi2, slope

    def by_iminuit(toy):
        chi2, slope = functions(toy)
        fit = Minuit(chi2, maker.points[0, 1:], grad=slope)
        fit.limits = [(-1, None)] * 3
        fit.strategy = 0
        return fit.migrad().fval

    def by_scipy(toy):
        chi2, slope = functions(toy)
        found = minimize(chi2, maker.points[0, 1:], jac=slope, method="L-BFGS-B", bounds=[(-1, None)] * 3)
        return found.fun

    for name, method in (("iminuit, strategy 0", by_iminuit), ("SciPy, L-BFGS-B", by_scipy)):
        values, seconds = timed(lambda method=method: np.array([method(toy) for toy in toys[:n_slow]]))
        worst = np.max(values - fits.chi2[:n_slow])
        print(f"{n_slow / seconds:10.0f} profile fits/s, {name}; its chi^2 is up to {worst:.1g} above ours")


def cost_per_toy() -> None:
    """Everything coverage needs of a toy; linear in toys."""
    for experiment, value in (("xenonnt_sr0", 6.0), ("lz_ws2022", 15.0)):
        job = job_of(RowSpec(MODEL, PARAMETER, experiment, seed=SEED), [value])
        analyse(Chunk(job, 0, 0, 2))
        for n in (500, 1000, 2000):
            _, seconds = timed(lambda n=n, job=job: analyse(Chunk(job, 0, 0, n)))
            print(f"{1e3 * seconds / n:10.3f} ms a toy, {experiment}, {n} toys thrown and analysed")


def scaling(toys: int = 4000, repeats: int = 3) -> None:
    """One worker process against two, in turn, their start and compilation aside."""
    job = job_of(RowSpec(MODEL, PARAMETER, "lz_ws2022", seed=SEED), [0.0, 6.0, 12.0, 18.0])
    seconds = {1: [], 2: []}
    for _ in range(repeats):
        for workers, found in seconds.items():
            with tempfile.TemporaryDirectory() as path:
                folder = coverage_folder(path, MODEL, SEED, "poisson", 0.9)
                moments: dict[int, float] = {}
                run_coverage(
                    [job],
                    toys,
                    folder,
                    workers,
                    progress=lambda done, words, at=moments: at.setdefault(done, time.perf_counter()),
                )
            first = min(done for done in moments if done >= 2 * workers)  # until every worker has compiled
            found.append((moments[max(moments)] - moments[first]) / (max(moments) - first))
    one, two = (np.median(seconds[workers]) for workers in (1, 2))
    print(f"two workers do {one / two:.2f} times what one does ({50 * one / two:.0f} % of twice as much)")
    print(f"  seconds a chunk: one {np.round(seconds[1], 3)}, two {np.round(seconds[2], 3)}")


def against_nuts(experiment: str = "lz_ws2022", value: float = 15.0, n: int = 50) -> None:
    """Posterior content below the truth, by Laplace and panels against NUTS."""
    job = job_of(RowSpec(MODEL, PARAMETER, experiment, seed=SEED), [value])
    found = analyse(Chunk(job, 0, 0, n))[:, COLUMNS.index("posterior")]
    model = model_of(job.spec)
    prior = model.question.priors[PARAMETER]
    model.set_data(
        f"{PARAMETER}_upper", float(np.hypot(prior.upper, value))
    )  # as wide as the toys' own range
    maker = ToyMaker(model, np.array(job.points), SEED)
    sampler = structure_of(model).sampler
    sampled = np.empty(n)
    for k, toy in enumerate(maker.throw(0, 0, n)):
        tree = nutpie.sample(
            sampler.with_data(numbers=toy), draws=4000, tune=600, chains=2, cores=1, seed=k,
            target_accept=0.95, progress_bar=False, save_warmup=False,
        )  # fmt: skip
        sampled[k] = (tree["posterior"][PARAMETER].values < value).mean()
    off = sampled - found
    print(
        f"{n} toys of {experiment}, posterior below the truth: NUTS minus quadrature {off.mean():+.4f}, "
        f"scatter {off.std():.4f}; covered at 90 %: {(sampled <= 0.9).sum()} and {(found <= 0.9).sum()}"
    )


if __name__ == "__main__":
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    fits_per_second()
    cost_per_toy()
    scaling()
    against_nuts()
    against_nuts("xenonnt_sr0", 8.0)
