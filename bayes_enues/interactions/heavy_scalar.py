"""A heavy scalar mediator."""

from dataclasses import dataclass

from .light_scalar import ScalarMediator
from .mediators import HeavyMediator


@dataclass(frozen=True)
class HeavyScalar(ScalarMediator, HeavyMediator):
    r"""Exchange of a scalar boson much heavier than any momentum transfer here: a contact interaction.

    The limit of :class:`.light_scalar.LightScalar`,

    .. math::

        \frac{d\sigma_f}{dE_{er}} = \frac{d\sigma_f^{SM}}{dE_{er}}
            + \frac{1}{4\pi} \left(\frac{g_X}{m_X}\right)^4 \frac{m_e^2 E_{er}}{E_\nu^2},

    Eq. 9 of arXiv:2208.06415.

    Parameters
    ----------
    coupling_over_mass
        g_X / m_X with g_X = sqrt(g_nuX g_eX), at least zero [1e-9 / keV].
    charges, electron_charge, quark_charges
        Options: see :class:`.mediators.Mediator`.
    """

    typical = 5.0
