"""Where compiled code is kept between processes, and what makes it stale.

Numba looks only at the file in which a function is written; what it imports and was compiled with may have
changed. Here compiled code is kept until any source of the package changes. Nothing heavy is imported before
it is needed: a process that only hands out work asks for :func:`source_hash` too.
"""

import hashlib
import os
import stat
import sys
import tempfile
from collections.abc import Callable
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from threading import RLock
from typing import Any

#: Rooms that show numbers and make none.
SHOWING = ("cli.py", "commands", "analyses", "exports", "plots", "reports")

_LOCK = RLock()


@lru_cache
def source_hash() -> str:
    """SHA-256 of every source of the package that a number can depend on, wherever the package lies."""
    digest = hashlib.sha256()
    for package, skipped in (("bayes_enues", (*SHOWING, "models", "data")), ("bayes_enues.models", ())):
        found = find_spec(package)
        for folder in (found and found.submodule_search_locations) or ():
            files = {path.relative_to(folder).as_posix(): path for path in Path(folder).rglob("*.py")}
            for name in sorted(files):
                if name.partition("/")[0] not in skipped:
                    digest.update(f"{package} {name} ".encode() + files[name].read_bytes())
    return digest.hexdigest()


def njit(*signature: Any, **options: Any) -> Callable[[Callable], Any]:
    """``numba.njit`` with its code kept on disk until a source of the package changes.

    It lies in a folder for each :func:`source_hash`, below ``NUMBA_CACHE_DIR`` or beside what PyTensor keeps;
    where neither can be written to, each process compiles anew.

    Parameters
    ----------
    signature, options
        Of ``numba.njit``, without ``cache``.
    """
    return _kept("njit", *signature, **options)


def cfunc(signature: Any) -> Callable[[Callable], Any]:
    """``numba.cfunc``, kept in the same way."""
    return _kept("cfunc", signature)


def _kept(decorator: str, *signature: Any, **options: Any) -> Callable[[Callable], Any]:
    import numba

    settings: Any = vars(numba)["config"]

    def compiled(function: Callable) -> Any:
        before: str = settings.CACHE_DIR
        folder = _folder(before)
        with _LOCK:  # the folder is one for all of Numba
            settings.CACHE_DIR = str(folder)
            try:
                return getattr(numba, decorator)(*signature, cache=_is_writable(folder), **options)(function)
            finally:
                settings.CACHE_DIR = before

    return compiled


def is_kept(function: str) -> bool:
    """Whether compiled code of a function, ``module.name``, lies on disk."""
    import numba

    folder = _folder(vars(numba)["config"].CACHE_DIR)
    return any(folder.rglob(f"{function}-*.nbi"))


def _folder(numba_cache: str) -> Path:
    from pytensor.configdefaults import config

    return Path(numba_cache or config.base_compiledir / "numba", f"bayes_enues-{source_hash()[:16]}")


def use_writable_folders() -> None:
    """Give PyTensor a temporary folder for compiled code where the home folder cannot be written to.

    To be called before PyTensor is imported: it stops at once where it cannot write. A folder that
    ``PYTENSOR_FLAGS`` names is left alone.
    """
    flags = os.environ.get("PYTENSOR_FLAGS", "")
    if "pytensor" in sys.modules or "compiledir" in flags:
        return
    try:
        home = Path(os.environ.get("HOME") or Path.home())
    except RuntimeError:  # nobody of this user's name is known
        os.environ["HOME"] = str(_temporary_folder())
        return
    usual = home / ".pytensor"
    if sys.platform == "win32" and "LOCALAPPDATA" in os.environ:
        usual = Path(os.environ["LOCALAPPDATA"], "PyTensor")
    if not _is_writable(usual):
        instead = f"base_compiledir={_temporary_folder()}"
        os.environ["PYTENSOR_FLAGS"] = f"{flags},{instead}" if flags else instead


def _is_writable(folder: Path) -> bool:
    """Whether files can be made in a folder, which is made if it is not there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)


def _temporary_folder() -> Path:
    """One folder for all processes of a user, who alone may write there: what lies in it will be run."""
    user = os.getuid() if hasattr(os, "getuid") else 0
    folder = Path(tempfile.gettempdir(), f"bayes_enues-{user}")
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError:
        found = None
    if found and stat.S_ISDIR(found.st_mode) and found.st_uid == user and not found.st_mode & 0o022:
        return folder
    return Path(tempfile.mkdtemp(prefix="bayes_enues-"))
