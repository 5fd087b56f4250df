"""What the parts of the main job cost, and what the same would cost done otherwise: timed in one run.

Run with ``python3 -m uv run python benchmarks/main_job.py`` on an idle machine.
"""

import os
import platform
import time

import numpy as np
import pymc as pm
from scipy.optimize import minimize

import bayes_enues as be
from bayes_enues.constants import ATOMS_PER_TONNE, FLAVOURS, SECONDS_PER_YEAR
from bayes_enues.fit import kernel_sampler
from bayes_enues.fit.chi2 import Likelihood
from bayes_enues.fit.kernel_sampler import kernel_sampler_of
from bayes_enues.fit.minimise import profile_many
from bayes_enues.signal.flux import fine_nodes, minimum_energy

EXPERIMENT = "lz_ws2022"  # Poisson, three nuisances
N_SCAN = 50


def seconds(function, repeat: int = 5, number: int = 1) -> float:
    """Median time of one call."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        for _ in range(number):
            function()
        times.append((time.perf_counter() - start) / number)
    return float(np.median(times))


def sampler_call(model):
    """What the sampler calls, in a loop of compiled code: (n calls) to seconds."""
    import numba

    sampler = kernel_sampler_of(Likelihood(model))
    function, vector, y = kernel_sampler.log_probability_at, sampler.vector, sampler.centre.copy()

    @numba.njit
    def loop(n, vector, y, gradient):
        total = 0.0
        for i in range(n):
            y[0] = 0.1 + 1e-9 * i
            total += function(vector, y, gradient)
        return total

    loop(1, vector, y, np.empty_like(y))
    return lambda n: loop(n, vector, y, np.empty_like(y))


class NumpyChain:
    """chi^2 of Eq. 14 by the textbook's chain of integrals, vectorised.

    1,000 recoil energies x 1,000 neutrino energies for each flavour; flux and oscillation are computed
    before, the detector is one matrix, the nuisances are profiled by SciPy's BFGS.
    """

    def __init__(self, experiment, n: int = 1000):
        self.experiment = experiment
        self.e_er = np.geomspace(experiment.e_er[0], experiment.e_er[-1], n)
        e_nu, weights = fine_nodes(experiment.e_er[:1], experiment.sun)
        order = np.argsort(e_nu[:, 0])
        groups = np.array_split(order, n)  # neighbouring nodes become one, with all their flux
        total = weights[..., 0].sum(axis=0)
        self.e_nu = np.array([np.average(e_nu[g, 0], weights=total[g] + 1e-300) for g in groups])[:, None]
        self.flux = np.array([[w[g, 0].sum() for g in groups] for w in weights])[..., None]
        self.flux = self.flux * (self.e_nu > minimum_energy(self.e_er))
        between = np.array([np.interp(experiment.e_er, self.e_er, unit) for unit in np.eye(n)]).T
        targets = ATOMS_PER_TONNE * SECONDS_PER_YEAR * experiment.xenon.z_eff(experiment.e_er)
        self.matrix = (experiment.response * targets) @ between
        self.sigma = {n.scales: n.sigma for n in experiment.nuisances}

    def signal(self, interaction) -> np.ndarray:
        """Counts per bin, (n_bins,)."""
        rate = np.zeros_like(self.e_er)
        for flavour, flux in zip(FLAVOURS, self.flux, strict=True):
            rate += (flux * interaction.cross_section(flavour, self.e_nu, self.e_er)).sum(axis=0)
        return self.matrix @ rate

    def profiled(self, interaction) -> float:
        """chi^2 at its minimum over the nuisances."""
        signal, counts = self.signal(interaction), self.experiment.counts
        parts = {"signal": signal, **self.experiment.components}
        seen = counts > 0

        def chi2(x):
            scales = dict(zip(self.sigma, 1 + x, strict=True))
            expected = sum(scales.get(name, 1.0) * part for name, part in parts.items())
            if np.any(expected <= 0):
                return 1e10
            terms = 2 * (expected - counts)
            terms[seen] += 2 * counts[seen] * np.log(counts[seen] / expected[seen])
            return terms.sum() + np.sum((x / list(self.sigma.values())) ** 2)

        return float(minimize(chi2, np.zeros(len(self.sigma)), method="BFGS").fun)


def say(what: str, value: float, unit: str = "s") -> None:
    """One line of the report."""
    scale = {"s": 1, "ms": 1e3, "us": 1e6}[unit]
    print(f"{what:<46}{scale * value:9.3g} {unit}", flush=True)


def nu_mu(experiment):
    """A model of the shape that is compiled already."""
    return be.models.magnetic_moment([experiment], free="nu_mu")


def main() -> None:
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"load before: {os.getloadavg()[0]:.1f} (times mean nothing on a busy machine)\n")
    experiment = be.load_experiment(EXPERIMENT)

    start = time.perf_counter()
    first = be.models.magnetic_moment([experiment], free="nu_e")
    be.sample_posterior(first, draws=100)
    say("first model of a shape, compiling included", time.perf_counter() - start)
    say("another model of the shape", seconds(lambda: nu_mu(experiment)), "ms")
    model = nu_mu(experiment)

    loop = sampler_call(model)
    say("log-probability and gradient, in the sampler", seconds(lambda: loop(20_000)) / 20_000, "us")
    pymc = model.logp_dlogp_function(ravel_inputs=True)
    pymc.set_extra_values({})
    pymc.trust_input = True
    x = np.full(len(model.free_RVs), 0.1)
    say("the same through model.logp_dlogp_function", seconds(lambda: pymc(x), number=2000), "us")
    likelihood = Likelihood(model)
    point = likelihood.start
    say("chi^2, gradient and Hessian", seconds(lambda: likelihood.full(point), number=2000), "us")

    values = np.linspace(0, 1.2 * be.profile_likelihood(model).upper, 60)
    say("profile of 60 points", seconds(lambda: profile_many(likelihood, [0], values)), "ms")
    say("profile_likelihood: best fit, bounds, curve", seconds(lambda: be.profile_likelihood(model)), "ms")
    plain = seconds(lambda: be.sample_posterior(model, draws=1000, groups=False))
    say("a further posterior, 4 x 1,000 draws", plain)
    say("the same with its derived groups", seconds(lambda: be.sample_posterior(model, draws=1000)))

    def anew():
        with nu_mu(experiment):
            pm.sample(1000, tune=600, chains=4, target_accept=0.95, random_seed=1, progressbar=False)

    theirs = seconds(anew, repeat=3)
    ours = seconds(lambda: be.sample_posterior(nu_mu(experiment), draws=1000, groups=False), repeat=3)
    print()
    say("pm.sample called anew for each limit", theirs)
    say("ours, with a model built anew as well", ours)
    print(f"{'':<46}{theirs / ours:9.0f} times faster")

    chain = NumpyChain(experiment)
    scan = np.linspace(0, values[-1], N_SCAN)
    start = time.perf_counter()
    reference = np.array([chain.profiled(be.MagneticMoment(nu_mu=v)) for v in scan])
    theirs = time.perf_counter() - start
    ours = seconds(lambda: profile_many(likelihood, [0], scan))
    found = profile_many(likelihood, [0], scan).chi2
    print()
    say(f"{N_SCAN}-point chi^2 scan, NumPy chain and BFGS", theirs)
    say("the same, ours", ours, "ms")
    print(f"{'':<46}{theirs / ours:9.0f} times faster")
    print(f"{'largest difference of chi^2':<46}{np.max(np.abs(found - reference)):9.2g}")


if __name__ == "__main__":
    main()
