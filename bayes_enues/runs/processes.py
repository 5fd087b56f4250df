"""Worker processes that end with what they work for: when it is done, is interrupted or is killed.

A worker starts here, so nothing heavy is imported.
"""

import os
import signal
import threading
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import active_children, connection, get_context, parent_process

from ..errors import ConvergenceWarning

__all__ = ["prepare_worker", "process_pools"]


@contextmanager
def process_pools(sizes: Sequence[int]) -> Iterator[list[Executor]]:
    """Executors of so many processes each, which are gone at the end, whatever they were doing."""
    others = set(active_children())
    # spawn: Numba's threads and PyTensor's locks do not survive a fork
    spawn = get_context("spawn")
    pools = [ProcessPoolExecutor(n, mp_context=spawn, initializer=prepare_worker) for n in sizes]
    try:
        yield pools
    finally:
        for pool in pools:
            pool.shutdown(wait=False, cancel_futures=True)
        for child in set(active_children()) - others:
            child.terminate()
            child.join()


def prepare_worker() -> None:
    """A worker computes on one core, leaves Ctrl-C to its parent and does not outlive it."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.simplefilter("ignore", ConvergenceWarning)  # the row says it

    def leave_with_parent():
        connection.wait([parent_process().sentinel])
        os._exit(1)

    threading.Thread(target=leave_with_parent, daemon=True).start()
