"""Experiments: what is read, and that a folder that cannot be used says in one line what, where, and why."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import chi2, norm

from bayes_enues.experiments.folder import experiment_names, variant_names
from bayes_enues.experiments.loading import load_experiment
from bayes_enues.experiments.published import published_limit
from bayes_enues.experiments.together import load_distinct
from bayes_enues.tables import packaged


@pytest.fixture
def folder(tmp_path):
    """A copy of XENONnT's folder to break."""
    return shutil.copytree(str(packaged("xenonnt_sr0")), tmp_path / "mine")


def edit(path, old, new):
    text = path.read_text()
    assert old in text, f"{old!r} is not in {path.name}"
    path.write_text(text.replace(old, new, 1))


def rows(path):
    """Lines of a table: the comments and header, and the data rows."""
    lines = path.read_text().splitlines()
    head = next(i for i, line in enumerate(lines) if not line.startswith("#")) + 1
    return lines[:head], lines[head:]


def change_entry(path, row, column, value):
    """Set one entry; rows count from one."""
    head, data = rows(path)
    entries = data[row - 1].split(",")
    entries[head[-1].split(",").index(column)] = value
    data[row - 1] = ",".join(entries)
    path.write_text("\n".join([*head, *data]) + "\n")


def refused(folder, *words, error=ValueError):
    with pytest.raises(error) as caught:
        load_experiment(folder)
    message = str(caught.value)
    assert "\n" not in message
    assert all(word in message for word in words), message


def test_a_folder_of_ones_own_gives_what_the_packaged_one_gives(folder, xenonnt):
    mine = load_experiment(folder)
    np.testing.assert_array_equal(mine.response, xenonnt.response)
    np.testing.assert_array_equal(mine.background, xenonnt.background)


def test_a_missing_table_is_named(folder):
    (folder / "efficiency.csv").unlink()
    refused(folder, "efficiency.csv does not exist", "efficiency", error=FileNotFoundError)


def test_a_folder_without_experiment_toml_is_refused(folder):
    (folder / "experiment.toml").unlink()
    refused(folder, "experiment.toml", error=FileNotFoundError)


def test_toml_that_cannot_be_parsed_is_named(folder):
    edit(folder / "experiment.toml", "[bins]", "[bins")
    refused(folder, "experiment.toml", "line")


def test_a_missing_column_is_named_with_those_there_are(folder):
    edit(folder / "efficiency.csv", "e_reco_keV,efficiency", "e_reco_keV,eff")
    refused(folder, "efficiency.csv lacks ['efficiency']", "['e_reco_keV', 'eff']")


@pytest.mark.parametrize("value", ["1.2", "-0.1"])
def test_an_efficiency_outside_zero_to_one_is_named_by_row_and_column(folder, value):
    change_entry(folder / "efficiency.csv", 7, "efficiency", value)
    refused(folder, "efficiency.csv", "row 7", "column efficiency", value, "0 to 1")


def test_energies_of_the_efficiency_must_increase(folder):
    change_entry(folder / "efficiency.csv", 7, "e_reco_keV", "0.01")
    refused(folder, "efficiency.csv", "row 7", "column e_reco_keV", "increase")


def test_bin_edges_must_increase(folder):
    change_entry(folder / "bins.csv", 5, "e_hi_keV", "3.5")
    refused(folder, "bins.csv", "row 5", "column e_hi_keV", "increase")


def test_bins_must_follow_each_other_without_gaps(folder):
    change_entry(folder / "bins.csv", 5, "e_lo_keV", "4.5")
    refused(folder, "bins.csv", "row 5", "column e_lo_keV", "without gaps")


@pytest.mark.parametrize(
    ("value", "words"),
    [("nan", "not finite"), ("-3", "negative"), ("2.5", "whole number"), ("many", "not a number")],
)
def test_impossible_counts_are_named_by_row_and_column(folder, value, words):
    change_entry(folder / "bins.csv", 4, "n_obs", value)
    head, _ = rows(folder / "bins.csv")
    line = len(head) + 4
    with pytest.raises(ValueError, match="n_obs") as caught:
        load_experiment(folder)
    message = str(caught.value)
    assert "bins.csv" in message
    assert words in message
    assert "row 4" in message or f"line {line}" in message
    assert "\n" not in message


def test_a_negative_background_is_named(folder):
    change_entry(folder / "bins.csv", 4, "background", "-1")
    refused(folder, "bins.csv", "row 4", "column background", "negative")


