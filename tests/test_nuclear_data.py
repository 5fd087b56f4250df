"""The folder of nuclear recoils: what it says comes out, and what cannot be is refused in one line."""

import shutil
from copy import copy
from importlib import resources

import numpy as np
import pytest
from marks import slow
from numpy.testing import assert_allclose

import bayes_enues as be
from bayes_enues import models
from bayes_enues.fit.chi2 import Likelihood
from bayes_enues.fit.effects import QUADRATURE, SMOOTH_WITH_KINKS
from bayes_enues.fit.fit import fit_of
from bayes_enues.fit.marginal import convex, log_marginal_likelihood, marginal
from bayes_enues.fit.minimise import minimise_many
from bayes_enues.runs.plan import plan
from bayes_enues.studies.simulations.jobs import Chunk, analyse, coverage_row, job_of
from bayes_enues.studies.simulations.toys import ToyMaker


@pytest.fixture
def folder(tmp_path):
    """A copy of the packaged experiment, under another name."""
    with resources.as_file(resources.files("bayes_enues.data") / "xenonnt_nr") as packaged:
        shutil.copytree(packaged, tmp_path / "mine")
    edit(tmp_path / "mine", "experiment.toml", 'name = "xenonnt_nr"', 'name = "mine"')
    return tmp_path / "mine"


def edit(folder, file, old, new):
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def refused(folder, *words):
    with pytest.raises(be.InputError) as error:
        be.load_experiment(folder)
    assert "\n" not in str(error.value)
    for word in words:
        assert word in str(error.value)


def test_observed_and_expected_events_are_those_of_the_release(xenonnt_nr):
    assert xenonnt_nr.counts.reshape(3, 81).sum(axis=1).tolist() == [9, 28, 25]
    found = {name: values.sum() for name, values in xenonnt_nr.components.items()}
    accidental = sum(found[f"accidental_sr{run}"] for run in range(3))
    assert_allclose(
        [accidental, found["electronic_recoil"], found["neutron"]], [40.11, 1.20, 0.75], rtol=5e-3
    )
    assert xenonnt_nr.exposure == pytest.approx(1.174398 + 2.342593 + 3.249665)
    assert "keV" not in xenonnt_nr.axis


def test_a_part_of_the_runs_leaves_out_what_belongs_to_the_others(xenonnt_nr):
    first, last = (be.load_experiment(f"xenonnt_nr:{name}") for name in ("sr0_sr1", "sr2"))
    assert (first.n_bins, last.n_bins) == (162, 81)
    assert first.exposure + last.exposure == pytest.approx(xenonnt_nr.exposure)
    assert "accidental_sr2" not in first.components
    assert not any(n.scales == "accidental_sr0" for n in last.nuisances)
    assert_allclose(np.concatenate([first.response, last.response]), xenonnt_nr.response, rtol=0)


def test_the_yields_move_counts_as_the_table_says_and_bilinearly_between(xenonnt_nr):
    likelihood = Likelihood(models.magnetic_moment([xenonnt_nr], free="nu_e"))
    ly, qy = (likelihood.names.index(name) for name in ("t_ly", "t_qy"))
    assert (likelihood.lower[ly], likelihood.upper[ly]) == (-3.0, 3.0)

    def expected(t_ly, t_qy):
        x = np.zeros((1, len(likelihood.names)))
        x[0, [ly, qy]] = t_ly, t_qy
        return likelihood.expected(x)["counts_xenonnt_nr"][0]

    (grid,) = xenonnt_nr.grids
    rate = be.recoil_rate(be.StandardModel(), xenonnt_nr.e_er, xenon=xenonnt_nr.xenon)
    rest = xenonnt_nr.background - xenonnt_nr.components["neutron"]

    def tabulated(i, j):
        return grid.responses[i, j] @ rate + grid.components["neutron"][i, j] + rest

    assert_allclose(expected(0, 0), tabulated(3, 3), rtol=1e-10)
    assert_allclose(expected(-3, 2), tabulated(0, 5), rtol=1e-10)
    between = 0.75 * 0.4 * tabulated(4, 3) + 0.75 * 0.6 * tabulated(4, 4)
    between += 0.25 * 0.4 * tabulated(5, 3) + 0.25 * 0.6 * tabulated(5, 4)
    assert_allclose(expected(1.25, 0.6), between, rtol=1e-10)


