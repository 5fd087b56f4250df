"""What multiplies a template: functions of one nuisance each, for numbers and PyTensor variables alike.

A response that a nuisance moves is expanded into terms, each a template times a few of these. The kernel of
the fit (:mod:`bayes_enues.fit.kernel`) has the same functions with their derivatives, compiled.
"""

from typing import Any, Literal, NamedTuple


class Factor(NamedTuple):
    """A function of one nuisance x.

    Attributes
    ----------
    nuisance : str
        By its name in the experiment's file.
    kind : str
        ``power``: (x / unit)^exponent; ``tent``: :func:`tent` of x - unit; ``bend``: :func:`bend` of x/unit.
    exponent : int
    unit : float
    """

    nuisance: str
    kind: Literal["power", "tent", "bend"]
    exponent: int = 1
    unit: float = 1.0

    def __call__(self, x: Any) -> Any:
        if self.kind == "tent":
            return tent(x - self.unit)
        t = x / self.unit
        if self.kind == "bend":
            return bend(t)
        value = t
        for _ in range(self.exponent - 1):
            value = value * t
        return value


def tent(distance: Any) -> Any:
    """One at zero, falling linearly to zero at one on either side."""
    return (abs(distance + 1) - 2 * abs(distance) + abs(distance - 1)) / 2


def bend(t: Any) -> Any:
    """15 t^2 - 10 t^4 + 3 t^6 between -1 and 1, and 8 abs(t) beyond: smooth to the second derivative.

    The even part of HistFactory's interpolation code 4p (CERN-OPEN-2012-016): a bin that counts ``down``,
    ``nominal`` and ``up`` at -1, 0 and 1 counts ``nominal + t (up - down) / 2 + bend(t) (up + down -
    2 nominal) / 16``, beyond which it goes on in straight lines.
    """
    inside = (abs(t + 1) - abs(t - 1)) / 2
    s = inside * inside
    return s * (15 - 10 * s + 3 * s * s) + 8 * (abs(t) - abs(inside))
