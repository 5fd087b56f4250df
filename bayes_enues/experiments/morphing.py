"""Counts as functions of the nuisances that move a response, the Sun or a shape: sums of products.

Templates by the whole chain at a few values of each nuisance become terms, each a set of templates times
functions of one nuisance (:mod:`.factors`); where all nuisances are zero no term is left. Of a number that
``moves``: the polynomial through 0, +-1 and +-2 standard deviations, and for pairs of nuisances that do not
simply add the products that four corners fix. The result is compared with the whole chain between the nodes,
at the cuts and at a corner of all nuisances; where it is off by more than 1e-3 of what a bin expects (of one
count, where it expects less), more nodes are taken, and a note says what could not be had.

A table of responses (:class:`.experiment.ResponseGrid`) is taken as it is.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, product
from typing import NamedTuple

import numpy as np

from ..interactions.base import Interaction
from .counts import Templates, bin_templates
from .experiment import Experiment, ResponseGrid
from .factors import Factor
from .moving import GRID, acceptance_ratio, moved
from .uncertainty import NuisanceEntry

TOLERANCE = 1e-3  # of what a bin expects
FEWEST, MOST = 5, 13  # nodes of a nuisance
LINEAR = ("sun.flux.", "exposure_t_yr", "efficiency.scale")  # one node is exact
CORNER = 1.5  # standard deviations
LEAST = 1.0  # counts that a bin stands for at least in that
FROZEN = 1e-2  # counts: a bin that never expects so many stays as it is, for a polynomial could turn negative
NOTHING = 1e-6  # counts, at the expected limit

type Factors = tuple[Factor, ...]
type Rows = np.ndarray  # (n_rows, n_bins): templates by strength, then the components that follow
type At = Callable[[Mapping[str, float]], Rows]


class Morph(NamedTuple):
    """What nuisances add to the nominal counts of one experiment.

    Attributes
    ----------
    signal : tuple of Factors
        What multiplies each term.
    templates : (n_terms, n_strengths, n_bins)
        By term and by product of strengths: 1, u of each free parameter, u^2 of each, then pairs.
    components : dict of str to (tuple of Factors, (n_terms, n_bins))
        The same of the components that follow.
    notes : tuple of str
        Where the morph is not as good as it should be.
    """

    signal: tuple[Factors, ...]
    templates: np.ndarray
    components: Mapping[str, tuple[tuple[Factors, ...], np.ndarray]]
    notes: tuple[str, ...] = ()


def has_morph(experiment: Experiment) -> bool:
    """Whether any nuisance of an experiment does more than scale."""
    return any(not n.scales for n in experiment.nuisances)


def morph_of(
    experiment: Experiment,
    interaction: Interaction,
    free: Sequence[str],
    scales: Sequence[float],
    nominal: Templates,
) -> Morph:
    """Terms of one experiment, for the interaction and its free parameters.

    Parameters
    ----------
    experiment : Experiment
    interaction : Interaction
        With the fixed parameters set.
    free, scales
        As of :func:`.counts.bin_templates`.
    nominal : Templates
        What that gives with all nuisances at zero.
    """
    replaced = interaction.replaces_nuisances
    entries = [n for n in experiment.nuisances if n.name not in replaced]
    moving = [n for n in entries if n.moves and n.moves != GRID]
    follow = sorted({c for n in moving for c in n.follow if c != "signal"})

    def of_signal(there: Experiment) -> Rows:
        return _rows(bin_templates(there, interaction, free, scales, check=False, pairs=tuple(nominal.cross)))

    n_strengths = len(_rows(nominal))

    def at(values: Mapping[str, float]) -> Rows:
        mine = {n.name: values[n.name] for n in moving if values.get(n.name)}
        signal = {n.name: mine[n.name] for n in moving if n.name in mine and "signal" in n.follow}
        rows = [of_signal(moved(experiment, signal)) if signal else _rows(nominal)]
        for component in follow:
            theirs = {n.name: mine[n.name] for n in moving if n.name in mine and component in n.follow}
            counts = experiment.components[component]
            rows.append((counts * acceptance_ratio(experiment, theirs) if theirs else counts)[None])
        return np.concatenate(rows)

    def expected(rows: Rows) -> np.ndarray:
        """What bins expect of these rows in the Standard Model and near the expected limits, (n, n_bins)."""
        n = len(free)
        strengths = np.zeros((n + 1, n_strengths))
        strengths[:, 0] = 1.0
        for k in range(n):
            strengths[k + 1, [1 + k, 1 + n + k]] = 1.0
        return strengths @ rows[:n_strengths] + rows[n_strengths:].sum(axis=0)

    rest = experiment.background - sum(
        (experiment.components[c] for c in follow), np.zeros(experiment.n_bins)
    )
    terms, notes = _moving_terms(moving, at, expected, rest)
    terms = _significant(terms)
    signal = [(factors, rows[:n_strengths]) for factors, rows in terms if rows[:n_strengths].any()]
    components: dict[str, list] = {
        c: [(f, rows[n_strengths + i]) for f, rows in terms if rows[n_strengths + i].any()]
        for i, c in enumerate(follow)
    }
    for grid in experiment.grids:
        factors, by_node = zip(*_grid_terms(grid), strict=True)
        weights, n = np.array(by_node), len(grid.nodes)
        # all terms one after the other, as bins of one experiment: the rate is the same
        stacked = replace(experiment, response=np.concatenate(np.tensordot(weights, grid.responses, n)))
        rows = of_signal(stacked).reshape(n_strengths, len(factors), experiment.n_bins)
        signal.extend(zip(factors, np.moveaxis(rows, 1, 0), strict=True))
        for name, table in grid.components.items():
            components.setdefault(name, []).extend(zip(factors, np.tensordot(weights, table, n), strict=True))
    for n in entries:
        if n.shape:
            (component,) = n.follow
            down, up = experiment.shapes[n.name]
            if component == "signal":
                terms, centre = signal, _rows(nominal)
                down, up = (of_signal(replace(experiment, response=end)) for end in (down, up))
            else:
                terms, centre = components.setdefault(component, []), experiment.components[component]
            terms += [
                ((Factor(n.name, "power", 1, 1.0),), (up - down) / 2),
                ((Factor(n.name, "bend", 1, 1.0),), (up + down - 2 * centre) / 16),
            ]
    return Morph(
        tuple(factors for factors, _ in signal),
        np.array([rows for _, rows in signal]).reshape(-1, n_strengths, experiment.n_bins),
        {
            c: (tuple(f for f, _ in found), np.array([r for _, r in found]))
            for c, found in components.items()
            if found
        },
        tuple(f"{experiment.name}: {note}" for note in notes),
    )


def _rows(templates: Templates) -> Rows:
    return np.concatenate(
        [templates.t0[None], templates.t1, templates.t2, *(t[None] for t in templates.cross.values())]
    )


def _moving_terms(moving: Sequence[NuisanceEntry], chain: At, expected: Callable, rest: np.ndarray):
    """Terms of all nuisances that move a number, and notes."""
    if not moving:
        return [], []
    nominal = chain({})
    ends = [{n.name: n.sigma * x} for n in moving for x in _ends(n)]
    most = np.max(
        [expected(rows) + rest for rows in (nominal, *(chain(values) for values in ends))], axis=(0, 1)
    )
    counted = most >= FROZEN

    def at(values: Mapping[str, float]) -> Rows:
        return np.where(counted, chain(values), nominal)

    terms: list[tuple[Factors, Rows]] = []
    notes = []

    def sum_of(terms, values) -> Rows:
        total = nominal.copy()
        for factors, rows in terms:
            total += np.prod([f(values.get(f.nuisance, 0.0)) for f in factors]) * rows
        return total

    def off(terms, values) -> float:
        """By how much of what a bin expects the terms miss the whole chain."""
        exact = expected(at(values))
        size = np.maximum(np.abs(exact + rest), LEAST)
        return float(np.max(np.abs(expected(sum_of(terms, values)) - exact) / size))

    for entry in moving:
        found, worst, where = _polynomial(entry, nominal, at, off)
        terms += found
        if worst > TOLERANCE:
            notes.append(
                f"the morph of {entry.name} is off by {worst:.1e} of a bin's counts at {where:+.3g}, with "
                f"{len(found) + 1} nodes"
            )
    for a, b in combinations(moving, 2):
        terms += _product(a, b, nominal, at, off, sum_of, terms)
    for sign in (1, -1):
        corner = {n.name: _corner(n, sign * (-1) ** k) for k, n in enumerate(moving)}
        if len(moving) > 1 and (worst := off(terms, corner)) > TOLERANCE:
            words = ", ".join(f"{name} {x:+.3g}" for name, x in corner.items())
            notes.append(f"the interpolation is off by {worst:.1e} of a bin's counts where {words}")
    return terms, notes


def _ends(entry: NuisanceEntry) -> tuple[float, float]:
    """Where a nuisance is cut, in units of its sigma."""
    assert entry.highest is not None  # what moves has both cuts
    return entry.lowest / entry.sigma, entry.highest / entry.sigma


def _corner(entry: NuisanceEntry, sign: int) -> float:
    low, high = _ends(entry)
    return entry.sigma * (min(CORNER, high) if sign > 0 else max(-CORNER, low))


def _nodes(entry: NuisanceEntry, n: int) -> np.ndarray:
    """Where the chain is computed besides zero, in units of sigma, (n - 1,)."""
    low, high = _ends(entry)
    if n == FEWEST and low <= -2 and high >= 2:
        return np.array([-2.0, -1.0, 1.0, 2.0])
    nodes = (low + high) / 2 - (high - low) / 2 * np.cos(np.pi * (np.arange(n) + 0.5) / n)
    return np.delete(nodes, np.abs(nodes).argmin())  # zero stands for the nearest


def _polynomial(entry: NuisanceEntry, nominal: Rows, at: At, off: Callable):
    """Terms of one nuisance alone, by how much they are off, and where: with as many nodes as that needs."""
    low, high = _ends(entry)
    probes = [x for x in (-2.5, -1.5, -0.5, 0.5, 1.5, 2.5) if low < x < high]
    if high - low < 3:
        probes += [0.9 * low, 0.9 * high]
    terms: list[tuple[Factors, Rows]] = []
    worst, where = np.inf, 0.0
    linear = entry.moves.startswith(LINEAR)
    for n in (2,) if linear else range(FEWEST, MOST + 1, 2):
        t = _nodes(entry, n)
        vandermonde = t[:, None] ** np.arange(1, n)
        values = np.array([at({entry.name: entry.sigma * x}) - nominal for x in t])
        coefficients = np.linalg.solve(vandermonde, values.reshape(n - 1, -1)).reshape(values.shape)
        terms = [
            ((Factor(entry.name, "power", k, entry.sigma),), rows)
            for k, rows in enumerate(coefficients, start=1)
        ]
        worst, where = max((off(terms, {entry.name: entry.sigma * x}), entry.sigma * x) for x in probes)
        if worst <= TOLERANCE:
            break
    return terms, worst, where


def _product(
    a: NuisanceEntry, b: NuisanceEntry, nominal: Rows, at: At, off: Callable, sum_of: Callable, terms
):
    """Products of two nuisances where they do more than add: t s, and if needed its like of second order."""
    mine = [(f, rows) for f, rows in terms if all(x.nuisance in (a.name, b.name) for x in f)]
    first = {a.name: _corner(a, 1), b.name: _corner(b, 1)}
    second = {a.name: _corner(a, -1), b.name: _corner(b, 1)}
    if max(off(mine, first), off(mine, second)) <= TOLERANCE / 5:
        return []
    corners = [{a.name: _corner(a, i), b.name: _corner(b, j)} for i, j in product((1, -1), repeat=2)]
    missing = np.array([at(values) - sum_of(mine, values) for values in corners])
    powers = [(1, 1), (2, 1), (1, 2), (2, 2)]
    found = []
    for some in (powers[:1], powers):
        matrix = np.array(
            [[(c[a.name] / a.sigma) ** i * (c[b.name] / b.sigma) ** j for i, j in some] for c in corners]
        )
        rows = np.linalg.lstsq(matrix, missing.reshape(4, -1))[0].reshape(-1, *nominal.shape)
        found = [
            ((Factor(a.name, "power", i, a.sigma), Factor(b.name, "power", j, b.sigma)), row)
            for (i, j), row in zip(some, rows, strict=True)
        ]
        if max(off([*mine, *found], values) for values in corners) <= TOLERANCE / 5:
            break
    return found


def _significant(terms):
    """Zero where a term is worth nothing at three standard deviations; no term that is zero throughout."""
    kept = []
    for factors, rows in terms:
        reach = 3.0 ** sum(f.exponent for f in factors)
        rows = np.where(np.abs(rows) * reach > NOTHING, rows, 0.0)
        if rows.any():
            kept.append((factors, rows))
    return kept


def _grid_terms(grid: ResponseGrid):
    """For each term what multiplies it, and the weights of the tables that make it, by node."""
    axes = [_axis(name, nodes, grid.basis) for name, nodes in zip(grid.nuisances, grid.nodes, strict=True)]
    for chosen in product(*axes):
        factors = tuple(f for factor, _ in chosen for f in factor)
        if not factors:  # all at zero: the nominal one
            continue
        weights = np.ones(())
        for _, weight in chosen:
            weights = np.multiply.outer(weights, weight)
        yield factors, weights


def _axis(name: str, nodes: np.ndarray, basis: str):
    """Functions of one nuisance, and the weights of the nodes for each; the first is one, at zero."""
    nodes = np.asarray(nodes, float)
    zero = (nodes == 0).astype(float)
    found: list[tuple[Factors, np.ndarray]] = [((), zero)]
    if basis == "tent":
        for k in range(nodes.size):
            if nodes[k] != 0:
                found.append(((Factor(name, "tent", 1, nodes[k]),), np.eye(nodes.size)[k] - zero))
        # straight on beyond the last: the derivative at a node is that to its right
        beyond = 2 * np.eye(nodes.size)[-1] - np.eye(nodes.size)[-2]
        found.append(((Factor(name, "tent", 1, nodes[-1] + 1),), beyond - zero))
        return found
    away = nodes[nodes != 0]
    inverse = np.linalg.inv(away[:, None] ** np.arange(1, nodes.size))
    for k in range(1, nodes.size):
        weight = np.zeros(nodes.size)
        weight[nodes != 0] = inverse[k - 1]
        found.append(((Factor(name, "power", k, 1.0),), weight - weight.sum() * zero))
    return found
