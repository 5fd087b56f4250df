"""A study of priors: reweighted, sampled and integrated bounds agree; what moves is said in words."""

from dataclasses import replace

import numpy as np
import pytest
from schemas import check_files

import bayes_enues as be
from bayes_enues.analyses.priors import PriorTable
from bayes_enues.commands.common import print_result
from bayes_enues.fit.power_scaling import power_scaling
from bayes_enues.plots import plot_limit
from bayes_enues.priors import Flat, FlatStrength, HalfNormal, LogUniform
from bayes_enues.results import PriorStudyRow
from bayes_enues.runs.beside import read_arrays, with_curve
from bayes_enues.runs.plan import plan
from bayes_enues.runs.rows import RowSpec
from bayes_enues.runs.runner import run
from bayes_enues.runs.store import ResultsFolder
from bayes_enues.statistics import threshold
from bayes_enues.studies.prior_plan import default_priors, nuisance_priors, plan_study
from bayes_enues.studies.prior_study import compared

SPEC = RowSpec("magnetic_moment", "nu_e", "xenonnt_sr0", draws=3000)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    out = tmp_path_factory.mktemp("priors")
    priors = [None, "flat_strength", "jeffreys", "halfnormal(1e-11 mu_B)", "loguniform(1e-13 mu_B)"]
    rows = plan_study([SPEC], priors, nuisances=False)
    folder = ResultsFolder(out, "priors.json", 0.9)
    return {row.label: row.to_row() for row in run(rows, folder)}, rows, folder


def test_every_bound_agrees_with_quadrature_within_three_errors(study):
    assert check_files(study[2].path) == {"priors", "priors_row"}
    for row in study[0].values():
        assert row["posterior"]["converged"]
        assert abs(row["posterior"]["upper"] - row["exact"]["upper"]) < 3 * row["posterior"]["mcse"], row[
            "label"
        ]


def test_no_prior_leaves_a_divergence(study):
    assert all(row["posterior"]["divergences"] == 0 for row in study[0].values())


def test_the_bound_of_xenonnt_moves_by_23_per_cent_between_flat_and_flat_in_the_square(study):
    """Physics: physics.md section 6, and the issue's 23 %."""
    rows = study[0]
    ratio = rows["flat_strength"]["exact"]["upper"] / rows["flat"]["exact"]["upper"]
    assert ratio == pytest.approx(1.23, abs=0.01)
    assert "weaker than under the default prior" in rows["flat_strength"]["flag"]
    assert rows["flat"]["flag"] == ""


def test_jeffreys_and_flat_in_the_square_give_one_bound(study):
    """Physics: a Gaussian likelihood and a pure square signal."""
    rows = study[0]
    assert rows["jeffreys"]["exact"]["upper"] == pytest.approx(
        rows["flat_strength"]["exact"]["upper"], rel=1e-5
    )


def test_draws_are_reweighted_where_they_can_be_and_the_reason_is_given_where_not(study):
    rows = study[0]
    assert rows["flat_strength"]["how"] == rows["halfnormal(1e-11 mu_B)"]["how"] == "reweighted"
    assert rows["loguniform(1e-13 mu_B)"]["how"] == "sampled"
    assert "reweighting" in rows["loguniform(1e-13 mu_B)"]["reason"]


def test_the_lower_edge_of_a_log_uniform_prior_is_named_as_what_decides(study):
    assert any("depends on its lower edge" in note for note in study[0]["loguniform(1e-13 mu_B)"]["notes"])
    assert study[0]["flat"]["notes"] == []


def test_the_profile_does_not_depend_on_the_prior(study):
    assert len({row["profile"]["upper"] for row in study[0].values()}) == 1


def test_a_second_run_computes_nothing(study):
    rows, specs, folder = study
    again = run(specs, ResultsFolder(folder.path, "priors.json", 0.9))
    assert [row.fingerprint for row in again] == [row["fingerprint"] for row in rows.values()]


