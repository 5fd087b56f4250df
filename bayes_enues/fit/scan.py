"""The profiled chi^2 along one parameter: scanned, refined at its minima, and cut into allowed regions.

The regions' edges are found by SciPy on the profiled curve itself.
"""

from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq, minimize_scalar

from ..errors import InputError
from .chi2 import Likelihood
from .minimise import profile_many

__all__ = ["Fit", "ProfileScan", "index_of", "profile_pieces"]


class Fit(NamedTuple):
    """A minimum of chi^2 over everything but one parameter: the point, the value, and convergence."""

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
    """The profiled chi^2 as a function of one parameter, scanned once and refined where asked."""

    def __init__(self, likelihood: Likelihood, index: int):
        self.likelihood, self.index = likelihood, index
        self.scale = likelihood.scale[index]
        self.signed = not np.isfinite(likelihood.lower[index])
        self.known: dict[float, Fit] = {}

    def fits(self, values) -> None:
        """Scan values not known yet, in rising order; nuisances start from the nearest known fit."""
        new = sorted({float(v) for v in values} - set(self.known))
        if not new:
            return
        near = min(self.known, key=lambda k: abs(k - new[0]), default=None)
        start = None if near is None else self.known[near].x
        fits = profile_many(self.likelihood, [self.index], np.array(new), start)
        for value, x, chi2, converged in zip(new, fits.x, fits.chi2, fits.converged, strict=True):
            self.known[value] = Fit(x, float(chi2), bool(converged))

    def __call__(self, value: float) -> float:
        self.fits([value])
        return self.known[float(value)].chi2

    @property
    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        values = np.array(sorted(self.known))
        return values, np.array([self.known[v].chi2 for v in values])

    def far_points(self) -> tuple[float, float]:
        """A range that holds every minimum: signals that interfere return to the Standard Model's once."""
        question = self.likelihood.question
        far = [3 * self.scale]
        name = self.likelihood.names[self.index]
        if name in question.free:
            t1, t2 = question.strengths(name)
            if t2 != 0:
                second = -t1 / t2 * self.scale if self.signed else abs(t1 / t2) ** 0.5 * self.scale
                if abs(second) < 1e3 * self.scale:
                    far.append(2 * second)
        return (min(0.0, *far, -3 * self.scale) if self.signed else 0.0), max(far)

    def cover(self, delta: float, n: int = 60) -> None:
        """Scan from edge to edge of where Delta chi^2 exceeds ``delta``, and refine every minimum."""
        lower, upper = self.far_points()
        self.fits(np.linspace(lower, upper, n))
        for _ in range(60):
            values, chi2 = self.arrays
            least = chi2.min()
            grow_up = chi2[-1] - least <= delta
            grow_down = self.signed and chi2[0] - least <= delta
            if not (grow_up or grow_down):
                break
            span = values[-1] - values[0]
            if grow_up:
                self.fits(values[-1] + span * np.linspace(0.1, 1, 10))
            if grow_down:
                self.fits(values[0] - span * np.linspace(0.1, 1, 10))
        else:
            raise InputError(
                f"delta chi^2 of {self.likelihood.names[self.index]} is only {chi2[-1] - chi2.min():.3g} at "
                f"{values[-1]:.3g}; the data do not bound it"
            )
        self.zoom(delta, n)
        self.refine()

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

    def best(self) -> tuple[float, Fit]:
        value = min(self.known, key=lambda v: self.known[v].chi2)
        return value, self.known[value]

    def pieces(self, delta: float) -> list[tuple[float, float]]:
        """Every interval in which Delta chi^2 stays below ``delta``."""
        values, chi2 = self.arrays
        least = chi2.min()
        below = chi2 - least <= delta
        if below[-1] or (self.signed and below[0]):
            raise InputError(
                f"{self.likelihood.names[self.index]} was scanned from {values[0]:.4g} to {values[-1]:.4g}, "
                f"where delta chi^2 is only {chi2[-1] - least:.3g}; {delta:.3g} is needed, so scan further"
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
        return [(float(a), float(b)) for a, b in zip(ends[::2], ends[1::2], strict=True)]


def profile_pieces(likelihood: Likelihood, name: str, delta: float) -> list[tuple[float, float]]:
    """Where Delta chi^2 of a parameter stays below ``delta``; see :class:`.profile.Profile`."""
    curve = ProfileScan(likelihood, index_of(likelihood, name))
    curve.cover(delta)
    return curve.pieces(delta)
