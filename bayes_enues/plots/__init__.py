"""Figures: results and an Axes in, the Axes out; or results and a path in, a whole figure written.

A ``plot_`` function draws into the Axes that it is given and returns them; ``label`` is the LaTeX of a
parameter. Nothing that matters is computed here. What needs more than matplotlib loads when first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from .mediators import plot_curves as plot_curves
    from .mediators import plot_ratio as plot_ratio
    from .projection import plot_projection as plot_projection
    from .regions import plot_region as plot_region

_HOMES = {
    "plot_curves": "mediators", "plot_ratio": "mediators", "plot_projection": "projection",
    "plot_region": "regions",
}  # fmt: skip

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
    "plot_curves",
    "plot_fitted",
    "plot_limit",
    "plot_projection",
    "plot_ratio",
    "plot_region",
    "plot_spectrum",
    "save",
    "stacked",
    "style",
    "title_of",
    "unit_label",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
