"""Nuisances that multiply, signals whose uncertainty lets chi^2 saturate, counts without background."""

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import gamma

import bayes_enues as be
from bayes_enues.interactions.base import Interaction, weak_cross_section


@dataclass(frozen=True)
class SignalStrength(Interaction):
    """mu times the Standard Model rate and nothing else: a counting signal linear in mu."""

    mu: float = 0.0

    unit = "1"
    power = 1

    def cross_section(self, flavour, e_nu, e_er):
        return self.mu * weak_cross_section(*self.weak_couplings(flavour), e_nu, e_er)


def folder(path, counts: float, nuisances: str = "", background: float | None = None) -> str:
    """An experiment of one bin from 1 to 31 keV without resolution to speak of."""
    path.mkdir()
    column, row = ("", "") if background is None else (",background", f",{background}")
    component = "" if background is None else (
        '[[components]]\nname = "background"\ntable = "bins.csv"\ncolumns = ["background"]\n'
    )  # fmt: skip
    (path / "bins.csv").write_text(f"# made up\ne_lo_keV,e_hi_keV,n_obs{column}\n1,31,{counts}{row}\n")
    (path / "efficiency.csv").write_text("# made up\ne_keV,efficiency\n0,1\n60,1\n")
    (path / "experiment.toml").write_text(
        f'name = "one_bin"\ntitle = "One bin"\nreference = "made up"\nexposure_t_yr = 1.0\n'
        'likelihood = "poisson"\n[bins]\ntable = "bins.csv"\n[resolution]\nsqrt_keV = 0.3\n'
        f'[efficiency]\ntable = "efficiency.csv"\n{component}{nuisances}'
    )
    return str(path)


def entry(name: str, sigma: float, scales: str = "signal") -> str:
    return f'[[nuisances]]\nname = "{name}"\nsigma = {sigma}\nscales = "{scales}"\n'


def test_two_nuisances_of_one_thing_both_act_whatever_their_order(tmp_path):
    """chi^2 of one bin by hand: both factors multiply the signal."""
    first, second = entry("flux", 0.07), entry("rate", 0.13)
    found = []
    for name, nuisances in (("a", first + second), ("b", second + first)):
        path = folder(tmp_path / name, 90, nuisances, background=60.0)
        fit = be.Fit(be.models.counting_model(SignalStrength(), [path], "mu"))
        found.append(fit)
    (a, b), x = found, np.array([1.0, 0.1, -0.2])
    signal = a.expected(np.array([[1.0, 0.0, 0.0]]))["counts_one_bin"][0, 0] - 60.0
    mu = 60.0 + signal * 1.1 * 0.8
    expected = 2 * (mu - 90 + 90 * np.log(90 / mu)) + (0.1 / 0.07) ** 2 + (0.2 / 0.13) ** 2
    assert a.full(x)[0] == pytest.approx(expected, rel=1e-12)
    assert b.full(x[[0, 2, 1]])[0] == pytest.approx(expected, rel=1e-12)
    assert a.profile().upper == pytest.approx(b.profile().upper, rel=1e-9)
    assert (
        a.profile().upper
        > be.Fit(be.models.counting_model(SignalStrength(), [folder(tmp_path / "c", 90, first, 60.0)], "mu"))
        .profile()
        .upper
    )


@pytest.mark.parametrize("sigma", [0.19, 0.25, 0.5])
def test_a_signal_uncertainty_that_lets_chi2_saturate_still_gives_a_limit_and_a_stated_range(sigma, tmp_path):
    """One bin, profiled by SciPy; Delta chi^2 saturates at one over sigma squared."""
    n, background = 50, 45.0
    path = folder(tmp_path / "exp", n, entry("rate", sigma), background)
    fit = be.Fit(be.models.counting_model(SignalStrength(), [path], "mu"))
    per_unit = fit.expected(np.array([[1.0, 0.0]]))["counts_one_bin"][0, 0] - background

    def profiled(strength):
        def chi2(x):
            mu = background + strength * per_unit * (1 + x)
            return 2 * (mu - n + n * np.log(n / mu)) + (x / sigma) ** 2

        return minimize_scalar(chi2, bounds=(-1 + 1e-12, 3), options={"xatol": 1e-12}).fun

    least = profiled((n - background) / per_unit)
    upper = brentq(lambda s: profiled(s) - least - 2.705543, 5 / per_unit, 1e4 / per_unit)
    assert fit.profile().upper == pytest.approx(upper, rel=1e-5)
    end, needed = fit.question.priors["mu"].upper, min(25.0, 0.9 / sigma**2)
    assert profiled(end) - least == pytest.approx(needed, rel=0.05)
    assert np.isfinite(fit.marginal().quantile(0.9))
    assert (sigma > 0.2) == ("mu" in fit.question.range_ends)


