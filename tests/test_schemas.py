"""The schemas that come with the package: made from the types, and strict enough to see what is wrong.

That every file follows its own is tested where commands are: by :func:`schemas.check_files` there, and on
every page of the docs.
"""

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, ValidationError
from made_up_tables import rows_of
from schemas import check, check_files
from typer.testing import CliRunner

import bayes_enues as be
from bayes_enues import cli
from bayes_enues.analyses.schema import make_schema, schema
from bayes_enues.analyses.stored import TABLES
from bayes_enues.results import ROW_TYPES

STORED = {"fingerprint": "0" * 32, "question": "1" * 32, "sha256": "2" * 64}


def test_the_schema_of_the_package_is_the_one_that_the_types_give(tmp_path):
    made = make_schema()
    assert schema() == made, "run bayes-enues schema --out bayes_enues/schemas"
    Draft202012Validator.check_schema(made)
    done = CliRunner().invoke(cli.app, ["schema", "--out", str(tmp_path)])
    assert done.exit_code == 0
    assert json.loads((tmp_path / "results.json").read_text("utf-8")) == made


def test_every_reference_of_the_schema_leads_to_one_of_its_own_definitions():
    text = json.dumps(schema())
    assert set(re.findall(r'"\$ref": "#/\$defs/(\w+)"', text)) == set(schema()["$defs"])
    assert text.count('"$ref"') == len(re.findall(r'"\$ref": "#/\$defs/\w+"', text))


def test_every_kind_of_row_has_a_schema_a_table_and_a_place_among_them():
    assert set(TABLES) == set(ROW_TYPES)
    assert {*TABLES, *(f"{kind}_row" for kind in TABLES)} <= set(make_schema()["$defs"])


def test_a_file_of_another_kind_or_of_none_is_no_file_of_results():
    for wrong in ({}, {"schema": "bayes_enues/limits/1"}, {"schema": "bayes_enues/axions/2"}, []):
        with pytest.raises(ValidationError):
            check(wrong)


@pytest.mark.parametrize("kind", [kind for kind in ROW_TYPES if kind != "coverage"])
def test_a_row_of_each_kind_follows_its_schema_and_a_spoilt_one_does_not(kind):
    row = rows_of(kind)[0].to_row() | STORED | {"schema": f"bayes_enues/{kind}_row/2"}
    assert check(row) == f"{kind}_row"
    view = {"schema": f"bayes_enues/{kind}/2", "level": 0.9, "seed": 1, "rows": [row]}
    assert check(view) == kind
    for wrong in ({"model": 3}, {"experiment": None}, {"sha256": 1.5}):
        with pytest.raises(ValidationError):
            check(row | wrong)
    with pytest.raises(ValidationError):
        check({name: value for name, value in row.items() if name != "parameter"})


def test_rows_of_coverage_stand_beside_the_limits_that_follow(tmp_path):
    rows, limits = ([{**one.to_row(), **STORED}] for one in (rows_of("coverage")[0], a_region()))
    shared = {"level": 0.9, "model": "magnetic_moment", "seed": 1, "kind": "poisson"}
    view = {"schema": "bayes_enues/coverage/2", **shared, "rows": rows, "limits": limits}
    (tmp_path / "coverage.json").write_text(json.dumps(view))
    assert check_files(tmp_path) == {"coverage"}


def a_region():
    return be.FeldmanCousins(
        lower=None, upper=9.0, pieces=[(0.0, 9.0)], error=0.1, critical_value=2.8, note=""
    )


def test_the_docs_name_every_schema():
    page = Path(__file__).parents[1].joinpath("docs", "results.md").read_text(encoding="utf-8")
    assert [kind for kind in TABLES if f"`{kind}.json`" not in page] == []
