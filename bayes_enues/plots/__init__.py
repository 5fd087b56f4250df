"""Figures: results and an Axes in, the Axes out; or results and a path in, a whole figure written.

A ``plot_`` function draws into the Axes that it is given and returns them; ``label`` is the LaTeX of a
parameter. Nothing that matters is computed here.
"""

from .base import (
    EXPERIMENT_COLOURS,
    STATISTICS,
    colour_of,
    excluding,
    figure,
    footnote,
    one_legend,
    panels,
    plain,
    save,
    stacked,
    style,
    title_of,
    unit_label,
)
from .limits import limit_legend, plot_limit
from .spectrum import plot_fitted, plot_spectrum

__all__ = [
    "EXPERIMENT_COLOURS",
    "STATISTICS",
    "colour_of",
    "excluding",
    "figure",
    "footnote",
    "limit_legend",
    "one_legend",
    "panels",
    "plain",
    "plot_fitted",
    "plot_limit",
    "plot_spectrum",
    "save",
    "stacked",
    "style",
    "title_of",
    "unit_label",
]  # fmt: skip
