"""JSON Schema of every file that commands write, made from the types of results.

``limits`` is the schema of ``limits.json``, ``limits_row`` that of each file in ``rows/limits``. They lie in
``bayes_enues/schemas``; ``bayes-enues schema --out bayes_enues/schemas`` writes them anew after a change of a
type, and a test holds both equal.
"""

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from pydantic import TypeAdapter

from ..reports.table_one import Entry
from ..results import ROW_TYPES, FeldmanCousins, Provenance, StoredFile
from ..runs.store import schema_name

__all__ = ["make_schemas", "schemas"]

TEXT, WHOLE, NUMBER, LEVEL = (
    {"type": "string"}, {"type": "integer"}, {"type": "number"}, {"type": ["number", "null"]},
)  # fmt: skip
#: What the store adds to a row.
SEALED = {"fingerprint": TEXT, "sha256": TEXT}
STORED = {**SEALED, "question": TEXT}
#: What all rows of a file share instead of a level.
SHARED = {
    "coverage": {"level": NUMBER, "model": TEXT, "seed": WHOLE, "kind": TEXT},
    "calibration": {"level": LEVEL, "seed": WHOLE},
}
WHERE = {"model": TEXT, "parameter": TEXT, "experiment": TEXT}


def schemas() -> dict[str, dict[str, Any]]:
    """The schemas that come with the package: ``limits``, ``limits_row`` and so on."""
    found = files("bayes_enues").joinpath("schemas").iterdir()
    return {
        file.name.removesuffix(".json"): json.loads(file.read_text(encoding="utf-8"))
        for file in sorted(found, key=lambda file: file.name)
        if file.name.endswith(".json")
    }


def make_schemas() -> dict[str, dict[str, Any]]:
    """The same, made from the types as they are."""
    return dict(_made())


def _made() -> Iterator[tuple[str, dict[str, Any]]]:
    for kind, row in ROW_TYPES.items():
        shared = SHARED.get(kind, {"level": LEVEL})
        if kind != "coverage":
            stored = _type(row, STORED)
            yield _named(f"{kind}_row", stored)
            yield _named(kind, _object(shared, rows=stored))
            continue
        entries = {"rows": _type(row, SEALED), "limits": _type(FeldmanCousins, SEALED)}
        yield _named(kind, _object(shared, **entries))
        own = {"rows": _type(row), "limits": _type(FeldmanCousins)}
        job = {**WHERE, "kind": TEXT, "level": NUMBER, "seed": WHOLE, **STORED}
        yield _named("coverage_row", _object(job | {"provenance": _type(Provenance)}, **own))
    rests = {"provenance": _type(Provenance), "file": _type(StoredFile)}
    part = {"first": WHOLE, "last": WHOLE, **STORED, **rests}
    yield _named("toys_row", _object({**WHERE, "true_value": NUMBER, **part}))
    yield _named("simulations_row", _object(part))
    yield _named("table_one", _object({}, rows=_type(Entry)))


def _type(kind: Any, further: dict[str, Any] | None = None) -> dict[str, Any]:
    """The schema of a type as it writes itself, with keys that are added."""
    found = TypeAdapter(kind).json_schema(mode="serialization")
    found.setdefault("properties", {}).update(further or {})
    found["required"] = [*found.get("required", []), *(further or {})]
    return found


def _object(keys: dict[str, Any], **lists: dict[str, Any]) -> dict[str, Any]:
    """Of keys that are all there, and of lists of one kind each."""
    arrays = {name: {"type": "array", "items": entry} for name, entry in lists.items()}
    return {"type": "object", "properties": keys | arrays, "required": [*keys, *lists]}


def _named(kind: str, schema: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """With the key that says which schema a file follows, and the types it uses in one place."""
    defs: dict[str, Any] = {}

    def gathered(value: Any) -> Any:
        if isinstance(value, list):
            return [gathered(one) for one in value]
        if not isinstance(value, dict):
            return value
        defs.update({name: gathered(one) for name, one in value.get("$defs", {}).items()})
        noise = ("$defs", "title")  # a title says the name of its key again
        return {key: gathered(one) for key, one in value.items() if key not in noise}

    schema = gathered(schema)
    schema["properties"] = {"schema": {"const": schema_name(kind)}, **schema["properties"]}
    schema["required"] = ["schema", *schema["required"]]
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": schema_name(kind)}
    return kind, {**dialect, **schema, "$defs": defs}
