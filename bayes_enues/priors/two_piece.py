"""A Gaussian of two pieces: one width below its centre and another above, cut at two edges.

The density is continuous at the centre, its peak (Fechner's; see K. F. Wallis, Stat. Sci. 29 (2014) 106), so
that minus twice its logarithm is the penalty of a chi^2 with asymmetric errors.
"""

# PyTensor has no types: its functions seem to return None.
# pyright: reportAttributeAccessIssue=false, reportSelfClsParameterName=false, reportOperatorIssue=false

from typing import Any, NamedTuple

import numpy as np
import pytensor.tensor as pt
from numpy.typing import ArrayLike
from pymc.distributions.continuous import Continuous
from pymc.distributions.transforms import Interval, _default_transform
from pytensor.tensor.random.op import RandomVariable
from scipy.special import ndtr, ndtri


class TwoPiece(NamedTuple):
    """The distribution in NumPy: density, draws, penalty.

    Attributes
    ----------
    centre, below, above, lower, upper : float
        Peak, widths and edges.
    """

    centre: Any
    below: Any
    above: Any
    lower: Any = -np.inf
    upper: Any = np.inf

    def penalty(self, x: ArrayLike) -> np.ndarray:
        """Squared distance from the centre in units of the width on that side."""
        away = np.asarray(x, float) - self.centre
        return (away / np.where(away < 0, self.below, self.above)) ** 2

    def _below(self, x: Any) -> Any:
        """Integral of exp(-penalty / 2) up to x over sqrt(2 pi)."""
        low, high = self.below * ndtr((x - self.centre) / self.below), ndtr((x - self.centre) / self.above)
        return np.where(x < self.centre, low, 0.5 * self.below + self.above * (high - 0.5))

    def logpdf(self, x: ArrayLike) -> np.ndarray:
        norm = np.sqrt(2 * np.pi) * (self._below(self.upper) - self._below(self.lower))
        inside = (np.asarray(x) >= self.lower) & (np.asarray(x) <= self.upper)
        return np.where(inside, -0.5 * self.penalty(x) - np.log(norm), -np.inf)

    def rvs(self, size: Any = None, random_state: Any = None) -> np.ndarray:
        rng = np.random.default_rng(random_state)
        low, high = self._below(self.lower), self._below(self.upper)
        share = low + rng.uniform(size=size) * (high - low)
        left = self.below * ndtri(np.minimum(share / self.below, 0.5))
        right = self.above * ndtri(np.clip((share - 0.5 * self.below) / self.above + 0.5, 0.5, 1.0))
        return np.clip(self.centre + np.where(share < 0.5 * self.below, left, right), self.lower, self.upper)


class TwoPieceRV(RandomVariable):
    name = "two_piece_gaussian"
    signature = "(),(),(),(),()->()"
    dtype = "floatX"
    _print_name = ("TwoPieceGaussian", "\\operatorname{TwoPieceGaussian}")

    @classmethod
    def rng_fn(
        cls,
        rng: np.random.Generator,
        centre: Any,
        below: Any,
        above: Any,
        lower: Any,
        upper: Any,
        size: Any = None,
    ) -> np.ndarray:
        return TwoPiece(centre, below, above, lower, upper).rvs(
            np.shape(centre) if size is None else size, rng
        )


class TwoPieceGaussian(Continuous):
    """:class:`TwoPiece` as a variable of a ``pm.Model``: centre, width below, width above, edges."""

    rv_op = TwoPieceRV()

    @classmethod
    def dist(cls, centre: Any, below: Any, above: Any, lower: Any, upper: Any, **kwargs) -> Any:
        parameters = (centre, below, above, lower, upper)
        return super().dist([pt.as_tensor_variable(v, dtype="float64") for v in parameters], **kwargs)

    def support_point(rv: Any, size: Any, centre: Any, below: Any, above: Any, lower: Any, upper: Any) -> Any:  # noqa: N805 - PyMC's signature
        """The centre, or just inside the edge that it lies beyond."""
        return pt.clip(
            centre,
            pt.switch(pt.isinf(lower), centre, lower + 0.1 * below),
            pt.switch(pt.isinf(upper), centre, upper - 0.1 * above),
        )

    def logp(value: Any, centre: Any, below: Any, above: Any, lower: Any, upper: Any) -> Any:  # noqa: N805
        def integral(x):
            low, high = (0.5 * (1 + pt.erf((x - centre) / (s * np.sqrt(2)))) for s in (below, above))
            return pt.switch(x < centre, below * low, 0.5 * below + above * (high - 0.5))

        away = value - centre
        pull = away / pt.switch(away < 0, below, above)
        norm = np.sqrt(2 * np.pi) * (integral(upper) - integral(lower))
        inside = pt.and_(value >= lower, value <= upper)
        return pt.switch(inside, -0.5 * pull**2 - pt.log(norm), -np.inf)


@_default_transform.register(TwoPieceRV)
def _between_edges(op, rv):
    def edges(*inputs):
        *_, lower, upper = inputs
        return tuple(None if _is_infinite(edge) else edge for edge in (lower, upper))

    return Interval(bounds_fn=edges)


def _is_infinite(edge) -> bool:
    return isinstance(edge, pt.TensorConstant) and bool(np.isinf(edge.data))
