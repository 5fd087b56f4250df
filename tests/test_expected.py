"""What the Standard Model leads one to expect of a limit, and whether it fits the data."""

import json

import numpy as np
import pytest
from schemas import check_files
from scipy.optimize import minimize
from typer.testing import CliRunner

import bayes_enues as be
from bayes_enues.cli import app
from bayes_enues.results import Expected
from bayes_enues.studies.expected import expected_limits


@pytest.fixture(scope="module")
def found(xenonnt_model):
    return expected_limits(xenonnt_model, toys=60, seed=3)


def test_observed_bounds_are_those_of_the_limit_and_its_quadrature(found, xenonnt_model):
    profile = be.profile_likelihood(xenonnt_model)
    assert found.observed["profile"] == pytest.approx(profile.upper, rel=1e-3)
    assert found.observed["profile_one_sided"] == pytest.approx(profile.upper_one_sided, rel=1e-3)
    exact = be.marginal_density(xenonnt_model).quantile(0.9)
    assert found.observed["posterior"] == pytest.approx(exact, rel=5e-3)  # Laplace's method, 81 points


def test_chi2_of_the_standard_model_is_that_of_eq_15_written_out(found, xenonnt):
    weak = be.signal_counts(xenonnt, be.StandardModel())

    def chi2(x):
        expected = xenonnt.background + (1 + x[0]) * weak
        return np.sum(((expected - xenonnt.counts) / xenonnt.sigma) ** 2) + (x[0] / 0.07) ** 2

    by_hand = minimize(chi2, [0.0], tol=1e-12).fun
    assert found.standard_model.chi2 == pytest.approx(by_hand, rel=1e-7)
    assert found.standard_model.chi2 == pytest.approx(17.756, rel=0.01)  # physics.md, nuisance at zero
    assert found.standard_model.bins == 29


def test_a_best_fit_at_the_boundary_asks_for_no_signal(found):
    assert found.signal.q0 == pytest.approx(0, abs=1e-8)
    assert found.signal.p_value == 1


def test_xenon1t_asks_for_a_signal_at_about_three_sigma():
    """arXiv:2006.09721: 3.2 sigma for a magnetic moment; physics-2.md, section 1: 14.3 to 27.4."""
    found = expected_limits(be.models.magnetic_moment(["xenon1t_sr1"], free="universal"), toys=0)
    assert found.signal.sigmas == pytest.approx(3.0, abs=0.3)
    profile = be.profile_likelihood(be.models.magnetic_moment(["xenon1t_sr1"], free="universal"))
    values = np.linspace(0, 30, 7)
    curve = be.profile_likelihood(
        be.models.magnetic_moment(["xenon1t_sr1"], free="universal"), values=values
    ).delta_chi2
    assert found.signal.q0 == pytest.approx(curve[0], rel=1e-6)
    assert profile.pieces[0][0] > 0


def test_power_constraint_and_bands_are_order_statistics_of_the_toys(found):
    for statistic, bound in found.observed.items():
        low, high = np.quantile(found.toy_bounds[statistic], [0.16, 0.84])
        assert found.band(statistic, 0.68) == pytest.approx((low, high))
        assert found.power_constrained[statistic] == max(bound, low)
    assert found.toys + found.failed == 60


def test_without_toys_the_p_value_is_that_of_the_chi2_distribution(xenonnt_model, found):
    from scipy.stats import chi2

    alone = expected_limits(xenonnt_model, toys=0)
    assert alone.asimov == found.asimov
    assert alone.power_constrained == {}
    assert alone.standard_model.p_value == pytest.approx(chi2.sf(found.standard_model.chi2, 29))


def test_what_cannot_be_expected_is_refused(xenonnt_model):
    with pytest.raises(be.InputError, match="toys is -1"):
        expected_limits(xenonnt_model, toys=-1)
    model = be.models.magnetic_moment(["xenonnt_sr0"], free=["nu_e", "nu_mu"])
    with pytest.raises(be.InputError, match="one free parameter was needed"):
        expected_limits(model, toys=0)


@pytest.mark.slow
def test_the_command_writes_rows_that_read_back_and_a_figure(tmp_path):
    asked = ["expected", "--parameter", "nu_e", "--experiment", "xenonnt_sr0", "--toys", "20", "--jobs", "1"]
    done = CliRunner().invoke(app, [*asked, "--out", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert "p(SM)" in done.output
    assert check_files(tmp_path) == {"expected", "expected_row"}
    (row,) = json.loads((tmp_path / "expected.json").read_text())["rows"]
    again = Expected.from_dict(row)
    assert again.observed["profile"] == pytest.approx(8.85, abs=0.01)
    assert again.atomic_model == "steps"
    assert (tmp_path / "expected_magnetic_moment.png").is_file()
