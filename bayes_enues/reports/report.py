"""One self-contained HTML page of a results folder: nothing is computed, everything says where it comes from.

Whatever the commands wrote is shown: pages (Markdown), tables (JSON and CSV, to be saved from the page),
figures (SVG where there is one, else PNG), and for every table the inputs it rests on and the state of each
posterior. The page loads nothing: style and figures are in it. It runs one script, which sorts tables and is
named by its hash in the Content-Security-Policy, which forbids everything else.
"""

import base64
import hashlib
import json
import os
import platform
import shlex
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from urllib.parse import unquote

from ..errors import InputError
from ..results import ROW_TYPES, Limit, Region, Row
from ..runs.store import is_intact
from .pages import packaged_script, part, render
from .sources import diagnostics, inputs, made, references
from .tables import limits_tables, other_table, printed_tables

#: What is in a file of rows; others that hold rows are shown under their own name.
TITLES = {
    "limits": "Limits",
    "mediators": "Light mediators",
    "mediator_planes": "Mass and coupling of a mediator together",
    "regions": "Two parameters at a time",
    "priors": "Priors",
    "systematics": "Inputs varied one at a time",
    "nuisances": "Which uncertainty matters",
    "coverage": "Coverage",
    "calibration": "Calibration of the sampler",
    "projection": "Projected limits",
    "expected": "Observed and expected limits",
    "checks": "Posterior predictive checks",
    "compare": "Model comparison",
    "fluxes": "Fluxes of the Sun",
}
#: What a figure shows, by the beginning of its name.
CAPTIONS = {
    "limits_": "Profile above, posterior density below; strokes are on the excluded side.",
    "spectrum": "Data, background and what new interactions would add, by reconstructed energy.",
    "mediators_published": "Bounds on the coupling against mediator mass beside published ones.",
    "mediators": "Bounds on the coupling against mediator mass, both statistics.",
    "mediator_planes": "Mass and coupling free together, both statistics.",
    "region": "Two parameters: profile contour and highest-posterior-density region.",
    "coverage": "Coverage of each bound, and Feldman and Cousins' critical value, against the true value.",
    "expected": "Observed bounds beside those expected of the Standard Model, with bands of toys.",
    "projection": "Expected bounds if the Standard Model is true, with the bands of toys.",
    "priors": "Posteriors under several priors beside the profile likelihood.",
    "systematics": "Bounds with one input varied at a time.",
    "nuisances": "Nuisances, ranked by what one sigma does to the bound; pulls of both statistics.",
    "power_scaling": "Sensitivity of the posterior to prior and likelihood, by power scaling.",
    "check": "Posterior predictive check of the counts.",
    "compare": "ln B of new physics against the Standard Model, by the width of the prior.",
    "calibration": "Ranks of the true values among posterior draws, with their simultaneous band.",
}


