"""Tables of the report: limits of any kind with their words, and whatever else comes in rows."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from .discrepancies import AGREEMENT, discrepancy
from .wording import NOT_CONVERGED, columns_of, footnotes, limit_cells

__all__ = ["bullets", "folded", "limits_tables", "other_table", "table"]

MANY_ROWS = 40
_SKIPPED = {
    "fingerprint",
    "file",
    "provenance",
    "question",
    "schema",
    "sha256",
    "pieces",
    "eti",
    "nuisances",
    "caveats",
    "notes",
    "diagnosis",
    "vertices",
}


def table(head: Sequence[str], rows: Iterable[Sequence[str]], left: int = 2, kind: str = "") -> str:
    """A table; the first columns are aligned left. Cells are text and are escaped."""

    def cell(tag, k, text):
        classes = [c for c, on in (("left", k < left), ("bad", text == NOT_CONVERGED)) if on]
        attribute = f' class="{" ".join(classes)}"' if classes else ""
        return f"<{tag}{attribute}>{escape(text)}</{tag}>"

    lines = ["<tr>" + "".join(cell("td", k, text) for k, text in enumerate(row)) + "</tr>" for row in rows]
    names = "<tr>" + "".join(cell("th", k, text) for k, text in enumerate(head)) + "</tr>"
    html = f"<table><thead>{names}</thead><tbody>\n" + "\n".join(lines) + "\n</tbody></table>"
    return f'<div class="{kind or "scroll"}">{html}</div>\n'


def bullets(items: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>\n"


def folded(what: str, html: str, rows: int) -> str:
    """Long tables open on demand."""
    if rows <= MANY_ROWS:
        return html
    return f"<details><summary>{escape(what)}: all {rows} rows</summary>{html}</details>\n"


def limits_tables(rows: Sequence[Mapping[str, Any]]) -> str:
    """A table for each model, the words on differences from the paper, and how to read a number."""
    parts = []
    for model in dict.fromkeys(row["model"] for row in rows):
        mine = [row for row in rows if row["model"] == model]
        title = model.replace("_", " ")
        signed = mine[0]["posterior"]["kind"] == "hdi"
        extra = _distinguishing(mine)
        head = ["parameter", "experiment", *extra, *columns_of(mine, signed)]
        body = [
            [
                row["parameter"],
                row["experiment"],
                *(_number(row.get(name, "")) for name in extra),
                *limit_cells(row, signed),
            ]
            for row in mine
        ]
        unit = mine[0]["unit"]
        parts.append(f"<h3>{escape(title)}{'' if unit == '1' else escape(f' [{unit}]')}</h3>\n")
        parts.append(folded(title, table(head, body, 2 + len(extra)), len(body)))
    reasons = _reasons(rows)
    parts.append(_differences(rows, reasons))
    notes = [line for line in footnotes(rows) if not any(words in line for words in reasons)]
    parts.append('<h3>How to read them</h3>\n<div class="soft">' + bullets(map(escape, notes)) + "</div>")
    return "".join(parts)


def _distinguishing(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """What tells rows of one parameter and experiment apart: a mediator's mass, a prior, the input varied."""
    groups: dict[tuple, list] = {}
    for row in rows:
        groups.setdefault((row["parameter"], row["experiment"]), []).append(row)
    choices = ("mass", "prior", "label")
    return [c for c in choices if any(len({str(r.get(c)) for r in g}) > 1 for g in groups.values())]


def _reasons(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Words on a difference from the paper, and the rows that they explain."""
    reasons: dict[str, list[str]] = {}
    for row in rows:
        found = discrepancy(row)
        if found is not None and found.words:
            ratios = " and ".join(f"{ratio:.2f}" for ratio in found.ratios.values())
            name = f"{row['model'].replace('_', ' ')} {row['parameter']}, {row['experiment']}: {ratios}"
            reasons.setdefault(found.words, []).append(name)
    return reasons


def _differences(rows: Sequence[Mapping[str, Any]], reasons: Mapping[str, list[str]]) -> str:
    compared = [found for row in rows if "label" not in row and (found := discrepancy(row))]
    if not compared:
        return ""
    agreeing = sum(found.agrees for found in compared)
    text = (
        f"<h3>Against the published numbers</h3>\n<p>{agreeing} of {len(compared)} profile bounds agree with "
        f"the paper's within {100 * AGREEMENT:g} %. What there is to explain, as ours over the paper's:</p>\n"
    )
    return text + bullets(f"{escape('; '.join(names))}. {escape(words)}" for words, names in reasons.items())


def other_table(name: str, content: Mapping[str, Any]) -> str:
    """Rows of any other kind: what varies in columns, what does not in a line above."""
    flat = [_flatten(row) for row in content["rows"]]
    columns = list(dict.fromkeys(key for row in flat for key in row))
    constant = {
        key: flat[0][key] for key in columns if len(flat) > 1 and len({row.get(key) for row in flat}) == 1
    }
    varying = [key for key in columns if key not in constant and any(row.get(key) for row in flat)]
    said = {k: v for k, v in content.items() if k not in _SKIPPED}
    scalars = {k: _number(v) for k, v in said.items() if isinstance(v, int | float | str)}
    said = {**scalars, **{key: text for key, text in constant.items() if text}}
    words = "; ".join(f"{escape(key.replace('_', ' '))}: {escape(text)}" for key, text in said.items())
    html = table(varying, [[row.get(key, "") for key in varying] for row in flat], left=1)
    return f'<p class="soft">{words}</p>\n{folded(name, html, len(flat))}'


def _flatten(row: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in row.items():
        if key in _SKIPPED:
            continue
        name = f"{prefix}{key}".replace("_", " ")
        if isinstance(value, Mapping):
            flat |= _flatten(value, f"{name}: ")
        elif isinstance(value, list) and len(value) == 2 and all(isinstance(v, int | float) for v in value):
            flat[name] = f"({_number(value[0])}, {_number(value[1])})"
        elif isinstance(value, int | float | str):
            flat[name] = _number(value)
        elif isinstance(value, list) and value and all(isinstance(v, str) for v in value):
            flat[name] = ", ".join(value)
    return flat


def _number(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
