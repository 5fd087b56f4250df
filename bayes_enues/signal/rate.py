"""Recoil rate of solar neutrinos in xenon, before the detector."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..constants import ATOMS_PER_TONNE, FLAVOURS, SECONDS_PER_YEAR
from ..interactions.base import Interaction
from ..interactions.standard_model import StandardModel
from .flux import Sun, fine_nodes, minimum_energy, panel_nodes, two_nodes
from .oscillation import flavour_probabilities, mass_state_probabilities, mixing_matrix
from .xenon import Xenon, isotopes


@lru_cache(maxsize=64)
def _nodes(e_min: bytes, sun: Sun, rule: Callable, shares: Callable) -> tuple[np.ndarray, np.ndarray]:
    """Neutrino energies and weights above a threshold, (3, n_nodes, n_er) each; kept, as grids recur."""
    threshold = np.frombuffer(e_min)
    e_nu, weights = rule(threshold, sun, shares, threshold)
    return np.broadcast_to(e_nu, weights.shape), weights


def recoil_rate(
    interaction: Interaction, e_er: ArrayLike, sun: Sun = Sun(), xenon: Xenon = Xenon(), fine: bool = False
) -> Any:
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

    Raises
    ------
    InputError
        If the interaction cannot have the model of xenon's electrons, or has no formula for nuclei.
    """
    check_target(interaction, xenon)
    of_sun = _nuclear_rate if xenon.target == "nucleus" else _rate
    e_er = np.ascontiguousarray(e_er, float)
    rule = two_nodes if not fine else panel_nodes if interaction.is_symbolic else fine_nodes
    scales = interaction.flux_scales
    rate = of_sun(interaction, e_er, sun.without(*scales) if scales else sun, xenon, rule)
    for name, scale in scales.items():
        rate = rate + scale * of_sun(interaction, e_er, sun.only(name), xenon, rule)
    return rate


def check_target(interaction: Interaction, xenon: Xenon) -> None:
    """Refuse an interaction that this target cannot be had with."""
    if xenon.target == "nucleus":
        interaction.check_nuclei()
    else:
        interaction.check_atomic_model(xenon.electrons)


def _nuclear_rate(interaction: Interaction, e_nr: np.ndarray, sun: Sun, xenon: Xenon, rule: Callable):
    """Nuclear recoils from one Sun: every isotope with its own least neutrino energy."""
    nuclei = isotopes()
    coherent = interaction.flavours == "density_matrix"
    shares = mass_state_probabilities if coherent else flavour_probabilities
    e_min = np.ascontiguousarray(nuclei.minimum_energy(e_nr))
    e_nu, weights = (x.reshape(3, -1, *e_min.shape) for x in _nodes(e_min.tobytes(), sun, rule, shares))
    amplitudes = mixing_matrix(sun.mixing)

    def of_state(k):
        if coherent:
            return interaction.nuclear_cross_section_of_mass_state(k, amplitudes[:, k], nuclei, e_nu[k], e_nr)
        return interaction.nuclear_cross_section(FLAVOURS[k], nuclei, e_nu[k], e_nr)

    atoms = ATOMS_PER_TONNE * SECONDS_PER_YEAR * nuclei.share
    per_state = [(weights[k] * atoms * of_state(k)).sum(axis=(0, 1)) for k in range(3)]
    return per_state[0] + per_state[1] + per_state[2]


def _rate(interaction: Interaction, e_er: np.ndarray, sun: Sun, xenon: Xenon, rule: Callable):
    """The rate from one Sun, by one rule for the integral over neutrino energy."""
    coherent = interaction.flavours == "density_matrix"
    amplitudes = mixing_matrix(sun.mixing)
    shares = mass_state_probabilities if coherent else flavour_probabilities

    def flux_averaged(of_flavour, of_mass_state=None, e_min=None, rule=rule):
        """Averaged over the flux; flavours of a mass state scatter incoherently unless told otherwise."""
        threshold = minimum_energy(e_er) if e_min is None else np.ascontiguousarray(e_min, float)
        e_nu, weights = _nodes(threshold.tobytes(), sun, rule, shares)

        def of_state(k):
            if not coherent:
                return of_flavour(FLAVOURS[k], e_nu[k], e_er)
            if of_mass_state is not None:
                return of_mass_state(k, amplitudes[:, k], e_nu[k], e_er)
            parts = zip(FLAVOURS, np.abs(amplitudes[:, k]) ** 2, strict=True)
            return sum(share * of_flavour(flavour, e_nu[k], e_er) for flavour, share in parts)

        per_state = [(weights[k] * of_state(k)).sum(axis=0) for k in range(3)]
        return per_state[0] + per_state[1] + per_state[2]

    atoms = ATOMS_PER_TONNE * SECONDS_PER_YEAR
    electrons = atoms * xenon.z_eff(e_er)
    weak = StandardModel(couplings=interaction.couplings)
    above_threshold = getattr(interaction, "cross_section_above_threshold", None)
    if above_threshold is not None:
        # the nodes of an integral may lie outside its range, where a formula that is cut has another value
        added = flux_averaged(above_threshold, e_min=getattr(interaction, "threshold")(e_er))  # noqa: B009
        rate = electrons * (flux_averaged(weak.cross_section) + added)
    else:
        rate = electrons * flux_averaged(interaction.cross_section, interaction.cross_section_of_mass_state)
    of_atom = getattr(interaction, "cross_section_per_atom", None)
    if of_atom is not None:
        # an atom can take all of a neutrino's energy
        per_atom = flux_averaged(of_atom, e_min=e_er, rule=panel_nodes)
        rate = rate + atoms * (e_er >= xenon.threshold_keV) * per_atom
    if xenon.electrons.startswith("rrpa"):

        def excess(flavour, e_nu, e_er):
            ratio = xenon.standard_model_correction(e_er, flavour)
            return (ratio - 1) * weak.cross_section(flavour, e_nu, e_er)

        rate = rate + electrons * flux_averaged(excess)
    return rate
