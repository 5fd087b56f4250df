"""Solar neutrinos at the Earth, by flavour, and the exact integral over their energy.

At fixed recoil energy the cross sections of this package are quadratic polynomials in u = 1/E_nu, so the
flux integral needs three moments per flavour. Two nodes that carry the same three moments turn the textbook
formula, left untouched, into its exact integral: see :func:`two_nodes`.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.polynomial.legendre import leggauss
from numpy.typing import ArrayLike

from ..constants import ELECTRON_MASS, FLAVOURS
from ..errors import InputError
from ..tables import packaged, packaged_names, read_table
from .oscillation import Mixing, flavour_probabilities, load_mixing, survival_probability

if TYPE_CHECKING:
    from scipy.interpolate import CubicSpline

#: Names under which fluxes are scaled, with their sources in ``data/solar/fluxes.csv``.
SOURCES = {
    "pp": ("pp",),
    "be7": ("7Be",),
    "pep": ("pep",),
    "cno": ("13N", "15O", "17F"),
    "b8": ("8B",),
    "hep": ("hep",),
}
_NODES, _WEIGHTS = leggauss(4)
type _Shares = Callable  # from P_ee (...) and the mixing to what arrives as each of three states, (3, ...)


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
    scales : tuple of (name, factor)
        Factors on the fluxes of some sources, by their names in ``SOURCES``; a mapping will do.
    shifts : tuple of (name, change)
        Added to oscillation parameters, by their names in :class:`.oscillation.Mixing`; a mapping will do.
    """

    fluxes: str = "baxter2021"
    oscillation: str = "deSalas2020"
    profile: str = "b16_gs98"
    scales: tuple[tuple[str, float], ...] = ()
    shifts: tuple[tuple[str, float], ...] = ()

    def __post_init__(self):
        scales = dict(self.scales)
        if unknown := sorted(set(scales) - set(SOURCES)):
            raise InputError(f"the Sun has no sources {unknown}; the choices are {list(SOURCES)}")
        for name, factor in scales.items():
            if not 0 <= factor < np.inf:
                raise InputError(f"the flux of {name} is scaled by {factor}; a number from zero was needed")
        object.__setattr__(self, "scales", tuple(sorted(scales.items())))
        shifts = dict(self.shifts)
        if unknown := sorted(set(shifts) - {f.name for f in fields(Mixing)}):
            raise InputError(f"there are no oscillation parameters {unknown}")
        object.__setattr__(self, "shifts", tuple(sorted(shifts.items())))
        if shifts and not all(0 < getattr(self.mixing, name) < 1 for name in ("s12sq", "s13sq", "s23sq")):
            raise InputError(f"oscillation parameters shifted by {shifts} leave no squared sine of an angle")
        if shifts and not self.mixing.dm21 > 0:
            raise InputError(f"dm21 = {self.mixing.dm21:g}; a positive splitting was needed")

    def only(self, *names: str) -> "Sun":
        """The Sun if nothing but some of its sources shone."""
        return replace(self, scales={**dict.fromkeys(SOURCES, 0.0), **{n: self.factor(n) for n in names}})

    def without(self, *names: str) -> "Sun":
        """The Sun without some of its sources."""
        return replace(self, scales={**dict(self.scales), **dict.fromkeys(names, 0.0)})

    def factor(self, name: str) -> float:
        """What a flux is multiplied by."""
        return dict(self.scales).get(name, 1.0)

    def total(self, name: str) -> float:
        """Flux of a source in the solar model, unscaled: the unit of its parameter [1/(cm^2 s)]."""
        return sum(total_fluxes(self.fluxes)[part] for part in SOURCES[name])

    @property
    def mixing(self) -> Mixing:
        """The oscillation parameters."""
        published = load_mixing(self.oscillation)
        moved = {name: getattr(published, name) + change for name, change in self.shifts}
        return replace(published, **moved) if moved else published

    @property
    def highest_energy(self) -> float:
        """Where the spectrum of all sources ends [keV]."""
        continua, lines = _sources(self)
        return max([c.end for c in continua] + [line.energy for line in lines], default=0.0)

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


def minimum_energy(e_er: Any) -> Any:
    """Least neutrino energy that can leave an electron with the recoil energy [keV]."""
    return (e_er + np.sqrt(e_er**2 + 2 * ELECTRON_MASS * e_er)) / 2


@dataclass(frozen=True)
class _Continuum:
    """A source with a spectrum: linear between the table's points, zero outside, normalised to one."""

    energy: np.ndarray  # keV
    density: np.ndarray  # cm^-2 s^-1 keV^-1
    probability: "CubicSpline"  # P_ee in log E

    def nodes(self, lower, upper, mixing, shares):
        """Gauss-Legendre in each interval inside one table segment: energies [keV], weights by state."""
        half = (upper - lower)[..., None] / 2
        e_nu = lower[..., None] + half * (_NODES + 1)
        flux = np.interp(e_nu, self.energy, self.density) * half * _WEIGHTS
        return e_nu, shares(self.probability(np.log(e_nu)), mixing) * flux

    @property
    def end(self) -> float:
        """Where the spectrum falls to zero, which may be before the table ends."""
        last = np.flatnonzero(self.density)[-1]
        return float(self.energy[min(last + 1, self.energy.size - 1)])

    def times(self, factor: float) -> "_Continuum":
        return replace(self, density=factor * self.density)


