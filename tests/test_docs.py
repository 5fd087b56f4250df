"""What the docs print runs as printed, links lead somewhere, and the map from formulas to code is true.

Python blocks of a page run one after the other in one namespace and an empty folder; of shell blocks the
lines that call ``bayes-enues`` run. An HTML comment before a block may give a cheaper command, or a reason to
skip: ``<!-- test: bayes-enues limits --parameter nu_e -->``, ``<!-- test: skip, needs a cluster -->``.
"""

import importlib
import re
import shlex
from fnmatch import fnmatch
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


#: Words of the glossary as they appear in sentences, by the heading that explains them.
WORDS = {
    "asimov-data": r"Asimov",
    "coverage": r"(?:under|over-)cover(?:s|ed)?\b|[Cc]overage\b",
    "divergence": r"[Dd]ivergences?\b",
    "ess": r"ESS\b|[Ee]ffective sample sizes?",
    "eti": r"[Ee]qual-tailed",
    "feldman-cousins": r"Feldman|[Cc]ritical values?",
    "garwood-interval": r"Garwood",
    "hdi": r"[Hh]ighest[- ](?:posterior[- ])?density",
    "mcse": r"Monte Carlo errors?\b",
    "nuts": r"NUTS\b",
    "pareto-k": r"Pareto k",
    "pit": r"PIT\b|[Ii]ntegral transform",
    "profile": r"[Pp]rofiles?\b",
    "r-hat": r"R-hat",
    "savage-dickey": r"Savage",
    "smc": r"SMC\b|[Ss]equential Monte Carlo",
    "strength": r"[Ff]lat in the strength",
    "toy": r"[Tt]oys?\b",
}
#: Where a word is the subject of the page.
OWN = {("coverage", "coverage"), ("statistics", "profile")}


def sentences(page: Path) -> str:
    """Prose and tables of a page; headings, code, formulas and figures are blanked out."""
    text = page.read_text("utf-8")
    hidden = r"^```.*?^```|<!--.*?-->|^#.*?$|\$\$.*?\$\$|!\[[^\]]*\]\([^)]*\)|`[^`]*`"
    return re.sub(hidden, lambda m: " " * len(m[0]), text, flags=re.MULTILINE | re.DOTALL)


def unlinked(page: Path) -> list[tuple[str, re.Match]]:
    """First uses of words of the glossary that do not lead to it."""
    found = []
    for anchor, pattern in WORDS.items():
        first = re.search(rf"(\[[^\]\n]*)?(?:{pattern})([^\[\n]*\]\([^)\n]*\))?", sentences(page))
        if first is None or (page.stem, anchor) in OWN:
            continue
        linked = first[1] and first[2]
        if not linked:
            found.append((anchor, first))
    return found


READ = [ROOT / "README.md", *(page for page in PAGES if page.stem != "glossary")]


@pytest.mark.parametrize("page", READ, ids=lambda page: page.stem)
def test_the_first_use_of_a_word_of_the_glossary_leads_to_it(page):
    assert [(anchor, first[0]) for anchor, first in unlinked(page)] == []


def test_every_page_has_a_place_on_the_site():
    """The build says so too, but late."""
    patterns = re.findall(r"(?:root|file|glob): (\S+)", (ROOT / "docs/_toc.yml").read_text("utf-8"))
    assert [page.stem for page in PAGES if not any(fnmatch(page.stem, p) for p in patterns)] == []


def test_words_that_lead_to_the_glossary_are_in_it():
    headings = re.findall(r"^## (.+)$", (ROOT / "docs/glossary.md").read_text("utf-8"), re.MULTILINE)
    assert {re.sub(r"\W+", "-", heading.lower()).strip("-") for heading in headings} == set(WORDS)


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
