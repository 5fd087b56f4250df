"""Each input does what physics.md says of it; numbers of its section 3."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from marks import slow
from schemas import check_files

import bayes_enues as be
from bayes_enues.results import Interval, Profile, SystematicsRow
from bayes_enues.runs.plan import plan
from bayes_enues.runs.rows import RowSpec
from bayes_enues.runs.runner import run
from bayes_enues.runs.store import ResultsFolder
from bayes_enues.studies.systematics import _published, plan_systematics, shifts, variations


def _run(tmp_path_factory, spec, keep):
    rows = [r for r in plan_systematics([spec]) if r.is_default or any(k in r.label for k in keep)]
    folder = ResultsFolder(tmp_path_factory.mktemp("systematics"), "systematics.json", 0.9)
    found = {row.label: row.to_row() for row in run(rows, folder)}
    assert check_files(folder.path) == {"systematics", "systematics_row"}
    return found


@pytest.fixture(scope="module")
def xenonnt(tmp_path_factory):
    keep = ("poisson", "sqrt", "resolution", "free", "efficiency", "0.25")
    return _run(tmp_path_factory, RowSpec("magnetic_moment", "nu_e", "xenonnt_sr0"), keep)


@pytest.fixture(scope="module")
def lz(tmp_path_factory):
    keep = ("nest", "full_response", "RRPA", "oscillation", "fluxes", "radiative", "low_edge")
    return _run(tmp_path_factory, RowSpec("magnetic_moment", "nu_e", "lz_ws2022"), keep)


def profile_shift(rows, label):
    return 100 * rows[label]["shift"]["of_profile"][1]


def test_the_errors_of_counts_move_xenonnt_as_physics_says(xenonnt):
    """Physics: sqrt(N) 15 % stronger, Poisson 13 % weaker."""
    assert profile_shift(xenonnt, "sigma = sqrt(N), not Garwood") == pytest.approx(-15, abs=1)
    assert profile_shift(xenonnt, "poisson likelihood") == pytest.approx(13, abs=1)


@pytest.mark.slow
def test_the_argon_shape_and_the_response_move_lz_as_physics_says(lz):
    """Physics: NEST's shape +16 %, the simulated response +1.5 %."""
    assert profile_shift(lz, "variant nest_ar37") == pytest.approx(16, abs=1)
    assert profile_shift(lz, "variant full_response") == pytest.approx(1.5, abs=0.3)


@pytest.mark.slow
def test_rrpa_brings_lz_near_its_own_expectation_of_solar_events(lz):
    """Physics: 33 with steps, 27.5 with RRPA; LZ expects 27.1."""
    assert lz["default"]["standard_model_counts"] == pytest.approx(33.08, abs=0.05)
    assert lz["RRPA electrons"]["standard_model_counts"] == pytest.approx(27.5, abs=0.1)
    assert "Standard Model part only" in lz["RRPA electrons"]["notes"][-1]
    assert "held outside" in lz["RRPA electrons"]["notes"][-1]


@pytest.mark.slow
def test_inputs_of_the_sun_and_the_couplings_move_little(lz):
    labels = [k for k in lz if k.startswith(("oscillation", "fluxes", "radiative"))]
    assert len(labels) == 5
    assert all(0 < abs(profile_shift(lz, k)) < 1.5 for k in labels)


@pytest.mark.parametrize("rows", ["xenonnt", slow("lz")])
def test_both_statistics_move_together(rows, request):
    for row in request.getfixturevalue(rows).values():
        posterior, profile = row["shift"]["of_posterior"][1], row["shift"]["of_profile"][1]
        assert posterior == pytest.approx(profile, abs=0.04), row["label"]


def test_more_efficiency_at_low_energy_and_more_electrons_strengthen_the_bound(xenonnt):
    assert (
        profile_shift(xenonnt, "efficiency edge -0.2 keV")
        < 0
        < profile_shift(xenonnt, "efficiency edge +0.2 keV")
    )
    assert profile_shift(xenonnt, "54 free electrons") < 0
    assert profile_shift(xenonnt, "recoils above 0.25 keV only") > 0