def test_counts_where_nothing_is_ever_expected_are_refused(folder):
    head, data = rows(folder / "efficiency.csv")
    dark = [line for line in data if float(line.split(",")[0]) < 25]
    (folder / "efficiency.csv").write_text("\n".join([*head, *dark]) + "\n")
    edit(folder / "experiment.toml", 'above = "constant"', 'above = "zero"')
    head, data = rows(folder / "bins.csv")
    for row in range(26, 31):
        change_entry(folder / "bins.csv", row, "background", "0")
    refused(folder, "bins.csv", "row 26", "column n_obs", "nothing is ever expected")


def test_tables_of_other_lengths_are_refused(folder):
    head, data = rows(folder / "bins.csv")
    (folder / "other.csv").write_text("\n".join([*head, *data[:-1]]) + "\n")
    edit(
        folder / "experiment.toml",
        'name = "background"\ntable = "bins.csv"',
        'name = "background"\ntable = "other.csv"',
    )
    refused(folder, "other.csv has 29 rows", "30")


def test_a_row_that_is_too_short_is_named(folder):
    head, data = rows(folder / "bins.csv")
    data[2] = data[2].rsplit(",", 1)[0]
    (folder / "bins.csv").write_text("\n".join([*head, *data]) + "\n")
    refused(folder, "bins.csv", f"line {len(head) + 3}", "entries under")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("exposure_t_yr", "exposure_kg_yr", ["exposure_t_yr", "required"]),
        ("exposure_t_yr = 1.16", "exposure_t_yr = -1.16", ["exposure_t_yr", "greater than 0"]),
        ('likelihood = "gaussian"', 'likelihood = "binned"', ["likelihood", "'gaussian' or 'poisson'"]),
        ("[bins]", "colour = 1\n[bins]", ["colour", "not permitted"]),
        ("fit_from_keV", "fit_above_keV", ["bins.fit_above_keV", "not permitted"]),
        ('scales = "signal"', 'scales = "signals"', ["beta_flux", "'signals'", "known"]),
        ("sigma = 0.07", "sigma = 0.0", ["nuisances.0.sigma", "greater than 0"]),
        ('name = "beta_flux"', 'name = "alpha"', ["alpha", "ArviZ"]),
        ("sqrt_keV = 0.310", "sqrt_keV = nan", ["resolution.sqrt_keV", "finite"]),
        ("fit_from_keV = 1.0", "fit_from_keV = 99.0", ["no bin lies above"]),
        (
            'bins = { errors = "sqrt" }',
            'bins = { error = "sqrt" }',
            ["sqrt_errors", "bins.error", "not permitted"],
        ),
        ('bins = { errors = "sqrt" }', "components.ar39.scale = 2", ["sqrt_errors", "ar39"]),
    ],
)
def test_an_experiment_file_is_refused_by_key(folder, old, new, words):
    edit(folder / "experiment.toml", old, new)
    refused(folder, *words)


def test_an_efficiency_of_zero_everywhere_is_refused(folder):
    head, data = rows(folder / "efficiency.csv")
    zero = [line.split(",")[0] + ",0" for line in data]
    (folder / "efficiency.csv").write_text("\n".join([*head, *zero]) + "\n")
    for row in range(1, 31):
        change_entry(folder / "bins.csv", row, "background", "0")
        change_entry(folder / "bins.csv", row, "n_obs", "0")
    refused(folder, "efficiency is zero in every fitted bin")


@pytest.mark.parametrize("name", ["xenonnt", "lz_ws2022:", "/nowhere"])
def test_an_unknown_experiment_lists_the_choices(name):
    with pytest.raises(ValueError, match=r"choices are \['(lz_ws2022'.*'xenonnt_sr0|.*low_edge)"):
        load_experiment(name)


def test_an_unknown_variant_lists_the_choices():
    with pytest.raises(ValueError, match=r"lz_ws2022 has no variant 'high_edge'.*low_edge"):
        load_experiment("lz_ws2022:high_edge")


@pytest.mark.parametrize("name", experiment_names())
def test_every_variant_can_be_loaded_and_says_what_it_changes(name):
    plain = load_experiment(name)
    for variant, note in variant_names(name).items():
        changed = load_experiment(f"{name}:{variant}")
        assert changed.name == f"{name}:{variant}"
        assert changed.note == note
        assert note
        assert changed.settings != plain.settings


def test_garwood_errors_are_the_mean_of_the_published_ones(xenonnt):
    """Columns of the data release, beside the formula of Garwood written out."""
    head, data = rows(packaged("xenonnt_sr0", "bins.csv"))
    columns = head[-1].split(",")
    table = np.array([line.split(",") for line in data], float)[1:]  # the search starts at 1 keV
    published = (table[:, columns.index("garwood_minus")] + table[:, columns.index("garwood_plus")]) / 2
    np.testing.assert_allclose(xenonnt.sigma, published, atol=2e-5)
    n, tail = xenonnt.counts, norm.sf(1)
    np.testing.assert_allclose(
        xenonnt.sigma, (chi2.isf(tail, 2 * n + 2) - chi2.ppf(tail, 2 * n)) / 4, rtol=1e-12
    )


