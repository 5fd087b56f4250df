"""Pages that are made at each build: notebooks, commands, the interface in Python, files from the top.

Nothing is copied by hand: ``tutorials/`` and ``reference/`` are written here, and git ignores them. Links
between files of the repository lead to their pages on the site; where a file has no page, its name stays.
"""

import inspect
import json
import os
import re
from importlib import import_module
from pathlib import Path

from typer.cli import get_docs_for_click
from typer.main import get_command

import bayes_enues as be
from bayes_enues.cli import app as command_line

DOCS = Path(__file__).parents[1]
ROOT = DOCS.parent
NOTEBOOKS = sorted(ROOT.glob("notebooks/[0-9]*.ipynb"))
#: A file of the repository to the page that shows it.
COPIED = {
    ROOT / "README.md": DOCS / "reference/readme.md",
    ROOT / "CHANGELOG.md": DOCS / "reference/changelog.md",
    ROOT / "CONTRIBUTING.md": DOCS / "reference/contributing.md",
    ROOT / "data/README.md": DOCS / "reference/data_tables.md",
    **{path: DOCS / "tutorials" / path.name for path in NOTEBOOKS},
}
#: Titles of the pages of the interface in Python, by the room in which a public name lives.
ROOMS = {
    "interactions": "Interactions",
    "experiments": "Experiments",
    "signal": "Flux and recoil rate",
    "models": "Models",
    "priors": "Priors",
    "fit": "Fits and limits",
    "analyses": "Analyses and their tables",
    "exports": "Results for other tools",
    "studies": "Expected and projected limits",
    "results": "Types of results",
    "plots": "Figures",
    "reports": "References",
    "errors": "Errors and warnings",
}


def relinked(text: str, source: Path, page: Path) -> str:
    """Markdown of a file with links that hold where its page lies."""

    def link(match: re.Match) -> str:
        words, target, anchor = match.groups("")
        aim = (source.parent / target).resolve()
        if aim in COPIED or (aim.is_file() and aim.is_relative_to(DOCS)):
            return f"{words}({os.path.relpath(COPIED.get(aim, aim), page.parent)}{anchor})"
        return words.removeprefix("!")[1:-1] if aim.exists() else match[0]

    return re.sub(r"(!?\[[^\]]*\])\((?!\w+:)([^)#\s]+)(#[^)\s]*)?\)", link, text)


def write(path: Path, text: str) -> None:
    """Write a page that changed; Sphinx reads again whatever has a new time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_file() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")


def notebook(source: Path, page: Path) -> str:
    """A notebook whose text has links that hold on the site."""
    content = json.loads(source.read_text("utf-8"))
    for cell in content["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = relinked("".join(cell["source"]), source, page)
    return json.dumps(content, ensure_ascii=False, indent=1)


def commands() -> str:
    """What ``--help`` says of every command, by typer's own writer."""
    click = get_command(command_line)
    context = click.context_class(click, info_name="bayes-enues")
    text = get_docs_for_click(obj=click, ctx=context, name="bayes-enues")
    return text.replace("# `bayes-enues`", "# Commands", 1)


def public_names() -> dict[str, list[str]]:
    """The public names by room, each without ``be.`` before it."""
    names: dict[str, list[str]] = {room: [] for room in ROOMS}
    for name in be.__all__:
        home = be._HOMES.get(name, "interactions").partition(".")[0]
        if name in ("models", "plots"):
            names[name] = [f"{name}.{inner}" for inner in dir(getattr(be, name)) if inner[0] != "_"]
        elif name != "__version__" and name not in ROOMS:
            names[home].append(name)
    return {room: members for room, members in names.items() if members}


def inner_names() -> list[str]:
    """Code on the map of ``physics.md`` that is not public: formulas and methods behind the public names."""
    table = (DOCS / "physics.md").read_text("utf-8").partition("## Formula to code")[2].partition("\n## ")[0]
    cells = [line.split("|")[3] for line in table.splitlines() if line.count("|") == 5]
    paths = dict.fromkeys(re.findall(r"`([a-z_]+\.[\w.]+)`", " ".join(cells)))
    return [path for path in paths if path.rpartition(".")[2] not in be.__all__]


def page_of(title: str, names: list[str]) -> str:
    """reStructuredText that lets autodoc write everything."""
    parts = [f"{title}\n{'=' * len(title)}\n"]
    for name in names:
        module, _, attribute = f"bayes_enues.{name}".rpartition(".")
        thing = getattr(import_module(module), attribute)
        if callable(thing):
            kind, members = ("class", "   :members:\n") if inspect.isclass(thing) else ("function", "")
            parts.append(f".. auto{kind}:: bayes_enues.{name}\n{members}")
    return "\n".join(parts)


