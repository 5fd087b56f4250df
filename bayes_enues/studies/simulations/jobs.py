"""How often the bounds hold: coverage by simulation, for every limit that is printed.

Near the physical boundary Wilks' theorem is only approximate, and a credible bound promises nothing about
frequencies. So toys are thrown at a grid of true values, each is analysed exactly as the data are, and it is
counted how often each bound includes the truth.

The work is cut into chunks of toys, each a row of its own. A chunk depends on nothing but its true value and
its place, so that an interrupted run goes on where it stopped, on whatever machine; a longer one only adds.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from threading import Lock
from typing import Any, ClassVar

import numpy as np
from numpy.polynomial.legendre import leggauss

from ...errors import InputError
from ...fit.fit import fit_of
from ...fit.scan import RANGE_DELTA_CHI2
from ...fit.setup import question_of
from ...interactions.named import interaction_named
from ...runs.asked import Asked, Stored, Tell, silent
from ...runs.rows import RowSpec, model_of
from ...statistics import one_sided_threshold, threshold
from .fast_fits import COLUMNS, analyse_toys
from .toys import ToyMaker, check_kind, truth_points

CHUNK = 500
NODES, NODES_SIGNED = 14, 40
ANY = -1.0  # below every Delta chi^2: a range that does not grow
#: Beyond the end of the profile's interval, so that critical values reach past every limit.
REACH = 1.35

#: What is tested, and in words.
BOUNDS = {
    "profile_interval": "two-sided profile interval",
    "profile_upper": "its upper end alone",
    "profile_one_sided": "one-sided profile bound",
    "posterior": "posterior bound, flat in the parameter",
    "posterior_flat_strength": "posterior bound, flat in the strength",
}

_LOCK = Lock()


@dataclass(frozen=True)
class CoverageJob:
    """Everything that decides the toys of one parameter: names and numbers that can be shipped.

    Attributes
    ----------
    spec : RowSpec
        Its seed is the toys'; its level decides nothing here.
    points : tuple of tuple of float
        True values: the parameter, then the nuisances as the data's profile has them.
    kind : str
        ``poisson`` or ``gaussian``; see :mod:`bayes_enues.studies.simulations.toys`.
    """

    spec: RowSpec
    points: tuple[tuple[float, ...], ...]
    kind: str = "poisson"

    @property
    def true_values(self) -> list[float]:
        """Of the parameter."""
        return [point[0] for point in self.points]


@dataclass(frozen=True)
class Chunk(Asked):
    """Toys ``first`` to ``last`` (excluded) at one true value of a job."""

    job: CoverageJob
    i_true: int
    first: int
    last: int

    alone: ClassVar[bool] = False  # threads of a worker wait for each other only to compile and to throw

    @property
    def row(self) -> RowSpec:
        return replace(self.job.spec, level=0.9)

    @property
    def batch(self) -> str:
        return f"{self.row.experiment} {self.i_true} {self.first}"

    def options(self) -> dict[str, Any]:
        """What decides a toy's result: its own true value among those of the job, and where it stands."""
        point, kind = self.job.points[self.i_true], self.job.kind
        mine = {"i_true": self.i_true, "first": self.first, "last": self.last}
        return {"spec": self.row.options(), "point": point, "kind": kind, **mine}

    def compute(self, progress: Tell = silent, groups: bool = True) -> Stored:
        """Where these toys stand, and beside it their results; see :func:`analyse`."""
        mine = {"true_value": self.job.true_values[self.i_true], "first": self.first, "last": self.last}
        return describe(self.job) | mine, analyse(self)


def default_true_values(model: str, level: float, n: int = 20) -> list[float]:
    """Evenly spaced true values over the profile's interval and a third beyond, three digits each.

    A non-negative parameter's begin at zero, the Standard Model.
    """
    from ...fit import profile_likelihood

    if n < 2:
        raise InputError(f"{n} true values were asked for; two or more were needed, or a list of values")
    profile = profile_likelihood(model, level=level)
    if not question_of(model).interaction.signed:
        values = np.linspace(0.0, REACH * profile.upper, n)
    else:
        margin = (REACH - 1) / 2 * (profile.upper - profile.lower)
        values = np.linspace(profile.lower - margin, profile.upper + margin, n)
    return [float(f"{value:.3g}") for value in values]


