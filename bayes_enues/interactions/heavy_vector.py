"""A heavy vector mediator."""

from dataclasses import dataclass

from .light_vector import VectorMediator
from .mediators import HeavyMediator


@dataclass(frozen=True)
class HeavyVector(VectorMediator, HeavyMediator):
    r"""Exchange of a vector boson much heavier than any momentum transfer here: a contact interaction.

    The limit of :class:`.light_vector.LightVector`,

    .. math::

        g_V \to g_V + \frac{1}{2\sqrt{2}\,G_F} \left(\frac{g_X}{m_X}\right)^2,

    Eq. 8 of arXiv:2208.06415; in the words of non-standard interactions
    :math:`\varepsilon^V = g_X^2 / (2\sqrt{2}\,G_F\,m_X^2)`.

    Parameters
    ----------
    coupling_over_mass
        g_X / m_X with g_X = sqrt(g_nuX g_eX), at least zero [1e-9 / keV].
    charges, electron_charge, quark_charges, sign, normalisation
        Options: see :class:`.mediators.Mediator` and :class:`.mediators.CurrentMediator`.
    """

    typical = 2.0
