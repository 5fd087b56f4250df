"""An experiment put together from its folder, every number of it checked."""

import hashlib
import os
import warnings
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import DoubtWarning, InputError, WrongKindError
from ..interactions.standard_model import StandardModel
from ..signal.flux import Sun
from ..signal.rate import recoil_rate
from ..signal.xenon import Xenon
from ..statistics import count_errors
from ..tables import label, packaged, sha256, shown
from .experiment import Experiment
from .folder import experiment_names, locate, read_settings, validated, with_changes
from .moving import check_moves
from .names import check_names
from .plausible import clipped, doubts_about_counts, doubts_about_sigmas, doubts_about_subtraction
from .read_grid import read_grid
from .read_response import read_response
from .read_tables import Tables, read_bins, read_component, read_runs
from .schema import ExperimentFile
from .uncertainty import NuisanceEntry

MOST_LOST = 0.005  # share of the counts that may lie beyond the last row of a nuclear response


def load_experiment(
    name: str | os.PathLike, changes: Mapping[str, Any] | None = None, as_name: str | None = None
) -> Experiment:
    """Read an experiment and check every number of it.

    Parameters
    ----------
    name : str or path
        ``xenonnt_sr0``, ``lz_ws2022``, or the path of a folder with an ``experiment.toml``; a variant
        follows a colon, as in ``lz_ws2022:low_edge``.
    changes : mapping, optional
        Further changes of the ``experiment.toml``, nested like it; entries of lists by their name, as in
        ``{"components": {"ar37": {"events": 52.5}}}``.
    as_name : str, optional
        Name of the result; by default the file's, with the variant, and with what was changed.

    Returns
    -------
    Experiment

    Raises
    ------
    InputError, FileNotFoundError
        In one line, with file, column and row or with the key, for whatever cannot be used; also where
        ``as_name`` is the name of a packaged experiment from which the result differs.

    Warns
    -----
    DoubtWarning
        If numbers of the folder contradict each other; they are in ``doubts`` too.
    """
    if not isinstance(name, str | os.PathLike):
        raise WrongKindError(f"{type(name).__name__} is no experiment; a name or a path was needed")
    if not isinstance(changes, Mapping | None):
        raise WrongKindError(f"changes = {shown(changes, 80)}; a mapping like the experiment.toml was needed")
    name = os.fspath(name)
    if changes is None and as_name is None and name.partition(":")[0] in experiment_names():
        return _load_packaged(name)
    return _load(name, changes or {}, as_name)


@lru_cache
def _load_packaged(name: str) -> Experiment:
    return _load(name, {}, None)


