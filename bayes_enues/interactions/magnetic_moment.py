"""Neutrino magnetic moments."""

from dataclasses import dataclass

from ..constants import FLAVOURS, MAGNETIC_STRENGTH
from .base import Interaction, Scalar, weak_cross_section


@dataclass(frozen=True)
class MagneticMoment(Interaction):
    r"""Photon exchange through neutrino magnetic moments.

    The photon flips the neutrino's helicity, so this adds to the weak cross section without interference,

    .. math::

        \frac{d\sigma_f}{dE_{er}} = \frac{d\sigma_f^{SM}}{dE_{er}}
            + \frac{\pi\alpha^2}{m_e^2} \left(\frac{\mu_f}{\mu_B}\right)^2
              \left(\frac{1}{E_{er}} - \frac{1}{E_\nu}\right),

    Eq. 3 of arXiv:2208.06415, after Vogel & Engel, PRD 39 (1989) 3378.

    Parameters
    ----------
    nu_e, nu_mu, nu_tau
        Effective magnetic moment of each flavour [1e-12 Bohr magneton].
    """

    nu_e: Scalar = 0.0
    nu_mu: Scalar = 0.0
    nu_tau: Scalar = 0.0

    name = "magnetic_moment"
    unit = "1e-12 mu_B"
    power = 2
    groups = {"universal": FLAVOURS}  # noqa: RUF012 - a ClassVar by the base class
    symbol = r"\mu_{{{}}}"
    typical = 10.0

    def cross_section(self, flavour, e_nu, e_er):
        strength = MAGNETIC_STRENGTH * (1e-12 * getattr(self, flavour)) ** 2
        weak = weak_cross_section(*self.weak_couplings(flavour), e_nu, e_er)
        return weak + strength * (1 / e_er - 1 / e_nu)
