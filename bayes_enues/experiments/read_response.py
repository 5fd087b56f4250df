"""What a detector makes of a recoil, read and checked: efficiency, resolution, or a table of responses."""

from collections.abc import Callable

import numpy as np

from ..errors import InputError
from ..signal.response import REACH, energy_grid, response_matrix
from ..signal.xenon import Xenon, shell_edges
from .read_tables import Tables, first, refuse
from .schema import ExperimentFile, ResponseTable

type Curve = tuple[np.ndarray, np.ndarray]

MAX_ENTRIES = 20_000_000  # of a response matrix: 160 MB


def read_efficiency(
    tables: Tables, settings: ExperimentFile, fitted: np.ndarray | None = None
) -> tuple[Callable, np.ndarray, Curve]:
    """The efficiency as a function of energy, the energies at which it turns, and the table's own points.

    ``fitted``, the edges of the fitted bins, are compared with the range of the table.
    """
    spec = settings.efficiency
    assert spec is not None  # the schema sees to it
    table = tables(spec.table, (spec.energy, spec.column))
    energy, values = table[spec.energy], table[spec.column]
    where = tables.name(spec.table)
    outside = ~((values >= 0) & (values <= 1))
    refuse(outside, where, spec.column, "efficiency {:g} is outside 0 to 1", values)
    refuse(np.append(False, np.diff(energy) <= 0), where, spec.energy, "energies do not increase")
    if spec.scale * values.max() > 1:
        raise InputError(
            f"{where}: efficiency.scale = {spec.scale:g} makes an efficiency of "
            f"{spec.scale * values.max():.4g}; at most 1 was needed"
        )
    efficiency, kinks = spec.curve(energy, values)
    if fitted is not None:
        _compare_with_bins(tables, settings, kinks, efficiency(kinks), efficiency, fitted)
    return efficiency, kinks, (energy, values)


def _compare_with_bins(tables: Tables, settings: ExperimentFile, energy, values, efficiency, fitted) -> None:
    """Whether the table covers the fitted bins; one in eV or MeV does not."""
    spec = settings.efficiency
    assert spec is not None  # the schema sees to it
    where = tables.name(spec.table)
    low, high = fitted[0], fitted[-1]
    inside = energy[(energy > low) & (energy < high)]
    most = float(np.max(efficiency(np.concatenate([fitted, inside]))))
    covers = f"covers {energy[0]:g} to {energy[-1]:g} keV, the fitted bins {low:g} to {high:g} keV"
    if most == 0:
        raise InputError(
            f"{where} {covers}: the efficiency is zero in every fitted bin; are its energies in keV?"
        )
    below = max(0.0, min(energy[0], high) - low) if efficiency(energy[0]) > 0.05 * values.max() else 0.0
    above = max(0.0, high - max(energy[-1], low))
    if above == high - low:
        raise InputError(f"{where} {covers}: it says nothing about any of them; are its energies in keV?")
    parts = []
    if below > 0.01 * (high - low):
        parts.append(f"{below / (high - low):.0%} of them lie below it, where the efficiency counts as zero")
    if above > 0.01 * (high - low):
        rest = "zero" if spec.above == "zero" or values[-1] == 0 else f"{values[-1]:g}, its last value"
        share = above / (high - low)
        parts.append(f"{share:.0%} of them lie above it, where the efficiency counts as {rest}")
    if most < 0.1 * values.max():
        parts.append(
            f"the efficiency is at most {most:.2g} in them and {values.max():.2g} elsewhere: are its "
            "energies in keV?"
        )
    elif values.max() < 0.05:
        parts.append(f"the efficiency is nowhere above {values.max():.2g}; it should be a fraction of one")
    if parts:
        tables.doubts["efficiency"] = f"{spec.table} {covers}; {'; '.join(parts)}"


