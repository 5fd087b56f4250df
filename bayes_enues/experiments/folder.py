"""The names of experiments and their variants, and what the ``experiment.toml`` of each says."""

import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ..errors import InputError, MissingFileError
from ..tables import label, packaged, packaged_names
from .schema import ExperimentFile

__all__ = [
    "check_distinct",
    "experiment_names",
    "locate",
    "read_settings",
    "validated",
    "variant_names",
    "with_changes",
]


def experiment_names() -> list[str]:
    """Names of the experiments in the box."""
    return [
        n for n in packaged_names("") if packaged(n).is_dir() and packaged(n, "experiment.toml").is_file()
    ]


def variant_names(name: str) -> dict[str, str]:
    """Variants of an experiment and what each changes."""
    _, settings, _ = read_settings(name)
    return {variant: changes["note"] for variant, changes in settings.variants.items()}


def check_distinct(names: Sequence[str]) -> None:
    """Refuse a joint fit in which the data of one experiment, or of its variants, would count twice."""
    if len({n.partition(":")[0] for n in names}) < len(names):
        raise InputError(f"the data of one experiment would count twice in {sorted(names)}")


def locate(name: str) -> tuple[Traversable, str | None]:
    """Folder and variant that a name such as ``lz_ws2022:low_edge`` or a path stands for."""
    if name in experiment_names():
        return packaged(name), None
    if Path(name).is_dir():
        return Path(name), None
    stem, _, variant = name.rpartition(":")
    if stem and (stem in experiment_names() or Path(stem).is_dir()):
        return locate(stem)[0], variant
    raise InputError(
        f"there is no experiment {name!r}; the choices are {experiment_names()}, "
        "or the path of a folder that holds an experiment.toml"
    )


def read_settings(name: str) -> tuple[Traversable, ExperimentFile, dict[str, Any]]:
    """Folder of an experiment, its file with every variant checked, and the content that a name asks for."""
    folder, variant = locate(name)
    path = folder.joinpath("experiment.toml")
    if not path.is_file():
        raise MissingFileError(f"{label(folder)} holds no experiment.toml, which describes an experiment")
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{label(path)}: {error}") from None
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
        return ExperimentFile.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the whole"
        got = "" if first["type"] == "missing" or not first["loc"] else f" (got {first['input']!r})"
        raise InputError(f"{where}: {key}: {first['msg']}{got}") from None


def with_changes(content: Mapping, changes: Mapping) -> dict:
    """The content with changes merged in; entries of a list of named tables are addressed by name."""
    merged = dict(content)
    for key, value in changes.items():
        if key == "note":
            continue
        old = merged.get(key)
        if isinstance(old, list) and isinstance(value, Mapping):
            unknown = sorted(set(value) - {entry.get("name") for entry in old})
            if unknown:
                raise InputError(f"{key} has no {unknown}; it has {[entry.get('name') for entry in old]}")
            merged[key] = [with_changes(entry, value.get(entry["name"], {})) for entry in old]
        elif isinstance(old, Mapping) and isinstance(value, Mapping):
            merged[key] = with_changes(old, value)
        else:
            merged[key] = value
    return merged
