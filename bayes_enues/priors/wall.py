"""A coupling on a logarithmic scale, and the coordinate in which its likelihood is no wall.

Far below what the data can see the likelihood does not depend on the coupling; above, it falls within a
fraction of a decade. In log g that is a wall, at which Hamiltonian trajectories diverge. A smooth change of
the sampler's coordinate, linear in log g below and in the strength of the signal above, removes it; the
density stays what was declared.
"""

# PyTensor has no types: its functions seem to return None.
# pyright: reportOperatorIssue=false, reportAttributeAccessIssue=false, reportOptionalMemberAccess=false
# pyright: reportSelfClsParameterName=false

from typing import Any

import numpy as np
import pytensor.tensor as pt
from pymc.distributions.continuous import Continuous
from pymc.distributions.transforms import _default_transform
from pymc.logprob.transforms import Transform
from pytensor.tensor.random.op import RandomVariable

from .densities import inverse_softplus

LN10 = float(np.log(10.0))


class LogPowerRV(RandomVariable):
    name = "log_power"
    signature = "(),(),(),()->()"
    dtype = "floatX"
    _print_name = ("LogPower", "\\operatorname{LogPower}")

    @classmethod
    def rng_fn(
        cls, rng: np.random.Generator, lower: Any, upper: Any, exponent: Any, wall: Any, size: Any = None
    ) -> np.ndarray:
        share = rng.uniform(size=np.shape(wall) if size is None else size)
        a = exponent * LN10 * (upper - lower)
        tilted = np.log1p(share * np.expm1(a)) / np.where(a > 0, exponent * LN10, 1.0)
        return np.asarray(lower + np.where(a > 0, tilted, share * (upper - lower)))


def _strength_to_linear(s):
    """From s to w with s = softplus(w), and on to r of :class:`SoftWall`."""
    w = inverse_softplus(s)
    return (5 * w + 3 * pt.sqrt(w**2 + 4)) / 8


class SoftWall(Transform):
    """From x = log10 g to a coordinate on the whole line.

    The signal of a light mediator grows like s = (g / wall)^4 where the data see it, so that chi^2 is
    quadratic in s. With s = softplus(w), w is s above the wall and ln s = 4 ln g below it. A hyperbola,
    w = 2.5 r - 1.5 sqrt(r^2 + 1), takes the four away: r is s above and ln g below, so that the long plateau
    where the data see nothing does not dwarf the wall. Both ends of the range are approached exponentially.
    """

    name = "soft_wall"
    ndim_supp = 0

    @staticmethod
    def _edges(lower, upper, wall):
        bottom, top = (_strength_to_linear(10 ** (4 * (x - wall))) for x in (lower, upper))
        return bottom, top + pt.log(-pt.expm1(bottom - top))

    @staticmethod
    def _inner(value, bottom, top):
        below = value - pt.softplus(value - top)
        return below, below + pt.softplus(bottom - below)

    def forward(
        self, value: Any, rng: Any, size: Any, lower: Any, upper: Any, exponent: Any, wall: Any
    ) -> Any:
        bottom, top = self._edges(lower, upper, wall)
        r = _strength_to_linear(10 ** (4 * (value - wall)))
        below = r + pt.log(-pt.expm1(bottom - r))
        return below - pt.log(-pt.expm1(below - top))

    def backward(
        self, value: Any, rng: Any, size: Any, lower: Any, upper: Any, exponent: Any, wall: Any
    ) -> Any:
        _, r = self._inner(value, *self._edges(lower, upper, wall))
        w = 2.5 * r - 1.5 * pt.sqrt(r**2 + 1)
        return wall + pt.log10(pt.softplus(w)) / 4

    def log_jac_det(
        self, value: Any, rng: Any, size: Any, lower: Any, upper: Any, exponent: Any, wall: Any
    ) -> Any:
        bottom, top = self._edges(lower, upper, wall)
        below, r = self._inner(value, bottom, top)
        w = 2.5 * r - 1.5 * pt.sqrt(r**2 + 1)
        ends = -pt.softplus(value - top) - pt.softplus(bottom - below)
        bend = pt.log(2.5 - 1.5 * r / pt.sqrt(r**2 + 1))
        return ends + bend - pt.softplus(-w) - pt.log(pt.softplus(w)) - np.log(4 * LN10)


class LogPower(Continuous):
    """x = log10 of a positive quantity g whose density is g^(exponent - 1) between two edges.

    Exponent 0 is flat in log g, 1 flat in g, 2 flat in g^2.

    Parameters
    ----------
    lower, upper : float
        Of x.
    exponent : float
    wall : float
        Where the likelihood begins to fall; it shapes the sampler's coordinate and not the density.
    """

    rv_op = LogPowerRV()

    @classmethod
    def dist(cls, lower: Any, upper: Any, exponent: Any, wall: Any, **kwargs) -> Any:
        return super().dist([pt.as_tensor_variable(v) for v in (lower, upper, exponent, wall)], **kwargs)

    def support_point(rv: Any, size: Any, lower: Any, upper: Any, exponent: Any, wall: Any) -> Any:  # noqa: N805 - PyMC's signature
        return pt.minimum((lower + upper) / 2, wall)

    def logp(value: Any, lower: Any, upper: Any, exponent: Any, wall: Any) -> Any:  # noqa: N805
        inside = pt.and_(value >= lower, value <= upper)
        tilt = pt.maximum(exponent * LN10 * (upper - lower), 1e-12)
        log_integral = exponent * LN10 * lower + pt.log(upper - lower) + pt.log(pt.expm1(tilt) / tilt)
        return pt.switch(inside, exponent * LN10 * value - log_integral, -np.inf)


@_default_transform.register(LogPower)
def _soft_wall(op, rv):
    return SoftWall()
