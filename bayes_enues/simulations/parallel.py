"""Work in pieces, on this machine or on a cluster, through the interface of ``concurrent.futures``.

A task is a function of a module and an item, both of which travel by pickle; workers keep what they compiled.
Nothing here knows what is computed.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, as_completed
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any

from ..errors import InputError
from ..runs.processes import process_pools

__all__ = ["check_scheduler", "completed", "executors"]

Opener = Callable[[], AbstractContextManager[Executor]]

CONNECT_SECONDS = 5
MAX_BROKEN = 3


@contextmanager
def _processes(workers: int) -> Iterator[Executor]:
    with process_pools([workers]) as (pool,):
        yield pool


@contextmanager
def _dask(address: str) -> Iterator[Executor]:
    try:
        from distributed import Client
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
        if not client.scheduler_info()["workers"]:
            raise InputError(f"the Dask scheduler at {address} has no workers; start some with 'dask worker'")
        executor = client.get_executor(pure=False)
        try:
            yield executor
        finally:
            executor.shutdown(wait=False)


def executors(workers: int | None = 1, scheduler: str | None = None) -> Opener | None:
    """What opens an executor, as often as one is needed; None stands for this process.

    Parameters
    ----------
    workers : int or None
        Local processes, None for one a core; a single one is this process itself.
    scheduler : str, optional
        Address of a running Dask scheduler, such as ``tcp://10.0.0.1:8786``, used instead.

    Raises
    ------
    InputError
        If ``workers`` is no positive number. A scheduler that does not answer within five seconds, or has no
        workers, raises it when opened.
    """
    workers = os.cpu_count() or 1 if workers is None else workers
    if workers < 1:
        raise InputError(f"{workers} workers were asked for; at least one was needed")
    if scheduler is not None:
        return partial(_dask, scheduler)
    return None if workers == 1 else partial(_processes, workers)


def completed(
    opener: Opener | None, task: Callable[[Any], Any], items: Iterable[Any]
) -> Iterator[tuple[Any, Any]]:
    """Items and their results, as they finish.

    What a lost worker was doing is done again: Dask sees to it by itself, and a broken pool of local
    processes is replaced by a new one, three times at most.

    Yields
    ------
    (item, result)
    """
    if opener is None:
        yield from ((item, task(item)) for item in items)
        return
    waiting = dict.fromkeys(items)
    for attempt in range(1, MAX_BROKEN + 1):
        if not waiting:
            return
        with opener() as executor:
            try:
                futures = {executor.submit(task, item): item for item in waiting}
                for future in as_completed(futures):
                    result = future.result()
                    item = futures[future]
                    del waiting[item]
                    yield item, result
            except BrokenExecutor:
                if attempt == MAX_BROKEN:
                    raise InputError(
                        f"worker processes died {MAX_BROKEN} times (too little memory?); what was finished "
                        "is kept, so run again with fewer workers"
                    ) from None


def check_scheduler(address: str) -> None:
    """Refuse an address at which no Dask scheduler with workers answers, before any long computation."""
    with _dask(address):
        pass
