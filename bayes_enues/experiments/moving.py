"""An experiment with some of its numbers, or of the Sun's, moved: what a nuisance with ``moves`` does.

The choices are numbers of the ``experiment.toml`` that the response rests on (``efficiency.shift_keV``,
``efficiency.scale``, ``resolution.scale`` and the other numbers of the resolution, ``energy_scale``,
``exposure_t_yr``), oscillation parameters (``sun.s12sq``, ``sun.dm21``, ...: added to what is published) and
fluxes (``sun.flux.7Be``: relative). A response that another program tabulated moves with ``response_grid``.
"""

from collections.abc import Mapping
from dataclasses import fields, replace
from weakref import WeakKeyDictionary

import numpy as np

from ..errors import InputError
from ..signal.flux import SOURCES
from ..signal.oscillation import Mixing
from ..signal.response import response_matrix
from .experiment import Experiment
from .folder import validated
from .schema import ExperimentFile, Resolution
from .uncertainty import NuisanceEntry

#: ``moves`` of the nuisances of an :class:`.experiment.ResponseGrid`.
GRID = "response_grid"

_FLUXES = {"7Be": "be7", "CNO": "cno", "8B": "b8", **{name: name for name in SOURCES}}
_SUN = {
    **{f"sun.{f.name}": f.name for f in fields(Mixing) if f.name != "dCP_deg"},
    **{f"sun.flux.{name}": source for name, source in _FLUXES.items()},
}
_DETECTOR = (
    *("efficiency.shift_keV", "efficiency.scale", "energy_scale", "exposure_t_yr"),
    *(f"resolution.{name}" for name in Resolution.model_fields),
)

_RESPONSES: WeakKeyDictionary[Experiment, dict] = WeakKeyDictionary()  # 10 ms each; every model asks again


def moved(experiment: Experiment, values: Mapping[str, float]) -> Experiment:
    """An experiment as some of its nuisances make it.

    Parameters
    ----------
    experiment : Experiment
    values : mapping
        Nuisances with ``moves`` to what is added to their numbers; several may move one number.

    Returns
    -------
    Experiment
        With another response or another Sun, on the same grid of recoil energies. Its components, counts and
        whatever was subtracted from them stay as they are.

    Raises
    ------
    InputError
        If a number leaves its physical range.
    """
    entries = {n.name: n for n in experiment.nuisances}
    sun = experiment.sun
    detector = []
    for name, x in values.items():
        entry = entries[name]
        if x == 0:
            continue
        if entry.moves.startswith("sun.flux."):
            source = _SUN[entry.moves]
            factor = (1 + x) * sun.factor(source)
            sun = replace(sun, scales={**dict(sun.scales), source: factor})
        elif entry.moves in _SUN:
            name = _SUN[entry.moves]
            sun = replace(sun, shifts={**dict(sun.shifts), name: dict(sun.shifts).get(name, 0.0) + x})
        else:
            detector.append((name, x))
    response = _response(experiment, tuple(detector)) if detector else experiment.response
    return replace(experiment, response=response, sun=sun)


def acceptance_ratio(experiment: Experiment, values: Mapping[str, float]) -> np.ndarray:
    """What a component that the detector's response shaped follows by, (n_bins,): ratio of acceptances.

    Of recoils at all energies alike, moved over nominal; the Sun has no part in it.
    """
    nominal = experiment.response.sum(axis=1)
    now = moved(experiment, values).response.sum(axis=1)
    return np.divide(now, nominal, out=np.ones_like(nominal), where=nominal > 0)


def _response(experiment: Experiment, values: tuple[tuple[str, float], ...]) -> np.ndarray:
    known = _RESPONSES.setdefault(experiment, {})
    if values not in known:
        entries = {n.name: n for n in experiment.nuisances}
        known[values] = _moved_response(experiment, [(entries[name], x) for name, x in values])
        known[values].setflags(write=False)
    return known[values]


