"""Contours of functions whose contours are known."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from bayes_enues.studies.planes.contours import contour_lines, sharpen

X = np.linspace(-3, 3, 31)


def bowl(points):
    return (points**2).sum(axis=-1), 2 * points


def test_a_circle_closes_and_its_vertices_lie_on_it_after_sharpening():
    z = X[:, None] ** 2 + X**2
    lines = contour_lines(X, X, z, 4.0)
    assert len(lines) == 1
    assert lines[0].closed
    before = np.hypot(*lines[0].vertices.T)
    assert np.max(np.abs(before - 2)) > 1e-4  # linear interpolation is not exact
    sharp, residual = sharpen(lines, bowl, 4.0, [0.2, 0.2])
    assert_allclose(np.hypot(*sharp[0].vertices.T), 2.0, rtol=1e-9)
    assert residual < 1e-9


def test_the_first_axis_is_x():
    lines = contour_lines(X, X, np.repeat(X[:, None], X.size, axis=1), 1.05)
    assert_allclose(lines[0].vertices[:, 0], 1.05)


def test_a_ring_has_two_lines():
    z = (np.sqrt(X[:, None] ** 2 + X**2) - 1.5) ** 2
    assert [line.closed for line in contour_lines(X, X, z, 0.25)] == [True, True]


def test_a_region_on_the_physical_edge_is_open_and_its_ends_stay_on_the_edge():
    x = np.linspace(0, 3, 31)
    lines = contour_lines(x, x, x[:, None] ** 2 + x**2, 4.0)
    assert not lines[0].closed
    sharp, _ = sharpen(lines, bowl, 4.0, [0.1, 0.1], lower=0.0)
    ends = sharp[0].vertices[[0, -1]]
    assert_allclose(np.sort(ends.ravel()), [0, 0, 2, 2], atol=1e-9)


def test_no_crossing_is_no_line():
    lines = contour_lines(X, X, np.ones((31, 31)), 4.0)
    assert lines == []
    assert sharpen(lines, bowl, 4.0, [1, 1]) == ([], 0.0)


@pytest.mark.parametrize("level", [1.0, 6.0])
def test_another_level_is_another_circle(level):
    lines, _ = sharpen(contour_lines(X, X, X[:, None] ** 2 + X**2, level), bowl, level, [0.2, 0.2])
    assert_allclose(np.hypot(*lines[0].vertices.T), np.sqrt(level), rtol=1e-9)
