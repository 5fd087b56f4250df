"""What a row rests on, by hashes and totals: data, code and versions; and what of it is no longer so."""

import ast
import hashlib
import inspect
import os
import sys
import sysconfig
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from importlib.metadata import version
from importlib.resources.abc import Traversable
from importlib.util import resolve_name
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from ..compiled.caching import source_hash
from ..errors import InputError
from ..experiments.experiment import Experiment
from ..experiments.folder import experiment_names, locate
from ..results import Provenance, UsedExperiment
from ..tables import packaged, packaged_names, sha256

#: Packages whose version can move a number.
NUMERIC = ("pymc", "pytensor", "nutpie", "numpy", "scipy", "numba")
DIGITS = 16  # of each SHA-256


@lru_cache
def _versions() -> dict[str, str]:
    return {name: version(name) for name in NUMERIC}


@lru_cache
def _shared_tables() -> dict[str, str]:
    """The packaged tables that no experiment owns."""
    names = [(folder, n) for folder in ("solar", "xenon", "published") for n in packaged_names(folder)]
    return {f"{folder}/{n}": file_hash(packaged(folder, n)) for folder, n in names if n.endswith(".csv")}


def file_hash(path: Traversable) -> str:
    """The beginning of a file's SHA-256."""
    return sha256(path)[:DIGITS]


def provenance(experiments: Mapping[str, Experiment], own: Iterable[Any] = ()) -> Provenance:
    """What a row that is computed now rests on.

    Parameters
    ----------
    experiments : mapping
        As they were asked for (a name or a path) to what was read.
    own : iterable
        Classes and callables that are the user's.
    """
    return Provenance(
        code=source_hash()[:DIGITS],
        versions=_versions(),
        tables=_shared_tables(),
        experiments={
            e.name: UsedExperiment(
                home=_home(asked),
                exposure=e.exposure,
                events=float(e.counts.sum()),
                background=float(e.background.sum()),
                bins=e.n_bins,
                files={name: digest[:DIGITS] for name, digest in e.hashes.items()},
            )
            for asked, e in experiments.items()
        },
        own={name: digest for thing in own for name, digest in _sources_of(thing).items()},
    )


def _home(asked: str) -> str:
    """Name of a packaged experiment without its variant; absolute path of a user's own."""
    stem = asked.partition(":")[0]
    return stem if stem in experiment_names() else os.path.abspath(str(locate(asked)[0]))


def identity(found: Provenance) -> dict[str, Any]:
    """The part of a provenance that decides numbers: wherever files lie, and whatever they sum up to."""
    experiments = {name: e.files for name, e in found.experiments.items()}
    return {**vars(found), "experiments": experiments, "own": sorted(found.own.values())}


def changes_since(found: Provenance, hash_of: Callable[[Traversable], str] = file_hash) -> list[str]:
    """What a stored row rests on and is another today, in words; files that are gone are not judged.

    Parameters
    ----------
    found : Provenance
        As it was stored.
    hash_of : callable
        From a path to its hash; one that remembers saves time where many rows are asked about.
    """
    words = [] if found.code == source_hash()[:DIGITS] else ["the package's code"]
    now = _versions()
    words += [f"{n} {old} (now {now.get(n)})" for n, old in found.versions.items() if now.get(n) != old]
    files: list[tuple[str, Any, str]] = [
        (name, packaged(*name.split("/")), digest) for name, digest in found.tables.items()
    ]
    for name, e in found.experiments.items():
        folder = Path(e.home) if os.path.isabs(e.home) else packaged(e.home)
        files += [(f"{file} of {name}", folder.joinpath(file), digest) for file, digest in e.files.items()]
    files += [(name, Path(name), digest) for name, digest in found.own.items()]
    return words + [name for name, path, digest in files if path.is_file() and hash_of(path) != digest]


def _sources_of(thing: Any) -> dict[str, str]:
    """Hashes of what a user's class or callable is made of: its files, or its text; a function's constants.

    Raises
    ------
    InputError
        If there is no source, so that nobody could tell when it changes.
    """
    home = thing if isinstance(thing, type | FunctionType) else type(thing)
    if home.__module__.partition(".")[0] == "bayes_enues":
        return {}  # the package's sources are hashed already
    found: dict[str, str] = {}
    _add_files(sys.modules.get(home.__module__), found)
    if not found:
        try:
            found[home.__qualname__] = _text_hash(inspect.getsource(home))
        except (OSError, TypeError):
            raise InputError(
                f"the source of {home.__qualname__} cannot be read, so that nobody could tell when it "
                "changes; write it in a file"
            ) from None
    if isinstance(thing, FunctionType):
        inside = [_text_hash(repr(cell.cell_contents)) for cell in thing.__closure__ or ()]
        words = [_words_of(thing.__code__), repr(thing.__defaults__), repr(thing.__kwdefaults__), *inside]
        found[f"{thing.__qualname__}()"] = _text_hash(" ".join(words))
    elif thing is not home:
        found[f"{home.__qualname__}()"] = _text_hash(repr(thing))
    return found


def _add_files(module: ModuleType | None, found: dict[str, str]) -> None:
    """The file of a module and of all that it imports, but for the package and what is installed."""
    file = getattr(module, "__file__", None) or ""
    if module is None or not file.endswith(".py") or file in found or _is_installed(module.__name__, file):
        return
    found[file] = file_hash(Path(file))
    for node in ast.walk(ast.parse(Path(file).read_bytes())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            base = resolve_name("." * node.level + (node.module or ""), module.__package__ or None)
            names = [base, *(f"{base}.{alias.name}" for alias in node.names)]
        for name in names:
            _add_files(sys.modules.get(name), found)


def _is_installed(name: str, file: str) -> bool:
    folders = [sysconfig.get_path(key) for key in ("stdlib", "purelib", "platlib")]
    own = name.partition(".")[0] == "bayes_enues"
    return own or any(Path(file).is_relative_to(folder) for folder in folders)


def _words_of(code: CodeType) -> str:
    """What a function does, whatever file and line it stands in."""
    constants = [_words_of(c) if isinstance(c, CodeType) else repr(c) for c in code.co_consts]
    return f"{code.co_code.hex()} {code.co_names} {constants}"


def _text_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:DIGITS]
