"""The page on the data is complete; a check of the repository, not of physics."""

import re
from pathlib import Path

import pytest

DATA = Path(__file__).parents[1] / "data"
PAGE = (DATA / "README.md").read_text(encoding="utf-8") if (DATA / "README.md").exists() else ""
FILES = sorted(
    path.relative_to(DATA).as_posix()
    for path in DATA.rglob("*")
    if path.is_file() and path.suffix in (".csv", ".npz", ".toml", ".bib")
)


def sections() -> dict[str, str]:
    """Folder to its part of the page."""
    parts = re.split(r"^## ", PAGE, flags=re.M)
    return {match[1]: part for part in parts if (match := re.match(r"`(\w+)/`", part))}


@pytest.mark.parametrize("file", FILES)
def test_every_file_is_on_the_page_under_its_folder(file):
    folder, _, name = file.rpartition("/")
    assert f"`{name}`" in (sections()[folder] if folder else PAGE)


def test_the_page_lists_no_file_that_is_gone():
    for folder, part in sections().items():
        listed = re.findall(r"^\| `([^`]+)`", part, flags=re.M)
        assert sorted(listed) == sorted(
            p.name for p in (DATA / folder).iterdir() if p.suffix in (".csv", ".npz", ".toml")
        )


@pytest.mark.parametrize("file", [f for f in FILES if f.endswith(".csv")])
def test_every_table_opens_with_its_source_and_its_units(file):
    head = [line for line in (DATA / file).read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    text = " ".join(head).lower()
    assert "source" in text or "arxiv" in text
    assert "unit" in text
