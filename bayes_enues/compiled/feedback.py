"""What goes on while something takes long, said where people look: terminal, notebook, log.

Nothing is shown of what takes less than two seconds. Then a terminal gets a bar, with the words of the moment
on a line of their own; a notebook the same below the cell; a log, which is no terminal, a line every ten
seconds. All go to standard error, so that a table can be piped. Whatever is called by something that says
already what it does hands its words on to that one.
"""

import contextvars
import html
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

DELAY = 2.0  # seconds before anything is shown
EVERY = 10.0  # seconds between lines of a log
TICK = 0.25

_ACTIVE: list["_Display"] = []
_QUIET = threading.Event()
_PLAN_ONLY = contextvars.ContextVar("plan_only", default=False)


class _Planned(BaseException):  # no Exception, which somebody might handle
    """All was checked, and what takes long would begin."""


@contextmanager
def plan_only() -> Iterator[None]:
    """Leave the block where something that takes long would begin: what is asked for is checked, that is all.

    Every command checks its input before that, and says what it does from there on.
    """
    token = _PLAN_ONLY.set(True)
    try:
        with suppress(_Planned):
            yield
    finally:
        _PLAN_ONLY.reset(token)


def be_quiet() -> None:
    """Say nothing from now on: for a worker, whose parent speaks."""
    _QUIET.set()


@contextmanager
def feedback(what: str, total: int | None = None, unit: str = "") -> Iterator[Callable[[int, str], None]]:
    """Say what is done, and how far it is, for as long as the block lasts.

    Parameters
    ----------
    what : str
        What takes long, in a word or two.
    total : int, optional
        Of what is counted.
    unit : str
        What is counted, such as rows.

    Yields
    ------
    callable
        To be told how much is done, and in words what is going on.
    """
    if _PLAN_ONLY.get():
        raise _Planned
    if _QUIET.is_set():
        yield lambda done, words: None
    elif _ACTIVE:
        outer = _ACTIVE[-1]
        outer.words = outer.words or what
        yield lambda done, words: outer.tell(None, words)
    else:
        display = _kind()(what, total, unit)
        _ACTIVE.append(display)
        try:
            with display:
                yield display.tell
        finally:
            _ACTIVE.remove(display)


class _Display:
    """A log without a terminal: a line now and then. Others show the same in another way."""

    def __init__(self, what: str, total: int | None, unit: str):
        self.what, self.total, self.unit = what, total, unit
        self.done, self.words, self.began = 0, "", time.monotonic()
        self.shown_at: float | None = None
        self._end = threading.Event()
        run = contextvars.copy_context().run  # a notebook's cell is known by its context
        self._thread = threading.Thread(target=run, args=(self._tick,), daemon=True)

    def __enter__(self) -> "_Display":
        self._thread.start()
        return self

    def __exit__(self, *error) -> None:
        self._end.set()
        self._thread.join()
        if self.shown_at is not None:
            self.clear()

    def tell(self, done: int | None, words: str) -> None:
        self.done, self.words = self.done if done is None else done, words

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    @property
    def count(self) -> str:
        """How much is done and since when: ``3 of 12 rows, 0:40``."""
        minutes, seconds = divmod(int(self.seconds), 60)
        of = "" if self.total is None else f"{self.done} of {self.total}{self.unit and ' '}{self.unit}, "
        return f"{of}{minutes}:{seconds:02d}"

    def _tick(self) -> None:
        while not self._end.wait(TICK):
            if self.seconds > DELAY:
                with suppress(OSError, ValueError):  # nobody reads standard error any more
                    self.show()
                self.shown_at = self.shown_at or self.seconds

    def show(self) -> None:
        if self.seconds - (self.shown_at or 0.0) >= EVERY:
            self.shown_at = self.seconds
            if sys.stderr is not None:
                print(
                    f"{self.what}: {self.count}{self.words and ': '}{self.words}", file=sys.stderr, flush=True
                )

    def clear(self) -> None:
        pass


class _Bar(_Display):
    """A terminal: bar and count on one line, the words of the moment below it."""

    def show(self) -> None:
        from rich.console import Console, Group
        from rich.live import Live
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        bar = Table.grid(padding=(0, 1))
        width = 30 if self.total else 12
        bar.add_row(
            Text(self.what),
            ProgressBar(self.total, self.done, width=width, pulse=self.total is None),
            Text(self.count + self._left(), no_wrap=True),
        )
        picture = Group(bar, Text(f"  {self.words}", "dim", overflow="fold"))
        if self.shown_at is None:
            console = Console(stderr=True, highlight=False, markup=False, emoji=False)
            self.live = Live(picture, console=console, auto_refresh=False, transient=True)
            self.live.start()
        self.live.update(picture, refresh=True)

    def _left(self) -> str:
        """About how long the rest takes, once a part is done."""
        if not self.total or not 0 < self.done < self.total:
            return ""
        minutes, seconds = divmod(int(self.seconds * (self.total - self.done) / self.done), 60)
        return f", about {minutes}:{seconds:02d} left"

    def clear(self) -> None:
        self.live.stop()


class _Cell(_Display):
    """A notebook: the same below the cell, gone at the end."""

    def show(self) -> None:
        from IPython.display import HTML, display  # pyright: ignore[reportMissingImports]

        of = "" if self.total is None else f' max="{self.total}" value="{self.done}"'
        words = (
            f"{html.escape(self.what)} <progress{of}></progress> {self.count}<br>{html.escape(self.words)}"
        )
        if self.shown_at is None:
            self.handle: Any = display(HTML(words), display_id=True)
        else:
            self.handle.update(HTML(words))

    def clear(self) -> None:
        from IPython.display import HTML  # pyright: ignore[reportMissingImports]

        self.handle.update(HTML(""))


def _kind() -> type[_Display]:
    shell = sys.modules.get("IPython")
    running = shell and shell.get_ipython()
    if running and getattr(running, "kernel", None) is not None:
        return _Cell
    return _Bar if sys.stderr is not None and sys.stderr.isatty() else _Display
