"""Separate modes: found in a density, and draws that weigh them wrongly do not count."""

import numpy as np
import pytest
from written_out import exposed

import bayes_enues as be
from bayes_enues import models
from bayes_enues.fit.marginal import Density
from bayes_enues.fit.modes import find_modes, wrong_weights

pytestmark = pytest.mark.slow

VALUES = np.linspace(-10, 10, 401)


def mixture(share, left=-5.0, right=5.0, width=1.0):
    def peak(at):
        return np.exp(-0.5 * ((VALUES - at) / width) ** 2) / width / np.sqrt(2 * np.pi)

    return Density(VALUES, share * peak(left) + (1 - share) * peak(right), 0.0)


def draws(share, n=4000):
    rng = np.random.default_rng(1)
    return np.where(rng.random((4, n)) < share, -5.0, 5.0) + rng.normal(size=(4, n))


def test_two_peaks_are_two_modes_with_their_masses():
    left, right = find_modes(mixture(0.3))
    assert left.upper == right.lower
    assert left.mass == pytest.approx(0.3, abs=1e-4)
    assert right.mass == pytest.approx(0.7, abs=1e-4)


def test_a_shallow_dip_separates_nothing():
    assert len(find_modes(mixture(0.5, -1.1, 1.1))) == 1


def test_right_weights_are_accepted_and_one_mode_is_never_questioned():
    assert wrong_weights(mixture(0.3), draws(0.3)) == ""
    assert wrong_weights(mixture(0.5, 0.0, 0.0), draws(0.5)) == ""


@pytest.mark.parametrize("share", [0.0, 0.35, 1.0])
def test_wrong_weights_are_refused_though_every_chain_agrees(share):
    words = wrong_weights(mixture(0.3), draws(share))
    assert "which holds 30.0 %" in words


def test_chains_that_stay_where_they_began_are_refused():
    stuck = np.array([-5.0, 5.0, 5.0, 5.0])[:, None] + np.random.default_rng(1).normal(size=(4, 2000))
    assert "± " in wrong_weights(mixture(0.25), stuck)


def test_a_mode_without_probability_must_hold_no_draws():
    assert wrong_weights(mixture(1e-6), draws(1e-6)) == ""
    assert wrong_weights(mixture(1e-6), draws(0.25)) != ""


def test_twenty_exposures_of_xenonnt_have_modes_that_nuts_cannot_weigh(xenonnt):
    # Asimov counts of the Standard Model: the barrier between r^2 = 0 and -84 is far beyond NUTS. The answer
    # of the whole chain, independent proposals included, is that of exact quadrature.
    limit = be.limits(models.charge_radius([exposed(xenonnt, 20)], "nu_e"), draws=1000, groups=False)
    posterior = limit.posterior
    assert posterior.sampler == "independence"
    assert posterior.converged
    assert len(posterior.pieces) == 2
    assert posterior.pieces[0][1] < -70
    assert posterior.pieces[1][0] > -10
    off = np.ravel(posterior.pieces) - np.ravel(posterior.exact.pieces)
    assert np.max(np.abs(off)) < 3 * posterior.mcse
    assert posterior.mcse <= 0.01 * sum(b - a for a, b in posterior.pieces)
    assert np.abs(np.subtract(posterior.eti, posterior.exact.eti)).max() < 0.5
    assert limit.profile.pieces[0][1] < limit.profile.pieces[1][0]
