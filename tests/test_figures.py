"""Figures say what they show: no code names, everything named, everything inside; and what they rest on."""

import re
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pytest
from looks import faults
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.text import Text

import bayes_enues as be
from bayes_enues import plots
from bayes_enues.plots import mediators, overlays
from bayes_enues.plots.limits import ROOM, _aside, plot_others
from bayes_enues.plots.mediators import MEDIATOR_COLOURS
from bayes_enues.plots.priors import PRIOR_COLOURS
from bayes_enues.plots.spectrum import SIGNAL_COLOURS, fitted_figure, spectra_figure
from bayes_enues.plots.words import in_words, prior_words
from bayes_enues.results import Curve
from bayes_enues.studies.fitted import fitted_spectra

MASS = np.geomspace(1e-3, 1e5, 20)


@pytest.fixture
def saved(monkeypatch):
    """Faults of every figure that is saved."""
    found = []
    monkeypatch.setattr(
        FigureCanvasAgg, "print_png", lambda canvas, *_, **__: found.extend(faults(canvas.figure))
    )
    monkeypatch.setattr(FigureCanvasPdf, "print_pdf", lambda *_, **__: None)
    return found


def curve(model, experiment, size):
    bound = size * np.sqrt(1 + (MASS / 60) ** 2)
    return Curve(
        model=model,
        experiment=experiment,
        mass_keV=MASS,
        posterior_upper=0.9 * bound,
        posterior_mcse=0.01 * bound,
        posterior_exact=0.9 * bound,
        posterior_upper_flat_strength=bound,
        profile_upper=bound,
        profile_upper_one_sided=0.95 * bound,
        threshold=2.7055,
    )


SCAN = [
    curve(model, experiment, size)
    for model, size in (("light_vector", 3e-7), ("light_scalar", 6e-7))
    for experiment in ("lz_ws2022", "xenonnt_sr0")
]


@pytest.mark.slow
def test_mediators_are_drawn_with_other_peoples_limits_everything_named_and_inside(tmp_path, saved):
    assert mediators.curves_figure(SCAN, tmp_path / "curves")
    assert mediators.published_figure(SCAN, [], tmp_path / "published")
    symmetry = {"charges": "b_minus_l", "normalisation": "left_handed"}
    assert mediators.published_figure(SCAN[:2], [], tmp_path / "b_minus_l", symmetry)
    assert saved == []


def test_a_published_curve_is_drawn_root_two_higher_in_the_normalisation_of_eq_8_as_printed():
    """By hand: TEXONO's 9.3753e-7 of B - L is 1.3259e-6 where Eq. 8 has 2 sqrt2 G_F."""
    drawn = {}
    for name in ("left_handed", "as_printed"):
        kind = be.LightVector(coupling=1e-7, mass=1.0, normalisation=name)
        overlay = next(o for o in be_overlays(kind) if o.title == "TEXONO")
        _, ax = plt.subplots()
        ax.set(xscale="log", yscale="log", xlim=(1e-3, 1e5), ylim=(1e-8, 1e-3))
        overlays.plot_overlays(ax, [overlay], kind)
        drawn[name] = ax.lines[0].get_ydata()[0]
        assert ax.lines[0].get_linestyle() == "--"  # neither level nor statistic is stated
        plt.close()
    assert drawn["left_handed"] == pytest.approx(9.3753e-7, rel=1e-12)
    assert drawn["as_printed"] == pytest.approx(1.32587e-6, rel=1e-5)


def be_overlays(kind):
    from bayes_enues.experiments.overlays import overlays_of

    return overlays_of(kind)


def test_a_spectrum_after_the_fit_is_the_profiles_and_its_pulls_add_up_to_chi2(xenonnt_model, lz_model):
    """Eq. 14 and 15: the bins' terms and the penalties are chi^2, which the profile knows at this value."""
    for model, sigmas in ((xenonnt_model, {"beta_flux": 0.07}), (lz_model, LZ_SIGMAS)):
        for value in (0.0, 9.0):
            (fitted,) = fitted_spectra(model, {"nu_e": value})
            penalty = sum((fitted.nuisances[n] / s) ** 2 for n, s in sigmas.items())
            assert np.sum(fitted.pulls**2) + penalty == pytest.approx(fitted.chi2, rel=1e-9)
            profile = be.profile_likelihood(model, values=[value, 12.0])
            assert fitted.chi2 == pytest.approx(profile.chi2_min + profile.delta_chi2[0], abs=1e-6)
            assert np.all((fitted.low <= fitted.total * 1.01) & (fitted.total <= fitted.high * 1.01))
            signal = fitted.total - sum(fitted.components.values())
            scaled = be.signal_counts(fitted.experiment, be.MagneticMoment(nu_e=value))
            assert signal == pytest.approx((1 + fitted.nuisances["beta_flux"]) * scaled, rel=1e-6, abs=1e-9)


