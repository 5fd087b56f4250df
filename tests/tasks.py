"""Rows that take no time, for tests of who computes them: quick to import, since each worker process does."""

import hashlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np


def stored(asked):
    """What a stored row says of itself, whatever else is in it."""
    rests_on = asked.provenance().to_dict()
    return {"fingerprint": asked.fingerprint(), "question": asked.question(), "provenance": rests_on}


@dataclass(frozen=True)
class Quick:
    """The interface of :class:`bayes_enues.runs.asked.Asked`."""

    parameter: str
    experiment: str = "x"

    alone = True
    light = fits = False

    @property
    def batch(self):
        return self.experiment

    @property
    def words(self):
        return f"{self.parameter} from {self.experiment}"

    def provenance(self):
        from bayes_enues.runs.provenance import provenance

        return provenance({})

    def question(self):
        return repr(self)

    def fingerprint(self):
        return hashlib.sha256(repr(self).encode()).hexdigest()[:32]

    def compute(self, progress=None, groups=True):
        says = {"parameter": self.parameter, "experiment": self.experiment, "process": os.getpid()}
        return {**says, "posterior": {"converged": True}}, np.arange(3.0)


@dataclass(frozen=True)
class Failing(Quick):
    """A row that raises."""

    def compute(self, progress=None, groups=True):
        raise ValueError(f"{self.parameter} was asked for")


@dataclass(frozen=True)
class Deadly(Quick):
    """A row that kills the first so many processes that try it."""

    flags: str = ""
    times: int = 1

    def compute(self, progress=None, groups=True):
        for k in range(self.times):
            flag = Path(f"{self.flags}-{k}")
            if not flag.exists():
                flag.touch()
                os._exit(1)
        return super().compute()


@dataclass(frozen=True)
class Slow(Quick):
    """A row that says which process computes it, and takes so many seconds."""

    seconds: float = 300.0
    flag: str = ""

    def compute(self, progress=None, groups=True):
        if self.flag:
            Path(self.flag).write_text(str(os.getpid()))
        time.sleep(self.seconds)
        return super().compute()


def threads_of_linear_algebra() -> int:
    """How many threads this process has after it solved some equations, as Linux counts them."""
    from scipy.linalg import solve

    matrix = np.eye(600) + 1
    solve(matrix, matrix @ matrix)
    return len(os.listdir("/proc/self/task"))
