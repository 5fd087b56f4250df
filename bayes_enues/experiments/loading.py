"""An experiment put together from its folder, every number of it checked."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import InputError
from ..interactions.standard_model import StandardModel
from ..signal.flux import Sun
from ..signal.rate import recoil_rate
from ..signal.xenon import Xenon
from ..statistics import count_errors
from ..tables import label, sha256
from .experiment import Experiment
from .folder import (
    check_distinct,
    experiment_names,
    locate,
    read_settings,
    validated,
    with_changes,
)
from .read_tables import Tables, read_bins, read_component, read_response

__all__ = ["load_distinct", "load_experiment"]


def load_experiment(
    name: str | Path, changes: Mapping[str, Any] | None = None, as_name: str | None = None
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
        Name of the result; by default the file's, with the variant.

    Returns
    -------
    Experiment

    Raises
    ------
    InputError, FileNotFoundError
        In one line, with file, column and row or with the key, for whatever cannot be used.
    """
    name = str(name)
    if changes is None and as_name is None and name.partition(":")[0] in experiment_names():
        return _load_packaged(name)
    return _load(name, changes or {}, as_name)


def load_distinct(experiments: Sequence[Experiment | str] | Experiment | str) -> tuple[Experiment, ...]:
    """The experiments of a fit, or the one, sorted by name.

    Raises
    ------
    InputError
        If they are none, unknown, or the data of one would count twice.
    """
    if isinstance(experiments, Experiment | str):
        experiments = [experiments]
    loaded = [load_experiment(e) if isinstance(e, str) else e for e in experiments]
    if not loaded:
        raise InputError("no experiment was given; one or more were needed")
    check_distinct([e.name for e in loaded])
    return tuple(sorted(loaded, key=lambda e: e.name))


@lru_cache
def _load_packaged(name: str) -> Experiment:
    return _load(name, {}, None)


def _load(name: str, changes: Mapping[str, Any], as_name: str | None) -> Experiment:
    folder, original, content = read_settings(name)
    variant = locate(name)[1]
    note = original.variants[variant]["note"] if variant else ""
    settings = validated(with_changes(content, changes), label(folder.joinpath("experiment.toml")))
    tables = Tables(folder)

    edges, counts = read_bins(tables, settings)
    fitted = edges[:-1] >= settings.bins.fit_from_keV - 1e-9
    if not fitted.any():
        raise InputError(f"{settings.name}: no bin lies above fit_from_keV = {settings.bins.fit_from_keV:g}")

    xenon, sun = Xenon(**settings.xenon.model_dump()), Sun(**settings.sun.model_dump())
    sun.check()
    e_er, response = read_response(tables, settings, edges, xenon)
    response = settings.exposure_t_yr * response
    weak = response @ recoil_rate(StandardModel(couplings=settings.couplings), e_er, sun, xenon)
    components = {c.name: read_component(tables, c, counts.size, weak) for c in settings.components}

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
    if not kept.size:
        raise InputError(
            f"{settings.name}: the efficiency is zero in every fitted bin, and so is the background"
        )
    if kept.size != kept[-1] - kept[0] + 1:
        hole = edges[np.setdiff1d(np.arange(kept[0], kept[-1]), kept)[0]]
        raise InputError(
            f"{settings.name}: nothing is ever expected in the bin at {hole:g} keV, between others"
        )
    errors = count_errors(counts[kept], settings.bins.errors)
    if settings.likelihood == "gaussian" and not np.all(errors > 0):
        i = kept[np.flatnonzero(errors <= 0)[0]]
        raise InputError(
            f"{tables.name(settings.bins.table)}, row {i + 1}: errors = {settings.bins.errors!r} give an "
            "empty bin no error, and a Gaussian likelihood divides by it; use garwood, or "
            "likelihood = 'poisson'"
        )
    return Experiment(
        name=as_name or (f"{settings.name}:{variant}" if variant else settings.name),
        title=settings.title,
        reference=settings.reference,
        exposure=settings.exposure_t_yr,
        likelihood=settings.likelihood,
        bin_edges=edges[kept[0] : kept[-1] + 2],
        counts=counts[kept],
        sigma=errors,
        components={c: values[kept] for c, values in components.items()},
        nuisances=settings.nuisances,
        e_er=e_er,
        response=response[kept],
        sun=sun,
        xenon=xenon,
        couplings=settings.couplings,
        settings=settings,
        note=note,
        provenance=tables.provenance,
        hashes={"experiment.toml": sha256(folder.joinpath("experiment.toml")), **tables.hashes},
    )
