"""Published limits, for comparison beside ours: never an input of a fit."""

from functools import lru_cache

from ..results import Published, PublishedBound
from ..tables import packaged, read_table

__all__ = ["PAPER", "Published", "published_limit", "published_limits"]

PAPER = "arXiv:2208.06415"


@lru_cache
def published_limits() -> tuple[Published, ...]:
    """Every row of ``data/published/limits.csv``."""
    words = ("model", "parameter", "experiment", "lower", "upper", "unit", "source")
    table = read_table(packaged("published", "limits.csv"), needed=("confidence",), text=words)
    columns = {name: table[name].tolist() for name in (*words, "confidence")}
    for edge in ("lower", "upper"):  # an empty lower bound means a one-sided upper limit
        columns[edge] = [float(entry) if entry else None for entry in columns[edge]]
    rows = zip(*columns.values(), strict=True)
    return tuple(Published(**dict(zip(columns, row, strict=True))) for row in rows)


def published_limit(model: str, parameter: str, experiment: str) -> PublishedBound | None:
    """The paper's own limit for one of our rows; a variant is compared with its experiment's."""
    experiment = experiment.partition(":")[0] if "+" not in experiment else experiment
    for row in published_limits():
        if (row.model, row.parameter, row.experiment, row.source) == (model, parameter, experiment, PAPER):
            return PublishedBound(lower=row.lower, upper=row.upper, source=row.source)
    return None
