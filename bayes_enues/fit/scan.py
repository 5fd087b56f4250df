"""The profiled chi^2 along one variable: scanned, refined at its minima, and cut into allowed regions.

The regions' edges are found by SciPy on the profiled curve itself.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq, minimize_scalar

from ..errors import InputError
from .chi2 import Likelihood
from .minimise import profile_many

RANGE_DELTA_CHI2 = 25.0
SATURATED = 1e-3  # Delta chi^2 that doubling a value still adds where the curve has become flat
SATURATED_SHARE = 0.9  # of the level at which it does: where a default range ends then
LEAST_RANGE = 2.7055  # a default range excludes at least what a 90 % limit does
IMPOSSIBLE = 1e12  # stands for an infinite chi^2: counts where nothing can be expected


class UnboundedError(InputError):
    """Delta chi^2 stays below what was asked for, however large the parameter."""

    def __init__(self, name: str, reached: float, needed: float):
        super().__init__(
            f"delta chi^2 of {name} does not exceed {reached:.3g}, however large it is (the signal may fade "
            f"as its uncertainty allows), and {needed:.3g} was needed; the data do not bound it there: "
            "choose a lower level, or a prior with a range, such as Flat(0, 30)"
        )
        self.reached = reached


class BestFit(NamedTuple):
    """A minimum of chi^2 over everything but one variable: the point, the value, and convergence."""

    x: np.ndarray
    chi2: float
    converged: bool


def index_of(likelihood: Likelihood, name: str) -> int:
    """Place of a parameter among the variables of a likelihood.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    if name not in likelihood.names:
        raise InputError(f"the model has no parameter {name!r}; the choices are {likelihood.names}")
    return likelihood.names.index(name)


class ProfileScan:
    """The profiled chi^2 as a function of one variable, scanned once and refined where asked."""

    def __init__(self, likelihood: Likelihood, index: int):
        self.likelihood, self.index = likelihood, index
        self.scale, self.name = likelihood.scale[index], likelihood.names[index]
        self.edges = float(likelihood.lower[index]), float(likelihood.upper[index])
        self.known: dict[float, BestFit] = {}

    def fits(self, values: ArrayLike) -> None:
        """Scan values not known yet, in rising order; nuisances start from the nearest known fit."""
        new = sorted({float(v) for v in np.ravel(values)} - set(self.known))
        if not new:
            return
        near = min(self.known, key=lambda k: abs(k - new[0]), default=None)
        start = None if near is None else self.known[near].x
        fits = profile_many(self.likelihood, [self.index], np.array(new), start)
        for value, x, chi2, converged in zip(new, fits.x, fits.chi2, fits.converged, strict=True):
            impossible = not np.isfinite(chi2)
            chi2 = IMPOSSIBLE if impossible else float(chi2)
            self.known[value] = BestFit(x, chi2, bool(converged) or impossible)

    def __call__(self, value: float) -> float:
        self.fits([value])
        return self.known[float(value)].chi2

    @property
    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        values = np.array(sorted(self.known))
        return values, np.array([self.known[v].chi2 for v in values])

    def far_points(self) -> tuple[float, float]:
        """A range that holds every minimum: signals that interfere return to the Standard Model's once."""
        question, (low, high) = self.likelihood.question, self.edges
        if self.name not in question.free:
            centre = self.likelihood.start[self.index]
            return max(centre - 3 * self.scale, low), min(centre + 3 * self.scale, high)
        far = [3 * self.scale]
        t1, t2 = question.strengths(self.name)
        if t2 != 0:
            second = -t1 / t2 * self.scale if low < 0 else abs(t1 / t2) ** 0.5 * self.scale
            if abs(second) < 1e3 * self.scale:
                far.append(2 * second)
        return max(min(0.0, *far, -3 * self.scale), low), min(max(far), high)

    def cover(self, delta: float, n: int = 60) -> None:
        """Scan from edge to edge of where Delta chi^2 exceeds ``delta``, and refine every minimum.

        Raises
        ------
        UnboundedError
            If it does not, however far the scan goes.
        """
        self.fits(np.linspace(*self.far_points(), n))
        values, chi2 = self.arrays
        for _ in range(100):
            values, chi2 = self.arrays
            least, (low, high) = chi2.min(), self.edges
            grow_up = chi2[-1] - least <= delta and values[-1] < high
            grow_down = chi2[0] - least <= delta and values[0] > low
            if not (grow_up or grow_down):
                break
            span = values[-1] - values[0]
            if grow_up:
                self.fits(np.minimum(values[-1] + span * np.linspace(0.1, 1, 10), high))
                self._check_growth(values[-1], chi2[-1], least, delta, -1)
            if grow_down:
                self.fits(np.maximum(values[0] - span * np.linspace(0.1, 1, 10), low))
                self._check_growth(values[0], chi2[0], least, delta, 0)
        else:
            raise UnboundedError(self.name, float(chi2[-1] - chi2.min()), delta)
        self.zoom(delta, n)
        self.refine()

    def _check_growth(self, before: float, chi2: float, least: float, delta: float, end: int) -> None:
        """Stop where going on does not help: the curve is flat far outside where its minima can be."""
        now = self.arrays[1][end]
        if abs(before) > 30 * self.scale and now - least <= delta and now - chi2 < SATURATED:
            raise UnboundedError(self.name, float(now - least), delta)

    def zoom(self, delta: float, n: int) -> None:
        """Repeat the scan inside the part that matters, until it holds enough points."""
        for _ in range(40):
            values, chi2 = self.arrays
            inside = np.flatnonzero(chi2 - chi2.min() <= delta)
            if inside.size >= n // 3:
                return
            lower, upper = values[max(inside[0] - 1, 0)], values[min(inside[-1] + 1, values.size - 1)]
            self.fits(np.linspace(lower, upper, n))

    def refine(self) -> None:
        """Add the exact position of every local minimum of the scan, and of every barrier between them."""
        values, chi2 = self.arrays
        for sign in (1, -1):
            for i in range(1, values.size - 1):
                if sign * chi2[i] <= min(sign * chi2[i - 1], sign * chi2[i + 1]):
                    start, unit = values[i - 1], values[i + 1] - values[i - 1]
                    found = minimize_scalar(
                        lambda t, start=start, unit=unit, sign=sign: sign * self(start + t * unit),
                        bounds=(0.0, 1.0),
                        options={"xatol": 1e-9},
                    )
                    self(start + float(found.x) * unit)

    def best(self) -> tuple[float, BestFit]:
        value = min(self.known, key=lambda v: self.known[v].chi2)
        return value, self.known[value]

    def pieces(self, delta: float) -> list[tuple[float, float]]:
        """Every interval in which Delta chi^2 stays below ``delta``; a physical edge may end one."""
        values, chi2 = self.arrays
        least = chi2.min()
        below = chi2 - least <= delta
        if (below[-1] and values[-1] < self.edges[1]) or (below[0] and values[0] > self.edges[0]):
            raise InputError(
                f"{self.name} was scanned from {values[0]:.4g} to {values[-1]:.4g}, where delta chi^2 is "
                f"only {chi2[-1] - least:.3g}; {delta:.3g} is needed, so scan further"
            )

        def edge(a, b):
            unit = b - a
            t = brentq(lambda t: self(a + t * unit) - least - delta, 0.0, 1.0, xtol=1e-11, rtol=1e-11)
            return a + t * unit

        ends = []
        for i in np.flatnonzero(np.diff(below.astype(int))):
            ends.append(edge(values[i], values[i + 1]))
        if below[0]:
            ends.insert(0, values[0])
        if below[-1]:
            ends.append(values[-1])
        return [(float(a), float(b)) for a, b in zip(ends[::2], ends[1::2], strict=True)]


