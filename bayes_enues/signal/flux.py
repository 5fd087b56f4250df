"""Solar neutrinos at the Earth, by flavour, and the exact integral over their energy.

At fixed recoil energy the cross sections of this package are quadratic polynomials in u = 1/E_nu, so the
flux integral needs three moments per flavour. Two nodes that carry the same three moments turn the textbook
formula, left untouched, into its exact integral: see :func:`two_nodes`.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.polynomial.legendre import leggauss

from ..constants import ELECTRON_MASS, FLAVOURS
from ..errors import InputError
from ..tables import packaged, packaged_names, read_table
from .oscillation import flavour_probabilities, load_mixing, survival_probability

if TYPE_CHECKING:
    from scipy.interpolate import CubicSpline

__all__ = ["Sun", "fine_nodes", "flux_moments", "minimum_energy", "panel_nodes", "two_nodes"]

_NODES, _WEIGHTS = leggauss(4)


@dataclass(frozen=True)
class Sun:
    """Which published inputs describe the solar neutrinos.

    Parameters
    ----------
    fluxes : str
        Set of total fluxes, a ``set`` of ``data/solar/fluxes.csv``.
    oscillation : str
        Fit of the oscillation parameters, a ``set`` of ``data/solar/oscillation.csv``.
    profile : str
        Solar model of electron density and production regions: ``b16_gs98`` or ``b16_agss09``.

    """

    fluxes: str = "baxter2021"
    oscillation: str = "deSalas2020"
    profile: str = "b16_gs98"

    def check(self) -> None:
        """Raise a ValueError that lists the choices if a name is unknown."""
        load_mixing(self.oscillation)
        total_fluxes(self.fluxes)
        profiles = [n[8:-4] for n in packaged_names("solar") if n.startswith("profile_")]
        if self.profile not in profiles:
            raise InputError(f"there is no solar profile {self.profile!r}; the choices are {profiles}")


@lru_cache
def total_fluxes(name: str) -> dict[str, float]:
    """Total flux of each source [1/(cm^2 s)]."""
    table = read_table(packaged("solar", "fluxes.csv"), needed=("flux_cm2_s",), text=("set", "source"))
    mask = table["set"] == name
    if not mask.any():
        raise InputError(
            f"there is no flux set {name!r}; the choices are {sorted(set(table['set'].tolist()))}"
        )
    return dict(zip(table["source"][mask].tolist(), table["flux_cm2_s"][mask].tolist(), strict=True))


def minimum_energy(e_er):
    """Least neutrino energy that can leave an electron with the recoil energy [keV]."""
    return (e_er + np.sqrt(e_er**2 + 2 * ELECTRON_MASS * e_er)) / 2


@dataclass(frozen=True)
class _Continuum:
    """A source with a spectrum: linear between the table's points, zero outside, normalised to one."""

    energy: np.ndarray  # keV
    density: np.ndarray  # cm^-2 s^-1 keV^-1
    probability: "CubicSpline"  # P_ee in log E

    def nodes(self, lower, upper, mixing):
        """Gauss-Legendre in each interval inside one table segment: energies [keV], flavour weights."""
        half = (upper - lower)[..., None] / 2
        e_nu = lower[..., None] + half * (_NODES + 1)
        flux = np.interp(e_nu, self.energy, self.density) * half * _WEIGHTS
        return e_nu, flavour_probabilities(self.probability(np.log(e_nu)), mixing) * flux


