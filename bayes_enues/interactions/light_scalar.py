"""A light scalar mediator."""

from dataclasses import dataclass
from math import pi

from ..constants import ELECTRON_MASS, KEV2_CM2
from ..errors import InputError
from .base import ADDS, Scalar, weak_cross_section
from .mediators import LightMediator, Mediator
from .nuclei import Nuclei

#: A scalar's charge of the proton and of the neutron where it couples to all quarks alike with one: sums over
#: quarks of f_q m_N / m_q, with their shares f_q in the mass of a nucleon.
SCALAR_NUCLEONS = (17.075, 17.087)


@dataclass(frozen=True)
class ScalarMediator(Mediator):
    """What scalars have besides, light or heavy: they add on nuclei, whose nucleons see all quarks alike."""

    letter = "S"
    atomic_models = ADDS
    no_nuclei = ""

    def cross_section(self, flavour: str, e_nu: Scalar, e_er: Scalar) -> Scalar:
        weak = weak_cross_section(*self.weak_couplings(flavour), e_nu, e_er)
        exchange = self.exchange(flavour, e_er)
        return weak + KEV2_CM2 * (exchange**2 / (4 * pi) * ELECTRON_MASS**2 * e_er / e_nu**2)

    def check_nuclei(self) -> None:
        super().check_nuclei()
        u, d = self.quarks or (0.0, 0.0)
        if u != d or u == 0:
            raise InputError(
                f"{self.name} with charges {self.charges!r} has {u:g} and {d:g} for u and d quarks; "
                "nuclear recoils by a scalar need equal charges other than zero: give such quark_charges"
            )

    def nuclear_term(self, flavour: str, nuclei: Nuclei, e_nu: Scalar, e_nr: Scalar) -> Scalar:
        """What a scalar adds on nuclei, in cm^2/keV."""
        c_p, c_n = SCALAR_NUCLEONS
        quarks = (self.quarks or (0.0, 0.0))[0]
        charge = quarks * (nuclei.protons * c_p + nuclei.neutrons * c_n) * nuclei.form_factor(e_nr)
        exchange = charge * self.nuclear_exchange(flavour, nuclei, e_nr)
        return KEV2_CM2 * (exchange**2 / (4 * pi) * nuclei.mass**2 * e_nr / e_nu**2)


@dataclass(frozen=True)
class LightScalar(ScalarMediator, LightMediator):
    r"""Exchange of a light scalar boson.

    It flips the neutrino's helicity and adds to the weak cross section without interference,

    .. math::

        \frac{d\sigma_f}{dE_{er}} = \frac{d\sigma_f^{SM}}{dE_{er}}
            + \frac{g_X^4}{4\pi\,(2 m_e E_{er} + m_X^2)^2} \frac{m_e^2 E_{er}}{E_\nu^2},

    Eq. 9 of arXiv:2208.06415, after Link & Xu, JHEP 08 (2019) 004. On nuclei the same with M for m_e, times
    :math:`(Z c_p + N c_n)^2 F^2` and the charge of the quarks, see :data:`SCALAR_NUCLEONS`.

    Parameters
    ----------
    coupling
        g_X = sqrt(g_nuX g_eX), at least zero [1].
    mass
        Above zero [keV].
    charges, electron_charge, quark_charges
        Options: see :class:`.mediators.LightMediator`.
    """

    typical = 5e-7
