"""What mediators have in common: charges, a coupling, and a propagator or its limit for large masses."""

import math
from abc import abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from ..constants import ELECTRON_MASS, FERMI_CONSTANT, FINE_STRUCTURE, FLAVOURS
from ..errors import InputError
from .base import Interaction, Scalar
from .nuclei import Nuclei

#: Charges of (nu_e, nu_mu, nu_tau) and of the electron under gauge symmetries, such as those of Coloma,
#: Gonzalez-Garcia & Maltoni, JHEP 01 (2021) 114, arXiv:2009.14220. Where the electron has none (None) only
#: loops of heavier leptons mix the boson with the photon: the charge that they leave it must be given.
GAUGE_CHARGES = {
    "b_minus_l": ((-1.0, -1.0, -1.0), -1.0),
    "l_e_minus_l_mu": ((1.0, -1.0, 0.0), 1.0),
    "l_e_minus_l_tau": ((1.0, 0.0, -1.0), 1.0),
    "l_mu_minus_l_tau": ((0.0, 1.0, -1.0), None),
    "l_e_plus_2l_mu_plus_2l_tau": ((1.0, 2.0, 2.0), 1.0),
    "l_e_minus_half_l_mu_plus_l_tau": ((1.0, -0.5, -0.5), 1.0),  # L_e - (L_mu + L_tau)/2
    "b_minus_3l_e": ((-3.0, 0.0, 0.0), -3.0),
    "b_minus_3l_mu": ((0.0, -3.0, 0.0), None),
    "b_minus_3l_tau": ((0.0, 0.0, -3.0), None),
    "b_minus_three_halves_l_mu_plus_l_tau": ((0.0, -1.5, -1.5), None),  # B - 3(L_mu + L_tau)/2
    "b_minus_2l_e_minus_l_mu": ((-2.0, -1.0, 0.0), -2.0),
    "b_minus_l_e_minus_2l_tau": ((-1.0, 0.0, -2.0), -1.0),
}

#: Of e, mu and tau [keV]: what runs in the loops that mix a boson of lepton numbers with the photon.
LEPTON_MASSES = (ELECTRON_MASS, 105_658.3755, 1_776_860.0)
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(32)

#: The number before G_F in Eq. 8: 2 sqrt(2) as printed in arXiv:2208.06415; sqrt(2) is what a vector current
#: of left-handed neutrinos gives (Lindner et al., JHEP 05 (2018) 098). Limits on g
#: as printed are a factor sqrt(2) weaker.
NORMALISATIONS = {"as_printed": 2 * math.sqrt(2), "left_handed": math.sqrt(2)}

LIGHTEST, HEAVIEST = 1e-12, 1e12  # keV
RECOIL_SCALE = 60.0  # keV, sqrt(2 m_e E_er) at a recoil of 3.5 keV: above it limits on g grow like the mass


