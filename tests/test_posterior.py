"""Posteriors: bounds equal to quadrature, diagnostics that decide, the rule of reruns, the derived groups."""

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest
import xarray as xr
from pytensor.compile.mode import Mode
from scipy.stats import kstest, uniform

from bayes_enues import Flat, marginal_density, models, sample_posterior
from bayes_enues.compiled.draws import draw_functions
from bayes_enues.compiled.structures import numbers_of
from bayes_enues.fit import posterior as module
from bayes_enues.fit.posterior import Diagnostics, diagnose, quantile_error

SEEDS = (11, 22, 33, 44, 55)
PLAIN = Mode(linker="py", optimizer=None)


@pytest.mark.parametrize("which", ["xenonnt_model", pytest.param("lz_model", marks=pytest.mark.slow)])
def test_bounds_equal_quadrature_within_their_monte_carlo_error(which, request):
    """Five seeds, three standard errors. One in 370 lies beyond by chance, and draws depend on the state of
    Numba's cache, so one of the five may reach four.
    """
    model = request.getfixturevalue(which)
    exact = marginal_density(model).quantile(0.9)
    pulls = []
    for seed in SEEDS:
        tree = sample_posterior(model, draws=2000, seed=seed, groups=False)
        assert tree.attrs["converged"], tree.attrs["diagnosis"]
        draws = tree["posterior"]["nu_e"].values
        pulls.append((np.quantile(draws, 0.9) - exact) / quantile_error(draws, 0.9))
    assert np.sum(np.abs(pulls) > 3) <= 1, pulls
    assert np.max(np.abs(pulls)) < 4, pulls


def test_models_of_one_shape_have_posteriors_of_their_own(xenonnt, xenonnt_model):
    """All sampled through one compiled object, in turn: data of one must not stay behind for the next."""
    others = [models.magnetic_moment([xenonnt], free) for free in ("nu_mu", "universal")]
    toy = xenonnt.with_counts(np.round(1.2 * xenonnt.counts))
    for model in (*others, models.magnetic_moment([toy], "nu_e"), xenonnt_model):
        name = model.question.free[0]
        draws = sample_posterior(model, draws=1000, seed=5, groups=False)["posterior"][name].values
        exact = marginal_density(model, name).quantile(0.9)
        assert np.quantile(draws, 0.9) == pytest.approx(exact, abs=4 * quantile_error(draws, 0.9))


def test_the_same_seed_gives_the_same_draws(xenonnt_model):
    a, b, c = (sample_posterior(xenonnt_model, draws=200, seed=s, groups=False) for s in (1, 1, 2))
    np.testing.assert_array_equal(a["posterior"]["nu_e"], b["posterior"]["nu_e"])
    assert not np.array_equal(a["posterior"]["nu_e"], c["posterior"]["nu_e"])


def as_tree(chains, diverging=0):
    draws = np.asarray(chains, float)
    stats = np.zeros(draws.shape, bool)
    stats[0, :diverging] = True
    dims = ("chain", "draw")
    return xr.DataTree.from_dict(
        {
            "posterior": xr.Dataset({"x": (dims, draws)}),
            "sample_stats": xr.Dataset({"diverging": (dims, stats)}),
        }
    )


RNG = np.random.default_rng(3)
GOOD = RNG.normal(size=(4, 1000))
STUCK = GOOD + np.array([[0.0], [0.0], [9.0], [9.0]])


def test_stuck_chains_few_draws_and_divergences_are_no_limit():
    good = diagnose(as_tree(GOOD)["posterior"].to_dataset())
    assert good.converged
    assert good.words() == "converged"
    stuck = diagnose(as_tree(STUCK)["posterior"].to_dataset())
    assert not stuck.converged
    assert "R-hat" in stuck.words()
    few = diagnose(as_tree(GOOD[:, :60])["posterior"].to_dataset())
    assert "effective sample size" in few.words()
    assert not Diagnostics(1.0, 4000, 4000, 1).converged
    assert not Diagnostics(float("nan"), 4000, 4000, 0).converged
    assert not Diagnostics(1.0, float("nan"), 4000, 0).converged


