"""Other people's curves: read with their conventions, converted to ours, refused where they do not say."""

import numpy as np
import pytest
from made_up_tables import a_limit
from typer.testing import CliRunner

import bayes_enues as be
from bayes_enues.cli import app
from bayes_enues.experiments.overlays import overlays_of, packaged_overlays, read_overlay, read_overlays
from bayes_enues.experiments.own_limits import read_own_limits

GOOD = {
    "confidence": "0.9",
    "statistic": "Delta chi2 < 2.71",
    "normalisation": "left_handed",
    "edge": "upper",
    "source": "a test",
    "model": "light_vector",
}
ROWS = "mass_keV,coupling\n10,2e-6\n1,1e-6\n"


def written(path, rows=ROWS, **changes):
    keys = {key: value for key, value in (GOOD | changes).items() if value is not None}
    path.write_text("".join(f"# {key}: {value}\n" for key, value in keys.items()) + rows)
    return path


def titles(kind, own=()):
    return [overlay.title for overlay in overlays_of(kind, own)]


def test_a_curve_is_read_with_its_conventions_masses_in_order(tmp_path):
    overlay = read_overlay(written(tmp_path / "my_curve.csv"))
    assert overlay.title == "my curve"
    assert overlay.confidence == 0.9
    assert overlay.is_stated
    assert overlay.mass_keV.tolist() == [1.0, 10.0]
    assert overlay.coupling.tolist() == [1e-6, 2e-6]


def test_what_is_not_stated_is_known_not_to_be(tmp_path):
    overlay = read_overlay(written(tmp_path / "a.csv", confidence="not stated"))
    assert overlay.confidence is None
    assert not overlay.is_stated
    assert "level not stated" in overlay.words(be.LightVector(coupling=1e-7, mass=1.0))


@pytest.mark.parametrize("key", ["confidence", "statistic", "normalisation", "edge", "source"])
def test_a_file_that_lacks_a_key_is_refused(tmp_path, key):
    with pytest.raises(be.InputError, match=rf"lacks \['{key}'\].*not stated"):
        read_overlay(written(tmp_path / "a.csv", **{key: None}))


@pytest.mark.parametrize(
    ("changes", "rows", "words"),
    [
        ({"edge": "left"}, ROWS, "edge is 'left'"),
        ({"normalisation": "mine"}, ROWS, "normalisation is 'mine'"),
        ({"confidence": "90 %"}, ROWS, "confidence is '90 %'"),
        ({"edge": "band"}, ROWS, "lacks the column"),
        ({"edge": "band"}, "mass_keV,coupling,coupling_upper\n1,2e-6,1e-6\n", "lies below"),
        ({}, "mass_keV,coupling\n1,-1e-6\n", "above zero"),
        ({}, "mass_keV,limit\n1,1e-6\n", "lacks"),
    ],
)
def test_a_file_that_says_what_cannot_be_is_refused(tmp_path, changes, rows, words):
    with pytest.raises(be.InputError, match=words):
        read_overlay(written(tmp_path / "a.csv", rows, **changes))


def test_couplings_of_left_handed_neutrinos_give_the_counts_of_eq_8_after_conversion(xenonnt):
    """Physics: the converted coupling predicts the very same events."""
    overlay = next(o for o in packaged_overlays() if o.title == "TEXONO")
    theirs = be.LightVector(coupling=overlay.coupling[0], mass=1.0, normalisation="left_handed")
    ours = be.LightVector(coupling=0.0, mass=1.0)
    factor = overlay.factor(ours)
    assert factor == pytest.approx(np.sqrt(2), rel=1e-14)
    ours = be.LightVector(coupling=factor * overlay.coupling[0], mass=1.0)
    expected = be.signal_counts(xenonnt, theirs)
    assert be.signal_counts(xenonnt, ours) == pytest.approx(expected, rel=1e-12)


def test_curves_are_drawn_only_where_the_interaction_is_the_same():
    def vector(**options):
        return be.LightVector(coupling=1e-7, mass=1.0, **options)

    scattering = {"Borexino", "CHARM-II", "TEXONO"}
    stars = {"Sun", "horizontal branch", "red giants"}
    coherent = {"COHERENT CsI", "COHERENT CsI, above the band"}
    # off electrons, B - L and universal charges are one interaction: minus one times minus one
    assert set(titles(vector())) == scattering | coherent
    assert set(titles(vector(charges="b_minus_l"))) == scattering | stars
    assert titles(vector(charges="l_e_minus_l_mu")) == []
    assert titles(vector(sign=-1)) == []
    assert titles(be.LightScalar(coupling=1e-7, mass=1.0)) == ["COHERENT CsI"]
    assert titles(be.LightTensor(coupling=1e-7, mass=1.0)) == []


def test_a_band_lies_between_its_edges():
    (band,) = (o for o in packaged_overlays() if o.edge == "band")
    assert np.all(band.coupling < band.coupling_upper)
    above = next(o for o in packaged_overlays() if o.title.endswith("above the band"))
    assert band.coupling_upper[0] < above.coupling[0]  # an allowed band of interference between them


