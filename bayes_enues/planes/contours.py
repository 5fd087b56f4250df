"""Contours of a function on a grid, with vertices moved onto the exact level."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from contourpy import contour_generator

__all__ = ["Line", "contour_lines", "sharpen", "stored_line"]

STEPS = 6
VERTEX_DIGITS = 7  # of a vertex in a file


class Line(NamedTuple):
    """One piece of a contour.

    Attributes
    ----------
    vertices : (n, 2)
        The first is repeated as the last where the line closes.
    closed : bool
        False where the line ends on the edge of the grid, such as the physical edge at zero.
    """

    vertices: np.ndarray
    closed: bool


def stored_line(line: Line) -> dict[str, Any]:
    """A line as it is written to a file."""
    vertices = [[float(f"{v:.{VERTEX_DIGITS}g}") for v in point] for point in line.vertices]
    return {"closed": line.closed, "vertices": vertices}


def contour_lines(x: np.ndarray, y: np.ndarray, z: np.ndarray, cut: float) -> list[Line]:
    """Where a function on a grid crosses a value: marching squares, linear between grid points.

    Parameters
    ----------
    x : (n,)
    y : (m,)
    z : (n, m)
    cut : float

    Returns
    -------
    list of Line
        Longest first.
    """
    lines = contour_generator(x, y, np.transpose(z), name="serial").lines(cut)
    lines = sorted(lines, key=len, reverse=True)
    return [Line(np.asarray(v), bool(np.all(v[0] == v[-1]))) for v in lines if len(v) > 2]


def sharpen(
    lines: Sequence[Line],
    function: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]],
    cut: float,
    cell: Sequence[float],
    lower: float = -np.inf,
) -> tuple[list[Line], float]:
    """Move every vertex along the gradient until the function is exactly at the cut.

    Parameters
    ----------
    lines : sequence of Line
    function : callable
        From points (m, 2) to values (m,) and gradients (m, 2).
    cut : float
    cell : (2,)
        Spacing of the grid: the metric of the steps, and the farthest a vertex moves at once.
    lower : float
        Physical edge of both coordinates.

    Returns
    -------
    lines : list of Line
    residual : float
        Largest distance of the function from the cut at a vertex.
    """
    if not lines:
        return [], 0.0
    cell = np.asarray(cell, float)
    points = np.concatenate([line.vertices for line in lines])
    free = points > lower  # a vertex on the physical edge slides along it
    for _ in range(STEPS):
        value, gradient = function(points)
        miss = cut - value
        if np.max(np.abs(miss)) < 1e-9:
            break
        slope = gradient * cell * free  # per cell
        steep = np.maximum((slope**2).sum(axis=-1), 1e-300)
        step = slope * (miss / steep)[:, None]
        longest = np.sqrt((step**2).sum(axis=-1))
        step /= np.maximum(longest, 1.0)[:, None]
        points = np.maximum(points + step * cell, lower)
    else:
        miss = cut - function(points)[0]
    ends = np.cumsum([len(line.vertices) for line in lines])[:-1]
    moved = [Line(v, line.closed) for v, line in zip(np.split(points, ends), lines, strict=True)]
    return moved, float(np.max(np.abs(miss)))
