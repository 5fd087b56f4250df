"""The kernel against the graph of the ``pm.Model``: two ways to one number, and what guards them."""

import numpy as np
import pymc as pm
import pytest
from marks import slow

import bayes_enues as be
from bayes_enues.compiled.caching import is_kept, njit
from bayes_enues.fit import agreement
from bayes_enues.fit.ahead import compile_evaluations, compile_fits
from bayes_enues.fit.kernel import (
    ONE_PLUS,
    POWER,
    TENT,
    Terms,
    _bin,
    chi2_full,
    chi2_many,
    expected_many,
)
from bayes_enues.fit.logarithm import log
from bayes_enues.fit.terms import _after
from bayes_enues.runs.runner import COMPILED

STRUCTURES = {
    "one of XENONnT": lambda: be.models.magnetic_moment(["xenonnt_sr0"]),
    "signed, both": lambda: be.models.charge_radius(["lz_ws2022", "xenonnt_sr0"], "nu_tau"),
    "two of LZ": lambda: be.models.millicharge(["lz_ws2022"], ["nu_e", "nu_mu"], be.Flat(-9, 9)),
    "quartic, Poisson": lambda: be.models.light_scalar(["xenonnt_sr0:poisson"], mass=10.0),
}


@pytest.mark.parametrize(
    "structure",
    [s if s == "one of XENONnT" else slow(s) for s in STRUCTURES],
)
def test_chi2_gradient_and_hessian_are_those_of_the_compiled_graph(structure):
    """At random points, the edges among them."""
    fit = be.Fit(STRUCTURES[structure]())
    assert fit.terms is not None
    rng = np.random.default_rng(7)
    points = fit.start + fit.scale * rng.normal(size=(12, fit.start.size))
    points = np.maximum(points, fit.lower)
    points[0, fit.n_physics :] = -1.0  # no signal, no background: where counts are observed chi^2 is infinite
    points[1, : fit.n_physics] = 0.0
    numbers = fit.graph_numbers
    for x in points:
        chi2, gradient, hessian = fit.full(x)
        theirs = fit.graph.full(x, numbers)
        expected = float(theirs[0]) - fit.saturated_by(numbers)
        if not np.isfinite(expected):
            assert not np.isfinite(chi2)
            continue
        assert abs(chi2 - expected) <= 1e-10 * max(1.0, abs(expected))
        assert fit.batch(x[None])[0] == pytest.approx(chi2, rel=1e-13)
        unit = 1 / fit.scale
        size = np.abs(theirs[1]).max() + unit.max()
        np.testing.assert_allclose(gradient, theirs[1], rtol=1e-8, atol=1e-8 * size)
        np.testing.assert_allclose(hessian, theirs[2], rtol=1e-7, atol=1e-8 * np.abs(theirs[2]).max())


def test_a_broken_kernel_is_found_when_a_sampler_is_made(xenonnt, monkeypatch):
    """A factor of two in a template that only the kernel sees."""
    model = be.models.magnetic_moment([xenonnt], free="nu_mu")
    fit = be.Fit(model)
    fit.terms.counts[1] *= 2.0
    with pytest.raises(agreement.DisagreementError, match=r"by the kernel and .* by the model"):
        fit.posterior(draws=10, groups=False)


@njit()
def _logarithms(x):
    found = np.empty(x.size)
    for i in range(x.size):
        found[i] = log(x[i])
    return found


def test_the_logarithm_is_that_of_numpy_to_the_last_digit():
    """Over all sizes of numbers, and next to one, where the chi^2 of large counts lives."""
    rng = np.random.default_rng(0)
    everywhere, near = np.exp(rng.uniform(-700, 700, 20_000)), 1 + rng.normal(size=20_000) * 1e-6
    powers = 2.0 ** np.arange(-1000, 1000)
    for x in (everywhere, near, powers, powers * np.sqrt(0.5)):
        np.testing.assert_array_max_ulp(_logarithms(x), np.log(x), maxulp=1)
    assert _logarithms(np.ones(1))[0] == 0.0


@pytest.mark.parametrize(
    ("n", "mu", "chi2", "slope", "bend"),
    [
        (1e9, 1e9, 0.0, 0.0, 2e-9),
        (1e9, 1e9 + 1e4, 1e-1, 2e-5, 2e-9),  # (mu - n)^2 / n
        (0.0, 3.0, 6.0, 2.0, 0.0),
        (0.0, -1e-9, 0.0, 0.0, 0.0),
        (2.0, 0.0, np.inf, 0.0, 0.0),
        (2.0, -1e-9, np.inf, 0.0, 0.0),
    ],
)
def test_a_bin_of_many_of_none_and_of_impossible_counts_has_its_chi2(n, mu, chi2, slope, bend):
    """Physics by hand: Eq. 14 less its saturated value; where nothing is expected nothing may be seen."""
    np.testing.assert_allclose(_bin(False, n, np.nan, mu), [chi2, slope, bend], rtol=2e-5, atol=1e-12)