def _moved_response(experiment: Experiment, values: list[tuple[NuisanceEntry, float]]) -> np.ndarray:
    before = experiment.settings
    after = _settings(before, values)
    factor = after.exposure_t_yr / before.exposure_t_yr
    if before.response is not None:
        assert before.efficiency is not None  # check_moves sees to it
        assert after.efficiency is not None
        if after.efficiency == before.efficiency:
            return factor * experiment.response
        old, new = (
            s.curve(*experiment.efficiency)[0](experiment.e_er) for s in (before.efficiency, after.efficiency)
        )
        return factor * experiment.response * np.divide(new, old, out=np.ones_like(old), where=old > 0)
    shaping = ("resolution", "efficiency", "energy_scale")
    if all(getattr(after, name) == getattr(before, name) for name in shaping):
        return factor * experiment.response
    assert after.efficiency is not None
    assert after.resolution is not None
    efficiency, kinks = after.efficiency.curve(*experiment.efficiency)
    e_er, weights, edges = experiment.e_er, experiment.weights, experiment.bin_edges
    sigma, scale = after.resolution.sigma, after.energy_scale
    if after.efficiency.of == "true":
        response = response_matrix(e_er, weights, edges, np.ones_like, sigma, scale=scale) * efficiency(e_er)
    else:
        response = response_matrix(e_er, weights, edges, efficiency, sigma, kinks, scale=scale)
    return factor * experiment.exposure * response  # not the file's: a projection has another


def _settings(before: ExperimentFile, values: list[tuple[NuisanceEntry, float]]) -> ExperimentFile:
    """The file with numbers moved, each checked as if it stood there."""
    content = before.model_dump(exclude={"variants", "nuisances", "components", "correlations"})
    for entry, x in values:
        *path, key = entry.moves.split(".")
        place = content
        for part in path:
            place = place[part]
        place[key] += x
        if entry.below_keV is not None:
            place["below_keV"] = entry.below_keV
    return validated(content, ", ".join(f"nuisance {entry.name} at {x:g}" for entry, x in values))


def check_moves(experiment: Experiment, where: str) -> None:
    """Refuse nuisances whose path is no number, moves nothing, or leaves the physical region at one sigma.

    Parameters
    ----------
    experiment : Experiment
    where : str
        The file, which opens the error.
    """
    gridded = {name for grid in experiment.grids for name in grid.nuisances}
    for entry in experiment.nuisances:
        key = f"{where}: nuisances.{entry.name}"
        if entry.shape is not None:
            (owner,) = entry.follow
            nominal = experiment.response if owner == "signal" else experiment.components[owner]
            if all(np.array_equal(nominal, there) for there in experiment.shapes[entry.name]):
                raise InputError(
                    f"{key}: its shapes at -1 and at +1 are those of the {owner}; it changes nothing"
                )
        if not entry.moves:
            continue
        if entry.moves == GRID:
            if entry.name not in gridded:
                raise InputError(f"{key}: moves = {GRID!r}, but no table of responses names it")
            continue
        if entry.moves not in (*_DETECTOR, *_SUN):
            raise InputError(
                f"{key}: moves = {entry.moves!r} is not a number that can be moved; the choices are "
                f"{[*_DETECTOR, *_SUN]}"
            )
        _check_there_is_something_to_move(experiment.settings, entry, key)
        low, high = -entry.widths[0], entry.widths[1]
        ends = [max(low, entry.lowest), min(high, entry.highest if entry.highest is not None else high)]
        nothing = True
        for x in ends:
            try:
                there = moved(experiment, {entry.name: x})
            except InputError as error:
                raise InputError(
                    f"{key}: at x = {x:+g} the number leaves its physical range: {error}"
                ) from None
            if entry.moves in _SUN:
                nothing &= there.sun == experiment.sun
                continue
            nothing &= bool(np.array_equal(there.response, experiment.response))
            _check_efficiency(experiment, entry, x, key)
        if nothing:
            raise InputError(f"{key}: moves = {entry.moves!r} changes nothing in the fitted bins")


def _check_there_is_something_to_move(settings: ExperimentFile, entry: NuisanceEntry, key: str) -> None:
    part = entry.moves.partition(".")[0]
    simulated = settings.response is not None
    if settings.runs and not simulated and entry.moves in _DETECTOR:
        raise InputError(f"{key}: moves = {entry.moves!r} needs a response table where bins belong to runs")
    if simulated and (part in ("resolution", "energy_scale") or entry.moves == "efficiency.scale"):
        raise InputError(f"{key}: moves = {entry.moves!r} changes nothing beside a response table")
    if part == "efficiency" and (
        settings.efficiency is None or (simulated and settings.efficiency.of != "true")
    ):
        raise InputError(
            f"{key}: moves = {entry.moves!r} needs an [efficiency]"
            + (", of true energy beside a response table" if simulated else "")
        )


def _check_efficiency(experiment: Experiment, entry: NuisanceEntry, x: float, key: str) -> None:
    efficiency = _settings(experiment.settings, [(entry, x)]).efficiency
    if efficiency is None or not experiment.efficiency[1].size:
        return
    if (most := efficiency.scale * float(experiment.efficiency[1].max())) > 1:
        raise InputError(f"{key}: at x = {x:+g} the efficiency reaches {most:.4g}; at most 1 was needed")
