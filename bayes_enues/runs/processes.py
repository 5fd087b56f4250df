"""Processes of this machine that share work, and what each of them must know."""

import gc
import os
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from multiprocessing import active_children, connection, get_context, parent_process

from ..compiled.feedback import be_quiet
from ..compiled.without_dask import is_spared, spare_dask
from ..errors import ConvergenceWarning, DoubtWarning, InputError

THREADS = "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"
NO_GUARD = 86  # exit status of a worker that found itself starting workers


#: Processes that live until a block ends, by how many they are.
_SHARED: list[dict[int, tuple[ExitStack, tuple[Executor | None, int]]]] = []


@contextmanager
def shared_processes() -> Iterator[None]:
    """Let all that runs in a block have the same processes, so that they import once."""
    if _SHARED:
        yield
        return
    kept: dict[int, tuple[ExitStack, tuple[Executor | None, int]]] = {}
    _SHARED.append(kept)
    try:
        yield
    finally:
        _SHARED.clear()
        for stack, _ in kept.values():
            stack.close()


def shared_executor() -> Executor | None:
    """What runs in the processes that several tables share, if there are any."""
    kept = _SHARED[0].values() if _SHARED else ()
    return next((executor for _, (executor, _) in kept if executor is not None), None)


@contextmanager
def processes(jobs: int) -> Iterator[tuple[Executor | None, int]]:
    """Processes of this machine, and how many; gone at the end of this, or of :func:`shared_processes`.

    Without shared memory there can be no others, and this process does all: then it is None and one.
    """
    if not _SHARED:
        with _processes(jobs) as found:
            yield found
        return
    kept = _SHARED[0]
    if jobs not in kept:
        stack = ExitStack()
        kept[jobs] = stack, stack.enter_context(_processes(jobs))
    try:
        yield kept[jobs][1]
    except BaseException:  # with what they were doing
        with kept.pop(jobs)[0]:
            raise


@contextmanager
def _processes(jobs: int) -> Iterator[tuple[Executor | None, int]]:
    """Processes that are gone at the end, whatever they were doing."""
    if "--multiprocessing-fork" in sys.orig_argv and parent_process() is None:
        os._exit(NO_GUARD)  # a worker that is still importing its script, which asks it to start workers
    others = set(active_children())
    try:
        # spawn: Numba's threads and PyTensor's locks do not survive a fork
        given = is_spared(), gc.get_threshold()
        pool = ProcessPoolExecutor(jobs, get_context("spawn"), prepare_worker, given)
    except (OSError, ImportError, NotImplementedError):  # what Python raises without semaphores
        pool = None
    if pool is None:
        yield None, 1
        return
    with _one_core():
        for _ in range(jobs):
            pool.submit(os.getpid)  # each starts a process
    children = set(active_children()) - others
    try:
        yield pool, jobs
    except BrokenExecutor:
        pool.shutdown()
        if any(child.exitcode == NO_GUARD for child in children):
            raise InputError(
                "workers import the script that starts them; as multiprocessing advises, let it start them "
                'below the line  if __name__ == "__main__":  or use one job'
            ) from None
        raise
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for child in set(active_children()) - others:
            child.terminate()
            child.join()


@contextmanager
def _one_core() -> Iterator[None]:
    """Let processes that start here do linear algebra on one core each, unless the user says otherwise.

    It is asked for before a process imports NumPy; threads for matrices of three rows only wait, and busily.
    """
    mine = [name for name in THREADS if name not in os.environ]
    os.environ.update(dict.fromkeys(mine, "1"))
    try:
        yield
    finally:
        for name in mine:
            del os.environ[name]


def prepare_worker(without_dask: bool, threshold: tuple[int, int, int]) -> None:
    """A worker leaves Ctrl-C to its parent and does not outlive it."""
    if without_dask:
        spare_dask()
    gc.set_threshold(*threshold)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    be_quiet()  # the parent says what is going on
    warnings.simplefilter("ignore", ConvergenceWarning)  # the row says it
    warnings.simplefilter("ignore", DoubtWarning)  # the parent said it

    def leave_with_parent():
        if parent := parent_process():
            connection.wait([parent.sentinel])
            os._exit(1)

    threading.Thread(target=leave_with_parent, daemon=True).start()
