"""Bayes factors three ways, against each other and by hand."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pymc as pm
import pytest
import xarray as xr
from schemas import check_files
from scipy.stats import beta
from typer.testing import CliRunner

import bayes_enues as be
from bayes_enues.analyses.comparison import ComparisonTable
from bayes_enues.cli import app
from bayes_enues.commands.common import print_result
from bayes_enues.fit import posterior
from bayes_enues.fit.chi2 import Likelihood
from bayes_enues.priors import Flat, HalfNormal, LogUniform
from bayes_enues.results import Comparison, Sampled
from bayes_enues.studies.evidence import (
    _log_density_at,
    log_bayes_factor,
    savage_dickey,
    smc_log_bayes_factor,
    width_scan,
)


@pytest.fixture(scope="module")
def model():
    return be.models.magnetic_moment(["xenonnt_sr0"], "nu_e")


@pytest.fixture(scope="module")
def draws(model):
    return be.sample_posterior(model, draws=6000, groups=False)["posterior"]["nu_e"].values


def test_quadrature_is_the_double_integral_by_hand(model):
    """Physics: the integral over mu and beta on a plain grid, over that at mu = 0."""
    likelihood = Likelihood(model)
    mu, b = np.linspace(0, model.question.priors["nu_e"].upper, 801), np.linspace(-0.4, 0.4, 401)
    grid = np.stack([g.ravel() for g in np.meshgrid(mu, b, indexing="ij")], axis=-1)
    density = np.exp(-0.5 * (likelihood.batch(grid) - 15)).reshape(mu.size, b.size)
    over_b = np.trapezoid(density, b, axis=1)
    by_hand = np.log(np.trapezoid(over_b, mu) / mu[-1] / over_b[0])
    assert log_bayes_factor(model) == pytest.approx(by_hand, abs=1e-4)


def test_savage_and_dickey_agree_with_quadrature(model, draws):
    assert savage_dickey(model, draws) == pytest.approx(log_bayes_factor(model), abs=0.1)


@pytest.mark.slow
def test_sequential_monte_carlo_agrees_with_quadrature(model):
    found = smc_log_bayes_factor(model, draws=1000, chains=2)
    assert found.log_bayes_factor == pytest.approx(log_bayes_factor(model), abs=0.1)


def test_the_scan_over_widths_passes_through_the_prior_in_use(model):
    flat, half = width_scan(model, n=200)
    here = np.interp(model.question.priors["nu_e"].upper, flat.widths, flat.log_bayes_factors)
    assert here == pytest.approx(log_bayes_factor(model), abs=0.01)
    assert abs(flat.log_bayes_factors[0]) < 1e-3  # a prior too narrow to matter
    slope = np.diff(flat.log_bayes_factors[-2:]) / np.diff(np.log(flat.widths[-2:]))
    assert slope == pytest.approx(-1, abs=1e-3)  # Occam: one over the width
    assert np.all(half.log_bayes_factors[-50:] < flat.log_bayes_factors[-50:])


@pytest.mark.parametrize("shape", [(1.0, 3.0), (1.0, 1.0), (1.0, 0.5)])
def test_the_density_at_an_edge_has_no_edge_bias(shape):
    """Physics: Beta(1, b) has the density b at zero."""
    u = beta(*shape).rvs(20_000, random_state=5)
    assert _log_density_at(u, 0.0) == pytest.approx(np.log(shape[1]), abs=0.08)


def test_too_few_draws_are_refused(model):
    with pytest.raises(ValueError, match="draws lie near the Standard Model"):
        savage_dickey(model, np.linspace(1, 9, 600))


def test_families_without_a_width_are_refused(model):
    with pytest.raises(ValueError, match="no width"):
        width_scan(model, families=("loguniform",))
    assert LogUniform(0.1).edge_decides


@pytest.mark.parametrize("prior", [Flat(0.5, 6.0), HalfNormal(0.0, 7.0, scale=3.0), LogUniform(0.1, 7.0)])
def test_a_stretched_prior_is_the_prior_with_every_length_of_it_stretched(prior):
    """An asymmetric range, which no scan over widths knows, one that cuts a half-normal, and a logarithm."""
    lengths = {name: 3 * getattr(prior, name) for name in ("lower", "upper", "scale") if hasattr(prior, name)}
    models = [
        be.models.magnetic_moment(["xenonnt_sr0"], "nu_e", prior=p)
        for p in (prior, replace(prior, **lengths))
    ]
    assert log_bayes_factor(models[0], stretch=3) == pytest.approx(log_bayes_factor(models[1]), abs=1e-9)


def test_beyond_what_the_data_allow_the_likelihood_counts_as_zero(model):
    """Occam: one over the width. A prior beside all that the data allow has no evidence."""
    assert log_bayes_factor(model, stretch=10) == pytest.approx(
        log_bayes_factor(model) - np.log(10), abs=0.01
    )
    beside = be.models.magnetic_moment(["xenonnt_sr0"], "nu_e", prior=Flat(6.0, 8.0))
    assert log_bayes_factor(beside, stretch=10) == -np.inf


def compared(out, *more):
    arguments = [
        "compare",
        "--parameter",
        "nu_e",
        "--experiment",
        "xenonnt_sr0",
        "--no-smc",
    ]
    done = CliRunner().invoke(app, [*arguments, *more, "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert check_files(out) == {"compare", "compare_row"}
    return json.loads((out / "compare.json").read_text())["rows"]


@pytest.mark.slow
def test_a_second_comparison_reuses_its_rows_and_keeps_those_of_others(draws, tmp_path, monkeypatch):
    asked = []
    tree = xr.DataTree.from_dict({"posterior": xr.Dataset({"nu_e": (("chain", "draw"), draws)})})
    tree.attrs["converged"] = True
    monkeypatch.setattr(
        "bayes_enues.studies.compare_rows.sample_posterior", lambda *a, **k: asked.append(a) or tree
    )
    first = compared(tmp_path)
    assert compared(tmp_path) == first
    assert len(asked) == 1
    both = compared(tmp_path, "--seed", "7")
    assert len(asked) == 2
    assert [row for row in both if row["seed"] != 7] == first
    assert len(both) == 2
    assert not list(tmp_path.glob("*.broken*"))
    flat = width_scan(be.models.magnetic_moment(["xenonnt_sr0"], "nu_e"), n=200)[0]
    for name, factor in (("narrower", 1 / 3), ("wider", 3)):
        scanned = np.interp(factor * first[0]["width"], flat.widths, flat.log_bayes_factors)
        assert first[0][name] == pytest.approx(scanned, abs=0.01)


def test_the_table_shows_the_stretched_priors_of_its_rows(capsys):
    row = {"parameter": "nu_e", "experiment": "xenonnt_sr0", "prior": "flat in nu_e on [-78, 5]"}
    row |= {"model": "charge_radius", "unit": "1e-32 cm2", "width": 41.5, "scans": [], "smc_scatter": None}
    row |= {"posterior": Sampled(converged=True), "quadrature": -1.0, "savage_dickey": None, "smc": None}
    print_result(ComparisonTable((Comparison(**row, narrower=0.25, wider=-2.5),), Path()))
    (line,) = (line for line in capsys.readouterr().out.splitlines() if line.startswith("nu_e "))
    assert line.split() == ["nu_e", "xenonnt_sr0", "-1.00", "+0.25", "-2.50"]


def test_both_evidences_come_from_the_sequential_monte_carlo_of_the_posterior(model, monkeypatch):
    """One kernel for all chains, our own populations, no word in the log: with the parameter and without."""
    asked = []

    def fake(**options):
        asked.append((options["kernel"], [sorted(p) for p in options["start"]]))
        stages = np.array([[-1.0, np.nan], [-1.5, np.nan]])
        return {"sample_stats": xr.Dataset({"log_marginal_likelihood": (("chain", "draw"), stages)})}

    monkeypatch.setattr(pm, "sample_smc", fake)
    assert smc_log_bayes_factor(model, draws=5, chains=2).log_bayes_factor == 0
    assert [kernel for kernel, _ in asked] == [posterior._OneCopy] * 2
    assert [len(names) for _, populations in asked for names in populations] == [2, 2, 1, 1]
