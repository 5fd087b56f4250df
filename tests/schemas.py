"""Files of results against the JSON Schema that comes with the package."""

import json
from functools import cache
from pathlib import Path

from jsonschema import Draft202012Validator

from bayes_enues.analyses.schema import schema
from bayes_enues.runs.store import schema_name


@cache
def validator():
    return Draft202012Validator(schema())


def check(content):
    """Raise if what a file holds does not follow the schema that it names; the kind."""
    validator().validate(content)
    kind = content["schema"].split("/")[1]
    assert content["schema"] == schema_name(kind)
    return kind


def check_files(folder):
    """The same for every JSON file of results in a folder, and those below it; the kinds."""
    files = [f for f in Path(folder).rglob("*.json") if "export" not in f.parts and f.name != "results.json"]
    return {check(json.loads(file.read_text())) for file in sorted(files)}
