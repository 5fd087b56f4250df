"""The construction of Feldman and Cousins, Phys. Rev. D 57 (1998) 3873, with nuisances profiled.

A value belongs to the region if the data's Delta chi^2 there does not exceed what a share ``level`` of toys
thrown at that value stays below. The critical values come from :mod:`.jobs`; between true
values they are taken as straight lines.
"""

import numpy as np
import pymc as pm
from numpy.typing import ArrayLike

from ...errors import InputError
from ...fit import fit_of, profile_likelihood
from ...fit.setup import question_of
from ...results import FeldmanCousins
from .few_events import exact_region

POINTS = 801
TIE = 1e-6  # of Delta chi^2: at the edge zero the data's own can be the critical value itself
SIGNIFICANT = 3.0  # Monte Carlo errors


def feldman_cousins(
    model: pm.Model, true_values: ArrayLike, critical_values: ArrayLike, errors: ArrayLike, level: float = 0.9
) -> FeldmanCousins:
    """The region of one parameter, with its Monte Carlo error.

    Parameters
    ----------
    model : pm.Model
        With one free parameter.
    true_values, critical_values, errors : (n,)
        Where toys were thrown, and the Delta chi^2 that ``level`` of them stay below.
    level : float

    Returns
    -------
    FeldmanCousins
        An end that the true values do not reach is None, and the note says so.

    Raises
    ------
    InputError
        If there are fewer than two true values, or one has no critical value.
    """
    values, critical = np.asarray(true_values, float), np.asarray(critical_values, float)
    if values.size < 2 or not np.all(np.isfinite(critical)):
        raise InputError(
            f"critical values {critical.tolist()} at {values.tolist()}; two or more finite ones were needed"
        )
    if (exact := exact_region(fit_of(model), level)) is not None:
        return exact
    grid = np.linspace(values[0], values[-1], POINTS)
    profile = profile_likelihood(model, level=level, values=grid)
    excess = profile.delta_chi2 - np.interp(grid, values, critical)
    inside = excess <= TIE
    crossings = np.flatnonzero(inside[1:] != inside[:-1])
    step, rise = np.diff(grid)[crossings], np.diff(excess)[crossings]
    ends = (grid[crossings] - excess[crossings] * step / rise).tolist()
    at_edge = not question_of(model).interaction.signed and values[0] == 0
    notes = []
    if inside[0]:
        ends.insert(0, float(values[0]))
        if not at_edge:
            notes.append(f"the region reaches below the lowest true value, {values[0]:g}")
    if inside[-1]:
        ends.append(float(values[-1]))
        notes.append(f"the region reaches beyond the highest true value, {values[-1]:g}")
    if not ends:
        note = "no true value is inside; throw toys at more of them"
        return FeldmanCousins(
            lower=None, upper=None, pieces=[], error=None, critical_value=None, level=level, note=note
        )
    upper = ends[-1]
    slope = np.gradient(excess, grid)[np.searchsorted(grid, upper).clip(0, POINTS - 1)]
    open_above, open_below = bool(inside[-1]), bool(inside[0])
    return FeldmanCousins(
        lower=None if open_below else ends[0],
        upper=None if open_above else upper,
        pieces=list(zip(ends[::2], ends[1::2], strict=True)),
        error=None if open_above else _error(upper, values, critical, np.asarray(errors, float)) / abs(slope),
        critical_value=None if open_above else float(np.interp(upper, values, critical)),
        level=level,
        note="; ".join(notes),
    )


def _error(value: float, values: np.ndarray, critical: np.ndarray, errors: np.ndarray) -> float:
    """Of a critical value between true values: of the toys, and of the straight line between its neighbours.

    The second difference bounds what the line misses, also where few events make jumps. What the toys'
    own scatter explains of it does not count twice.
    """
    toys = float(np.interp(value, values, errors))
    if values.size < 3:
        return toys
    place = int(np.clip(np.searchsorted(values, value), 1, values.size - 2))
    bends = np.abs(critical[place - 1] - 2 * critical[place] + critical[place + 1])
    left = max(place - 1, 1)
    bends = max(bends, np.abs(critical[left - 1] - 2 * critical[left] + critical[left + 1]))
    line = 0.0 if bends < SIGNIFICANT * np.sqrt(6) * toys else bends
    return float(np.hypot(toys, line))


def p_value(delta_chi2: np.ndarray, observed: float) -> float:
    """Share of toys at least as extreme as the data; at zero true value, the Standard Model's.

    One if the data's best fit is that value itself, as for a best fit on the boundary.
    """
    return float((np.asarray(delta_chi2) >= observed - 1e-6).mean())