@dataclass(frozen=True)
class _Line:
    """A source of one energy."""

    energy: float  # keV
    flux: float  # cm^-2 s^-1
    p_ee: float | np.ndarray

    def times(self, factor: float) -> "_Line":
        return replace(self, flux=factor * self.flux)


def _sources(sun: Sun) -> tuple[list[_Continuum], list[_Line]]:
    """Continuous sources and lines, those of no flux left out."""
    factors = {source: sun.factor(name) for name, sources in SOURCES.items() for source in sources}
    parts = [(part, factors[name]) for name, part in _unscaled(replace(sun, scales=()))]
    shining = [part if factor == 1 else part.times(factor) for part, factor in parts if factor > 0]
    continua = [part for part in shining if isinstance(part, _Continuum)]
    return continua, [part for part in shining if isinstance(part, _Line)]


@lru_cache
def _unscaled(sun: Sun) -> tuple[tuple[str, _Continuum | _Line], ...]:
    """Every source by name, the 7Be ones twice."""
    from scipy.interpolate import CubicSpline  # half a second, which who only asks for names can spare

    fluxes, mixing = total_fluxes(sun.fluxes), sun.mixing
    parts: list[tuple[str, _Continuum | _Line]] = []
    table = read_table(packaged("solar", "lines.csv"), needed=("e_nu_MeV", "branching"), text=("source",))
    for source, e_mev, share in zip(table["source"], table["e_nu_MeV"], table["branching"], strict=True):
        e_nu = 1e3 * e_mev
        p_ee = survival_probability(e_nu, source, mixing, sun.profile)
        parts.append((source, _Line(e_nu, fluxes[source] * share, p_ee)))
    for source in sorted(set(fluxes) - set(table["source"].tolist())):
        spectrum = read_table(
            packaged("solar", f"spectrum_{source}.csv"), needed=("e_nu_MeV", "density_per_MeV")
        )
        energy, density = 1e3 * spectrum["e_nu_MeV"], spectrum["density_per_MeV"]
        density = density / np.trapezoid(density, energy) * fluxes[source]
        log_e = np.linspace(np.log(energy[0]), np.log(energy[-1]), 200)
        p_ee = CubicSpline(log_e, survival_probability(np.exp(log_e), source, mixing, sun.profile))
        parts.append((source, _Continuum(energy, density, p_ee)))
    return tuple(parts)


def flux_moments(
    e_er: ArrayLike,
    sun: Sun = Sun(),
    shares: _Shares = flavour_probabilities,
    e_min: np.ndarray | None = None,
) -> np.ndarray:
    """Moments of the flux in u = 1/E_nu above the kinematic threshold, by flavour.

    M_k = sum over sources of the integral of dPhi P_ef u^k from :func:`minimum_energy`, for k = 0, 1, 2.

    Parameters
    ----------
    e_er : (n_er,)
        Recoil energy [keV].
    sun : Sun
    shares : callable
        What the flux is split into: flavours, or mass states by
        :func:`bayes_enues.signal.oscillation.mass_state_probabilities`.
    e_min : (n_er,), optional
        Another threshold than the kinematic one [keV].

    Returns
    -------
    (3, 3, n_er)
        Flavour (in the order of ``FLAVOURS``) or mass state, k, recoil energy [cm^-2 s^-1 keV^-k].
    """
    return _moments_above(_threshold(e_er, e_min), sun, shares)


def _threshold(e_er, e_min) -> np.ndarray:
    return minimum_energy(np.asarray(e_er, float)) if e_min is None else np.asarray(e_min, float)


def _moments_above(e_min: np.ndarray, sun: Sun, shares: _Shares) -> np.ndarray:
    """Moments of the flux above given neutrino energies, (3, 3, n)."""
    mixing = sun.mixing
    powers = np.arange(3)
    moments = np.zeros((3, 3, e_min.size))
    continua, lines = _sources(sun)
    for source in continua:
        e_nu, weight = source.nodes(source.energy[:-1], source.energy[1:], mixing, shares)
        whole = np.einsum("fsn,ksn->fks", weight, 1 / e_nu ** powers[:, None, None])
        above = np.concatenate(
            [np.cumsum(whole[..., ::-1], axis=-1)[..., ::-1], np.zeros((3, 3, 1))], axis=-1
        )
        segment = np.searchsorted(source.energy, e_min)  # the first table point at or above the threshold
        inside = (segment > 0) & (segment < source.energy.size)
        upper = source.energy[np.minimum(segment, source.energy.size - 1)]
        e_nu, weight = source.nodes(np.where(inside, e_min, upper), upper, mixing, shares)
        partial = np.einsum("fsn,ksn->fks", weight, 1 / e_nu ** powers[:, None, None])
        moments += partial + above[..., np.minimum(segment, source.energy.size - 1)]
    for line in lines:
        weight = line.flux * shares(line.p_ee, mixing)
        moments += weight[:, None, None] * (line.energy > e_min) / line.energy ** powers[:, None]
    return moments