def test_a_tree_is_diagnosed_with_its_divergences_and_with_what_its_numbers_cannot_see():
    assert diagnose(as_tree(GOOD)).converged
    assert diagnose(as_tree(GOOD, diverging=3)).words() == "3 divergences"
    assert diagnose(as_tree(GOOD, diverging=3)["posterior"].to_dataset(), 2).divergences == 2
    assert diagnose(as_tree(GOOD).filter(lambda node: node.name != "sample_stats")).divergences == 0
    wrong = as_tree(GOOD)
    wrong.attrs |= {"converged": 0, "diagnosis": "separate modes have wrong weights"}
    assert not diagnose(wrong).converged
    assert diagnose(wrong).words() == "separate modes have wrong weights"
    assert "R-hat" in diagnose(as_tree(STUCK)).words()


@pytest.fixture
def scripted(monkeypatch):
    """Replaces both samplers by draws from a list; what was asked of them is recorded."""

    def script(*outcomes):
        asked, left = [], list(outcomes)

        def take(draws):
            kind = left.pop(0)
            repeated = np.tile(STUCK if kind == "stuck" else GOOD, max(draws // 1000, 1))
            noise = np.random.default_rng(len(left)).permuted(repeated, axis=1)
            return as_tree(noise, diverging=3 if kind == "diverging" else 0)

        def nuts(sampler, draws, tune, chains, seed, target_accept, cores):
            asked.append(("nuts", draws, seed, target_accept))
            return take(draws)

        def smc(model, draws, chains, seed):
            asked.append(("smc", draws, seed, None))
            return take(draws)

        monkeypatch.setattr(module, "_nuts", nuts)
        monkeypatch.setattr(module, "_smc", smc)
        return asked

    return script


def test_a_run_that_fails_is_rerun_by_the_fixed_rule_then_by_smc(scripted, xenonnt_model):
    asked = scripted("stuck", "stuck", "stuck", "good")
    tree = sample_posterior(xenonnt_model, draws=1000, seed=7, groups=False)
    assert asked == [
        ("nuts", 1000, 7, 0.95),
        ("nuts", 2000, 7, 0.95),
        ("nuts", 2000, 7, 0.99),
        ("smc", module.SMC_DRAWS, 7, None),
    ]
    assert (tree.attrs["attempts"], tree.attrs["sampler"], tree.attrs["converged"]) == (4, "smc", 1)


def test_divergences_alone_are_a_failure_and_one_more_run_can_cure_them(scripted, xenonnt_model):
    asked = scripted("diverging", "good")
    tree = sample_posterior(xenonnt_model, draws=1000, seed=7, groups=False)
    assert [a[1] for a in asked] == [1000, 2000]
    assert (tree.attrs["attempts"], tree.attrs["sampler"], tree.attrs["divergences"]) == (2, "nuts", 0)


def test_what_never_converges_is_marked(scripted, xenonnt_model):
    scripted("stuck", "stuck", "stuck", "stuck")
    with pytest.warns(UserWarning, match=r"the posterior did not converge \(R-hat"):
        tree = sample_posterior(xenonnt_model, draws=1000, groups=False)
    assert tree.attrs["converged"] == 0
    assert "R-hat" in tree.attrs["diagnosis"]


def test_draws_are_doubled_until_the_error_is_small_enough(scripted, xenonnt_model):
    asked = scripted("good", "good", "good")
    errors = iter([1.3, 1.1, 0.9])
    tree = sample_posterior(xenonnt_model, draws=1000, groups=False, precision=lambda tree: next(errors))
    assert [a[1] for a in asked] == [1000, 2000, 4000]
    assert tree.attrs["attempts"] == 1
    assert tree.attrs["draws"] == 4000


def test_a_run_that_fails_after_doubling_follows_the_rule_too(scripted, xenonnt_model):
    asked = scripted("good", "diverging", "good")
    errors = iter([1.3, 0.9])
    sample_posterior(xenonnt_model, draws=1000, groups=False, precision=lambda tree: next(errors))
    assert [a[1] for a in asked] == [1000, 2000, 4000]


def test_doubling_ends_somewhere(scripted, xenonnt_model, monkeypatch):
    monkeypatch.setattr(module, "MAX_DRAWS", 4000)
    asked = scripted("good", "good", "good")
    sample_posterior(xenonnt_model, draws=1000, groups=False, precision=lambda tree: 99.0)
    assert [a[1] for a in asked] == [1000, 4000]


@pytest.mark.slow
def test_two_far_modes_stick_in_nuts_and_smc_weighs_them():
    """A quarter of the probability near -8, the rest near 8; the barrier is 700 in log-probability."""
    with pm.Model() as model:
        x = pm.Uniform("x", -12, 12)
        left, right = -0.5 * ((x + 8) / 0.2) ** 2, -0.5 * ((x - 8) / 0.2) ** 2
        pm.Potential("modes", pm.math.logaddexp(np.log(0.25) + left, np.log(0.75) + right))
    tree = sample_posterior(model, draws=300, seed=4, smc_draws=1000, groups=False)
    assert tree.attrs["sampler"] == "smc"
    assert tree.attrs["attempts"] == 4
    assert (tree["posterior"]["x"].values < 0).mean() == pytest.approx(0.25, abs=0.04)


@pytest.mark.slow
def test_smc_starts_from_prior_draws_in_the_samplers_own_coordinates(joint_model):
    """Each variable's own transform, written out by PyMC one number at a time; the order is the model's."""
    population = module._populations(joint_model, draws=3, chains=2, seed=5)[1]
    drawn = draw_functions(joint_model).prior(6, numbers_of(joint_model), 5)[3:]
    assert list(population) == [joint_model.rvs_to_values[rv].name for rv in joint_model.free_RVs]
    for k, rv in enumerate(joint_model.free_RVs):
        transform, value = joint_model.rvs_to_transforms[rv], joint_model.rvs_to_values[rv]
        for number, own in zip(drawn[:, k], population[value.name], strict=True):
            back = transform.backward(pt.constant(own), *rv.owner.inputs).eval(mode=PLAIN)
            assert back == pytest.approx(number, rel=1e-9)


@pytest.mark.parametrize("wrong", [{"draws": 0}, {"draws": 2.5}, {"tune": -1}, {"smc_draws": 0}], ids=str)
def test_numbers_of_draws_must_be_positive(xenonnt_model, wrong):
    with pytest.raises(ValueError, match="positive whole number"):
        sample_posterior(xenonnt_model, **wrong)


@pytest.fixture(scope="module")
def joint_tree(joint_model):
    return sample_posterior(joint_model, draws=500, seed=9)


def test_log_likelihood_and_log_prior_are_those_of_pymcs_own_helpers(joint_model, joint_tree):
    few = xr.DataTree.from_dict({"posterior": joint_tree["posterior"].to_dataset().isel(draw=slice(0, 20))})
    with pytensor.config.change_flags(mode="FAST_COMPILE", linker="py"):
        pm.compute_log_likelihood(few, model=joint_model, progressbar=False)
        pm.stats.compute_log_prior(few, model=joint_model, progressbar=False)
    for group in ("log_likelihood", "log_prior"):
        ours = joint_tree[group].to_dataset().isel(draw=slice(0, 20))
        assert set(ours.data_vars) == set(few[group].data_vars)
        for name in ours.data_vars:
            assert ours[name].dims == few[group][name].dims
            # PyMC's normalisation of a cut Gaussian is 5e-9 off; ours is SciPy's
            np.testing.assert_allclose(ours[name], few[group][name], rtol=1e-10, atol=1e-8)


def test_predicted_counts_scatter_as_the_likelihood_says(joint_model, joint_tree):
    """Mean and variance over draws against expectation plus Poisson or Gaussian variance, bin by bin."""
    from written_out import expected_counts

    draws = joint_tree["posterior"].to_dataset().isel(draw=slice(None, None, 4)).stack(s=("chain", "draw"))
    values = {name: draws[name].values for name in draws.data_vars}
    points = [{n: v[i] for n, v in values.items()} for i in range(draws.sizes["s"])]
    expected = [np.array(e) for e in zip(*[expected_counts(joint_model, p) for p in points], strict=True)]
    for e, mu in zip(joint_model.question.experiments, expected, strict=True):
        predicted = joint_tree["posterior_predictive"][f"counts_{e.slug}"].values.reshape(-1, e.n_bins)
        variance = mu.mean(axis=0) if e.likelihood == "poisson" else e.sigma**2
        variance = variance + mu.var(axis=0)
        error = np.sqrt(variance / len(predicted) * 2)
        np.testing.assert_array_less(np.abs(predicted.mean(axis=0) - mu.mean(axis=0)), 6 * error + 1e-12)
        np.testing.assert_allclose(predicted.var(axis=0).sum(), variance.sum(), rtol=0.1)
        if e.likelihood == "poisson":
            assert np.all(predicted == np.round(predicted))


def test_observed_data_and_coordinates_are_the_experiments(joint_model, joint_tree):
    for e in joint_model.question.experiments:
        np.testing.assert_array_equal(joint_tree["observed_data"][f"counts_{e.slug}"], e.counts)
        np.testing.assert_allclose(joint_tree["posterior_predictive"][f"bin_{e.slug}"], e.centres)
    assert joint_tree["sample_stats"]["diverging"].sum() == 0


def test_counts_under_a_poisson_likelihood_are_whole_numbers_to_arviz(joint_tree):
    import arviz as az

    for group in ("observed_data", "posterior_predictive"):
        assert joint_tree[group]["counts_lz_ws2022"].dtype.kind == "i"
    assert az.plot_ppc_rootogram(joint_tree, var_names=["counts_lz_ws2022"]) is not None


def test_prior_draws_follow_the_prior_of_each_model_of_a_shape(xenonnt, xenonnt_model):
    from bayes_enues.fit.groups import derived_groups

    posterior = xr.Dataset({n: (("chain", "draw"), np.full((1, 5), 0.1)) for n in ("nu_e", "beta_flux")})
    posterior = posterior.assign_coords(chain=[0], draw=np.arange(5))
    wide = models.magnetic_moment([xenonnt], prior=Flat(0, 100))
    priors = [
        derived_groups(m, posterior, seed)["prior"]
        for m, seed in ((wide, 1), (xenonnt_model, 1), (wide, 1), (wide, 2))
    ]
    upper = xenonnt_model.question.priors["nu_e"].upper
    assert kstest(priors[0]["nu_e"].values.ravel(), uniform(0, 100).cdf).pvalue > 1e-3
    assert kstest(priors[1]["nu_e"].values.ravel(), uniform(0, upper).cdf).pvalue > 1e-3
    assert priors[0]["beta_flux"].std() == pytest.approx(0.07, rel=0.1)
    np.testing.assert_array_equal(priors[0]["nu_e"], priors[2]["nu_e"])
    assert not np.array_equal(priors[0]["nu_e"], priors[3]["nu_e"])


def test_a_tree_goes_to_netcdf_and_back(joint_tree, tmp_path):
    joint_tree.to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    with xr.open_datatree(tmp_path / "a.nc", engine="h5netcdf") as back:
        assert set(back.children) >= {
            "posterior",
            "prior",
            "posterior_predictive",
            "log_likelihood",
            "log_prior",
            "observed_data",
            "sample_stats",
        }
        np.testing.assert_array_equal(back["posterior"]["nu_e"], joint_tree["posterior"]["nu_e"])
        assert back.attrs["sampler"] == "nuts"
