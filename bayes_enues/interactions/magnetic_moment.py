"""Neutrino magnetic moments."""

from dataclasses import dataclass

from ..constants import FLAVOURS, MAGNETIC_STRENGTH
from .base import ADDS, Interaction, Scalar, weak_cross_section
from .nuclei import Nuclei


def magnetic_cross_section(moment_squared: Scalar, e_nu: Scalar, e_er: Scalar) -> Scalar:
    """What a magnetic moment adds, given its square [1e-24 Bohr magneton squared]; in cm^2/keV."""
    return MAGNETIC_STRENGTH * 1e-24 * moment_squared * (1 / e_er - 1 / e_nu)


@dataclass(frozen=True)
class MagneticMoment(Interaction):
    r"""Photon exchange through neutrino magnetic moments.

    The photon flips the neutrino's helicity, so this adds to the weak cross section without interference,

    .. math::

        \frac{d\sigma_f}{dE_{er}} = \frac{d\sigma_f^{SM}}{dE_{er}}
            + \frac{\pi\alpha^2}{m_e^2} \left(\frac{\mu_f}{\mu_B}\right)^2
              \left(\frac{1}{E_{er}} - \frac{1}{E_\nu}\right),

    Eq. 3 of arXiv:2208.06415, after Vogel & Engel, PRD 39 (1989) 3378. On nuclei the charge and the form
    factor come in, :math:`Z^2 F^2`.

    Parameters
    ----------
    nu_e, nu_mu, nu_tau
        Effective magnetic moment of each flavour [1e-12 Bohr magneton].
    """

    nu_e: Scalar = 0.0
    nu_mu: Scalar = 0.0
    nu_tau: Scalar = 0.0

    unit = "1e-12 mu_B"
    power = 2
    groups = {"universal": FLAVOURS}  # noqa: RUF012 - a ClassVar by the base class
    symbol = r"\mu_{{{}}}"
    typical = 10.0
    in_table_one = True
    atomic_models = ADDS

    def cross_section(self, flavour: str, e_nu: Scalar, e_er: Scalar) -> Scalar:
        weak = weak_cross_section(*self.weak_couplings(flavour), e_nu, e_er)
        return weak + magnetic_cross_section(getattr(self, flavour) ** 2, e_nu, e_er)

    def nuclear_term(self, flavour: str, nuclei: Nuclei, e_nu: Scalar, e_nr: Scalar) -> Scalar:
        charge = nuclei.protons * nuclei.form_factor(e_nr)
        return charge**2 * magnetic_cross_section(getattr(self, flavour) ** 2, e_nu, e_nr)
