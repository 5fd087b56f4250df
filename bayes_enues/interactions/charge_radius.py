"""Neutrino charge radii."""

from dataclasses import dataclass

from ..constants import FLAVOURS, KEV2_CM2, PHOTON_OVER_WEAK
from .base import Interaction, Scalar, weak_cross_section
from .nuclei import Nuclei


@dataclass(frozen=True)
class ChargeRadius(Interaction):
    r"""Photon exchange through a mean squared charge radius of the neutrino, beyond the Standard Model's.

    A constant shift of the vector coupling,

    .. math::

        g_V \to g_V + \frac{\sqrt{2} \pi \alpha}{G_F} \, \frac{\langle r_f^2 \rangle}{3},

    Sec. 2.2 of arXiv:2208.06415, after Giunti & Studenikin, Rev. Mod. Phys. 87 (2015) 531. A radius of the
    right negative size flips the sign of the coupling and looks almost like none: two separate solutions. The
    proton's charge is the opposite: on nuclei :math:`g_p` is lowered by as much, and a positive radius is
    constructive.

    Parameters
    ----------
    nu_e, nu_mu, nu_tau
        Mean squared charge radius of each flavour, of either sign [1e-32 cm^2].
    """

    nu_e: Scalar = 0.0
    nu_mu: Scalar = 0.0
    nu_tau: Scalar = 0.0

    unit = "1e-32 cm2"
    power = 1
    signed = True
    groups = {"universal": FLAVOURS}  # noqa: RUF012 - a ClassVar by the base class
    symbol = r"\langle r^2_{{{}}} \rangle"
    typical = 30.0
    in_table_one = True

    def cross_section(self, flavour: str, e_nu: Scalar, e_er: Scalar) -> Scalar:
        g_v, g_a = self.weak_couplings(flavour)
        return weak_cross_section(g_v + self._shift(flavour), g_a, e_nu, e_er)

    def nucleon_shifts(self, flavour: str, nuclei: Nuclei, e_nr: Scalar) -> tuple[Scalar, Scalar]:
        return -self._shift(flavour), 0.0

    def _shift(self, flavour: str) -> Scalar:
        radius = 1e-32 * getattr(self, flavour) / KEV2_CM2  # keV^-2
        return PHOTON_OVER_WEAK * radius / 3
