"""JSON Schema of every file that commands write, made from the types of results.

One file for all, ``bayes_enues/schemas/results.json``, so that whoever has it needs nothing else: the key
``schema`` of a file says which of its ``$defs`` the file follows, ``limits`` for ``limits.json`` and
``limits_row`` for each file in ``rows/limits``. ``bayes-enues schema --out bayes_enues/schemas`` writes it
anew after a change of a type, and a test holds both equal.
"""

import json
import textwrap
from importlib.resources import files
from typing import Any

from pydantic import TypeAdapter

from ..reports.table_one import Entry
from ..results import ROW_TYPES, FeldmanCousins, Provenance, StoredFile
from ..runs.record import RunRecord
from ..runs.store import schema_name

FILE = "results.json"
WIDTH = 110
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
#: Types that are no rows of a table.
OTHERS = (FeldmanCousins, Provenance, StoredFile, Entry, RunRecord)

type Schema = dict[str, Any]


def schema() -> Schema:
    """The schema that comes with the package: ``jsonschema.validate(content, schema())``."""
    return json.loads(files("bayes_enues").joinpath("schemas", FILE).read_text(encoding="utf-8"))


def make_schema() -> Schema:
    """The same, made from the types as they are."""
    types = {**ROW_TYPES, **{kind.__name__: kind for kind in OTHERS}}
    adapters = [(name, "serialization", TypeAdapter(kind)) for name, kind in types.items()]
    named, found = TypeAdapter.json_schemas(adapters)  # pyright: ignore[reportArgumentType] - a literal
    of_type = {str(name): reference for (name, _), reference in named.items()}
    kinds = _kinds(of_type)
    choices = [
        {"if": {"properties": {"schema": {"const": schema_name(kind)}}}, "then": _reference(kind)}
        for kind in kinds
    ]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "JSON files of bayes_enues; each says under 'schema' what it is",
        "type": "object",
        "properties": {"schema": {"enum": [schema_name(kind) for kind in kinds]}},
        "required": ["schema"],
        "allOf": choices,
        "$defs": kinds | {name: _plain(one) for name, one in found["$defs"].items()},
    }


def schema_text() -> str:
    """:func:`make_schema` as it is written: whatever fits on a line is on one."""
    return _text(make_schema()) + "\n"


def _kinds(of_type: Schema) -> Schema:
    """What each file follows, but for the key that says so."""
    found: Schema = {}
    for kind in ROW_TYPES:
        shared = SHARED.get(kind, {"level": LEVEL})
        if kind != "coverage":
            found[f"{kind}_row"] = _with(of_type[kind], STORED)
            found[kind] = _object(shared, rows=_reference(f"{kind}_row"))
            continue
        limits = of_type["FeldmanCousins"]
        found[kind] = _object(shared, rows=_with(of_type[kind], SEALED), limits=_with(limits, SEALED))
        job = {**WHERE, "kind": TEXT, "level": NUMBER, "seed": WHOLE, **STORED}
        job["provenance"] = of_type["Provenance"]
        found["coverage_row"] = _object(job, rows=of_type[kind], limits=limits)
    rests = {"provenance": of_type["Provenance"], "file": of_type["StoredFile"]}
    part = {"first": WHOLE, "last": WHOLE, **STORED, **rests}
    found["toys_row"] = _object({**WHERE, "true_value": NUMBER, **part})
    found["simulations_row"] = _object(part)
    found["table_one"] = _object({}, rows=of_type["Entry"])
    found["run"] = of_type["RunRecord"]
    return found


def _reference(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _with(kind: Schema, further: Schema) -> Schema:
    """A type with keys that are added."""
    return {**kind, "properties": further, "required": [*further]}


def _object(keys: Schema, **lists: Schema) -> Schema:
    """Of keys that are all there, and of lists of one kind each."""
    arrays = {name: {"type": "array", "items": entry} for name, entry in lists.items()}
    return {"type": "object", "properties": keys | arrays, "required": [*keys, *lists]}


def _plain(value: Any) -> Any:
    """Without titles, which say the name of a key again, and with "a number or null" as one type.

    Of a docstring the first line.
    """
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if not isinstance(value, dict):
        return value
    inner = {key: _plain(one) for key, one in value.items() if key != "title" or isinstance(one, dict)}
    if isinstance(words := inner.get("description"), str):
        inner["description"] = words.partition("\n")[0]
    either = inner.get("anyOf", [])
    if either and all(one.keys() == {"type"} for one in either):
        inner["type"] = [one["type"] for one in inner.pop("anyOf")]
    return inner


def _text(value: Any, depth: int = 0, room: int = WIDTH) -> str:
    line = json.dumps(value, ensure_ascii=False)
    if len(line) <= room - depth or not isinstance(value, dict | list) or not value:
        return line
    pad = "\n" + " " * (depth + 1)
    if isinstance(value, list) and all(isinstance(one, str) for one in value):  # names, without spaces
        inner, ends = textwrap.wrap(line[1:-1], WIDTH - depth), "[]"
        return ends[0] + pad + pad.join(inner) + pad[:-1] + ends[1]
    if isinstance(value, list):
        inner, ends = [_text(one, depth + 1) for one in value], "[]"
    else:
        inner = []
        for key, one in value.items():
            name = json.dumps(key) + ": "
            inner.append(name + _text(one, depth + 1, WIDTH - len(name) - 1))
        ends = "{}"
    return ends[0] + pad + f",{pad}".join(inner) + pad[:-1] + ends[1]
