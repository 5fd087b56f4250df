"""An experiment: counts, background, response and uncertainties, ready for a fit."""

import html
import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..errors import InputError
from ..signal.flux import Sun
from ..signal.xenon import Xenon
from ..statistics import count_errors
from .schema import ExperimentFile
from .uncertainty import NuisanceEntry

_CHANGED = re.compile(r" \(changed: (?P<what>.*)\)$")


class Clipped(NamedTuple):
    """What a subtraction below zero lost.

    Attributes
    ----------
    counts : float
        By which what is subtracted exceeds the component, summed over the fitted bins.
    bins : tuple of (lower, upper)
        Where, neighbouring bins together [keV].
    """

    counts: float
    bins: tuple[tuple[float, float], ...]


@dataclass(frozen=True, eq=False)
class ResponseGrid:
    """A response tabulated at values of a few nuisances, and everything between by interpolation.

    This is how a channel whose response somebody simulated at several values of, say, the light and charge
    yields says so. Its nuisances stand in the ``experiment.toml`` as any other, with a width, cuts and a
    meaning, and with ``moves = "response_grid"``::

        [[nuisances]]
        name = "t_ly"
        sigma = 1.0
        lower = -3.0
        upper = 3.0
        moves = "response_grid"
        applies_to = ["signal", "neutrons"]

    and whoever builds the experiment hands the tables over as ``Experiment.grids``; nothing else is to be
    written. Where all nuisances are zero the tables must hold the experiment's own response and components.

    Attributes
    ----------
    nuisances : tuple of str
        Names, one for each of the leading axes of the tables.
    nodes : tuple of (n_nodes,)
        Their tabulated values, in rising order, zero among them.
    responses : (n_nodes of the first, ..., n_bins, n_er)
        As :attr:`Experiment.response`.
    components : dict of str to (n_nodes of the first, ..., n_bins)
        Of the components that change with them, as :attr:`Experiment.components`.
    basis : str
        ``tent``: linear between neighbours in each nuisance, products of all (bilinear for two); nodes are
        whole numbers one apart. ``polynomial``: the one through all nodes, in each nuisance; smooth.
    """

    nuisances: tuple[str, ...]
    nodes: tuple[np.ndarray, ...]
    responses: np.ndarray
    components: Mapping[str, np.ndarray] = field(default_factory=dict)
    basis: str = "tent"

    def __repr__(self) -> str:
        nodes = dict(zip(self.nuisances, map(list, self.nodes), strict=True))
        return f"ResponseGrid({nodes}, components={list(self.components)}, basis={self.basis!r})"

    def __post_init__(self):
        shape = tuple(len(nodes) for nodes in self.nodes)
        for name, table in {"responses": self.responses, **self.components}.items():
            if table.shape[: len(shape)] != shape:
                raise ValueError(f"{name} has shape {table.shape}; it should begin with {shape}, the nodes")
        for name, nodes in zip(self.nuisances, self.nodes, strict=True):
            nodes = np.asarray(nodes, float)
            if not np.any(nodes == 0) or np.any(np.diff(nodes) <= 0):
                raise ValueError(
                    f"the nodes of {name} are {nodes.tolist()}; rising ones with zero were needed"
                )
            if self.basis == "tent" and np.any(nodes != nodes[0] + np.arange(nodes.size)):
                raise ValueError(
                    f"the nodes of {name} are {nodes.tolist()}; whole numbers one apart were needed"
                )
        if self.basis not in ("tent", "polynomial"):
            raise ValueError(f"basis = {self.basis!r}; the choices are 'tent' and 'polynomial'")


