"""Rows of a table in several processes, the rows of one experiment together.

Compiling a model shape costs more than sampling it ten times, and what is compiled stays in its process. So a
worker takes all rows of an experiment, one after the other, before it takes another's. Workers are reached
through the interface of ``concurrent.futures``. A worker starts here, so nothing heavy is imported.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, wait
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from ..errors import InputError
from .files import partial_suffix
from .processes import process_pools

if TYPE_CHECKING:
    from .rows import RowSpec

__all__ = ["batches", "compute_all"]

LARGE = 8  # rows of one experiment that are worth compiling twice for


def compute_all(
    specs: Sequence["RowSpec"],
    folder: Path,
    jobs: int = 1,
    keep_draws: bool = True,
    tell: Callable[[str], None] = lambda words: None,
) -> Iterator[tuple]:
    """Rows as they finish.

    Parameters
    ----------
    specs : sequence of RowSpec
    folder : Path
        Where workers leave posteriors, in a hidden folder that is gone at the end.
    jobs : int
        Processes; with one, or with the rows of one experiment only, everything happens in this one.
    keep_draws : bool
        Whether posteriors are wanted.
    tell : callable
        Told in words what is going on.

    Yields
    ------
    (RowSpec, row, posterior)
        The posterior as a tree, as the path of a file to be moved, or None.

    Raises
    ------
    InputError
        If a worker dies.
    """
    waiting = deque(batches(specs, jobs))
    jobs = min(jobs, len(waiting))
    if jobs <= 1:
        for spec in specs:
            words = f"{spec.parameter} from {spec.experiment}"
            row, tree = spec.compute(lambda what, words=words: tell(f"{words}: {what}"), keep_draws)
            yield spec, row, tree if keep_draws else None
        return

    running = {}  # future to its executor and row, in the order in which a worker takes them

    def start(executor: Executor) -> None:
        for spec in waiting.popleft() if waiting else ():
            running[executor.submit(_row, spec, Path(scratch) if keep_draws else None)] = (executor, spec)

    with (
        TemporaryDirectory(dir=folder, prefix=".rows-", suffix=partial_suffix()) as scratch,
        process_pools([1] * jobs) as executors,
    ):
        for executor in executors:
            start(executor)
        fresh = set(executors)  # those that are compiling
        while running:
            tell(_words(running, fresh))
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                executor, spec = running.pop(future)
                fresh.discard(executor)
                try:
                    row, file = future.result()
                except BrokenExecutor:
                    raise InputError(
                        f"the process that computed {spec.parameter} from {spec.experiment} died (too little "
                        "memory?); finished rows are kept, so run again with --jobs 1"
                    ) from None
                if all(other is not executor for other, _ in running.values()):
                    start(executor)
                    fresh.add(executor)
                yield spec, row, file


def batches(specs: Sequence["RowSpec"], jobs: int) -> list[list["RowSpec"]]:
    """Rows that share an experiment, joint fits first as they take longest; halved for idle workers."""
    found: dict[str, list] = {}
    for spec in specs:
        found.setdefault(spec.experiment, []).append(spec)
    rows = sorted(found.values(), key=lambda batch: -batch[0].experiment.count("+"))
    while rows and len(rows) < jobs and len(largest := max(rows, key=len)) >= LARGE:
        i = rows.index(largest)
        rows[i : i + 1] = [largest[: len(largest) // 2], largest[len(largest) // 2 :]]
    return rows


def _words(running: dict, fresh: set) -> str:
    """What each worker is at: its first row that is not done."""
    first = {}
    for executor, spec in running.values():
        first.setdefault(executor, spec)
    return " | ".join(
        f"{spec.parameter} from {spec.experiment}{': compiling' if executor in fresh else ''}"
        for executor, spec in first.items()
    )


def _row(spec: "RowSpec", folder: Path | None) -> tuple[dict, Path | None]:
    """One row, its posterior left in a file for the parent to move."""
    row, tree = spec.compute(groups=folder is not None)
    if folder is None or tree is None:
        return row, None
    from .store import write_posterior

    file = folder / f"{row['fingerprint']}.nc"
    write_posterior(tree, file)
    return row, file