def test_data_that_bound_nothing_are_refused_in_one_line_that_says_how_far_chi2_rises(tmp_path):
    path = folder(tmp_path / "exp", 50, entry("rate", 0.8), 45.0)
    with pytest.raises(be.InputError, match=r"does not exceed 1\.5.*prior with a range"):
        be.models.counting_model(SignalStrength(), [path], "mu")


@pytest.mark.parametrize(("n", "bound"), [(0, 2.303), (1, 3.890), (3, 6.681)])
def test_events_without_background_give_the_closed_forms(n, bound, tmp_path):
    """A flat prior gives a Gamma distribution; n = 1 has the profile interval 0.106 to 3.647 at 2.7055."""
    path = folder(tmp_path / "exp", n)
    fit = be.Fit(be.models.counting_model(SignalStrength(), [path], "mu"))
    per_unit = fit.expected(np.array([[1.0]]))["counts_one_bin"][0, 0]
    assert fit.marginal().quantile(0.9) * per_unit == pytest.approx(bound, abs=1e-3)
    assert bound == pytest.approx(gamma.ppf(0.9, n + 1), abs=1e-3)
    profile = fit.profile()
    ends = [0.0 if n == 0 else brentq(lambda s: 2 * (s - n - n * np.log(s / n)) - 2.705543, 1e-6, n)]
    ends += [1.3528 if n == 0 else brentq(lambda s: 2 * (s - n - n * np.log(s / n)) - 2.705543, n, 20)]
    np.testing.assert_allclose([profile.lower * per_unit, profile.upper * per_unit], ends, atol=1e-4)


@pytest.mark.parametrize(
    "prior", [be.HalfNormal(scale=1e-11), be.HalfNormal(scale=1e-300), be.Flat(0, 1e300)], ids=str
)
def test_a_prior_whose_unit_was_forgotten_is_asked_for_it(prior, xenonnt):
    with pytest.raises(be.InputError, match="is a unit missing"):
        be.models.magnetic_moment([xenonnt], prior=prior)


def test_a_prior_that_allows_negative_moments_is_refused_and_told_how_to_cut_it(xenonnt):
    import pymc as pm

    with pytest.raises(be.InputError, match=r"allows negative values.*pm\.Truncated"):
        be.models.magnetic_moment([xenonnt], prior=lambda name: pm.Normal(name, 0, 10))


def test_a_very_wide_prior_gives_the_same_bound_as_one_that_just_holds_the_likelihood(xenonnt, xenonnt_model):
    wide = be.marginal_density(be.models.magnetic_moment([xenonnt], prior=be.Flat(0, 1e6)))
    assert wide.quantile(0.9) == pytest.approx(be.marginal_density(xenonnt_model).quantile(0.9), rel=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["HalfCauchy", "Truncated", "Pareto"])
def test_any_distribution_of_pymc_is_a_prior(kind, xenonnt, xenonnt_model):
    """Draws agree with quadrature, whose density is SciPy's."""
    import pymc as pm
    from scipy.stats import halfcauchy, pareto, truncnorm

    ours, theirs = {
        "HalfCauchy": (lambda name: pm.HalfCauchy(name, 5), halfcauchy(scale=5)),
        "Truncated": (
            lambda name: pm.Truncated(name, pm.Normal.dist(0, 10), lower=0),
            truncnorm(0, np.inf, scale=10),
        ),
        "Pareto": (lambda name: pm.Pareto(name, 1, 1), pareto(1)),
    }[kind]
    limit = be.limits(be.models.magnetic_moment([xenonnt], prior=ours), draws=1000)
    assert limit.posterior.converged
    flat = be.marginal_density(xenonnt_model, n=4001)
    weighted = flat.density * theirs.pdf(flat.values)
    below = np.concatenate([[0], np.cumsum(np.diff(flat.values) * (weighted[1:] + weighted[:-1]) / 2)])
    exact = np.interp(0.9, below / below[-1], flat.values)
    assert limit.posterior.exact.upper == pytest.approx(exact, rel=5e-3)


def test_a_fit_that_is_plainly_wrong_gives_no_bound_unless_it_is_accepted(xenonnt):
    """Five times the counts of XENONnT, as a wrong unit would make them; chi^2 of Eq. 15 by SciPy."""
    from scipy.stats import chi2

    wrong = xenonnt.with_counts(5 * xenonnt.counts)
    model = be.models.magnetic_moment([wrong], free="nu_e")
    with pytest.warns(be.ConvergenceWarning, match="does not describe the data"):
        limit = be.limits(model, draws=300)
    assert not limit.posterior.converged
    assert limit.posterior.upper is None
    assert limit.goodness.bins == 29
    assert limit.goodness.chi2 == pytest.approx(limit.profile.chi2_min)
    assert limit.goodness.p_value == pytest.approx(chi2.sf(limit.profile.chi2_min, 28), rel=1e-9)
    accepted = be.limits(model, draws=1000, accept_bad_fit=True)
    assert accepted.posterior.upper > 0
    assert any("does not describe the data" in note for note in accepted.notes)
