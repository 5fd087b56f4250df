"""A folder of results completed: only what it lacks is computed, and each row is written as it finishes."""

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from typing import Any

from .store import ResultsFolder

__all__ = ["complete"]


def complete(
    asked: Sequence,
    folder: ResultsFolder,
    compute: Callable[[list, dict, Callable[[int, str], None]], Generator[tuple, None, None]],
    fresh: bool = False,
    progress: Callable[[int, str], None] | None = None,
) -> list[dict[str, Any]]:
    """Compute the rows that a folder does not hold yet, writing each as it finishes.

    Whatever ends it, the rows that are there are put in order and saved.

    Parameters
    ----------
    asked : sequence
        What each row asks: hashable, with a ``fingerprint()``.
    folder : ResultsFolder
    compute : callable
        From what is missing, in order and each once; from the rows that are there, by what asks for them, to
        which each finished one is added; and from ``progress``. It generates (asked, row, posterior) in any
        order, the posterior as :meth:`ResultsFolder.write` takes it.
    fresh : bool
        Compute all anew.
    progress : callable, optional
        Told how many rows are done, and in words what is going on.

    Returns
    -------
    list of dict
        The rows, in order.
    """
    tell = progress or (lambda done, words: None)
    prints = {one: one.fingerprint() for one in asked}
    rows = {} if fresh else {o: row for o, p in prints.items() if (row := folder.find(p)) is not None}
    missing = [one for one in prints if one not in rows]
    try:
        with closing(compute(missing, rows, tell)) as finished:  # so that workers end with it
            for one, row, posterior in finished:
                rows[one] = folder.write(row, posterior)
    finally:  # also what an interruption leaves unsaved
        folder.arrange(prints.values())
    tell(len(asked), "done")
    return [rows[one] for one in asked]
