"""A second process for what follows from rows: draws are written, and figures drawn, beside the next row.

Python computes on one core at a time, and a few rows are done in one process, since each further one would
import and compile for longer than it saves. What follows from them needs no PyMC: another core imports
Matplotlib meanwhile, and writes the files. Without a second process all is done here.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

from .processes import processes, shared_executor

_READY: list[Callable[[], Any]] = []  # what a second process begins with, where one is allowed
_STARTED = ExitStack()
_OTHER: list[Executor] = []


@contextmanager
def second_process(allowed: bool, ready: Callable[[], Any]) -> Iterator[None]:
    """Let rows that are computed in this process have a second one, which is gone at the end.

    Parameters
    ----------
    allowed : bool
    ready : callable
        Called here once the second process has been started: it submits what that one begins with.
    """
    if allowed:
        _READY.append(ready)
    try:
        yield
    finally:
        _READY.clear()
        _OTHER.clear()
        _STARTED.close()


def start() -> None:
    """Start the second process, if there may be one and is none."""
    if _READY and not _OTHER:
        executor, _ = _STARTED.enter_context(processes(1))
        if executor is not None:
            _OTHER.append(executor)
            _READY[0]()


def submit(function: Callable, *arguments: Any) -> Callable[[], Any]:
    """Let another process call a function; what is returned waits for what it gave or raised.

    The second one, or those that several tables share.
    """
    other = _OTHER[0] if _OTHER else shared_executor()
    if other is None:
        found = function(*arguments)
        return lambda: found
    try:
        future = other.submit(function, *arguments)
    except BrokenExecutor:
        return partial(_here, function, *arguments)

    def result() -> Any:
        try:
            return future.result()
        except BrokenExecutor:
            return _here(function, *arguments)

    return result


def _here(function: Callable, *arguments: Any) -> Any:
    """The other process died, of too little memory or by somebody's hand: this one does what it did."""
    _OTHER.clear()
    return function(*arguments)
