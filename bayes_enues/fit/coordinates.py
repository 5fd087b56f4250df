"""The coordinates in which a model of templates is sampled, and the priors there, as numbers for Numba.

Read from the variables of the ``pm.Model`` itself: they are PyMC's own coordinates and densities, up to
constants, of the distributions that the package's priors and nuisances are made of. A model with any other
keeps what PyTensor compiles.
"""

from typing import Any

import numba
import numpy as np
import pymc as pm
from pymc.distributions.continuous import TruncatedNormalRV
from pymc.logprob.transforms import IntervalTransform
from pytensor.compile import SharedVariable
from pytensor.graph.basic import Constant
from pytensor.tensor.random.basic import NormalRV, UniformRV

from ..priors.densities import LogToPower, LogUniformRV, TabulatedRV
from ..priors.two_piece import TwoPieceRV
from .kernel import FAST
from .logarithm import log

#: Ways from the sampler's y to the parameter x: itself; above an edge; between two; see ``LogToPower``.
_WHOLE, _ABOVE, _BETWEEN, _TO_POWER = range(4)
#: Densities of x that chi^2 does not hold already: none, or flat; 1/x; a Gaussian; cubic pieces.
_FLAT, _INVERSE, _GAUSSIAN, _PIECES = range(4)

#: Numbers of each variable: way, density, two edges, two parameters of the density or the way, and where its
#: pieces begin and how many there are.
SIZE = 8


def coordinates_of(model: pm.Model, physics: list[str], names: list[str]) -> np.ndarray | None:
    """Numbers of every variable, one after the other, then the pieces; None if one is of another kind.

    Parameters
    ----------
    model : pm.Model
    physics : list of str
        Variables whose prior is no part of chi^2.
    names : list of str
        All, in the order of chi^2.
    """
    table, pieces = np.zeros((len(names), SIZE)), []
    begin = table.size
    for row, name in zip(table, names, strict=True):
        rv = model[name]
        found = _numbers(rv, model.rvs_to_transforms[rv])
        if found is None:
            return None
        row[:6], own = found
        if name not in physics:
            row[1] = _FLAT  # the penalty of a nuisance is part of chi^2
        if own is not None:
            row[6:] = begin, own.shape[1]
            pieces.append(own.ravel())
            begin += own.size
    return np.concatenate([table.ravel(), *pieces])


def _numbers(rv: Any, transform: Any) -> tuple[list[float], np.ndarray | None] | None:
    op = rv.owner.op
    if not isinstance(op, UniformRV | TabulatedRV | LogUniformRV | TruncatedNormalRV | NormalRV):
        return None  # made of other variables, it may have no parameters of its own
    given = [_value(v) for v in op.dist_params(rv.owner)]
    if any(v is None for v in given):
        return None
    between = isinstance(transform, IntervalTransform)
    match op, given:
        case UniformRV(), [low, high] if between:
            return [_BETWEEN, _FLAT, low, high, 0.0, 1.0], None
        case TabulatedRV(), [low, high, pieces] if between:
            return [_BETWEEN, _PIECES, low, high, 0.0, 1.0], pieces
        case LogUniformRV(), [low, high, knee] if isinstance(transform, LogToPower):
            return [_TO_POWER, _INVERSE, low, high, knee, 1.0], None
        case TruncatedNormalRV(), [centre, sigma, low, high] if between and np.isfinite(low):
            way = _BETWEEN if np.isfinite(high) else _ABOVE
            return [way, _GAUSSIAN, low, high, centre, sigma], None
        case TwoPieceRV(), [_, _, _, low, high] if between and np.isfinite(low):  # of nuisances only
            return [_BETWEEN if np.isfinite(high) else _ABOVE, _FLAT, low, high, 0.0, 1.0], None
        case NormalRV(), [centre, sigma] if transform is None:
            return [_WHOLE, _GAUSSIAN, -np.inf, np.inf, centre, sigma], None
    return None


