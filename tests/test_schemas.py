"""The schemas that come with the package: made from the types, and strict enough to see what is wrong.

That every file follows its own is tested where commands are: by :func:`schemas.check_files` there, and on
every page of the docs.
"""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, ValidationError
from made_up_tables import rows_of
from schemas import check, check_files
from typer.testing import CliRunner

import bayes_enues as be
from bayes_enues import cli
from bayes_enues.analyses.schema import make_schemas, schemas
from bayes_enues.analyses.stored import TABLES
from bayes_enues.results import ROW_TYPES

STORED = {"fingerprint": "0" * 32, "question": "1" * 32, "sha256": "2" * 64}


def test_the_schemas_of_the_package_are_those_that_the_types_give(tmp_path):
    made = make_schemas()
    assert schemas() == made, "run bayes-enues schema --out bayes_enues/schemas"
    for kind in ("limits", "coverage", "table_one"):  # the others are made of the same
        Draft202012Validator.check_schema(made[kind])
    done = CliRunner().invoke(cli.app, ["schema", "--out", str(tmp_path)])
    assert done.exit_code == 0
    assert {file.stem: json.loads(file.read_text()) for file in tmp_path.iterdir()} == made


def test_every_kind_of_row_has_a_schema_a_table_and_a_place_among_them():
    assert set(TABLES) == set(ROW_TYPES)
    assert {*TABLES, *(f"{kind}_row" for kind in TABLES)} <= set(make_schemas())


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
