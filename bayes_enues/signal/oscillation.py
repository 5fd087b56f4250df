"""Flavour of solar neutrinos at the Earth: adiabatic conversion, averaged over the production region.

Three flavours reduced to two effective ones, Sec. 2.4 of arXiv:2208.06415 after Parke, PRL 57 (1986) 1275.
Earth matter is negligible at these energies.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from ..constants import AVOGADRO, FERMI_CONSTANT, HBAR_C
from ..tables import packaged, read_table


@dataclass(frozen=True)
class Mixing:
    """Oscillation parameters: squared sines, the solar splitting [1e-5 eV^2], the phase delta [degrees]."""

    s12sq: float
    s13sq: float
    s23sq: float
    dm21: float
    dCP_deg: float = 0.0


@lru_cache
def load_mixing(name: str = "deSalas2020") -> Mixing:
    """A published fit of the oscillation parameters, normal ordering.

    Raises
    ------
    ValueError
        If there is no fit of that name; the message lists the choices.
    """
    columns = ("s12sq", "s13sq", "s23sq", "dm21", "dCP_deg")
    table = read_table(packaged("solar", "oscillation.csv"), needed=columns, text=("set",))
    row = table.row(set=name)
    return Mixing(**{column: float(str(row[column])) for column in columns})


@lru_cache
def _production_region(source: str, profile: str) -> tuple[np.ndarray, np.ndarray]:
    """Electron density [keV^3] and probability to be produced there, by radius."""
    shape = f"phi_{source}"
    table = read_table(
        packaged("solar", f"profile_{profile}.csv"), needed=("r_over_rsun", "log10_ne_NA_cm3", shape)
    )
    density = 10 ** table["log10_ne_NA_cm3"] * AVOGADRO * HBAR_C**3
    weight = table[shape] * np.gradient(table["r_over_rsun"])
    return density, weight / weight.sum()


def survival_probability(
    e_nu: ArrayLike, source: str, mixing: Mixing, profile: str = "b16_gs98"
) -> np.ndarray:
    r"""P_ee of one solar source.

    .. math::

        P_{ee} = \cos^4\theta_{13} \tfrac12 (1 + \langle\cos 2\theta_M\rangle \cos 2\theta_{12})
                 + \sin^4\theta_{13}

    with the matter angle averaged over the radii at which the source's neutrinos are born.

    Parameters
    ----------
    e_nu : (...)
        Neutrino energy [keV].
    source : str
        Name of the source, as in ``data/solar/fluxes.csv``.
    mixing : Mixing
    profile : str
        Solar model of density and production: ``b16_gs98`` or ``b16_agss09``.

    Returns
    -------
    (...)
    """
    e_nu = np.asarray(e_nu, float)
    density, weight = _production_region(source, profile)
    c13sq = 1 - mixing.s13sq
    cos2, sin2sq = 1 - 2 * mixing.s12sq, 4 * mixing.s12sq * (1 - mixing.s12sq)
    per_energy = 2 * np.sqrt(2) * FERMI_CONSTANT * density * c13sq / (mixing.dm21 * 1e-11)
    vacuum_minus_matter = cos2 - e_nu[..., None] * per_energy
    cos_matter = vacuum_minus_matter / np.sqrt(vacuum_minus_matter**2 + sin2sq)
    two_flavour = 0.5 * (1 + (cos_matter * weight).sum(axis=-1) * cos2)
    return c13sq**2 * two_flavour + mixing.s13sq**2


def flavour_probabilities(p_ee: ArrayLike, mixing: Mixing) -> np.ndarray:
    """P_ee, P_emu and P_etau, stacked on a new first axis."""
    p_ee = np.asarray(p_ee)
    return np.stack([p_ee, (1 - p_ee) * (1 - mixing.s23sq), (1 - p_ee) * mixing.s23sq])


def mass_state_probabilities(p_ee: ArrayLike, mixing: Mixing) -> np.ndarray:
    r"""Shares of the three mass states among solar neutrinos, stacked on a new first axis.

    Neutrinos arrive as decoherent mass states, with the density matrix
    :math:`\rho = \sum_i P_i |\nu_i\rangle\langle\nu_i|`, where :math:`P_1 = c_{13}^2 P`,
    :math:`P_2 = c_{13}^2 (1 - P)`, :math:`P_3 = s_{13}^2`, and P is the two-flavour probability to leave the
    Sun as the first state, which P_ee fixes.
    """
    p_ee, c13sq = np.asarray(p_ee), 1 - mixing.s13sq
    two_flavour = (p_ee - mixing.s13sq**2) / c13sq**2  # cos^2 theta12 P + sin^2 theta12 (1 - P)
    first = (two_flavour - mixing.s12sq) / (1 - 2 * mixing.s12sq)
    return np.stack([c13sq * first, c13sq * (1 - first), np.full_like(first, mixing.s13sq)])


def mixing_matrix(mixing: Mixing) -> np.ndarray:
    """The PMNS matrix in the PDG's parametrisation without Majorana phases: flavour, mass state; complex."""
    s12, s13, s23 = np.sqrt([mixing.s12sq, mixing.s13sq, mixing.s23sq])
    c12, c13, c23 = np.sqrt([1 - mixing.s12sq, 1 - mixing.s13sq, 1 - mixing.s23sq])
    phase = np.exp(1j * np.radians(mixing.dCP_deg))
    return np.array(
        [
            [c12 * c13, s12 * c13, s13 / phase],
            [-s12 * c23 - c12 * s23 * s13 * phase, c12 * c23 - s12 * s23 * s13 * phase, s23 * c13],
            [s12 * s23 - c12 * c23 * s13 * phase, -c12 * s23 - s12 * c23 * s13 * phase, c23 * c13],
        ]
    )
