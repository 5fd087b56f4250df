"""What the docs print runs as printed, links lead somewhere, and the map from formulas to code is true.

Python blocks of a page run one after the other in one namespace and an empty folder; of shell blocks the
lines that call ``bayes-enues`` run. An HTML comment before a block may give a cheaper command, or a reason to
skip: ``<!-- test: bayes-enues limits --parameter nu_e -->``, ``<!-- test: skip, needs a cluster -->``.
"""

import importlib
import re
import shlex
from pathlib import Path
from typing import NamedTuple

import pytest
from looks import faults
from matplotlib.backends.backend_agg import FigureCanvasAgg
from schemas import check_files
from typer.testing import CliRunner

from bayes_enues.cli import app

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "docs").glob("*.md"))  # the README has tests of its own, tests/test_readme.py
each = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)


class Block(NamedTuple):
    language: str
    text: str
    instead: str | None


def blocks(page: Path) -> list[Block]:
    found = re.findall(
        r"(?:<!-- test: (.*?) -->\s*\n)?^```(\w+)\n(.*?)^```",
        page.read_text("utf-8"),
        re.MULTILINE | re.DOTALL,
    )
    return [Block(language, text, instead or None) for instead, language, text in found]


def commands(block: Block) -> list[list[str]]:
    """Arguments of each ``bayes-enues`` call; installing and uv are the reader's."""
    calls = []
    for line in (block.instead or block.text).replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if "bayes-enues" in words:
            calls.append(words[words.index("bayes-enues") + 1 :])
    return calls


@pytest.mark.slow
@each
def test_what_a_page_prints_runs_and_its_figures_name_everything(page, tmp_path, monkeypatch):
    found, print_png = {}, FigureCanvasAgg.print_png

    def checked(canvas, path, *args, **options):
        found[str(path)] = faults(canvas.figure)
        print_png(canvas, path, *args, **options)

    monkeypatch.setattr(FigureCanvasAgg, "print_png", checked)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results").mkdir()
    names: dict = {"__name__": "__main__"}
    runner, ran = CliRunner(), 0
    for block in blocks(page):
        if block.instead and block.instead.startswith("skip"):
            continue
        if block.language == "python":
            exec(compile(block.text, f"{page.name}", "exec"), names)
            ran += 1
        elif block.language in ("bash", "sh", "console", "shell"):
            for arguments in commands(block):
                result = runner.invoke(app, arguments, catch_exceptions=False)
                assert result.exit_code == 0, f"bayes-enues {shlex.join(arguments)}: {result.output[-2000:]}"
                ran += 1
    assert not any(found.values()), found
    check_files(tmp_path)
    if not ran:
        pytest.skip("nothing to run on this page")


@each
def test_links_of_a_page_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text("utf-8")):
        if not target.startswith(("http:", "https:", "mailto:")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


@each
def test_only_a_handful_of_blocks_are_skipped_or_made_cheaper(page):
    assert sum(block.instead is not None for block in blocks(page)) <= 3


def test_every_formula_names_code_and_test_that_exist():
    rows = re.findall(
        r"^\|([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|$",
        (ROOT / "docs/physics.md").read_text("utf-8"),
        re.MULTILINE,
    )
    mapped = [row for row in rows if "`test_" in row[3]]
    assert len(mapped) >= 15
    for _, _, code, test in mapped:
        for path in re.findall(r"`([\w.]+)`", code):
            module, _, name = path.rpartition(".")
            assert hasattr(importlib.import_module(f"bayes_enues.{module}"), name), path
        for path in re.findall(r"`(test_\w+)\.(test_\w+)`", test):
            assert f"def {path[1]}(" in (ROOT / "tests" / f"{path[0]}.py").read_text("utf-8"), path


def test_every_equation_of_the_paper_that_is_used_is_on_the_map():
    text = (ROOT / "docs/physics.md").read_text("utf-8")
    table = text[text.index("## Formula to code") : text.index("## No integral")]
    cells = " ".join(re.findall(r"^\|([^|]*)\|", table, re.MULTILINE))
    assert {int(n) for n in re.findall(r"\d+", cells)} == {1, 2, 3, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}
