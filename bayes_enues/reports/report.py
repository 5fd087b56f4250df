"""One self-contained HTML page of a results folder: nothing is computed, everything says where it comes from.

Whatever the commands wrote is shown: pages (Markdown), tables (JSON), figures (PNG), and for every table the
inputs it rests on and the state of each posterior. The page loads nothing and runs nothing: style and figures
are in it, and its Content-Security-Policy forbids the rest.
"""

import base64
import json
import platform
import re
from collections.abc import Iterable, Sequence
from html import escape
from importlib import resources
from importlib.metadata import version
from pathlib import Path
from string import Template

from ..errors import InputError
from ..runs.store import is_intact
from .sources import diagnostics, inputs, references
from .tables import bullets, limits_tables, other_table

__all__ = ["build_report"]

#: What is in a file of rows; others that hold rows are shown under their own name.
TITLES = {
    "limits": "Limits",
    "mediators": "Light mediators",
    "mediator_planes": "Mass and coupling of a mediator together",
    "regions": "Two parameters at a time",
    "priors": "Priors",
    "systematics": "Inputs varied one at a time",
    "coverage": "Coverage",
    "calibration": "Calibration of the sampler",
    "projection": "Projected limits",
    "checks": "Posterior predictive checks",
    "compare": "Model comparison",
}
#: What a figure shows, by the beginning of its name.
CAPTIONS = {
    "limits_": "Profile (lines) and posterior density (steps); ticks mark the credible bounds.",
    "spectrum": "Data, background and what new interactions would add, by reconstructed energy.",
    "mediators_published": "Bounds on the coupling against mediator mass beside published ones.",
    "mediators": "Bounds on the coupling against mediator mass, both statistics.",
    "mediator_planes": "Mass and coupling free together, both statistics.",
    "region": "Two parameters: profile contour and highest-posterior-density region.",
    "coverage": "Coverage of each bound, and Feldman and Cousins' critical value, against the true value.",
    "projection": "Expected bounds if the Standard Model is true, with the bands of toys.",
    "priors": "Posteriors under several priors beside the profile likelihood.",
    "systematics": "Bounds with one input varied at a time.",
    "power_scaling": "Sensitivity of the posterior to prior and likelihood, by power scaling.",
    "check": "Posterior predictive check of the counts.",
    "compare": "ln B of new physics against the Standard Model, by the width of the prior.",
    "calibration": "Ranks of the true values among posterior draws, with their simultaneous band.",
}


