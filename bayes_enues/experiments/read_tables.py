"""The tables of an experiment, read and checked: bins, efficiency, response and components."""

from importlib.resources.abc import Traversable

import numpy as np

from ..errors import InputError
from ..signal.response import REACH, energy_grid, response_matrix
from ..signal.xenon import Xenon, shell_edges
from ..tables import label, read_table, sha256
from .schema import ExperimentFile

__all__ = ["Tables", "read_bins", "read_component", "read_efficiency", "read_response"]


class Tables:
    """Reads tables of one folder, once each, and remembers what they said."""

    def __init__(self, folder: Traversable):
        self.folder = folder
        self.provenance: dict[str, tuple[str, ...]] = {}
        self.hashes: dict[str, str] = {}

    def name(self, file: str) -> str:
        return label(self.folder.joinpath(file))

    def __call__(self, file: str, needed):
        path = self.folder.joinpath(file)
        table = read_table(path, needed=list(needed))
        self.provenance[file] = table.provenance
        self.hashes[file] = sha256(path)
        return table


def _first(mask) -> int:
    """Data row, from one, of the first entry that is true."""
    return int(np.flatnonzero(mask)[0]) + 1


def read_bins(tables: Tables, settings: ExperimentFile) -> tuple[np.ndarray, np.ndarray]:
    """Edges of all bins in reconstructed energy [keV], (n_bins + 1,), and the counts in them, (n_bins,)."""
    spec = settings.bins
    table = tables(spec.table, (spec.lower, spec.upper, spec.counts))
    lower, upper, counts = table[spec.lower], table[spec.upper], table[spec.counts]
    where = tables.name(spec.table)
    if np.any(lower < 0):
        raise InputError(f"{where}, row {_first(lower < 0)}, column {spec.lower}: a bin starts below zero")
    if np.any(wrong := ~(upper > lower)):
        raise InputError(f"{where}, row {_first(wrong)}, column {spec.upper}: the edges do not increase")
    apart = np.abs(lower[1:] - upper[:-1]) > 1e-5
    if apart.any():
        i = _first(apart) + 1
        raise InputError(
            f"{where}, row {i}, column {spec.lower}: {lower[i - 1]:g} does not continue the bin before, "
            f"which ends at {upper[i - 2]:g}; edges must increase without gaps"
        )
    if np.any(wrong := counts < 0):
        raise InputError(
            f"{where}, row {_first(wrong)}, column {spec.counts}: {counts[wrong][0]:g} is negative"
        )
    if np.any(wrong := counts != np.round(counts)):
        raise InputError(
            f"{where}, row {_first(wrong)}, column {spec.counts}: {counts[wrong][0]:g} is not a whole number "
            "of events"
        )
    return np.append(lower, upper[-1]), counts


def read_efficiency(tables: Tables, settings: ExperimentFile):
    """The efficiency as a function of reconstructed energy, and the energies at which it turns."""
    spec = settings.efficiency
    table = tables(spec.table, (spec.energy, spec.column))
    energy, values = table[spec.energy], table[spec.column]
    where = tables.name(spec.table)
    if np.any(wrong := ~((values >= 0) & (values <= 1))):
        raise InputError(
            f"{where}, row {_first(wrong)}, column {spec.column}: efficiency {values[wrong][0]:g} is outside "
            "0 to 1"
        )
    if np.any(wrong := np.diff(energy) <= 0):
        raise InputError(f"{where}, row {_first(wrong) + 1}, column {spec.energy}: energies do not increase")
    energy, values = _edge_moved(energy, values, spec.shift_keV)
    last = values[-1] if spec.above == "constant" else 0.0
    return (lambda e_reco: np.interp(e_reco, energy, values, left=0.0, right=last)), energy


def _edge_moved(energy: np.ndarray, values: np.ndarray, shift: float) -> tuple[np.ndarray, np.ndarray]:
    """The curve with its low-energy edge shifted: what lies before 99 % of the maximum is first reached."""
    top = int(np.argmax(values >= 0.99 * values.max()))
    moved = energy[:top] + shift
    kept = moved < energy[top]
    return np.append(moved[kept], energy[top:]), np.append(values[:top][kept], values[top:])


def read_response(tables: Tables, settings: ExperimentFile, edges: np.ndarray, xenon: Xenon):
    """Recoil grid and response per tonne year, for all bins."""
    if settings.response is not None:
        spec = settings.response
        table = tables(spec.table, (spec.energy,))
        columns = [values for name, values in table.columns.items() if name != spec.energy]
        where = tables.name(spec.table)
        if len(columns) != edges.size - 1:
            raise InputError(
                f"{where} has {len(columns)} columns of bins; {settings.bins.table} has {edges.size - 1}"
            )
        response = np.array(columns, float)
        total = response.sum(axis=0)
        if np.any(wrong := ~((response >= 0).all(axis=0) & (total <= 1 + 1e-6))):
            raise InputError(f"{where}, row {_first(wrong)}: probabilities below zero or above one in sum")
        return table[spec.energy], response * spec.width_keV
    width = settings.resolution

    def resolution(e):
        return width.scale * (width.constant_keV + width.sqrt_keV * np.sqrt(e) + width.linear * e)

    breaks = [*shell_edges()[0], xenon.threshold_keV]
    lower = max(shell_edges()[0][0], xenon.threshold_keV)
    e_er, weights = energy_grid(lower, edges[-1] + REACH * resolution(edges[-1]), breaks, resolution)
    efficiency, kinks = read_efficiency(tables, settings)
    return e_er, response_matrix(e_er, weights, edges, efficiency, resolution, kinks)


def read_component(tables: Tables, spec, n_bins: int, weak: np.ndarray) -> np.ndarray:
    """Expected counts of one component in all bins, (n_bins,); ``weak`` are those of the Standard Model."""
    table = tables(spec.table, spec.columns)
    where = tables.name(spec.table)
    for column in spec.columns:
        if np.any(wrong := table[column] < 0):
            raise InputError(
                f"{where}, row {_first(wrong)}, column {column}: {table[column][wrong][0]:g} is negative"
            )
    values = np.sum([table[column] for column in spec.columns], axis=0)
    if values.size != n_bins:
        raise InputError(f"{where} has {values.size} rows; the bins table has {n_bins}")
    if spec.events is not None:
        if not values.any():
            raise InputError(
                f"{where}, columns {list(spec.columns)}: all zero, no shape for {spec.events:g} events"
            )
        values = values / values.sum() * spec.events
    if spec.subtract_standard_model:
        values = np.maximum(0.0, values - weak)
    return values * spec.scale
