"""Numbers of an experiment compared with each other: what may be meant, but rather is another unit.

Nothing here is refused. Each doubt is one line that stays with the experiment and goes into every row.
"""

from collections.abc import Mapping

import numpy as np

from .experiment import Clipped
from .schema import ExperimentFile


def doubts_about_counts(
    settings: ExperimentFile, counts: np.ndarray, weak: np.ndarray, background: np.ndarray
) -> dict[str, str]:
    """Exposure, Standard Model, background and observed counts against each other, in the fitted bins."""
    seen, solar, rest = float(counts.sum()), float(weak.sum()), float(background.sum())
    expected = solar + rest
    spread = 5 * max(seen, expected, 1.0) ** 0.5
    if solar - seen > spread and solar > 1.5 * seen:
        return {
            "exposure": f"in {settings.exposure_t_yr:g} t yr the Standard Model alone is {solar:.4g} events, "
            f"where {seen:g} were counted: is the exposure in t yr, not in kg or days?"
        }
    found = {}
    if abs(expected - seen) > spread and not 1 / 1.5 < expected / max(seen, 1.0) < 1.5:
        found["counts"] = (
            f"{seen:g} events were counted, where background ({rest:.4g}) and Standard Model ({solar:.4g}) "
            f"make {expected:.4g}: is the background in counts per bin, not per keV or per t yr?"
        )
    if solar < 1e-3 * seen:
        found["exposure"] = (
            f"in {settings.exposure_t_yr:g} t yr the Standard Model is {solar:.2g} of {seen:g} events: is "
            "the exposure in t yr?"
        )
    return found


def doubts_about_sigmas(settings: ExperimentFile) -> dict[str, str]:
    """Nuisances so wide that a percentage was given for a fraction."""
    return {
        f"nuisance {n.name}": f"sigma = {n.sigma:g} is {100 * n.sigma:g} %: was a percentage given, not a "
        "fraction?"
        for n in settings.nuisances
        if n.sigma > 3 and n.upper is None
    }


def clipped(edges: np.ndarray, lost: np.ndarray) -> Clipped:
    """Of one component, from what each fitted bin lost, (n_bins,)."""
    pieces: list[tuple[float, float]] = []
    for i in np.flatnonzero(lost > 0):
        low, high = float(edges[i]), float(edges[i + 1])
        if pieces and pieces[-1][1] == low:
            low = pieces.pop()[0]
        pieces.append((low, high))
    return Clipped(float(lost.sum()), tuple(pieces))


def doubts_about_subtraction(lost: Mapping[str, Clipped], enough: float = 0.1) -> dict[str, str]:
    """Words for what was cut at zero, if it is ``enough`` of a count."""
    found = {}
    for name, (counts, pieces) in lost.items():
        if counts >= enough:
            where = ", ".join(f"{low:.4g} to {high:.4g}" for low, high in pieces)
            found[f"component {name}"] = (
                f"what is subtracted from it exceeds it by {counts:.3g} counts at {where} keV; it was cut at "
                "zero there, so that more is expected than was published"
            )
    return found