def job_of(spec: RowSpec, true_values: int | Sequence[float] = 20, kind: str = "poisson") -> CoverageJob:
    """The job of a row: its true values, with the nuisances profiled on the data.

    Parameters
    ----------
    spec : RowSpec
        With a flat default prior.
    true_values : int or sequence of float
        How many, or which.
    kind : str

    Raises
    ------
    InputError
        If a true value is outside the physical region or there twice, the kind is unknown, or the row has a
        prior: coverage is of the default ones.
    """
    check_kind(kind)
    if spec.prior is not None:
        raise InputError(f"coverage is of the default prior; {spec.prior!r} was given")
    values: list[float] = []
    if not isinstance(true_values, int):
        values = sorted(float(v) for v in true_values)
        if len(set(values)) < len(values) or not values:
            raise InputError(f"the true values {values} are none, or one is there twice")
        if not interaction_named(spec.model).signed and values[0] < 0:
            raise InputError(
                f"a true value of {spec.parameter} is {values[0]:g}, outside the physical region, which "
                "begins at zero"
            )
    model = model_of(spec)
    if isinstance(true_values, int):
        values = default_true_values(model, spec.level, true_values)
    points = truth_points(fit_of(model), values)
    return CoverageJob(spec, tuple(tuple(p) for p in points.tolist()), kind)


def chunks_of(job: CoverageJob, toys: int) -> list[Chunk]:
    """The chunks of a job, the same for any number of toys but for the last ones.

    Raises
    ------
    InputError
        If there are no toys.
    """
    if toys < 1:
        raise InputError(f"{toys} toys were asked for; at least one was needed")
    starts = range(0, toys, CHUNK)
    return [
        Chunk(job, i, first, min(first + CHUNK, toys)) for first in starts for i in range(len(job.points))
    ]


class _Laboratory:
    """A job's model, compiled, and where to look for the posterior of a toy."""

    def __init__(self, job: CoverageJob):
        model = model_of(job.spec)
        self.maker = ToyMaker(model, np.array(job.points), job.spec.seed, job.kind)
        self.likelihood = self.maker.likelihood
        self.signed = self.likelihood.question.interaction.signed
        self.power = self.likelihood.question.interaction.power
        prior = self.likelihood.question.priors[job.spec.parameter]
        self.range = (prior.lower, prior.upper)
        # where Delta chi^2 of the data does not reach 25, only their prior bounds some toys: all have it
        self.saturates = job.spec.parameter in self.likelihood.question.range_ends
        self.tail = ANY if self.saturates else RANGE_DELTA_CHI2
        nodes, weights = leggauss(NODES_SIGNED if self.signed or self.saturates else NODES)
        self.rule, self.weights = (nodes + 1) / 2, weights / 2

    def reach(self, value: float) -> tuple[float, float]:
        """Where a toy thrown at a value is expected to have its posterior; widened where it is not."""
        lower, upper = self.range
        if self.saturates and lower < value < upper:
            return lower, upper
        if self.signed:
            width = 0.6 * (upper - lower)
            return min(lower, value - width), max(upper, value + width)
        return 0.0, float((value**self.power + upper**self.power) ** (1 / self.power))

    def analyse(self, toys: np.ndarray, truth: np.ndarray) -> np.ndarray:
        results = np.empty((len(toys), len(COLUMNS)))
        rule = self.rule, self.weights, self.power
        analyse_toys(self.likelihood, toys, truth, *self.reach(truth[0]), *rule, results, self.tail)
        return results


@lru_cache(maxsize=8)
def _laboratory(job: CoverageJob, mark: str) -> _Laboratory:
    return _Laboratory(job)


