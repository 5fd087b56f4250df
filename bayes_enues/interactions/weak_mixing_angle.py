"""The weak mixing angle at low energy."""

from dataclasses import dataclass

from ..constants import SIN2_THETA_W
from .base import Interaction, Scalar, weak_cross_section
from .nuclei import Nuclei


@dataclass(frozen=True)
class WeakMixingAngle(Interaction):
    r"""The Standard Model with another weak mixing angle: a measurement where momentum transfers are keV.

    .. math:: g_V = -\tfrac12 + 2 \sin^2\theta_W + \delta_{fe}, \quad g_A = -\tfrac12 + \delta_{fe},

    Eq. 2 of arXiv:2208.06415; with ``couplings = "radiative"`` the vector coupling moves from its corrected
    value by as much. Counts are quadratic in the angle, and a negative value is a second solution that
    electrons alone do not exclude: the parameter is signed here. On nuclei :math:`g_p = \tfrac12 - 2
    \sin^2\theta_W`; they have a mirror solution of their own, and where one is fitted the parameter starts at
    zero.

    Parameters
    ----------
    sin2_theta_w
        sin^2 theta_W; 0.23857 is the Standard Model [1].
    """

    sin2_theta_w: Scalar = SIN2_THETA_W

    unit = "1"
    power = 1
    signed = True
    standard_model_values = {"sin2_theta_w": SIN2_THETA_W}  # noqa: RUF012 - a ClassVar by the base class
    typical = 0.3

    def cross_section(self, flavour: str, e_nu: Scalar, e_er: Scalar) -> Scalar:
        g_v, g_a = self.weak_couplings(flavour)
        return weak_cross_section(g_v + 2 * (self.sin2_theta_w - SIN2_THETA_W), g_a, e_nu, e_er)

    def nucleon_shifts(self, flavour: str, nuclei: Nuclei, e_nr: Scalar) -> tuple[Scalar, Scalar]:
        return -2 * (self.sin2_theta_w - SIN2_THETA_W), 0.0

    @classmethod
    def lower_edge(cls, targets: frozenset[str]) -> float:
        return 0.0 if "nucleus" in targets else super().lower_edge(targets)

    @classmethod
    def label(cls, free: str) -> str:
        return r"$\sin^2\theta_W$"
