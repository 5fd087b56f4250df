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
    confidence : float or None
        None where it is not stated.
    source : str
    statistic, atomic_model, convention : str
        As the source says; empty where it does not.
    read_in : str
        Where the number was read: the full text, an abstract, or as quoted by others.
    beside : str
        The name, among ours, of the experiments that saw the same events.
    """

    model: str
    parameter: str
    experiment: str
    lower: float | None
    upper: float | None
    unit: str
    confidence: float | None
    source: str
    statistic: str
    atomic_model: str
    convention: str
    read_in: str
    beside: str


@lru_cache
def published_limits() -> tuple[Published, ...]:
    """Every row of ``data/published/limits.csv``."""
    table = read_table(packaged("published", "limits.csv"), text=Published._fields)
    columns = {name: table[name].tolist() for name in Published._fields}
    for name in ("lower", "upper", "confidence"):  # an empty lower bound means a one-sided upper limit
        columns[name] = [float(entry) if entry else None for entry in columns[name]]
    return tuple(Published(*row) for row in zip(*columns.values(), strict=True))


def published_limit(model: str, parameter: str, experiment: str) -> Published | None:
    """What is published from the events of one of our rows, the paper's limit before another's.

    A variant is compared with what the paper says of its experiment, a changed experiment with nothing.
    """
    variant = re.fullmatch(r"(\w+):\w+", experiment)
    asked = (model, parameter, variant[1] if variant else experiment)
    found = [row for row in published_limits() if (row.model, row.parameter, row.beside) == asked]
    papers = [row for row in found if row.source == PAPER]
    return next(iter(papers if variant else [*papers, *found]), None)
