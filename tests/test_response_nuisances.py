"""Nuisances that move a response, the Sun or a shape; numbers of physics-2.md, section 4."""

from dataclasses import replace

import numpy as np
import pytest

import bayes_enues as be
from bayes_enues.experiments.experiment import ResponseGrid
from bayes_enues.fit.minimise import profile_many

DEFAULT = {"xenonnt_sr0": 8.846, "lz_ws2022": 18.97}
BELOW = {"xenonnt_sr0": 30.0, "lz_ws2022": 4.0}  # what the reference moved


def with_nuisances(name, *entries, **changes):
    """A packaged experiment with further nuisances."""
    given = [n.model_dump(exclude_unset=True) for n in be.load_experiment(name).nuisances]
    return be.load_experiment(name, {"nuisances": [*given, *entries], **changes}, as_name=f"{name}_more")


def edge(sigma, name="xenonnt_sr0", **more):
    moves = "efficiency.shift_keV"
    return {"name": "edge", "moves": moves, "sigma": sigma, "below_keV": BELOW[name], **more}


@pytest.fixture(scope="module")
def xenonnt_edge():
    return be.models.magnetic_moment([with_nuisances("xenonnt_sr0", edge(0.1))], "nu_e")


@pytest.mark.parametrize(
    ("name", "sigma", "limit"),
    [
        ("xenonnt_sr0", 0.05, 8.868),
        ("xenonnt_sr0", 0.1, 8.933),
        ("xenonnt_sr0", 0.2, 9.194),
        ("lz_ws2022", 0.05, 19.06),
        ("lz_ws2022", 0.1, 19.31),
        ("lz_ws2022", 0.2, 20.16),
    ],
)
def test_profiling_the_edge_of_the_efficiency_moves_the_limit_as_the_reference_says(name, sigma, limit):
    found = be.Fit(be.models.magnetic_moment([with_nuisances(name, edge(sigma, name))])).profile().upper
    assert found == pytest.approx(limit, rel=1e-3)
    assert found - DEFAULT[name] == pytest.approx(limit - DEFAULT[name], rel=0.2)


@pytest.mark.parametrize("name", DEFAULT)
def test_with_every_new_nuisance_at_zero_the_old_numbers_come_back(name):
    old = be.Fit(be.models.magnetic_moment([name]))
    resolution = {"name": "resolution", "moves": "resolution.scale", "sigma": 0.1}
    angle = {"name": "angle", "moves": "sun.s12sq", "sigma": 0.016, "shared": True}
    new = be.Fit(be.models.magnetic_moment([with_nuisances(name, edge(0.1, name), resolution, angle)]))
    at = [new.names.index(n) for n in ("edge", "resolution", "angle")]
    held = profile_many(new, [0, *at], np.array([[x, 0, 0, 0] for x in (0.0, 5.0, 9.0, 20.0)]))
    expected = profile_many(old, [0], np.array([0.0, 5.0, 9.0, 20.0]))
    np.testing.assert_allclose(held.chi2, expected.chi2, rtol=1e-9)


def test_tables_of_responses_at_whole_numbers_are_interpolated_linearly_in_each_nuisance(xenonnt):
    """Bilinear between the four neighbours, written out."""
    nodes = np.arange(-3.0, 4.0)
    factor = 1 + 0.05 * nodes[:, None] + 0.02 * np.sin(nodes)[None] * nodes[:, None]
    grid = ResponseGrid(
        ("t_a", "t_b"),
        (nodes, nodes),
        factor[..., None, None] * xenonnt.response,
        {"background": factor[..., None] * xenonnt.components["background"]},
    )
    more = [
        {"name": n, "sigma": 1.0, "moves": "response_grid", "applies_to": ["signal", "background"]}
        for n in grid.nuisances
    ]
    entries = tuple(type(xenonnt.nuisances[0]).model_validate(m) for m in more)
    model = be.models.magnetic_moment(
        [replace(xenonnt, grids=(grid,), nuisances=(*xenonnt.nuisances, *entries))], "nu_e"
    )
    fit = be.Fit(model)
    for a, b in ((0.3, -1.6), (2.9, 2.2), (-3.0, 3.0), (0.0, 1.0), (0.0, 0.0)):
        point = np.zeros(len(fit.names))
        point[[fit.names.index(n) for n in ("nu_e", "t_a", "t_b")]] = 7.0, a, b
        i, j = min(int(np.floor(a)), 2), min(int(np.floor(b)), 2)
        s, t = a - i, b - j
        corner = factor[i + 3 : i + 5, j + 3 : j + 5]
        between = np.array([1 - s, s]) @ corner @ np.array([1 - t, t])
        expected = between * (be.signal_counts(xenonnt, be.MagneticMoment(nu_e=7.0)) + xenonnt.background)
        np.testing.assert_allclose(fit.expected(point[None])["counts_xenonnt_sr0"][0], expected, rtol=1e-10)
    x = fit.start + np.array([3.0, 0.02, 0.4, -1.3])
    _, gradient, hessian = fit.full(x)
    for k in range(x.size):
        step = np.zeros(x.size)
        step[k] = 1e-5
        up, down = fit.full(x + step), fit.full(x - step)
        assert gradient[k] == pytest.approx((up[0] - down[0]) / 2e-5, rel=1e-6, abs=1e-6)
        np.testing.assert_allclose(hessian[k], (up[1] - down[1]) / 2e-5, rtol=1e-5, atol=1e-4)


def test_a_fit_whose_minimum_lies_on_a_kink_of_a_table_converges_there(xenonnt):
    """The response rises on either side of zero: a valley, to whose bottom a fit goes that wants less signal."""
    nodes = np.arange(-3.0, 4.0)
    valley = 1 + 0.2 * np.abs(nodes)
    grid = ResponseGrid(("t",), (nodes,), valley[:, None, None] * xenonnt.response)
    entry = type(xenonnt.nuisances[0]).model_validate({"name": "t", "sigma": 1.0, "moves": "response_grid"})
    fit = be.Fit(
        be.models.magnetic_moment(
            [replace(xenonnt, grids=(grid,), nuisances=(*xenonnt.nuisances, entry))], "nu_e"
        )
    )
    t = fit.names.index("t")
    fits = profile_many(fit, [0], np.linspace(0, 12, 25), start=np.array([0.0, 0.0, 0.7]))
    assert fits.converged.all()
    for row, chi2 in zip(fits.x, fits.chi2, strict=True):
        grid_of_t = np.linspace(-3, 3, 601)
        points = np.repeat(row[None], 601, axis=0)
        points[:, t] = grid_of_t
        assert fit.batch(points).min() >= chi2 - 1e-6
    assert np.any(np.abs(fits.x[:, t]) < 1e-6)
