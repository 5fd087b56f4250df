"""Tables as LaTeX writes them: a ``tabular`` with the rules of booktabs, no other package needed."""

import re
import textwrap
from collections.abc import Sequence

HARD = "\N{NO-BREAK SPACE}"
#: What means something else to LaTeX (a bracket or a star does after a line break), or its oldest fonts lack.
SIGNS = {
    "\\": r"\textbackslash{}", "_": r"\_", "%": r"\%", "&": r"\&", "#": r"\#", "$": r"\textdollar{}",
    "{": r"\{", "}": r"\}", "[": "{[}", "*": "{*}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "<": "$<$", ">": "$>$", "|": "$|$", "±": r"$\pm$", "∪": r"$\cup$", "×": r"$\times$", "²": "$^2$",
    HARD: "~", "Δ": r"$\Delta$", "χ": r"$\chi$",
}  # fmt: skip
GREEK = ("alpha", "beta", "delta", "lambda", "mu", "nu", "theta", "tau")
#: Where a heading is not folded: around a relation, before a per cent sign, inside brackets.
TOGETHER = re.compile(r"(?<=[<=]) | (?=[<=%])| (?=[^\[]*\])")
#: Pieces of a cell that are a formula, the longest first; whatever else is one sign.
PIECES = re.compile(
    r"Δχ²(?:\s*(?P<relation>[<=])\s*(?P<cut>[\d.]+))?"
    r"|(?<![\w.])(?P<number>-?\d+\.?\d*)e(?P<power>[+-]?\d+)\b"
    r"|(?P<minus>(?<![\w.])-(?=\d))"
    rf"|\b(?P<name>{'|'.join(GREEK)}|[a-z])_(?P<index>[A-Za-z0-9]+)\b"
    r"|\b(?P<square>cm|x)(?:\^2|2|²)(?!\w)"
    r"|(?P<sign>.)",
    re.DOTALL,
)


def latex_of(text: str) -> str:
    """Words and numbers of a table in LaTeX: ``nu_e < 3e-12`` with its names, minus signs and powers."""
    return PIECES.sub(_piece, text).replace("$$", "")


def _piece(found: re.Match[str]) -> str:
    part = found.groupdict()
    if (sign := part["sign"]) is not None:
        return SIGNS.get(sign, sign)
    if part["power"]:
        factor = "" if part["number"] == "1" else rf"{part['number']}\times "
        return f"${factor}10^{{{int(part['power'])}}}$"
    if part["minus"]:
        return "$-$"
    if name := part["name"]:
        index = part["index"]
        index = rf"\{index}" if index in GREEK else index if len(index) == 1 else rf"\mathrm{{{index}}}"
        return f"$\\{name}_{{{index}}}$" if name in GREEK else f"${name}_{{{index}}}$"
    if part["square"]:
        return f"{part['square']}$^2$" if part["square"] == "cm" else "$x^2$"
    cut = f"{part['relation']} {part['cut']}" if part["cut"] else ""
    return rf"$\Delta\chi^2{cut and ' '}{cut}$"


def tabular(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], left: int) -> str:
    """A table of booktabs; its title, with the unit, is the first line across it.

    Headings are folded to the width of their column, and the pieces of a region stand below each other.

    Parameters
    ----------
    title : str
    heads : (n,)
    rows : sequence
        Of ``n`` cells each, or of one that goes across.
    left : int
        How many of the first columns are aligned left.
    """
    wide, whole = len(heads), [row for row in rows if len(row) == len(heads)]
    aligned = ["l"] * left + ["r"] * (wide - left)
    folded = []
    for k, head in enumerate(re.sub(TOGETHER, HARD, head) for head in heads):
        room = [*(len(piece) for row in whole for piece in _pieces(row[k])), *map(len, head.split(" "))]
        lines = textwrap.wrap(head, max(room), break_on_hyphens=False, break_long_words=False)
        folded.append(_stacked(lines, aligned[k], "b"))
    made = [rf"\begin{{tabular}}{{{''.join(aligned)}}}", r"\toprule"]
    if title:
        made += [_across(latex_of(title), wide), r"\midrule"]
    made += [" & ".join(folded) + r" \\", r"\midrule"]
    for row in rows:
        if len(row) == 1 < wide:
            made.append(_across(rf"\textit{{{latex_of(row[0])}}}", wide))
        else:
            cells = [_stacked(_pieces(cell), side, "t") for cell, side in zip(row, aligned, strict=True)]
            made.append(" & ".join(cells) + r" \\")
    return "".join(f"{line}\n" for line in [*made, r"\bottomrule", r"\end{tabular}"])


def _across(words: str, columns: int) -> str:
    return rf"\multicolumn{{{columns}}}{{l}}{{{words}}} \\"


def _pieces(cell: str) -> list[str]:
    """A cell in lines: one for each piece of a region, and for each of two changes with a sign."""
    return re.sub(r" (?=∪)|(?<=\d) (?=[+-]\d)", "\n", cell).split("\n")


def _stacked(lines: Sequence[str], side: str, upright: str) -> str:
    """Lines below each other in one cell, which stands on its last (b) or hangs from its first (t)."""
    words = [latex_of(line) for line in lines]
    if len(words) < 2:
        return "".join(words)
    return rf"\begin{{tabular}}[{upright}]{{@{{}}{side}@{{}}}}{r' \\ '.join(words)}\end{{tabular}}"
