"""A heavy tensor mediator."""

from dataclasses import dataclass

from .base import ADDS, Scalar, weak_cross_section
from .light_tensor import tensor_cross_section
from .mediators import HeavyMediator


@dataclass(frozen=True)
class HeavyTensor(HeavyMediator):
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

    name = "heavy_tensor"
    letter = "T"
    atomic_models = ADDS
    typical = 1.5
    no_nuclei = "a tensor sees the spins of nuclei, not all nucleons at once"

    def cross_section(self, flavour: str, e_nu: Scalar, e_er: Scalar) -> Scalar:
        weak = weak_cross_section(*self.weak_couplings(flavour), e_nu, e_er)
        return weak + tensor_cross_section(self.exchange(flavour, e_er), e_nu, e_er)