def test_power_scaling_sees_the_prior_only_where_it_bends(study):
    rows = study[0]
    assert rows["flat"]["power_scaling"]["prior_sensitivity"] == 0
    assert "says nothing of other priors" in rows["flat"]["power_scaling"]["diagnosis"]
    bent = ("halfnormal(1e-11 mu_B)", "loguniform(1e-13 mu_B)")
    strengths = [rows[k]["power_scaling"]["prior_sensitivity"] for k in bent]
    assert 0 < strengths[0] < strengths[1]


def test_power_scaling_needs_its_groups(study):
    model = be.models.magnetic_moment(["xenonnt_sr0"], "nu_e")
    tree = be.sample_posterior(model, draws=500, groups=False)
    with pytest.raises(ValueError, match="log_prior"):
        power_scaling(tree, "nu_e")


def test_a_range_that_cuts_the_likelihood_is_said_and_one_beside_it_refused():
    cut = be.models.magnetic_moment(["xenonnt_sr0"], "nu_e", prior=Flat(0.0, 6.0))
    assert any("depends on its upper edge" in note for note in be.limits(cut, draws=1000).notes)
    beside = be.models.magnetic_moment(["xenonnt_sr0"], "nu_e", prior=Flat(40.0, 60.0))
    with pytest.raises(ValueError, match="excludes everything that the data allow"):
        be.limits(beside, draws=1000)


@pytest.mark.parametrize("kind", [be.MagneticMoment, be.Millicharge, be.ChargeRadius])
def test_default_priors_fit_their_parameters(kind):
    texts = default_priors(kind())
    rows = plan_study([RowSpec(kind.name, "nu_e", "xenonnt_sr0")], nuisances=False)
    assert len(rows) == len(texts) == (5 if kind.signed else 6)


def test_each_nuisance_is_halved_and_doubled_and_argon_made_flat():
    joint = nuisance_priors("lz_ws2022+xenonnt_sr0")
    assert len(joint) == 7
    beta = next(changes for label, changes in joint if label.startswith("beta_flux"))
    assert sorted(beta) == ["lz_ws2022", "xenonnt_sr0"]  # a shared nuisance changes everywhere
    assert joint[-1][1]["lz_ws2022"]["nuisances"]["delta_ar37"]["upper"] == pytest.approx(288 / 97 - 1)


def test_a_prior_that_does_not_fit_is_refused_before_anything_runs():
    with pytest.raises(ValueError, match="signed"):
        plan_study([RowSpec("millicharge", "nu_e", "xenonnt_sr0")], ["loguniform(0.1)"])


def typed(study):
    return [PriorStudyRow.from_dict(row) for row in study[0].values()]


def test_signed_regions_are_compared_by_their_ends(study):
    def row(lower, upper):
        ends = {"lower": lower, "upper": upper, "pieces": [(lower, upper)]}
        posterior = replace(like.posterior, kind="hdi", **ends)
        profile = replace(like.profile, pieces=[(-1.0, 1.0)], upper_one_sided=None)
        return replace(like, posterior=posterior, profile=profile)

    like = typed(study)[0]
    assert "upper end moves by 25 %" in compared(row(-1.0, 1.5), row(-1.0, 1.0)).flag
    assert compared(row(-1.0, 1.1), row(-1.0, 1.0)).flag == ""


def test_priors_of_one_family_share_one_shape():
    shapes = [
        be.models.magnetic_moment(["xenonnt_sr0"], name, prior=prior)
        for name, prior in (("nu_e", LogUniform(0.1, 20.0)), ("nu_mu", LogUniform(0.3, 30.0)))
    ]
    from bayes_enues.compiled.structures import same_structure

    assert same_structure(*shapes)
    for prior in (FlatStrength(0.0, 20.0), HalfNormal(0.0, 20.0, scale=4.0)):
        one, two = (be.models.magnetic_moment(["xenonnt_sr0"], n, prior=prior) for n in ("nu_e", "nu_mu"))
        assert same_structure(one, two)
    assert np.isfinite(shapes[0].question.priors["nu_e"].knee)


