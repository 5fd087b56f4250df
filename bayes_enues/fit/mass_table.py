"""Templates of a light mediator as functions of its mass, for models in which the mass is free too.

Counts are quadratic in g^2 at every mass. Measured in h(m), the coupling that these data begin to see at the
mass m, both templates change little and smoothly over all masses; cubic pieces in log m between a few hundred
knots stand for the whole chain to 1e-6.
"""

# PyTensor has no types: its functions seem to return None.
# pyright: reportAttributeAccessIssue=false

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from scipy.interpolate import CubicSpline
from scipy.optimize import brentq

from ..errors import InputError
from ..experiments.counts import signal_counts
from ..experiments.experiment import Experiment
from ..experiments.morphing import has_morph
from ..experiments.together import load_distinct
from ..interactions.mediators import LightMediator
from ..priors.densities import cubic_piece
from .setup import Question

#: Where mass [keV] and coupling are looked for unless told otherwise; the data exclude the upper end.
MASSES, COUPLINGS = (1e-3, 1e5), (1e-9, 1e-2)

KNOTS_PER_DECADE = 35
SEEN = 1.0  # chi^2 of the signal against its Poisson spread at h(m): a wall of unit width for the sampler


class MassTable(NamedTuple):
    """Cubic pieces of equal width in log10 m.

    Attributes
    ----------
    lower, upper : float
        Range of log10(mass / keV).
    strength : (4, n)
        log10 h, coefficients of each piece, highest power first, in a coordinate from zero to one.
    linear, quadratic : tuple of (4, n, n_bins)
        Templates of g^2 / h^2 and of its square, one for each experiment.
    nominal : tuple of (n_bins,)
        Standard Model counts.
    """

    lower: float
    upper: float
    strength: np.ndarray
    linear: tuple[np.ndarray, ...]
    quadratic: tuple[np.ndarray, ...]
    nominal: tuple[np.ndarray, ...]

    def log10_strength(self, log10_mass: Any) -> Any:
        """log10 of the coupling that the data begin to see, at numbers (m,)."""
        return self._at(self.strength, np.asarray(log10_mass, float))

    def counts(self, k: int, log10_mass: float, log10_coupling: float) -> np.ndarray:
        """Signal counts of the k-th experiment, (n_bins,), in NumPy."""
        u = 10 ** (2 * (log10_coupling - self.log10_strength(log10_mass)))
        t1, t2 = (self._at(c[k], np.asarray(log10_mass)) for c in (self.linear, self.quadratic))
        return self.nominal[k] + u * (t1 + u * t2)

    def _at(self, pieces, log10_mass):
        position = (log10_mass - self.lower) / (self.upper - self.lower) * pieces.shape[1]
        i = np.clip(np.floor(position), 0, pieces.shape[1] - 1).astype(int)
        c, t = pieces[:, i], position - i
        return cubic_piece(c, t.reshape(t.shape + (1,) * (c.ndim - 1 - t.ndim)))


def mass_table(
    mediator: LightMediator, experiments: Sequence[Experiment], log10_masses: tuple[float, float]
) -> MassTable:
    """Templates between two masses.

    Parameters
    ----------
    mediator : LightMediator
        With its options; coupling and mass are replaced.
    experiments : sequence of Experiment
    log10_masses : (lower, upper)
        log10 of the masses in keV.
    """
    lower, upper = log10_masses
    knots = np.linspace(lower, upper, max(8, round(KNOTS_PER_DECADE * (upper - lower))) + 1)
    nominal = [signal_counts(e, replace(mediator, coupling=0.0)) for e in experiments]
    variance = [np.maximum(n + e.background, 1.0) for n, e in zip(nominal, experiments, strict=True)]
    strengths, linear, quadratic = [], [[] for _ in experiments], [[] for _ in experiments]
    for knot in knots:
        at_mass = replace(mediator, mass=10.0**knot)
        scale = at_mass.starting_value()
        templates = []
        for e, t0 in zip(experiments, nominal, strict=True):
            one, two = (signal_counts(e, replace(at_mass, coupling=f * scale)) for f in (1.0, 2**0.5))
            templates.append((2 * (one - t0) - (two - t0) / 2, (two - t0) / 2 - (one - t0)))
        log_u = _begins_to_see(templates, variance)
        strengths.append(np.log10(scale) + log_u / 2)
        for k, (t1, t2) in enumerate(templates):
            linear[k].append(10**log_u * t1)
            quadratic[k].append(100**log_u * t2)
    return MassTable(
        lower,
        upper,
        _pieces(knots, np.array(strengths)),
        tuple(_pieces(knots, np.array(t)) for t in linear),
        tuple(_pieces(knots, np.array(t)) for t in quadratic),
        tuple(nominal),
    )


