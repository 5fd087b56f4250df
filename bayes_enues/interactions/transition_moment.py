"""Transition magnetic moments of Majorana neutrinos."""

from dataclasses import dataclass

import numpy as np

from .base import ADDS, Interaction, Scalar, weak_cross_section
from .magnetic_moment import magnetic_cross_section
from .standard_model import StandardModel

#: cos^2 theta_13 of the default oscillation set, and the probability in two flavours that a solar neutrino of
#: low energy leaves the Sun as the first mass state, both as Eq. 6 of arXiv:2208.06415 uses them. Tests hold
#: the first equal to ``data/solar/oscillation.csv`` and the second to the average over the pp spectrum.
COS2_THETA13 = 1 - 0.022
FIRST_STATE = 0.667


@dataclass(frozen=True)
class TransitionMoment(Interaction):
    r"""Photon exchange through transition magnetic moments between mass states.

    The same as a magnetic moment with one effective moment for the Sun's neutrinos, alike for every flavour,

    .. math::

        \mu^2 = |\Lambda_1|^2 (1 - c_{13}^2 P) + |\Lambda_2|^2 (1 - c_{13}^2 + c_{13}^2 P)
            + |\Lambda_3|^2 c_{13}^2,

    Eq. 6 of arXiv:2208.06415, after Miranda et al., PLB 808 (2020) 135685, with :math:`P = 0.667`, the share
    of the first mass state among pp neutrinos in two flavours. With ``flavours = "density_matrix"`` P follows
    the neutrino's energy.

    Parameters
    ----------
    lambda_1, lambda_2, lambda_3
        Moduli of :math:`\Lambda_i = \epsilon_{ijk} \lambda_{jk}` of the mass states [1e-12 Bohr magneton].
    """

    lambda_1: Scalar = 0.0
    lambda_2: Scalar = 0.0
    lambda_3: Scalar = 0.0

    name = "transition_magnetic_moment"
    unit = "1e-12 mu_B"
    power = 2
    symbol = r"\Lambda_{{{}}}"
    plane_leaves_others_free = True  # Fig. 3 of the paper: three entries of one matrix
    typical = 10.0
    no_nuclei = "its P = 0.667, the share of the first mass state, is that of pp neutrinos; 8B's is 0.07"
    in_table_one = True
    atomic_models = ADDS

    def effective_moment_squared(self) -> Scalar:
        """The moment squared that solar neutrinos show on Earth [1e-24 Bohr magneton squared]."""
        first = COS2_THETA13 * FIRST_STATE
        return (
            self.lambda_1**2 * (1 - first)
            + self.lambda_2**2 * (1 - COS2_THETA13 + first)
            + self.lambda_3**2 * COS2_THETA13
        )

    def cross_section(self, flavour: str, e_nu: Scalar, e_er: Scalar) -> Scalar:
        weak = weak_cross_section(*self.weak_couplings(flavour), e_nu, e_er)
        return weak + magnetic_cross_section(self.effective_moment_squared(), e_nu, e_er)

    def cross_section_of_mass_state(
        self, state: int, amplitudes: np.ndarray, e_nu: Scalar, e_er: Scalar
    ) -> Scalar:
        # Lambda_i is the transition between the other two states
        squares = [x**2 for x in (self.lambda_1, self.lambda_2, self.lambda_3)]
        moment_squared = squares[state - 1] + squares[state - 2]
        weak = StandardModel(couplings=self.couplings)
        added = magnetic_cross_section(moment_squared, e_nu, e_er)
        return weak.cross_section_of_mass_state(state, amplitudes, e_nu, e_er) + added

    @classmethod
    def label(cls, free: str) -> str:
        return f"${cls.symbol.format(free.removeprefix('lambda_'))}$"
