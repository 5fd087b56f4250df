"""Neutrino millicharges."""

from dataclasses import dataclass

from ..constants import ELECTRON_MASS, FLAVOURS, PHOTON_OVER_WEAK
from .base import Interaction, Scalar, weak_cross_section
from .nuclei import Nuclei


@dataclass(frozen=True)
class Millicharge(Interaction):
    r"""Photon exchange through a tiny electric charge of the neutrino.

    It conserves helicity, so it interferes with the weak interaction, as a shift of the vector coupling,

    .. math::

        g_V \to g_V - \frac{\sqrt{2} \pi \alpha}{G_F} \, \frac{q_f / e}{m_e E_{er}},

    Sec. 2.2 of arXiv:2208.06415, after Giunti & Studenikin, Rev. Mod. Phys. 87 (2015) 531. The proton's
    charge is the opposite: on nuclei :math:`g_p \to g_p + \sqrt{2} \pi \alpha\, (q_f / e) / (G_F M T)`, and a
    positive charge is destructive.

    Parameters
    ----------
    nu_e, nu_mu, nu_tau
        Electric charge of each flavour, of either sign [1e-13 e].
    """

    nu_e: Scalar = 0.0
    nu_mu: Scalar = 0.0
    nu_tau: Scalar = 0.0

    unit = "1e-13 e"
    power = 1
    signed = True
    groups = {"universal": FLAVOURS}  # noqa: RUF012 - a ClassVar by the base class
    symbol = r"q_{{{}}}"
    typical = 5.0
    in_table_one = True

    def cross_section(self, flavour: str, e_nu: Scalar, e_er: Scalar) -> Scalar:
        g_v, g_a = self.weak_couplings(flavour)
        photon = PHOTON_OVER_WEAK * 1e-13 * getattr(self, flavour) / (ELECTRON_MASS * e_er)
        return weak_cross_section(g_v - photon, g_a, e_nu, e_er)

    def nucleon_shifts(self, flavour: str, nuclei: Nuclei, e_nr: Scalar) -> tuple[Scalar, Scalar]:
        return PHOTON_OVER_WEAK * 1e-13 * getattr(self, flavour) / (nuclei.mass * e_nr), 0.0