@pytest.mark.parametrize("model", [slow("millicharge"), "charge_radius"])
def test_fits_converge_wherever_the_kinks_of_the_table_lie(xenonnt_nr, model):
    """Also where others pull a yield along a kink that it cannot leave alone."""
    from bayes_enues.fit.minimise import minimise_many, profile_many

    likelihood = Likelihood(getattr(models, model)([xenonnt_nr], free="universal"))
    far = {"millicharge": (-6e5, 1.4e6), "charge_radius": (-90.0, 30.0)}[model]
    values = np.linspace(*far, 300)
    fits = profile_many(likelihood, [0], values)
    assert fits.converged.all()
    # between kinks of a bilinear table there can be shallow minima besides the least one
    starts = np.random.default_rng(1).uniform(-2.9, 2.9, (300, 2))
    points = fits.x.copy()
    points[:, [likelihood.names.index("t_ly"), likelihood.names.index("t_qy")]] = starts
    others = np.arange(1, len(likelihood.names))
    again = minimise_many(likelihood, points, others)
    assert again.converged.all()
    assert np.max(fits.chi2 - again.chi2) < 0.06


def test_probabilities_above_one_are_refused(folder):
    text = (folder / "response.csv").read_text().splitlines()
    values = text[20].split(",")
    text[20] = ",".join([values[0], "0.9", "0.9", *values[3:]])
    (folder / "response.csv").write_text("\n".join(text))
    refused(folder, "mine/response.csv, row", "above one in sum")


def test_a_run_named_twice_is_refused(folder):
    edit(folder, "experiment.toml", 'name = "sr1"', 'name = "sr0"')
    refused(folder, "run ['sr0'] is there twice")


def test_runs_that_do_not_fit_the_cells_are_refused(folder):
    edit(folder, "experiment.toml", 'name = "sr2"', 'name = "sr3"')
    edit(folder, "experiment.toml", 'fit_runs = ["sr2"]', 'fit_runs = ["sr3"]')
    refused(folder, "cells.csv, row 163, column run: there is no run 'sr2'", "sr3")


def test_fitting_a_run_that_is_not_there_is_refused(folder):
    edit(folder, "experiment.toml", 'run = "run"', 'run = "run"\nfit_runs = ["sr9"]')
    refused(folder, "fit_runs names ['sr9']")


def test_an_exposure_beside_those_of_the_runs_is_refused(folder):
    edit(folder, "experiment.toml", 'target = "nucleus"', 'target = "nucleus"\nexposure_t_yr = 6.7')
    refused(folder, "exposure_t_yr and runs are both given")


def test_runs_without_the_column_that_names_them_are_refused(folder):
    edit(folder, "experiment.toml", 'run = "run"\n', "")
    refused(folder, "runs and bins.run go together")


def test_runs_between_which_others_are_left_out_are_refused(folder):
    edit(folder, "experiment.toml", 'run = "run"', 'run = "run"\nfit_runs = ["sr0", "sr2"]')
    refused(folder, "leaves out bins between others")


def test_a_response_that_ends_where_recoils_still_matter_says_what_share_is_lost(folder):
    text = (folder / "response.csv").read_text().splitlines()
    (folder / "response.csv").write_text("\n".join(text[: -len(text) + 20]))
    refused(
        f"{folder}:two_scales",
        "ends at 1.9 keV, where recoils still matter",
        "% of the Standard Model's counts would be lost",
    )


def test_an_unknown_target_is_refused(folder):
    edit(folder, "experiment.toml", 'target = "nucleus"', 'target = "atom"')
    refused(folder, "target", "atom")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"response": lambda a: a + 2.0}, "below zero, or probabilities above one"),
        ({"response": lambda a: a[:6]}, "response has shape (6, 7, 46, 243); (7, 7, 46, 243) was needed"),
        ({"response": lambda a: a * 0.9}, "response at zero is not the experiment's own"),
        ({"neutron": lambda a: a * np.nan}, "the array 'neutron' does not hold finite numbers only"),
        ({"e_keV": lambda a: a + 0.05}, "e_keV are not the energies of 'response.csv'"),
        ({"t_ly": lambda a: a + 0.5}, "['t_ly', 't_qy'] lack the value 0"),
        ({"t_ly": None}, "lacks the arrays ['t_ly']"),
    ],
)
def test_a_table_of_responses_that_does_not_fit_is_refused(folder, change, words):
    path = folder / "yield_grid.npz"
    with np.load(path) as file:
        arrays = dict(file)
    for name, of in change.items():
        if of is None:
            del arrays[name]
        else:
            arrays[name] = of(arrays[name])
    np.savez(path, **arrays)
    refused(folder, "yield_grid.npz", words)


def test_what_is_no_table_of_arrays_is_refused(folder):
    (folder / "yield_grid.npz").write_text("no zip")
    refused(folder, "yield_grid.npz is not a .npz of arrays of numbers")


def test_a_nuisance_of_the_table_that_it_does_not_know_is_refused(folder):
    edit(folder, "experiment.toml", 'nuisances = ["t_ly", "t_qy"]', 'nuisances = ["t_ly"]')
    refused(folder, "response_grid is of ['t_ly'], but ['t_ly', 't_qy'] move it")


