"""``bayes-enues systematics``: how each bound moves when one input changes."""

from . import common
from .common import finish
from .groups import Rows, Running, command


@command
def systematics(*, rows: Rows, level: common.Level = 0.9, run: Running) -> None:
    """Bounds with one input varied at a time, both statistics; one table per parameter and experiment."""
    from ..analyses.systematics import systematics

    found = systematics(rows.models, **rows.asked(), level=level, **run.asked())
    finish(found, run.out, run.notes)
