"""Vector and axial coupling of the neutral current between neutrinos and electrons."""

from dataclasses import dataclass, field
from typing import ClassVar

from ..errors import InputError
from .base import COUPLINGS, Interaction, Scalar, weak_cross_section

G_V, G_A = COUPLINGS["tree"]["nu_mu"]


@dataclass(frozen=True)
class NeutralCurrentCouplings(Interaction):
    r"""The couplings of Z exchange measured, as CHARM II and reactors did: both free, of either sign.

    .. math:: g_V^f = g_V + \delta_{fe}, \quad g_A^f = g_A + \delta_{fe}

    in Eq. 1 of arXiv:2208.06415, where the one is W exchange, which only :math:`\nu_e` has. The cross section
    has a term in :math:`g_V g_A`.

    Parameters
    ----------
    g_v, g_a
        Of the neutral current; -0.02286 and -0.5 are the Standard Model at tree level [1].
    of
        Whose neutral current it is: of ``all`` flavours, or of ``nu_e`` alone.
    """

    g_v: Scalar = G_V
    g_a: Scalar = G_A
    of: str = field(default="all", kw_only=True)

    unit = "1"
    power = 1
    signed = True
    standard_model_values = {"g_v": G_V, "g_a": G_A}  # noqa: RUF012 - a ClassVar by the base class
    options: ClassVar[tuple[str, ...]] = (*Interaction.options, "of")
    typical = 0.5
    no_nuclei = "its parameters are couplings of electrons"

    def __post_init__(self):
        super().__post_init__()
        if self.of not in ("all", "nu_e"):
            raise InputError(f"of={self.of!r} is unknown; the choices are 'all' and 'nu_e'")

    def cross_section(self, flavour: str, e_nu: Scalar, e_er: Scalar) -> Scalar:
        g_v, g_a = self.weak_couplings(flavour)
        if self.of in ("all", flavour):
            g_v, g_a = g_v + (self.g_v - G_V), g_a + (self.g_a - G_A)
        return weak_cross_section(g_v, g_a, e_nu, e_er)

    @classmethod
    def label(cls, free: str) -> str:
        return rf"$g_{free[-1].upper()}$"
