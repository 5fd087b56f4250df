"""A dipole between the known neutrinos and a heavy one."""

from dataclasses import dataclass

import numpy as np

from ..constants import ELECTRON_MASS, FLAVOURS, MAGNETIC_STRENGTH
from ..errors import InputError
from .base import ADDS, Interaction, Scalar, weak_cross_section


@dataclass(frozen=True)
class SterileDipole(Interaction):
    r"""Photon exchange through a transition moment to a heavy sterile neutrino, which is produced.

    With :math:`u = 1/E_\nu` and the recoil :math:`T = E_{er}` this adds to the weak cross section

    .. math::

        \frac{\pi\alpha^2}{m_e^2} \left(\frac{\mu_f}{\mu_B}\right)^2 \left[ \frac{1}{T} - u
            - \frac{m^2 u}{2 T m_e} \left(1 - \frac{T u}{2} + \frac{m_e u}{2}\right)
            - \frac{m^4 u^2}{8 T^2 m_e} \left(1 - \frac{T}{m_e}\right) \right],

    Eq. A.6 of arXiv:1803.03262 and Eq. A.10 of arXiv:2011.04751, whose dipole d is :math:`\mu / 2`. Heavy
    neutrinos need energy: the least is

    .. math::

        E_{min} = \frac{m^2 + 2 m_e T}{2\left(\sqrt{T^2 + 2 m_e T} - T\right)}.

    Below it the formula means nothing, and is often positive. A mass of zero is the magnetic moment.

    Parameters
    ----------
    nu_e, nu_mu, nu_tau
        Transition moment of each flavour [1e-12 Bohr magneton].
    mass
        Of the heavy neutrino, at least zero [keV].
    """

    nu_e: Scalar = 0.0
    nu_mu: Scalar = 0.0
    nu_tau: Scalar = 0.0
    mass: Scalar = None

    unit = "1e-12 mu_B"
    power = 2
    groups = {"universal": FLAVOURS}  # noqa: RUF012 - a ClassVar by the base class
    fixed_parameters = ("mass",)
    symbol = r"\mu_{{{}\,N}}"
    atomic_models = ADDS
    typical = 10.0
    no_nuclei = "up-scattering is predicted for electrons only"

    def __post_init__(self):
        if self.mass is None:
            raise InputError(
                "SterileDipole needs the mass of the heavy neutrino; a number of keV was expected"
            )
        super().__post_init__()
        if isinstance(self.mass, int | float | np.number) and self.mass < 0:
            raise InputError(
                f"SterileDipole.mass is {self.mass:g}; zero or a number of keV above it was needed"
            )

    def threshold(self, e_er: Scalar) -> Scalar:
        """Least energy of a neutrino that becomes a heavy one and leaves an electron with a recoil [keV]."""
        momentum = np.sqrt(e_er**2 + 2 * ELECTRON_MASS * e_er)
        return (self.mass**2 + 2 * ELECTRON_MASS * e_er) / (2 * (momentum - e_er))

    def cross_section_above_threshold(self, flavour: str, e_nu: Scalar, e_er: Scalar) -> Scalar:
        """What the dipole adds, a polynomial in 1/E_nu that means something above :meth:`threshold` only."""
        u, m2 = 1 / e_nu, self.mass**2
        bracket = (
            1 / e_er
            - u
            - m2 * u / (2 * e_er * ELECTRON_MASS) * (1 - e_er * u / 2 + ELECTRON_MASS * u / 2)
            - m2**2 * u**2 / (8 * e_er**2 * ELECTRON_MASS) * (1 - e_er / ELECTRON_MASS)
        )
        return MAGNETIC_STRENGTH * (1e-12 * getattr(self, flavour)) ** 2 * bracket

    def cross_section(self, flavour: str, e_nu: Scalar, e_er: Scalar) -> Scalar:
        weak = weak_cross_section(*self.weak_couplings(flavour), e_nu, e_er)
        above = self.threshold(e_er) < e_nu
        return weak + above * self.cross_section_above_threshold(flavour, e_nu, e_er)
