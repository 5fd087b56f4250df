"""A table as it is shown: columns and cells once, for a terminal, a notebook, Markdown and LaTeX alike."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

from rich.text import Text

from ..exports.latex import tabular

Cell = str | Text
BAD = "red"


@dataclass
class Shown:
    """A table to be shown, filled row by row.

    Parameters
    ----------
    title : str
    columns : sequence of str
        Headings; a line break in one is kept where there is room.
    left : int
        How many of the first columns name a row; they are aligned left.
    prose : bool
        Whether the last column holds sentences, which are folded to what the others leave.
    sections : (str, str), or empty
        Of a table with lines across it (:meth:`head`): what these lines name, and what the first column
        names. Where no line can go across, they are a column of their own.

    Attributes
    ----------
    rows : list
        Cells; or a line across the table; or None, an empty line.
    below : list of str
        What is said right below the table.
    notes : list of str
        What is said there if there is room.
    """

    title: str
    columns: Sequence[str]
    left: int = 1
    prose: bool = False
    sections: Sequence[str] = ()
    rows: list[tuple[Cell, ...] | Text | None] = field(default_factory=list)
    below: list[Cell] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, *cells: Cell) -> None:
        """A row; cells that are missing at its end stay empty."""
        self.rows.append((*cells, *[""] * (len(self.columns) - len(cells))))

    def head(self, words: Cell, style: str = "bold") -> None:
        """A line across all columns above the rows that follow."""
        self.rows.append(words if isinstance(words, Text) else Text(words, style))

    def gap(self) -> None:
        """An empty line between two groups of rows."""
        self.rows.append(None)

    def flat(self) -> tuple[list[str], list[list[str]]]:
        """Heads and cells on one line each, what a bold line across says in a first column."""
        heads, lines, section = [" ".join(head.split()) for head in self.columns], [], ""
        if self.sections:
            heads[:1] = self.sections
        for row in self.rows:
            if isinstance(row, Text):
                section = row.plain if row.style == "bold" else section
            elif row is not None:
                cells = [" ".join(str(cell).replace("\n", " ∪ ").split()) for cell in row]
                lines.append([section, *cells] if self.sections else cells)
        return heads, lines

    def across(self) -> list[list[str]]:
        """Heads, then rows; what a bold line across says is a row of one cell."""
        if not self.columns:
            return []
        heads, lines = self.flat()
        found, section = [heads], ""
        for line in lines:
            if self.sections:
                if line[0] != section:
                    found.append([section := line[0]])
                line = line[1:]
            found.append(line)
        return [found[0][1:] if self.sections else found[0], *found[1:]]

    def markdown(self) -> str:
        heads, lines = self.flat()
        left = self.left + bool(self.sections)
        rule = ["---"] * left + ["---:"] * (len(heads) - left)
        table = ["| " + " | ".join(line) + " |" for line in (heads, rule, *lines) if heads]
        title = [f"**{self.title}**", ""] if self.title else []
        return "\n".join([*title, *table, *(f"\n{words}" for words in self.below)])

    def latex(self) -> str:
        """A ``tabular`` of booktabs with the title above; what is said below are comments."""
        heads, *rows = self.across() or [[]]
        table = tabular(self.title, heads, rows, self.left) if heads else ""
        return table + "".join(f"% {words}\n" for words in self.below)

    def html(self) -> str:
        head, *body = self.across() or [[]]
        made = "".join(f"<th>{escape(cell)}</th>" for cell in head)
        for row in body:
            wide = len(row) == 1 < len(head)
            begin, end = (
                (f"<th colspan={len(head)} style='text-align:left'>", "</th>") if wide else ("<td>", "</td>")
            )
            made += f"</tr><tr>{''.join(f'{begin}{escape(cell)}{end}' for cell in row)}"
        below = "".join(f"<p>{escape(str(words))}</p>" for words in self.below)
        table = f"<table><caption>{escape(self.title)}</caption><tr>{made}</tr></table>"
        return (table if head else "") + below