def test_factors_of_one_term_multiply_and_their_derivatives_are_those_of_finite_differences():
    """Two nuisances on one template, a power of a parameter and a tent: a term with four factors."""
    rng = np.random.default_rng(2)
    terms = Terms(
        counts=rng.uniform(1, 3, (2, 5)),
        start=np.array([0, 1]), stop=np.array([5, 4]), first=np.array([0, 4, 5]),
        factor=np.array([0, 1, 2, 3, 1]), variable=np.array([0, 1, 2, 3]),
        kind=np.array([POWER, ONE_PLUS, ONE_PLUS, TENT]),
        exponent=np.array([2, 1, 1, 1]), unit=np.array([1.5, 1.0, 1.0, 1.0]),
        after=np.array([1, 1, 1, 1, 2]),
        gaussian=np.array([True, True, False, False, False]),
        below=np.array([0.0, 4.0, 9.0, 1.0]), above=np.array([0.0, 2.0, 9.0, 1.0]), coupling=np.zeros((4, 4)),
    )  # fmt: skip
    numbers = np.concatenate([[3.0, 2.0, 1.0, 0.0, 4.0], np.full(5, 1.3), [0.0, 0.1, -0.1, 0.2]])
    x = np.array([1.7, 0.3, -0.2, 0.6])
    product = (x[0] / 1.5) ** 2 * 1.3 * 0.8 * (1 - 0.4)
    mu = product * terms.counts[0]
    mu[1:4] += 1.3 * terms.counts[1, 1:4]
    observed = numbers[:5]
    poisson = (
        mu[2:]
        - observed[2:]
        + np.where(observed[2:] > 0, observed[2:] * np.log(np.maximum(observed[2:], 1) / mu[2:]), 0)
    )
    by_hand = (((mu[:2] - observed[:2]) / 1.3) ** 2).sum() + 2 * poisson.sum()
    by_hand += 2.0 * 0.2**2 + 9.0 * 0.1**2 + 1.0 * 0.4**2
    chi2, gradient, hessian = chi2_full(terms, numbers, x)
    assert chi2 == pytest.approx(by_hand, rel=1e-13)
    for k in range(4):
        step = np.zeros(4)
        step[k] = 1e-6
        up, down = (chi2_full(terms, numbers, x + s * step) for s in (1, -1))
        assert gradient[k] == pytest.approx((up[0] - down[0]) / 2e-6, rel=1e-6)
        np.testing.assert_allclose(hessian[k], (up[1] - down[1]) / 2e-6, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(chi2_many(terms, numbers, x[None]), [chi2], rtol=1e-14)


def test_what_a_user_adds_to_a_model_takes_the_graph_of_the_model(xenonnt):
    model = be.models.magnetic_moment([xenonnt], free="nu_e")
    assert be.Fit(model).terms is not None
    with model:
        pm.Potential("external", -0.5 * ((model["beta_flux"] - 0.05) / 0.03) ** 2)
    assert be.Fit(model).terms is None


def test_terms_that_share_a_tent_are_skipped_together():
    a, b, c, u = (0, TENT, 1, 1.0), (0, TENT, 1, 2.0), (1, TENT, 1, 1.0), (2, POWER, 1, 1.0)
    terms = [[u], [a], [a, u], [a, c], [a, c, u], [b, c]]
    first = np.cumsum([0, *(len(t) for t in terms)]).tolist()
    after = _after(first, [factor for t in terms for factor in t])
    # u | a | a u | a c | a c u | b c
    assert after.tolist() == [1, 5, 5, 3, 5, 5, 5, 5, 5, 6, 6]


def test_what_a_second_process_compiles_is_what_a_model_calls(xenonnt):
    fit = be.Fit(be.models.magnetic_moment(xenonnt, "nu_e"))
    fit.batch(fit.start[None])
    fit.expected(fit.start[None])
    before = [chi2_many.signatures[:], expected_many.signatures[:]]
    compile_evaluations()
    compile_fits()
    assert all(map(is_kept, COMPILED))
    assert [chi2_many.signatures, expected_many.signatures] == before
