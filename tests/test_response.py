"""The detector: nothing is lost, shells are sharp, and a finer integration changes no bin."""

import numpy as np
import pytest

from bayes_enues import MagneticMoment, StandardModel, recoil_rate
from bayes_enues.signal.response import energy_grid, response_matrix
from bayes_enues.signal.xenon import shell_edges


def width(e):
    return 0.31 * np.sqrt(e) + 0.0037 * e


def grid(upper, fineness=1.0):
    return energy_grid(shell_edges()[0][0], upper, shell_edges()[0], width, fineness)


def test_a_perfect_detector_keeps_every_recoil():
    e_er, weights = grid(60.0)
    edges = np.linspace(1e-3, 45.0, 46)
    response = response_matrix(e_er, weights, edges, np.ones_like, width, n_nodes=60)
    inside = (e_er > 10) & (e_er < 30)
    kept = (response / weights)[:, inside].sum(axis=0)
    # the width belongs to the reconstructed energy, so the kernel is a density in it only nearly
    np.testing.assert_allclose(kept, 1, atol=0.02)


def test_weights_integrate_the_energy_and_respect_the_shells():
    e_er, weights = grid(40.0)
    lower = shell_edges()[0][0]
    assert weights.sum() == pytest.approx(40.0 - lower, rel=1e-12)
    # exact at edges: a step at the shell integrates to the length above it
    for edge in shell_edges()[0][1:]:
        assert weights[e_er > edge].sum() == pytest.approx(40.0 - edge, rel=1e-12)


@pytest.mark.parametrize("name", ["xenonnt_sr0", "lz_ws2022"])
@pytest.mark.parametrize(
    "interaction", [StandardModel(), MagneticMoment(nu_e=10.0)], ids=["weak", "magnetic"]
)
def test_a_finer_integration_moves_no_bin_by_more_than_a_thousandth(name, interaction):
    from bayes_enues.experiments.loading import load_experiment
    from bayes_enues.experiments.read_response import read_efficiency
    from bayes_enues.experiments.read_tables import Tables
    from bayes_enues.tables import packaged

    e = load_experiment(name)
    spec = e.settings.resolution

    def sigma(energy):
        return spec.constant_keV + spec.sqrt_keV * np.sqrt(energy) + spec.linear * energy

    efficiency, *_ = read_efficiency(Tables(packaged(name)), e.settings)
    upper = e.bin_edges[-1] + 8 * sigma(e.bin_edges[-1])
    e_er, weights = energy_grid(shell_edges()[0][0], upper, shell_edges()[0], sigma, fineness=3.0)
    points = 40  # pieces of each bin, so that a kink of the efficiency is resolved wherever it lies
    edges = np.concatenate(
        [np.linspace(a, b, points + 1)[:-1] for a, b in zip(e.bin_edges[:-1], e.bin_edges[1:], strict=True)]
    )
    edges = np.append(edges, e.bin_edges[-1])
    response = response_matrix(e_er, weights, edges, efficiency, sigma, n_nodes=4)
    fine = e.exposure * (response @ recoil_rate(interaction, e_er)).reshape(-1, points).sum(axis=1)
    ours = e.response @ recoil_rate(interaction, e.e_er)
    np.testing.assert_allclose(ours, fine, rtol=1e-3)


def test_counts_do_not_depend_on_how_a_bin_is_cut():
    e_er, weights = grid(50.0)
    rate = recoil_rate(StandardModel(), e_er)

    def counts(edges):
        return response_matrix(e_er, weights, np.array(edges), lambda e: np.full_like(e, 0.7), width) @ rate

    whole, parts = counts([2.0, 3.0]), counts([2.0, 2.25, 2.6, 3.0])
    assert parts.sum() == pytest.approx(whole[0], rel=1e-9)


def test_a_grid_that_stops_too_early_is_refused():
    e_er, weights = grid(31.0)
    with pytest.raises(ValueError, match=r"e_er ends at .* spill into the last bin"):
        response_matrix(e_er, weights, np.linspace(0, 30, 31), np.ones_like, width)
