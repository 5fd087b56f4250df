"""Expected counts: landmarks, templates against the whole chain, and what is no quadratic is noticed."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest

from bayes_enues import MagneticMoment, StandardModel, load_experiment, signal_counts
from bayes_enues.experiments.counts import NotQuadratic, bin_templates, integrates_exactly, typical_scale
from bayes_enues.interactions.base import Interaction, weak_cross_section


def test_standard_model_counts_are_those_of_two_brute_force_codes(xenonnt, lz):
    assert signal_counts(xenonnt, StandardModel()).sum() == pytest.approx(79.85, rel=1e-4)
    assert signal_counts(lz, StandardModel()).sum() == pytest.approx(33.08, rel=1e-3)


@pytest.mark.parametrize("name", ["xenonnt_sr0", "lz_ws2022", "lz_ws2022:low_edge"])
@pytest.mark.parametrize("strength", [0.1, 1.7, 6.0])
def test_templates_equal_the_whole_chain_at_other_strengths(name, strength):
    experiment = load_experiment(name)
    free, scales = ("nu_e", "nu_tau"), (9.0, 14.0)
    t = bin_templates(experiment, MagneticMoment(nu_mu=3.0), free, scales)
    u = np.array([strength, 0.4 * strength])
    predicted = t.t0 + (u[:, None] * (t.t1 + u[:, None] * t.t2)).sum(axis=0)
    nu_e, nu_tau = np.sqrt(u) * scales
    chain = signal_counts(experiment, MagneticMoment(nu_e=nu_e, nu_mu=3.0, nu_tau=nu_tau))
    np.testing.assert_allclose(predicted, chain, rtol=1e-11)


def test_counts_grow_with_the_exposure_and_with_the_square_of_a_moment(xenonnt):
    double = load_experiment("xenonnt_sr0", {"exposure_t_yr": 2.32}, as_name="double")
    np.testing.assert_allclose(
        signal_counts(double, StandardModel()), 2 * signal_counts(xenonnt, StandardModel()), rtol=1e-12
    )
    weak = signal_counts(xenonnt, StandardModel())
    one, three = (signal_counts(xenonnt, MagneticMoment(nu_e=m)) - weak for m in (1.0, 3.0))
    np.testing.assert_allclose(three, 9 * one, rtol=1e-9)


def test_the_scale_of_a_template_is_near_the_limit(xenonnt, lz):
    assert 4 < typical_scale([xenonnt], MagneticMoment(), "nu_e") < 40
    assert 4 < typical_scale([xenonnt, lz], MagneticMoment(), "universal") < 40


@dataclass(frozen=True)
class Quartic(Interaction):
    """Made up: the strength enters to the fourth power."""

    nu_x: float = 0.0
    name: ClassVar[str] = "quartic"
    signed: ClassVar[bool] = True
    symbol: ClassVar[str] = "c"

    def cross_section(self, flavour, e_nu, e_er):
        weak = weak_cross_section(*self.weak_couplings(flavour), e_nu, e_er)
        return weak * (1 + 0.1 * self.nu_x**2 + 0.02 * self.nu_x**4)


@dataclass(frozen=True)
class Curved(Interaction):
    """Made up: no quadratic in 1/E_nu."""

    nu_x: float = 0.0
    name: ClassVar[str] = "curved"
    signed: ClassVar[bool] = True
    symbol: ClassVar[str] = "c"

    def cross_section(self, flavour, e_nu, e_er):
        weak = weak_cross_section(*self.weak_couplings(flavour), e_nu, e_er)
        return weak * (1 + self.nu_x * (100 / e_nu) ** 3)


def test_what_is_no_quadratic_in_its_strength_has_no_templates(xenonnt):
    with pytest.raises(NotQuadratic, match=r"Quartic: counts are no quadratic .* spectrum='chain'"):
        bin_templates(xenonnt, Quartic(), ("nu_x",), (1.0,))


def test_a_question_about_one_falls_back_to_the_chain_and_says_so(xenonnt):
    from bayes_enues.fit.setup import ask

    with pytest.warns(UserWarning, match="no quadratic"):
        question = ask(Quartic(), [xenonnt], "nu_x")
    assert question.spectrum == "chain"
    assert question.templates is None
    assert any("chain" in note for note in question.notes)


@pytest.mark.slow
def test_what_is_no_quadratic_in_the_neutrino_energy_gets_the_fine_grid_and_says_so(xenonnt):
    with pytest.warns(UserWarning, match="no quadratic in 1/E_nu"):
        assert not integrates_exactly(Curved(nu_x=1.0))
    assert integrates_exactly(MagneticMoment())
    from bayes_enues.signal.flux import fine_nodes
    from bayes_enues.signal.rate import recoil_rate

    e_er = np.array([1.0, 7.0])
    e_nu, weights = fine_nodes(e_er)
    flavours = ("nu_e", "nu_mu", "nu_tau")
    by_hand = sum(
        (weights[i] * Curved(nu_x=1.0).cross_section(f, e_nu, e_er)).sum(axis=0)
        for i, f in enumerate(flavours)
    )
    weak = sum(
        (weights[i] * StandardModel().cross_section(f, e_nu, e_er)).sum(axis=0)
        for i, f in enumerate(flavours)
    )
    fine = recoil_rate(Curved(nu_x=1.0), e_er, fine=True)
    np.testing.assert_allclose(
        fine / recoil_rate(StandardModel(), e_er, fine=True), by_hand / weak, rtol=1e-12
    )
    counts = signal_counts(xenonnt, Curved(nu_x=1.0))
    assert np.all(counts > signal_counts(xenonnt, StandardModel()))


def test_couplings_of_the_experiment_reach_the_interaction(xenonnt):
    radiative = load_experiment("xenonnt_sr0", {"couplings": "radiative"}, as_name="radiative")
    expected = signal_counts(xenonnt, replace(StandardModel(), couplings="radiative"))
    np.testing.assert_allclose(signal_counts(radiative, StandardModel()), expected, rtol=1e-12)
    assert not np.allclose(expected, signal_counts(xenonnt, StandardModel()), rtol=1e-3)
