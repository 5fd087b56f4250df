"""Files of results against the JSON Schema that comes with the package."""

import json
from functools import cache
from pathlib import Path

from jsonschema import Draft202012Validator

from bayes_enues.analyses.schema import schemas
from bayes_enues.runs.store import schema_name


@cache
def validator(kind):
    return Draft202012Validator(schemas()[kind])


def check(content):
    """Raise if what a file holds does not follow the schema that it names; the kind."""
    kind = content["schema"].split("/")[1]
    assert content["schema"] == schema_name(kind)
    validator(kind).validate(content)
    return kind


def check_files(folder):
    """The same for every JSON file of results in a folder, and those below it; the kinds."""
    files = [f for f in Path(folder).rglob("*.json") if f.stem in schemas() or "rows" in f.parts]
    return {check(json.loads(file.read_text())) for file in sorted(files)}
