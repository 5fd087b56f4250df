"""From true recoil energy to bins: smear first, then weight, integrated over each bin."""

from collections.abc import Callable, Iterable

import numpy as np
from numpy.polynomial.legendre import leggauss

from ..errors import InputError

_PANEL_NODES, _PANEL_WEIGHTS = leggauss(4)
REACH = 8.0  # standard deviations beyond the last bin edge that the grid covers
WIDEST = 4.0  # standard deviations that one piece of a bin may span
BEYOND = 12.0  # standard deviations at which a Gaussian is zero: exp(-72)


def energy_grid(
    lower: float,
    upper: float,
    breaks: Iterable[float],
    resolution: Callable,
    fineness: float = 1.0,
    most: int = 50_000,
) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights for integrals over the true recoil energy.

    Gauss-Legendre panels that end at every break (a shell edge, where the rate jumps), are no wider than
    half the resolution and no wider than a third of their energy (rates rise like 1/E or 1/E^2).

    Parameters
    ----------
    lower, upper : float
        Range [keV].
    breaks : sequence of float
        Energies at which the rate is discontinuous [keV].
    resolution : callable
        Gaussian width at an energy [keV].
    fineness : float
        Panels are this many times narrower.
    most : int
        Nodes at most.

    Returns
    -------
    e_er, weights : (n_er,)
        Both [keV].

    Raises
    ------
    InputError
        If the resolution is so fine that more nodes were needed.
    """
    ladder = np.geomspace(lower, upper, 2000)
    steps = np.minimum(0.5 * resolution(ladder), ladder / 3) / fineness
    needed = _PANEL_NODES.size * np.trapezoid(1 / steps, ladder)
    if not needed <= most:
        finest = float(np.min(resolution(ladder)))
        raise InputError(
            f"sigma of {finest:.2g} keV needs {needed:.2g} recoil energies from {lower:g} to {upper:g} keV; "
            f"at most {most} are integrated over: give a wider resolution"
        )
    edges = [lower]
    stops = [*sorted(b for b in breaks if lower < b < upper), upper]
    for stop in stops:
        while edges[-1] < stop:
            here = edges[-1]
            step = min(0.5 * float(resolution(here)), here / 3) / fineness
            # join the last sliver to its neighbour rather than leave a panel of no width
            edges.append(stop if here + 1.5 * step >= stop else here + step)
    edges = np.array(edges)
    half = np.diff(edges)[:, None] / 2
    e_er = edges[:-1, None] + half * (_PANEL_NODES + 1)
    return e_er.ravel(), (half * _PANEL_WEIGHTS).ravel()


def response_matrix(
    e_er: np.ndarray,
    weights: np.ndarray,
    bin_edges: np.ndarray,
    efficiency: Callable,
    resolution: Callable,
    kinks: Iterable[float] = (),
    n_nodes: int = 8,
    scale: float = 1.0,
) -> np.ndarray:
    """Probability to be kept and reconstructed in each bin, times the weight of each true energy.

    ``response_matrix(...) @ recoil_rate`` is the binned rate. Recoils are smeared first and weighted then:
    width and efficiency belong to the reconstructed energy (Sec. 2.4 of arXiv:2208.06415). Gauss-Legendre
    between the edges of the bins and the points at which the efficiency turns. (An efficiency of true energy
    multiplies the columns of what this gives without one.)

    Parameters
    ----------
    e_er, weights : (n_er,)
        True recoil energy and quadrature weights, from :func:`energy_grid` [keV].
    bin_edges : (n_bins + 1,)
        Edges in reconstructed energy, increasing [keV].
    efficiency, resolution : callable
        Of reconstructed energy [keV]: efficiency between 0 and 1, Gaussian width [keV].
    kinks : sequence of float
        Energies where the efficiency is not smooth, such as the points of its table [keV].
    n_nodes : int
        Nodes in each piece of a bin.
    scale : float
        Mean reconstructed energy over true energy.

    Returns
    -------
    (n_bins, n_er)
        Response [keV].

    Raises
    ------
    InputError
        If the grid stops where spill-over into the last bin would be lost.
    """
    reach = bin_edges[-1] + 5 * resolution(bin_edges[-1])
    if scale * (e_er[-1] + weights[-1]) < reach:
        raise InputError(
            f"e_er ends at {e_er[-1]:g} keV, but recoils up to {reach:g} keV spill into the "
            f"last bin ({bin_edges[-2]:g} to {bin_edges[-1]:g} keV); extend e_er"
        )
    # piece by piece, over the recoils that can reach it: memory and time do not grow with their product
    nodes, node_weights = leggauss(n_nodes)
    inner = [kink for kink in kinks if bin_edges[0] < kink < bin_edges[-1]]
    edges = np.unique([*bin_edges, *inner])
    # a piece is no wider than a few widths: the smeared rate turns that fast at the edge of a shell
    widths = resolution((edges[:-1] + edges[1:]) / 2)
    parts = np.ceil(np.diff(edges) / (WIDEST * widths)).astype(int)
    cuts = [np.linspace(a, b, n + 1)[:-1] for a, b, n in zip(edges[:-1], edges[1:], parts, strict=True)]
    edges = np.append(np.concatenate(cuts), edges[-1])
    half = np.diff(edges)[:, None] / 2
    e_reco = edges[:-1, None] + half * (nodes + 1)
    sigma = resolution(e_reco)
    area = half * node_weights * efficiency(e_reco) / (np.sqrt(2 * np.pi) * sigma)
    mean = scale * e_er
    first = np.searchsorted(mean, np.min(e_reco - BEYOND * sigma, axis=1))
    last = np.searchsorted(mean, np.max(e_reco + BEYOND * sigma, axis=1))
    bins = np.searchsorted(bin_edges, edges[:-1], side="right") - 1
    response = np.zeros((len(bin_edges) - 1, e_er.size))
    for piece, i, j, b in zip(range(bins.size), first, last, bins, strict=True):
        pull = (e_reco[piece, :, None] - mean[i:j]) / sigma[piece, :, None]
        response[b, i:j] += area[piece] @ np.exp(-0.5 * pull**2)
    return response * weights