def profile_pieces(likelihood: Likelihood, name: str, delta: float) -> list[tuple[float, float]]:
    """Where Delta chi^2 of a parameter stays below ``delta``; see :class:`bayes_enues.results.Profile`."""
    curve = ProfileScan(likelihood, index_of(likelihood, name))
    curve.cover(delta)
    return curve.pieces(delta)


def likelihood_range(likelihood: Likelihood, name: str) -> tuple[float, float]:
    """Where Delta chi^2 of a parameter stays below 25, rounded outwards: the range of a default prior.

    Zero is kept as the lower edge of a parameter that cannot be negative. An uncertainty of the signal lets
    Delta chi^2 saturate at one over its square; where that is below 25 the range ends at nine tenths of it,
    and ``question.range_ends`` remembers.

    Raises
    ------
    UnboundedError
        If even a 90 % limit does not exist.
    """
    try:
        pieces = profile_pieces(likelihood, name, RANGE_DELTA_CHI2)
    except UnboundedError as error:
        delta = SATURATED_SHARE * error.reached
        if delta < LEAST_RANGE:
            raise
        pieces = profile_pieces(likelihood, name, delta)
        likelihood.question.range_ends[name] = delta
    return _rounded(pieces[0][0], down=True), _rounded(pieces[-1][1], down=False)


def prior_range(likelihood: Likelihood, name: str) -> tuple[float, float]:
    """Where a parameter is looked for: over its prior's range, or :func:`likelihood_range` for a user's own.

    Raises
    ------
    InputError
        If the model's numbers say another range than its prior, which tables and files would go on stating.
    """
    prior, model = likelihood.question.priors[name], likelihood.model
    if not hasattr(prior, "upper"):
        return likelihood_range(likelihood, name)
    for end in ("lower", "upper"):
        number, edge = float(model[f"{name}_{end}"].get_value()), float(getattr(prior, end))
        if number != edge:
            raise InputError(
                f"{name}_{end} of the model was set to {number:g}, but its prior is {prior.words(name)}; "
                "build a model with the prior that is meant"
            )
    return float(prior.lower), float(prior.upper)


def _rounded(edge: float, down: bool) -> float:
    """To two significant digits, away from the inside of the range."""
    if edge == 0:
        return 0.0
    unit = 10.0 ** (np.floor(np.log10(abs(edge))) - 1)
    steps = np.floor(edge / unit) if down else np.ceil(edge / unit)
    return float(f"{steps * unit:.2g}")