@dataclass(frozen=True)
class Mediator(Interaction):
    """Base of all mediators: what multiplies the coupling.

    Parameters
    ----------
    charges
        What multiplies the coupling for nu_e, nu_mu and nu_tau: ``universal`` (one each), three numbers, or
        a gauge symmetry of ``GAUGE_CHARGES``.
    electron_charge
        What multiplies the coupling for the electron, given with three numbers. Where a symmetry leaves the
        electron out, as L_mu - L_tau does, it is what loop mixing with the photon makes of it: kinetic mixing
        times e / g.
    quark_charges
        The same for the u and the d quark, for nuclear recoils: given with three numbers, and where a
        symmetry says nothing of quarks. ``universal`` is one for each, B - L a third; differences of lepton
        numbers reach quarks by loops, see :meth:`nucleon_charges`.
    """

    charges: str | tuple[float, float, float] = field(default="universal", kw_only=True)
    electron_charge: float | None = field(default=None, kw_only=True)
    quark_charges: tuple[float, float] | None = field(default=None, kw_only=True)

    power = 2
    options: ClassVar[tuple[str, ...]] = (*Interaction.options, "charges", "electron_charge", "quark_charges")
    letter: ClassVar[str] = "X"

    def __post_init__(self):
        super().__post_init__()
        who = type(self).__name__
        for name in self.free_names():
            value = getattr(self, name)
            if _is_number(value) and value < 0:
                raise InputError(f"{who}.{name} is {value:g}; a number from zero upwards was needed")
        self._check_charges(who)
        self._check_quarks(who)

    def _check_charges(self, who: str) -> None:
        given = self.electron_charge
        if given is not None and not (_is_number(given) and math.isfinite(given)):
            raise InputError(f"{who}.electron_charge is {given!r}; a finite number was needed")
        if isinstance(self.charges, str):
            self._check_symmetry(who)
            return
        numbers = tuple(self.charges)
        if len(numbers) != 3 or not all(_is_number(c) and math.isfinite(c) for c in numbers):
            raise InputError(
                f"{who}.charges is {self.charges!r}; three finite numbers were needed, "
                f"for {', '.join(FLAVOURS)}"
            )
        if given is None:
            raise InputError(
                f"{who}.charges is {numbers} without electron_charge; the electron's charge was needed too"
            )
        if given == 0 or not any(numbers):
            raise InputError(
                f"{who}: charges {numbers} with electron_charge {given:g} leave the "
                f"{'neutrinos' if given else 'electron'} out, so nothing scatters; give the charge that loop "
                "mixing with the photon leaves it"
            )
        object.__setattr__(self, "charges", tuple(float(c) for c in numbers))

    def _check_symmetry(self, who: str) -> None:
        given = self.electron_charge
        if self.charges not in ("universal", *GAUGE_CHARGES):
            raise InputError(
                f"{who}.charges is {self.charges!r}; three numbers were needed, or one of "
                f"{['universal', *GAUGE_CHARGES]}"
            )
        fixed = 1.0 if self.charges == "universal" else GAUGE_CHARGES[self.charges][1]
        if fixed is None and not given:
            raise InputError(
                f"{self.charges} couples to electrons only through loop mixing; give electron_charge, the "
                "charge other than 0 that mixing with the photon leaves it, in units of the coupling"
            )
        if fixed is not None and given not in (None, fixed):
            raise InputError(
                f"{who}.electron_charge is {given:g}, but {self.charges} fixes it at {fixed:g}; leave it out"
            )

    def _check_quarks(self, who: str) -> None:
        if (given := self.quark_charges) is None:
            return
        numbers = tuple(given) if isinstance(given, list | tuple) else (given,)
        if len(numbers) != 2 or not all(_is_number(c) and math.isfinite(c) for c in numbers):
            raise InputError(f"{who}.quark_charges is {given!r}; two finite numbers were needed, for u and d")
        if isinstance(self.charges, str) and _quarks_of(self.charges) is not None:
            raise InputError(
                f"{who}.quark_charges is {given!r}, but {self.charges} fixes the charges of quarks; leave it "
                "out"
            )
        object.__setattr__(self, "quark_charges", tuple(float(c) for c in numbers))

    @property
    def quarks(self) -> tuple[float, float] | None:
        """Charges of u and d without loops; None where they were not given."""
        return self.quark_charges or (_quarks_of(self.charges) if isinstance(self.charges, str) else None)

    def check_nuclei(self) -> None:
        super().check_nuclei()
        if self.quarks is None:
            raise InputError(
                f"{self.name} with charges {self.charges!r} says nothing about quarks, which nuclear recoils "
                "need; give quark_charges, two numbers for u and d"
            )

    @property
    def neutrino_charges(self) -> tuple[float, float, float]:
        """Of nu_e, nu_mu and nu_tau."""
        if self.charges == "universal":
            return (1.0, 1.0, 1.0)
        return GAUGE_CHARGES[self.charges][0] if isinstance(self.charges, str) else self.charges

    def nucleon_charges(self, nuclei: Nuclei, e_nr: Scalar) -> tuple[Scalar, Scalar]:
        r"""Charges of the proton and of the neutron, in units of the coupling.

        Those of three quarks; and where lepton numbers mix with the photon by loops, the proton's besides,

        .. math::

            -\frac{2\alpha}{\pi} \sum_\ell Q'_\ell \int_0^1 dx\, x (1 - x)
                \ln\left[m_\ell^2 + x (1 - x) q^2\right], \quad q^2 = 2 M T,

        which is finite where the leptons' charges add to zero. Where the symmetry leaves the electron out,
        mixing at :math:`q = 0` is known from ``electron_charge``, of which the proton has the opposite, and
        the loops tell how it runs.
        """
        u, d = self.quarks or (0.0, 0.0)
        proton, neutron = 2 * u + d, u + 2 * d
        if isinstance(self.charges, str) and self.charges in GAUGE_CHARGES:
            leptons, electron = GAUGE_CHARGES[self.charges]
            at_rest = 0.0
            if electron is None:
                assert self.electron_charge is not None  # it was checked when the object was made
                proton = proton - self.electron_charge
                at_rest = _loop_charge(leptons, np.zeros(()))
            if sum(leptons) == 0:
                proton = proton + _loop_charge(leptons, 2 * nuclei.mass * e_nr) - at_rest
        return proton, neutron

    def charge_product(self, flavour: str) -> float:
        """Charges of one flavour and of the electron, multiplied."""
        if self.charges == "universal":
            return 1.0
        electron = self.electron_charge
        if isinstance(self.charges, str):
            of_the_symmetry = GAUGE_CHARGES[self.charges][1]
            electron = electron if of_the_symmetry is None else of_the_symmetry
        assert electron is not None  # it was checked when the object was made
        return self.neutrino_charges[FLAVOURS.index(flavour)] * electron

    @abstractmethod
    def propagator(self, q_squared: Scalar) -> Scalar:
        """g^2 times the propagator at a squared momentum transfer [keV^-2]."""

    def exchange(self, flavour: str, e_er: Scalar) -> Scalar:
        """g_nu g_e times the propagator, for one flavour and the momentum transfer of a recoil [keV^-2]."""
        return self.charge_product(flavour) * self.propagator(2 * ELECTRON_MASS * e_er)

    def nuclear_exchange(self, flavour: str, nuclei: Nuclei, e_nr: Scalar) -> Scalar:
        """g_nu g times the propagator for a nucleus; the nucleons' charges are left to the formula."""
        return self.neutrino_charges[FLAVOURS.index(flavour)] * self.propagator(2 * nuclei.mass * e_nr)


