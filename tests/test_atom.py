"""Electrons of xenon that a recoil can free."""

import numpy as np
import pytest

from bayes_enues.signal.xenon import Xenon, shell_edges


def test_all_fifty_four_electrons_are_free_far_above_the_k_shell():
    assert Xenon().z_eff(100.0) == 54


def test_between_shells_the_count_is_that_of_the_outer_ones():
    """By hand: K (2) and the three L subshells (2, 2, 4) are still bound at 3 keV, so 44 are free."""
    assert Xenon().z_eff(3.0) == 44
    assert Xenon().z_eff(20.0) == 52  # K is at about 35 keV


def test_a_shell_opens_above_its_energy_and_not_at_it():
    binding, electrons = shell_edges()
    for energy, n in zip(binding, electrons, strict=True):
        below, above = Xenon(threshold_keV=0).z_eff([energy, energy * (1 + 1e-12)])
        assert above - below >= n


def test_below_the_threshold_nothing_is_freed():
    assert Xenon(threshold_keV=0.1).z_eff(0.0999) == 0
    assert Xenon(electrons="free", threshold_keV=0.1).z_eff(0.2) == 54


def test_the_correction_is_one_unless_asked_for():
    e = np.array([0.3, 1.0, 10.0])
    np.testing.assert_array_equal(Xenon().standard_model_correction(e), 1)
    corrected = Xenon(electrons="rrpa").standard_model_correction(e)
    assert np.all((corrected > 0.5) & (corrected < 1.2))
    assert not np.allclose(corrected, 1)


@pytest.mark.parametrize(
    "wrong", [{"electrons": "bound"}, {"threshold_keV": -1.0}, {"threshold_keV": float("nan")}]
)
def test_an_impossible_target_is_refused(wrong):
    with pytest.raises(ValueError, match=r"choices|zero or more"):
        Xenon(**wrong)
