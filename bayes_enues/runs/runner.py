"""Rows computed where there is room for it: in this process, in several, or on a Dask cluster.

Workers are reached through the interface of ``concurrent.futures``. Compiling a model costs more than
sampling it ten times, and what is compiled stays in its process: rows of one batch are one task. Each row is
written by its worker as it finishes, so that whatever ends a run costs the rows in flight alone. A worker
starts here, so nothing heavy is imported.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, ProcessPoolExecutor, wait
from contextlib import contextmanager, nullcontext
from copy import copy
from threading import Lock
from typing import Any, NamedTuple, cast

from ..compiled.caching import is_kept
from ..compiled.feedback import be_quiet
from ..compiled.without_dask import allow_dask
from ..errors import InputError
from . import second
from .asked import Asked
from .processes import processes
from .store import ResultsFolder

LARGE = 8  # rows of one batch that are worth compiling twice for
SHARES = 4  # batches of many rows for each worker
LIGHT = 20  # light rows that are worth a process: it imports for 5 s and compiles what others have compiled
WRITING = 2  # rows that a second process, which begins with imports, may still have to write
CONNECT_SECONDS = 5
POLL_SECONDS = 0.3
MAX_BROKEN = 3
COMPILED = "newton.minimise_all", "kernel_sampler._log_probability"  # one of each of fit.ahead.PARTS

_ALONE = Lock()  # compiled functions keep their storage: one row at a time in a process


class Task(NamedTuple):
    """A row to compute, its fingerprint, and what the folder held of it before."""

    asked: Asked
    mark: str
    before: tuple[int, int] | None


def run(
    asked: Sequence[Asked],
    folder: ResultsFolder,
    fresh: bool = False,
    progress: Callable[[int, str], None] | None = None,
    keep_draws: bool = True,
    jobs: int | None = 1,
    scheduler: str | None = None,
) -> list:
    """Compute the rows that a folder does not hold yet, each written as it finishes.

    Parameters
    ----------
    asked : sequence of Asked
    folder : ResultsFolder
    fresh : bool
        Compute all anew.
    progress : callable, optional
        Told how many rows are done, and in words what is going on.
    keep_draws : bool
        Whether to write what belongs to each row beside it; a scan of hundreds of rows keeps numbers only.
    jobs : int or None
        Processes to share the work, None for one a core; with one everything happens in this one, and so do
        rows that are done before another process has started.
    scheduler : str, optional
        Address of a running Dask scheduler, used instead; its workers must see the folder.

    Returns
    -------
    list
        The rows, in order, as :data:`bayes_enues.results.ROW_TYPES` has them; as dictionaries where it has
        none.

    Raises
    ------
    InputError
        If workers cannot be reached, die again and again, or run another version.
    """
    jobs = os.cpu_count() or 1 if jobs is None else jobs
    if jobs < 1:
        raise InputError(f"{jobs} workers were asked for; at least one was needed")
    tell = progress or (lambda done, words: None)
    marks = {one: one.fingerprint() for one in asked}
    missing = [one for one in marks if fresh or folder.find(marks[one]) is None]
    tasks = [Task(one, marks[one], folder.stamp(marks[one])) for one in missing]
    done = len(marks) - len(tasks)
    try:
        if tasks:
            _compute(tasks, folder, keep_draws, jobs, scheduler, lambda n, words: tell(done + n, words))
    finally:  # also what an interruption leaves
        folder.save(marks.values())
    rows = {one: folder.result(mark) for one, mark in marks.items()}
    if lost := [one for one, row in rows.items() if row is None]:
        raise InputError(
            f"{len(lost)} rows are not in {folder.home} although they were computed; workers must see the "
            "folder of --out"
        )
    tell(len(asked), "done")
    return [rows[one] for one in asked]


def all_converged(rows: Iterable) -> bool:
    """Whether the posterior of every row counts."""
    return all(row.posterior.converged for row in rows)


def batches(tasks: Sequence, workers: int) -> list[list]:
    """Tasks whose rows share what is compiled, joint fits first as they take longest.

    Large ones are halved until each worker has several, so that none waits long for the last.
    """
    found: dict[str, list] = {}
    for task in tasks:
        found.setdefault(task.asked.batch, []).append(task)
    ordered = sorted(found.values(), key=lambda batch: -batch[0].asked.batch.count("+"))
    most = max(LARGE - 1, len(tasks) // (SHARES * workers)) if workers > 1 else len(tasks)
    while len(largest := max(ordered, key=len)) > most:
        i = ordered.index(largest)
        ordered[i : i + 1] = [largest[: len(largest) // 2], largest[len(largest) // 2 :]]
    return ordered


def check_scheduler(address: str) -> None:
    """Refuse an address at which no Dask scheduler with workers answers, before any long computation."""
    with _dask(address):
        pass


def work(
    tasks: Sequence[Task],
    folder: ResultsFolder,
    keep_draws: bool,
    tell: Callable[[int, str], None] = lambda done, words: None,
) -> list[str]:
    """Compute rows one after the other, each written as it finishes; returns what there is to say."""
    said = len(folder.messages)
    writing: list[Callable[[], list[str]]] = []
    try:
        for k, (one, mark, before) in enumerate(tasks):
            if folder.stamp(mark) != before:
                continue  # a worker that was lost had finished it
            tell(k, one.words)
            if one.fingerprint() != mark:
                raise InputError(
                    f"{one.words}: data, code or versions are not those that were asked for; run it again, "
                    "all workers with one installation"
                )
            with _ALONE if one.alone else nullcontext():
                row, beside = one.compute(
                    lambda what, k=k, one=one: tell(k, f"{one.words}: {what}"), keep_draws
                )
            row |= {"fingerprint": mark, "question": one.question(), "provenance": one.provenance().to_dict()}
            writing.append(second.submit(_write, folder, row, beside if keep_draws else None))
            if len(writing) > WRITING:
                folder.messages += writing.pop(0)()
            tell(k + 1, one.words)
    finally:  # also what was finished before a fault or an interruption
        for written in writing:
            folder.messages += written()
    return folder.messages[said:]


def _write(folder: ResultsFolder, row: dict, beside: Any) -> list[str]:
    """Write a row; what there is to say of it."""
    mine = copy(folder)
    mine.messages = []
    mine.write(row, beside)
    return mine.messages


def _compute(
    tasks: Sequence[Task],
    folder: ResultsFolder,
    keep_draws: bool,
    jobs: int,
    scheduler: str | None,
    tell: Callable[[int, str], None],
) -> None:
    """Share tasks out; what a process that died was doing is done again."""
    if all(task.asked.light for task in tasks):
        jobs = min(jobs, max(1, len(tasks) // LIGHT))
    jobs = min(jobs, len(batches(tasks, jobs)))
    for _ in range(MAX_BROKEN):
        left = [task for task in tasks if folder.stamp(task.mark) == task.before]
        try:
            with _executor(jobs, scheduler) as (executor, workers):
                if executor is None:
                    if jobs > 1:
                        folder.messages.append("there is no shared memory for workers; one process did all")
                    second.start()
                    work(left, folder, keep_draws, tell)
                else:
                    done, mine = len(tasks) - len(left), isinstance(executor, ProcessPoolExecutor)
                    if mine and any(task.asked.fits for task in left) and not all(map(is_kept, COMPILED)):
                        tell(done, "compiling")
                        wait([executor.submit(compile_part, k) for k in range(len(COMPILED))])
                    _share_out(left, executor, workers, folder, keep_draws, tell, done)
            return
        except BrokenExecutor:
            continue
    raise InputError(
        f"worker processes died {MAX_BROKEN} times (too little memory?); finished rows are kept, so run "
        "again with --jobs 1"
    )


def _executor(jobs: int, scheduler: str | None):
    """What the rows are handed to, and how many of it; None where this process does all."""
    if scheduler is not None:
        return _dask(scheduler)
    return processes(jobs) if jobs > 1 else nullcontext((None, 1))


def compile_part(k: int) -> None:
    """A part of what all models need: each process compiles one for all, not everything for itself.

    Parameters
    ----------
    k : int
        Of ``COMPILED``.
    """
    from ..fit.ahead import PARTS

    PARTS[k]()


def _share_out(tasks, executor, workers, folder, keep_draws, tell, done) -> None:
    """A task of the executor for each batch; how far each is can be seen in the folder."""
    task: Callable = work if isinstance(executor, ProcessPoolExecutor) else _work_on_cluster
    pending = {executor.submit(task, batch, folder, keep_draws): batch for batch in batches(tasks, workers)}
    while pending:
        running = list(pending.values())[:workers]
        at = [sum(folder.stamp(task.mark) != task.before for task in batch) for batch in running]
        words = [
            f"{b[k].asked.words}{'' if k else ': compiling'}"
            for k, b in zip(at, running, strict=True)
            if k < len(b)
        ]
        tell(done + sum(at), " | ".join(words[:4]))
        for future in wait(pending, POLL_SECONDS, FIRST_COMPLETED).done:
            folder.messages += future.result()
            done += len(pending.pop(future))


@contextmanager
def _dask(address: str) -> Iterator[tuple[Executor, int]]:
    """The executor of a running Dask cluster, and how many threads its workers have."""
    allow_dask()
    try:
        from distributed import Client, KilledWorker
    except ImportError:
        raise InputError(
            "a scheduler needs dask.distributed: uv run --extra cluster bayes-enues ...; or leave "
            "--scheduler out"
        ) from None
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except Exception as error:  # nobody there, no address, or certificates that are missing or do not fit
        reason = str(error).partition("\n")[0]
        raise InputError(
            f"no Dask scheduler answers at {address} ({reason}); start one with 'dask scheduler', or leave "
            "--scheduler out to use this machine's processes"
        ) from None
    with client:
        threads = sum(cast(dict, client.nthreads()).values())
        if not threads:
            raise InputError(f"the Dask scheduler at {address} has no workers; start some with 'dask worker'")
        executor = client.get_executor(pure=False)
        try:
            yield executor, threads
        except KilledWorker as error:
            raise InputError(f"{str(error).splitlines()[0]} Finished rows are kept; run again") from None
        finally:
            executor.shutdown(wait=False)


def _work_on_cluster(*arguments) -> list[str]:
    """Rows in a worker of Dask, as in any other process: xarray would ask the scheduler for a lock."""
    from dask import config

    be_quiet()
    with config.set(scheduler="synchronous"):
        return work(*arguments)