@dataclass(frozen=True)
class LightMediator(Mediator):
    """Base of the light mediators; a subclass adds the cross section.

    Parameters
    ----------
    coupling
        g_X = sqrt(g_nuX g_eX), at least zero; zero is the Standard Model [1].
    mass
        Of the mediator, above zero [keV].
    charges, electron_charge
        Options: see :class:`Mediator`.
    """

    coupling: Scalar = 0.0
    mass: Scalar = None

    unit = "1"
    fixed_parameters = ("mass",)

    def __post_init__(self):
        who = type(self).__name__
        if self.mass is None:
            raise InputError(f"{who} needs the mass of the mediator; a positive number of keV was expected")
        super().__post_init__()
        if _is_number(self.mass) and self.mass <= 0:
            raise InputError(f"{who}.mass is {self.mass:g}; a number of keV above zero was needed")
        if _is_number(self.mass) and not LIGHTEST <= self.mass <= HEAVIEST:
            raise InputError(
                f"{who}.mass is {self.mass:g}; a number of keV from {LIGHTEST:g} to {HEAVIEST:g} was needed: "
                "beyond them limits are constant in the coupling or in coupling / mass"
            )

    @classmethod
    def label(cls, free: str) -> str:
        return f"$g_{cls.letter}$" if free == "coupling" else f"$m_{cls.letter}$"

    def starting_value(self) -> float:
        """Near today's limits: constant below the momentum transfer, growing like the mass above it."""
        return self.typical * math.hypot(1.0, self.mass / RECOIL_SCALE)

    def propagator(self, q_squared: Scalar) -> Scalar:
        return self.coupling * self.coupling * (1 / (q_squared + self.mass * self.mass))