@lru_cache
def _sources(sun: Sun) -> tuple[tuple[_Continuum, ...], tuple[tuple[float, np.ndarray], ...]]:
    """Continuous sources, and lines as (energy [keV], flux by flavour)."""
    from scipy.interpolate import CubicSpline  # half a second, which who only asks for names can spare

    fluxes, mixing = total_fluxes(sun.fluxes), load_mixing(sun.oscillation)
    lines, continua = [], []
    table = read_table(packaged("solar", "lines.csv"), needed=("e_nu_MeV", "branching"), text=("source",))
    for source, e_mev, share in zip(table["source"], table["e_nu_MeV"], table["branching"], strict=True):
        e_nu = 1e3 * e_mev
        p_ee = survival_probability(e_nu, source, mixing, sun.profile)
        lines.append((e_nu, flavour_probabilities(p_ee, mixing) * fluxes[source] * share))
    for source in sorted(set(fluxes) - set(table["source"].tolist())):
        spectrum = read_table(
            packaged("solar", f"spectrum_{source}.csv"), needed=("e_nu_MeV", "density_per_MeV")
        )
        energy, density = 1e3 * spectrum["e_nu_MeV"], spectrum["density_per_MeV"]
        density = density / np.trapezoid(density, energy) * fluxes[source]
        log_e = np.linspace(np.log(energy[0]), np.log(energy[-1]), 200)
        p_ee = CubicSpline(log_e, survival_probability(np.exp(log_e), source, mixing, sun.profile))
        continua.append(_Continuum(energy, density, p_ee))
    return tuple(continua), tuple(lines)


def flux_moments(e_er, sun: Sun = Sun()) -> np.ndarray:
    """Moments of the flux in u = 1/E_nu above the kinematic threshold, by flavour.

    M_k = sum over sources of the integral of dPhi P_ef u^k from :func:`minimum_energy`, for k = 0, 1, 2.

    Parameters
    ----------
    e_er : (n_er,)
        Recoil energy [keV].
    sun : Sun

    Returns
    -------
    (3, 3, n_er)
        Flavour (in the order of ``FLAVOURS``), k, recoil energy [cm^-2 s^-1 keV^-k].
    """
    return _moments_above(minimum_energy(np.asarray(e_er, float)), sun)


def _moments_above(e_min: np.ndarray, sun: Sun) -> np.ndarray:
    """Moments of the flux above given neutrino energies, (3, 3, n)."""
    mixing = load_mixing(sun.oscillation)
    powers = np.arange(3)
    moments = np.zeros((3, 3, e_min.size))
    continua, lines = _sources(sun)
    for source in continua:
        e_nu, weight = source.nodes(source.energy[:-1], source.energy[1:], mixing)
        whole = np.einsum("fsn,ksn->fks", weight, 1 / e_nu ** powers[:, None, None])
        above = np.concatenate(
            [np.cumsum(whole[..., ::-1], axis=-1)[..., ::-1], np.zeros((3, 3, 1))], axis=-1
        )
        segment = np.searchsorted(source.energy, e_min)  # the first table point at or above the threshold
        inside = (segment > 0) & (segment < source.energy.size)
        upper = source.energy[np.minimum(segment, source.energy.size - 1)]
        e_nu, weight = source.nodes(np.where(inside, e_min, upper), upper, mixing)
        partial = np.einsum("fsn,ksn->fks", weight, 1 / e_nu ** powers[:, None, None])
        moments += partial + above[..., np.minimum(segment, source.energy.size - 1)]
    for energy, weight in lines:
        moments += weight[:, None, None] * (energy > e_min) / energy ** powers[:, None]
    return moments


def two_nodes(e_er, sun: Sun = Sun()) -> tuple[np.ndarray, np.ndarray]:
    """Neutrino energies and weights whose sum is the flux integral, exact for quadratics in 1/E_nu.

    The nodes are u = M1/M0 -+ sqrt(M2/M0 - (M1/M0)^2) with weight M0/2 each; above the end of the flux the
    weights are zero and the nodes sit at the threshold. A node may leave the support of the flux, which is
    harmless for polynomials.

    Parameters
    ----------
    e_er : (n_er,)
        Recoil energy [keV].
    sun : Sun

    Returns
    -------
    e_nu, weights : (3, 2, n_er)
        Flavour, node, recoil energy; [keV] and [cm^-2 s^-1].
    """
    e_er = np.asarray(e_er, float)
    return _two_nodes(flux_moments(e_er, sun), minimum_energy(e_er))


