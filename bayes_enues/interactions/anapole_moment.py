"""Neutrino anapole moments."""

from dataclasses import dataclass

from ..constants import FLAVOURS
from .base import Interaction, Scalar
from .charge_radius import ChargeRadius
from .nuclei import Nuclei


@dataclass(frozen=True)
class AnapoleMoment(Interaction):
    r"""Photon exchange through an anapole moment, which no experiment tells from a charge radius.

    For ultrarelativistic neutrinos the two are one quantity,

    .. math:: a_f = -\frac{\langle r_f^2 \rangle}{6},

    the definition of Giunti & Studenikin, Rev. Mod. Phys. 87 (2015) 531, and of the appendix of
    arXiv:2208.06415. (Eq. 7 of that paper has :math:`a_f / 18` where this definition gives
    :math:`-2 a_f`, a factor of 36.)

    Parameters
    ----------
    nu_e, nu_mu, nu_tau
        Anapole moment of each flavour, of either sign [1e-32 cm^2].
    """

    nu_e: Scalar = 0.0
    nu_mu: Scalar = 0.0
    nu_tau: Scalar = 0.0

    unit = "1e-32 cm2"
    power = 1
    signed = True
    groups = {"universal": FLAVOURS}  # noqa: RUF012 - a ClassVar by the base class
    symbol = r"a_{{{}}}"
    typical = 5.0
    in_table_one = True

    def cross_section(self, flavour: str, e_nu: Scalar, e_er: Scalar) -> Scalar:
        return self._as_radii().cross_section(flavour, e_nu, e_er)

    def nucleon_shifts(self, flavour: str, nuclei: Nuclei, e_nr: Scalar) -> tuple[Scalar, Scalar]:
        return self._as_radii().nucleon_shifts(flavour, nuclei, e_nr)

    def _as_radii(self) -> ChargeRadius:
        radii = {f: -6 * getattr(self, f) for f in FLAVOURS}
        return ChargeRadius(**radii, couplings=self.couplings)
