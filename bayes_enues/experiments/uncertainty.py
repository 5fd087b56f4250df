"""What an ``experiment.toml`` may say of an uncertainty: nuisances, shapes, correlations."""

from collections.abc import Mapping
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, StrictBool, model_validator

from .fields import (
    PARAMETERS,
    RESERVED,
    Column,
    Energy,
    FileName,
    Name,
    Number,
    Positive,
    Strict,
    Words,
    not_in,
    number,
    within,
)

#: Width of a Gaussian that is flat wherever the data say something, as :attr:`NuisanceEntry.flat_to`.
FLAT = 1e3
#: Widths at which a nuisance that moves a number or a shape is cut unless its file says where.
CUT = 3.0


class Shape(Strict):
    """Counts by bin of a component at -1 and at +1 standard deviation, or the signal's efficiency there.

    A vertical morph, bin by bin.
    """

    table: FileName
    down: Column
    up: Column


class NuisanceEntry(Strict):
    """One uncertainty: of a scale, of a number of this file or of the Sun, or of the shape of a component.

    ``scales`` names what is multiplied by 1 + x, cut at x = -1 (``kind = "lognormal"``: by exp(x)).
    ``moves`` names a number to which x is added, see :mod:`.moving`; the signal and whatever else
    ``applies_to`` names follows. ``shape`` names columns for x = -1 and 1: counts of the one component that
    ``applies_to`` names, or the efficiency if it names the signal.

    x is Gaussian with the width ``sigma`` around zero; two widths, as in [-0.05, 0.08], make a Gaussian of
    two pieces (``pieces`` then, and ``sigma`` the larger). It is cut at ``lower`` and ``upper``; a moved
    number or shape is cut at three widths by default. Flat instead: ``flat_to`` is then the largest scale,
    ``uniform`` the ends of x, and the data alone decide between. (A very wide Gaussian is flat.)
    """

    name: Annotated[Name, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$"), not_in(RESERVED | PARAMETERS)]
    sigma: Annotated[Positive, within(1e-6, 1e4)] = FLAT
    pieces: tuple[Number, Number] | None = None
    lower: Annotated[Number, within(-1e6, 0)] | None = None
    upper: Annotated[Positive, within(1e-6, 1e6)] | None = None
    flat_to: Annotated[Positive, within(1, 1e6)] | None = None
    uniform: tuple[Number, Number] | None = None
    kind: Literal["gaussian", "lognormal"] = "gaussian"
    scales: str = ""
    moves: str = ""
    shape: Shape | None = None
    applies_to: tuple[str, ...] = ()
    below_keV: Annotated[Energy, Field(gt=0)] | None = None
    shared: StrictBool = False
    meaning: Words = ""

    @model_validator(mode="before")
    @classmethod
    def _gaussian_or_flat(cls, given):
        """A flat one as the Gaussian that it is to the model; what cannot be read is left for later."""
        if not isinstance(given, Mapping):
            return given
        if "flat_to" not in given:
            if "sigma" not in given:
                raise ValueError("sigma is missing; a relative uncertainty, or flat_to, was needed")
            two = given["sigma"]
            if isinstance(two, list | tuple):
                if len(two) != 2 or not number(two[0]) < 0 < number(two[1]):
                    raise ValueError(
                        f"sigma = {list(two)}; a number, or one below zero and one above, was needed"
                    )
                return {**given, "sigma": max(-two[0], two[1]), "pieces": two}
            return given
        if given.get("sigma", FLAT) != FLAT:
            raise ValueError("sigma and flat_to are both given; a nuisance is Gaussian or flat")
        if not number(given["flat_to"]) > 1:
            raise ValueError(
                f"flat_to = {given['flat_to']} leaves out the scale of one; more than one was needed"
            )
        return {**given, "sigma": FLAT, "upper": given["flat_to"] - 1}

    @model_validator(mode="after")
    def _one_thing(self):
        what = [key for key in ("scales", "moves", "shape") if getattr(self, key)]
        if len(what) != 1:
            raise ValueError(f"{what or 'none'} of scales, moves and shape is given; one of them was needed")
        if self.kind == "lognormal" and (not self.scales or self.pieces):
            raise ValueError("kind = 'lognormal' is for a scale of one sigma")
        if self.uniform is not None and not self.uniform[0] < 0 < self.uniform[1]:
            raise ValueError(f"uniform = {list(self.uniform)}; a range around zero was needed")
        if self.uniform is not None and self.flat_to is not None:
            raise ValueError("uniform and flat_to are both given; one of them was needed")
        if self.below_keV is not None and self.moves != "efficiency.shift_keV":
            raise ValueError("below_keV belongs to moves = 'efficiency.shift_keV'")
        if self.applies_to and self.scales:
            raise ValueError("applies_to belongs to moves and shape; what is scaled stands in scales")
        if self.shape and len(self.applies_to) != 1:
            raise ValueError(
                "a shape belongs to one component or to the signal; applies_to was needed to name it"
            )
        if self.scales and self.kind == "gaussian" and self.lowest < -1:
            raise ValueError(f"the scale 1 + x would be negative at x = {self.lowest:g}; -1 is the least")
        return self

    @property
    def follow(self) -> tuple[str, ...]:
        """What a moved number or a shape changes: the signal, components."""
        return () if self.scales else self.applies_to or ("signal",)

    @property
    def widths(self) -> tuple[float, float]:
        """Standard deviations below and above zero, as the penalty has them."""
        if self.uniform is not None:
            return FLAT, FLAT
        return (-self.pieces[0], self.pieces[1]) if self.pieces else (self.sigma, self.sigma)

    @property
    def lowest(self) -> float:
        """Least value of x; minus infinity if there is none."""
        if self.uniform is not None:
            return self.uniform[0]
        if self.lower is not None:
            return self.lower
        if self.scales:
            return -np.inf if self.kind == "lognormal" else -1.0
        return -CUT * self.widths[0]

    @property
    def highest(self) -> float | None:
        """Largest value of x; None if there is none."""
        if self.uniform is not None:
            return self.uniform[1]
        if self.upper is not None or self.scales:
            return self.upper
        return CUT * self.widths[1]

    @property
    def target(self) -> str:
        """What it changes, in a few words."""
        return self.scales or f"{self.moves or 'shape'} of {', '.join(self.follow)}"

    @property
    def words(self) -> str:
        """What is known of it."""
        if self.flat_to is not None:
            return f"flat from 0 to {self.flat_to:g} times"
        if self.uniform is not None:
            return f"flat from {self.uniform[0]:g} to {self.uniform[1]:g}"
        if not self.scales:
            unit = " keV" if self.moves.endswith("_keV") else " sigma" if self.shape else ""
            if self.pieces:
                return f"{self.pieces[0]:+g} {self.pieces[1]:+g}{unit}"
            return f"{self.sigma:g}{unit}"
        if self.pieces:
            return f"{100 * self.pieces[0]:+g} {100 * self.pieces[1]:+g} %"
        return f"{100 * self.sigma:g} %{', log-normal' if self.kind == 'lognormal' else ''}"


class Correlation(Strict):
    """Correlations of some nuisances of this file, as a matrix with ones on its diagonal."""

    name: Name
    nuisances: tuple[str, ...] = Field(min_length=2)
    matrix: tuple[tuple[Number, ...], ...]

    @model_validator(mode="after")
    def _positive_definite(self):
        n = len(self.nuisances)
        if len(set(self.nuisances)) < n:
            raise ValueError(f"correlation {self.name} names a nuisance twice")
        if len(self.matrix) != n or any(len(row) != n for row in self.matrix):
            raise ValueError(f"correlation {self.name} has {n} nuisances; a matrix of {n} x {n} was needed")
        m = np.array(self.matrix)
        if np.any(np.abs(m - m.T) > 1e-9) or np.any(np.abs(np.diagonal(m) - 1) > 1e-9):
            raise ValueError(f"correlation {self.name} is not symmetric with ones on its diagonal")
        if not np.linalg.eigvalsh(m).min() > 1e-9:
            raise ValueError(
                f"correlation {self.name} is not positive definite (its least eigenvalue is "
                f"{np.linalg.eigvalsh(m).min():.2g}); such correlations cannot be"
            )
        return self
