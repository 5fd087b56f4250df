"""Feldman and Cousins' construction against the profile it replaces, and its place in the table of limits."""

import json
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tasks import stored
from test_report import a_row

from bayes_enues import profile_likelihood
from bayes_enues.runs.rows import RowSpec
from bayes_enues.runs.store import ResultsFolder
from bayes_enues.studies.simulations.attached import attach, inputs_of
from bayes_enues.studies.simulations.feldman_cousins import feldman_cousins, p_value


def test_wilks_critical_value_gives_back_the_profile_limit(xenonnt_model):
    """Property: with 2.7055 everywhere the region is that of the profile."""
    values = np.linspace(0, 12, 9)
    found = feldman_cousins(xenonnt_model, values, np.full(9, 2.7055), np.full(9, 0.1))
    profile = profile_likelihood(xenonnt_model)
    assert_allclose(found.upper, profile.upper, atol=2e-3)
    assert found.lower is None
    assert found.note == ""
    up, down = (
        feldman_cousins(xenonnt_model, values, np.full(9, 2.7055 + d), np.zeros(9)).upper for d in (0.1, -0.1)
    )
    assert_allclose(found.error, (up - down) / 2, rtol=0.05)


def test_an_end_beyond_the_true_values_is_not_a_limit(xenonnt_model):
    found = feldman_cousins(xenonnt_model, [0.0, 3.0, 6.0], [2.7] * 3, [0.1] * 3)
    assert found.upper is None
    assert "reaches beyond the highest true value, 6" in found.note
    with pytest.raises(ValueError, match="two or more finite ones"):
        feldman_cousins(xenonnt_model, [0.0, 3.0], [2.7, None], [0.1, 0.1])


def test_p_value_is_the_share_of_toys_beyond_the_data():
    assert p_value(np.arange(10.0), 7.0) == 0.3
    assert p_value(np.arange(10.0), 0.0) == 1.0


def test_only_a_matching_coverage_run_enters_the_table_of_limits(tmp_path):
    spec = RowSpec("magnetic_moment", "nu_e", "xenonnt_sr0")
    entry = {
        "inputs": inputs_of(replace(spec, draws=17, seed=9)), "level": 0.9, "lower": None, "upper": 8.7,
        "error": 0.1, "critical_value": 2.6, "pieces": [[0.0, 8.7]],
        "toys": 100, "failed": 0, "note": "", "kind": "poisson",
    }  # fmt: skip
    (tmp_path / "coverage_x").mkdir()
    (tmp_path / "coverage_x" / "coverage.json").write_text(json.dumps({"limits": [entry]}))
    (tmp_path / "coverage_y").mkdir()  # toys that test only themselves
    itself = {**entry, "kind": "gaussian", "upper": 7.7}
    (tmp_path / "coverage_y" / "coverage.json").write_text(json.dumps({"limits": [itself]}))
    others = [
        replace(spec, level=0.95),
        replace(spec, experiment="lz_ws2022"),
        replace(spec, parameter="nu_mu"),
    ]
    asked = [spec, *others]
    folder = ResultsFolder(tmp_path)
    stale = {"feldman_cousins": entry | {"upper": 1.0}}
    for one in asked:
        folder.write(a_row(one.parameter, one.experiment) | stale | stored(one))
    limits = attach([folder.result(one.fingerprint()) for one in asked], asked, folder)
    assert folder.messages == []
    assert limits[0].feldman_cousins.upper == 8.7
    assert limits[0].feldman_cousins.source == "coverage_x/coverage.json"
    assert [limit.feldman_cousins for limit in limits[1:]] == [None] * 3
    again = ResultsFolder(tmp_path)
    assert [again.result(one.fingerprint()) for one in asked] == limits
    assert [row.get("feldman_cousins", {}).get("upper") for row in again.rows] == [8.7, None, None, None]
    (tmp_path / "coverage.json").write_text("{")
    attach(limits, asked, folder)
    assert "cannot be read" in folder.messages[0]
    edited = {**entry, "upper": 1.0, "sha256": "0" * 64}
    (tmp_path / "coverage.json").write_text(json.dumps({"limits": [edited]}))
    assert attach(limits, asked, folder) == limits