@dataclass(frozen=True)
class HeavyMediator(Mediator):
    """Base of the heavy mediators: the light ones far above the momentum transfer, where g/m is what counts.

    Electrons recoil with momenta up to 0.2 MeV here: the contact limit is good to 1 % from 2 MeV upwards.

    Parameters
    ----------
    coupling_over_mass
        g_X / m_X, at least zero; zero is the Standard Model [1e-9 / keV].
    charges, electron_charge
        Options: see :class:`Mediator`.
    """

    coupling_over_mass: Scalar = 0.0

    unit = "1e-9 /keV"

    @classmethod
    def label(cls, free: str) -> str:
        return f"$g_{cls.letter}/m_{cls.letter}$"

    def propagator(self, q_squared: Scalar) -> Scalar:
        return (1e-9 * self.coupling_over_mass) ** 2


@dataclass(frozen=True)
class CurrentMediator(Mediator):
    """What vector and axial vector have besides, light or heavy: they interfere with W and Z exchange.

    Parameters
    ----------
    sign
        Of g_nu g_e: 1, or -1 for neutrino and electron couplings of opposite sign.
    normalisation
        ``as_printed`` (the default) or ``left_handed``, see ``NORMALISATIONS``. A gauge symmetry fixes what
        its coupling means: its normalisation is always ``left_handed``.
    """

    sign: int = field(default=1, kw_only=True)
    normalisation: str | None = field(default=None, kw_only=True)

    options: ClassVar[tuple[str, ...]] = (*Mediator.options, "sign", "normalisation")

    def __post_init__(self):
        super().__post_init__()
        who = type(self).__name__
        if isinstance(self.sign, bool) or self.sign not in (1, -1):
            raise InputError(f"{who}.sign is {self.sign!r}; the sign of g_nu g_e is 1 or -1")
        gauge = self.charges in GAUGE_CHARGES if isinstance(self.charges, str) else False
        if self.normalisation is None:
            object.__setattr__(self, "normalisation", "left_handed" if gauge else "as_printed")
        if self.normalisation not in NORMALISATIONS:
            raise InputError(
                f"{who}.normalisation is {self.normalisation!r}; the choices are {sorted(NORMALISATIONS)}"
            )
        if gauge and self.normalisation != "left_handed":
            raise InputError(
                f"{who}.normalisation is {self.normalisation!r}, but the coupling of a gauge symmetry "
                f"({self.charges}) is defined by left_handed; leave the normalisation out"
            )

    def shift(self, exchange: Scalar) -> Scalar:
        """What Eq. 8 of arXiv:2208.06415 adds to g_V or g_A, for an exchange [keV^-2]."""
        return self.sign * exchange / (NORMALISATIONS[str(self.normalisation)] * FERMI_CONSTANT)


def _quarks_of(symmetry: str) -> tuple[float, float] | None:
    """Charges of u and d; None where they must be given."""
    if symmetry == "universal":
        return 1.0, 1.0
    if symmetry.startswith("b_minus"):
        return 1 / 3, 1 / 3
    return (0.0, 0.0) if symmetry in GAUGE_CHARGES and sum(GAUGE_CHARGES[symmetry][0]) == 0 else None


def _loop_charge(leptons: tuple[float, float, float], q_squared: np.ndarray) -> Any:
    """The proton's charge by the loops of :meth:`Mediator.nucleon_charges`, at q^2 [keV^2]."""
    x = (_NODES + 1) / 2
    both = x * (1 - x)
    logs = [np.log(m**2 + both * np.asarray(q_squared)[..., None]) for m in LEPTON_MASSES]
    integrals = [(log * both * _WEIGHTS / 2).sum(axis=-1) for log in logs]
    total = sum(charge * integral for charge, integral in zip(leptons, integrals, strict=True))
    return -2 * FINE_STRUCTURE / math.pi * total


def _is_number(value) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)
