"""Tables of the report: limits of any kind with their words, and whatever else comes in rows."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..results import Limit, grouped
from .discrepancies import AGREEMENT, discrepancy
from .pages import part
from .wording import columns_of, footnotes, limit_cells

_SKIPPED = {"fingerprint", "file", "pieces", "eti", "nuisances", "caveats", "notes", "diagnosis", "vertices"}
_SKIPPED |= {"schema", "provenance", "question", "sha256"}


def limits_tables(limits: Sequence[Limit], said: set[str]) -> str:
    """A table for each model, the words on differences from the paper, and how to read a number.

    What was ``said`` on the page already is not said again, and what is said now is added.
    """
    tables = []
    for model, mine in grouped(limits, "model").items():
        title, unit = model.replace("_", " "), mine[0].unit
        signed = mine[0].posterior.kind == "hdi"
        extra = _distinguishing(mine)
        head = ["parameter", "experiment", *extra, *columns_of(mine, signed)]
        body = [
            [
                limit.parameter,
                limit.experiment,
                *(_number("" if (value := getattr(limit, name)) is None else value) for name in extra),
                *limit_cells(limit, signed),
            ]
            for limit in mine
        ]
        if not any(limit.published for limit in mine):  # two columns of nothing
            head, body = head[:-2], [row[:-2] for row in body]
        tables.append(
            {"title": title, "unit": unit, "level": f"{100 * mine[0].level:g} %", "head": head, "rows": body,
             "left": 2 + len(extra)}
        )  # fmt: skip
    reasons = _reasons(limits)
    compared = [found for limit in limits if limit.label is None and (found := discrepancy(limit))]
    notes = [
        line.removeprefix("* ") for line in footnotes(limits) if not any(words in line for words in reasons)
    ]
    notes = [line for line in notes if line not in said]
    reasons = {words: names for words, names in reasons.items() if words not in said}
    said.update(notes, reasons)
    return part(
        "limits",
        tables=tables,
        agreeing=sum(found.agrees for found in compared),
        compared=len(compared),
        agreement=f"{100 * AGREEMENT:g}",
        differences=[f"{'; '.join(names)}. {words}" for words, names in reasons.items()],
        notes=notes,
    )


def _distinguishing(limits: Sequence[Limit]) -> list[str]:
    """What tells rows of one parameter and experiment apart: a mediator's mass, a prior, the input varied."""
    groups = grouped(limits, "parameter", "experiment").values()
    choices = ("mass", "prior", "label")
    return [name for name in choices if any(len(grouped(group, name)) > 1 for group in groups)]


def _reasons(limits: Sequence[Limit]) -> dict[str, list[str]]:
    """Words on a difference from the paper, and the rows that they explain."""
    reasons: dict[str, list[str]] = {}
    for limit in limits:
        found = discrepancy(limit)
        if found is not None and found.words:
            ratios = " and ".join(f"{ratio:.2f}" for ratio in found.ratios.values())
            name = f"{limit.model.replace('_', ' ')} {limit.parameter}, {limit.experiment}: {ratios}"
            reasons.setdefault(found.words, []).append(name)
    return reasons


def printed_tables(tables: Sequence[Any], notes: Sequence[str], said: set[str]) -> str:
    """Tables as a command prints them, each complete, with the notes not yet ``said`` on the page."""
    shown, left = [], [*notes]
    for table in tables:
        head, rows = table.flat()
        names = table.left + bool(table.sections)
        below = [str(words) for words in table.below]
        shown.append({"title": table.title, "head": head, "rows": rows, "left": names, "below": below})
        left += table.notes
    fresh = [line for note in dict.fromkeys(left) if (line := note.removeprefix("* ")) not in said]
    said.update(fresh)
    return part("printed", tables=shown, notes=fresh)


def other_table(name: str, content: Mapping[str, Any]) -> str:
    """Rows of any other kind: what varies in columns, what does not in a line above."""
    flat = [_flatten(row) for row in content["rows"]]
    columns = list(dict.fromkeys(key for row in flat for key in row))
    constant = {
        key: flat[0][key] for key in columns if len(flat) > 1 and len({row.get(key) for row in flat}) == 1
    }
    varying = [key for key in columns if key not in constant and any(row.get(key) for row in flat)]
    kept = {k: v for k, v in content.items() if k not in _SKIPPED}
    scalars = {k: _number(v) for k, v in kept.items() if isinstance(v, int | float | str)}
    said = {**scalars, **{key: text for key, text in constant.items() if text}}
    said = {key.replace("_", " "): text for key, text in said.items()}
    body = [[row.get(key, "") for key in varying] for row in flat]
    return part("other", name=name, said=said, head=varying, rows=body)


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
