"""What nutpie is given is PyMC's log-probability; physics of the sampler's input, not of its draws."""

import ctypes
import re
from pathlib import Path

import arviz_base
import numpy as np
import pytest
from numpy.testing import assert_allclose

from bayes_enues import models
from bayes_enues.compiled.nuts import nutpie
from bayes_enues.compiled.sampler import sampler_of
from bayes_enues.compiled.structures import structure_of


def test_nutpie_takes_of_arviz_what_arviz_base_has():
    taken = set(re.findall(r"\barviz\.(\w+)\(", Path(nutpie.sample.__code__.co_filename).read_text()))
    assert taken == {"from_dict", "dict_to_dataset"}
    assert all(hasattr(arviz_base, name) for name in taken)


POINTS = [np.zeros(2), np.array([1.3, -0.2]), np.array([-2.0, 0.4])]


def pointer(array):
    return array.ctypes.data_as(ctypes.POINTER(ctypes.c_double))


def log_probability(sampler, x):
    """Log-probability and gradient through the C function that nutpie calls."""
    gradient, value = np.empty(x.size), np.empty(1)
    sampler = sampler.nutpie
    data = ctypes.c_void_p(sampler.user_data.ctypes.data)
    status = sampler.compiled_logp_func.ctypes(x.size, pointer(x), pointer(gradient), pointer(value), data)
    return status, value[0], gradient


def constrained(sampler, x):
    sampler = sampler.nutpie
    values = np.empty(sampler.n_expanded)
    data = ctypes.c_void_p(sampler.user_data.ctypes.data)
    assert sampler.compiled_expand_func.ctypes(x.size, values.size, pointer(x), pointer(values), data) == 0
    return dict(zip(sampler.shape_info[0], values, strict=True))


@pytest.fixture(scope="module")
def sampler(xenonnt_model):
    return sampler_of(xenonnt_model)


@pytest.fixture(scope="module")
def of_pymc(xenonnt_model):
    function = xenonnt_model.logp_dlogp_function(ravel_inputs=True)
    function.set_extra_values({})
    return function


@pytest.mark.parametrize("x", POINTS, ids=str)
def test_nutpie_gets_the_log_probability_and_gradient_of_pymc(sampler, of_pymc, x):
    value, gradient = of_pymc(x)
    status, ours, our_gradient = log_probability(sampler, x)
    assert status == 0
    assert_allclose(ours, value, rtol=1e-12)
    assert_allclose(our_gradient, gradient, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("x", POINTS, ids=str)
def test_draws_come_back_inside_the_ranges_of_their_priors(sampler, xenonnt_model, x):
    prior = xenonnt_model.question.priors["nu_e"]
    names = [rv.name for rv in xenonnt_model.free_RVs]
    found = constrained(sampler, x)
    share = 1 / (1 + np.exp(-x[names.index("nu_e")]))  # PyMC's interval transform, by hand
    expected = {
        "nu_e": prior.lower + (prior.upper - prior.lower) * share,
        "beta_flux": -1 + np.exp(x[names.index("beta_flux")]),
    }
    assert found.keys() == expected.keys()
    assert_allclose(list(found.values()), [expected[name] for name in found], rtol=1e-12)


def test_a_point_without_a_finite_probability_is_reported_as_a_divergence(sampler):
    assert log_probability(sampler, np.array([0.0, 800.0]))[0] != 0


def test_new_data_change_the_log_probability_without_compiling(sampler, xenonnt, xenonnt_model):
    x = POINTS[1]
    other = models.magnetic_moment([xenonnt.with_counts(xenonnt.counts + 1)], free="nu_e")
    assert structure_of(other) is structure_of(xenonnt_model)
    other = sampler_of(other)
    assert log_probability(other, x)[1] != log_probability(sampler, x)[1]