def test_the_standard_model_is_in_the_background_once(xenonnt, lz):
    """Background and Standard Model counts together are the published background, bin by bin."""
    from bayes_enues import StandardModel, signal_counts

    head, data = rows(packaged("xenonnt_sr0", "bins.csv"))
    published = np.array([line.split(",") for line in data], float)[
        1:, head[-1].split(",").index("background")
    ]
    total = xenonnt.background + signal_counts(xenonnt, StandardModel())
    np.testing.assert_allclose(total, published, rtol=1e-9)
    assert np.all(lz.components["background"] >= 0)
    assert lz.components["ar37"].sum() == pytest.approx(97, rel=1e-3)  # a little leaks out of the range


def test_bins_that_can_hold_nothing_are_left_out(xenonnt, lz):
    assert (xenonnt.n_bins, xenonnt.bin_edges[0], xenonnt.bin_edges[-1]) == (29, 1.0, 30.0)
    assert (lz.n_bins, lz.bin_edges[-1]) == (50, 17.0)
    assert lz.bin_edges[0] == pytest.approx(1 / 3, abs=1e-5)


def test_an_experiment_cannot_be_changed_in_place(xenonnt):
    with pytest.raises(ValueError, match="read-only"):
        xenonnt.counts[0] = 5
    with pytest.raises(ValueError, match="read-only"):
        xenonnt.components["background"][0] = 5


def test_toy_counts_replace_data_and_errors(xenonnt, lz):
    toy = np.arange(29.0)
    changed = xenonnt.with_counts(toy)
    assert changed.name == "xenonnt_sr0 (changed: counts)"
    assert published_limit("magnetic_moment", "nu_e", changed.name) is None
    assert changed.slug == xenonnt.slug  # a toy has the variables of the experiment
    assert xenonnt.with_counts(xenonnt.counts).name == "xenonnt_sr0"
    toy[0] = 99  # the caller's array stays the caller's
    np.testing.assert_array_equal(changed.counts, np.arange(29.0))
    assert changed.sigma[0] != xenonnt.sigma[0]
    for wrong in (np.ones(28), np.full(29, -1.0), np.full(29, np.nan), np.full(29, np.inf)):
        with pytest.raises(ValueError, match="non-negative"):
            xenonnt.with_counts(wrong)
    with pytest.raises(ValueError, match="whole counts"):  # PyMC would truncate them without a word
        lz.with_counts(np.full(50, 2.5))


def test_a_subtraction_below_zero_says_where_and_how_much(folder, xenonnt):
    """Half the background of the first three fitted bins is less than the Standard Model there."""
    from bayes_enues import StandardModel, signal_counts

    for row in (2, 3, 4):
        change_entry(folder / "bins.csv", row, "background", "1")
    mine = load_experiment(folder)
    weak = signal_counts(xenonnt, StandardModel())
    counts, bins = mine.clipped["background"]
    assert counts == pytest.approx(weak[:3].sum() - 3, rel=1e-9)
    assert bins == ((1.0, 4.0),)
    assert mine.background[:3].sum() == 0
    assert f"{counts:.3g} counts at 1 to 4 keV" in mine.caveats["component background"]
    assert xenonnt.clipped == {}


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"nuisances": {"beta_flux": {"sigma": 0.2}}}, "xenonnt_sr0 (changed: beta_flux.sigma = 0.2)"),
        ({"likelihood": "poisson"}, "xenonnt_sr0 (changed: likelihood = poisson)"),
        ({"exposure_t_yr": 2000}, "xenonnt_sr0 (changed: exposure_t_yr = 2000)"),
        ({"exposure_t_yr": 1.16}, "xenonnt_sr0"),
        ({}, "xenonnt_sr0"),
    ],
)
def test_what_was_changed_does_not_pass_for_what_is_packaged(changes, name):
    changed = load_experiment("xenonnt_sr0", changes)
    assert changed.name == name
    assert changed.slug.isidentifier()
    is_packaged = name == "xenonnt_sr0"
    assert (changed.title == "XENONnT SR0") == is_packaged
    assert (published_limit("magnetic_moment", "nu_e", changed.name) is not None) == is_packaged