def _value(variable: Any) -> Any:
    """The number, or array, behind a parameter of a distribution; None if it is computed from others."""
    if isinstance(variable, SharedVariable):
        return np.asarray(variable.get_value(borrow=True), float)
    return np.asarray(variable.data, float) if isinstance(variable, Constant) else None


def starting_point(coordinates: np.ndarray, n: int) -> np.ndarray:
    """Where the chains of PyMC start, in the sampler's coordinates, (n,): the middle of what is bounded."""
    start = np.zeros(n)
    for i, (way, _, low, high, a, _, _, _) in enumerate(coordinates[: n * SIZE].reshape(n, SIZE)):
        if way == _WHOLE:
            start[i] = a
        elif way == _TO_POWER:
            w, bottom, top = (
                s + np.log(-np.expm1(-s))
                for s in (low * min(high, a) / a**2, (low / a) ** 2, (high / a) ** 2)
            )
            start[i] = np.log(w - bottom) - np.log(top - w)
    return start


@numba.njit(**FAST)
def _softplus(x):
    return max(x, 0.0) + np.log1p(np.exp(-abs(x)))


@numba.njit(**FAST)
def _between(x):
    """The logistic function of x and of -x, and the logarithm of their product."""
    e = np.exp(-abs(x))
    large, small = 1.0 / (1.0 + e), e / (1.0 + e)
    share, rest = (large, small) if x >= 0 else (small, large)
    return share, rest, -abs(x) - 2.0 * log(1.0 + e)


@numba.njit(**FAST)
def _inverse_softplus(s):
    return s + np.log(-np.expm1(-s))


@numba.njit(**FAST)
def coordinate(numbers: np.ndarray, i: int, y: float) -> tuple[float, float, float, float]:
    """The parameter x at the sampler's y, dx/dy, and what is added to the log-density with its slope in y.

    That is the log-density of the prior and the logarithm of the Jacobian, up to constants.
    """
    begin = i * SIZE
    way, density = numbers[begin], numbers[begin + 1]
    low, high, a, b = numbers[begin + 2], numbers[begin + 3], numbers[begin + 4], numbers[begin + 5]
    if way == _ABOVE:
        slope = np.exp(y)
        x, added, added_slope = low + slope, y, 1.0
    elif way == _BETWEEN:
        share, rest, added = _between(y)
        x = high * share + low * rest
        slope = (high - low) * share * rest
        added_slope = rest - share
    elif way == _TO_POWER:
        bottom, top = _inverse_softplus((low / a) ** 2), _inverse_softplus((high / a) ** 2)
        share, rest, added = _between(y)
        w, w_slope = bottom + (top - bottom) * share, (top - bottom) * share * rest
        s, s_slope = _softplus(w), _between(w)[0]
        x = a * np.sqrt(s)
        slope = 0.5 * x * s_slope / s * w_slope
        added -= _softplus(-w) + 0.5 * np.log(s)
        added_slope = rest - share + w_slope * (1.0 - s_slope - 0.5 * s_slope / s)
    else:
        x, slope, added, added_slope = y, 1.0, 0.0, 0.0
    if density == _INVERSE:
        added -= np.log(x)
        added_slope -= slope / x
    elif density == _GAUSSIAN:
        pull = (x - a) / b
        added -= 0.5 * pull * pull
        added_slope -= pull / b * slope
    elif density == _PIECES:
        first, n = int(numbers[begin + 6]), int(numbers[begin + 7])
        position = (x - low) / (high - low) * n
        piece = min(max(int(np.floor(position)), 0), n - 1)
        t = position - piece
        c3, c2 = numbers[first + piece], numbers[first + n + piece]
        c1, c0 = numbers[first + 2 * n + piece], numbers[first + 3 * n + piece]
        height = c0 + t * (c1 + t * (c2 + t * c3))
        if height <= 0.0:
            return x, slope, -np.inf, 0.0
        added += np.log(height)
        added_slope += (c1 + t * (2.0 * c2 + t * 3.0 * c3)) * n / (high - low) / height * slope
    return x, slope, added, added_slope
