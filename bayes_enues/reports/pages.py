"""The pages' templates: every text that is put into one is escaped."""

from functools import lru_cache
from typing import Any

from .wording import BAD_FIT, NOT_CONVERGED

MANY_ROWS = 40  # of a table that is shown folded


@lru_cache
def _environment():
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    environment = Environment(
        loader=PackageLoader("bayes_enues.reports"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals |= {"failed": (NOT_CONVERGED, BAD_FIT), "many_rows": MANY_ROWS}
    return environment


def packaged_script() -> str:
    """The script of the page, which sorts its tables."""
    return _environment().get_template("sort.js").render()


def render(name: str, /, **content: Any) -> str:
    """A whole page from its template, such as ``report.html``."""
    return _environment().get_template(name).render(content)


def part(name: str, /, **content: Any) -> str:
    """A part of a page as markup that needs no further escaping: a macro of ``parts.html``."""
    return getattr(_environment().get_template("parts.html").module, name)(**content)
