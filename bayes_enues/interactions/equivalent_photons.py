"""Neutrino millicharges on bound electrons, by equivalent photons."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from ..constants import FINE_STRUCTURE, FLAVOURS
from ..errors import InputError
from ..tables import packaged, read_table
from .base import ADDS, Interaction, Scalar, weak_cross_section


@lru_cache
def _table() -> tuple[np.ndarray, np.ndarray]:
    energy, cross_section = "e_keV", "cross_section_cm2_per_atom"
    table = read_table(packaged("xenon", "photoabsorption.csv"), needed=(energy, cross_section))
    return table[energy], table[cross_section]


def photoabsorption(energy: ArrayLike) -> np.ndarray:
    """Photoelectric cross section of a xenon atom [cm^2]: a power law between the table's points.

    Zero below the table, which starts at 0.1 keV and is unreliable below 0.25 keV.
    """
    grid, sigma = _table()
    energy = np.asarray(energy, float)
    inside = np.exp(np.interp(np.log(energy), np.log(grid), np.log(sigma)))
    return np.where((energy >= grid[0]) & (energy <= grid[-1]), inside, 0.0)


@dataclass(frozen=True)
class EquivalentPhotonMillicharge(Interaction):
    r"""Millicharge whose nearly real photons an atom absorbs: the alternative to stepped free electrons.

    The photons exchanged by a millicharge are soft. A relativistic charge carries an equivalent flux of real
    ones, and the cross section per atom at an energy transfer :math:`E_{er} = T` follows from
    photoabsorption,

    .. math::

        \frac{d\sigma_f}{dT} = \frac{2\alpha}{\pi} \left(\frac{q_f}{e}\right)^2
            \frac{\sigma_\gamma(T)}{T} \ln\frac{E_\nu}{m_\nu},

    Chen et al., PRD 90 (2014) 011301, arXiv:1405.7168. It adds to the weak cross section, whose interference
    it neglects, so only the size of the charge counts. Around 1 keV the shells of xenon absorb ten times more
    than free electrons would recoil, which is why limits obtained this way (1.5e-13 e) are stronger than
    those of arXiv:2208.06415.

    Parameters
    ----------
    nu_e, nu_mu, nu_tau
        Size of the electric charge of each flavour [1e-13 e].
    neutrino_mass
        In the logarithm, where it cuts off the photons' flux [eV]; 0.1 for 1 makes limits 8 % stronger.
    """

    nu_e: Scalar = 0.0
    nu_mu: Scalar = 0.0
    nu_tau: Scalar = 0.0
    neutrino_mass: float = 1.0

    unit = "1e-13 e"
    power = 2
    groups = {"universal": FLAVOURS}  # noqa: RUF012 - a ClassVar by the base class
    options = (*Interaction.options, "neutrino_mass")
    symbol = r"|q_{{{}}}|"
    typical = 2.0
    no_nuclei = "its photons ionise atoms; millicharge has one"
    alternative_to = "millicharge"
    atomic_models = ADDS
    own_atomic_model = "equivalent photons"

    def __post_init__(self):
        super().__post_init__()
        if not (np.isfinite(self.neutrino_mass) and self.neutrino_mass > 0):
            raise InputError(f"neutrino_mass is {self.neutrino_mass}; a number of eV above zero was needed")

    def cross_section(self, flavour: str, e_nu: Scalar, e_er: Scalar) -> Scalar:
        return weak_cross_section(*self.weak_couplings(flavour), e_nu, e_er)

    def cross_section_per_atom(self, flavour: str, e_nu: Scalar, e_er: Scalar) -> Scalar:
        """What one atom adds to the cross sections of its electrons [cm^2/keV]."""
        charge = 1e-13 * getattr(self, flavour)
        photons = 2 * FINE_STRUCTURE / np.pi * np.log(1e3 * e_nu / self.neutrino_mass)
        return charge**2 * photons * photoabsorption(e_er) / e_er
