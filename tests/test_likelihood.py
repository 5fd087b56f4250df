"""chi^2 of the compiled model against Eqs. 14 and 15 written out with SciPy, never against itself."""

import numpy as np
import pymc as pm
import pytest
from scipy.stats import norm
from written_out import chi2_written_out

from bayes_enues import Flat, HalfNormal, load_experiment, models
from bayes_enues.compiled.structures import numbers_of, same_structure, structure_of
from bayes_enues.fit.chi2 import Likelihood

POINTS = [
    {"nu_e": 0.0, "beta_flux": 0.0, "alpha_background": 0.0, "delta_ar37": 0.0},
    {"nu_e": 8.0, "beta_flux": 0.06, "alpha_background": -0.2, "delta_ar37": -0.6},
    {"nu_e": 17.0, "beta_flux": -0.1, "alpha_background": 0.1, "delta_ar37": 1.3},
]


@pytest.mark.parametrize("which", ["xenonnt_model", "lz_model", "joint_model"])
@pytest.mark.parametrize("point", POINTS, ids=["standard_model", "inside", "far"])
def test_chi2_is_eq_14_and_15_number_for_number(which, point, request):
    model = request.getfixturevalue(which)
    likelihood = Likelihood(model)
    values = {name: point[name] for name in likelihood.names}
    x = np.array(list(values.values()))
    expected = chi2_written_out(model, values)
    assert likelihood.full(x)[0] == pytest.approx(expected, rel=1e-10)
    assert likelihood.batch(x[None])[0] == pytest.approx(expected, rel=1e-10)


def test_gradient_and_hessian_are_those_of_finite_differences(joint_model):
    likelihood = Likelihood(joint_model)
    x = np.array([POINTS[1][name] for name in likelihood.names])
    _, gradient, hessian = likelihood.full(x)
    for k in range(x.size):
        step = 1e-5 * likelihood.scale[k]
        up, down = x.copy(), x.copy()
        up[k], down[k] = x[k] + step, x[k] - step
        (f_up, g_up, _), (f_down, g_down, _) = likelihood.full(up), likelihood.full(down)
        assert gradient[k] == pytest.approx((f_up - f_down) / (2 * step), rel=1e-5, abs=1e-4)
        np.testing.assert_allclose(hessian[k], (g_up - g_down) / (2 * step), rtol=1e-5, atol=1e-4)


def test_the_prior_of_the_parameter_is_not_part_of_chi2(xenonnt, xenonnt_model):
    other = models.magnetic_moment([xenonnt], prior=HalfNormal(lower=0, upper=30, scale=2.0))
    a, b = Likelihood(xenonnt_model), Likelihood(other)
    x = np.array([6.0, 0.03])
    assert b.full(x)[0] == pytest.approx(a.full(x)[0], rel=1e-12)
    # and its log-density is that of SciPy: half a Gaussian, cut at 30
    expected = norm.logpdf(6.0, 0, 2.0) - np.log(norm.cdf(30 / 2.0) - 0.5)
    assert b.log_prior(x[None])[0] == pytest.approx(expected, rel=1e-9)


def test_models_of_one_shape_differ_in_numbers_only(xenonnt, xenonnt_model):
    other = models.magnetic_moment([xenonnt], free="nu_mu")
    toy = models.magnetic_moment([xenonnt.with_counts(xenonnt.counts[::-1])], free="nu_e")
    renamed = models.magnetic_moment(
        [load_experiment("xenonnt_sr0", {"exposure_t_yr": 3.0}, as_name="bigger")], free="universal"
    )
    for model in (other, toy, renamed):
        assert same_structure(xenonnt_model, model)
        assert structure_of(model) is structure_of(xenonnt_model)
        assert numbers_of(model).shape == numbers_of(xenonnt_model).shape
        assert not np.array_equal(numbers_of(model), numbers_of(xenonnt_model))


def test_models_of_other_graphs_are_other_shapes(xenonnt, lz_model, joint_model, xenonnt_model):
    flat = Flat(0, 40)
    others = [
        lz_model,
        joint_model,
        models.magnetic_moment([xenonnt], free=["nu_e", "nu_mu"], prior=flat),
        models.magnetic_moment([xenonnt], prior=HalfNormal(lower=0, upper=40, scale=3.0)),
        models.magnetic_moment([xenonnt], prior=lambda name: pm.Uniform(name, 0, 40)),
        models.magnetic_moment([xenonnt], prior=lambda name: pm.Uniform(name, 0, 41)),
        models.magnetic_moment(["xenonnt_sr0:poisson"], prior=flat),
    ]
    for i, a in enumerate([xenonnt_model, *others]):
        for b in others[i:]:
            assert not same_structure(a, b)


def test_transforms_that_differ_in_a_constant_make_another_shape(xenonnt):
    """Two closures of one name: sharing what is compiled would move the edges of one model to the other's."""
    from pymc.distributions.transforms import Interval

    def prior(upper):
        return lambda name: pm.TruncatedNormal(name, 5.0, 5.0, lower=0.0, transform=Interval(0.0, upper))

    a, b = (models.magnetic_moment([xenonnt], prior=prior(upper)) for upper in (20.0, 30.0))
    assert not same_structure(a, b)
    assert same_structure(a, models.magnetic_moment([xenonnt], prior=prior(20.0)))


def test_another_likelihood_than_poisson_or_gaussian_is_refused(xenonnt):
    import copy

    with pm.Model() as model:
        x = pm.Uniform("nu_e", pm.Data("nu_e_lower", 0.0), pm.Data("nu_e_upper", 9.0))
        pm.NegativeBinomial("n", x + np.ones(3), 2.0, observed=np.array([1, 2, 3]))
    question = copy.copy(models.magnetic_moment([xenonnt]).question)
    model.question = question
    with pytest.raises(ValueError, match="neither Poisson nor Gaussian"):
        Likelihood(model)


def test_a_model_of_ones_own_says_what_it_lacks():
    with pm.Model() as model:
        pm.Normal("x")
    with pytest.raises(ValueError, match="lacks its question"):
        Likelihood(model)
