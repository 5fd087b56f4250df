"""The statistical model: template form against the symbolic chain, gradients, nuisances, bad questions."""

import numpy as np
import pymc as pm
import pytest
from marks import slow
from pytensor.compile.mode import Mode

from bayes_enues import Fit, Flat, MagneticMoment, StandardModel, models
from bayes_enues.models import counting_model

NUMPY = Mode(linker="py", optimizer="fast_compile")  # nothing to compile


def log_probability(model):
    return model.compile_logp(mode=NUMPY), model.compile_dlogp(mode=NUMPY)


@pytest.mark.parametrize("free", ["nu_e", slow(["nu_mu", "nu_tau"])], ids=str)
def test_templates_equal_the_symbolic_chain_in_log_probability(xenonnt, lz, free):
    options = {"prior": Flat(0, 40)}
    templates = models.magnetic_moment([xenonnt, lz], free, **options)
    chain = models.magnetic_moment([xenonnt, lz], free, spectrum="chain", **options)
    fast, slow = templates.compile_logp(mode=NUMPY), chain.compile_logp(mode=NUMPY)
    start = templates.initial_point()
    rng = np.random.default_rng(1)
    for _ in range(4):
        point = {name: value + 0.3 * rng.normal() for name, value in start.items()}
        assert fast(point) == pytest.approx(float(slow(point)), rel=1e-12)


@pytest.mark.slow
def test_the_gradient_is_that_of_finite_differences(joint_model):
    logp, dlogp = log_probability(joint_model)
    point = {name: value + 0.1 for name, value in joint_model.initial_point().items()}
    gradient = dlogp(point)
    for k, name in enumerate(point):
        step = 1e-5
        up, down = dict(point), dict(point)
        up[name], down[name] = point[name] + step, point[name] - step
        assert gradient[k] == pytest.approx((logp(up) - logp(down)) / (2 * step), rel=1e-5, abs=1e-6)


def test_the_flux_is_shared_and_the_rest_is_each_experiments_own(joint_model, lz_model, xenonnt_model):
    names = {rv.name for rv in joint_model.free_RVs}
    assert names == {"nu_e", "beta_flux", "alpha_background", "delta_ar37"}
    assert {rv.name for rv in xenonnt_model.free_RVs} == {"nu_e", "beta_flux"}
    assert joint_model.question.experiment_name == "lz_ws2022+xenonnt_sr0"
    shared = joint_model.question.nuisances()["beta_flux"][1]
    assert [(e.name, what) for e, what in shared] == [("lz_ws2022", "signal"), ("xenonnt_sr0", "signal")]


def test_expected_counts_are_scaled_as_the_paper_writes_them(joint_model):
    """Eqs. 14-15: (1 + beta) signal + (1 + alpha) background + (1 + delta) argon, in NumPy."""
    from written_out import expected_counts

    values = {"nu_e": 7.0, "beta_flux": 0.05, "alpha_background": -0.1, "delta_ar37": 0.4}
    by_hand = expected_counts(joint_model, values)
    for e, expected in zip(joint_model.question.experiments, by_hand, strict=True):
        variable = joint_model[f"expected_{e.slug}"]
        given = [joint_model[name] for name in values]
        f = pm.compile(given, variable, mode=NUMPY, on_unused_input="ignore")
        np.testing.assert_allclose(f(*values.values()), expected, rtol=1e-12)


def test_nuisances_are_cut_where_a_scale_would_turn_negative(lz_model):
    delta = lz_model["delta_ar37"]
    logp = pm.logp(delta, np.array([-1.5, -1.0 + 1e-9, 0.0])).eval(mode=NUMPY)
    assert np.isneginf(logp[0])
    assert np.all(np.isfinite(logp[1:]))


def test_the_default_prior_reaches_to_where_delta_chi2_exceeds_25(xenonnt_model):
    from bayes_enues import profile_likelihood

    prior = xenonnt_model.question.priors["nu_e"]
    assert prior.lower == 0
    at_edge = profile_likelihood(xenonnt_model, "nu_e", values=[prior.upper]).delta_chi2[0]
    assert 25 <= at_edge < 40  # rounded up to two digits
    assert f"{prior.upper:.2g}" == f"{prior.upper:g}"


