"""Tables and notes for a terminal of any width: nothing is cut off, and no line is wider than the terminal.

A table that is too wide gets headings of several lines, then cells of several lines, and at last turns into
blocks, one a row, with a line for each column. Notes below take three lines; ``--notes`` prints all.
"""

import textwrap
from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from ..analyses.shown import Cell, Shown

GAP = 2  # spaces between columns
NOTE_LINES = 3
NAME_WIDTH = 14  # to which a name of several words may be folded
PROSE_WIDTH = 32  # a column of prose is not squeezed below this


def print_table(console: Console, table: Shown) -> None:
    """Print in the first layout that fits, with what is said right below."""
    for line in lines_of(table, console.width) if table.columns else []:
        console.print(line, no_wrap=True, overflow="ignore", crop=False)
    for words in table.below:
        console.print(words)


def lines_of(table: Shown, width: int) -> list[Text]:
    """The table in lines of at most ``width`` cells."""
    title = [Text(line, "bold italic") for line in _folded(table.title, width) if line]
    for heads, cells, gap in ((False, False, GAP), (True, False, GAP), (True, True, GAP), (True, True, 1)):
        if (found := _grid(table, width, heads, cells, gap)) is not None:
            return [*title, *found, Text()]
    return [*title, *_blocks(table, width), Text()]


def _grid(table: Shown, width: int, stack_heads: bool, stack_cells: bool, gap: int) -> list[Text] | None:
    """Rows below their headings; None if that takes more than there is."""
    rows = [row for row in table.rows if isinstance(row, tuple)]
    cells = [[_lines_of(cell, stack_cells, k < table.left) for k, cell in enumerate(row)] for row in rows]
    widths = [max((_width(row[k]) for row in cells), default=0) for k in range(len(table.columns))]
    if table.prose:
        widths[-1] = width - sum(widths[:-1]) - gap * (len(widths) - 1)
        if widths[-1] < PROSE_WIDTH:
            return None
        for row, given in zip(cells, rows, strict=True):
            row[-1] = [Text(line) for line in _folded(str(given[-1]), widths[-1])]
    heads = [_head(name, wide, stack_heads) for name, wide in zip(table.columns, widths, strict=True)]
    widths = [max(wide, _width(head)) for wide, head in zip(widths, heads, strict=True)]
    total = sum(widths) + gap * (len(widths) - 1)
    if total > width:
        return None
    tall = max(map(len, heads))
    found = _row(table, [[*[Text()] * (tall - len(head)), *head] for head in heads], widths, gap, "bold")
    found.append(Text("─" * total, "dim"))
    filled = iter(cells)
    for row in table.rows:
        if row is None:
            found.append(Text())
        elif isinstance(row, Text):
            found += [Text(line, row.style) for line in _folded(row.plain, width)]
        else:
            found += _row(table, next(filled), widths, gap)
    return found


def _row(
    table: Shown, cells: Sequence[Sequence[Text]], widths: Sequence[int], gap: int, style: str = ""
) -> list[Text]:
    """One row in as many lines as its tallest cell."""
    found = []
    for i in range(max(map(len, cells))):
        line = Text(style=style)
        for k, (cell, width) in enumerate(zip(cells, widths, strict=True)):
            text = cell[i] if i < len(cell) else Text()
            room = Text(" " * (width - text.cell_len))
            left = k < table.left or (table.prose and k == len(widths) - 1)
            line += Text(" " * gap * (k > 0)) + (text + room if left else room + text)
        line.rstrip()
        found.append(line)
    return found


def _blocks(table: Shown, width: int) -> list[Text]:
    """A block for each row: its name, and a line for each of its other columns."""
    labels = [" ".join(name.split()) for name in table.columns]
    room = min(max((cell_len(name) for name in labels[table.left :]), default=0), width // 2 - 2)
    found: list[Text] = []
    for row in table.rows:
        if row is None:
            continue
        if isinstance(row, Text):
            found += [Text(line, row.style) for line in _folded(row.plain, width)]
            continue
        name = ", ".join(str(cell).strip() for cell in row[: table.left] if str(cell).strip())
        found += [Text(f"  {line}", "bold") for line in _folded(name, width - 2)]
        for label, cell in zip(labels[table.left :], row[table.left :], strict=True):
            if not str(cell):
                continue
            style = cell.style if isinstance(cell, Text) else ""
            words = _folded(" ".join(str(cell).split()), width - room - 6)
            tags = _folded(label, room)
            for i in range(max(len(words), len(tags))):
                tag, word = ("" if i >= len(parts) else parts[i] for parts in (tags, words))
                line = Text("    " + tag + " " * (room - cell_len(tag) + GAP)) + Text(word, style)
                line.rstrip()
                found.append(line)
    return found


def _folded(text: str, width: int) -> list[str]:
    """Text in lines of at most a width, folded at spaces and, where there is none, anywhere."""
    return [
        part
        for line in text.split("\n")
        for part in textwrap.wrap(line, max(width, 1), break_on_hyphens=False) or [""]
    ]  # terminals count every sign that we print as one cell


def _width(lines: Sequence[Text]) -> int:
    return max((line.cell_len for line in lines), default=0)


def _head(name: str, width: int, stack: bool) -> list[Text]:
    """A heading, folded to the width of its column or of its longest word if it is to be stacked."""
    if not stack:
        return [Text(line) for line in name.split("\n")]
    words = name.split()
    return [Text(line) for line in _folded(" ".join(words), max([width, *map(cell_len, words)]))]


def _lines_of(cell: Cell, stack: bool, is_name: bool) -> list[Text]:
    """The lines of a cell: pieces of a region are stacked, errors below their number, names folded."""
    style = cell.style if isinstance(cell, Text) else ""
    text = str(cell)
    if stack and is_name:
        indent = " " * (len(text) - len(text.lstrip()))
        words = text.replace("+", "+ ").strip()  # names of a joint fit are folded after a plus
        longest = max(map(len, words.split()), default=0)
        folded = _folded(words, max(longest, NAME_WIDTH))
        parts = [indent + part.replace("+ ", "+") for part in folded]
    elif stack:
        parts = text.replace(" ∪ ", "\n").replace(" ± ", "\n± ").replace(") ", ")\n").split("\n")
    else:
        parts = text.split("\n")
    return [Text(part, style) for part in parts]


def print_notes(console: Console, notes: Iterable[str], whole: bool) -> None:
    """Print notes below a table, each once: in three lines, the most important first, or all of them.

    Parameters
    ----------
    console : Console
    notes : iterable of str
        In the order of their importance.
    whole : bool
        Whether ``--notes`` was given.
    """
    left = list(dict.fromkeys(notes))
    lines = [_folded(note, min(console.width, 110)) for note in left]
    shown: list[str] = []
    if whole or sum(map(len, lines)) <= NOTE_LINES:
        shown = [line for note in lines for line in note]
    else:
        for note in list(lines):
            if len(shown) + len(note) < NOTE_LINES:
                shown += note
                lines.remove(note)
        more = f"{len(lines)} more notes" if len(lines) > 1 else "one more note"
        shown.append(f"{more}: run again with --notes (nothing is computed twice)")
    for line in shown:
        console.print(Text(line, "dim"), no_wrap=True, overflow="ignore", crop=False)
