"""Two densities PyMC has not: log-uniform between two edges, and one tabulated on a grid.

Ordinary PyMC distributions, so that models with them sample, transform and compile like any other. Their
operators live at module level, unlike those of ``pm.CustomDist``, so that two models of one structure compare
equal and share what is compiled.
"""

# PyTensor has no types: its functions seem to return None.
# pyright: reportOperatorIssue=false, reportAttributeAccessIssue=false, reportOptionalMemberAccess=false
# pyright: reportSelfClsParameterName=false

from typing import Any

import numpy as np
import pytensor.tensor as pt
from pymc.distributions.continuous import Continuous
from pymc.distributions.transforms import Interval, _default_transform
from pymc.logprob.transforms import Transform
from pytensor.tensor.random.op import RandomVariable
from scipy.interpolate import PchipInterpolator


def cubic_piece(c: Any, t: Any) -> Any:
    """A cubic with coefficients ``c``, highest power first, for numbers and symbols alike."""
    return c[3] + t * (c[2] + t * (c[1] + t * c[0]))


def inverse_softplus(s: Any) -> Any:
    """w of s = log(1 + e^w): s itself where s is large, log s where it is small."""
    return s + pt.log(-pt.expm1(-s))


class LogUniformRV(RandomVariable):
    name = "loguniform"
    signature = "(),(),()->()"
    dtype = "floatX"
    _print_name = ("LogUniform", "\\operatorname{LogUniform}")

    @classmethod
    def rng_fn(
        cls, rng: np.random.Generator, lower: Any, upper: Any, knee: Any, size: Any = None
    ) -> np.ndarray:
        return np.asarray(np.exp(rng.uniform(np.log(lower), np.log(upper), size=size)))


class LogToPower(Transform):
    """The coordinate in which a log-uniform parameter meets its likelihood without a wall.

    Far below the knee it is the logarithm, in which the prior is flat; far above the square, in which the
    likelihood of a moment or coupling falls like a Gaussian and not like the exponential of an exponential:
    s = (x / knee)^2 = softplus(w), then a logistic map of w between the edges. The density does not change.
    """

    name = "log_to_power"
    ndim_supp = 0

    @staticmethod
    def _edges(lower, upper, knee):
        return [inverse_softplus(s) for s in ((lower / knee) ** 2, (upper / knee) ** 2)]

    def forward(self, value: Any, rng: Any, size: Any, lower: Any, upper: Any, knee: Any) -> Any:
        bottom, top = self._edges(lower, upper, knee)
        s = (value / knee) ** 2
        w = inverse_softplus(s)
        return pt.log(w - bottom) - pt.log(top - w)

    def backward(self, value: Any, rng: Any, size: Any, lower: Any, upper: Any, knee: Any) -> Any:
        bottom, top = self._edges(lower, upper, knee)
        return knee * pt.sqrt(pt.softplus(bottom + (top - bottom) * pt.sigmoid(value)))

    def log_jac_det(self, value: Any, rng: Any, size: Any, lower: Any, upper: Any, knee: Any) -> Any:
        bottom, top = self._edges(lower, upper, knee)
        w = bottom + (top - bottom) * pt.sigmoid(value)
        logistic = pt.log(top - bottom) - pt.softplus(value) - pt.softplus(-value)
        return logistic - pt.softplus(-w) + pt.log(knee / 2) - 0.5 * pt.log(pt.softplus(w))


class LogUniform(Continuous):
    """Density 1/x between two positive edges.

    Parameters
    ----------
    lower, upper : float
    knee : float
        Where the likelihood begins to fall; it shapes the sampler's coordinate and not the density.
    """

    rv_op = LogUniformRV()

    @classmethod
    def dist(cls, lower: Any, upper: Any, knee: Any, **kwargs) -> Any:
        return super().dist([pt.as_tensor_variable(v) for v in (lower, upper, knee)], **kwargs)

    def support_point(rv: Any, size: Any, lower: Any, upper: Any, knee: Any) -> Any:  # noqa: N805 - PyMC's signature
        return pt.sqrt(lower * pt.minimum(upper, knee))

    def logp(value: Any, lower: Any, upper: Any, knee: Any) -> Any:  # noqa: N805
        inside = pt.and_(value >= lower, value <= upper)
        return pt.switch(inside, -pt.log(value) - pt.log(pt.log(upper / lower)), -np.inf)


@_default_transform.register(LogUniform)
def _log_to_power(op, rv):
    return LogToPower()


class TabulatedRV(RandomVariable):
    name = "tabulated"
    signature = "(),(),(k,n)->()"
    dtype = "floatX"
    _print_name = ("Tabulated", "\\operatorname{Tabulated}")

    @classmethod
    def rng_fn(
        cls, rng: np.random.Generator, lower: Any, upper: Any, pieces: Any, size: Any = None
    ) -> np.ndarray:
        if pieces.ndim > 2:  # many densities, a draw of each
            return np.array([cls.rng_fn(rng, *one) for one in zip(lower, upper, pieces, strict=True)])
        x = np.linspace(lower, upper, 2001)
        density = np.maximum(evaluate(x, lower, upper, pieces), 0.0)
        below = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2)])
        return np.asarray(np.interp(rng.uniform(size=size), below / below[-1], x))


def evaluate(x: np.ndarray, lower: float, upper: float, pieces: np.ndarray) -> np.ndarray:
    """The density at some points, (n,)."""
    position = (x - lower) / (upper - lower) * pieces.shape[1]
    piece = np.clip(position.astype(int), 0, pieces.shape[1] - 1)
    return cubic_piece(pieces[:, piece], position - piece)


class Tabulated(Continuous):
    """A density made of cubic pieces of equal width; see :func:`tabulate`.

    Parameters
    ----------
    lower, upper : float
    pieces : (4, n)
        Coefficients of each piece, highest power first, in a coordinate that runs from zero to one.
    """

    rv_op = TabulatedRV()

    @classmethod
    def dist(cls, lower: Any, upper: Any, pieces: Any, **kwargs) -> Any:
        return super().dist([pt.as_tensor_variable(v) for v in (lower, upper, pieces)], **kwargs)

    def support_point(rv: Any, size: Any, lower: Any, upper: Any, pieces: Any) -> Any:  # noqa: N805
        return (lower + upper) / 2

    def logp(value: Any, lower: Any, upper: Any, pieces: Any) -> Any:  # noqa: N805
        n = pieces.shape[1]
        position = (value - lower) / (upper - lower) * n
        piece = pt.clip(pt.floor(position), 0, n - 1).astype("int64")
        density = cubic_piece(pieces[:, piece], position - piece)
        inside = pt.and_(value >= lower, value <= upper)
        return pt.switch(inside, pt.log(pt.maximum(density, 0.0)), -np.inf)


@_default_transform.register(Tabulated)
def _interval(op, rv):
    return Interval(bounds_fn=_edges)


def _edges(rng, size, lower, upper, pieces):
    return lower, upper


def tabulate(lower: float, upper: float, density: np.ndarray) -> np.ndarray:
    """Pieces of a normalised density from its values on an even grid, monotone between the points (PCHIP).

    Parameters
    ----------
    lower, upper : float
    density : (n + 1,)
        Up to a factor; not negative.

    Returns
    -------
    (4, n)
    """
    spline = PchipInterpolator(np.linspace(0, density.size - 1, density.size), density)
    total = float(spline.integrate(0, density.size - 1)) * (upper - lower) / (density.size - 1)
    return np.asarray(spline.c) / total