def _load(name: str, changes: Mapping[str, Any], as_name: str | None) -> Experiment:
    folder, original, content = read_settings(name)
    variant = locate(name)[1]
    note = original.variants[variant]["note"] if variant else ""
    where = label(folder.joinpath("experiment.toml"))
    if fixed := sorted({"name", "variants"} & set(changes)):
        raise InputError(f"{where}: {fixed} cannot be changed; as_name gives the result another name")
    settings = validated(with_changes(content, changes), where)
    tables = Tables(folder)

    edges, counts = read_bins(tables, settings)
    low, high = settings.bins.fit_from_keV, settings.bins.fit_to_keV
    run, exposures = read_runs(tables, settings, counts.size)
    chosen = settings.bins.fit_runs
    fitted = (edges[:-1] >= low - 1e-9) & (edges[1:] <= high + 1e-9)
    if chosen:
        fitted &= np.isin(run, [i for i, r in enumerate(settings.runs) if r.name in chosen])
        if np.any(np.diff(np.flatnonzero(fitted)) > 1):
            raise InputError(f"{where}: bins.fit_runs = {list(chosen)} leaves out bins between others")
    if not fitted.any():
        raise InputError(f"{where}: no bin lies above fit_from_keV = {low:g} and below fit_to_keV = {high:g}")
    range_of_fit = edges[np.flatnonzero(fitted)[0] : np.flatnonzero(fitted)[-1] + 2]

    xenon = Xenon(**settings.xenon.model_dump(), target=settings.target)
    sun = Sun(**settings.sun.model_dump())
    e_er, weights, response, curve = read_response(tables, settings, edges, range_of_fit, xenon, run)
    response = exposures[:, None] * response
    if not response[fitted].any():
        raise InputError(f"{where}: the efficiency is zero in every fitted bin")
    if xenon.target == "nucleus":
        _check_ends(where, settings, e_er, response[fitted], sun, xenon)
    weak = response @ recoil_rate(StandardModel(couplings=settings.couplings), e_er, sun, xenon)
    components, lost = {}, {}
    for c in settings.components:
        values, lost[c.name] = read_component(tables, c, settings.bins, edges, weak, components)
        components[c.name] = values

    shapes = {}
    for n in settings.nuisances:
        if n.shape is not None and n.follow == ("signal",):
            shapes[n.name] = tuple(
                exposures[:, None] * _band(tables, settings, n, column, edges, range_of_fit, e_er)
                for column in (n.shape.down, n.shape.up)
            )
        elif n.shape is not None:
            (owner,) = (c for c in settings.components if c.name == n.follow[0])
            ends = (
                owner.model_copy(update={"table": n.shape.table, "columns": (column,)})
                for column in (n.shape.down, n.shape.up)
            )
            shapes[n.name] = tuple(
                read_component(tables, end, settings.bins, edges, weak, components)[0] for end in ends
            )

    possible = response.any(axis=1) | np.any([c > 0 for c in components.values()] or [False], axis=0)
    surprising = np.flatnonzero(fitted & ~possible & (counts > 0))
    if surprising.size:
        i = surprising[0]
        raise InputError(
            f"{tables.name(settings.bins.table)}, row {i + 1}, column {settings.bins.counts}: "
            f"{counts[i]:g} counts from {edges[i]:g} to {edges[i + 1]:g} keV, where the efficiency is zero "
            "and nothing is ever expected"
        )
    kept = np.flatnonzero(fitted & possible)
    if kept.size != kept[-1] - kept[0] + 1:
        hole = edges[np.setdiff1d(np.arange(kept[0], kept[-1]), kept)[0]]
        raise InputError(f"{where}: nothing is ever expected in the bin at {hole:g} keV, between others")
    errors = count_errors(counts[kept], settings.bins.errors)
    if settings.likelihood == "gaussian" and not np.all(errors > 0):
        i = kept[np.flatnonzero(errors <= 0)[0]]
        raise InputError(
            f"{tables.name(settings.bins.table)}, row {i + 1}: errors = {settings.bins.errors!r} give an "
            "empty bin no error, and a Gaussian likelihood divides by it; use garwood, or "
            "likelihood = 'poisson'"
        )
    grids = read_grid(tables, settings, e_er, weights, response, exposures, components, kept)
    hashes = {"experiment.toml": sha256(folder.joinpath("experiment.toml")), **tables.hashes}
    changed = _changes_in_words(original.name, folder, hashes, validated(content, where), settings)
    edges = edges[kept[0] : kept[-1] + 2]
    cut = {name: clipped(edges, values[kept]) for name, values in lost.items() if values[kept].any()}
    background = np.sum([*components.values(), np.zeros(counts.size)], axis=0)
    doubts = {
        **tables.doubts,
        **doubts_about_sigmas(settings),
        **doubts_about_subtraction(cut),
        **doubts_about_counts(settings, counts[kept], weak[kept], background[kept]),
    }
    # what belongs to runs that are left out
    idle = {c for c, values in components.items() if chosen and not values[kept].any()}
    experiment = Experiment(
        name=_name(original.name, variant, changed, as_name),
        title=f"{settings.title} (changed)" if changed else settings.title,
        reference=settings.reference,
        exposure=sum(r.exposure_t_yr for r in settings.runs if r.name in chosen) or settings.exposure_t_yr,
        likelihood=settings.likelihood,
        bin_edges=edges,
        counts=counts[kept],
        sigma=errors,
        components={c: values[kept] for c, values in components.items() if c not in idle},
        nuisances=tuple(n for n in settings.nuisances if n.scales not in idle),
        e_er=e_er,
        weights=weights,
        response=response[kept],
        efficiency=curve,
        sun=sun,
        xenon=xenon,
        couplings=settings.couplings,
        settings=settings,
        note=note,
        provenance=tables.provenance,
        hashes=hashes,
        clipped=cut,
        doubts=doubts,
        grids=grids,
        shapes={name: (down[kept], up[kept]) for name, (down, up) in shapes.items()},
    )
    check_names([experiment])
    check_moves(experiment, where)
    for subject, words in doubts.items():
        message = f"{experiment.name}, {subject}: {words}"
        warnings.warn(message, DoubtWarning, skip_file_prefixes=(str(Path(__file__).parents[1]),))
    return experiment