@dataclass(frozen=True, eq=False)
class Experiment:
    """One experiment, ready for counts and likelihoods. Built by
    :func:`bayes_enues.load_experiment`.

    Attributes
    ----------
    name : str
        As asked for, a variant after a colon. What differs from the packaged experiment of that name says so:
        ``xenonnt_sr0 (changed: beta_flux.sigma = 0.2)``.
    title, reference : str
    exposure : float
        [t yr]
    likelihood : str
        ``gaussian`` or ``poisson``.
    bin_edges : (n_bins + 1,)
        Edges of the fitted bins in reconstructed energy [keV], or running numbers: see :attr:`axis`.
    counts : (n_bins,)
        Observed.
    sigma : (n_bins,)
        Their Gaussian errors; for a Poisson likelihood they serve figures only.
    components : dict of str to (n_bins,)
        Expected counts that are not signal, each as its nuisance scales it.
    nuisances : tuple
        Entries with name, sigma, what they scale, and whether they are shared between experiments.
    e_er : (n_er,)
        Grid of true recoil energy of the target [keV].
    response : (n_bins, n_er)
        Times a recoil rate on ``e_er`` gives counts per tonne year.
    sun, xenon, couplings
        Inputs of the signal.
    settings : ExperimentFile
        What the file said, after the variant's changes.
    note : str
        What the variant changes.
    provenance : dict of str to tuple of str
        For each table read: its comment lines.
    hashes : dict of str to str
        For each file read: SHA-256.
    clipped : dict of str to Clipped
        Components from which the Standard Model was subtracted, and by how much it exceeds them.
    doubts : dict of str to str
        By subject, numbers that contradict each other, such as an exposure that is rather in kg: in words.
    weights : (n_er,)
        Quadrature weights of ``e_er``, which the response contains [keV].
    efficiency : (energy, values)
        Points of the table of the efficiency, before any shift [keV, 1]; empty where there is none.
    grids : tuple of ResponseGrid
        Responses that depend on nuisances as somebody tabulated them.
    shapes : dict of str to (down, up)
        By nuisance, the counts (n_bins,) of its component at -1 and at +1.
    """

    name: str
    title: str
    reference: str
    exposure: float
    likelihood: str
    bin_edges: np.ndarray
    counts: np.ndarray
    sigma: np.ndarray
    components: Mapping[str, np.ndarray]
    nuisances: tuple[NuisanceEntry, ...]
    e_er: np.ndarray
    response: np.ndarray
    sun: Sun
    xenon: Xenon
    couplings: str
    settings: ExperimentFile
    note: str = ""
    provenance: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    hashes: Mapping[str, str] = field(default_factory=dict)
    clipped: Mapping[str, Clipped] = field(default_factory=dict)
    doubts: Mapping[str, str] = field(default_factory=dict)
    weights: np.ndarray = field(default_factory=lambda: np.empty(0))
    efficiency: tuple[np.ndarray, np.ndarray] = field(default_factory=lambda: (np.empty(0), np.empty(0)))
    grids: tuple[ResponseGrid, ...] = ()
    shapes: Mapping[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)

    def __repr__(self) -> str:
        """A few lines; the arrays are attributes."""
        lines = [
            f"Experiment {self.name}: {self.title}, {self.reference}",
            f"{self.exposure:.4g} t yr, {self.n_bins} bins {self.extent}, {self.counts.sum():.0f} events, "
            f"{self.likelihood} likelihood",
            f"background: {', '.join(f'{k} {v.sum():.4g}' for k, v in self.components.items()) or 'none'}",
            f"nuisances: {', '.join(nuisance.name for nuisance in self.nuisances) or 'none'}",
            *([f"note: {self.note}"] if self.note else []),
        ]
        folded = [textwrap.shorten(line, 110, placeholder=" ...") for line in lines]
        return "\n    ".join(folded)

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(repr(self))}</pre>"

    def __post_init__(self):
        for value in (*vars(self).values(), *self.components.values()):  # packaged ones are kept and shared
            if isinstance(value, np.ndarray):
                value.setflags(write=False)

    @property
    def n_bins(self) -> int:
        return self.counts.size

    @property
    def centres(self) -> np.ndarray:
        """Centres of the fitted bins [keV]."""
        return (self.bin_edges[:-1] + self.bin_edges[1:]) / 2

    @property
    def axis(self) -> str:
        """What the bins are bins of, with its unit: energies unless the file says otherwise."""
        return self.settings.bins.axis or "reconstructed energy [keV]"

    @property
    def extent(self) -> str:
        """From where to where the bins reach, in words; what they are bins of, if that is no energy."""
        axis = self.settings.bins.axis
        return f"({axis})" if axis else f"from {self.bin_edges[0]:g} to {self.bin_edges[-1]:g} keV"

    @property
    def slug(self) -> str:
        """The name with nothing in it that a variable or a file could not be called, and without changes:
        models of an experiment and of its toys have the same variables."""
        return re.sub(r"\W+", "_", _CHANGED.sub("", self.name)).strip("_")

    @property
    def background(self) -> np.ndarray:
        """Sum of all components at their nominal scale, (n_bins,)."""
        return np.sum(list(self.components.values()), axis=0) if self.components else np.zeros(self.n_bins)

    @property
    def caveats(self) -> dict[str, str]:
        """Tables that are not published as such, with the words of their headers; and :attr:`doubts`."""
        found = {}
        for table, lines in self.provenance.items():
            if how := self.settings.how_obtained.get(table):
                word = re.compile(rf"{how}(?! energy)", re.IGNORECASE)
                found[table] = next((line for line in lines if word.search(line)), how)
        return found | dict(self.doubts)

    def with_counts(self, counts: ArrayLike) -> "Experiment":
        """The same experiment with other observed counts, such as a toy's; errors are recomputed, and the
        name says so.

        Raises
        ------
        InputError
            If the counts have the wrong length, are negative or not finite, or are no whole numbers where the
            likelihood is Poisson (PyMC would drop the fraction and say nothing).
        """
        counts = np.array(counts, float)
        if counts.shape != self.counts.shape or not np.all((counts >= 0) & (counts < np.inf)):
            raise InputError(f"counts of shape {counts.shape}; {self.counts.shape} non-negative ones needed")
        if self.likelihood == "poisson" and np.any(counts != np.round(counts)):
            raise InputError(
                f"{self.name} has a Poisson likelihood; whole counts were needed, not "
                f"{counts[counts != np.round(counts)][0]:g}"
            )
        changed = {} if np.array_equal(counts, self.counts) else {"name": self.name_with("counts")}
        return replace(self, counts=counts, sigma=count_errors(counts, self.settings.bins.errors), **changed)

    def name_with(self, change: str) -> str:
        """What the experiment is called after another change: nothing published stands beside it."""
        if earlier := _CHANGED.search(self.name):
            change = ", ".join(dict.fromkeys([*earlier["what"].split(", "), *change.split(", ")]))
        return f"{_CHANGED.sub('', self.name)} (changed: {change})"
