"""A light pseudoscalar mediator."""

from dataclasses import dataclass
from math import pi

from ..constants import ELECTRON_MASS, KEV2_CM2
from .base import ADDS, Scalar, weak_cross_section
from .mediators import LightMediator, Mediator


@dataclass(frozen=True)
class PseudoscalarMediator(Mediator):
    """What pseudoscalars have besides, light or heavy: their formula."""

    letter = "P"
    atomic_models = ADDS
    no_nuclei = "a pseudoscalar sees the spins of nuclei, not all nucleons at once"

    def cross_section(self, flavour: str, e_nu: Scalar, e_er: Scalar) -> Scalar:
        weak = weak_cross_section(*self.weak_couplings(flavour), e_nu, e_er)
        exchange = self.exchange(flavour, e_er)
        return weak + KEV2_CM2 * (exchange**2 / (8 * pi) * ELECTRON_MASS * e_er**2 / e_nu**2)


@dataclass(frozen=True)
class LightPseudoscalar(PseudoscalarMediator, LightMediator):
    r"""Exchange of a light pseudoscalar boson.

    It flips the neutrino's helicity and adds to the weak cross section without interference,

    .. math::

        \frac{d\sigma_f}{dE_{er}} = \frac{d\sigma_f^{SM}}{dE_{er}}
            + \frac{g_X^4}{8\pi\,(2 m_e E_{er} + m_X^2)^2} \frac{m_e E_{er}^2}{E_\nu^2},

    Eq. 10 of arXiv:2208.06415, after Link & Xu, JHEP 08 (2019) 004.

    Parameters
    ----------
    coupling
        g_X = sqrt(g_nuX g_eX), at least zero [1].
    mass
        Above zero [keV].
    charges, electron_charge
        Options: see :class:`.mediators.LightMediator`.
    """

    typical = 2e-6
