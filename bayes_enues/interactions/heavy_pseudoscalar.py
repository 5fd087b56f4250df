"""A heavy pseudoscalar mediator."""

from dataclasses import dataclass

from .light_pseudoscalar import PseudoscalarMediator
from .mediators import HeavyMediator


@dataclass(frozen=True)
class HeavyPseudoscalar(PseudoscalarMediator, HeavyMediator):
    r"""Exchange of a pseudoscalar boson much heavier than any momentum transfer here: a contact interaction.

    The limit of :class:`.light_pseudoscalar.LightPseudoscalar`,

    .. math::

        \frac{d\sigma_f}{dE_{er}} = \frac{d\sigma_f^{SM}}{dE_{er}}
            + \frac{1}{8\pi} \left(\frac{g_X}{m_X}\right)^4 \frac{m_e E_{er}^2}{E_\nu^2},

    Eq. 10 of arXiv:2208.06415.

    Parameters
    ----------
    coupling_over_mass
        g_X / m_X with g_X = sqrt(g_nuX g_eX), at least zero [1e-9 / keV].
    charges, electron_charge
        Options: see :class:`.mediators.Mediator`.
    """

    typical = 15.0