def test_a_table_without_what_it_varies_is_refused(folder):
    edit(folder, "experiment.toml", 'components = ["neutron"]', 'components = ["neutrons"]')
    refused(folder, "response_grid has ['neutrons'], which are no components")


def test_quadrature_has_nodes_where_an_edge_holds_a_yield_and_chi2_bends_downwards_behind_it(xenonnt_nr):
    """A toy of the Standard Model, no. 1 of a seed, far out: the light yield's best value is its edge, -3."""
    likelihood = copy(fit_of(models.charge_radius([xenonnt_nr], free="universal")))
    n = len(likelihood.names)
    maker = ToyMaker(likelihood.model, np.zeros((1, n)), seed=20220811)
    values, others = np.linspace(-114.0, 80.0, 12)[:, None], np.arange(1, n)
    points = np.zeros((12, n))
    points[:, :1] = values
    bent = 0
    for toy in maker.throw(0, 0, 40):
        likelihood.numbers = toy
        fits = minimise_many(likelihood, points, others, warm=True)
        eigenvalues = np.linalg.eigvalsh(fits.hessian[:, 1:, 1:])[:, 0]
        if eigenvalues.min() > 0:
            continue
        bent += 1
        made = convex(likelihood, fits.hessian, others)
        assert np.linalg.eigvalsh(made[:, 1:, 1:])[:, 0].min() > 0
        bent_well = np.linalg.eigvalsh(fits.hessian[:, 1:, 1:])[:, 0] > 2
        assert_allclose(made[bent_well], fits.hessian[bent_well])
        rough = log_marginal_likelihood(likelihood, [0], values)
        volume = rough + 0.5 * fits.chi2  # of the nuisances, smooth over values with and without such a bend
        assert np.abs(np.diff(volume)).max() < 1
        break
    assert bent


@pytest.mark.slow
def test_the_quadrature_of_effects_of_nuisances_is_right_to_three_digits_with_nuclei(xenonnt_nr):
    """Nine nuisances, of which three are cut: a product of three nodes each was 7 % off."""
    fit = be.Fit(models.magnetic_moment([xenonnt_nr], free="universal"))
    quick, full = marginal(fit, None, *QUADRATURE, SMOOTH_WITH_KINKS), fit.marginal()
    for probability in (0.5, 0.9):
        assert quick.quantile(probability) == pytest.approx(full.quantile(probability), rel=1e-3)


@pytest.mark.slow
def test_toys_of_a_flux_that_the_data_hardly_bound_all_count(xenonnt_nr):
    """Delta chi^2 of 8B saturates: no toy may fail for that its profile stays below 25, or has no bound."""
    (spec,) = plan(["solar_flux"], ["b8"], ["xenonnt_nr"])
    job = job_of(spec, [1.0])
    row = coverage_row(analyse(Chunk(job, 0, 0, 40)), 0.9, signed=False)
    assert row["failed"] == 0
    assert row["coverage"]["profile_interval"] == pytest.approx(0.895, abs=0.15)  # of 1,000 toys; 3 errors


@pytest.mark.slow
def test_toys_whose_light_yield_rests_at_the_end_of_its_range_count_too():
    """A fit that began close to -3 did not converge, and starts again from the truth: 4 of 3,000 toys."""
    fixed = (("mass", 1e4), ("normalisation", "left_handed"))
    (spec,) = plan(["light_vector"], ["coupling"], ["xenonnt_nr"], fixed=fixed)
    job = job_of(spec, [0.0, 1e-5, 3.5e-5])
    for i_true, number in ((0, 430), (1, 162), (2, 186)):
        (found,) = analyse(Chunk(job, i_true, number, number + 1))
        assert found[0] == 1.0


@pytest.mark.slow
def test_the_posterior_of_a_vector_finds_both_regions_with_the_weights_of_quadrature(xenonnt_nr):
    model = models.light_vector([xenonnt_nr], mass=1e4, normalisation="left_handed")
    fit = be.Fit(model)
    found, exact = fit.posterior(draws=2000), fit.marginal()
    values, x, density = np.ravel(found.posterior["coupling"]), exact.values, exact.density
    between = (x > 1.4e-5) & (x < 3.1e-5)
    dip = x[np.argmin(np.where(between, density, np.inf))]
    weight = np.trapezoid(np.where(x < dip, density, 0.0), x) / np.trapezoid(density, x)
    assert weight == pytest.approx(0.526, abs=0.01)  # quadrature
    assert np.mean(values < dip) == pytest.approx(weight, abs=0.04)
    assert np.quantile(values, 0.9) == pytest.approx(exact.quantile(0.9), rel=0.02)
