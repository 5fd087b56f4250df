"""A light scalar mediator."""

from dataclasses import dataclass
from math import pi

from ..constants import ELECTRON_MASS, KEV2_CM2
from .base import ADDS, Scalar, weak_cross_section
from .mediators import LightMediator, ScalarMediator


def scalar_cross_section(exchange: Scalar, e_nu: Scalar, e_er: Scalar) -> Scalar:
    """What a scalar adds, given g^2 times its propagator [keV^-2]; in cm^2/keV."""
    return KEV2_CM2 * (exchange**2 / (4 * pi) * ELECTRON_MASS**2 * e_er / e_nu**2)


@dataclass(frozen=True)
class LightScalar(ScalarMediator, LightMediator):
    r"""Exchange of a light scalar boson.

    It flips the neutrino's helicity and adds to the weak cross section without interference,

    .. math::

        \frac{d\sigma_f}{dE_{er}} = \frac{d\sigma_f^{SM}}{dE_{er}}
            + \frac{g_X^4}{4\pi\,(2 m_e E_{er} + m_X^2)^2} \frac{m_e^2 E_{er}}{E_\nu^2},

    Eq. 9 of arXiv:2208.06415, after Link & Xu, JHEP 08 (2019) 004. On nuclei the same with M for m_e, times
    :math:`(Z c_p + N c_n)^2 F^2` and the charge of the quarks, see :data:`.mediators.SCALAR_NUCLEONS`.

    Parameters
    ----------
    coupling
        g_X = sqrt(g_nuX g_eX), at least zero [1].
    mass
        Above zero [keV].
    charges, electron_charge, quark_charges
        Options: see :class:`.mediators.LightMediator`.
    """

    name = "light_scalar"
    letter = "S"
    atomic_models = ADDS
    typical = 5e-7
    no_nuclei = ""

    def cross_section(self, flavour: str, e_nu: Scalar, e_er: Scalar) -> Scalar:
        weak = weak_cross_section(*self.weak_couplings(flavour), e_nu, e_er)
        return weak + scalar_cross_section(self.exchange(flavour, e_er), e_nu, e_er)
