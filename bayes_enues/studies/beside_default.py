"""The rows of a study, one after the other, each compared with the default row before it."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..runs.completion import complete
from ..runs.store import ResultsFolder

__all__ = ["complete_beside_default"]


def complete_beside_default(
    asked: Sequence,
    folder: ResultsFolder,
    compute: Callable[[Any, Callable[[str], None]], tuple[dict[str, Any], Any]],
    compare: Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]],
    fresh: bool = False,
    progress: Callable[[int, str], None] | None = None,
) -> list[dict[str, Any]]:
    """Compute the rows of a study that a folder does not hold yet, each written as it finishes.

    Parameters
    ----------
    asked : sequence
        What each row asks, a default before what is compared with it: hashable, with ``spec``, ``label``,
        ``is_default`` and ``fingerprint()``.
    folder : ResultsFolder
    compute : callable
        From what is asked, and a callable that is told in words what is going on, to the row and its
        posterior, which may be None.
    compare : callable
        From a row and its default to what is added to the row.
    fresh, progress
        See :func:`bayes_enues.runs.completion.complete`.

    Returns
    -------
    list of dict
        The rows, in order.
    """

    def one_by_one(missing, rows, tell) -> Iterator[tuple]:
        left, default = set(missing), None
        for k, one in enumerate(asked):
            words = f"{one.spec.parameter} from {one.spec.experiment}, {one.label}"
            tell(k, words)
            if one in left:
                left.discard(one)
                row, posterior = compute(one, lambda what, k=k, words=words: tell(k, f"{words}: {what}"))
                default = row if one.is_default else default
                row |= compare(row, default) | {"fingerprint": one.fingerprint()}
                yield one, row, posterior
            elif one.is_default:
                default = rows[one]

    return complete(asked, folder, one_by_one, fresh, progress)