def build_report(folder: str | Path) -> str:
    """The page of a results folder as HTML text.

    Parameters
    ----------
    folder : path
        As ``bayes-enues limits --out`` and the other commands fill it.

    Raises
    ------
    InputError
        If there is no such folder, or it holds nothing to report.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f"there is no folder {folder}; run bayes-enues limits --out {folder} first")
    tables, broken = _tables(folder)
    pages = sorted(folder.glob("*.md"), key=lambda path: (path.stem != "reproduction", path.name))
    if any(path.stem == "reproduction" for path in pages):  # it holds Table I already
        pages = [path for path in pages if path.stem != "table_one"]
        tables.pop("table_one", None)
    figures = sorted(folder.glob("*.png"))
    if not (tables or pages or figures):
        raise InputError(f"{folder} holds no results; run bayes-enues limits --out {folder} first")

    shown: set[str] = set()
    sections = [(path.stem.replace("_", " ").capitalize(), _page(path, shown)) for path in pages]
    for name, content in tables.items():
        rows = content["rows"]
        mine = [path for path in figures if path.name not in shown and _table_of(path.stem, tables) == name]
        shown |= {path.name for path in mine}
        body = limits_tables(rows) if _are_limits(rows) else other_table(name, content)
        sections.append((TITLES.get(name, name), body + "".join(map(_figure, mine))))
    rest = [path for path in figures if path.name not in shown]
    if rest:
        sections.append(("Figures", "".join(map(_figure, rest))))
    rows = [row for content in tables.values() for row in content["rows"]]
    if judged := [row for row in rows if "rhat" in (row.get("posterior") or {})]:
        sections.append(("Diagnostics", diagnostics(judged)))
    sections.append(("Inputs", inputs(rows)))
    sections.append(("References", references(rows)))
    if broken:
        sections.insert(
            0, ("Not shown", bullets(f"<code>{escape(n)}</code>: {escape(w)}" for n, w in broken))
        )
    return _assemble(folder, sections)


def _assemble(folder: Path, sections: Sequence[tuple[str, str]]) -> str:
    software = ", ".join(f"{n} {version(n)}" for n in ("bayes-enues", "pymc", "arviz", "nutpie"))
    template = Template(resources.files(__package__).joinpath("report.html").read_text(encoding="utf-8"))
    anchors = [f"s{k}" for k in range(len(sections))]
    return template.substitute(
        title=f"Neutrino-electron interactions: {escape(folder.resolve().name)}",
        subtitle=f"{escape(software)}, Python {platform.python_version()}. "
        "Posterior beside profile, from one model.",
        contents="\n".join(
            f'<li><a href="#{a}">{escape(title)}</a></li>'
            for a, (title, _) in zip(anchors, sections, strict=True)
        ),
        sections="\n".join(
            f'<section id="{a}"><h2>{escape(title)}</h2>\n{body}</section>'
            for a, (title, body) in zip(anchors, sections, strict=True)
        ),
    )


def _tables(folder: Path) -> tuple[dict[str, dict], list[tuple[str, str]]]:
    """Every JSON file with rows, known ones first, and what could not be read."""
    found, broken = {}, []
    order = list(TITLES)
    for path in sorted(folder.glob("*.json"), key=lambda p: (p.stem not in order, p.stem)):
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except (ValueError, OSError) as error:
            broken.append((path.name, f"cannot be read ({error})"))
            continue
        rows = content.get("rows") if isinstance(content, dict) else None
        if isinstance(rows, list) and rows and all(isinstance(row, dict) for row in rows):
            intact = [row for row in rows if "sha256" not in row or is_intact(row)]
            if edited := len(rows) - len(intact):
                broken.append((path.name, f"{edited} rows were changed after they were written"))
            if intact:
                found[path.stem] = {**content, "rows": intact}
    return dict(
        sorted(found.items(), key=lambda item: order.index(item[0]) if item[0] in order else 99)
    ), broken


def _are_limits(rows: Sequence[dict]) -> bool:
    return all({"posterior", "profile", "published"} <= set(row) for row in rows)


def _table_of(figure: str, tables: Iterable[str]) -> str | None:
    """The table that a figure belongs to: ``mediator_planes`` is none of ``mediators``."""
    return max((name for name in tables if figure.startswith(name.rstrip("s"))), key=len, default=None)


def _page(path: Path, shown: set[str]) -> str:
    """Markdown as HTML, its pictures embedded; raw HTML in it stays text."""
    from markdown_it import MarkdownIt

    html = MarkdownIt("commonmark", {"html": False}).enable("table").render(path.read_text(encoding="utf-8"))

    def embed(match):
        target = path.parent / match[1]
        if target.suffix != ".png" or not target.is_file():
            return ""
        shown.add(target.name)
        return f'src="{_data_uri(target)}"'

    html = re.sub(r'src="([^"]*)"', embed, html)
    html = re.sub(r"<(/?)h([1-4])>", lambda m: f"<{m[1]}h{min(int(m[2]) + 2, 6)}>", html)
    html = html.replace("<table>", '<div class="scroll"><table>').replace("</table>", "</table></div>")
    return f'<div class="page">{html}</div>'


def _data_uri(path: Path) -> str:
    return "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode()


def _figure(path: Path) -> str:
    words = next((text for start, text in CAPTIONS.items() if path.stem.startswith(start)), "")
    caption = f"{path.stem.replace('_', ' ')}. {words}".strip()
    return (
        f'<figure><img src="{_data_uri(path)}" alt="{escape(caption)}">'
        f"<figcaption>{escape(caption)}</figcaption></figure>\n"
    )