def test_the_posterior_is_that_of_quadrature_without_error(xenonnt):
    model = be.models.magnetic_moment(["xenonnt_sr0"], "nu_e")
    assert xenonnt["default"]["posterior"]["upper"] == pytest.approx(
        be.marginal_density(model).quantile(0.9), rel=1e-9
    )


def test_every_variation_of_the_issue_is_there():
    found = {
        e: [v.label for v in variations(be.load_experiment(e), "millicharge")] for e in be.experiment_names()
    }
    assert found.pop("xenonnt_nr") == [
        "gaussian likelihood",
        *(f"variant {variant}" for variant in be.load_experiment("xenonnt_nr").settings.variants),
        *("oscillation NuFIT6.0_SK", "oscillation NuFIT6.1_SK"),
        *("fluxes b16_gs98", "fluxes b16_agss09met"),
    ]
    for name, labels in found.items():
        text = " ".join(labels)
        words = ("likelihood", "first bin out", "edge -0.2", "edge +0.2")
        if be.load_experiment(name).settings.response is None:  # a response table has no resolution to vary
            words += ("resolution -10", "resolution +10")
        words += ("0.25 keV", "free electrons", "NuFIT6.0_SK", "NuFIT6.1_SK", "radiative", "photons")
        assert all(word in text for word in words)
    assert "variant full_response" in found["lz_ws2022"]
    assert "all bins in: fit from 0 keV" in found["xenonnt_sr0"]


def test_rrpa_is_varied_where_the_new_term_adds_to_the_standard_model_s():
    xenonnt = be.load_experiment("xenonnt_sr0")
    for model, adds in (("magnetic_moment", True), ("light_scalar", True), ("millicharge", False)):
        assert any("RRPA" in v.label for v in variations(xenonnt, model)) == adds


@pytest.mark.slow
def test_every_variation_loads():
    for name in be.experiment_names():
        for v in variations(be.load_experiment(name), "magnetic_moment"):
            changed = be.load_experiment(name, v.changes)
            assert np.all(np.isfinite(changed.response)), v.label


def test_a_bound_on_the_size_of_a_charge_is_compared_with_the_upper_end_of_a_signed_region():
    def row(posterior, profile):
        rest = {"best_fit": 0.0, "chi2_min": 1.0, "threshold": 2.7055, "at_boundary": False, "nuisances": {}}
        return SimpleNamespace(
            posterior=Interval(lower=posterior[0], upper=posterior[1]),
            profile=Profile(pieces=[profile], upper_one_sided=None, **rest),
        )

    default, row = row((-1.0, 4.0), (-2.0, 5.0)), row((None, 1.0), (0.0, 1.0))
    assert shifts(row, default).of_posterior == (None, -0.75)
    assert shifts(row, default).of_profile == (None, pytest.approx(-0.8))


def test_a_published_limit_stands_beside_bounds_of_its_own_level_only():
    spec = RowSpec("magnetic_moment", "nu_e", "xenonnt_sr0")
    assert _published(spec) is not None
    assert _published(replace(spec, level=0.95)) is None


def test_a_joint_fit_shows_what_each_experiment_contributes():
    """Leaving one of two out gives the other's own limit."""
    (spec,) = plan(["magnetic_moment"], ["nu_e"], ["lz_ws2022+xenonnt_sr0"])
    default, without_lz, without_xenonnt = plan_systematics([spec])
    assert [row.label for row in (default, without_lz, without_xenonnt)] == [
        "default", "without lz_ws2022", "without xenonnt_sr0",
    ]  # fmt: skip
    row = SystematicsRow.from_dict(without_lz.compute()[0])
    assert row.experiment == "lz_ws2022+xenonnt_sr0"
    assert row.profile.upper == pytest.approx(8.846, rel=1e-3)
    joint = be.profile_likelihood(be.models.magnetic_moment(["lz_ws2022", "xenonnt_sr0"], free="nu_e")).upper
    assert row.shift.of_profile[1] == pytest.approx(row.profile.upper / joint - 1, rel=1e-6)
