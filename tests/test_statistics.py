"""Levels and thresholds."""

import numpy as np
import pytest

from bayes_enues.statistics import check_level, one_sided_threshold, threshold


@pytest.mark.parametrize("kind", [np.float32, np.float16, np.float64])
def test_a_shorter_float_of_numpy_is_the_level_that_it_prints(kind):
    """np.float32(0.9) is 0.89999998; a published limit is one of 0.9."""
    assert check_level(kind(0.9)) == 0.9
    assert type(check_level(kind(0.9))) is float
    assert threshold(kind(0.9)) == threshold(0.9) == pytest.approx(2.7055, abs=1e-4)
    assert one_sided_threshold(kind(0.9)) == pytest.approx(1.6424, abs=1e-4)


@pytest.mark.parametrize("level", [0, 1, 1.5, -0.1, float("nan"), True, "often", None])
def test_what_is_no_probability_is_refused(level):
    with pytest.raises(ValueError, match="a probability between 0 and 1 was needed"):
        check_level(level)
