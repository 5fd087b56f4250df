"""What the five light mediators have in common: a coupling, a mass, a propagator and charges."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..constants import ELECTRON_MASS, FERMI_CONSTANT, FLAVOURS
from ..errors import InputError
from .base import Interaction, Scalar

__all__ = ["GAUGE_CHARGES", "NORMALISATIONS", "CurrentMediator", "LightMediator"]

#: Charges of (nu_e, nu_mu, nu_tau) and of the electron under gauge symmetries. The electron has none of
#: L_mu - L_tau: only loops of muons and taus mix the boson with the photon, so that charge must be given.
GAUGE_CHARGES = {
    "b_minus_l": ((-1.0, -1.0, -1.0), -1.0),
    "l_e_minus_l_mu": ((1.0, -1.0, 0.0), 1.0),
    "l_e_minus_l_tau": ((1.0, 0.0, -1.0), 1.0),
    "l_mu_minus_l_tau": ((0.0, 1.0, -1.0), None),
}

#: The number before G_F in Eq. 8: 2 sqrt(2) as printed in arXiv:2208.06415; sqrt(2) is what a vector current
#: of left-handed neutrinos gives (Lindner et al., JHEP 05 (2018) 098). Limits on g
#: as printed are a factor sqrt(2) weaker.
NORMALISATIONS = {"as_printed": 2 * math.sqrt(2), "left_handed": math.sqrt(2)}

LIGHTEST, HEAVIEST = 1e-12, 1e12  # keV
RECOIL_SCALE = 60.0  # keV, sqrt(2 m_e E_er) at a recoil of 3.5 keV: above it limits on g grow like the mass


@dataclass(frozen=True)
class LightMediator(Interaction):
    """Base of the light mediators; a subclass adds the cross section.

    Parameters
    ----------
    coupling
        g_X = sqrt(g_nuX g_eX), at least zero; zero is the Standard Model [1].
    mass
        Of the mediator, above zero [keV].
    charges
        What multiplies the coupling for nu_e, nu_mu and nu_tau: ``universal`` (one each), three numbers, or
        a gauge symmetry of ``GAUGE_CHARGES``.
    electron_charge
        What multiplies the coupling for the electron, given with three numbers. For ``l_mu_minus_l_tau`` it
        is what loop mixing with the photon makes of it: kinetic mixing times e / g.
    """

    coupling: Scalar = 0.0
    mass: Scalar = None
    charges: str | tuple[float, float, float] = "universal"
    electron_charge: float | None = None

    unit = "1"
    power = 2
    fixed_parameters = ("mass",)
    options: ClassVar[tuple[str, ...]] = ("couplings", "charges", "electron_charge")
    letter: ClassVar[str] = "X"

    def __post_init__(self):
        who = type(self).__name__
        if self.mass is None:
            raise InputError(f"{who} needs the mass of the mediator; a positive number of keV was expected")
        super().__post_init__()
        if _is_number(self.coupling) and self.coupling < 0:
            raise InputError(f"{who}.coupling is {self.coupling:g}; a number from zero upwards was needed")
        if _is_number(self.mass) and self.mass <= 0:
            raise InputError(f"{who}.mass is {self.mass:g}; a number of keV above zero was needed")
        if _is_number(self.mass) and not LIGHTEST <= self.mass <= HEAVIEST:
            raise InputError(
                f"{who}.mass is {self.mass:g}; a number of keV from {LIGHTEST:g} to {HEAVIEST:g} was needed: "
                "beyond them limits are constant in the coupling or in coupling / mass"
            )
        self._check_charges(who)

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
        object.__setattr__(self, "charges", tuple(float(c) for c in numbers))

    def _check_symmetry(self, who: str) -> None:
        given = self.electron_charge
        if self.charges not in ("universal", *GAUGE_CHARGES):
            raise InputError(
                f"{who}.charges is {self.charges!r}; three numbers were needed, or one of "
                f"{['universal', *GAUGE_CHARGES]}"
            )
        fixed = 1.0 if self.charges == "universal" else GAUGE_CHARGES[self.charges][1]
        if fixed is None and given is None:
            raise InputError(
                f"{self.charges} couples to electrons only through loop mixing; give electron_charge, the "
                "charge that mixing with the photon leaves the electron, in units of the coupling"
            )
        if fixed is not None and given not in (None, fixed):
            raise InputError(
                f"{who}.electron_charge is {given:g}, but {self.charges} fixes it at {fixed:g}; leave it out"
            )

    @classmethod
    def label(cls, free: str) -> str:
        return f"$g_{cls.letter}$" if free == "coupling" else f"$m_{cls.letter}$"

    def starting_value(self) -> float:
        """Near today's limits: constant below the momentum transfer, growing like the mass above it."""
        return self.typical * math.hypot(1.0, self.mass / RECOIL_SCALE)

    def coupling_squared(self, flavour: str) -> Scalar:
        """g_nu g_e of one flavour: the coupling squared times both charges."""
        if self.charges == "universal":
            return self.coupling * self.coupling
        charges, electron = GAUGE_CHARGES.get(self.charges, (self.charges, None))
        electron = self.electron_charge if electron is None else electron
        return charges[FLAVOURS.index(flavour)] * electron * (self.coupling * self.coupling)

    def propagator(self, e_er) -> Scalar:
        """1 / (2 m_e E_er + m_X^2), for the momentum transfer of a recoil [keV^-2]."""
        return 1 / (2 * ELECTRON_MASS * e_er + self.mass * self.mass)


@dataclass(frozen=True)
class CurrentMediator(LightMediator):
    """Base of vector and axial vector, which interfere with W and Z exchange.

    Parameters
    ----------
    sign
        Of g_nu g_e: 1, or -1 for neutrino and electron couplings of opposite sign.
    normalisation
        ``as_printed`` (the default) or ``left_handed``, see ``NORMALISATIONS``. A gauge symmetry fixes what
        its coupling means: its normalisation is always ``left_handed``.
    """

    sign: int = 1
    normalisation: str | None = None

    options: ClassVar[tuple[str, ...]] = (*LightMediator.options, "sign", "normalisation")

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

    def shift(self, flavour: str, e_er) -> Scalar:
        """What Eq. 8 of arXiv:2208.06415 adds to g_V or g_A."""
        strength = self.sign * self.coupling_squared(flavour)
        return strength * self.propagator(e_er) / (NORMALISATIONS[self.normalisation] * FERMI_CONSTANT)


def _is_number(value) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)
