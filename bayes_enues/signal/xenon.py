"""Xenon: how many of its electrons a recoil of given energy can free, and the nuclei of its isotopes.

The free-electron cross section is multiplied by Z_eff, the number of electrons bound by less than the
recoil energy. Alternatives exist for the study of systematic errors.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from ..constants import ATOMIC_MASS, ELECTRON_MASS
from ..errors import InputError
from ..interactions.nuclei import Nuclei
from ..tables import packaged, read_table

#: What can stand for the electrons of xenon.
ELECTRON_MODELS = {
    "steps": "step functions at the Hartree-Fock binding energies",
    "free": "54 free electrons at every energy",
    "rrpa": "steps, with the Standard Model part corrected to the random-phase approximation",
    "rrpa_flavours": "the same with a ratio for nu_e and one for the other flavours",
}
N_ELECTRONS = 54
#: What a neutrino can hit.
TARGETS = ("electron", "nucleus")


@lru_cache
def shell_edges() -> tuple[np.ndarray, np.ndarray]:
    """Hartree-Fock binding energies [keV], increasing, and the number of electrons of each shell.

    Chen et al., PLB 774 (2017) 656, Table 1.
    """
    table = read_table(
        packaged("xenon", "binding.csv"), needed=("binding_eV", "n_electrons"), text=("orbital", "edge")
    )
    order = np.argsort(table["binding_eV"])
    return table["binding_eV"][order] / 1e3, table["n_electrons"][order]


@lru_cache
def isotopes() -> Nuclei:
    """The nine natural isotopes: IUPAC abundances, AME masses of atoms less those of their electrons."""
    table = read_table(packaged("xenon", "isotopes.csv"), needed=("A", "mole_fraction", "mass_u"))
    column = {name: table[name][:, None] for name in ("A", "mole_fraction", "mass_u")}
    mass = column["mass_u"] * ATOMIC_MASS - N_ELECTRONS * ELECTRON_MASS
    return Nuclei(N_ELECTRONS, column["A"] - N_ELECTRONS, mass, column["mole_fraction"])


@dataclass(frozen=True)
class Xenon:
    """The target.

    Parameters
    ----------
    electrons : str
        One of ``ELECTRON_MODELS``: ``steps`` (default), ``free``, ``rrpa`` or ``rrpa_flavours``.
    threshold_keV : float
        Recoils below this energy are dropped; the steps begin at 12 eV.
    target : str
        What recoils, of ``TARGETS``: an ``electron`` (default), or a ``nucleus``, for which the other inputs
        are of no consequence.

    Raises
    ------
    InputError
        If the target or the model of the electrons is unknown or the threshold negative.
    """

    electrons: str = "steps"
    threshold_keV: float = 0.012
    target: str = "electron"

    def __post_init__(self):
        if self.electrons not in ELECTRON_MODELS:
            raise InputError(
                f"there is no electron model {self.electrons!r}; the choices are {sorted(ELECTRON_MODELS)}"
            )
        if self.target not in TARGETS:
            raise InputError(f"there is no target {self.target!r}; the choices are {list(TARGETS)}")
        if not self.threshold_keV >= 0:
            raise InputError(f"threshold_keV is {self.threshold_keV}; zero or more was needed")

    def z_eff(self, e_er: ArrayLike) -> np.ndarray:
        """Electrons that a recoil can free, shape of ``e_er`` [keV]."""
        e_er = np.asarray(e_er, float)
        if self.electrons == "free":
            electrons = np.full(e_er.shape, float(N_ELECTRONS))
        else:
            binding, n_electrons = shell_edges()
            freed = np.concatenate([[0.0], np.cumsum(n_electrons)])
            electrons = freed[np.searchsorted(binding, e_er, side="left")]
        return electrons * (e_er >= self.threshold_keV)

    def standard_model_correction(self, e_er: ArrayLike, flavour: str = "nu_e") -> np.ndarray:
        """Factor on the Standard Model's part of the rate of one flavour; one without an ``rrpa`` model.

        Chen et al., arXiv:1610.04177, from ``data/xenon/rrpa_ratio.csv``: ``ratio_total`` for ``rrpa``, the
        ratios by flavour for ``rrpa_flavours``, which part from it by 2 to 4 % of an experiment's counts. End
        values are held outside the table (0.27 to 29 keV).
        """
        e_er = np.asarray(e_er, float)
        by_flavour = "ratio_nu_e" if flavour == "nu_e" else "ratio_nu_x"
        column = {"rrpa": "ratio_total", "rrpa_flavours": by_flavour}.get(self.electrons)
        if column is None:
            return np.ones_like(e_er)
        table = read_table(packaged("xenon", "rrpa_ratio.csv"), needed=("e_er_keV", column))
        return np.interp(e_er, table["e_er_keV"], table[column])