def build_report(folder: str | Path, as_shown: Callable[..., tuple[list, list] | None] | None = None) -> str:
    """The page of a results folder as HTML text.

    Parameters
    ----------
    folder : path
        As ``bayes-enues limits --out`` and the other commands fill it.
    as_shown : callable, optional
        From the name of a file, its rows and the folder to the tables that a command prints of them and what
        it says below, see :func:`bayes_enues.analyses.stored.as_shown`. Without it, and for rows that it
        knows nothing of, a table shows every number of a row.

    Raises
    ------
    InputError
        If there is no such folder, or it holds nothing to report.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f"there is no folder {folder}; run bayes-enues limits --out {folder} first")
    tables, broken = _tables(folder)
    pages = sorted(_files(folder, "*.md"), key=lambda path: (path.stem != "reproduction", path.name))
    if any(path.stem == "reproduction" for path in pages):  # it holds Table I already
        pages = [path for path in pages if path.stem != "table_one"]
        tables.pop("table_one", None)
    figures = _files(folder, "*.png")
    if not (tables or pages or figures):
        raise InputError(f"{folder} holds no results; run bayes-enues limits --out {folder} first")

    shown: set[str] = set()
    sections = [(path.stem.replace("_", " ").capitalize(), _page(path, shown)) for path in pages]
    every_row: list[Row] = []
    said: set[str] = set()  # notes that stand under an earlier table
    for name, content in tables.items():
        rows = _typed(name, content["rows"])
        every_row += rows
        mine = [path for path in figures if path.name not in shown and _table_of(path.stem, tables) == name]
        shown |= {path.name for path in mine}
        limits = [row for row in rows if isinstance(row, Limit)]
        printed = as_shown(name, rows, folder) if as_shown and rows and not limits else None
        if limits:
            body = limits_tables(limits, said)
        else:
            body = other_table(name, content) if printed is None else printed_tables(*printed, said)
        sections.append((TITLES.get(name, name), body + _figures(mine) + _saved(folder, name)))
    rest = [path for path in figures if path.name not in shown]
    if rest:
        sections.append(("Figures", _figures(rest)))
    if judged := [r for r in every_row if isinstance(r, Limit | Region) and r.posterior.was_sampled]:
        sections.append(("Diagnostics", diagnostics(judged)))
    sections.append(("Inputs", inputs(every_row)))
    sections.append(("References", references(every_row)))
    sections.append(("How this page was made", made(every_row, _command())))
    if broken:
        sections.insert(0, ("Not shown", part("bullets", items=[f"{name}: {why}" for name, why in broken])))
    software = ", ".join(f"{n} {version(n)}" for n in ("bayes-enues", "pymc", "arviz", "nutpie"))
    script = packaged_script()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return render(
        "report.html",
        title=f"Neutrino-electron interactions: {folder.resolve().name}",
        subtitle=f"{software}, Python {platform.python_version()}. Posterior and profile of the same model.",
        script=script,
        digest=digest,
        sections=sections,
    )


def _command() -> str:
    """When the page was made, and by which command."""
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    name = os.path.basename(sys.argv[0]) if sys.argv else ""
    asked = shlex.join(["bayes-enues", *sys.argv[1:]]) if name in ("bayes-enues", "__main__.py") else "Python"
    return f"{now}, by {asked}"


def _saved(folder: Path, name: str) -> str:
    """Links that save the rows of a table, as they lie in the folder."""
    kinds = {"json": "application/json", "csv": "text/csv"}
    files = [(folder / f"{name}.{end}", kind) for end, kind in kinds.items()]
    found = [(path.name, _data_uri(path, kind)) for path, kind in files if _inside(path, folder)]
    return part("saved", files=found)


def _tables(folder: Path) -> tuple[dict[str, dict], list[tuple[str, str]]]:
    """Every JSON file with rows, known ones first, and what could not be read."""
    found, broken = {}, []
    order = list(TITLES)
    for path in sorted(_files(folder, "*.json"), key=lambda p: (p.stem not in order, p.stem)):
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except (ValueError, OSError, RecursionError) as error:
            broken.append((path.name, f"cannot be read ({error})"))
            continue
        rows = content.get("rows") if isinstance(content, dict) else None
        if isinstance(rows, list) and rows and all(isinstance(row, dict) for row in rows):
            intact = [row for row in rows if "sha256" not in row or is_intact(row)]
            if edited := len(rows) - len(intact):
                broken.append((path.name, f"{edited} of its rows were changed after they were written"))
            found |= {path.stem: {**content, "rows": intact}} if intact else {}
    return dict(
        sorted(found.items(), key=lambda item: order.index(item[0]) if item[0] in order else 99)
    ), broken


def _typed(name: str, rows: Sequence[dict]) -> list[Row]:
    """The rows of a file as what they are, or as far as they can be read."""
    for kind in (ROW_TYPES.get(name, Limit), Limit, Row):
        try:
            return [kind.from_dict(row) for row in rows]
        except InputError:
            continue
    return []


def _table_of(figure: str, tables: Iterable[str]) -> str | None:
    """The table that a figure belongs to: ``mediator_planes`` is none of ``mediators``."""
    figure = figure.replace("power_scaling", "priors", 1)  # it is of their rows
    return max((name for name in tables if figure.startswith(name.rstrip("s"))), key=len, default=None)


def _files(folder: Path, pattern: str) -> list[Path]:
    """Files of a folder, without links that lead out of it: the page is given to others."""
    return [path for path in sorted(folder.glob(pattern)) if _inside(path, folder)]


def _inside(path: Path, folder: Path) -> bool:
    return os.path.isfile(path) and path.resolve().is_relative_to(folder.resolve())


def _page(path: Path, shown: set[str]) -> str:
    """Markdown as HTML, with pictures of its own folder embedded; raw HTML in it stays text."""
    from markdown_it import MarkdownIt
    from markupsafe import Markup

    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(path.read_text(encoding="utf-8", errors="replace"))
    for token in (inner for outer in tokens for inner in (outer, *(outer.children or ()))):
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 2, 6)}"
        elif token.type == "image":
            target = path.parent / unquote(str(token.attrs.pop("src", "")))
            if target.suffix == ".png" and _inside(target, path.parent):
                shown.add(target.name)
                token.attrs["src"] = _picture(target)
            else:
                token.type = "text"  # its description stands there instead
    html = markdown.renderer.render(tokens, markdown.options, {})
    html = html.replace("<table>", '<div class="scroll"><table>').replace("</table>", "</table></div>")
    return Markup(f'<div class="page">{html}</div>')


def _data_uri(path: Path, kind: str = "image/png") -> str:
    return f"data:{kind};base64," + base64.b64encode(path.read_bytes()).decode()


def _picture(path: Path) -> str:
    """A figure as SVG where it lies beside the PNG; inside an image nothing of it can run."""
    drawn = path.with_suffix(".svg")
    return _data_uri(drawn, "image/svg+xml") if _inside(drawn, path.parent) else _data_uri(path)


def _figures(paths: Iterable[Path]) -> str:
    figures = []
    for path in paths:
        start, words = next((c for c in CAPTIONS.items() if path.stem.startswith(c[0])), ("", ""))
        what = (
            path.stem.removeprefix(start).strip("_").replace("_", " ")
            if words
            else path.stem.replace("_", " ")
        )
        figures.append((_picture(path), f"{what[:1].upper()}{what[1:]}{what and words and ': '}{words}"))
    return part("figures", figures=figures)
