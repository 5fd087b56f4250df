"""Published limits, for comparison beside ours: never an input of a fit."""

import re
from functools import lru_cache
from typing import NamedTuple

from ..tables import packaged, read_table

__all__ = ["PAPER", "Published", "published_limit", "published_limits"]

PAPER = "arXiv:2208.06415"


class Published(NamedTuple):
    """A limit somebody else has published.

    Attributes
    ----------
    model, parameter, experiment : str
    lower, upper : float or None
    unit : str
    confidence : float
    source : str
    """

    model: str
    parameter: str
    experiment: str
    lower: float | None
    upper: float | None
    unit: str
    confidence: float
    source: str


@lru_cache
def published_limits() -> tuple[Published, ...]:
    """Every row of ``data/published/limits.csv``."""
    words = ("model", "parameter", "experiment", "lower", "upper", "unit", "source")
    table = read_table(packaged("published", "limits.csv"), needed=("confidence",), text=words)
    columns = {name: table[name].tolist() for name in Published._fields}
    for edge in ("lower", "upper"):  # an empty lower bound means a one-sided upper limit
        columns[edge] = [float(entry) if entry else None for entry in columns[edge]]
    return tuple(Published(*row) for row in zip(*columns.values(), strict=True))


def published_limit(model: str, parameter: str, experiment: str) -> Published | None:
    """The paper's own limit for one of our rows; a variant is compared with its experiment's, a changed one
    with nothing."""
    if variant := re.fullmatch(r"(\w+):\w+", experiment):
        experiment = variant[1]
    for row in published_limits():
        if (row.model, row.parameter, row.experiment, row.source) == (model, parameter, experiment, PAPER):
            return row
    return None
