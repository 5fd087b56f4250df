"""A heavy axial-vector mediator."""

from dataclasses import dataclass

from .base import Scalar, weak_cross_section
from .mediators import CurrentMediator, HeavyMediator


@dataclass(frozen=True)
class HeavyAxialVector(CurrentMediator, HeavyMediator):
    r"""Exchange of an axial-vector boson much heavier than any momentum transfer here: a contact interaction.

    The limit of :class:`.light_axial_vector.LightAxialVector`,

    .. math::

        g_A \to g_A + \frac{1}{2\sqrt{2}\,G_F} \left(\frac{g_X}{m_X}\right)^2,

    Eq. 8 of arXiv:2208.06415.

    Parameters
    ----------
    coupling_over_mass
        g_X / m_X with g_X = sqrt(g_nuX g_eX), at least zero [1e-9 / keV].
    charges, electron_charge, sign, normalisation
        Options: see :class:`.mediators.Mediator` and :class:`.mediators.CurrentMediator`.
    """

    name = "heavy_axial_vector"
    letter = "A"
    typical = 3.0
    no_nuclei = "an axial current sees the spins of nuclei, not all nucleons at once"

    def cross_section(self, flavour: str, e_nu: Scalar, e_er: Scalar) -> Scalar:
        g_v, g_a = self.weak_couplings(flavour)
        return weak_cross_section(g_v, g_a + self.shift(flavour, e_er), e_nu, e_er)
