"""Expected limits: Asimov data checked by the full machinery, toys that repeat, scenarios that scale."""

import json
from dataclasses import replace

import numpy as np
import pytest
from marks import slow
from schemas import check_files
from typer.testing import CliRunner

import bayes_enues as be
from bayes_enues.cli import app
from bayes_enues.fit.marginal import Density
from bayes_enues.fit.regions import highest_density_cut
from bayes_enues.plots.projection import plot_projection
from bayes_enues.runs.rows import RowSpec
from bayes_enues.studies.projection import future_experiment, projected_limits
from bayes_enues.studies.projection_rows import ProjectionSpec


@pytest.fixture(scope="module")
def projected():
    return projected_limits(be.MagneticMoment(), [future_experiment("xenonnt_sr0")], "nu_e", toys=12, seed=5)


def test_asimov_bounds_are_those_of_the_expected_counts_taken_as_data(projected):
    """Physics: its expected counts as data, through the code of profile and posterior."""
    xenonnt = be.load_experiment("xenonnt_sr0")
    expected = xenonnt.background + be.signal_counts(xenonnt, be.StandardModel())
    model = be.models.magnetic_moment([xenonnt.with_counts(expected)], free="nu_e")
    profile = be.profile_likelihood(model)
    assert projected.asimov["profile"] == pytest.approx(profile.upper, rel=1e-3)
    assert projected.asimov["profile_one_sided"] == pytest.approx(profile.upper_one_sided, rel=1e-3)
    assert projected.asimov["posterior"] == pytest.approx(be.marginal_density(model).quantile(0.9), rel=1e-3)
    assert profile.chi2_min == pytest.approx(0, abs=1e-8)


def test_asimov_counts_of_a_poisson_likelihood_keep_their_fractions():
    """Physics: Delta chi^2 of Poisson Asimov data written out, nuisances nominal; rounding misses it."""
    from bayes_enues.compiled.structures import numbers_of, slices_of
    from bayes_enues.fit.chi2 import Likelihood

    model = be.models.magnetic_moment(["lz_ws2022"], free="nu_e")
    lz = model.question.experiments[0]
    asimov = lz.background + be.signal_counts(lz, be.StandardModel())
    with_signal = lz.background + be.signal_counts(lz, be.MagneticMoment(nu_e=20.0))
    likelihood, numbers = Likelihood(model), numbers_of(model)
    numbers[slices_of(model)["observed_lz_ws2022"]] = asimov
    likelihood.numbers, x = numbers, np.zeros(len(likelihood.names))
    at_zero = likelihood.full(x)[0]
    x[0] = 20.0
    by_hand = 2 * np.sum(with_signal - asimov + asimov * np.log(asimov / with_signal))
    assert likelihood.full(x)[0] - at_zero == pytest.approx(by_hand, rel=1e-9)


def test_a_toy_does_not_depend_on_how_many_were_asked_for(projected):
    fewer = projected_limits(be.MagneticMoment(), [future_experiment("xenonnt_sr0")], "nu_e", toys=4, seed=5)
    for statistic, bounds in fewer.toy_bounds.items():
        np.testing.assert_array_equal(bounds, projected.toy_bounds[statistic][:4])


