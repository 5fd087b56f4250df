"""Coverage: what every bound promises, where the asymptotic promises hold and where they cannot."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose
from schemas import check_files

from bayes_enues import load_experiment, signal_counts
from bayes_enues.commands.coverage import parse_true_values
from bayes_enues.interactions import MagneticMoment
from bayes_enues.runs.rows import RowSpec
from bayes_enues.studies.simulations.fast_fits import COLUMNS
from bayes_enues.studies.simulations.jobs import (
    BOUNDS,
    CHUNK,
    Chunk,
    analyse,
    binomial_error,
    chunks_of,
    coverage_row,
    critical_value,
    job_of,
)
from bayes_enues.studies.simulations.run import coverage_folder, run_coverage
from bayes_enues.tables import packaged

FACTOR = 100  # times LZ's exposure, background and argon
TRUE = 25.0  # 1e-12 mu_B: more than ten standard deviations from zero there


@pytest.fixture(scope="session")
def large_experiment(tmp_path_factory) -> Path:
    """A made-up experiment of LZ's shape with a hundred times the exposure, its data a moment of 25."""
    folder = tmp_path_factory.mktemp("large")
    for name in ("efficiency.csv", "ar37_shape.csv", "background.csv", "bins.csv"):
        (folder / name).write_text(packaged("lz_ws2022", name).read_text())
    text = packaged("lz_ws2022", "experiment.toml").read_text().partition("[variants")[0]
    text = text.replace('name = "lz_ws2022"', 'name = "large"')
    text = text.replace("exposure_t_yr = 0.9", f"exposure_t_yr = {FACTOR * 0.9:g}  # 0.9")
    text = text.replace("subtract_standard_model = true", f"scale = {FACTOR}")
    text = text.replace("events = 97.0", f"events = {97.0 * FACTOR}")
    (folder / "experiment.toml").write_text(text)
    experiment = load_experiment(folder)
    counts = np.round(signal_counts(experiment, MagneticMoment(nu_e=TRUE)) + experiment.background)
    lines = packaged("lz_ws2022", "bins.csv").read_text().splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("e_lo")) + 1
    skipped = len(lines) - first - counts.size
    for i, n in enumerate(counts, start=first + skipped):
        lines[i] = ",".join([*lines[i].split(",")[:2], f"{n:.0f}"])
    (folder / "bins.csv").write_text("\n".join(lines) + "\n")
    return folder


@pytest.mark.slow
def test_bounds_keep_their_promise_far_from_the_boundary(large_experiment):
    """Physics: with large counts every bound covers what it promises asymptotically, within error."""
    job = job_of(RowSpec("magnetic_moment", "nu_e", str(large_experiment), seed=5), [TRUE])
    row = coverage_row(analyse(Chunk(job, 0, 0, 2500)), 0.9, signed=False)
    assert row["failed"] == 0
    assert row["share_at_boundary"] == 0
    for bound in BOUNDS:
        error = np.sqrt(row["coverage_target"][bound] * (1 - row["coverage_target"][bound]) / 2500)
        assert_allclose(
            row["coverage"][bound], row["coverage_target"][bound], atol=3.5 * error, err_msg=bound
        )
    assert_allclose(row["critical_value"], 2.7055, atol=3.5 * row["critical_value_error"])


@pytest.mark.slow
def test_on_the_boundary_delta_chi2_is_half_zero(large_experiment):
    """Physics: Chernoff, Ann. Math. Stat. 25 (1954) 573: half zero, half chi^2; 90 % lie below 1.642."""
    job = job_of(RowSpec("magnetic_moment", "nu_e", str(large_experiment), seed=6), [0.0])
    results = analyse(Chunk(job, 0, 0, 2500))
    row = coverage_row(results, 0.9, signed=False)
    assert_allclose(row["share_at_boundary"], 0.5, atol=3.5 * 0.01)
    assert_allclose(row["critical_value"], 1.6424, atol=3.5 * row["critical_value_error"])
    assert row["coverage"]["profile_upper"] == 1.0


