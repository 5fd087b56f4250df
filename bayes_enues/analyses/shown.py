"""A table as it is shown: columns and cells once, for a terminal, a notebook, Markdown and LaTeX alike."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

from rich.text import Text

__all__ = ["BAD", "Cell", "Shown"]

Cell = str | Text
BAD = "red"
#: What LaTeX writes otherwise than a terminal does.
LATEX = {
    "_": r"\_", "%": r"\%", "&": r"\&", "#": r"\#", "^": r"\^{}",
    "±": r"$\pm$", "∪": r"$\cup$", "×": r"$\times$", "<": r"$<$", "Δχ²": r"$\Delta\chi^2$", "x²": "$x^2$",
}  # fmt: skip


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

    def markdown(self) -> str:
        heads, lines = self.flat()
        left = self.left + bool(self.sections)
        rule = ["---"] * left + ["---:"] * (len(heads) - left)
        table = ["| " + " | ".join(line) + " |" for line in (heads, rule, *lines) if heads]
        title = [f"**{self.title}**", ""] if self.title else []
        return "\n".join([*title, *table, *(f"\n{words}" for words in self.below)])

    def latex(self) -> str:
        """A ``tabular`` of booktabs; the title and what is said below are comments."""
        import pandas as pd

        heads, lines = self.flat()
        left = self.left + bool(self.sections)
        made = ""
        if heads:
            frame = pd.DataFrame([map(_latex, line) for line in lines], columns=[_latex(h) for h in heads])
            columns = "l" * left + "r" * (len(heads) - left)
            made = frame.style.hide(axis="index").to_latex(hrules=True, column_format=columns)
        title = f"% {' '.join(self.title.split())}\n" if self.title else ""
        return title + made + "".join(f"% {words}\n" for words in self.below)

    def html(self) -> str:
        heads, lines = self.flat()
        head = "".join(f"<th>{escape(h)}</th>" for h in heads)
        body = "".join(f"<tr>{''.join(f'<td>{escape(c)}</td>' for c in line)}</tr>" for line in lines)
        below = "".join(f"<p>{escape(str(words))}</p>" for words in self.below)
        table = f"<table><caption>{escape(self.title)}</caption><tr>{head}</tr>{body}</table>"
        return (table if heads else "") + below


def _latex(text: str) -> str:
    for plain, written in LATEX.items():
        text = text.replace(plain, written)
    return text
