"""The scan over mediator masses: its rows, its files and its figures."""

import csv
import json
from dataclasses import replace

import numpy as np
import pytest
from schemas import check_files
from typer.testing import CliRunner

import bayes_enues as be
from bayes_enues import cli
from bayes_enues.analyses.mediators import _region
from bayes_enues.fit.setup import ask
from bayes_enues.models.counting import ask_anew
from bayes_enues.plots import mediators as mediator_plots
from bayes_enues.plots.overlays import plot_points
from bayes_enues.results import Curve
from bayes_enues.runs import rows
from bayes_enues.studies.mediators import scan as mediators


def test_a_scan_lists_mediators_experiments_and_rising_masses():
    specs = mediators.plan_scan(["vector", "light_tensor"], [10, 1])
    asked = [(s.model, s.experiment, dict(s.fixed)["mass"]) for s in specs]
    assert asked[:4] == [
        ("light_vector", "lz_ws2022", 1.0),
        ("light_vector", "lz_ws2022", 10.0),
        ("light_vector", "xenonnt_sr0", 1.0),
        ("light_vector", "xenonnt_sr0", 10.0),
    ]
    assert len(specs) == 8
    assert len(mediators.plan_scan()) == 400


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"kinds": ["graviton"]}, "no light mediator 'light_graviton'"),
        ({"masses": [1.0, -1.0]}, "mass is -1"),
        ({"masses": []}, "no mass was given"),
        ({"kinds": ["scalar"], "settings": {"sign": 1}}, "has no option"),
        ({"experiments": ["xenon2t"]}, "xenon2t"),
        ({"level": 1.5}, "level is 1.5"),
        ({"kinds": ["sterile_dipole", "vector"]}, "scanned alone"),
        ({"kinds": ["sterile_dipole"], "masses": [10.0, 5000.0]}, "mass = 5000 needs neutrinos above"),
    ],
)
def test_a_scan_refuses_what_it_cannot_do_before_it_starts(arguments, words):
    with pytest.raises((ValueError, FileNotFoundError), match=words):
        mediators.plan_scan(**arguments)


def test_the_mass_of_a_heavy_neutrino_is_scanned_with_the_moment_that_makes_it():
    specs = mediators.plan_scan(["sterile_dipole"], [10, 1], ["xenonnt_sr0"])
    asked = [(s.model, s.parameter, s.fixed) for s in specs]
    assert asked == [("sterile_dipole", "universal", (("mass", m),)) for m in (1.0, 10.0)]
    assert len(mediators.plan_scan(["sterile_dipole"], experiments=["xenonnt_sr0"])) == 25
    assert mediator_plots.axis_words("sterile_dipole") != mediator_plots.axis_words("light_vector")


@pytest.fixture(scope="module")
def scan(tmp_path_factory):
    out = tmp_path_factory.mktemp("scan")
    own = out / "own.csv"
    own.write_text("# mine\nmass_keV,coupling,experiment,source\n5,3e-6,toy,nowhere\n")
    arguments = [
        "mediators",
        "--model",
        "light_vector",
        "--model",
        "light_scalar",
        "--mass",
        "1,100",
        "--out",
        str(out),
    ]
    arguments += ["--experiment", "xenonnt_sr0", "--published", str(own), "--delta-chi2", "4.605"]
    result = CliRunner().invoke(cli.app, arguments)
    assert result.exit_code == 0, result.output
    return out, result.output


@pytest.mark.slow
def test_the_command_writes_rows_with_masses_curves_and_figures(scan):
    out, printed = scan
    assert check_files(out) == {"mediators", "mediators_row"}
    rows = json.loads((out / "mediators.json").read_text())["rows"]
    assert [(r["model"], r["mass"]) for r in rows] == [
        (m, x) for m in ("light_vector", "light_scalar") for x in (1.0, 100.0)
    ]
    assert all(r["parameter"] == "coupling" and r["unit"] == "1" for r in rows)
    assert all(r["profile"]["threshold"] == 4.605 for r in rows)
    with open(out / "mediators_curves.csv") as file:
        curves = list(csv.DictReader(file))
    assert float(curves[1]["profile_upper"]) == pytest.approx(rows[1]["profile"]["upper"], rel=1e-5)
    for name in ("mediators", "mediators_published"):
        assert (out / f"{name}.pdf").stat().st_size > 5000
    assert "vector" in printed
    assert not list(out.glob("*.nc"))


@pytest.mark.slow
def test_a_scan_that_was_done_is_not_done_again(scan, monkeypatch):
    out, _ = scan
    monkeypatch.setattr(rows.RowSpec, "compute", lambda *a, **k: pytest.fail("computed again"))
    arguments = ["mediators", "--model", "light_vector", "--mass", "100", "--experiment", "xenonnt_sr0"]
    arguments += ["--delta-chi2", "4.605", "--out", str(out)]
    assert CliRunner().invoke(cli.app, arguments).exit_code == 0


