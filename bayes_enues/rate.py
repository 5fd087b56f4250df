"""Recoil rate of solar neutrinos in xenon, before the detector."""

from functools import lru_cache

import numpy as np

from .atom import Xenon
from .constants import ATOMS_PER_TONNE, FLAVOURS, SECONDS_PER_YEAR
from .flux import Sun, fine_nodes, two_nodes
from .interactions.base import Interaction
from .interactions.standard_model import StandardModel

__all__ = ["recoil_rate"]


@lru_cache(maxsize=32)
def _nodes(e_er: bytes, sun: Sun, fine: bool) -> tuple[np.ndarray, np.ndarray]:
    """Neutrino energies and weights on one recoil grid, (3, n_nodes, n_er) each; kept, as grids recur."""
    grid = np.frombuffer(e_er)
    if not fine:
        return two_nodes(grid, sun)
    e_nu, weights = fine_nodes(grid, sun)
    return np.broadcast_to(e_nu, weights.shape), weights


def recoil_rate(interaction: Interaction, e_er, sun: Sun = Sun(), xenon: Xenon = Xenon(), fine: bool = False):
    """Recoils per tonne, year and keV: Eq. 12-13 of arXiv:2208.06415 for one tonne year.

    Parameters
    ----------
    interaction : Interaction
        Its parameters may be numbers or PyTensor scalars; the result is of the same kind.
    e_er : (n_er,)
        True recoil energy [keV].
    sun : Sun
        Inputs of the flux.
    xenon : Xenon
        Inputs of the target.
    fine : bool
        Integrate over a fine grid of neutrino energies instead of the two exact nodes: for cross sections
        that are no quadratic in 1/E_nu. Hundreds of times slower.

    Returns
    -------
    (n_er,)
        Rate [1/(t yr keV)].
    """
    e_er = np.ascontiguousarray(e_er, float)
    e_nu, weights = _nodes(e_er.tobytes(), sun, fine)

    def flux_averaged(interaction):
        per_flavour = [
            (weights[i] * interaction.cross_section(flavour, e_nu[i], e_er)).sum(axis=0)
            for i, flavour in enumerate(FLAVOURS)
        ]
        return per_flavour[0] + per_flavour[1] + per_flavour[2]

    electrons = ATOMS_PER_TONNE * SECONDS_PER_YEAR * xenon.z_eff(e_er)
    rate = electrons * flux_averaged(interaction)
    if xenon.electrons == "rrpa":
        weak = flux_averaged(StandardModel(couplings=interaction.couplings))
        rate = rate + electrons * (xenon.standard_model_correction(e_er) - 1) * weak
    return rate
