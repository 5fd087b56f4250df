"""Areas and integrals of a function on a grid of two parameters, by a spline through it on a finer grid."""

import numpy as np
from scipy.interpolate import RectBivariateSpline
from scipy.special import logsumexp

FINE = 401


def _fine(x, y, z) -> tuple[np.ndarray, np.ndarray]:
    """A spline through a grid at many more points, and the area each stands for."""
    fx, fy = np.linspace(x[0], x[-1], FINE), np.linspace(y[0], y[-1], FINE)
    weight = np.ones(FINE)
    weight[[0, -1]] = 0.5
    cell = (fx[1] - fx[0]) * (fy[1] - fy[0])
    return RectBivariateSpline(x, y, z, s=0)(fx, fy), cell * weight[:, None] * weight


def log_integral(x: np.ndarray, y: np.ndarray, log_density: np.ndarray) -> float:
    """Logarithm of the integral of a density over the grid."""
    height, area = _fine(x, y, log_density)
    return float(logsumexp(height, b=area))


def density_cut(x: np.ndarray, y: np.ndarray, log_density: np.ndarray, level: float) -> tuple[float, float]:
    """Log-density above which the share ``level`` of the probability lies, and the area there."""
    height, area = _fine(x, y, log_density)
    order = np.argsort(-height, axis=None)
    height, area = height.ravel()[order], area.ravel()[order]
    mass = np.cumsum(np.exp(height - height[0]) * area)
    cut = float(np.interp(level * mass[-1], mass, height))
    return cut, float(area[height >= cut].sum())


def area_below(x: np.ndarray, y: np.ndarray, z: np.ndarray, cut: float) -> float:
    """Area where a function on a grid lies below a value."""
    height, area = _fine(x, y, z)
    return float(area[height <= cut].sum())