LZ_SIGMAS = {"beta_flux": 0.07, "alpha_background": 0.13, "delta_ar37": 1.0}


@pytest.mark.slow
def test_spectra_name_everything_before_and_after_the_fit(xenonnt, lz, lz_model, tmp_path, saved):
    label = r"$\mu_{\nu_e} = 15 \times 10^{-12}\,\mu_B$"
    spectra_figure([xenonnt, lz], [("Standard Model", be.StandardModel())], tmp_path / "before")
    fits = [(label, fitted_spectra(lz_model, {"nu_e": value})) for value in (0.0, 15.0)]
    fitted_figure(fits, tmp_path / "after")
    assert saved == []


def test_a_fitted_spectrum_needs_a_value_for_each_parameter(xenonnt_model):
    with pytest.raises(be.InputError, match=r"no value was given for \['nu_e'\]"):
        fitted_spectra(xenonnt_model, {})


def test_a_limit_has_strokes_on_its_excluded_side_and_a_tick_for_the_published_bound(xenonnt_model):
    limit = be.limits(xenonnt_model, draws=500, seed=4)
    with plots.style():
        fig, (pair,) = plots.stacked(1, 1)
        plots.plot_limit(pair, limit, be.marginal_density(xenonnt_model), be.MagneticMoment.label("nu_e"))
        plots.limit_legend(fig, pair)
        assert faults(fig) == []
        words = " ".join(text.get_text() for text in fig.legends[0].get_texts())
        assert "two-sided 90 % CL" in words
        assert "90 % CrI, one-sided" in words
        assert "published" in words
        bottom = pair[1]
        drops = [line for line in bottom.lines if len(line.get_xdata()) == 2 and line.get_path_effects()]
        assert [line.get_xdata()[0] for line in drops] == pytest.approx([limit.posterior.exact.upper])

        pair[0].set_xlim(
            0, 60
        )  # numbers of other people's limits stand above the frame: no curve crosses them
        assert plot_others(pair[0], [replace(limit, parameter="universal")], {})
        fig.canvas.draw()
        numbers = [text for text in pair[0].texts if text.get_text().isdigit()]
        assert numbers
        assert all(Text.get_window_extent(one).y0 > pair[0].bbox.y1 for one in numbers)
    plt.close(fig)


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("flat_strength", "flat in the square"),
        ("halfnormal(10)", "half-normal, width 10"),
        ("loguniform(0.01)", "log-uniform from 0.01"),
        ("oscillation NuFIT6.0_SK", "oscillation: NuFIT 6.0 with SK"),
        ("fluxes b16_agss09met", "solar fluxes: B16-AGSS09met"),
        ("beta_flux sigma ×0.5 (3.5 %)", "solar flux width ×0.5 (3.5 %)"),
        ("variant low_edge", "variant: low edge"),
        ("my_own_nuisance", "my own nuisance"),
    ],
)
def test_names_of_the_code_become_words(label, words):
    assert in_words(label) == words


def test_the_half_normal_of_a_signed_parameter_is_a_normal():
    assert prior_words("halfnormal(3)", signed=True) == "normal, width 3"
    assert prior_words("sigma = sqrt(N), not Garwood") is None


def test_the_check_of_figures_finds_what_is_wrong():
    fig, ax = plt.subplots()
    ax.plot([1, 2], [1, 2], label="flat_strength")
    ax.legend(loc="upper left", bbox_to_anchor=(1.5, 1))
    found = " ".join(faults(fig))
    for words in ("a name of the code", "horizontal", "vertical", "leaves the figure"):
        assert re.search(words, found), words
    plt.close(fig)


def test_lines_of_a_figure_of_ones_own_take_our_colours():
    with plots.style():
        fig, ax = plots.figure()
        first, second = (ax.plot([0, 1], [k, k])[0] for k in range(2))
        assert first.get_color() == plots.STATISTICS["posterior"]["color"] != second.get_color()
        assert first.get_linestyle() != second.get_linestyle()
    plt.close(fig)


def test_numbers_of_ticks_that_lie_close_together_do_not_cover_each_other():
    """LZ's 8.3 and Borexino's 8.7 in the panel of the universal moment; one far away stays where it is."""
    places = np.array([10.0, 11.5, 13.0, 80.0])
    at = places + _aside(places)
    assert np.all(np.diff(at) > 0.99 * ROOM)
    assert at[3] == 80.0
    assert np.mean(at[:3]) == pytest.approx(np.mean(places[:3]))


def test_no_statistic_or_experiment_shares_its_colour_with_a_prior_a_signal_or_a_mediator():
    taken = {look["color"] for look in plots.STATISTICS.values()} | {*plots.EXPERIMENT_COLOURS.values()}
    assert not taken & {*PRIOR_COLOURS, *SIGNAL_COLOURS, *MEDIATOR_COLOURS.values()}
