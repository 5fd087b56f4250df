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
from .nuclei import NUCLEON_COUPLINGS, Nuclei, coherent_cross_section, refuse_nuclei

Scalar = Any  # a float, or a PyTensor scalar

#: (g_V, g_A) of each flavour. ``tree`` is Eq. 2 of arXiv:2208.06415. ``radiative`` adds the one-loop
#: corrections at zero momentum transfer, derived from the expressions of the PDG review of the electroweak
#: model.
COUPLINGS = {
    "tree": {f: (-0.5 + 2 * SIN2_THETA_W + (f == "nu_e"), -0.5 + (f == "nu_e")) for f in FLAVOURS},
    "radiative": {"nu_e": (0.9521, 0.4936), "nu_mu": (-0.0397, -0.5064), "nu_tau": (-0.0353, -0.5064)},
}

#: How neutrinos share among flavours when they arrive. ``paper``: by P_ee and theta_23, Sec. 2.4 of
#: arXiv:2208.06415. ``density_matrix``: as decoherent mass states, with theta_13, the phase delta and the
#: coherence between flavours; a moment of nu_mu alone counts for 8 % less, one of nu_tau for 6 % more.
FLAVOUR_RULES = ("paper", "density_matrix")

#: Which models of xenon's electrons (``bayes_enues.signal.xenon.ELECTRON_MODELS``) a new term can have. The
#: ratio of the random-phase approximation is known for the Standard Model only: where a new term
#: interferes with it there is no part of the cross section to scale.
ADDS, INTERFERES = ("steps", "free", "rrpa", "rrpa_flavours"), ("steps", "free")

NO_FORMULA = "its class defines no nucleon_shifts and no nuclear_term"


