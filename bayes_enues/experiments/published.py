"""Published limits, for comparison beside ours: never an input of a fit."""

import re
from dataclasses import fields
from functools import lru_cache

from ..results import Published, PublishedBound
from ..tables import packaged, read_table

PAPER = "arXiv:2208.06415"


@lru_cache
def published_limits() -> tuple[Published, ...]:
    """Every row of ``data/published/limits.csv``."""
    names = [f.name for f in fields(Published)]
    table = read_table(packaged("published", "limits.csv"), text=names)
    columns = {name: table[name].tolist() for name in names}
    for name in ("lower", "upper", "confidence"):  # an empty lower bound means a one-sided upper limit
        columns[name] = [float(entry) if entry else None for entry in columns[name]]
    rows = zip(*columns.values(), strict=True)
    return tuple(Published(**dict(zip(columns, row, strict=True))) for row in rows)


def published_limit(model: str, parameter: str, experiment: str) -> PublishedBound | None:
    """What is published from the events of one of our rows, the paper's limit before another's.

    A variant is compared with what the paper says of its experiment, a changed experiment with nothing.
    """
    variant = re.fullmatch(r"(\w+):\w+", experiment)
    asked = (model, parameter, variant[1] if variant else experiment)
    found = [row for row in published_limits() if (row.model, row.parameter, row.beside) == asked]
    papers = [row for row in found if row.source == PAPER]
    row = next(iter(papers if variant else [*papers, *found]), None)
    return row and PublishedBound(lower=row.lower, upper=row.upper, source=row.source)