def test_a_folder_of_curves_is_read_whole_and_an_empty_one_refused(tmp_path):
    for name in ("b", "a"):
        written(tmp_path / f"{name}.csv")
    own = read_overlays(tmp_path)
    assert [o.title for o in own] == ["a", "b"]
    assert titles(be.LightVector(coupling=1e-7, mass=1.0, charges="l_e_minus_l_mu"), own) == ["a", "b"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(be.InputError, match=r"holds no \.csv"):
        read_overlays(tmp_path / "empty")


def test_the_command_refuses_a_curve_before_anything_runs(tmp_path):
    path = written(tmp_path / "a.csv", source=None)
    result = CliRunner().invoke(app, ["mediators", "--overlay", str(path), "--out", str(tmp_path / "out")])
    assert isinstance(result.exception, be.InputError)
    assert "lacks ['source']" in str(result.exception)
    assert not (tmp_path / "out").exists()


OWN = GOOD | {"normalisation": "none", "model": "magnetic_moment", "unit": "1e-11 mu_B"}


def own_limit(path, rows="parameter,value\nnu_e,2.9\n", **changes):
    return written(path, rows, **OWN | {"statistic": "Delta chi2", "title": "my reactor"} | changes)


def test_a_limit_on_a_moment_is_read_in_the_unit_and_the_convention_of_our_figures(tmp_path):
    (limit,) = read_own_limits(own_limit(tmp_path / "a.csv"))
    assert (limit.lower, limit.upper, limit.unit) == (None, pytest.approx(29.0, rel=1e-14), "1e-12 mu_B")
    assert (limit.experiment, limit.confidence, limit.is_stated) == ("my reactor", 0.9, True)
    radius = {"model": "charge_radius", "unit": "1e-32 cm2", "normalisation": "2", "edge": "lower"}
    (limit,) = read_own_limits([own_limit(tmp_path / "a.csv", "parameter,value\nnu_mu,-1.2\n", **radius)])
    assert (limit.lower, limit.upper) == (-2.4, None)  # twice, as CHARM-II in Table I of the paper
    assert limit.convention == "multiplied by 2 to our normalisation, excluded below"
    rows = "parameter,value,value_upper\nuniversal,1,2\n"
    (band,) = read_own_limits(own_limit(tmp_path / "a.csv", rows, edge="band", obtained="digitised"))
    assert (band.lower, band.upper, band.read_in) == (10.0, 20.0, "digitised")


@pytest.mark.parametrize("key", ["confidence", "statistic", "normalisation"])
def test_what_a_limit_does_not_state_is_known_not_to_be(key, tmp_path):
    (limit,) = read_own_limits(own_limit(tmp_path / "a.csv", **{key: "not stated"}))
    assert not limit.is_stated


@pytest.mark.parametrize(
    ("changes", "rows", "words"),
    [
        ({"unit": None}, "parameter,value\nnu_e,1\n", r"lacks \['unit'\]"),
        ({"unit": "1e-13 e"}, "parameter,value\nnu_e,1\n", "unit is '1e-13 e'; one such as '1e-12 mu_B'"),
        ({"model": "axion"}, "parameter,value\nnu_e,1\n", "model is 'axion'"),
        ({"normalisation": "-1"}, "parameter,value\nnu_e,1\n", "normalisation is '-1'"),
        ({"edge": "band"}, "parameter,value\nnu_e,1\n", r"lacks the column \['value_upper'\]"),
        ({}, "parameter,value\nnu_x,1\n", r"no parameter \['nu_x'\]"),
        ({}, "parameter,limit\nnu_e,1\n", "lacks"),
    ],
)
def test_a_limit_that_says_what_cannot_be_is_refused(tmp_path, changes, rows, words):
    with pytest.raises(be.InputError, match=words):
        read_own_limits(own_limit(tmp_path / "a.csv", rows, **changes))


def test_a_limit_of_which_there_is_no_row_is_refused_before_anything_runs(tmp_path):
    path, out = own_limit(tmp_path / "a.csv"), tmp_path / "out"
    with pytest.raises(be.InputError, match="magnetic_moment nu_e, of which no row was asked for"):
        be.limit_table("magnetic_moment", "nu_mu", "xenonnt_sr0", overlays=path, out=out)
    result = CliRunner().invoke(app, ["limits", "--overlay", str(tmp_path / "b.csv"), "--out", str(out)])
    assert "b.csv" in str(result.exception)
    assert not out.exists()


def test_a_limit_of_ones_own_is_a_tick_dashed_where_something_is_not_stated(tmp_path):
    import matplotlib.pyplot as plt

    from bayes_enues.plots.limits import plot_others

    row = a_limit(experiment="xenonnt_sr0")
    rows = "parameter,value\nuniversal,{}\n"
    stated, unstated, far = (
        *read_own_limits(own_limit(tmp_path / "a.csv", rows.format(0.55))),
        *read_own_limits(own_limit(tmp_path / "b.csv", rows.format(0.56), confidence="not stated")),
        *read_own_limits(own_limit(tmp_path / "c.csv", rows.format(99), title="far away")),
    )
    _, ax = plt.subplots()
    ax.set_xlim(5.4, 5.7)
    numbers = {}
    assert plot_others(ax, [row], numbers, [stated, unstated, far]) == [stated, unstated]
    dashes = [text.arrow_patch.get_linestyle() for text in ax.texts[-2:]]
    assert dashes[0] == "-"
    assert dashes[1] != "-"
    assert [words for words in numbers if "level not stated" in words and "my reactor" in words]
    plt.close()
