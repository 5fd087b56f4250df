"""Two parameters at a time: the Delta chi^2 contour and the highest-posterior-density region, from one model.

Both are computed on grids without sampling. NUTS draws only count: which share of them lies inside.
"""

from collections.abc import Mapping, Sequence

import pymc as pm

from ...errors import InputError
from ...fit.fit import fit_of
from ...fit.posterior import prior_words
from ...results import Region
from ...statistics import check_level, threshold
from .credible import credible_plane
from .pair import plane_indices
from .profile import PROFILE_POINTS, profile_plane

PROFILE_POINTS_OF_THREE = 61


def plane_region(
    model: pm.Model,
    parameters: Sequence[str],
    level: float = 0.9,
    ranges: Mapping[str, tuple[float, float]] | None = None,
    points: int | None = None,
) -> Region:
    """The 90 % regions of two parameters of a model.

    Parameters
    ----------
    model : pm.Model
        From ``bayes_enues.models``, with these two parameters free, and perhaps one more.
    parameters : two str
    level : float
        Credibility and confidence: 0.9 cuts Delta chi^2 at 4.6052.
    ranges : mapping of name to (lower, upper), optional
        Where to draw the profile; extended, with a note, where the region does not fit.
    points : int
        Grid points a side for the profile, odd; by default 101, and 61 with a third free parameter.

    Returns
    -------
    Region
        Without draws: which share of them lies inside is not known.

    Raises
    ------
    InputError
        If the plane is of one parameter with itself, the model lacks one of them or leaves more than three
        free, a range is empty or unphysical, or the data do not bound the region.
    """
    level = check_level(level)
    likelihood = fit_of(model)
    question, free = likelihood.question, likelihood.question.free
    held = plane_indices(free, parameters)
    if len(free) > 3:
        raise InputError(f"{list(free)} are free; a plane leaves at most one further parameter free")
    notes: list[str] = []
    points = points or (PROFILE_POINTS if likelihood.n_physics == 2 else PROFILE_POINTS_OF_THREE)
    profile = profile_plane(likelihood, held, threshold(level, 2), ranges, points, notes)
    return Region(
        model=question.interaction.name,
        parameter=", ".join(parameters),
        parameters=(parameters[0], parameters[1]),
        experiment=question.experiment_name,
        unit=question.interaction.unit,
        prior="; ".join(prior_words(model).values()),
        level=level,
        profile=profile,
        posterior=credible_plane(likelihood, held, level),
        notes=[*question.notes, *notes],
    )