def weak_cross_section(g_v: Scalar, g_a: Scalar, e_nu: Scalar, e_er: Scalar) -> Scalar:
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
    """An interaction of neutrinos: the whole cross section on electrons, Standard Model included.

    A subclass is a frozen dataclass whose fields are its parameters, in the units its docstring states, and
    whose :meth:`cross_section` is the textbook formula. Parameters may be numbers or PyTensor scalars.

    A term with a threshold of its own, above that of elastic scattering, is cut by :meth:`cross_section`, and
    given a second time without the cut: methods ``threshold(e_er)``, the least neutrino energy [keV], and
    ``cross_section_above_threshold(flavour, e_nu, e_er)``, the formula that is added above it. One that only
    atoms have is ``cross_section_per_atom(flavour, e_nu, e_er)``, beside what electrons add.

    Coherent scattering off nuclei is told by :meth:`nucleon_shifts`, what is added to the couplings of proton
    and neutron, and by :meth:`nuclear_term`, what does not interfere; this class does the squaring. One that
    defines neither and leaves ``no_nuclei`` as it is cannot be had with nuclear recoils.

    Parameters
    ----------
    couplings : str
        Weak couplings of the Standard Model, a set of ``COUPLINGS``.
    flavours : str
        How the Sun's neutrinos are shared among flavours: see ``FLAVOUR_RULES``.

    Attributes
    ----------
    name : str
        The name used on the command line, in files and for the model page: that of the class unless given,
        ``light_vector`` for ``LightVector``.
    unit : str
        Unit of the free parameter.
    power : int
        Counts are quadratic in ``parameter ** power``: 2 for moments and couplings, 1 for signed parameters.
    standard_model_values : mapping
        Values of free parameters that give the Standard Model, where they are not zero; the fields' defaults.
    signed : bool
        Whether the free parameter may be negative.
    groups : mapping
        Names that stand for several parameters with one value, such as ``universal``.
    fixed_parameters : tuple of str
        Parameters that must be given rather than left free, such as a mediator's mass.
    options : tuple of str
        Fields that are choices rather than parameters, such as the set of weak couplings.
    atomic_models : tuple of str
        Models of xenon's electrons that it can have: ``ADDS`` if the new term adds to the Standard Model's
        cross section, ``INTERFERES`` if it does not.
    own_atomic_model : str
        What stands for the electrons in the new term, in words, where that is no model of ``atomic_models``.
    no_nuclei : str
        Why nuclear recoils cannot be predicted; empty if they can.
    no_electrons : str
        Why recoils of electrons show nothing of it; empty if they do.
    replaces_nuisances : tuple of str
        Nuisances that its parameters stand for: a fit leaves them out.
    symbol : str
        LaTeX of the free parameter, with ``{}`` for the flavour.
    plane_leaves_others_free : bool
        Whether a plane of two parameters profiles and integrates the others, instead of leaving them at zero.
    typical : float
        A value of the order of today's limits; the search for the strength of a template starts there.
    alternative_to : str
        The model of which this is another treatment.
    in_table_one : bool
        Whether it is an electromagnetic property of Table I of arXiv:2208.06415: what ``--model all`` means.
    """

    couplings: str = field(default="tree", kw_only=True)
    flavours: str = field(default="paper", kw_only=True)

    name: ClassVar[str] = "standard_model"
    unit: ClassVar[str] = ""
    power: ClassVar[int] = 1
    signed: ClassVar[bool] = False
    standard_model_values: ClassVar[Mapping[str, float]] = {}
    groups: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    fixed_parameters: ClassVar[tuple[str, ...]] = ()
    options: ClassVar[tuple[str, ...]] = ("couplings", "flavours")
    atomic_models: ClassVar[tuple[str, ...]] = INTERFERES
    own_atomic_model: ClassVar[str] = ""
    no_nuclei: ClassVar[str] = NO_FORMULA
    no_electrons: ClassVar[str] = ""
    replaces_nuisances: ClassVar[tuple[str, ...]] = ()
    symbol: ClassVar[str] = ""
    plane_leaves_others_free: ClassVar[bool] = False
    typical: ClassVar[float] = 1.0
    alternative_to: ClassVar[str] = ""
    in_table_one: ClassVar[bool] = False

    def __post_init__(self):
        if self.couplings not in COUPLINGS:
            raise InputError(f"couplings={self.couplings!r} is unknown; the choices are {sorted(COUPLINGS)}")
        if self.flavours not in FLAVOUR_RULES:
            raise InputError(f"flavours={self.flavours!r} is unknown; the choices are {list(FLAVOUR_RULES)}")
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
        own = vars(cls)
        if "no_nuclei" not in own:
            if any(method in own for method in ("nucleon_shifts", "nuclear_term")):
                cls.no_nuclei = ""
            elif "cross_section" in own and not cls.no_nuclei:  # the nuclear formula inherited is another's
                cls.no_nuclei = NO_FORMULA

    @property
    def is_symbolic(self) -> bool:
        """Whether a parameter is a PyTensor variable."""
        return any(hasattr(getattr(self, name), "owner") for name in self.parameters())

    @classmethod
    def parameters(cls) -> tuple[str, ...]:
        """Names of the physical parameters, in order."""
        return tuple(f.name for f in fields(cls) if f.name not in (*Interaction.options, *cls.options))

    @classmethod
    def free_names(cls) -> tuple[str, ...]:
        """Names that can be left free in a fit: parameters, less those always given, and groups."""
        return tuple(p for p in cls.parameters() if p not in cls.fixed_parameters) + tuple(cls.groups)

    @classmethod
    def standard_model_value(cls, free: str) -> float:
        """Where a free parameter, or a group of them, gives the Standard Model."""
        members = cls.groups.get(free, (free,))
        return float(cls.standard_model_values.get(members[0], 0.0))

    @classmethod
    def two_sided(cls) -> bool:
        """Whether bounds are regions with two ends: for signed parameters, and for measurements of quantities
        that the Standard Model has elsewhere than at zero."""
        return cls.signed or any(cls.standard_model_values.values())

    @classmethod
    def check_atomic_model(cls, electrons: str) -> None:
        """Refuse a model of xenon's electrons that the interaction cannot have."""
        if electrons not in cls.atomic_models:
            why = "; the ratio is known for the Standard Model, with which this one interferes"
            why = why if electrons.startswith("rrpa") else ""
            raise InputError(
                f"{cls.name} cannot have {electrons!r} electrons{why}; the "
                f"choices are {list(cls.atomic_models)}"
            )

    def check_nuclei(self) -> None:
        """Refuse to predict nuclear recoils where there is no formula."""
        if self.no_nuclei:
            raise refuse_nuclei(self.name, self.no_nuclei)

    @classmethod
    def lower_edge(cls, targets: frozenset[str]) -> float:
        """Least value of a free parameter for experiments with these targets."""
        return -math.inf if cls.signed else 0.0

    @classmethod
    def atomic_words(cls, electrons: str) -> str:
        """The atomic model that a row rests on, for tables."""
        words = {
            "free": "free electrons",
            "rrpa": "RRPA, one ratio for all flavours (Standard Model part only)",
            "rrpa_flavours": "RRPA (Standard Model part only)",
        }.get(electrons, electrons)
        own = cls.own_atomic_model
        return f"{own}; {words} for the Standard Model" if own else words

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

    @property
    def flux_scales(self) -> dict[str, Scalar]:
        """Factors on the Sun's fluxes, by their names in ``bayes_enues.signal.flux.SOURCES``."""
        return {}

    def cross_section_of_mass_state(
        self, state: int, amplitudes: np.ndarray, e_nu: Scalar, e_er: Scalar
    ) -> Scalar:
        """The same for a neutrino that arrives as a mass state, with ``flavours = "density_matrix"``.

        The flavours of one state scatter incoherently unless a subclass says otherwise.

        Parameters
        ----------
        state : int
            0, 1 or 2.
        amplitudes : (3,)
            Of the flavours in the state, complex.
        e_nu, e_er
            As for :meth:`cross_section`.
        """
        shares = np.abs(amplitudes) ** 2
        return sum(
            share * self.cross_section(f, e_nu, e_er) for f, share in zip(FLAVOURS, shares, strict=True)
        )

    def nucleon_shifts(self, flavour: str, nuclei: Nuclei, e_nr: Scalar) -> tuple[Scalar, Scalar]:
        """What is added to the Standard Model's vector coupling of the proton and of the neutron.

        Parameters
        ----------
        flavour : str
        nuclei : Nuclei
            Arrays (n_isotopes, 1) of the isotopes' numbers.
        e_nr : (n_er,)
            Recoil energy of the nucleus [keV].
        """
        return 0.0, 0.0

    def nuclear_term(self, flavour: str, nuclei: Nuclei, e_nu: Scalar, e_nr: Scalar) -> Scalar:
        """What adds to coherent scattering without interference, form factor included [cm^2/keV]."""
        return 0.0

    def nuclear_cross_section(self, flavour: str, nuclei: Nuclei, e_nu: Scalar, e_nr: Scalar) -> Scalar:
        """d sigma / d T of one flavour on each isotope [cm^2/keV], broadcast to (..., n_isotopes, n_er)."""
        (g_p, g_n), (more_p, more_n) = NUCLEON_COUPLINGS, self.nucleon_shifts(flavour, nuclei, e_nr)
        charge = nuclei.protons * (g_p + more_p) + nuclei.neutrons * (g_n + more_n)
        return coherent_cross_section(charge**2, nuclei, e_nu, e_nr) + self.nuclear_term(
            flavour, nuclei, e_nu, e_nr
        )

    def nuclear_cross_section_of_mass_state(
        self, state: int, amplitudes: np.ndarray, nuclei: Nuclei, e_nu: Scalar, e_nr: Scalar
    ) -> Scalar:
        """The same for a mass state; see :meth:`cross_section_of_mass_state`."""
        shares = np.abs(amplitudes) ** 2
        return sum(
            share * self.nuclear_cross_section(f, nuclei, e_nu, e_nr)
            for f, share in zip(FLAVOURS, shares, strict=True)
        )

    @abstractmethod
    def cross_section(self, flavour: str, e_nu: Scalar, e_er: Scalar) -> Scalar:
        """d sigma / d E_er for one flavour [cm^2/keV], broadcast over the energies [keV]."""
