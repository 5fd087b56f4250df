"""A light tensor mediator."""

from dataclasses import dataclass
from math import pi

from ..constants import ELECTRON_MASS, KEV2_CM2
from .base import ADDS, Scalar, weak_cross_section
from .mediators import LightMediator, Mediator


@dataclass(frozen=True)
class TensorMediator(Mediator):
    """What tensors have besides, light or heavy: their formula."""

    letter = "T"
    atomic_models = ADDS
    no_nuclei = "a tensor sees the spins of nuclei, not all nucleons at once"

    def cross_section(self, flavour: str, e_nu: Scalar, e_er: Scalar) -> Scalar:
        weak = weak_cross_section(*self.weak_couplings(flavour), e_nu, e_er)
        y = 1 - e_er / e_nu
        shape = 1 + 2 * y + y**2 - ELECTRON_MASS * e_er / e_nu**2
        return weak + KEV2_CM2 * ELECTRON_MASS * self.exchange(flavour, e_er) ** 2 / pi * shape


@dataclass(frozen=True)
class LightTensor(TensorMediator, LightMediator):
    r"""Exchange of a light boson with tensor couplings.

    It flips the neutrino's helicity and adds to the weak cross section without interference,

    .. math::

        \frac{d\sigma_f}{dE_{er}} = \frac{d\sigma_f^{SM}}{dE_{er}}
            + \frac{m_e\,g_X^4}{\pi\,(2 m_e E_{er} + m_X^2)^2}
              \left[1 + 2y + y^2 - \frac{m_e E_{er}}{E_\nu^2}\right], \quad y = 1 - \frac{E_{er}}{E_\nu},

    Eq. 11 of arXiv:2208.06415, after Link & Xu, JHEP 08 (2019) 004.

    Parameters
    ----------
    coupling
        g_X = sqrt(g_nuX g_eX), at least zero [1].
    mass
        Above zero [keV].
    charges, electron_charge
        Options: see :class:`.mediators.LightMediator`.
    """

    typical = 1e-7
