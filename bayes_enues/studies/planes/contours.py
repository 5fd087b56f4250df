"""Contours of a function on a grid, with vertices moved onto the exact level."""

from collections.abc import Callable, Sequence

import numpy as np
from contourpy import contour_generator

from ...results import Line

STEPS = 6


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
    spacing = np.asarray(cell, float)
    points = np.concatenate([line.vertices for line in lines])
    free = points > lower  # a vertex on the physical edge slides along it
    for _ in range(STEPS):
        value, gradient = function(points)
        miss = cut - value
        if np.max(np.abs(miss)) < 1e-9:
            break
        slope = gradient * spacing * free  # per cell
        steep = np.maximum((slope**2).sum(axis=-1), 1e-300)
        step = slope * (miss / steep)[:, None]
        longest = np.sqrt((step**2).sum(axis=-1))
        step /= np.maximum(longest, 1.0)[:, None]
        points = np.maximum(points + step * spacing, lower)
    else:
        miss = cut - function(points)[0]
    ends = np.cumsum([len(line.vertices) for line in lines])[:-1]
    moved = [Line(v, line.closed) for v, line in zip(np.split(points, ends), lines, strict=True)]
    return moved, float(np.max(np.abs(miss)))
