"""What nutpie samples of models of templates: PyMC's own log-probability, without PyTensor's compiler."""

import ctypes

import numpy as np
import pymc as pm
import pytest
from marks import slow
from numpy.testing import assert_allclose, assert_array_equal

import bayes_enues as be
from bayes_enues.compiled.reference import reference_of
from bayes_enues.fit.agreement import DisagreementError, check_agreement
from bayes_enues.fit.kernel import chi2_and_gradient, chi2_full
from bayes_enues.fit.kernel_sampler import c_functions, kernel_sampler_of, packed, unpacked

MODELS = {
    "flat": lambda: be.models.magnetic_moment(["xenonnt_sr0"], "nu_e"),
    "flat in the strength": lambda: be.models.magnetic_moment(["xenonnt_sr0"], "nu_e", be.FlatStrength()),
    "log-uniform": lambda: be.models.magnetic_moment(["xenonnt_sr0"], "nu_e", be.LogUniform(0.1)),
    "half-normal": lambda: be.models.magnetic_moment(["xenonnt_sr0"], "nu_e", be.HalfNormal(scale=10.0)),
    "Jeffreys": lambda: be.models.magnetic_moment(["xenonnt_sr0"], "nu_e", be.Jeffreys()),
    "signed, joint": lambda: be.models.charge_radius(["lz_ws2022", "xenonnt_sr0"], "nu_tau"),
    "two of LZ": lambda: be.models.millicharge(["lz_ws2022"], ["nu_e", "nu_mu"], be.Flat(-9, 9)),
    "quartic, Poisson": lambda: be.models.light_scalar(["xenonnt_sr0:poisson"], mass=10.0),
}


def pointer(array):
    return array.ctypes.data_as(ctypes.POINTER(ctypes.c_double))


def value_and_gradient(sampler, y):
    value, gradient = np.empty(1), np.empty(y.size)
    data = sampler.nutpie.user_data.ctypes.data
    status = c_functions()[0].ctypes(y.size, pointer(y), pointer(gradient), pointer(value), data)
    return status, value[0], gradient


QUICK = ("flat", "log-uniform", "Jeffreys", "two of LZ")


@pytest.mark.parametrize("model", [m if m in QUICK else slow(m) for m in MODELS])
def test_what_is_sampled_is_pymcs_log_probability_up_to_a_constant_with_its_gradient(model):
    fit = be.Fit(MODELS[model]())
    sampler = kernel_sampler_of(fit)
    reference = reference_of(fit.model)
    order = [sampler.names.index(name) for name in reference.names]
    rng = np.random.default_rng(3)
    points = sampler.centre + rng.normal(size=(6, sampler.centre.size))
    apart = [sampler.log_probability(y) - reference(y[order])[0] for y in points]
    assert_allclose(apart, apart[0], rtol=1e-11, atol=1e-9)
    for y in points:
        status, _, gradient = value_and_gradient(sampler, y)
        assert status == 0
        for k in range(y.size):
            step = np.zeros(y.size)
            step[k] = 1e-5
            slope = (sampler.log_probability(y + step) - sampler.log_probability(y - step)) / 2e-5
            assert gradient[k] == pytest.approx(slope, rel=1e-5, abs=1e-5)


@pytest.mark.slow
def test_the_gradient_alone_is_that_which_comes_with_the_hessian(xenonnt_model):
    fit = be.Fit(xenonnt_model)
    x = np.array([5.0, 0.1])
    gradient = np.empty(2)
    value = chi2_and_gradient(fit.terms, fit.numbers, x, gradient)
    whole = chi2_full(fit.terms, fit.numbers, x)
    assert value == pytest.approx(whole[0], rel=1e-13)
    assert_allclose(gradient, whole[1], rtol=1e-12)


def test_a_model_is_packed_into_one_vector_and_back(lz_model):
    fit = be.Fit(lz_model)
    coordinates = kernel_sampler_of(fit).coordinates
    terms, numbers, back = unpacked.py_func(packed(fit.terms, fit.numbers, coordinates, len(fit.names)))
    for name in fit.terms._fields:
        assert_array_equal(getattr(terms, name), getattr(fit.terms, name), err_msg=name)
    assert_array_equal(numbers, fit.numbers)
    assert_array_equal(back, coordinates)


def test_a_point_without_a_finite_probability_is_reported_as_a_divergence(xenonnt_model):
    sampler = kernel_sampler_of(be.Fit(xenonnt_model))
    assert value_and_gradient(sampler, np.array([0.0, 800.0]))[0] != 0


def test_a_users_own_prior_and_what_a_user_adds_are_left_to_pytensor(xenonnt):
    own = be.models.magnetic_moment(
        [xenonnt], "nu_e", lambda name: pm.Truncated(name, pm.Cauchy.dist(0, 5), lower=0)
    )
    assert be.Fit(own).terms is not None
    assert kernel_sampler_of(be.Fit(own)) is None
    model = be.models.magnetic_moment([xenonnt], "nu_e")
    with model:
        pm.Potential("external", -0.5 * model["beta_flux"] ** 2)
    assert kernel_sampler_of(be.Fit(model)) is None


def test_a_prior_that_only_the_sampler_has_wrong_is_found(xenonnt_model):
    fit = be.Fit(xenonnt_model)
    sampler = kernel_sampler_of(fit)
    check_agreement(fit, sampler)
    at = sampler.vector.size - sampler.coordinates.size
    sampler.vector[at + 3] *= 1.01  # the upper edge of the prior of nu_e
    with pytest.raises(DisagreementError, match=r"by the kernel and .* by the model"):
        check_agreement(fit, sampler)
