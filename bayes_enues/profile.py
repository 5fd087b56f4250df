"""The Delta chi^2 profile of a parameter, its best fit and its allowed regions.

Nuisances are profiled by projected Newton steps on the model's own chi^2; the regions' edges are found by
SciPy on the profiled curve. Parameters that cannot be negative keep to the physical side, and the result says
so when the best fit sits on the edge.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pymc as pm
from scipy.optimize import brentq, minimize_scalar

from .likelihood import Likelihood
from .statistics import check_level, one_sided_threshold, threshold

__all__ = ["Profile", "minimise", "profile_curve", "profile_likelihood", "profile_pieces"]

MAX_STEPS = 200
TOLERANCE = 1e-12


class Fit(NamedTuple):
    """A minimum of chi^2: the point, the value and whether Newton's iteration converged."""

    x: np.ndarray
    chi2: float
    converged: bool


class Profile(NamedTuple):
    """Profile likelihood of one parameter.

    Attributes
    ----------
    parameter, unit : str
    values : (n,)
        Scanned values of the parameter.
    delta_chi2 : (n,)
        chi^2 profiled over everything else, less its minimum over the physical region.
    best_fit : float
    chi2_min : float
        Eq. 14 or 15 at the best fit.
    at_boundary : bool
        Whether the best fit lies on the edge of the physical region.
    threshold : float
        Delta chi^2 that cuts the interval.
    pieces : list of (lower, upper)
        Every piece of the region below the threshold.
    upper_one_sided : float or None
        Where Delta chi^2 crosses the one-sided threshold; None for a signed parameter.
    nuisances : dict
        Profiled values of everything else at the best fit.
    """

    parameter: str
    unit: str
    values: np.ndarray
    delta_chi2: np.ndarray
    best_fit: float
    chi2_min: float
    at_boundary: bool
    threshold: float
    pieces: list[tuple[float, float]]
    upper_one_sided: float | None
    nuisances: dict[str, float]

    @property
    def lower(self) -> float:
        """Outer lower end of the region."""
        return self.pieces[0][0]

    @property
    def upper(self) -> float:
        """Outer upper end of the region."""
        return self.pieces[-1][1]


def minimise(likelihood: Likelihood, x: np.ndarray, free: np.ndarray) -> Fit:
    """Least chi^2 over some variables, the others held, from a starting point.

    Projected Newton: a variable on its edge that wants to leave stays there; the step is damped by
    backtracking, and where the Hessian is not positive its eigenvalues are taken by their size.

    Parameters
    ----------
    likelihood : Likelihood
    x : (n,)
        Start; held variables keep their value.
    free : (m,) int
        Indices of the variables to vary.
    """
    x = np.array(x, float)
    value, gradient, hessian = likelihood.full(x)
    if free.size == 0:
        return Fit(x, value, True)
    lower = likelihood.lower[free]
    for _ in range(MAX_STEPS):
        slope = gradient[free]
        active = free[~((x[free] <= lower) & (slope > 0))]
        if active.size == 0:
            return Fit(x, value, True)
        slope, curvature = gradient[active], hessian[np.ix_(active, active)]
        step = _newton_step(slope, curvature)
        decrease = -float(slope @ step)
        if decrease < TOLERANCE:
            return Fit(x, value, True)
        size = 1.0
        while True:
            trial = x.copy()
            trial[active] = np.maximum(x[active] + size * step, likelihood.lower[active])
            new = likelihood.full(trial)
            if np.isfinite(new[0]) and new[0] <= value - 1e-4 * size * decrease + 1e-13 * abs(value):
                break
            size /= 2
            if size < 1e-10:
                return Fit(x, value, decrease < 1e-7)
        x, (value, gradient, hessian) = trial, new
    return Fit(x, value, False)


def _newton_step(slope: np.ndarray, curvature: np.ndarray) -> np.ndarray:
    if slope.size == 1:
        return -slope / max(abs(curvature[0, 0]), 1e-300)
    try:
        np.linalg.cholesky(curvature)
        return -np.linalg.solve(curvature, slope)
    except np.linalg.LinAlgError:
        eigenvalues, vectors = np.linalg.eigh(curvature)
        size = np.maximum(np.abs(eigenvalues), 1e-12 * np.abs(eigenvalues).max())
        return -vectors @ ((vectors.T @ slope) / size)


def _others(likelihood: Likelihood, held: Sequence[int]) -> np.ndarray:
    return np.array([i for i in range(len(likelihood.names)) if i not in held], int)