def test_many_changes_have_a_short_name_of_their_own():
    def changed(sigma):
        changes = {
            "exposure_t_yr": 2.5,
            "likelihood": "poisson",
            "nuisances": {"beta_flux": {"sigma": sigma}},
        }
        return load_experiment("xenonnt_sr0:sqrt_errors", changes).name

    assert len(changed(0.1)) < 60
    assert changed(0.1).startswith("xenonnt_sr0:sqrt_errors (changed: 3 entries, ")
    assert changed(0.1) != changed(0.2)
    assert published_limit("magnetic_moment", "nu_e", changed(0.1)) is None


def test_a_copy_with_other_numbers_is_marked_by_its_file(folder):
    assert load_experiment(folder).name == "xenonnt_sr0"
    change_entry(folder / "bins.csv", 3, "n_obs", "30")
    assert load_experiment(folder).name == "xenonnt_sr0 (changed: bins.csv)"
    assert load_experiment(f"{folder}:poisson").name == "xenonnt_sr0:poisson (changed: bins.csv)"
    edit(folder / "experiment.toml", "sigma = 0.07", "sigma = 0.08")
    assert load_experiment(folder).name == "xenonnt_sr0 (changed: experiment.toml, bins.csv)"
    edit(folder / "experiment.toml", 'name = "xenonnt_sr0"', 'name = "mine"')
    assert load_experiment(folder).name == "mine"


@pytest.mark.parametrize("name", ["xenonnt_sr0", "lz_ws2022:low_edge", "", "a+b", "two\nlines", "x" * 200, 3])
def test_a_name_that_misleads_is_refused(name):
    with pytest.raises(ValueError, match="as_name = "):
        load_experiment("xenonnt_sr0", {"exposure_t_yr": 2.0}, as_name=name)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "mine"}, "cannot be changed; as_name"),
        ({"exposure": 2.0}, "exposure: Extra inputs"),
        ({"components": {"background": 3}}, "not a table of changes"),
        (["exposure_t_yr"], "a mapping like the experiment.toml"),
        ({"exposure_t_yr": True}, "should be a number"),
    ],
)
def test_changes_that_cannot_be_made_are_refused(changes, words):
    with pytest.raises(ValueError, match=words):
        load_experiment("xenonnt_sr0", changes)


def test_numbers_of_numpy_change_an_experiment_as_numbers_do():
    changed = load_experiment(
        "xenonnt_sr0", {"exposure_t_yr": np.float64(2.5), "bins": {"fit_from_keV": np.int64(2)}}
    )
    assert (changed.exposure, changed.bin_edges[0]) == (2.5, 2.0)


def test_a_path_works_wherever_a_name_does(folder):
    edit(folder / "experiment.toml", 'name = "xenonnt_sr0"', 'name = "mine"')
    change_entry(folder / "bins.csv", 3, "n_obs", "30")
    for experiments in ([folder, "lz_ws2022"], [str(folder), "lz_ws2022"]):
        assert [e.name for e in load_distinct(experiments)] == ["lz_ws2022", "mine"]
    assert load_distinct(folder)[0].name == "mine"
    assert load_experiment(Path(f"{folder}:poisson")).name == "mine:poisson"


@pytest.mark.parametrize("wrong", [[3], 3, [None], {"a": 1}])
def test_what_is_no_experiment_is_refused_by_its_kind(wrong):
    with pytest.raises(TypeError, match="is no"):
        load_distinct(wrong)


def test_events_count_once_whatever_their_name(folder):
    poisson = load_experiment("xenonnt_sr0", {"likelihood": "poisson"}, as_name="poisson_instead")
    edit(folder / "experiment.toml", 'name = "xenonnt_sr0"', 'name = "mine"')
    for other in (
        poisson,
        load_experiment("xenonnt_sr0", {"exposure_t_yr": 2.0}),
        folder,
        "xenonnt_sr0:poisson",
    ):
        with pytest.raises(ValueError, match=r"would count twice in \["):
            load_distinct(["xenonnt_sr0", other])
    change_entry(folder / "bins.csv", 3, "n_obs", "30")  # other events
    assert len(load_distinct(["xenonnt_sr0", folder])) == 2


def test_two_variables_of_one_name_are_refused_before_a_model_is_built(folder, tmp_path):
    """A component bg_b of ``a`` and a component bg of ``b_a`` would both be bg_b_a."""
    for name, component in (("a", "bg_b"), ("b_a", "bg")):
        shutil.copytree(folder, tmp_path / name)
        edit(tmp_path / name / "experiment.toml", 'name = "xenonnt_sr0"', f'name = "{name}"')
        edit(tmp_path / name / "experiment.toml", 'name = "background"', f'name = "{component}"')
        change_entry(tmp_path / name / "bins.csv", 3, "n_obs", "30")
    with pytest.raises(ValueError, match="bg_b_a would be two variables of one model"):
        load_distinct([tmp_path / "a", tmp_path / "b_a"])
