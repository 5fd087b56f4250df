"""Reading tables: what comes back, and that whatever cannot be used is named by file, line and column."""

import re

import numpy as np
import pytest

from bayes_enues.tables import packaged, packaged_names, read_table

GOOD = "# Made up. Unit: keV. Source: this test.\n# A second line.\ne_keV,n,word\n1.0,2,a\n2.5,3,b\n"


def write(folder, text):
    path = folder / "table.csv"
    path.write_text(text)
    return path


def test_columns_and_comment_lines_come_back(tmp_path):
    table = read_table(write(tmp_path, GOOD), needed=("e_keV", "n"), text=("word",))
    np.testing.assert_array_equal(table["e_keV"], [1.0, 2.5])
    assert table.provenance == ("Made up. Unit: keV. Source: this test.", "A second line.")
    assert table.row(word="b")["n"] == 3


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("e_keV", "energy", ["lacks ['e_keV']", "its columns are ['energy', 'n', 'word']"]),
        ("2.5,3", "2.5", ["line 5", "2 entries under 3 columns"]),
        ("2.5,3", "nan,3", ["line 5", "column e_keV", "not finite"]),
        ("2.5,3", "inf,3", ["line 5", "column e_keV", "not finite"]),
        ("2.5,3", "two,3", ["line 5", "column e_keV", "'two' is not a number"]),
        ("1.0,2,a\n2.5,3,b\n", "", ["no data rows"]),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_in_one_line(tmp_path, old, new, words):
    path = write(tmp_path, GOOD.replace(old, new))
    with pytest.raises(ValueError, match=r"table\.csv") as error:
        read_table(path, needed=("e_keV", "n"), text=("word",))
    message = str(error.value)
    assert "\n" not in message
    assert all(word in message for word in words), message


def test_a_missing_file_is_named_with_what_was_needed(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nothing\.csv does not exist.*e_keV"):
        read_table(tmp_path / "nothing.csv", needed=("e_keV",))


def test_a_row_that_does_not_exist_lists_the_choices(tmp_path):
    table = read_table(write(tmp_path, GOOD), needed=("n",), text=("word",))
    with pytest.raises(ValueError, match=r"choices are \{'word': \['a', 'b'\]\}"):
        table.row(word="c")


DATA_FILES = [
    (folder, name)
    for folder in packaged_names("")
    if packaged(folder).is_dir()
    for name in packaged_names(folder)
    if name.endswith(".csv")
]


@pytest.mark.parametrize(("folder", "name"), DATA_FILES, ids=lambda value: value)
def test_every_data_table_says_where_it_comes_from_and_in_what_unit(folder, name):
    table = read_table(packaged(folder, name))
    header = " ".join(table.provenance)
    assert re.search(r"\bunits?:", header, re.IGNORECASE)
    assert re.search(r"source|arXiv:|PLB|PRD", header, re.IGNORECASE)
    assert len(header) > 80  # not a token: what, unit, source, how


def test_the_readme_of_the_data_lists_every_file():
    text = packaged("README.md").read_text(encoding="utf-8")
    missing = [f"{folder}/{name}" for folder, name in DATA_FILES if name not in text]
    assert not missing
