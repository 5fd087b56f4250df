"""Weak neutrino-electron scattering, nothing else."""

from dataclasses import dataclass

from .base import ADDS, Interaction, Scalar, weak_cross_section


@dataclass(frozen=True)
class StandardModel(Interaction):
    """W and Z exchange: Eqs. 1-2 of arXiv:2208.06415."""

    atomic_models = ADDS
    no_nuclei = ""

    def cross_section(self, flavour: str, e_nu: Scalar, e_er: Scalar) -> Scalar:
        return weak_cross_section(*self.weak_couplings(flavour), e_nu, e_er)