def _begins_to_see(templates, variance) -> float:
    """log10 of the strength at which the signal's chi^2 is ``SEEN``."""

    def excess(log_u):
        u = 10.0**log_u
        pairs = zip(templates, variance, strict=True)
        size = sum(np.sum((u * (t1 + u * t2)) ** 2 / v) for (t1, t2), v in pairs)
        return np.log(max(size, 1e-300) / SEEN)

    return float(brentq(excess, -12.0, 12.0))


def _pieces(knots: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Cubic spline through values (n + 1, ...) as pieces (4, n, ...) in a coordinate from zero to one."""
    return np.asarray(CubicSpline(np.linspace(0, knots.size - 1, knots.size), values, axis=0).c)


@dataclass(frozen=True, eq=False)
class MassQuestion(Question):
    """A question that leaves log10 of mass and of coupling free; see :class:`bayes_enues.fit.setup.Question`.

    Attributes
    ----------
    table : MassTable
    """

    table: MassTable = field(kw_only=True)

    @property
    def edges(self) -> tuple[float, ...]:
        """No physical edge: both parameters are logarithms."""
        return (-np.inf,) * len(self.free)

    def _row(self, name: str, pieces: np.ndarray, log10_mass):
        lower, upper = self.table.lower, self.table.upper
        position = (log10_mass - lower) / (upper - lower) * pieces.shape[1]
        i = pt.clip(pt.floor(position), 0, pieces.shape[1] - 1).astype("int64")
        return cubic_piece(pm.Data(name, pieces)[:, i], position - i)

    def log10_strength(self, log10_mass: Any) -> Any:
        """log10 h at the model's mass, once for a model: the coupling's prior and every spectrum need it."""
        model = pm.modelcontext(None)
        if "log10_strength" not in model.named_vars:
            pm.Deterministic("log10_strength", self._row("strength", self.table.strength, log10_mass))
        return model["log10_strength"]

    def spectrum_of(self, experiment: Experiment, theta: Mapping, x: Mapping | None = None) -> Any:
        k, slug = self.experiments.index(experiment), experiment.slug
        log10_mass = theta["log10_mass"]
        u = 10 ** (2 * (theta["log10_coupling"] - self.log10_strength(log10_mass)))
        t1 = self._row(f"t1_{slug}", self.table.linear[k], log10_mass)
        t2 = self._row(f"t2_{slug}", self.table.quadratic[k], log10_mass)
        return pm.Data(f"t0_{slug}", self.table.nominal[k]) + u * (t1 + u * t2)


def ask_with_mass(
    mediator: LightMediator,
    experiments: Sequence[Experiment | str] | Experiment | str,
    masses: tuple[float, float],
) -> MassQuestion:
    """Check a question about mass and coupling together, and compute its table.

    Raises
    ------
    InputError
        If the experiments are none or count twice, or the masses are no rising range above zero.
    """
    low, high = (float(m) for m in masses)
    if not (0 < low < high < np.inf):
        raise InputError(f"the masses run from {low:g} to {high:g} keV; a rising range above zero was needed")
    loaded = load_distinct(experiments)
    if moved := [e.name for e in loaded if has_morph(e)]:
        raise InputError(
            f"{moved} have nuisances that move a response, the Sun or a shape, which a table of all masses "
            "does not hold; scan masses one by one, or choose the experiments without them"
        )
    table = mass_table(mediator, loaded, (np.log10(low), np.log10(high)))
    middle = replace(mediator, mass=(low * high) ** 0.5)
    return MassQuestion(
        middle, loaded, ("log10_mass", "log10_coupling"), (1.0, 0.3), "templates", None, table=table
    )