def test_failures_count_against_every_bound():
    results = np.zeros((100, len(COLUMNS)))
    results[:, 0] = 1.0
    assert set(coverage_row(results, 0.9, signed=False)["coverage"].values()) == {1.0}
    results[:3, 0] = 0.0
    row = coverage_row(results, 0.9, signed=False)
    assert row["failed"] == 3
    assert row["toys"] == 100
    assert set(row["coverage"].values()) == {0.97}
    results[:30, 0] = 0.0
    assert coverage_row(results, 0.9, signed=False)["critical_value"] is None


def test_signed_parameters_have_no_one_sided_bounds():
    row = coverage_row(np.ones((10, len(COLUMNS))), 0.9, signed=True)
    assert row["coverage"]["profile_one_sided"] is None
    assert row["coverage"]["posterior_flat_strength"] is None
    assert row["coverage_target"]["profile_upper"] == 0.95


def test_errors_are_those_of_a_share_and_of_an_order_statistic():
    """By hand, and against the scatter of repeated draws."""
    assert_allclose(binomial_error(9000, 10000), 0.003, rtol=0.01)
    assert binomial_error(100, 100) > 0.009
    rng = np.random.default_rng(1)
    found = np.array([critical_value(rng.chisquare(1, 2000), 0.9) for _ in range(300)])
    assert_allclose(found[:, 0].mean(), 2.7055, atol=0.02)
    assert_allclose(found[:, 1].mean(), found[:, 0].std(), rtol=0.15)


@pytest.fixture(scope="module")
def job():
    return job_of(RowSpec("magnetic_moment", "nu_e", "xenonnt_sr0", seed=11), [0.0, 9.0])


@pytest.mark.slow
def test_an_interrupted_run_goes_on_and_ends_the_same(job, tmp_path):
    toys = 2 * CHUNK + 100
    whole = coverage_folder(tmp_path / "whole", "magnetic_moment", 11, "poisson", 0.9)
    rows = run_coverage([job], toys, whole)

    broken = coverage_folder(tmp_path / "broken", "magnetic_moment", 11, "poisson", 0.9)

    def interrupt(done, words):
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_coverage([job], toys, broken, progress=interrupt)
    kept = sorted((tmp_path / "broken" / "rows" / "toys").glob("*.npy"))
    assert len(kept) == 3
    kept[0].write_bytes(kept[0].read_bytes()[:100])  # a file cut short is not trusted
    told = []
    again = coverage_folder(tmp_path / "broken", "magnetic_moment", 11, "poisson", 0.9)
    assert run_coverage([job], toys, again, progress=lambda done, words: told.append(done)) == rows
    assert told[0] == 2
    assert check_files(tmp_path) == {"coverage", "coverage_row", "toys_row"}
    assert (tmp_path / "broken/coverage.json").read_bytes() == (tmp_path / "whole/coverage.json").read_bytes()
    told.clear()
    run_coverage([job], toys + 50, again, progress=lambda done, words: told.append(done))
    assert told[0] == 4  # more toys only add to those that exist
    assert not list(tmp_path.rglob("*.partial"))


def test_a_folder_of_another_model_or_seed_is_refused_and_untouched(tmp_path):
    coverage_folder(tmp_path, "magnetic_moment", 11, "poisson", 0.9).save()
    before = (tmp_path / "coverage.json").read_bytes()
    for other, word in (
        (("millicharge", 11, "poisson", 0.9), "model magnetic_moment, not millicharge"),
        (("magnetic_moment", 12, "poisson", 0.9), "seed 11, not 12"),
        (("magnetic_moment", 11, "gaussian", 0.9), "kind poisson, not gaussian"),
        (("magnetic_moment", 11, "poisson", 0.95), "level 0.9, not 0.95"),
    ):
        with pytest.raises(ValueError, match=word):
            coverage_folder(tmp_path, *other)
    assert (tmp_path / "coverage.json").read_bytes() == before
    (tmp_path / "coverage.json").write_text("{")
    assert "cannot be read" in coverage_folder(tmp_path, "magnetic_moment", 11, "poisson", 0.9).messages[0]
    assert (tmp_path / "coverage.json.broken-1").read_text() == "{"