@pytest.mark.parametrize("toys", [0, slow(1)])
def test_without_toys_there_is_no_median_and_the_file_is_json(projected, toys, tmp_path, monkeypatch):
    few = replace(projected, toy_bounds={name: b[:toys] for name, b in projected.toy_bounds.items()})
    monkeypatch.setattr("bayes_enues.studies.projection.projected_limits", lambda *arguments, **options: few)
    done = CliRunner().invoke(app, ["project", "--toys", str(toys), "--out", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert check_files(tmp_path) == {"projection", "projection_row"}
    (row,) = json.loads((tmp_path / "projection.json").read_text(), parse_constant=pytest.fail)["rows"]
    found = row["limits"]["profile"]
    assert found["asimov"] == projected.asimov["profile"]
    assert found["median"] is found["median_error"] is None
    assert found["band_68"] == found["band_95"] == [None, None]


def test_a_figure_of_exposures_of_which_one_has_no_toys_is_drawn(projected):
    from matplotlib.figure import Figure

    none = replace(
        projected, exposure=10.0, toy_bounds={name: b[:0] for name, b in projected.toy_bounds.items()}
    )
    ax = plot_projection(Figure().subplots(), [projected, none], "x")
    assert np.isnan(ax.lines[1].get_ydata()).tolist() == [False, True]


@pytest.mark.slow
@pytest.mark.parametrize("command", [["project", "--toys", "0"], ["spectrum", "--experiment", "xenonnt_sr0"]])
def test_commands_that_only_draw_leave_the_limits_of_a_folder_alone(
    command, projected, tmp_path, monkeypatch
):
    monkeypatch.setattr(
        "bayes_enues.studies.projection.projected_limits", lambda *arguments, **options: projected
    )
    (tmp_path / "limits.json").write_text("not theirs to read")
    done = CliRunner().invoke(app, [*command, "--out", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "limits.json").read_text() == "not theirs to read"
    assert not list(tmp_path.glob("*.broken*"))


def test_bands_hold_the_median_and_each_other(projected):
    for statistic in projected.toy_bounds:
        middle, error = projected.median(statistic)
        (a, d), (b, c) = projected.band(statistic, 0.95), projected.band(statistic, 0.68)
        assert a <= b <= middle <= c <= d
        assert error > 0
    assert projected.failed == 0
    row = projected.to_dict()
    assert row["limits"]["profile"]["asimov"] == projected.asimov["profile"]


def test_more_exposure_and_less_background_tighten_the_expected_bound():
    def bound(**scenario):
        future = future_experiment("xenonnt_sr0", **scenario)
        return projected_limits(be.MagneticMoment(), [future], "nu_e", toys=0).asimov["posterior"]

    assert bound(exposure=20.0, background=0.1) < bound(exposure=20.0) < bound()


def test_counts_grow_with_exposure_and_background_with_its_factor():
    now, then = be.load_experiment("lz_ws2022"), future_experiment("lz_ws2022", exposure=9.0, background=0.5)
    growth = 9.0 / now.exposure
    np.testing.assert_allclose(then.background, 0.5 * growth * now.background)
    np.testing.assert_allclose(
        be.signal_counts(then, be.StandardModel()), growth * be.signal_counts(now, be.StandardModel())
    )


def test_a_lower_edge_lets_signal_and_background_in_at_low_energy_only():
    now, lower = be.load_experiment("lz_ws2022"), future_experiment("lz_ws2022", edge_keV=-0.2)
    shared = np.isin(np.round(lower.bin_edges[:-1], 4), np.round(now.bin_edges[:-1], 4))
    low = now.centres < 2
    assert np.all(lower.background[shared][low] > now.background[low])
    np.testing.assert_allclose(lower.background[shared][-10:], now.background[-10:], rtol=0.1)
    signal = [be.signal_counts(e, be.MagneticMoment(nu_e=10)).sum() for e in (now, lower)]
    assert signal[1] > signal[0]


def test_the_cut_of_a_highest_density_region_holds_its_share():
    x = np.linspace(-6, 6, 401)
    gaussian = Density(x, np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi), 0.0)
    assert highest_density_cut(gaussian, 0.9) == pytest.approx(
        np.exp(-(1.6448536**2) / 2) / np.sqrt(2 * np.pi), rel=1e-4
    )


@pytest.mark.parametrize(
    ("scenario", "words"),
    [
        ({"exposure": 0.0}, "exposure is 0 t yr; a positive"),
        ({"background": -1.0}, "background scale is -1; a positive"),
        ({"edge_keV": float("nan")}, "finite"),
    ],
)
def test_impossible_scenarios_are_refused(scenario, words):
    with pytest.raises(ValueError, match=words):
        future_experiment("xenonnt_sr0", **scenario)


def test_the_edge_of_a_simulated_response_cannot_move():
    with pytest.raises(ValueError, match="without a response table"):
        future_experiment("lz_ws2022:full_response", edge_keV=-0.2)


def test_a_negative_number_of_toys_is_refused():
    with pytest.raises(ValueError, match="zero or more"):
        projected_limits(be.MagneticMoment(), ["xenonnt_sr0"], "nu_e", toys=-1)


def test_experiments_projected_together_grow_alike_and_keep_a_prior():
    spec = RowSpec("magnetic_moment", "nu_e", "lz_ws2022+xenonnt_sr0", prior="flat_strength", draws=1, seed=0)
    now = [be.load_experiment(name).exposure for name in ("lz_ws2022", "xenonnt_sr0")]
    asked = ProjectionSpec(spec, exposure=10.0, toys=0)
    assert [e.exposure for e in asked.future] == pytest.approx([10 * one / sum(now) for one in now])
    assert [e.exposure for e in ProjectionSpec(spec).future] == pytest.approx(now)
    assert asked.total == pytest.approx(10.0)
    alone = ProjectionSpec(replace(spec, experiment="xenonnt_sr0"), exposure=2.0, toys=0)
    row, _ = alone.compute()
    assert row["prior"].startswith("flat in nu_e^2 on")
    prior = be.FlatStrength()
    direct = projected_limits(be.MagneticMoment(), alone.future, "nu_e", toys=0, prior=prior)
    assert row["asimov"]["posterior"] == pytest.approx(direct.asimov["posterior"], rel=1e-9)
    flat = projected_limits(be.MagneticMoment(), alone.future, "nu_e", toys=0)
    assert flat.prior is None
    assert flat.asimov["profile"] == pytest.approx(direct.asimov["profile"], rel=1e-4)
    assert flat.asimov["posterior"] < direct.asimov["posterior"]


def test_the_region_of_highest_density_of_a_gaussian_is_its_central_interval():
    x = np.linspace(-6, 6, 401)
    gaussian = Density(x, np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi), 0.0)
    ((low, high),) = be.highest_density(gaussian, 0.9)
    assert (low, high) == pytest.approx((-1.6448536, 1.6448536), rel=1e-4)
    with pytest.raises(ValueError, match="level is 2"):
        be.highest_density(gaussian, 2)
