"""Models that many tests share: compiling is the slow part, and one shape is compiled once in a process."""

import signal

import numpy as np
import pytest
from scipy.stats import norm, poisson

#: Fixtures that take long, and with them the tests that need one.
SLOW = {"draws", "examples", "joint_tree", "study", "wheel", "whole"}

#: Files in this order, the rest after them. The first compiles the kernel and the loop of toys, which others
#: then find on disk; beside it runs what compiles nothing; what takes long comes before what fills the gaps.
ORDER = [
    "coverage", "mutations", "interactions", "experiment", "results", "report", "layers", "schemas",
    "printed_tables", "rate", "package", "toys", "docs", "notebooks", "parallel", "cli",
    "calibration", "response_nuisances", "landmarks_of_nuclei", "surroundings", "checks",
    "result_types", "light_mediators", "mass_and_coupling", "reproduction", "what_users_add",
    "posterior", "mediator_scan", "workers", "nuclear_data", "kernel",
]  # fmt: skip


def pytest_addoption(parser):
    parser.addoption("--all-notebooks", action="store_true", help="execute all notebooks, not three")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        if SLOW & set(getattr(item, "fixturenames", ())):
            item.add_marker("slow")
    rank = {f"test_{name}": place for place, name in enumerate(ORDER)}
    items.sort(key=lambda item: rank.get(item.path.stem, len(rank)))


@pytest.fixture(scope="session", autouse=True)
def interruptible():
    """A shell makes what it starts in the background deaf to Ctrl-C, which some tests send."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def xenonnt():
    from bayes_enues import load_experiment

    return load_experiment("xenonnt_sr0")


@pytest.fixture(scope="session")
def xenonnt_nr():
    from bayes_enues import load_experiment

    return load_experiment("xenonnt_nr")


@pytest.fixture(scope="session")
def lz():
    from bayes_enues import load_experiment

    return load_experiment("lz_ws2022")


@pytest.fixture(scope="session")
def xenonnt_model(xenonnt):
    from bayes_enues import models

    return models.magnetic_moment([xenonnt], free="nu_e")


@pytest.fixture(scope="session")
def lz_model(lz):
    from bayes_enues import models

    return models.magnetic_moment([lz], free="nu_e")


@pytest.fixture(scope="session")
def joint_model(xenonnt, lz):
    from bayes_enues import models

    return models.magnetic_moment([xenonnt, lz], free="nu_e")


def expected_counts(model, values):
    """Expected counts of each experiment from the templates, written out in NumPy."""
    question = model.question
    scales = {
        (e.name, what): 1 + values[name]
        for name, (_, scaled) in question.nuisances().items()
        for e, what in scaled
    }
    found = []
    for e, t in zip(question.experiments, question.templates, strict=True):
        u = [
            (values[n] / s) ** question.interaction.power
            for n, s in zip(question.free, question.scales, strict=True)
        ]
        signal = t.t0 + sum(x * (t.t1[k] + x * t.t2[k]) for k, x in enumerate(u))
        total = scales.get((e.name, "signal"), 1) * signal
        for component, counts in e.components.items():
            total = total + scales.get((e.name, component), 1) * counts
        found.append(np.asarray(total))
    return found


def chi2_written_out(model, values):
    """Eq. 14 with saturated terms (Poisson) and Eq. 15 (Gaussian), penalties by their sigmas."""
    total = 0.0
    for e, mu in zip(model.question.experiments, expected_counts(model, values), strict=True):
        if e.likelihood == "poisson":
            total += 2 * np.sum(poisson.logpmf(e.counts, e.counts) - poisson.logpmf(e.counts, mu))
        else:
            total += -2 * np.sum(norm.logpdf(e.counts, mu, e.sigma) - norm.logpdf(0, 0, e.sigma))
    sigmas = {"beta_flux": 0.07, "alpha_background": 0.13, "delta_ar37": 1.0}
    return total + sum((values[n] / s) ** 2 for n, s in sigmas.items() if n in values)