@pytest.mark.slow
def test_a_row_says_what_the_issue_asks_for(job, tmp_path):
    folder = coverage_folder(tmp_path, "magnetic_moment", 11, "poisson", 0.9)
    run_coverage([job], 60, folder)
    content = json.loads(folder.file.read_text())
    row = content["rows"][0]
    needed = {
        "model",
        "parameter",
        "experiment",
        "true_value",
        "toys",
        "failed",
        "coverage",
        "critical_value",
    }
    assert needed <= set(row)
    assert list(row["coverage"]) == list(BOUNDS)
    assert row["complete"]
    limit = content["limits"][0]
    assert limit["parameter"] == "nu_e"
    assert limit["standard_model_p_value"] == 1.0  # the data's best fit is the Standard Model


def test_bad_input_is_refused_before_anything_runs(job):
    spec = job.spec
    with pytest.raises(ValueError, match="0 toys"):
        chunks_of(job, 0)
    with pytest.raises(ValueError, match="outside the physical region"):
        job_of(spec, [-1.0, 3.0])
    with pytest.raises(ValueError, match="there twice"):
        job_of(spec, [3.0, 3.0])
    with pytest.raises(ValueError, match="default prior"):
        job_of(RowSpec("magnetic_moment", "nu_e", "xenonnt_sr0", prior="halfnormal(10)"))
    with pytest.raises(ValueError, match="whole number of values or a list"):
        parse_true_values("many")
    assert parse_true_values("12") == 12
    assert parse_true_values("0,4,8") == [0.0, 4.0, 8.0]
    assert parse_true_values("4,") == [4.0]


@pytest.mark.slow
def test_toys_that_were_rewritten_are_thrown_again(job, tmp_path):
    """An array of zeros in place of toys once gave a coverage of zero without a word."""
    folder = coverage_folder(tmp_path, "magnetic_moment", 11, "poisson", 0.9)
    rows = run_coverage([job], 60, folder)
    for path in (tmp_path / "rows" / "toys").glob("*.npy"):
        np.save(path, np.zeros((60, len(COLUMNS))))
    again = coverage_folder(tmp_path, "magnetic_moment", 11, "poisson", 0.9)
    assert run_coverage([job], 60, again) == rows
    assert "is not the file its row was written with" in again.messages[0]


@pytest.mark.slow
def test_a_longer_run_replaces_the_entries_of_its_parameter_and_keeps_those_of_others(job, tmp_path):
    other = replace(job, spec=replace(job.spec, experiment="xenonnt_sr0:poisson"))
    for asked, toys in ((job, 20), (other, 20), (job, 40)):
        folder = coverage_folder(tmp_path, "magnetic_moment", 11, "poisson", 0.9)
        run_coverage([asked], toys, folder)
    rows = json.loads(folder.file.read_text())["rows"]
    assert [(row["experiment"], row["toys"]) for row in rows] == [
        *[("xenonnt_sr0", 40)] * 2,
        *[("xenonnt_sr0:poisson", 20)] * 2,
    ]


def test_a_flux_has_no_second_column_for_a_prior_flat_in_its_strength():
    """The strength of a flux is the flux itself; that of a coupling its square."""
    results = np.ones((10, len(COLUMNS)))
    flux, coupling = (coverage_row(results, 0.9, signed=False, power=power) for power in (1, 2))
    assert flux["coverage"]["posterior_flat_strength"] is None
    assert coupling["coverage_target"]["posterior_flat_strength"] == 0.9
    assert flux["coverage"]["posterior"] == coupling["coverage"]["posterior"]
