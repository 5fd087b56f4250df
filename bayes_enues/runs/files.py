"""Files that are there whole or not at all, and what a killed process left of them."""

import os
import platform
import re
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from ..errors import InputError

__all__ = [
    "WholeFile",
    "check_writable",
    "locked",
    "partial_suffix",
    "remove_leftovers",
    "slug",
    "uninterrupted",
    "write_text",
]

LOCK_SECONDS = 60  # writing takes a moment; who waits so long waits for a process that was stopped


def write_text(path: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all."""
    with WholeFile(path) as partial:
        partial.write_text(text, encoding="utf-8")


class WholeFile:
    """Context that yields a temporary path and moves it into place on success."""

    def __init__(self, path: Path):
        self.path = path
        self.partial = path.with_name(f".{path.name}{partial_suffix()}")

    def __enter__(self) -> Path:
        return self.partial

    def __exit__(self, kind, error, trace):
        if kind is None:
            with open(self.partial, "r+b") as file:  # Windows flushes only what may be written
                os.fsync(file.fileno())
            os.replace(self.partial, self.path)
        else:
            self.partial.unlink(missing_ok=True)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ctrl-C waits until this is done: for what takes milliseconds and must not end half-way."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals go to the main thread
        return
    caught = []
    before = signal.signal(signal.SIGINT, lambda *arguments: caught.append(arguments))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL if before is None else before)
        if caught and callable(before):
            before(*caught[0])


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Alone with a file that other commands add to as well: to read it, add to it and write it again.

    Raises
    ------
    InputError
        If another process holds it for a minute.
    """
    lock = path.with_name(f".{path.name}.lock")  # the system frees it when its holder ends, killed or not
    try:
        with uninterrupted(), FileLock(lock, timeout=LOCK_SECONDS):  # a lock half released would stay
            yield
    except Timeout:
        raise InputError(
            f"another process has held {lock} for {LOCK_SECONDS} s; end it, or choose another --out"
        ) from None


def partial_suffix() -> str:
    """End of the name of what is being written: whose it is, for a later run to know what was left."""
    return f".{slug(platform.node())}-{os.getpid()}.partial"


def remove_leftovers(path: Path) -> None:
    """Remove what processes of this machine that are gone, killed perhaps, had begun to write."""
    for leftover in (*path.glob(".*.partial"), *path.glob("chunks/*/.*.partial")):
        owner = re.search(r"\.([^.]*)-(\d+)\.partial$", leftover.name)
        if owner is None or owner[1] != slug(platform.node()) or _runs(int(owner[2])):
            continue
        if leftover.is_dir():
            shutil.rmtree(leftover, ignore_errors=True)
        else:
            leftover.unlink(missing_ok=True)


def _runs(pid: int) -> bool:
    if os.name != "posix":
        return True  # asking is not safe there
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    return True


def check_writable(path: Path) -> None:
    """Make a folder for results, clear it of what a killed run left; refuse one that cannot be written to."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        probe = path / f".probe.{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise InputError(
            f"results cannot be written to {path}: {error.strerror}; choose another --out"
        ) from None
    remove_leftovers(path)


def slug(text: str) -> str:
    """A text as part of a file name."""
    return "".join(c if c.isalnum() or c in "+-_" else "-" for c in text)
