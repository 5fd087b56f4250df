"""Magnetic moments of Dirac neutrinos in the basis of mass states."""

from dataclasses import dataclass, field

import numpy as np

from .base import ADDS, Interaction, Scalar, weak_cross_section
from .magnetic_moment import magnetic_cross_section
from .standard_model import StandardModel
from .transition_moment import COS2_THETA13, FIRST_STATE


@dataclass(frozen=True)
class DiracMoment(Interaction):
    r"""Photon exchange through the moments of the three mass states, diagonal and transition ones together.

    Neutrinos arrive as decoherent mass states, of which each scatters into any other: the phases of
    :math:`\mu_{ij}` drop out, and what counts is

    .. math:: \mu^2 = \sum_i P_i \, \mu_i^2, \quad \mu_i^2 = \sum_j |\mu_{ij}|^2,

    Grimus & Schwetz, Nucl. Phys. B 587 (2000) 45. The shares :math:`P_i` of the mass states follow the
    neutrino's energy (``flavours = "density_matrix"``, the default of this class); with ``paper`` they are
    those of Eq. 6 of arXiv:2208.06415, :math:`P = 0.667`, which holds for pp neutrinos.

    Parameters
    ----------
    mu_1, mu_2, mu_3
        Moment of each mass state, summed in squares over what it becomes [1e-12 Bohr magneton].
    """

    mu_1: Scalar = 0.0
    mu_2: Scalar = 0.0
    mu_3: Scalar = 0.0
    flavours: str = field(default="density_matrix", kw_only=True)

    name = "dirac_magnetic_moment"
    unit = "1e-12 mu_B"
    power = 2
    groups = {"universal": ("mu_1", "mu_2", "mu_3")}  # noqa: RUF012 - a ClassVar by the base class
    symbol = r"\mu_{{{}}}"
    atomic_models = ADDS
    typical = 10.0
    no_nuclei = "moments of mass states are predicted for electrons only"

    def cross_section(self, flavour: str, e_nu: Scalar, e_er: Scalar) -> Scalar:
        first = COS2_THETA13 * FIRST_STATE
        shares = (first, COS2_THETA13 - first, 1 - COS2_THETA13)
        moments = (self.mu_1, self.mu_2, self.mu_3)
        weak = weak_cross_section(*self.weak_couplings(flavour), e_nu, e_er)
        moment_squared = sum(share * mu**2 for share, mu in zip(shares, moments, strict=True))
        return weak + magnetic_cross_section(moment_squared, e_nu, e_er)

    def cross_section_of_mass_state(
        self, state: int, amplitudes: np.ndarray, e_nu: Scalar, e_er: Scalar
    ) -> Scalar:
        weak = StandardModel(couplings=self.couplings)
        added = magnetic_cross_section((self.mu_1, self.mu_2, self.mu_3)[state] ** 2, e_nu, e_er)
        return weak.cross_section_of_mass_state(state, amplitudes, e_nu, e_er) + added

    @classmethod
    def label(cls, free: str) -> str:
        return f"${cls.symbol.format(free.removeprefix('mu_').replace('universal', 'j'))}$"
