"""Tables on a terminal: at every width nothing is cut off and no line too long; notes take three lines.

The same tables in Markdown, LaTeX, HTML and pandas say the same.
"""

import pytest
from latex import columns_of_tables
from made_up_tables import PROFILE, WORDS, a_limit, table_of

from bayes_enues import results
from bayes_enues.analyses.shown import Shown
from bayes_enues.analyses.stored import TABLES as KINDS_OF_ROWS
from bayes_enues.commands import common, data
from bayes_enues.commands.tables import NOTE_LINES, lines_of
from bayes_enues.exports.latex import latex_of
from bayes_enues.reports.wording import footnotes, limit_cells


def show(command, notes=False):
    """Print what a command prints when it is done, from rows made up here."""
    if command == "data":
        data.data(None)
    else:
        common.print_result(table_of(KINDS.get(command, command)), notes)


#: Kinds of tables that are not called as their command is.
KINDS = {
    "region": "regions", "check": "checks", "calibrate": "calibration", "project": "projection",
    "flux": "fluxes",
}  # fmt: skip
#: Those that print no table: three lines at most of what they wrote.
WITHOUT = {"reproduce", "spectrum", "report", "schema", "export", "run"}  # test_exports.py has the last two
TABLES = (
    "limits", "mediators", "region", "priors", "systematics", "nuisances", "check", "compare", "coverage",
    "calibrate", "expected", "project", "flux", "data",
)  # fmt: skip


def printed(command, width, monkeypatch, capsys, **options):
    monkeypatch.setattr(common.console, "_width", width)
    show(command, **options)
    return capsys.readouterr().out


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("command", TABLES)
def test_nothing_of_a_table_is_cut_off_and_no_line_is_too_long(command, width, monkeypatch, capsys):
    out = printed(command, width, monkeypatch, capsys, notes=True)
    assert out.count("\n") > 3
    assert "…" not in out
    assert max(map(len, out.splitlines())) <= width


@pytest.mark.parametrize("command", ["limits", "priors", "region", "coverage", "compare", "project"])
def test_a_narrow_terminal_shows_the_same_numbers_as_a_wide_one(command, monkeypatch, capsys):
    def numbers(width):
        text = printed(command, width, monkeypatch, capsys, notes=True).replace("(", " ").replace(")", " ")
        return sorted({word.strip(",;:") for word in text.split() if any(c.isdigit() for c in word)})

    assert numbers(60) == numbers(120)


def test_every_command_has_its_tables_looked_at():
    from bayes_enues.cli import COMMANDS

    assert {*TABLES, *WITHOUT} == set(COMMANDS)


@pytest.mark.parametrize("command", ["limits", "compare", "expected", "region", "mediators"])
def test_notes_take_three_lines_unless_all_are_asked_for(command, monkeypatch, capsys):
    few = printed(command, 80, monkeypatch, capsys).splitlines()
    many = printed(command, 80, monkeypatch, capsys, notes=True).splitlines()
    below = few[max(k for k, line in enumerate(few) if not line.strip()) + 1 :]
    if command != "mediators":  # its planes come after
        assert 1 <= len(below) <= NOTE_LINES
    if len(many) > len(few):
        assert any("--notes" in line for line in few)
        assert not any("run again with --notes" in line for line in many)


def test_a_note_that_two_rows_share_is_said_once(monkeypatch, capsys):
    out = " ".join(printed("limits", 120, monkeypatch, capsys, notes=True).split())
    assert out.count(WORDS) == 2  # one is a caveat, one a note, each of eight rows


def test_a_table_too_wide_turns_into_blocks():
    table = Shown("a title", ("name", "a heading", "another heading"))
    table.add("one", "12345 ± 123", "(1.00, 2.00) ∪ (3.00, 4.00)")
    wide, narrow, tiny = ([str(line) for line in lines_of(table, width)] for width in (80, 40, 24))
    assert [line for line in wide if line.startswith("one")] == [
        "one   12345 ± 123  (1.00, 2.00) ∪ (3.00, 4.00)"
    ]
    assert "another" in narrow[1]
    assert "heading" in narrow[2]
    assert "  one" in tiny
    assert max(map(len, tiny)) <= 24


