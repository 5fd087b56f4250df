"""Named priors. A prior is a callable from a name to a variable; any callable of that kind will do.

Each class states its density in words (for tables) and its range. Where the range is left open it is set by
the likelihood: from the physical edge to where Delta chi^2 exceeds 25, rounded up.

PyMC is imported when a variable is made: to read a prior's name and numbers takes no seconds.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from ..errors import InputError

__all__ = ["Flat", "FlatStrength", "HalfNormal", "Jeffreys", "LogUniform", "Prior"]

#: A prior whose width is outside this range of the parameter's typical size was written in another unit.
NARROWEST, WIDEST = 1e-6, 1e9


@dataclass(frozen=True)
class Prior(ABC):
    """Base: a density on a range.

    Parameters
    ----------
    lower, upper : float, optional
        The range, in the parameter's unit; by default what the likelihood allows.
    """

    lower: float | None = None
    upper: float | None = None

    #: What the command line calls it.
    text: ClassVar[str]
    #: Numbers that the command line accepts between the parentheses, longest last.
    arguments: ClassVar[tuple[tuple[str, ...], ...]] = ((), ("lower", "upper"))
    #: Whether its lower edge decides the bound wherever it lies.
    edge_decides: ClassVar[bool] = False

    def __post_init__(self):
        for edge in (self.lower, self.upper):
            if edge is not None and not np.isfinite(edge):
                raise InputError(f"{type(self).__name__}: the range ends at {edge}; finite edges were needed")
        if self.lower is not None and self.upper is not None and not self.lower < self.upper:
            raise InputError(
                f"{type(self).__name__}: the range runs from {self.lower:g} to {self.upper:g}; "
                "its lower edge must lie below its upper one"
            )

    @property
    def open(self) -> bool:
        """Whether an edge is still to be set."""
        return self.lower is None or self.upper is None

    @property
    def edges(self) -> tuple[float, float]:
        """The range, once it is set."""
        if self.lower is None or self.upper is None:
            raise InputError(f"the range of {self} is open; give both edges, or use it in a model")
        return self.lower, self.upper

    def within(self, lower: float, upper: float) -> "Prior":
        """The same prior with its open edges set."""
        return replace(
            self,
            lower=lower if self.lower is None else self.lower,
            upper=upper if self.upper is None else self.upper,
        )

    def asked_of(self, question: Any, name: str) -> "Prior":
        """The same prior with what only the question knows, such as the templates."""
        return self

    def numbers(self, name: str) -> dict[str, Any]:
        """What the density rests on, by the name of the ``pm.Data`` that holds it."""
        lower, upper = self.edges
        return {f"{name}_lower": float(lower), f"{name}_upper": float(upper)}

    def data(self, name: str) -> list:
        """The same as ``pm.Data``, so that models that differ only in numbers share what is compiled."""
        import pymc as pm

        return [pm.Data(key, value) for key, value in self.numbers(name).items()]

    def grid(self, n: int) -> np.ndarray:
        """Points over the range between which the density changes little, (n,)."""
        return np.linspace(*self.edges, n)

    def check(self, name: str, signed: bool) -> None:
        """Refuse a range outside the physical region."""
        if not signed and self.lower is not None and self.lower < 0:
            raise InputError(
                f"the prior of {name} reaches down to {self.lower:g}, but {name} cannot be negative"
            )
        if not signed and self.upper is not None and self.upper <= 0:
            raise InputError(f"the prior of {name} ends at {self.upper:g}, but {name} cannot be negative")

    def check_size(self, name: str, scale: float, unit: str) -> None:
        """Refuse a prior whose width has nothing to do with what the data can tell.

        Parameters
        ----------
        name : str
        scale : float
            Typical size of the parameter, near today's limits.
        unit : str
            The parameter's.
        """
        for width in self._widths():
            if width is not None and not NARROWEST * scale <= abs(width) <= WIDEST * scale:
                raise InputError(
                    f"the prior {type(self).__name__} of {name} has a width of {width:g}, but the data begin "
                    f"to see {name} at about {scale:.2g}, in units of {unit or '1'}; is a unit missing, as "
                    "in halfnormal(1e-11 mu_B)?"
                )

    def _widths(self) -> tuple[float | None, ...]:
        """Numbers of the size of the parameter: an edge at zero is none."""
        return (self.upper,)

    @abstractmethod
    def words(self, name: str) -> str:
        """What the prior is, for tables and files."""

    def log_density(self, values: ArrayLike) -> np.ndarray:
        """Logarithm of the normalised density, minus infinity outside the range, (n,)."""
        values = np.asarray(values, float)
        lower, upper = self.edges
        inside = (values >= lower) & (values <= upper)
        found = np.full(values.shape, -np.inf)
        found[inside] = self._log_density(values[inside])
        return found

    @abstractmethod
    def _log_density(self, values: np.ndarray) -> np.ndarray:
        """The same inside the range."""

    @abstractmethod
    def sample(self, rng: np.random.Generator, n: int) -> np.ndarray:
        """Draws, (n,)."""

    def _range(self) -> str:
        return f"[{self.lower:.6g}, {self.upper:.6g}]"

    @abstractmethod
    def __call__(self, name: str) -> Any:
        """The PyMC variable of that name, in the context of a model."""


@dataclass(frozen=True)
class Flat(Prior):
    """Flat in the parameter itself."""

    text = "flat"

    def words(self, name: str) -> str:
        return f"flat in {name} on {self._range()}"

    def _log_density(self, values: np.ndarray) -> np.ndarray:
        lower, upper = self.edges
        return np.full(values.shape, -np.log(upper - lower))

    def sample(self, rng: np.random.Generator, n: int) -> np.ndarray:
        return rng.uniform(*self.edges, n)

    def __call__(self, name: str) -> Any:
        import pymc as pm

        lower, upper = self.data(name)
        return pm.Uniform(name, lower, upper)


@dataclass(frozen=True)
class FlatStrength(Prior):
    """Flat in the square of a non-negative parameter: mu^2 or g^2, to which the signal is proportional."""

    text = "flat_strength"

    def check(self, name: str, signed: bool) -> None:
        super().check(name, signed)
        if signed:
            raise InputError(
                f"{name} is signed and the signal linear in it: flat in the strength is flat in {name}"
            )
        if self.lower not in (None, 0):
            raise InputError(f"a prior flat in {name}^2 starts at zero, not at {self.lower:g}")

    def words(self, name: str) -> str:
        return f"flat in {name}^2 on {self._range()}"

    def numbers(self, name: str) -> dict[str, Any]:
        from . import densities

        line = densities.tabulate(0.0, self.edges[1], np.array([0.0, 1.0]))  # proportional to the parameter
        return {**super().numbers(name), f"{name}_pieces": line}

    def _log_density(self, values: np.ndarray) -> np.ndarray:
        with np.errstate(divide="ignore"):
            return np.log(2 * values / self.edges[1] ** 2)

    def sample(self, rng: np.random.Generator, n: int) -> np.ndarray:
        return self.edges[1] * np.sqrt(rng.uniform(size=n))

    def __call__(self, name: str) -> Any:
        from . import densities

        return densities.Tabulated(name, *self.data(name))


@dataclass(frozen=True)
class HalfNormal(Prior):
    """A Gaussian around zero of a stated scale, cut to the range: half of it for a non-negative parameter."""

    text = "halfnormal"

    scale: float = 1.0

    arguments = (("scale",), ("scale", "lower", "upper"))

    def __post_init__(self):
        super().__post_init__()
        if not (np.isfinite(self.scale) and self.scale > 0):
            raise InputError(f"the scale of a half-normal prior is {self.scale}; a positive width was needed")
        if self.lower is not None and self.lower > 8 * self.scale:
            raise InputError(
                f"a half-normal prior of scale {self.scale:g} has nothing left above {self.lower:g}; "
                "widen one or lower the other"
            )

    def words(self, name: str) -> str:
        return f"half-normal in {name} of scale {self.scale:.6g} on {self._range()}"

    def numbers(self, name: str) -> dict[str, Any]:
        return {**super().numbers(name), f"{name}_width": float(self.scale)}

    def _widths(self):
        return (self.upper, self.scale)

    def _frozen(self) -> Any:
        from scipy.stats import truncnorm

        lower, upper = self.edges
        return truncnorm(lower / self.scale, upper / self.scale, scale=self.scale)

    def _log_density(self, values: np.ndarray) -> np.ndarray:
        return self._frozen().logpdf(values)

    def sample(self, rng: np.random.Generator, n: int) -> np.ndarray:
        return self._frozen().rvs(n, random_state=rng)

    def __call__(self, name: str) -> Any:
        import pymc as pm

        lower, upper, width = self.data(name)
        return pm.TruncatedNormal(name, 0.0, width, lower=lower, upper=upper)


@dataclass(frozen=True)
class LogUniform(Prior):
    """Flat in the logarithm of a non-negative parameter, from a stated lower edge.

    The density 1/x has no integral down to zero: where it starts decides the bound, so there is no default.

    Parameters
    ----------
    knee : float, optional
        Where the likelihood begins to fall, known to the question; it shapes the sampler's coordinate only.
    """

    text = "loguniform"

    knee: float | None = field(default=None, repr=False)

    arguments = (("lower",), ("lower", "upper"))
    edge_decides = True

    def __post_init__(self):
        super().__post_init__()
        if self.lower is None or not self.lower > 0:
            raise InputError(
                f"a log-uniform prior that starts at {self.lower} is improper; state a lower edge "
                "above zero, as in loguniform(0.01)"
            )

    def check(self, name: str, signed: bool) -> None:
        super().check(name, signed)
        if signed:
            raise InputError(
                f"{name} is signed; a log-uniform prior is for parameters that cannot be negative"
            )

    def asked_of(self, question: Any, name: str) -> "Prior":
        return replace(self, knee=0.7 * question.scales[question.free.index(name)])

    def grid(self, n: int) -> np.ndarray:
        return np.geomspace(*self.edges, n)

    def words(self, name: str) -> str:
        return f"flat in log {name} on {self._range()}"

    def numbers(self, name: str) -> dict[str, Any]:
        return {**super().numbers(name), f"{name}_knee": float(self.knee or self.edges[1])}

    def _log_density(self, values: np.ndarray) -> np.ndarray:
        lower, upper = self.edges
        return -np.log(values) - np.log(np.log(upper / lower))

    def sample(self, rng: np.random.Generator, n: int) -> np.ndarray:
        return np.exp(rng.uniform(math.log(self.edges[0]), math.log(self.edges[1]), n))

    def __call__(self, name: str) -> Any:
        from . import densities

        return densities.LogUniform(name, *self.data(name))


@dataclass(frozen=True)
class Jeffreys(Prior):
    """The square root of Fisher's information of the counts on this parameter alone.

    The same statement in every parametrisation; see :func:`bayes_enues.fit.information.fisher_information`.

    Parameters
    ----------
    information : callable, optional
        From values (n,) to the information (n,); by default that of the question.
    """

    text = "jeffreys"

    information: Callable | None = field(default=None, repr=False, compare=False)

    N: ClassVar[int] = 240

    def asked_of(self, question: Any, name: str) -> "Prior":
        if self.information is not None:
            return self
        return replace(self, information=lambda values: question.fisher_information(name, values))

    def words(self, name: str) -> str:
        return f"Jeffreys in {name} on {self._range()}"

    def numbers(self, name: str) -> dict[str, Any]:
        if self.information is None:
            raise InputError(
                "Jeffreys' prior needs the information of the data: use it in a model of bayes_enues.models, "
                "or give it as Jeffreys(information=...)"
            )
        from . import densities

        root = np.sqrt(self.information(np.linspace(*self.edges, self.N + 1)))
        if not (np.all(np.isfinite(root)) and root.max() > 0):
            raise InputError(f"Jeffreys: the data carry no information on {name} over {self._range()}")
        return {**super().numbers(name), f"{name}_pieces": densities.tabulate(*self.edges, root)}

    @cached_property
    def _pieces(self):
        return self.numbers("the parameter")["the parameter_pieces"]

    def _log_density(self, values: np.ndarray) -> np.ndarray:
        from . import densities

        with np.errstate(divide="ignore"):
            return np.log(np.maximum(densities.evaluate(values, *self.edges, self._pieces), 0.0))

    def sample(self, rng: np.random.Generator, n: int) -> np.ndarray:
        from . import densities

        return densities.TabulatedRV.rng_fn(rng, *self.edges, self._pieces, n)

    def __call__(self, name: str) -> Any:
        from . import densities

        return densities.Tabulated(name, *self.data(name))