def analyse(chunk: Chunk) -> np.ndarray:
    """Throw and analyse the toys of a chunk, (m, 7), the columns as in :data:`fast_fits.COLUMNS`.

    A worker compiles when it first sees a job; threads of one worker wait for each other to do so.
    """
    with _LOCK:
        laboratory = _laboratory(chunk.job, chunk.row.fingerprint())
        toys = laboratory.maker.throw(chunk.i_true, chunk.first, chunk.last)
    return laboratory.analyse(toys, laboratory.maker.points[chunk.i_true])


def targets(level: float, signed: bool, power: int = 2) -> dict[str, float | None]:
    """What each bound promises, asymptotically; None where a bound does not exist or is another one.

    The strength of a flux is the flux: a prior flat in one is flat in the other.
    """
    promised: dict[str, float | None] = dict.fromkeys(BOUNDS, level)
    promised["profile_upper"] = (1 + level) / 2
    if signed:
        promised |= {"profile_one_sided": None, "posterior_flat_strength": None}
    if power == 1:
        promised["posterior_flat_strength"] = None
    return promised


def coverage_row(results: np.ndarray, level: float, signed: bool, power: int = 2) -> dict[str, Any]:
    """Coverage of each bound and the critical value, from the toys of one true value.

    A toy whose fits failed counts as one whose bounds all missed the truth, and as an extreme one for the
    critical value: failures make a result worse, never better.

    Parameters
    ----------
    results : (m, 7)
        From :func:`analyse`.
    level : float
    signed : bool
        Whether the parameter may be negative.
    power : int
        The strength is ``parameter ** power``.

    Returns
    -------
    dict
        ``toys``, ``failed``, ``coverage``, ``coverage_error`` and ``coverage_target`` by bound,
        ``critical_value`` and its error, ``share_at_boundary``: of toys with their best fit at zero.
    """
    r = dict(zip(COLUMNS, results.T, strict=True))
    good = r["converged"] > 0
    cut, one = threshold(level), one_sided_threshold(level)
    within = {
        "profile_interval": r["delta_chi2"] <= cut,
        "profile_upper": r["delta_chi2_above"] <= cut,
        "profile_one_sided": r["delta_chi2_above"] <= one,
        "posterior": r["posterior"] <= level,
        "posterior_flat_strength": r["flat_strength"] <= level,
    }
    promised = targets(level, signed, power)
    covered = {k: None if promised[k] is None else int((within[k] & good).sum()) for k in BOUNDS}
    n = len(results)
    critical, error = critical_value(np.where(good, r["delta_chi2"], np.inf), level)
    return {
        "toys": n,
        "failed": int((~good).sum()),
        "coverage": {k: None if c is None else c / n for k, c in covered.items()},
        "coverage_error": {k: None if c is None else binomial_error(c, n) for k, c in covered.items()},
        "coverage_target": promised,
        "critical_value": critical,
        "critical_value_error": error,
        "share_at_boundary": None if signed else float((r["best_fit"] <= 0).mean()),
    }


def binomial_error(successes: int, n: int) -> float:
    """Standard deviation of a share given the successes, with a flat prior: not zero where all succeed."""
    share = (successes + 1) / (n + 2)
    return float(np.sqrt(share * (1 - share) / (n + 3)))


def critical_value(delta_chi2: np.ndarray, level: float) -> tuple[float | None, float | None]:
    """The value that a share ``level`` of toys stays below, and its Monte Carlo error.

    An order statistic, and half the distance of those one binomial standard deviation away on either side.
    None for an infinite value: too many failures.
    """
    ordered, n = np.sort(delta_chi2), delta_chi2.size
    spread = np.sqrt(n * level * (1 - level))
    places = np.ceil(n * level + np.array([-spread, 0, spread])).astype(int) - 1
    low, value, high = ordered[np.clip(places, 0, n - 1)]
    if not np.isfinite(high):
        return None, None
    return float(value), float((high - low) / 2)


def describe(job: CoverageJob) -> dict[str, Any]:
    """What a row of ``coverage.json`` says of its job."""
    spec = job.spec
    return {
        "model": spec.model,
        "parameter": spec.parameter,
        "experiment": spec.experiment_name,
        "unit": interaction_named(spec.model).unit,
        **{name: value for name, value in spec.fixed if name == "mass"},
    }
