"""A heavy axial-vector mediator."""

from dataclasses import dataclass

from .light_axial_vector import AxialVectorMediator
from .mediators import HeavyMediator


@dataclass(frozen=True)
class HeavyAxialVector(AxialVectorMediator, HeavyMediator):
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

    typical = 3.0
