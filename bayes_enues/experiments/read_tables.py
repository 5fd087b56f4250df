"""The tables of an experiment, read and checked: bins and components."""

from collections.abc import Mapping, Sequence
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np

from ..errors import InputError
from ..tables import Table, label, read_table
from .schema import Bins, Component, ExperimentFile

MAX_BINS = 2000
MAX_COUNTS = 1e9  # in one bin
TOO_MANY = f"{{:g}} events in one bin; at most {MAX_COUNTS:g} can be fitted"


class Tables:
    """Reads tables of one folder and remembers what they said.

    Attributes
    ----------
    provenance, hashes : dict
        Comment lines and SHA-256 of each file read.
    doubts : dict of str to str
        What may be meant but is unlikely, by subject and in words; see :mod:`.plausible`.
    """

    def __init__(self, folder: Traversable):
        self.folder = folder
        self.provenance: dict[str, tuple[str, ...]] = {}
        self.hashes: dict[str, str] = {}
        self.doubts: dict[str, str] = {}

    def name(self, file: str) -> str:
        return label(self.folder.joinpath(file))

    def __call__(self, file: str, needed: Sequence[str] | None) -> Table:
        path = self.folder.joinpath(file)
        if isinstance(path, Path) and not path.resolve().is_relative_to(Path(str(self.folder)).resolve()):
            raise InputError(f"{self.name(file)} is a link that leads out of its folder; put the file inside")
        table = read_table(path, needed=needed and list(needed))
        self.provenance[file] = table.provenance
        self.hashes[file] = table.sha256
        return table


def first(mask: np.ndarray) -> int:
    """Data row, from one, of the first entry that is true."""
    return int(np.flatnonzero(mask)[0]) + 1


def refuse(wrong: np.ndarray, where: str, column: str, words: str, values: np.ndarray | None = None) -> None:
    """Refuse the first row of a table that is wrong, in words in which ``{:g}`` stands for its value."""
    if np.any(wrong):
        row = f"row {first(wrong)}, column {column}" if column else f"row {first(wrong)}"
        raise InputError(f"{where}, {row}: {words.format(0.0 if values is None else values[wrong][0])}")


def read_bins(tables: Tables, settings: ExperimentFile) -> tuple[np.ndarray, np.ndarray]:
    """Edges of all bins in reconstructed energy [keV], (n_bins + 1,), and the counts in them, (n_bins,)."""
    spec = settings.bins
    table = tables(spec.table, (spec.lower, spec.upper, spec.counts))
    lower, upper, counts = table[spec.lower], table[spec.upper], table[spec.counts]
    where = tables.name(spec.table)
    if lower.size > MAX_BINS:
        raise InputError(f"{where} has {lower.size} bins; at most {MAX_BINS} can be fitted")
    refuse(lower < 0, where, spec.lower, "a bin starts below zero")
    refuse(~(upper > lower), where, spec.upper, "the edges do not increase")
    apart = np.abs(lower[1:] - upper[:-1]) > 1e-5
    if apart.any():
        i = first(apart) + 1
        raise InputError(
            f"{where}, row {i}, column {spec.lower}: {lower[i - 1]:g} does not continue the bin before, "
            f"which ends at {upper[i - 2]:g}; edges must increase without gaps"
        )
    refuse(counts < 0, where, spec.counts, "{:g} is negative", counts)
    whole = "{:g} is not a whole number of events"
    refuse(counts != np.round(counts), where, spec.counts, whole, counts)
    refuse(counts > MAX_COUNTS, where, spec.counts, TOO_MANY, counts)
    edges = np.append(lower, upper[-1])
    if spec.axis:  # no energies
        return edges, counts
    if not 0.1 <= edges[-1] <= 2000:
        raise InputError(
            f"{where}, column {spec.upper}: the bins end at {edges[-1]:g} keV, outside 0.1 to 2000 keV; "
            "edges must be in keV"
        )
    widths = np.diff(edges)
    refuse(widths < 1e-3, where, "", "a bin of {:g} keV; 0.001 keV or more was needed", widths)
    return edges, counts


def read_runs(tables: Tables, settings: ExperimentFile, n_bins: int) -> tuple[np.ndarray, np.ndarray]:
    """Of each bin, the place of its run in the file and the exposure [t yr], (n_bins,) each."""
    spec = settings.bins
    if spec.run is None:
        return np.zeros(n_bins, int), np.full(n_bins, settings.exposure_t_yr)
    table = tables(spec.table, (spec.lower,))
    where = tables.name(spec.table)
    if spec.run not in table.columns:
        raise InputError(f"{where} lacks [{spec.run!r}], the run of each bin")
    names = [run.name for run in settings.runs]
    found = [str(name) for name in table[spec.run]]
    for i, name in enumerate(found):
        if name not in names:
            raise InputError(
                f"{where}, row {i + 1}, column {spec.run}: there is no run {name!r}; known: {names}"
            )
    if lacking := sorted(set(names) - set(found)):
        raise InputError(f"{where}, column {spec.run}: no bin belongs to {lacking}")
    run = np.array([names.index(name) for name in found])
    return run, np.array([r.exposure_t_yr for r in settings.runs])[run]


def read_component(
    tables: Tables,
    spec: Component,
    bins: Bins,
    edges: np.ndarray,
    weak: np.ndarray,
    earlier: Mapping[str, np.ndarray],
) -> tuple[np.ndarray, np.ndarray]:
    """Expected counts of one component in all bins, and what a subtraction below zero lost, (n_bins,) each.

    ``weak`` are the counts of the Standard Model, ``earlier`` those of the components before this one.
    """
    table = tables(spec.table, spec.columns)
    where = tables.name(spec.table)
    for column in spec.columns:
        refuse(table[column] < 0, where, column, "{:g} is negative", table[column])
        refuse(table[column] > MAX_COUNTS, where, column, TOO_MANY, table[column])
    values = np.sum([table[column] for column in spec.columns], axis=0)
    if values.size != edges.size - 1:
        raise InputError(f"{where} has {values.size} rows; the bins table has {edges.size - 1}")
    for column, wanted in ((bins.lower, edges[:-1]), (bins.upper, edges[1:])):
        theirs = table.columns.get(column)
        if theirs is None or theirs.dtype.kind != "f":
            continue
        if np.any(wrong := ~(np.abs(theirs - wanted) <= 1e-5)):
            i = first(wrong)
            raise InputError(
                f"{where}, row {i}, column {column}: {theirs[i - 1]:g} where the bins table has "
                f"{wanted[i - 1]:g} keV; its rows must be the bins in their order"
            )
    if spec.events is not None:
        if not values.any():
            raise InputError(
                f"{where}, columns {list(spec.columns)}: all zero, no shape for {spec.events:g} events"
            )
        values = values / values.sum() * spec.events
    lost = np.zeros_like(values)
    included = [weak] if spec.subtract_standard_model else []
    for part in [*included, *(earlier[name] for name in spec.subtract)]:
        lost += np.maximum(0.0, part - values)
        values = np.maximum(0.0, values - part)
    return values * spec.scale, lost * spec.scale
