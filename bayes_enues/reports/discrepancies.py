"""Where a profile bound differs from the paper's, and why: in words, for tables and pages.

The reasons are facts about the inputs, established once (arXiv:2208.06415 against brute-force calculations);
the size of each difference is the row's own. Nothing is tuned to make one smaller.
"""

from typing import NamedTuple

from ..experiments.published import PAPER, published_limits
from ..results import Limit, there

#: Relative difference of a bound from the published one that needs no words.
AGREEMENT = 0.03

_UNIVERSAL = (
    "The paper prints 6.3 for one moment of all flavours, but its own limits on the three flavours and on "
    "the Lambda_i imply 6.5 to 6.6; ours agrees with those."
)
_LZ_EDGE = (
    "The LZ efficiency used by the paper is not published. Ours is derived from LZ's later release, and its "
    "low-energy edge matters most for signals that rise towards low energy: moments like 1/E, millicharges "
    "like 1/E^2. The variant lz_ws2022:low_edge (edge 0.2 keV lower) reproduces the paper's limits; an "
    "inference, not a measurement, and never the default."
)
_LZ_LOW = (
    "With the edge of LZ's efficiency 0.2 keV lower the paper's limits are reproduced, millicharges and "
    "charge radii to 5 %, magnetic moments to 9 %; the unpublished efficiency can explain the rest."
)
_SECOND_MINIMUM = (
    "chi^2 has a second minimum, the mirror image of the first. There are two pieces if the barrier between "
    "them is above the threshold, and one if not; for XENONnT it is just below (2.698 against 2.706)."
)
_UNKNOWN = "No reason is known."


class Discrepancy(NamedTuple):
    """A difference between ours and the paper's.

    Attributes
    ----------
    ratios : dict of str to float
        Our profile bound over the published one, for ``lower`` and ``upper`` where both exist.
    words : str
        Where it comes from; empty if there is nothing to explain.
    """

    ratios: dict[str, float]
    words: str

    @property
    def agrees(self) -> bool:
        """Whether every end is within :data:`AGREEMENT`."""
        return all(abs(ratio - 1) <= AGREEMENT for ratio in self.ratios.values())


def discrepancy(limit: Limit) -> Discrepancy | None:
    """Compare a limit with the number published for it; None if there is none."""
    published, pieces = limit.published, limit.profile.pieces
    if not published:
        return None
    ends = {"lower": (pieces[0][0], published.lower), "upper": (pieces[-1][1], published.upper)}
    ratios = {end: ours / theirs for end, (ours, theirs) in ends.items() if theirs}
    found = Discrepancy(ratios, "")
    if (limit.experiment, limit.model, limit.parameter) == ("xenonnt_sr0", "magnetic_moment", "universal"):
        return Discrepancy(ratios, _UNIVERSAL)
    return found if found.agrees else Discrepancy(ratios, _reason(limit))


def _reason(limit: Limit) -> str:
    if words := _of_others(limit):
        return words
    if limit.experiment == "lz_ws2022:low_edge":
        return _LZ_LOW
    if limit.experiment.startswith("lz_ws2022") and limit.model not in ("charge_radius", "anapole_moment"):
        return _LZ_EDGE
    if limit.model in ("charge_radius", "anapole_moment") and len(limit.profile.pieces) > 1:
        return _SECOND_MINIMUM
    return _UNKNOWN


def _of_others(limit: Limit) -> str:
    """How the limit of others was made, which is not how ours is; empty for the paper's and unknown ones."""
    published = there(limit.published)
    asked = (limit.model, limit.parameter, published.source, published.upper)
    found = [r for r in published_limits() if (r.model, r.parameter, r.source, r.upper) == asked]
    if not found or found[0].source == PAPER:  # a row may be older than what is published today
        return ""
    row = found[0]
    return (
        f"{row.source} states: {row.statistic or 'no statistic'}; atomic model "
        f"{row.atomic_model or 'not stated'}. Ours is a binned chi^2 with stepped free electrons."
    )
