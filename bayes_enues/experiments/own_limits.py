"""A user's published limits on a moment or another parameter, drawn beside ours: never an input of a fit.

A file is a table of ``parameter`` and ``value`` under comment lines ``# key: value``. ``confidence``,
``statistic``, ``normalisation``, ``edge`` and ``source`` are needed as in the curves of :mod:`.overlays`, and
``not stated`` is an answer; ``model`` (such as ``magnetic_moment``) and ``unit`` (such as ``1e-11 mu_B``)
are needed besides. ``edge`` says what a value is: ``upper`` (excluded above), ``lower`` (excluded below) or
``band`` (excluded from ``value`` to a third column ``value_upper``). ``normalisation`` is ``none`` where
there is no choice, or the number that turns the values into our convention, such as 2. ``title`` is what a
figure calls it, otherwise the file's name, and ``obtained`` says how the numbers came about.
"""

from pathlib import Path

import numpy as np

from .. import interactions
from ..errors import InputError
from ..results import Published
from ..tables import Table, read_table
from .overlays import CHOICES, NEEDED, NOT_STATED, Paths, confidence_of, own_files, said_of


def read_own_limits(paths: Paths) -> tuple[Published, ...]:
    """The limits of files, or of every ``.csv`` of a folder, in the units of our figures.

    Raises
    ------
    InputError
        If a file lacks a key or a column, or a key has a value that it cannot have.
    """
    return tuple(row for file in own_files(paths) for row in _read(file))


def _read(path: Path) -> list[Published]:
    table = read_table(path, ("parameter", "value"), text=("parameter",))
    keys = said_of(table, (*NEEDED, "model", "unit"), {"edge": CHOICES["edge"]})
    edge, names = keys["edge"], ["value", *(["value_upper"] if keys["edge"] == "band" else [])]
    if lacking := [name for name in names if name not in table.columns]:
        raise InputError(f"{table.path} is a band and lacks the column {lacking}: its upper edge")
    for name in names:
        if table[name].dtype.kind != "f" or not np.all(np.isfinite(table[name])):
            raise InputError(f"{table.path}: {name} must hold numbers")
    kinds = {kind.name: kind for kind in (getattr(interactions, n) for n in interactions.__all__)}
    kind = kinds.get(keys["model"])
    if kind is None or not kind.free_names():
        choices = sorted(name for name, one in kinds.items() if one.free_names())
        raise InputError(f"{table.path}: model is {keys['model']!r}; the choices are {choices}")
    if unknown := sorted(set(table["parameter"].tolist()) - set(kind.free_names())):
        raise InputError(
            f"{table.path}: {kind.name} has no parameter {unknown}; the choices are {list(kind.free_names())}"
        )
    factor, convention = _factor(table, keys["normalisation"])
    factor *= _in_unit(table, keys["unit"], kind.unit)
    words = {"upper": "", "lower": "excluded below", "band": "excluded between"}[edge]
    found = []
    for k, parameter in enumerate(table["parameter"]):
        ends = [float(factor * table[name][k]) for name in names]
        lower, upper = ends if edge == "band" else (None, *ends) if edge == "upper" else (*ends, None)
        found.append(
            Published(
                lower=lower, upper=upper, source=keys["source"], model=kind.name, parameter=str(parameter),
                experiment=keys.get("title") or Path(table.path).stem.replace("_", " "), unit=kind.unit,
                confidence=confidence_of(table, keys),
                statistic="" if keys["statistic"] == NOT_STATED else keys["statistic"],
                convention=", ".join(filter(None, [convention, words])), read_in=keys.get("obtained", ""),
            )
        )  # fmt: skip
    return found


def _factor(table: Table, text: str) -> tuple[float, str]:
    """What turns values into our convention, and what a footnote says of it."""
    if text == "none":
        return 1.0, ""
    if text == NOT_STATED:
        return 1.0, f"normalisation {NOT_STATED}"
    try:
        factor = float(text)
    except ValueError:
        factor = 0.0
    if not (np.isfinite(factor) and factor > 0):
        raise InputError(
            f"{table.path}: normalisation is {text!r}; none, {NOT_STATED!r} or the number that turns the "
            "values into our convention was needed"
        )
    return factor, f"multiplied by {factor:g} to our normalisation"


def _in_unit(table: Table, given: str, unit: str) -> float:
    """A unit in another of the same quantity: ``1e-11 mu_B`` is ten of ``1e-12 mu_B``."""
    (size, _, base), (ours, _, ground) = given.partition(" "), unit.partition(" ")
    try:
        factor = float(size) / float(ours)
    except ValueError:
        factor = 0.0
    if base != ground or not (np.isfinite(factor) and factor > 0):
        raise InputError(f"{table.path}: unit is {given!r}; one such as {unit!r} was needed")
    return factor
