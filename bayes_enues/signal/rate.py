"""Recoil rate of solar neutrinos in xenon, before the detector."""

from functools import lru_cache

import numpy as np

from ..constants import ATOMS_PER_TONNE, ELECTRON_MASS, FLAVOURS, SECONDS_PER_YEAR
from ..interactions.base import Interaction
from ..interactions.standard_model import StandardModel
from .flux import Sun, fine_nodes, panel_nodes, two_nodes
from .xenon import Xenon

__all__ = ["recoil_rate"]


@lru_cache(maxsize=32)
def _nodes(e_er: bytes, sun: Sun, rule: str) -> tuple[np.ndarray, np.ndarray]:
    """Neutrino energies and weights on one recoil grid, (3, n_nodes, n_er) each; kept, as grids recur."""
    grid = np.frombuffer(e_er)
    if rule == "two":
        return two_nodes(grid, sun)
    if rule == "panels":
        return panel_nodes(grid, sun)
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
        Do not use the two exact nodes, for the cross section is no quadratic in 1/E_nu. Numbers are then
        integrated over a fine grid of neutrino energies, hundreds of times slower; symbols over the few dozen
        nodes of :func:`bayes_enues.signal.flux.panel_nodes`, good to 1e-3 for what is smooth.

    Returns
    -------
    (n_er,)
        Rate [1/(t yr keV)].
    """
    e_er = np.ascontiguousarray(e_er, float)
    rule = "two" if not fine else "panels" if interaction.is_symbolic else "fine"
    e_nu, weights = _nodes(e_er.tobytes(), sun, rule)

    def flux_averaged(interaction, e_nu=e_nu, weights=weights, kind="cross_section", factor=None):
        cross_section = getattr(interaction, kind)
        per_flavour = [
            (weights[i] * cross_section(flavour, e_nu[i], e_er)).sum(axis=0)
            for i, flavour in enumerate(FLAVOURS)
        ]
        if factor is not None:
            per_flavour = [
                factor(flavour) * part for flavour, part in zip(FLAVOURS, per_flavour, strict=True)
            ]
        return per_flavour[0] + per_flavour[1] + per_flavour[2]

    atoms = ATOMS_PER_TONNE * SECONDS_PER_YEAR
    electrons = atoms * xenon.z_eff(e_er)
    rate = electrons * flux_averaged(interaction)
    if hasattr(interaction, "cross_section_per_atom"):
        # an atom can take all of a neutrino's energy: the nodes start at E_nu = E_er, which is the threshold
        # of free electrons at a lower recoil energy
        reached = 2 * e_er**2 / (2 * e_er + ELECTRON_MASS)
        nodes = _nodes(reached.tobytes(), sun, "panels")
        per_atom = flux_averaged(interaction, *nodes, kind="cross_section_per_atom")
        rate = rate + atoms * (e_er >= xenon.threshold_keV) * per_atom
    if xenon.electrons.startswith("rrpa"):
        weak = StandardModel(couplings=interaction.couplings)
        rate = rate + electrons * flux_averaged(
            weak, factor=lambda flavour: xenon.standard_model_correction(e_er, flavour) - 1
        )
    return rate