def test_every_published_point_has_its_source():
    points = mediators.published_points()
    assert {(p["mass_keV"], p["coupling"], p["source"]) for p in points} >= {
        (1.0, 1.3e-6, "arXiv:2005.11891"),
        (10000.0, 8.8e-5, "arXiv:2005.11891"),
    }
    assert all(p["source"] and p["experiment"] for p in points)
    known = {
        (row.upper, row.source) for row in be.published_limits() if row.model == "light_vector_b_minus_l"
    }
    assert known == {(p["coupling"], p["source"]) for p in points if "XMASS" in p["experiment"]}


def test_a_users_points_are_drawn_in_every_panel_and_named_ones_in_theirs(tmp_path):
    import matplotlib.pyplot as plt

    own = tmp_path / "own.csv"
    own.write_text("mass_keV,coupling,experiment,source\n5,3e-6,toy,nowhere\n")
    points = mediators.published_points() + mediators.published_points(own)
    fig, axes = plt.subplots(1, 2)
    drawn = []
    for ax, name in zip(axes, ("light_vector", "light_scalar"), strict=True):
        plot_points(ax, points, name)
        drawn.append(ax.get_legend_handles_labels()[1])
    plt.close(fig)
    assert drawn == [["XMASS-I (B-L), arXiv:2005.11891", "toy, nowhere"], ["toy, nowhere"]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("mass_keV,coupling,experiment\n1,2,a\n", "lacks \\['source'\\]"),
        ("mass_keV,coupling,experiment,source\n-1,2e-6,a,b\n", "mass_keV holds -1"),
        ("mass_keV,coupling,experiment,source\n1,zero,a,b\n", "'zero' is not a number"),
    ],
)
def test_a_users_file_that_does_not_fit_is_refused(tmp_path, text, words):
    path = tmp_path / "own.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=words):
        mediators.published_points(path)


def test_a_row_of_a_scan_is_that_of_a_model_built_for_it_alone():
    """One model serves all masses: set to another mass it must answer as if there had been no other."""
    specs = mediators.plan_scan(["vector"], [1.0, 1e4], ["xenonnt_sr0"], draws=300)
    row, _ = [spec.compute(groups=False) for spec in specs][-1]
    alone = be.Fit(specs[-1].build())
    assert row["posterior"]["exact"]["upper"] == pytest.approx(alone.marginal().quantile(0.9), rel=1e-12)
    assert row["profile"]["upper"] == pytest.approx(alone.profile().upper, rel=1e-12)
    assert row["prior"] == "; ".join(alone.question.prior_words.values())
    assert row["posterior"]["sampler"] == "independence"


def test_a_model_is_not_set_to_a_question_of_another_kind(xenonnt_model):
    kept = xenonnt_model.question
    for interaction, experiment, free in [
        (be.MagneticMoment(), "xenonnt_sr0", "nu_mu"),
        (be.Millicharge(), "xenonnt_sr0", "nu_e"),
        (be.MagneticMoment(), "lz_ws2022", "nu_e"),
    ]:
        assert not ask_anew(xenonnt_model, ask(interaction, [experiment], free), be.Flat())
    same = ask(be.MagneticMoment(), list(kept.experiments), "nu_e")
    assert not ask_anew(xenonnt_model, same, be.HalfNormal(5.0))
    assert xenonnt_model.question is kept


def test_what_lies_between_two_pieces_of_a_region_is_told_and_written(tmp_path):
    """A universal vector in nuclear recoils: numbers of physics-2.md, section 3."""
    mass, one = np.array([1e4, 1e6]), np.ones(2)
    curve = Curve(
        model="light_vector", experiment="xenonnt_nr", mass_keV=mass, posterior_upper=one, posterior_mcse=one,
        posterior_exact=one, posterior_upper_flat_strength=one, profile_upper=np.array([4.142e-5, 7.85e-4]),
        profile_upper_one_sided=one, threshold=2.7055, gap_lower=np.array([1.361e-5, np.nan]),
        gap_upper=np.array([3.132e-5, np.nan]),
    )  # fmt: skip
    assert _region(curve, 0) == "< 1.36e-05 ∪ (3.13e-05, 4.14e-05)"
    assert _region(curve, 1) == "< 0.000785"
    mediators.write_curves([curve], tmp_path / "curves.csv")
    header, first, _ = (tmp_path / "curves.csv").read_text().splitlines()
    assert header.endswith("gap_lower,gap_upper,threshold")
    assert ",1.361e-05,3.132e-05," in first
    mediators.write_curves([replace(curve, gap_lower=None, gap_upper=None)], tmp_path / "curves.csv")
    assert "gap" not in (tmp_path / "curves.csv").read_text()
