"""Thresholds and errors of counts: the few numbers of statistics that are not a model's business."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .errors import InputError

#: Unless told otherwise: credibility and confidence, draws per chain, and the seed of every random number.
LEVEL, DRAWS, SEED = 0.9, 4000, 20220811


def threshold(level: float, parameters: int = 1) -> float:
    """Delta chi^2 that cuts a region of the given asymptotic coverage: 2.7055 and 4.6052 at 90 %.

    Raises
    ------
    InputError
        If the level is not between 0 and 1.
    """
    return float(_chi2_quantile(check_level(level), parameters))


def one_sided_threshold(level: float) -> float:
    """Delta chi^2 at which an upper end alone has the given asymptotic coverage: 1.6424 at 90 %."""
    level = check_level(level)
    return threshold(2 * level - 1) if level > 0.5 else 0.0


def check_level(level: float) -> float:
    """The level as a plain number; one that is not between 0 and 1 is refused."""
    try:
        number = float(level)
    except (TypeError, ValueError):
        number = np.nan
    if not 0 < number < 1:
        raise InputError(f"level is {level}; a probability between 0 and 1 was needed, such as 0.9")
    # a number in single precision, such as np.float32(0.9), means the decimal that was written
    return float(str(level)) if isinstance(level, np.floating) else number


def of_chains(statistic: str, draws: np.ndarray, **options: Any) -> float:
    """A statistic of draws (chain, draw) by ArviZ: ``rhat``, ``ess`` or ``mcse``."""
    from arviz_stats.base import array_stats

    return float(getattr(array_stats, statistic)(draws, chain_axis=0, draw_axis=1, **options))


def count_errors(counts: ArrayLike, kind: str) -> np.ndarray:
    """Gaussian errors of observed counts.

    ``garwood`` is the mean of the two errors of the central 68.27 % interval of Garwood, Biometrika 28 (1936)
    437; ``sqrt`` is the square root.
    """
    counts = np.asarray(counts, float)
    if kind == "sqrt":
        return np.sqrt(counts)
    from scipy.special import ndtr

    tail = ndtr(-1.0)
    upper = _chi2_quantile(1 - tail, 2 * counts + 2) / 2
    lower = np.where(counts > 0, _chi2_quantile(tail, 2 * np.maximum(counts, 1)) / 2, 0.0)
    return (upper - lower) / 2


def _chi2_quantile(probability: ArrayLike, degrees: ArrayLike) -> np.ndarray:
    from scipy.special import gammaincinv  # scipy.stats takes a second to import

    return 2 * gammaincinv(np.asarray(degrees) / 2, probability)
