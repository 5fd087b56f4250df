"""A light axial-vector mediator."""

from dataclasses import dataclass

from .base import Scalar, weak_cross_section
from .mediators import CurrentMediator, LightMediator


@dataclass(frozen=True)
class AxialVectorMediator(CurrentMediator):
    """What axial vectors have besides, light or heavy: which coupling is shifted."""

    letter = "A"
    no_nuclei = "an axial current sees the spins of nuclei, not all nucleons at once"

    def cross_section(self, flavour: str, e_nu: Scalar, e_er: Scalar) -> Scalar:
        g_v, g_a = self.weak_couplings(flavour)
        return weak_cross_section(g_v, g_a + self.shift(self.exchange(flavour, e_er)), e_nu, e_er)


@dataclass(frozen=True)
class LightAxialVector(AxialVectorMediator, LightMediator):
    r"""Exchange of a light boson that couples to the axial current of the electron.

    It interferes with W and Z exchange through the axial coupling of Eq. 1,

    .. math::

        g_A \to g_A + \frac{g_X^2}{2\sqrt{2}\,G_F\,(2 m_e E_{er} + m_X^2)},

    Eq. 8 of arXiv:2208.06415, after Lindner et al., JHEP 05 (2018) 098.

    Parameters
    ----------
    coupling
        g_X = sqrt(g_nuX g_eX), at least zero [1].
    mass
        Above zero [keV].
    charges, electron_charge, sign, normalisation
        Options: see :class:`.mediators.LightMediator` and :class:`.mediators.CurrentMediator`.
    """

    typical = 2e-7
