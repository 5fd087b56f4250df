"""The Delta chi^2 profile of a parameter, its best fit and its allowed regions.

Nuisances are profiled. Parameters that cannot be negative keep to the physical side, and the result says so
when the best fit sits on the edge.
"""

import numpy as np
from numpy.typing import ArrayLike

from ..errors import InputError
from ..results import Profile
from ..statistics import LEVEL, check_level, one_sided_threshold, threshold
from .chi2 import Likelihood
from .minimise import profile_many
from .scan import ProfileScan, index_of


def profile(
    likelihood: Likelihood,
    parameter: str | None = None,
    values: ArrayLike | None = None,
    level: float = LEVEL,
    delta_chi2: float | None = None,
) -> Profile:
    """Profile chi^2 over everything but one variable; see :meth:`bayes_enues.Fit.profile`.

    Parameters
    ----------
    likelihood : Likelihood
    parameter : str, optional
        By default the model's first free parameter. A nuisance will do, in units of its scale.
    values : (n,), optional
        Where to scan for the curve; by default 241 points over the region and its surroundings.
    level : float
        Asymptotic coverage of the region: 0.9 cuts at 2.7055.
    delta_chi2 : float, optional
        The threshold itself, instead of the one that belongs to the level.

    Raises
    ------
    InputError
        If the model has no such parameter, a value lies outside the physical region, a threshold is not
        positive, or the fit does not converge.
    """
    level = check_level(level)
    name = likelihood.names[0] if parameter is None else parameter
    index = index_of(likelihood, name)
    cut = threshold(level) if delta_chi2 is None else delta_chi2
    if not 0 < cut < np.inf:
        raise InputError(f"delta_chi2 is {cut}; a positive threshold was needed, such as 2.7055")
    low, high = float(likelihood.lower[index]), float(likelihood.upper[index])
    physics = name in likelihood.question.free
    one = one_sided_threshold(level) if physics and np.isfinite(low) else 0.0

    curve = ProfileScan(likelihood, index)
    curve.cover(max(cut, one, 1.0))
    best, fit = curve.best()
    if not fit.converged:
        raise InputError(f"the fit of {name} did not converge at {best:g}")
    pieces = curve.pieces(cut)
    if values is None:
        margin = 0.75 * (pieces[-1][1] - pieces[0][0])
        values = np.linspace(max(pieces[0][0] - margin, low), min(pieces[-1][1] + margin, high), 241)
    values = np.atleast_1d(np.asarray(values, float))
    if wrong := values[(values < low) | (values > high) | ~np.isfinite(values)].tolist():
        raise InputError(
            f"{name} cannot be scanned at {wrong[0]:g}: it cannot lie "
            + (f"below {low:g}" if wrong[0] < low else f"above {high:g}")
        )
    scan = profile_many(likelihood, [index], values, fit.x)
    impossible = np.isposinf(scan.chi2)
    if not (scan.converged | impossible).all():
        raise InputError(f"the fit of {name} did not converge at {values[~scan.converged][0]:g}")
    return Profile(
        parameter=name,
        unit=likelihood.question.interaction.unit if physics else "",
        values=values,
        delta_chi2=scan.chi2 - fit.chi2,
        best_fit=float(best),
        chi2_min=float(fit.chi2),
        at_boundary=bool(best <= low or best >= high),
        threshold=float(cut),
        pieces=pieces,
        upper_one_sided=curve.pieces(one)[-1][1] if one > 0 else None,
        nuisances={n: float(v) for n, v in zip(likelihood.names, fit.x, strict=True) if n != name},
    )
