"""Dask left out of a process of the command line: xarray imports its arrays wherever it is installed.

That is a second of each process, and no command has such arrays; a Dask scheduler needs Dask itself.
"""

import sys
from typing import Any

_MODULES: dict[str, Any] = sys.modules


def spare_dask() -> None:
    """Let this process find no Dask, unless that is there, or xarray, which may have looked for it."""
    if "xarray" not in _MODULES:
        _MODULES.setdefault("dask", None)


def is_spared() -> bool:
    """Whether this process finds no Dask."""
    return "dask" in _MODULES and _MODULES["dask"] is None


def allow_dask() -> None:
    """Let this process find Dask again."""
    if is_spared():
        del _MODULES["dask"]
