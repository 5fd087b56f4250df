"""A heavy tensor mediator."""

from dataclasses import dataclass

from .light_tensor import TensorMediator
from .mediators import HeavyMediator


@dataclass(frozen=True)
class HeavyTensor(TensorMediator, HeavyMediator):
    r"""Exchange of a boson with tensor couplings, much heavier than any momentum transfer here: a contact.

    The limit of :class:`.light_tensor.LightTensor`,

    .. math::

        \frac{d\sigma_f}{dE_{er}} = \frac{d\sigma_f^{SM}}{dE_{er}}
            + \frac{m_e}{\pi} \left(\frac{g_X}{m_X}\right)^4
              \left[1 + 2y + y^2 - \frac{m_e E_{er}}{E_\nu^2}\right], \quad y = 1 - \frac{E_{er}}{E_\nu},

    Eq. 11 of arXiv:2208.06415.

    Parameters
    ----------
    coupling_over_mass
        g_X / m_X with g_X = sqrt(g_nuX g_eX), at least zero [1e-9 / keV].
    charges, electron_charge
        Options: see :class:`.mediators.Mediator`.
    """

    typical = 1.5