def _two_nodes(moments: np.ndarray, e_dark: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights that carry the moments (3, 3, n); where there is no flux they sit at ``e_dark``."""
    m0, m1, m2 = np.moveaxis(moments, 1, 0)
    lit = m0 > 0
    scale = np.where(lit, m0, 1.0)
    mean = np.where(lit, m1 / scale, 1 / e_dark)
    spread = np.sqrt(np.maximum(np.where(lit, m2 / scale, mean**2) - mean**2, 0.0))
    u = np.stack([mean - spread, mean + spread], axis=1)
    return 1 / u, np.stack([m0 / 2, m0 / 2], axis=1)


def panel_nodes(e_er, sun: Sun = Sun(), ratio: float = 1.5) -> tuple[np.ndarray, np.ndarray]:
    """The rule of :func:`two_nodes` in panels of neutrino energy, for cross sections that are no quadratics.

    Within a panel every smooth function of 1/E_nu is close to a quadratic, so a few dozen nodes do the work
    of the thousands of :func:`fine_nodes`; quadratics are still integrated exactly.

    Parameters
    ----------
    e_er : (n_er,)
        Recoil energy [keV].
    sun : Sun
    ratio : float
        Of the panels' edges: they start at the kinematic threshold and grow geometrically.

    Returns
    -------
    e_nu, weights : (3, n_nodes, n_er)
        Flavour, node, recoil energy; [keV] and [cm^-2 s^-1].
    """
    threshold = minimum_energy(np.asarray(e_er, float))
    highest = max(source.energy[-1] for source in _sources(sun)[0])
    n_panels = int(np.ceil(np.log(highest / threshold.min()) / np.log(ratio)))
    edges = threshold * ratio ** np.arange(n_panels + 1)[:, None]  # (n_panels + 1, n_er)
    above = np.stack([_moments_above(edge, sun) for edge in edges])
    rules = []
    for lower, upper, low, high in zip(above[:-1], above[1:], edges[:-1], edges[1:], strict=True):
        inside = lower - upper
        inside *= inside[:, :1] > 1e-13 * above[0, :, :1]  # a difference of sums may have lost its digits
        e_nu, weight = _two_nodes(inside, low)
        rules.append((np.clip(e_nu, low / ratio, high * ratio), weight))
    e_nu, weights = (np.concatenate(parts, axis=1) for parts in zip(*rules, strict=True))
    return e_nu, weights


def fine_nodes(e_er, sun: Sun = Sun(), thin: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """The same for any cross section: Gauss-Legendre between the points of every spectrum, and the lines.

    Parameters
    ----------
    e_er : (n_er,)
        Recoil energy [keV].
    sun : Sun
    thin : int
        Integrate over this many table segments at once (faster, less exact).

    Returns
    -------
    e_nu : (n_nodes, n_er)
    weights : (3, n_nodes, n_er)
    """
    e_min = minimum_energy(np.asarray(e_er, float))
    mixing = load_mixing(sun.oscillation)
    continua, lines = _sources(sun)
    energies, weights = [], []
    for source in continua:
        edges = np.append(source.energy[:-1:thin], source.energy[-1])
        upper = np.broadcast_to(edges[1:], (e_min.size, edges.size - 1))
        lower = np.minimum(np.maximum(edges[:-1], e_min[:, None]), upper)
        e_nu, weight = source.nodes(lower, upper, mixing)
        energies.append(e_nu.reshape(e_min.size, -1).T)
        weights.append(np.swapaxes(weight.reshape(len(FLAVOURS), e_min.size, -1), 1, 2))
    for energy, weight in lines:
        energies.append(np.full((1, e_min.size), energy))
        weights.append((weight[:, None] * (energy > e_min))[:, None, :])
    return np.concatenate(energies), np.concatenate(weights, axis=1)