def at_level(row, level):
    """The row at another level, with the profile's own thresholds and bounds; the rest is made up."""
    one_sided = None if level <= 0.5 else row.profile.upper_one_sided
    profile = replace(row.profile, threshold=threshold(level), upper_one_sided=one_sided)
    return replace(row, level=level, profile=profile)


@pytest.mark.parametrize(("level", "heads"), [(0.9, "/2.71 /1.64"), (0.95, "/3.84 /2.71"), (0.4, "/0.275")])
def test_columns_are_headed_by_the_thresholds_of_the_level(study, capsys, level, heads):
    rows = tuple(at_level(row, level) for row in typed(study))
    print_result(PriorTable(rows, study[2].path))
    (head,) = (line for line in capsys.readouterr().out.splitlines() if "quadrature" in line)
    assert " ".join(head.split()).endswith("posterior quadrature /default " + heads)


def test_lines_mark_the_thresholds_of_the_level(study):
    from matplotlib.figure import Figure

    row, folder = at_level(typed(study)[0], 0.95), study[2].path
    draws = read_arrays(folder, row, "posterior", "nu_e")[0].ravel()
    ax, _ = plot_limit(Figure().subplots(2), with_curve(folder, row), draws, "x")
    level = [line.get_ydata() for line in ax.lines if list(line.get_xdata()) == [0, 1]]
    marked = [ends[0] for ends in level if ends[0] == ends[1]]
    assert marked == pytest.approx([3.8415, 2.7055], abs=1e-4)


def test_a_level_without_a_one_sided_bound_is_compared_too(study):
    row = at_level(typed(study)[0], 0.4)
    assert compared(row, row).ratio_to_one_sided is None


@pytest.mark.slow
def test_the_prior_of_an_uncertain_number_is_varied_in_its_own_unit_and_as_asked_in_words():
    marginalised = RowSpec("magnetic_moment", "nu_e", "xenonnt_sr0:marginalised")
    text = "edge_xenonnt=uniform(-0.2, 0.2)"
    rows = plan_study([marginalised, SPEC], [None], nuisance_texts=[text])
    labels = [row.label for row in rows]
    assert "edge_xenonnt sigma ×2 (0.1 keV)" in labels
    assert "beta_flux sigma ×0.5 (3.5 %)" in labels
    (asked,) = (row for row in rows if row.label == text)  # the other experiment has no such nuisance
    (experiment,) = asked.spec.experiments
    assert next(n for n in experiment.nuisances if n.name == "edge_xenonnt").uniform == (-0.2, 0.2)
    with pytest.raises(ValueError, match="has no nuisance 'nobody'"):
        plan_study([SPEC], [None], nuisance_texts=["nobody=uniform(-1, 1)"])
    with pytest.raises(ValueError, match="cannot be read"):
        plan_study([SPEC], [None], nuisance_texts=["beta_flux wide"])


def test_default_priors_of_nuclei_are_of_the_size_that_nuclei_see():
    """A moment of 1e-11 Bohr magnetons is what electrons limit; nuclei limit it a hundred times higher."""
    sizes = {}
    for experiment in ("xenonnt_nr", "xenonnt_nr+xenonnt_sr0"):
        study = plan_study(plan(["magnetic_moment"], ["universal"], [experiment]), nuisances=False)
        (half,) = (row.spec.prior for row in study if "halfnormal" in (row.spec.prior or ""))
        sizes[experiment] = float(half.removeprefix("halfnormal(").removesuffix(")"))
    assert 500 < sizes["xenonnt_nr"] < 3000
    assert sizes["xenonnt_nr+xenonnt_sr0"] == 10.0