def two_nodes(
    e_er: ArrayLike,
    sun: Sun = Sun(),
    shares: _Shares = flavour_probabilities,
    e_min: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Neutrino energies and weights whose sum is the flux integral, exact for quadratics in 1/E_nu.

    The nodes are u = M1/M0 -+ sqrt(M2/M0 - (M1/M0)^2) with weight M0/2 each; above the end of the flux the
    weights are zero and the nodes sit at the threshold. A node may leave the support of the flux, which is
    harmless for polynomials.

    Parameters
    ----------
    e_er : (n_er,)
        Recoil energy [keV].
    sun : Sun
    shares, e_min
        As for :func:`flux_moments`.

    Returns
    -------
    e_nu, weights : (3, 2, n_er)
        Flavour, node, recoil energy; [keV] and [cm^-2 s^-1].
    """
    e_min = _threshold(e_er, e_min)
    return _two_nodes(_moments_above(e_min, sun, shares), e_min)


def _two_nodes(moments: np.ndarray, e_dark: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights that carry the moments (3, 3, n); where there is no flux they sit at ``e_dark``."""
    m0, m1, m2 = np.moveaxis(moments, 1, 0)
    reached = m0 > 0
    scale = np.where(reached, m0, 1.0)
    mean = np.where(reached, m1 / scale, 1 / e_dark)
    spread = np.sqrt(np.maximum(np.where(reached, m2 / scale, mean**2) - mean**2, 0.0))
    u = np.stack([mean - spread, mean + spread], axis=1)
    return 1 / u, np.stack([m0 / 2, m0 / 2], axis=1)


def panel_nodes(
    e_er: ArrayLike,
    sun: Sun = Sun(),
    shares: _Shares = flavour_probabilities,
    e_min: np.ndarray | None = None,
    ratio: float = 1.5,
) -> tuple[np.ndarray, np.ndarray]:
    """The rule of :func:`two_nodes` in panels of neutrino energy, for cross sections that are no quadratics.

    Within a panel every smooth function of 1/E_nu is close to a quadratic, so a few dozen nodes do the work
    of the thousands of :func:`fine_nodes`; quadratics are still integrated exactly.

    Parameters
    ----------
    e_er : (n_er,)
        Recoil energy [keV].
    sun : Sun
    shares, e_min
        As for :func:`flux_moments`.
    ratio : float
        Of the panels' edges: they start at the kinematic threshold and grow geometrically.

    Returns
    -------
    e_nu, weights : (3, n_nodes, n_er)
        Flavour, node, recoil energy; [keV] and [cm^-2 s^-1].
    """
    threshold = _threshold(e_er, e_min)
    n_panels = max(1, int(np.ceil(np.log(sun.highest_energy / threshold.min()) / np.log(ratio))))
    edges = threshold * ratio ** np.arange(n_panels + 1)[:, None]  # (n_panels + 1, n_er)
    above = np.stack([_moments_above(edge, sun, shares) for edge in edges])
    rules = []
    for lower, upper, low, high in zip(above[:-1], above[1:], edges[:-1], edges[1:], strict=True):
        inside = lower - upper
        inside *= inside[:, :1] > 1e-13 * above[0, :, :1]  # a difference of sums may have lost its digits
        e_nu, weight = _two_nodes(inside, low)
        rules.append((np.clip(e_nu, low / ratio, high * ratio), weight))
    e_nu, weights = (np.concatenate(parts, axis=1) for parts in zip(*rules, strict=True))
    return e_nu, weights


def fine_nodes(
    e_er: ArrayLike,
    sun: Sun = Sun(),
    shares: _Shares = flavour_probabilities,
    e_min: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """The same for any cross section: Gauss-Legendre between the points of every spectrum, and the lines.

    Parameters
    ----------
    e_er : (n_er,)
        Recoil energy [keV].
    sun : Sun
    shares, e_min
        As for :func:`flux_moments`.

    Returns
    -------
    e_nu : (n_nodes, n_er)
    weights : (3, n_nodes, n_er)
    """
    e_min = _threshold(e_er, e_min)
    mixing = sun.mixing
    continua, lines = _sources(sun)
    energies, weights = [], []
    for source in continua:
        upper = np.broadcast_to(source.energy[1:], (e_min.size, source.energy.size - 1))
        lower = np.minimum(np.maximum(source.energy[:-1], e_min[:, None]), upper)
        e_nu, weight = source.nodes(lower, upper, mixing, shares)
        energies.append(e_nu.reshape(e_min.size, -1).T)
        weights.append(np.swapaxes(weight.reshape(len(FLAVOURS), e_min.size, -1), 1, 2))
    for line in lines:
        energies.append(np.full((1, e_min.size), line.energy))
        weight = line.flux * shares(line.p_ee, mixing)
        weights.append((weight[:, None] * (line.energy > e_min))[:, None, :])
    return np.concatenate(energies), np.concatenate(weights, axis=1)
