"""What every interaction has: named parameters in the field's units and one cross section."""

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar

import numpy as np

from ..constants import ELECTRON_MASS, FLAVOURS, SIN2_THETA_W, WEAK_STRENGTH
from ..errors import InputError, WrongKindError

__all__ = ["COUPLINGS", "Interaction", "Scalar", "weak_cross_section"]

Scalar = Any  # a float, or a PyTensor scalar

#: (g_V, g_A) of each flavour. ``tree`` is Eq. 2 of arXiv:2208.06415. ``radiative`` adds the one-loop
#: corrections at zero momentum transfer, derived from the expressions of the PDG review of the electroweak
#: model.
COUPLINGS = {
    "tree": {f: (-0.5 + 2 * SIN2_THETA_W + (f == "nu_e"), -0.5 + (f == "nu_e")) for f in FLAVOURS},
    "radiative": {"nu_e": (0.9521, 0.4936), "nu_mu": (-0.0397, -0.5064), "nu_tau": (-0.0353, -0.5064)},
}


def weak_cross_section(g_v: Scalar, g_a: Scalar, e_nu, e_er):
    r"""Neutrino-electron scattering through a vector and an axial coupling, Eq. 1 of arXiv:2208.06415.

    .. math::

        \frac{d\sigma}{dE_{er}} = \frac{G_F^2 m_e}{2\pi} \left[ (g_V + g_A)^2
            + (g_V - g_A)^2 \left(1 - \frac{E_{er}}{E_\nu}\right)^2
            - (g_V^2 - g_A^2) \frac{m_e E_{er}}{E_\nu^2} \right]

    for neutrinos (upper signs), in cm^2/keV; the arguments broadcast.
    """
    forward = (g_v + g_a) ** 2
    backward = (g_v - g_a) ** 2 * (1 - e_er / e_nu) ** 2
    mixed = (g_v**2 - g_a**2) * ELECTRON_MASS * e_er / e_nu**2
    return WEAK_STRENGTH * (forward + backward - mixed)


@dataclass(frozen=True)
class Interaction(ABC):
    """A neutrino-electron interaction: the whole cross section, Standard Model included.

    A subclass is a frozen dataclass whose fields are its parameters, in the units its docstring states, and
    whose :meth:`cross_section` is the textbook formula. Parameters may be numbers or PyTensor scalars.

    Attributes
    ----------
    name : str
        The name used on the command line, in files and for the model page.
    unit : str
        Unit of the free parameter.
    power : int
        Counts are quadratic in ``parameter ** power``: 2 for moments and couplings, 1 for signed parameters.
    signed : bool
        Whether the free parameter may be negative.
    groups : mapping
        Names that stand for several parameters with one value, such as ``universal``.
    fixed_parameters : tuple of str
        Parameters that must be given rather than left free, such as a mediator's mass.
    options : tuple of str
        Fields that are choices rather than parameters, such as the set of weak couplings.
    symbol : str
        LaTeX of the free parameter, with ``{}`` for the flavour.
    plane_leaves_others_free : bool
        Whether a plane of two parameters profiles and integrates the others, instead of leaving them at zero.
    typical : float
        A value of the order of today's limits; the search for the strength of a template starts there.
    alternative_to : str
        The model of which this is another treatment, left out of ``--model all``.
    """

    couplings: str = field(default="tree", kw_only=True)

    name: ClassVar[str] = "standard_model"
    unit: ClassVar[str] = ""
    power: ClassVar[int] = 1
    signed: ClassVar[bool] = False
    groups: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    fixed_parameters: ClassVar[tuple[str, ...]] = ()
    options: ClassVar[tuple[str, ...]] = ("couplings",)
    symbol: ClassVar[str] = ""
    plane_leaves_others_free: ClassVar[bool] = False
    typical: ClassVar[float] = 1.0
    alternative_to: ClassVar[str] = ""

    def __post_init__(self):
        if self.couplings not in COUPLINGS:
            raise InputError(f"couplings={self.couplings!r} is unknown; the choices are {sorted(COUPLINGS)}")
        for parameter in self.parameters():
            value = getattr(self, parameter)
            if isinstance(value, bool) or (isinstance(value, str) or value is None):
                raise WrongKindError(f"{type(self).__name__}.{parameter} is {value!r}; a number was needed")
            if isinstance(value, int | float | np.number) and not math.isfinite(value):
                raise InputError(f"{type(self).__name__}.{parameter} is {value}; a finite number was needed")

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        if "name" not in vars(cls):
            cls.name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", cls.__name__).lower()

    @property
    def is_symbolic(self) -> bool:
        """Whether a parameter is a PyTensor variable."""
        return any(hasattr(getattr(self, name), "owner") for name in self.parameters())

    @classmethod
    def parameters(cls) -> tuple[str, ...]:
        """Names of the physical parameters, in order."""
        return tuple(f.name for f in fields(cls) if f.name not in cls.options)

    @classmethod
    def free_names(cls) -> tuple[str, ...]:
        """Names that can be left free in a fit: parameters, less those always given, and groups."""
        return tuple(p for p in cls.parameters() if p not in cls.fixed_parameters) + tuple(cls.groups)

    @classmethod
    def label(cls, free: str) -> str:
        """LaTeX of one free parameter, for axes and legends."""
        subscripts = {"nu_e": r"\nu_e", "nu_mu": r"\nu_\mu", "nu_tau": r"\nu_\tau", "universal": r"\nu"}
        return f"${cls.symbol.format(subscripts.get(free, free))}$"

    def with_values(self, **values: Scalar) -> "Interaction":
        """A copy with other parameters; a group's name sets all its members.

        Raises
        ------
        InputError
            If a name is unknown; the message lists the choices.
        """
        unknown = sorted(set(values) - set(self.free_names()) - set(self.parameters()))
        if unknown:
            raise InputError(
                f"{type(self).__name__} has no parameter {unknown}; the choices are {list(self.free_names())}"
            )
        single = {}
        for name, value in values.items():
            single |= {member: value for member in self.groups.get(name, (name,))}
        return replace(self, **single)

    def starting_value(self) -> float:
        """A free parameter of the order of today's limits, given the fixed ones."""
        return self.typical

    def weak_couplings(self, flavour: str) -> tuple[float, float]:
        """Vector and axial coupling of the Standard Model for one flavour."""
        return COUPLINGS[self.couplings][flavour]

    @abstractmethod
    def cross_section(self, flavour: str, e_nu, e_er):
        """d sigma / d E_er for one flavour [cm^2/keV], broadcast over the energies [keV]."""
