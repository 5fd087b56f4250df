"""Feldman and Cousins for a handful of events in one bin: Table IV of Phys. Rev. D 57 (1998) 3873."""

import numpy as np
import pytest
from test_uncertain_signals import SignalStrength, folder

import bayes_enues as be
from bayes_enues.studies.simulations.feldman_cousins import feldman_cousins
from bayes_enues.studies.simulations.few_events import exact_region


def fit_of(tmp_path, n: int, background: float, nuisances: str = "") -> tuple[be.Fit, float]:
    path = folder(tmp_path / "exp", n, nuisances, background)
    fit = be.Fit(be.models.counting_model(SignalStrength(), [path], "mu"))
    unit = np.zeros((1, len(fit.names)))
    unit[0, 0] = 1.0
    return fit, float(fit.expected(unit)["counts_one_bin"][0, 0]) - background


@pytest.mark.parametrize(
    ("n", "background", "lower", "upper"),
    [
        (5, 3.0, 0.0, 6.99),
        (3, 3.0, 0.0, 4.42),
        (8, 3.0, 1.51, 10.99),
        (0, 3.0, 0.0, 0.95),
    ],
)
def test_the_interval_is_that_of_the_published_table(n, background, lower, upper, tmp_path):
    """n = 0 without the table's correction in the background: 0.95 (case feldman_cousins_few_events)."""
    fit, per_unit = fit_of(tmp_path, n, background)
    region = exact_region(fit, 0.9)
    assert region.upper * per_unit == pytest.approx(upper, abs=0.02)
    assert (region.lower or 0.0) * per_unit == pytest.approx(lower, abs=0.02)
    assert len(region.pieces) == 1


def test_coverage_takes_the_exact_region_where_there_is_one(tmp_path):
    """Critical values of toys do not matter then; a nuisance that moves nothing does not, either."""
    tiny = '[[nuisances]]\nname = "tiny"\nsigma = 1e-5\nscales = "signal"\n'
    fit, per_unit = fit_of(tmp_path, 5, 3.0, tiny)
    region = feldman_cousins(fit.model, [0.0, 1.0], [1.0, 9.0], [0.1, 0.1])
    assert region.upper * per_unit == pytest.approx(6.99, abs=0.02)
    assert "sums over all counts" in region.note


def test_more_than_a_bin_takes_toys(xenonnt_model):
    assert exact_region(be.Fit(xenonnt_model), 0.9) is None


def test_a_jump_of_the_critical_value_between_true_values_is_in_the_error(xenonnt_model):
    values = np.linspace(0, 12, 13)
    smooth = np.full(13, 2.7)
    jumping = smooth + np.where(np.arange(13) % 2, 0.4, 0.0)
    errors = np.full(13, 0.02)
    plain = feldman_cousins(xenonnt_model, values, smooth, errors)
    jumped = feldman_cousins(xenonnt_model, values, jumping, errors)
    near = be.profile_likelihood(xenonnt_model, values=plain.upper + np.array([-0.05, 0.05])).delta_chi2
    assert plain.error == pytest.approx(0.02 / (np.diff(near)[0] / 0.1), rel=0.02)
    assert abs(jumped.upper - plain.upper) < jumped.error
