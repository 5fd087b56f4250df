"""Simulation-based calibration: the sampler passes, a broken one does not."""

import json

import numpy as np
import pytest
from schemas import check_files

from bayes_enues import models
from bayes_enues.compiled.structures import same_structure
from bayes_enues.results import CalibrationRow
from bayes_enues.runs.provenance import provenance
from bayes_enues.runs.rows import RowSpec
from bayes_enues.studies.mediators.scan import plan_scan
from bayes_enues.studies.planes.rows import plan_regions
from bayes_enues.studies.simulations.calibration import (
    STATES,
    Simulator,
    judge,
    quantities_of,
    simulations_of,
)
from bayes_enues.studies.simulations.calibration_run import calibration_folder, every_shape, run_calibration

pytestmark = pytest.mark.slow

N = 60
OTHERS = [("transition_magnetic_moment", "lambda_1"), ("magnetic_moment", "universal")]


def ranks(told=None):
    simulator = Simulator(models.magnetic_moment(["xenonnt_sr0"]), 7, told)
    return np.array([simulator.pit(number) for number in range(N)])[:, : -len(STATES)]


def test_the_sampler_is_calibrated_and_a_wrong_width_of_a_nuisance_is_noticed(xenonnt_model):
    """The same simulations, once with a sampler that takes the flux error for a quarter of what it is."""
    names = quantities_of(xenonnt_model)
    assert names == ["nu_e", "beta_flux", "chi2"]
    verdict = judge(ranks(), names)
    assert verdict.passed, verdict

    sigma = xenonnt_model.question.nuisances()["beta_flux"][0].sigma
    verdict = judge(ranks({"beta_flux_sigma": 0.25 * sigma}), names)
    assert not verdict.passed
    assert not verdict.quantities["beta_flux"].inside


def test_a_few_simulations_with_nuisances_of_the_response_are_uniform():
    """docs/coverage.md has a thousand."""
    model = models.magnetic_moment(["xenonnt_sr0:marginalised"])
    simulator = Simulator(model, 7)
    table = np.array([simulator.pit(number) for number in range(20)])
    verdict = judge(table[:, : -len(STATES)], quantities_of(model))
    assert verdict.passed, verdict
    assert table[:, -len(STATES)].all()  # all converged


def test_every_shape_is_every_shape_that_limits_planes_and_scans_have():
    """Any other model is one of these with other numbers, so that its sampler is calibrated with theirs."""
    rows = every_shape(["xenonnt_sr0"])
    calibrated = [spec.build() for spec in rows if spec.prior is None]  # the others: planes of mass, priors
    asked = [RowSpec(m, "nu_e", "xenonnt_sr0") for m in ("millicharge", "charge_radius", "anapole_moment")]
    asked += [RowSpec(m, name, "xenonnt_sr0") for m, name in OTHERS]
    asked += plan_scan(None, [10.0], ["xenonnt_sr0"])
    asked += plan_regions("millicharge", [("nu_mu", "nu_tau")], ["xenonnt_sr0"])
    asked += plan_regions("transition_magnetic_moment", [("lambda_2", "lambda_3")], ["xenonnt_sr0"])
    for spec in asked:
        model = spec.build()
        assert any(same_structure(model, other) for other in calibrated), spec


def test_uniform_ranks_pass_about_as_often_as_stated():
    rng = np.random.default_rng(3)
    passed = [judge(rng.uniform(size=(100, 2)), ["a", "b"], 0.9).passed for _ in range(20)]
    assert 14 <= sum(passed) <= 20
    assert not judge(rng.uniform(size=(100, 1)) ** 1.6, ["a"], 0.99).passed
    assert not judge(0.5 + (rng.uniform(size=(100, 1)) - 0.5) / 2, ["a"], 0.99).passed


def test_simulations_are_kept_and_each_can_be_repeated(tmp_path):
    spec = RowSpec("magnetic_moment", "nu_e", "xenonnt_sr0", seed=7)
    told = []
    rows, table = run_calibration([spec], 30, calibration_folder(tmp_path, 7))
    again, same = run_calibration(
        [spec], 30, calibration_folder(tmp_path, 7), progress=lambda done, words: told.append(done)
    )
    assert told == [2]
    assert rows == again
    assert check_files(tmp_path) == {"calibration", "calibration_row", "simulations_row"}
    np.testing.assert_array_equal(table[0], same[0])
    np.testing.assert_allclose(Simulator(spec.build(), 7).pit(26)[: -len(STATES)], table[0][26], atol=1e-12)
    with pytest.raises(ValueError, match="seed 7, not 8"):
        calibration_folder(tmp_path, 8)


def test_too_few_simulations_are_refused():
    with pytest.raises(ValueError, match="at least 20 were needed"):
        simulations_of(RowSpec("magnetic_moment", "nu_e", "xenonnt_sr0"), 5)


def test_two_runs_in_one_folder_keep_each_others_rows(tmp_path):
    one, two = (calibration_folder(tmp_path, 7) for _ in range(2))
    counts = {"simulations": 20, "not_converged": 0, "by_smc": 0, "divergences": 0, "probability": 0.99}
    what = {"model": "m", "parameter": "p", "experiment": "e", "prior": "flat", "seed": 7}
    rows = [
        CalibrationRow(
            **what, **counts, passed=True, quantities={}, fingerprint=m * 32, provenance=provenance({})
        ).to_row()
        | {"question": m}
        for m in "ab"
    ]
    one.write(rows[0])
    two.write(rows[1])
    two.save()
    assert [row["question"] for row in json.loads(two.file.read_text())["rows"]] == ["a", "b"]


def test_rows_of_the_first_version_are_set_aside_in_one_line(tmp_path):
    old = {"model": "magnetic_moment", "parameter": "nu_e", "fingerprint": "0" * 32}
    text = json.dumps({"seed": 7, "rows": [old]})
    (tmp_path / "calibration.json").write_text(text)
    assert "is of another version" in calibration_folder(tmp_path, 7).messages[0]
    assert (tmp_path / "calibration.json.old-1").read_text() == text