def read_response(
    tables: Tables,
    settings: ExperimentFile,
    edges: np.ndarray,
    fitted: np.ndarray,
    xenon: Xenon,
    run: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, Curve]:
    """Recoil grid, its weights, response per tonne year for all bins, and the efficiency's own points.

    ``fitted`` are the edges of the bins in the fit, ``run`` tells to which run each bin belongs.
    """
    if settings.bins.axis and settings.response is not None:
        return _read_response_table(tables, settings, settings.response, edges, run)
    where = tables.name("experiment.toml")
    if xenon.threshold_keV >= fitted[-1]:
        raise InputError(
            f"{where}: xenon.threshold_keV = {xenon.threshold_keV:g} lies above the fitted bins, which end "
            f"at {fitted[-1]:g} keV"
        )
    if xenon.threshold_keV > fitted[1]:
        tables.doubts["threshold"] = (
            f"recoils below xenon.threshold_keV = {xenon.threshold_keV:g} are dropped, although the fitted "
            f"bins begin at {fitted[0]:g} keV"
        )
    if settings.response is not None:
        return _read_response_table(tables, settings, settings.response, edges, run)
    assert settings.resolution is not None  # the schema sees to it
    assert settings.efficiency is not None
    resolution = settings.resolution.sigma
    lower = max(shell_edges()[0][0], xenon.threshold_keV)
    upper = edges[-1] + REACH * abs(resolution(edges[-1]))
    _check_resolution(tables, resolution, lower, upper, fitted[-1])
    efficiency, kinks, curve = read_efficiency(tables, settings, fitted)
    breaks = [*shell_edges()[0], xenon.threshold_keV]
    true = settings.efficiency.of == "true"
    most = min(50_000, MAX_ENTRIES // (edges.size - 1))
    try:
        e_er, weights = energy_grid(
            lower, upper, [*breaks, *kinks] if true else breaks, resolution, most=most
        )
    except InputError as error:
        raise InputError(f"{where}: resolution: {error}") from None
    scale = settings.energy_scale
    if true:
        response = response_matrix(e_er, weights, edges, np.ones_like, resolution, scale=scale) * efficiency(
            e_er
        )
    else:
        response = response_matrix(e_er, weights, edges, efficiency, resolution, kinks, scale=scale)
    return e_er, weights, response, curve


def _check_resolution(tables: Tables, resolution, lower: float, upper: float, last: float) -> None:
    """A width that is positive wherever it is used, and no percentage; ``last`` is the last fitted edge."""
    where = f"{tables.name('experiment.toml')}: resolution"
    energies = np.geomspace(lower, max(lower, upper), 1000)
    if np.any(wrong := ~(resolution(energies) > 0)):
        e = float(energies[wrong][0])
        raise InputError(
            f"{where}: sigma is {resolution(e):.3g} keV at {e:.4g} keV; a positive one was needed up to "
            f"{upper:.4g} keV"
        )
    top = float(resolution(last))
    if top > last:
        raise InputError(
            f"{where}: sigma is {top:g} keV at {last:g} keV; give constant_keV and sqrt_keV in keV and "
            "linear as a fraction, not in percent"
        )
    if top > 0.25 * last:
        tables.doubts["resolution"] = (
            f"sigma is {top:.3g} keV at {last:g} keV, {top / last:.0%} of the energy: was a percentage given "
            "for a fraction?"
        )


def _read_response_table(
    tables: Tables, settings: ExperimentFile, spec: ResponseTable, edges: np.ndarray, run: np.ndarray
):
    table = tables(spec.table, None)
    where = tables.name(spec.table)
    if spec.energy not in table.columns:
        raise InputError(f"{where} lacks [{spec.energy!r}], the true energy of its rows")
    energy = table[spec.energy]
    columns = [values for name, values in table.columns.items() if name != spec.energy]
    if len(columns) != edges.size - 1:
        raise InputError(
            f"{where} has {len(columns)} columns of bins; {settings.bins.table} has {edges.size - 1}"
        )
    if energy.size * len(columns) > MAX_ENTRIES:
        raise InputError(f"{where} has {energy.size} rows of {len(columns)} bins; use fewer rows")
    response = np.array(columns, float)
    # a recoil lands in one bin of the run in which it happens
    total = np.max([response[run == k].sum(axis=0) for k in np.unique(run)], axis=0)
    possible = (response >= 0).all(axis=0) & (total <= 1 + 1e-6)
    refuse(~possible, where, "", "probabilities below zero or above one in sum")
    if np.any(wrong := np.abs(np.diff(energy) / spec.width_keV - 1) > 0.01):
        i = first(wrong) + 1
        raise InputError(
            f"{where}, row {i}, column {spec.energy}: {energy[i - 1]:g} after {energy[i - 2]:g} keV; each "
            f"row must follow the one before by width_keV = {spec.width_keV:g}"
        )
    weights = np.full(energy.size, spec.width_keV)
    if spec.rows == "points":
        weights[[0, -1]] /= 2
    if settings.bins.axis:
        return energy, weights, response * weights, (np.empty(0), np.empty(0))
    seen = total > 0.5 * total.max()
    centres = (edges[:-1] + edges[1:]) / 2
    ratio = float(np.median(centres @ response[:, seen] / total[seen] / energy[seen])) if seen.any() else 0.0
    if not 0.5 < ratio < 2:
        raise InputError(
            f"{where}: its recoils are reconstructed at {ratio:.3g} times their energy; are the energies of "
            "its rows in keV, and its columns in the order of the bins?"
        )
    for end, i in (("begins", 0), ("ends", -1)):
        if total[i] > 0.01 * total.max():
            tables.doubts[f"response {end}"] = (
                f"{spec.table} {end} at {energy[i]:g} keV, where {total[i]:.2g} of all recoils are still "
                "seen; those beyond are lost"
            )
    share, curve = _shifted_share(tables, settings, energy)
    return energy, weights, response * weights * share, curve


def _shifted_share(tables: Tables, settings: ExperimentFile, energy: np.ndarray):
    """eff(E - shift) / eff(E) of each row of a response table: what a shift of the edge makes of it.

    One beyond the curve, where a response table sees recoils that are reconstructed inside the bins.
    """
    spec = settings.efficiency
    where = tables.name("experiment.toml")
    if settings.resolution is not None and settings.resolution.scale != 1:
        raise InputError(f"{where}: resolution.scale changes nothing beside a response table; leave it at 1")
    if settings.energy_scale != 1 or (spec is not None and spec.scale != 1):
        raise InputError(
            f"{where}: energy_scale and efficiency.scale change nothing beside a response table; leave them "
            "at 1"
        )
    if spec is None:
        return 1.0, (np.empty(0), np.empty(0))
    if spec.shift_keV == 0:
        return 1.0, read_efficiency(tables, settings)[2] if spec.of == "true" else (np.empty(0), np.empty(0))
    if spec.of != "true":
        raise InputError(
            f"{where}: efficiency.shift_keV beside a response table needs an efficiency of true energy "
            "(of = 'true')"
        )
    plain = settings.model_copy(update={"efficiency": spec.model_copy(update={"shift_keV": 0.0})})
    before, after = (read_efficiency(tables, s)[0](energy) for s in (plain, settings))
    share = np.divide(after, before, out=np.ones_like(before), where=before > 0)
    return share, read_efficiency(tables, settings)[2]
