"""A heavy vector mediator."""

from dataclasses import dataclass

from .base import Scalar, weak_cross_section
from .mediators import CurrentMediator, HeavyMediator
from .nuclei import Nuclei


@dataclass(frozen=True)
class HeavyVector(CurrentMediator, HeavyMediator):
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

    name = "heavy_vector"
    letter = "V"
    typical = 2.0

    def cross_section(self, flavour: str, e_nu: Scalar, e_er: Scalar) -> Scalar:
        g_v, g_a = self.weak_couplings(flavour)
        return weak_cross_section(g_v + self.shift(flavour, e_er), g_a, e_nu, e_er)

    def nucleon_shifts(self, flavour: str, nuclei: Nuclei, e_nr: Scalar) -> tuple[Scalar, Scalar]:
        return self.vector_shifts(flavour, nuclei, e_nr)
