"""Named priors. A prior is a callable from a name to a variable; any callable of that kind will do.

Each class states its density in words (for tables) and its range. Where the range is left open it is set by
the likelihood: from the physical edge to where Delta chi^2 exceeds 25, rounded up.
"""

import re
from dataclasses import dataclass, fields, replace

import numpy as np
import pymc as pm

__all__ = ["Flat", "FlatStrength", "HalfNormal", "Prior", "parse_prior"]


@dataclass(frozen=True)
class Prior:
    """Base: a density on a range.

    Parameters
    ----------
    lower, upper : float, optional
        The range, in the parameter's unit; by default what the likelihood allows.
    """

    lower: float | None = None
    upper: float | None = None

    def __post_init__(self):
        for edge in (self.lower, self.upper):
            if edge is not None and not np.isfinite(edge):
                raise ValueError(f"{type(self).__name__}: the range ends at {edge}; finite edges were needed")
        if self.lower is not None and self.upper is not None and not self.lower < self.upper:
            raise ValueError(
                f"{type(self).__name__}: the range runs from {self.lower:g} to {self.upper:g}; "
                "its lower edge must lie below its upper one"
            )

    @property
    def open(self) -> bool:
        """Whether an edge is still to be set."""
        return self.lower is None or self.upper is None

    def within(self, lower: float, upper: float) -> "Prior":
        """The same prior with its open edges set."""
        return replace(
            self,
            lower=lower if self.lower is None else self.lower,
            upper=upper if self.upper is None else self.upper,
        )

    def edges(self, name: str):
        """The range as ``pm.Data``, so that models that differ only in range share what is compiled."""
        return pm.Data(f"{name}_lower", float(self.lower)), pm.Data(f"{name}_upper", float(self.upper))

    def check(self, name: str, signed: bool) -> None:
        """Refuse a range outside the physical region."""
        if not signed and self.lower is not None and self.lower < 0:
            raise ValueError(
                f"the prior of {name} reaches down to {self.lower:g}, but {name} cannot be negative"
            )
        if not signed and self.upper is not None and self.upper <= 0:
            raise ValueError(f"the prior of {name} ends at {self.upper:g}, but {name} cannot be negative")

    def words(self, name: str) -> str:
        """What the prior is, for tables and files."""
        raise NotImplementedError

    def _range(self) -> str:
        return f"[{self.lower:.6g}, {self.upper:.6g}]"

    def __call__(self, name: str):
        raise NotImplementedError


@dataclass(frozen=True)
class Flat(Prior):
    """Flat in the parameter itself."""

    def words(self, name):
        return f"flat in {name} on {self._range()}"

    def __call__(self, name):
        lower, upper = self.edges(name)
        return pm.Uniform(name, lower, upper)


@dataclass(frozen=True)
class FlatStrength(Prior):
    """Flat in the square of a non-negative parameter: mu^2 or g^2, to which the signal is proportional."""

    def check(self, name, signed):
        super().check(name, signed)
        if signed:
            raise ValueError(
                f"{name} is signed and the signal linear in it: flat in the strength is flat in {name}"
            )
        if self.lower not in (None, 0):
            raise ValueError(f"a prior flat in {name}^2 starts at zero, not at {self.lower:g}")

    def words(self, name):
        return f"flat in {name}^2 on {self._range()}"

    def __call__(self, name):
        _, upper = self.edges(name)
        return pm.Triangular(name, lower=0.0, c=upper, upper=upper)


@dataclass(frozen=True)
class HalfNormal(Prior):
    """A Gaussian around zero of a stated scale, cut to the range: half of it for a non-negative parameter."""

    scale: float = 1.0

    def __post_init__(self):
        super().__post_init__()
        if not (np.isfinite(self.scale) and self.scale > 0):
            raise ValueError(f"the scale of a half-normal prior is {self.scale}; a positive width was needed")

    def words(self, name):
        return f"half-normal in {name} of scale {self.scale:.6g} on {self._range()}"

    def __call__(self, name):
        lower, upper = self.edges(name)
        return pm.TruncatedNormal(
            name, 0.0, pm.Data(f"{name}_width", float(self.scale)), lower=lower, upper=upper
        )


_NAMED = {"flat": Flat, "flat_strength": FlatStrength, "halfnormal": HalfNormal}


def parse_prior(text: str | None, unit: str) -> Prior | None:
    """A prior written on the command line: ``flat``, ``flat(0, 30)``, ``halfnormal(1e-11 mu_B)``.

    Numbers are in the parameter's unit, or carry a unit of their own that is converted. The width of a
    half-normal comes first; a range follows or stands alone.

    Parameters
    ----------
    text : str or None
    unit : str
        Unit of the parameter, such as ``1e-12 mu_B``.

    Raises
    ------
    ValueError
        If the prior is unknown, its numbers do not fit, or a unit is another quantity's.
    """
    if text is None:
        return None
    match = re.fullmatch(r"\s*(\w+)\s*(?:\(([^()]*)\))?\s*", text)
    if match is None or match[1] not in _NAMED:
        raise ValueError(
            f"the prior {text!r} is unknown; the choices are {sorted(_NAMED)}, as in halfnormal(10)"
        )
    kind = _NAMED[match[1]]
    numbers = [_in_unit(part, unit) for part in match[2].split(",")] if match[2] else []
    widths = [f.name for f in fields(kind) if f.name not in ("lower", "upper")]
    if len(numbers) not in (len(widths), len(widths) + 2):
        needed = [*widths, "[lower, upper]"]
        raise ValueError(f"the prior {text!r} has {len(numbers)} numbers; {match[1]} takes {needed}")
    edges = numbers[len(widths) :] or (None, None)
    return kind(lower=edges[0], upper=edges[1], **dict(zip(widths, numbers, strict=False)))


def _in_unit(text: str, unit: str) -> float:
    """A number with or without a unit, in the parameter's unit: ``1e-11 mu_B`` is 10 for ``1e-12 mu_B``."""
    match = re.fullmatch(r"\s*([-+]?[\d.]+(?:[eE][-+]?\d+)?)\s*(.*?)\s*", text)
    if match is None:
        raise ValueError(f"{text.strip()!r} in a prior is not a number, nor a number with a unit")
    number, given = float(match[1]), match[2]
    if not given:
        return number
    size, _, base = unit.partition(" ")
    if given == unit:
        return number
    if not base or given != base:
        raise ValueError(
            f"the unit of {text.strip()!r} does not fit; the parameter is in units of {unit or '1'}"
        )
    return number / float(size)