def profile_curve(likelihood: Likelihood, held: Sequence[int], values: np.ndarray, start=None) -> list[Fit]:
    """Best fits with some parameters held at each of the given values, (n, n_held), each from the last."""
    free = _others(likelihood, held)
    physics = free[free < likelihood.n_physics]
    x = np.array(likelihood.start if start is None else start, float)
    fits = []
    for value in np.asarray(values, float).reshape(-1, len(held)):
        x[list(held)] = value
        fit = minimise(likelihood, x, free)
        if physics.size:  # another parameter may have more than one minimum: start from its typical size too
            for sign in (1, -1) if likelihood.question.interaction.signed else (1,):
                other = fit.x.copy()
                other[physics] = sign * 0.3 * likelihood.scale[physics]
                other[likelihood.n_physics :] = 0.0
                again = minimise(likelihood, other, free)
                fit = again if again.chi2 < fit.chi2 - 1e-9 else fit
        fits.append(fit)
        x = fit.x.copy()
    return fits


def _index(likelihood: Likelihood, name: str) -> int:
    if name not in likelihood.names:
        raise ValueError(f"the model has no parameter {name!r}; the choices are {likelihood.names}")
    return likelihood.names.index(name)


class _Curve:
    """The profiled chi^2 as a function of one parameter, scanned once and refined where asked."""

    def __init__(self, likelihood: Likelihood, index: int):
        self.likelihood, self.index = likelihood, index
        self.free = _others(likelihood, [index])
        self.scale = likelihood.scale[index]
        self.signed = not np.isfinite(likelihood.lower[index])
        self.known: dict[float, Fit] = {}

    def fits(self, values) -> None:
        """Scan values not known yet, outwards from the one nearest to a known fit."""
        new = sorted({float(v) for v in values} - set(self.known))
        if not new:
            return
        near = min(self.known, key=lambda k: abs(k - new[0]), default=None)
        start = None if near is None else self.known[near].x
        for value, fit in zip(
            new, profile_curve(self.likelihood, [self.index], np.array(new), start), strict=True
        ):
            self.known[value] = fit

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
            raise ValueError(
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
            raise ValueError(
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
    """Where Delta chi^2 of a parameter stays below ``delta``; see :class:`Profile`."""
    curve = _Curve(likelihood, _index(likelihood, name))
    curve.cover(delta)
    return curve.pieces(delta)


def profile_likelihood(
    model: pm.Model,
    parameter: str | None = None,
    values=None,
    level: float = 0.9,
    delta_chi2: float | None = None,
) -> Profile:
    """Profile a model's chi^2 over everything but one parameter.

    The priors of physics parameters do not enter; see :mod:`bayes_enues.likelihood`.

    Parameters
    ----------
    model : pm.Model
        From ``bayes_enues.models``.
    parameter : str, optional
        By default the model's first free parameter.
    values : (n,), optional
        Where to scan for the curve; by default 241 points over the region and its surroundings.
    level : float
        Asymptotic coverage of the region: 0.9 cuts at 2.7055.
    delta_chi2 : float, optional
        The threshold itself, instead of the one that belongs to the level.

    Returns
    -------
    Profile

    Raises
    ------
    ValueError
        If the model has no such parameter, a value lies outside the physical region, a threshold is not
        positive, or the fit does not converge.
    """
    check_level(level)
    likelihood = Likelihood(model)
    name = likelihood.names[0] if parameter is None else parameter
    index = _index(likelihood, name)
    cut = threshold(level) if delta_chi2 is None else delta_chi2
    if not 0 < cut < np.inf:
        raise ValueError(f"delta_chi2 is {cut}; a positive threshold was needed, such as 2.7055")
    edge, one = likelihood.lower[index], one_sided_threshold(level)

    curve = _Curve(likelihood, index)
    curve.cover(max(cut, one, 1.0))
    best, fit = curve.best()
    if not fit.converged:
        raise ValueError(f"the fit of {name} did not converge at {best:g}")
    pieces = curve.pieces(cut)
    one_sided = None
    if np.isfinite(edge) and one > 0:
        one_sided = curve.pieces(one)[-1][1]

    if values is None:
        margin = 0.75 * (pieces[-1][1] - pieces[0][0])
        values = np.linspace(max(pieces[0][0] - margin, edge), pieces[-1][1] + margin, 241)
    values = np.atleast_1d(np.asarray(values, float))
    if np.any(values < edge):
        raise ValueError(f"{name} was to be scanned at {values.min():g}, but it cannot lie below {edge:g}")
    scan = profile_curve(likelihood, [index], values, fit.x)
    unconverged = [v for v, f in zip(values, scan, strict=True) if not f.converged]
    if unconverged:
        raise ValueError(f"the fit of {name} did not converge at {unconverged[0]:g}")
    return Profile(
        parameter=name,
        unit=likelihood.question.interaction.unit,
        values=values,
        delta_chi2=np.array([f.chi2 for f in scan]) - fit.chi2,
        best_fit=float(best),
        chi2_min=float(fit.chi2),
        at_boundary=bool(best <= edge),
        threshold=float(cut),
        pieces=pieces,
        upper_one_sided=one_sided,
        nuisances={n: float(v) for n, v in zip(likelihood.names, fit.x, strict=True) if n != name},
    )
