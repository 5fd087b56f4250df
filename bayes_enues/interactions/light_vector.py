"""A light vector mediator."""

from dataclasses import dataclass

from .base import Scalar, weak_cross_section
from .mediators import CurrentMediator, LightMediator
from .nuclei import Nuclei


@dataclass(frozen=True)
class VectorMediator(CurrentMediator):
    """What vectors have besides, light or heavy: which couplings are shifted."""

    letter = "V"

    def cross_section(self, flavour: str, e_nu: Scalar, e_er: Scalar) -> Scalar:
        g_v, g_a = self.weak_couplings(flavour)
        return weak_cross_section(g_v + self.shift(self.exchange(flavour, e_er)), g_a, e_nu, e_er)

    def nucleon_shifts(self, flavour: str, nuclei: Nuclei, e_nr: Scalar) -> tuple[Scalar, Scalar]:
        size = self.shift(self.nuclear_exchange(flavour, nuclei, e_nr))
        proton, neutron = self.nucleon_charges(nuclei, e_nr)
        return size * proton, size * neutron


@dataclass(frozen=True)
class LightVector(VectorMediator, LightMediator):
    r"""Exchange of a light vector boson, such as a Z' or a dark photon.

    It interferes with W and Z exchange through the vector coupling of Eq. 1,

    .. math::

        g_V \to g_V + \frac{g_X^2}{2\sqrt{2}\,G_F\,(2 m_e E_{er} + m_X^2)},

    Eq. 8 of arXiv:2208.06415, after Lindner et al., JHEP 05 (2018) 098. On nuclei the couplings of proton and
    neutron are shifted in the same way, by their charges and with :math:`q^2 = 2 M T`.

    Parameters
    ----------
    coupling
        g_X = sqrt(g_nuX g_eX), at least zero [1].
    mass
        Above zero [keV].
    charges, electron_charge, quark_charges, sign, normalisation
        Options: see :class:`.mediators.LightMediator` and :class:`.mediators.CurrentMediator`.
    """

    typical = 2e-7