every_kind = pytest.mark.parametrize("kind", KINDS_OF_ROWS)


@every_kind
def test_a_paper_and_a_notebook_get_the_cells_that_the_terminal_shows(kind):
    table = table_of(kind)
    cells = [
        [" ".join(str(cell).replace("\n", " ∪ ").split()) for cell in row]
        for one in table.shown()
        for row in one.rows
        if isinstance(row, tuple)
    ]
    lines = [line[2:-2].split(" | ") for line in table.to_markdown().splitlines() if line.startswith("| ")]
    assert [line[-len(row) :] for line, row in zip(_bodies(lines), cells, strict=True)] == cells
    html = table._repr_html_()
    assert all(html.count("<tr>") >= len(cells) for _ in cells)
    assert html.count("<table>") == html.count("</table>")


def _bodies(lines):
    """Rows of Markdown tables without their heads, which come before a rule."""
    rules = {k for k, line in enumerate(lines) if line[0] == "---"}
    return [line for k, line in enumerate(lines) if k not in rules and k + 1 not in rules]


@every_kind
def test_latex_is_made_of_booktabs_and_of_signs_that_every_latex_knows(kind):
    table = table_of(kind)
    shown = [len(one.columns) for one in table.shown() if one.columns]
    assert columns_of_tables(table.to_latex()) == shown


@pytest.mark.parametrize(
    ("shown", "written"),
    [
        ("nu_mu [1e-12 mu_B]", r"$\nu_{\mu}$ {[}$10^{-12}$ $\mu_{B}$]"),
        ("(-3.07e-24, 5) ∪ (8, 9) ± 0.1", r"($-3.07\times 10^{-24}$, 5) $\cup$ (8, 9) $\pm$ 0.1"),
        ("Δχ² < 2.71, flat x², 1e-32 cm2", r"$\Delta\chi^2 < 2.71$, flat $x^2$, $10^{-32}$ cm$^2$"),
        ("lz_ws2022:low_edge, 90 %", r"lz\_ws2022:low\_edge, 90 \%"),
        ("alpha_background 1-sided", r"$\alpha_{\mathrm{background}}$ 1-sided"),
        (
            "{a}$<~b|c^d&#\\",
            r"\{a\}\textdollar{}$<$\textasciitilde{}b$|$c\textasciicircum{}d\&\#\textbackslash{}",
        ),
    ],
)
def test_names_numbers_and_signs_are_written_as_latex_does(shown, written):
    assert latex_of(shown) == written


@every_kind
def test_a_table_is_a_sequence_of_typed_rows_with_all_their_numbers_for_pandas(kind):
    table = table_of(kind)
    assert len(table[:1]) == 1
    assert type(table[:1]) is type(table)
    assert table[0].to_dict() == table.rows[0].to_dict()
    assert len(table.to_pandas()) == len(table)
    assert len(repr(table).splitlines()) == 1
    empty = table[:0]
    assert empty.shown() == []
    assert empty.plot() == []
    with pytest.raises(AttributeError):
        table.rows = ()


def test_an_interval_that_excludes_zero_is_shown_with_both_ends_and_what_was_found():
    found = {"delta_chi2": 9.243, "pieces": [[13.65, 27.77]], "log_bayes_factor": 3.264}
    profile = PROFILE | {"pieces": [[14.29, 27.43]], "upper_one_sided": 26.19, "at_boundary": False}
    row = a_limit(experiment="xenon1t_sr1", profile=profile, found=found)
    assert row.profile.lower == 14.29
    assert "(14.3, 27.4)" in limit_cells(row, signed=False)
    (note,) = (line for line in footnotes([row]) if "zero is excluded" in line)
    for words in ("9.24", "3 sigma", "(13.65, 27.77)", "26.2 to 1 for it"):
        assert words in note
    assert results.Limit.from_dict(row.to_dict()) == row
