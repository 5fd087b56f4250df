"""``bayes-enues schema``: what the JSON files of results hold, as JSON Schema."""

import json
from pathlib import Path

from . import common
from .common import console


def schema(out: common.Out = Path("schemas")) -> None:
    """A JSON Schema for each kind of file that commands write."""
    from ..analyses.schema import make_schemas
    from ..runs.files import check_writable, write_text

    check_writable(out)
    made = make_schemas()
    for name, content in made.items():
        write_text(out / f"{name}.json", json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    console.print(f"Written to {out}: {', '.join(f'{name}.json' for name in made)}.")
