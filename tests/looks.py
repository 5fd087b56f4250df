"""What every figure must keep: no names of the code, axes labelled, legends and small print inside."""

import re

from matplotlib.figure import Figure
from matplotlib.text import Text

#: Identifiers with an underscore, and calls such as halfnormal(10); formulas between dollars are none.
CODE = re.compile(r"[A-Za-z0-9]_[A-Za-z0-9]|\b[a-z]+\(\d")


def faults(fig: Figure) -> list[str]:
    """What a figure does wrong, in words."""
    fig.canvas.draw()
    found = []
    for text in fig.findobj(Text):
        words = re.sub(r"\$[^$]*\$", "", text.get_text().replace(r"\$", ""))
        if text.get_visible() and CODE.search(words):
            found.append(f"a name of the code: {text.get_text()!r}")
    for ax in fig.axes:
        if not ax.get_visible() or not ax.has_data():
            continue
        shared_x = not any(label.get_visible() and label.get_text() for label in ax.get_xticklabels())
        shared_y = not any(label.get_visible() and label.get_text() for label in ax.get_yticklabels())
        named = ax.get_yticks().size and any(
            re.search("[a-zA-Z]", label.get_text()) for label in ax.get_yticklabels()
        )
        twin = any(o is not ax and o.get_position().bounds == ax.get_position().bounds for o in fig.axes)
        if not (ax.get_xlabel() or shared_x or twin):
            found.append(f"no label on the horizontal axis of {ax.get_title()!r}")
        alike = any(o.get_ylabel() and ax in o.get_shared_y_axes().get_siblings(o) for o in fig.axes)
        if not (ax.get_ylabel() or shared_y or named or twin or alike or fig.axes[0].get_ylabel()):
            found.append(f"no label on the vertical axis of {ax.get_title()!r}")
    box = fig.bbox
    legends = [*fig.legends, *(ax.get_legend() for ax in fig.axes if ax.get_legend())]
    small = [text for text in (fig._supxlabel, fig._suptitle) if text is not None]
    for thing in [*legends, *small]:
        inside = thing.get_window_extent()
        if inside.x0 < -1 or inside.y0 < -1 or inside.x1 > box.x1 + 1 or inside.y1 > box.y1 + 1:
            found.append(f"{type(thing).__name__} leaves the figure: {inside} in {box}")
    return found
