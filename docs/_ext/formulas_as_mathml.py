"""Formulas as MathML, which browsers draw themselves: no script, nothing loaded from the network.

The conversion is docutils' own, that of its HTML writer.
"""

import re

from docutils import nodes
from docutils.utils.math import latex2mathml
from sphinx.util import logging

logger = logging.getLogger(__name__)


def one_digit_a_group(text: str) -> str:
    r"""TeX takes one digit where there are no braces, docutils the number: make ``\frac12`` one half."""
    text = re.sub(r"(\\[td]?frac)\s*(\d)(\d)", r"\1{\2}{\3}", text)
    return re.sub(r"([_^])(\d)(?=\d)", r"\1{\2}", text)


def draw(writer, node, block: bool) -> None:
    """Write the MathML of a formula; one that cannot be converted is a warning, and so an error in CI."""
    text = node.astext()
    try:
        mathml = latex2mathml.tex2mathml(one_digit_a_group(text), as_block=block)
    except latex2mathml.MathError as error:
        logger.warning("formula %r: %s", text, error, location=node)
        mathml = writer.encode(text)
    writer.body.append(f'<div class="formula">{mathml}</div>' if block else mathml)
    raise nodes.SkipNode


def setup(app) -> dict:
    app.add_html_math_renderer(
        "mathml",
        inline_renderers=(lambda writer, node: draw(writer, node, False), None),
        block_renderers=(lambda writer, node: draw(writer, node, True), None),
    )
    return {"parallel_read_safe": True}