def test_all_three_flavours_can_be_free_together(xenonnt):
    model = models.magnetic_moment([xenonnt], ["nu_e", "nu_mu", "nu_tau"], prior=Flat(0, 40))
    names = [rv.name for rv in model.free_RVs]
    assert names[:3] == ["nu_e", "nu_mu", "nu_tau"]


def with_hyperparameter(name):
    return pm.HalfNormal(name, pm.Exponential("width", 0.1))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"free": "nu_x"}, r"cannot leave \['nu_x'\] free; the choices are"),
        ({"free": []}, "cannot leave nothing free"),
        ({"free": ["nu_e", "universal"]}, "names a parameter twice"),
        ({"free": ["nu_e", "nu_e"]}, "names a parameter twice"),
        ({"experiments": []}, "no experiment was given"),
        ({"experiments": ["xenonnt_sr0", "xenonnt_sr0"]}, "count twice"),
        ({"experiments": ["lz_ws2022", "lz_ws2022:low_edge"]}, "count twice"),
        ({"experiments": ["darwin"]}, "there is no experiment 'darwin'"),
        ({"spectrum": "fast"}, "'templates' and 'chain'"),
        ({"prior": {"nu_mu": Flat()}}, r"priors were given for \['nu_mu'\]"),
        ({"prior": 3.0}, "a callable from a name to a variable was needed"),
        ({"prior": Flat(-5, 5)}, "cannot be negative"),
        (
            {"prior": with_hyperparameter},
            r"makes the free variables \['width', 'nu_e'\]; exactly nu_e was needed",
        ),
    ],
    ids=lambda value: "" if isinstance(value, str) else next(iter(value)),
)
def test_a_bad_question_is_refused_in_one_line(options, words):
    question = {"experiments": ["xenonnt_sr0"], "free": "nu_e"} | options
    with pytest.raises(ValueError, match=words) as caught:
        models.magnetic_moment(**question)
    assert "\n" not in str(caught.value)


def test_a_parameter_cannot_be_given_and_free_at_once(xenonnt):
    with pytest.raises(ValueError, match=r"given .* and free at once"):
        counting_model(MagneticMoment(nu_e=3.0), [xenonnt], "nu_e")


def test_the_standard_model_has_nothing_to_fit(xenonnt):
    with pytest.raises(ValueError, match="cannot leave"):
        counting_model(StandardModel(), [xenonnt], "nu_e")


def test_other_moments_can_be_held_at_a_value(xenonnt):
    held = counting_model(MagneticMoment(nu_mu=10.0), [xenonnt], "nu_e", Flat(0, 40))
    free = counting_model(MagneticMoment(), [xenonnt], "nu_e", Flat(0, 40))
    assert np.all(held.question.templates[0].t0 > free.question.templates[0].t0)


def test_a_callable_is_a_prior_too(xenonnt):
    model = models.magnetic_moment([xenonnt], prior=lambda name: pm.Gamma(name, 2, 0.3))
    assert model.compile_logp(mode=NUMPY)(model.initial_point()) < 0


@pytest.mark.parametrize(("what", "number"), [("sigma", 0.1), ("upper", 0.2)])
def test_a_shared_nuisance_has_one_sigma_and_one_cut(xenonnt, lz, what, number):
    from bayes_enues import load_experiment

    other = load_experiment("lz_ws2022", {"nuisances": {"beta_flux": {what: number}}}, as_name="other")
    with pytest.raises(ValueError, match=f"a shared nuisance has one {what}"):
        models.magnetic_moment([xenonnt, other])


@pytest.mark.slow
def test_the_counts_of_the_symbolic_chain_are_those_of_the_templates(xenonnt, xenonnt_model):
    points = np.array([[5.0, 0.1], [8.0, -0.05]])
    chain = Fit(models.magnetic_moment([xenonnt], "nu_e", spectrum="chain"))
    expected = Fit(xenonnt_model).expected(points)["counts_xenonnt_sr0"]
    np.testing.assert_allclose(chain.expected(points)["counts_xenonnt_sr0"], expected, rtol=1e-12)
