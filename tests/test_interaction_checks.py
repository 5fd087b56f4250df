"""A user's own interaction is refused, or takes the slower path with a notice, before anything compiles."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

import bayes_enues as be
from bayes_enues.fit.setup import ask
from bayes_enues.interactions.base import Interaction, weak_cross_section
from bayes_enues.interactions.checks import check_interaction, stays_symbolic
from bayes_enues.signal.flux import fine_nodes, minimum_energy, panel_nodes, two_nodes


@dataclass(frozen=True)
class Extra(Interaction):
    """The Standard Model plus whatever ``extra`` returns."""

    strength: float = 0.0

    name: ClassVar[str] = "extra"
    unit: ClassVar[str] = "1e-46 cm2/keV"

    def cross_section(self, flavour, e_nu, e_er):
        weak = weak_cross_section(*self.weak_couplings(flavour), e_nu, e_er)
        return weak + 1e-46 * self.extra(e_nu, e_er)


def asked(kind, spectrum="templates", **options):
    return ask(kind(**options), ["xenonnt_sr0"], "strength", spectrum)


@dataclass(frozen=True)
class NotFinite(Extra):
    def extra(self, e_nu, e_er):
        with np.errstate(all="ignore"):
            return self.strength / (e_er - e_er)


@dataclass(frozen=True)
class Negative(Extra):
    def extra(self, e_nu, e_er):
        return -1e4 * self.strength


@dataclass(frozen=True)
class WrongShape(Extra):
    def extra(self, e_nu, e_er):
        return self.strength * np.ones(7)


@dataclass(frozen=True)
class Summed(Extra):
    def cross_section(self, flavour, e_nu, e_er):
        return np.ones((*np.shape(e_nu + e_er), 2))


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (NotFinite, "not finite"),
        (Negative, r"negative .* with strength = "),
        (WrongShape, "broadcast"),
        (Summed, r"array of shape .* common shape"),
    ],
)
def test_a_cross_section_that_gives_no_counts_is_refused_in_one_line(kind, words):
    with pytest.raises(ValueError, match=words) as caught:
        asked(kind)
    assert "\n" not in str(caught.value)


@dataclass(frozen=True)
class Leaves(Extra):
    """Quadratic, but np.where makes an object array of symbols."""

    def extra(self, e_nu, e_er):
        return np.where(e_er > 1, self.strength, 0.0 * self.strength) * e_er


def test_a_formula_that_leaves_pytensor_serves_through_templates_but_not_through_the_chain():
    assert "object array" in stays_symbolic(Leaves())
    question = asked(Leaves)
    assert question.templates is not None
    with pytest.raises(ValueError, match=r"np\.where.*templates"):
        asked(Leaves, "chain")


@dataclass(frozen=True)
class Cubic(Extra):
    """No quadratic in 1/E_nu."""

    def extra(self, e_nu, e_er):
        return self.strength * (100 / e_nu) ** 3


@pytest.mark.slow
def test_a_cubic_in_inverse_energy_is_integrated_on_a_fine_grid_and_the_result_says_so():
    with pytest.warns(UserWarning, match="no quadratic in 1/E_nu"):
        question = asked(Cubic)
    assert any("fine grid" in note for note in question.notes)
    e_er = np.array([2.0, 12.0])
    e_nu, weights = fine_nodes(e_er)
    third = (weights * (100 / e_nu) ** 3).sum(axis=(0, 1))  # physics: the integral written out
    weak = be.recoil_rate(be.StandardModel(), e_er, fine=True)
    rate = be.recoil_rate(Cubic(strength=1.0), e_er, fine=True)
    from bayes_enues.constants import ATOMS_PER_TONNE, SECONDS_PER_YEAR

    electrons = ATOMS_PER_TONNE * SECONDS_PER_YEAR * be.Xenon().z_eff(e_er)
    np.testing.assert_allclose(rate - weak, 1e-46 * electrons * third, rtol=1e-8)


@dataclass(frozen=True)
class Wave(Extra):
    """No quadratic in the parameter, smooth in energy: the chain serves."""

    power: ClassVar[int] = 2

    def extra(self, e_nu, e_er):
        return 10 * (1 - np.cos(self.strength)) / e_er


def test_counts_that_are_no_quadratic_in_the_parameter_move_to_the_chain_with_a_notice():
    with pytest.warns(UserWarning, match="full chain was used"):
        question = asked(Wave)
    assert question.spectrum == "chain"
    assert question.templates is None
    assert any("full chain" in note for note in question.notes)


@dataclass(frozen=True)
class ThresholdWave(Extra):
    """Neither quadratic in the parameter nor smooth in energy."""

    def extra(self, e_nu, e_er):
        return 1e3 * (e_nu > 300) * (1 - np.cos(self.strength))


@pytest.mark.slow
def test_what_neither_templates_nor_the_chain_can_serve_is_refused():
    refused = pytest.raises(ValueError, match="not smooth in 1/E_nu")
    with pytest.warns(UserWarning, match="no quadratic"), refused:
        asked(ThresholdWave)


def test_a_class_or_a_forgotten_decorator_is_named():
    with pytest.raises(TypeError, match="MagneticMoment is no interaction; an instance"):
        ask(be.MagneticMoment, ["xenonnt_sr0"], "nu_e")

    class Forgotten(Extra):
        coupling: float = 0.0

    with pytest.raises(TypeError, match="@dataclass"):
        ask(Forgotten(), ["xenonnt_sr0"], "strength")


def test_the_library_s_own_interactions_pass():
    check_interaction(be.MagneticMoment(), ("nu_e", "universal"))
    assert stays_symbolic(be.MagneticMoment()) == ""


def test_panels_integrate_quadratics_exactly_and_smooth_functions_to_a_thousandth():
    e_er = np.array([0.1, 1.0, 20.0])
    e_nu, weights = panel_nodes(e_er)
    two, two_weights = two_nodes(e_er)
    fine, fine_weights = fine_nodes(e_er)
    for k in range(3):
        np.testing.assert_allclose((weights / e_nu**k).sum(1), (two_weights / two**k).sum(1), rtol=1e-9)
    for smooth in (lambda e: 1 / (e + 511), lambda e: np.exp(-200 / e), lambda e: 1 / e**3):
        exact = (fine_weights * smooth(fine)).sum(axis=1)
        np.testing.assert_allclose((weights * smooth(e_nu)).sum(axis=1), exact, rtol=1e-3)
    lit = weights > 0
    assert (e_nu[lit] > 0.6 * np.broadcast_to(minimum_energy(e_er), e_nu.shape)[lit]).all()