def _band(
    tables: Tables,
    settings: ExperimentFile,
    nuisance: NuisanceEntry,
    column: str,
    edges: np.ndarray,
    fitted: np.ndarray,
    e_er: np.ndarray,
) -> np.ndarray:
    """Response per tonne year with the efficiency that one end of a nuisance's band names, (n_bins, n_er)."""
    where, shape = tables.name("experiment.toml"), nuisance.shape
    assert shape is not None  # its caller asks
    if settings.efficiency is None or settings.response is not None:
        raise InputError(
            f"{where}: nuisances.{nuisance.name}: a band of the signal is one of [efficiency] beside a "
            "[resolution]; a response table varies with [response_grid]"
        )
    end = settings.efficiency.model_copy(update={"table": shape.table, "column": column})
    changed = settings.model_copy(update={"efficiency": end})
    xenon, one_run = Xenon(**settings.xenon.model_dump()), np.zeros(edges.size - 1, int)
    energies, _, response, _ = read_response(tables, changed, edges, fitted, xenon, one_run)
    if not np.array_equal(energies, e_er):
        raise InputError(
            f"{where}: nuisances.{nuisance.name}: {shape.table!r} has other energies than the efficiency of "
            f"true energy, {settings.efficiency.table!r}; the same were needed"
        )
    return response


def _check_ends(
    where: str, settings: ExperimentFile, e_nr: np.ndarray, response: np.ndarray, sun: Sun, xenon: Xenon
) -> None:
    """Refuse a response that ends where the Standard Model still has recoils that its last row would see."""
    if (spec := settings.response) is None or not response.any():
        return
    beyond = e_nr[-1] + np.linspace(0, 4 * e_nr[-1], 401)
    rate = recoil_rate(StandardModel(), np.append(e_nr, beyond), sun, xenon)
    seen = float(np.sum(response @ rate[: e_nr.size]))
    last = response[:, -1].sum() / (spec.width_keV * (0.5 if spec.rows == "points" else 1.0))
    lost = last * float(np.trapezoid(rate[e_nr.size :], beyond))
    if lost > MOST_LOST * (seen + lost):
        raise InputError(
            f"{where}: response.table = {spec.table!r} ends at {e_nr[-1]:g} keV, where recoils still matter: "
            f"{lost / (seen + lost):.1%} of the Standard Model's counts would be lost; more rows were needed"
        )


def _name(name: str, variant: str | None, changed: str, as_name: str | None) -> str:
    """What an experiment is called; nothing that was changed passes for what is packaged."""
    if as_name is None:
        return (f"{name}:{variant}" if variant else name) + (f" (changed: {changed})" if changed else "")
    good = isinstance(as_name, str) and 0 < len(as_name) <= 100 and as_name.isprintable()
    if not good or "+" in as_name:
        raise InputError(
            f"as_name = {shown(as_name, 80)}; one line of at most 100 characters without a plus was needed"
        )
    if changed and as_name.partition(":")[0] in experiment_names():
        raise InputError(
            f"as_name = {as_name!r} is a packaged experiment, from which this one differs ({changed}); "
            "choose another name"
        )
    return as_name


def _changes_in_words(
    name: str, folder: Traversable, hashes: Mapping[str, str], before: ExperimentFile, after: ExperimentFile
) -> str:
    """What differs from the folder and from the packaged experiment of that name; empty if nothing."""
    found = [f"{key} = {value}" for key, value in _differences(before.model_dump(), after.model_dump())]
    if name in experiment_names():
        theirs = {file: packaged(name).joinpath(file) for file in hashes}
        found = [f for f, own in theirs.items() if not own.is_file() or sha256(own) != hashes[f]] + found
    words = ", ".join(found).replace("e+", "e")  # a plus joins experiments
    if len(words) > 60 or "+" in words or not words.isprintable():
        return f"{len(found)} entries, {hashlib.sha256(words.encode()).hexdigest()[:8]}"
    return words


def _differences(before: Any, after: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Dotted keys whose values differ, with the new value; an entry of a list goes by its name alone."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys((*before, *after)):
            yield from _differences(before.get(key), after.get(key), (*path, key))
    elif _are_named(before) and _are_named(after):
        old, new = ({entry["name"]: entry for entry in entries} for entries in (before, after))
        for key in dict.fromkeys((*old, *new)):
            yield from _differences(old.get(key), new.get(key), (key,))
    elif before != after:
        yield ".".join(path), f"{after:.6g}" if isinstance(after, float) else shown(after, 40).strip("'")


def _are_named(value: Any) -> bool:
    return isinstance(value, tuple) and all(isinstance(entry, Mapping) and "name" in entry for entry in value)
