"""Coherent scattering of neutrinos off nuclei: what every interaction's nuclear formula is made of."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..constants import FERMI_CONSTANT, HBAR_C, KEV2_CM2, SIN2_THETA_W
from ..errors import InputError

#: Vector coupling of the proton and of the neutron in the Standard Model at tree level.
NUCLEON_COUPLINGS = (0.5 - 2 * SIN2_THETA_W, -0.5)

FERMI = 1e-13 / HBAR_C  # keV^-1
SKIN, DIFFUSENESS = 0.9, 0.52  # fm, of Helm's form factor


@dataclass(frozen=True, eq=False)
class Nuclei:
    """The isotopes of a target, side by side: their arrays broadcast against recoil energies (n_er,).

    Parameters
    ----------
    protons : int
    neutrons : (n_isotopes, 1)
    mass : (n_isotopes, 1)
        Of the nuclei [keV].
    share : (n_isotopes, 1)
        Mole fractions.
    """

    protons: int
    neutrons: np.ndarray
    mass: np.ndarray
    share: np.ndarray

    def minimum_energy(self, e_nr: np.ndarray) -> np.ndarray:
        """Least neutrino energy that can leave a nucleus with the recoil energy [keV], (n_isotopes, n_er)."""
        return (e_nr + np.sqrt(e_nr**2 + 2 * self.mass * e_nr)) / 2

    def form_factor(self, e_nr: np.ndarray) -> np.ndarray:
        r"""Helm's form factor at the momentum transfer of a recoil, (n_isotopes, n_er).

        .. math::

            F = 3\,\frac{j_1(qR)}{qR}\, e^{-q^2 s^2 / 2}, \quad
            R^2 = c^2 + \tfrac73 \pi^2 a^2 - 5 s^2, \quad c = 1.23 A^{1/3} - 0.60\ \mathrm{fm}

        with :math:`q = \sqrt{2 M T}`, a = 0.52 fm and s = 0.9 fm, Lewin & Smith, Astropart. Phys. 6 (1996)
        87, Eq. 4.11.
        """
        q = np.sqrt(2 * self.mass * e_nr) * FERMI  # 1/fm
        c = 1.23 * np.cbrt(self.protons + self.neutrons) - 0.60
        x = q * np.sqrt(c**2 + 7 / 3 * np.pi**2 * DIFFUSENESS**2 - 5 * SKIN**2)
        return 3 * (np.sin(x) - x * np.cos(x)) / x**3 * np.exp(-0.5 * (q * SKIN) ** 2)


def coherent_cross_section(charge_squared: Any, nuclei: Nuclei, e_nu: Any, e_nr: Any) -> Any:
    r"""Scattering through a weak charge Q of the nucleus, given its square; in cm^2/keV.

    .. math::

        \frac{d\sigma}{dT} = \frac{G_F^2 M}{\pi} Q^2 F^2 \left(1 - \frac{T}{E_\nu}
            - \frac{M T}{2 E_\nu^2}\right), \quad Q = Z g_p + N g_n

    Freedman, PRD 9 (1974) 1389, in the normalisation in which :math:`g_n = -1/2`.
    """
    size = FERMI_CONSTANT**2 * KEV2_CM2 / np.pi * nuclei.mass * nuclei.form_factor(e_nr) ** 2
    return charge_squared * (size * (1 - e_nr / e_nu - nuclei.mass * e_nr / (2 * e_nu**2)))


def refuse_nuclei(name: str, why: str) -> InputError:
    """What to raise where an interaction has no formula for nuclei."""
    return InputError(f"{name} has no formula for nuclear recoils: {why}; leave the nuclear experiments out")
