"""The names of experiments and their variants, and what the ``experiment.toml`` of each says."""

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from ..errors import InputError, MissingFileError
from ..signal.flux import Sun
from ..tables import label, packaged, packaged_names, read_text, shown
from .schema import ExperimentFile

#: The two experiments of 2022 that arXiv:2208.06415 analyses: what a command takes where none is named.
DEFAULT = ("lz_ws2022", "xenonnt_sr0")


def experiment_names() -> list[str]:
    """Names of the experiments that come with the package."""
    return list(_names())


@lru_cache  # every row of a scan asks
def _names() -> tuple[str, ...]:
    return tuple(
        n for n in packaged_names("") if packaged(n).is_dir() and packaged(n, "experiment.toml").is_file()
    )


class Set(NamedTuple):
    """Experiments that one name stands for.

    Attributes
    ----------
    title, note : str
    experiments : tuple of str
    """

    title: str
    note: str
    experiments: tuple[str, ...]


@lru_cache
def experiment_sets() -> dict[str, Set]:
    """The names in ``data/sets.toml``."""
    content = tomllib.loads(read_text(packaged("sets.toml")))
    return {name: Set(s["title"], s["note"], tuple(s["experiments"])) for name, s in content.items()}


def members(name: str) -> list[str]:
    """The experiments of a set, or the one that a name stands for."""
    sets = experiment_sets()
    return list(sets[name].experiments) if name in sets and not _is_folder(name) else [name]


def experiment_title(experiment: str) -> str:
    """What a table or a legend calls an experiment: ``LZ WS2022, low_edge``, or ``LZ + XENONnT``.

    A set has a title of its own, and what is not packaged its name; what was changed stays behind the title:
    ``XENONnT SR0 (changed: beta_flux.sigma = 0.2)``.
    """
    names = re.split(r"\+(?![^(]*\))", experiment)
    for found in experiment_sets().values():
        if sorted(found.experiments) == sorted(names):
            return found.title
    changes = [name[len(name.partition(" (changed: ")[0]) :] for name in names]
    names = [name.removesuffix(change) for name, change in zip(names, changes, strict=True)]
    whole = [_title(name.partition(":")[0]) for name in names]
    short = [title.split()[0] for title in whole]
    heads = short if 1 < len(set(short)) == len(short) else whole
    titles = []
    for name, change, title in zip(names, changes, heads, strict=True):
        variant = name.partition(":")[2]
        titles.append((f"{title}, {variant}" if variant else title) + change)
    return " + ".join(titles)


@lru_cache
def _title(name: str) -> str:
    return read_settings(name)[1].title if name in experiment_names() else name


def variant_names(name: str) -> dict[str, str]:
    """Variants of an experiment and what each changes."""
    _, settings, _ = read_settings(name)
    return {variant: changes["note"] for variant, changes in settings.variants.items()}


def locate(name: str) -> tuple[Traversable, str | None]:
    """Folder and variant that a name such as ``lz_ws2022:low_edge`` or a path stands for."""
    if name in experiment_names():
        return packaged(name), None
    if _is_folder(name):
        return Path(name), None
    stem, _, variant = name.rpartition(":")
    if stem and (stem in experiment_names() or _is_folder(stem)):
        return locate(stem)[0], variant
    if name in experiment_sets():
        raise InputError(
            f"{name} is a set of experiments; fit it as one, or name one of {list(members(name))}"
        )
    raise InputError(
        f"there is no experiment {shown(name)}; the choices are {experiment_names()}, "
        f"the sets {list(experiment_sets())}, or the path of a folder that holds an experiment.toml"
    )


def _is_folder(name: str) -> bool:
    try:
        return bool(name) and Path(name).is_dir()
    except OSError:  # no permission, or a name too long
        return False


def read_settings(name: str) -> tuple[Traversable, ExperimentFile, dict[str, Any]]:
    """Folder of an experiment, its file with every variant checked, and the content that a name asks for."""
    folder, variant = locate(name)
    path = folder.joinpath("experiment.toml")
    try:
        text = read_text(path)
    except MissingFileError:
        raise MissingFileError(
            f"{label(folder)} holds no experiment.toml, which describes an experiment"
        ) from None
    try:
        content = tomllib.loads(text)
    except ValueError as error:  # a TOMLDecodeError, or a number of thousands of digits
        raise InputError(f"{label(path)}: {error}") from None
    except RecursionError:
        raise InputError(f"{label(path)} is nested too deeply") from None
    settings = validated(content, label(path))
    for other, changes in settings.variants.items():  # a misspelt one is found before it is asked for
        try:
            changed = with_changes(content, changes)
        except ValueError as error:
            raise InputError(f"{label(path)}: variants.{other}: {error}") from None
        validated(changed, f"{label(path)}: variants.{other}")
    if variant is not None:
        if variant not in settings.variants:
            raise InputError(
                f"{settings.name} has no variant {variant!r}; the choices are {sorted(settings.variants)}"
            )
        content = with_changes(content, settings.variants[variant])
    return folder, settings, content


def validated(content: Mapping, where: str) -> ExperimentFile:
    """The content as settings; ``where`` it stands opens the error."""
    try:
        settings = ExperimentFile.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the whole"
        got = "" if first["type"] == "missing" or not first["loc"] else f" (got {shown(first['input'], 80)})"
        reason = first["msg"].removeprefix("Value error, ")
        raise InputError(f"{where}: {shown_key(key)}: {reason}{got}") from None
    try:
        Sun(**settings.sun.model_dump()).check()
    except InputError as error:
        raise InputError(f"{where}: sun: {error}") from None
    return settings


def shown_key(key: str) -> str:
    """A dotted key in one line."""
    return key if key.isprintable() and len(key) < 200 else shown(key)


def with_changes(content: Mapping, changes: Mapping) -> dict:
    """The content with changes merged in; entries of a list of named tables are addressed by name.

    Raises
    ------
    InputError
        If a list has no entry of a name, or an entry is to be changed by something else than a table.
    """
    merged = dict(content)
    for key, value in changes.items():
        if key == "note":
            continue
        old = merged.get(key)
        if isinstance(old, list) and isinstance(value, Mapping):
            unknown = sorted(set(value) - {entry.get("name") for entry in old})
            if unknown:
                raise InputError(f"{key} has no {unknown}; it has {[entry.get('name') for entry in old]}")
            for name, change in value.items():
                if not isinstance(change, Mapping):
                    raise InputError(f"{key}.{name}: {shown(change, 80)} is not a table of changes")
            merged[key] = [with_changes(entry, value.get(entry["name"], {})) for entry in old]
        elif isinstance(old, Mapping) and isinstance(value, Mapping):
            merged[key] = with_changes(old, value)
        else:
            merged[key] = value
    return merged