API = """# Python

```python
import bayes_enues as be
```

Every name below is `be.<name>`, `be.models.<name>` or `be.plots.<name>`. Energies are in keV. The link
*source* beside each leads to its code.

| page | names |
| --- | --- |
"""


def words_of_type(schema: dict) -> str:
    """What a JSON Schema allows, in a few words; a type of its own is a link to its table."""
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`"
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        more = ", ".join(f"`{key}`" for key in schema.get("properties", {}))
        return f"[{name}](#{name.lower()}){more and f' with {more}'}"
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(map(words_of_type, schema["anyOf"])))
    kinds = schema.get("type", "anything")
    words = " or ".join(kinds) if isinstance(kinds, list) else kinds
    inner = schema.get("items") or schema.get("additionalProperties")
    return f"{words} of {words_of_type(inner)}" if isinstance(inner, dict) and inner else words


def keys_of(schema: dict) -> str:
    """A table of the keys of an object."""
    keys = [(key, words_of_type(inner)) for key, inner in schema.get("properties", {}).items()]
    return "".join(["| key | value |\n| --- | --- |\n", *(f"| `{key}` | {words} |\n" for key, words in keys)])


FILES = """# Files

The JSON files that commands write. All follow one [JSON Schema](schemas/results.json), which comes with the
package; the key `schema` of each says which part of it. How to check one: [results](../results.md#the-files).

## Tables of rows

Each row is a file of its own in `rows/limits` and so on, too, with the same keys and `schema`. Besides
those of its type it has what the store says of it: `fingerprint`, `sha256`, `question`.

| file | each of its `rows` | what they share |
| --- | --- | --- |
"""
#: Files that are no table of rows, and what they are.
PARTS = {
    "coverage_row": ("A row of coverage", "`rows/coverage/*.json`: one experiment at all its true values."),
    "toys_row": ("A part of the toys", "`rows/toys/*.json`, which `coverage` puts together."),
    "simulations_row": ("A part of the simulations", "`rows/simulations/*.json`, for `calibrate`."),
    "run": ("The record of a run", "`FILE.run.json`, beside the results of `bayes-enues run FILE.toml`."),
}


def files() -> str:
    """Every JSON file that commands write, from the JSON Schema, which can be downloaded."""
    source = ROOT / "bayes_enues/schemas/results.json"
    write(DOCS / "reference/schemas" / source.name, source.read_text("utf-8"))
    parts = json.loads(source.read_text("utf-8"))["$defs"]
    text = FILES
    for kind, part in parts.items():
        if kind[0].islower() and "rows" in part.get("properties", {}) and kind not in PARTS:
            shared = dict(part["properties"])
            row = shared.pop("rows")["items"]
            row = parts[f"{kind}_row"] if row == {"$ref": f"#/$defs/{kind}_row"} else row
            words = ", ".join(f"`{key}`: {words_of_type(inner)}" for key, inner in shared.items())
            text += f"| `{kind}.json` | {words_of_type({'$ref': row['$ref']})} | {words} |\n"
    for kind, (title, words) in PARTS.items():
        part = parts[kind]
        part = parts[part["$ref"].rpartition("/")[2]] if "$ref" in part else part
        text += f"\n## {title}\n\n{words}\n\n{keys_of(part)}"
    text += "\n## Types of rows, and what is in them\n"
    for name, part in parts.items():
        if name[0].isupper():
            text += f"\n### {name}\n\n{part.get('description', '')}\n\n{keys_of(part)}"
    return text


def make_pages() -> None:
    """Write all of them."""
    for source, page in COPIED.items():
        if source.suffix == ".ipynb":
            write(page, notebook(source, page))
        else:
            write(page, relinked(source.read_text("utf-8"), source, page))
    write(DOCS / "reference/commands.md", commands())
    write(DOCS / "reference/files.md", files())
    overview = API
    for room, names in public_names().items():
        write(DOCS / f"reference/api/{room}.rst", page_of(ROOMS[room], names))
        overview += f"| [{ROOMS[room]}](api/{room}.rst) | {', '.join(f'`{name}`' for name in names)} |\n"
    write(DOCS / "reference/api.md", overview)
    write(DOCS / "reference/api/formulas.rst", page_of("Formulas and methods", inner_names()))


def relink_pages(app, name: str, text: list[str]) -> None:
    """Links of a page of this folder to files outside it."""
    page = DOCS / f"{name}.md"
    if page.parent == DOCS and page.is_file():
        text[0] = relinked(text[0], page, page)


def setup(app) -> dict:
    app.connect("config-inited", lambda app, config: make_pages(), priority=1)
    app.connect("source-read", relink_pages)
    return {"parallel_read_safe": True}
