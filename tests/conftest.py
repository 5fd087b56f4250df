"""Models that many tests share: compiling is the slow part, and one shape is compiled once in a process."""

import gc
import os
import signal
import sys

import pytest

# Some machines forbid Python to keep bytecode. Then both workers would rewrite every assertion at every run,
# and each process that a test starts would parse the package.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

#: Fixtures that take long, and with them the tests that need one.
SLOW = {"draws", "examples", "joint_tree", "study", "wheel", "whole"}

#: Files in this order, the rest after them. The first compiles the kernel and the loop of toys, which others
#: then find on disk; beside it run those that compile nothing. What takes long comes before what fills gaps.
ORDER = [
    "coverage", "mutations", "interactions", "experiment", "results", "report", "layers", "schemas",
    "printed_tables", "rate", "package", "models", "priors", "nuclear_recoils", "flux", "docs", "notebooks",
    "parallel", "cli", "toys", "calibration", "response_nuisances", "landmarks_of_nuclei", "surroundings",
    "checks", "result_types", "light_mediators", "mass_and_coupling", "reproduction", "what_users_add",
    "posterior", "mediator_scan", "workers", "nuclear_data", "kernel", "interaction_checks", "evidence",
    "readme", "rows", "systematics", "uncertain_signals", "analyses", "figures",
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


def pytest_collection_finish():
    """What is imported stays until the end: the collector of garbage need not look through it again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def interruptible():
    """A shell makes what it starts in the background deaf to Ctrl-C, which some tests send."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def graphs_without_traces():
    """PyTensor notes for each node of a graph the lines that made it, a tenth of what a model costs."""
    if "pytensor" in sys.modules:
        sys.modules["pytensor"].config.traceback__limit = 0


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
