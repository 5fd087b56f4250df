"""Non-standard neutral-current interactions of neutrinos with quarks."""

from dataclasses import dataclass

import numpy as np

from ..constants import FLAVOURS
from .base import ADDS, Interaction, Scalar, weak_cross_section
from .nuclei import NUCLEON_COUPLINGS, Nuclei, coherent_cross_section

_PAIRS = (("ee", "emu", "etau"), ("emu", "mumu", "mutau"), ("etau", "mutau", "tautau"))


@dataclass(frozen=True)
class QuarkNSI(Interaction):
    r"""Contact interactions of neutrinos with u and d quarks that may change the neutrino's flavour.

    Vector currents of quarks, which a nucleus sees coherently: the couplings of proton and neutron become
    matrices in flavour,

    .. math::

        g_p \to g_p + 2 \varepsilon^u + \varepsilon^d, \quad g_n \to g_n + \varepsilon^u + 2 \varepsilon^d,

    with :math:`\mathcal{L} = -2\sqrt{2}\,G_F\,\varepsilon^{q}_{\alpha\beta}\,
    (\bar\nu_\alpha \gamma^\mu P_L \nu_\beta)(\bar q \gamma_\mu q)`, and coherent scattering is proportional
    to :math:`\mathrm{Tr}\,\rho\,Q^2`, Barranco, Miranda & Rashba, JHEP 12 (2005) 021. Without coherence
    between flavours (``flavours = "paper"``, the default) off-diagonal elements add their squares;
    ``density_matrix`` lets them interfere. Propagation and electrons' recoils are as in the Standard Model.

    Parameters
    ----------
    u_ee, u_mumu, u_tautau, u_emu, u_etau, u_mutau
        Real elements of epsilon for the u quark, of either sign [1].
    d_ee, d_mumu, d_tautau, d_emu, d_etau, d_mutau
        The same for the d quark.
    """

    u_ee: Scalar = 0.0
    u_mumu: Scalar = 0.0
    u_tautau: Scalar = 0.0
    u_emu: Scalar = 0.0
    u_etau: Scalar = 0.0
    u_mutau: Scalar = 0.0
    d_ee: Scalar = 0.0
    d_mumu: Scalar = 0.0
    d_tautau: Scalar = 0.0
    d_emu: Scalar = 0.0
    d_etau: Scalar = 0.0
    d_mutau: Scalar = 0.0

    unit = "1"
    power = 1
    signed = True
    groups = {  # noqa: RUF012 - a ClassVar by the base class
        "u_universal": ("u_ee", "u_mumu", "u_tautau"),
        "d_universal": ("d_ee", "d_mumu", "d_tautau"),
    }
    typical = 0.5
    atomic_models = ADDS  # of electrons it changes nothing
    no_nuclei = ""
    no_electrons = "its contact interaction is with quarks"

    def cross_section(self, flavour: str, e_nu: Scalar, e_er: Scalar) -> Scalar:
        return weak_cross_section(*self.weak_couplings(flavour), e_nu, e_er)

    def nuclear_cross_section(self, flavour: str, nuclei: Nuclei, e_nu: Scalar, e_nr: Scalar) -> Scalar:
        incoming = np.array([float(f == flavour) for f in FLAVOURS])
        return coherent_cross_section(self._charge_squared(incoming, nuclei), nuclei, e_nu, e_nr)

    def nuclear_cross_section_of_mass_state(
        self, state: int, amplitudes: np.ndarray, nuclei: Nuclei, e_nu: Scalar, e_nr: Scalar
    ) -> Scalar:
        # the couplings are real, so that real and imaginary parts of the amplitudes do not mix
        parts = np.real(amplitudes), np.imag(amplitudes)
        charge_squared = sum(self._charge_squared(part, nuclei) for part in parts)
        return coherent_cross_section(charge_squared, nuclei, e_nu, e_nr)

    def _charge_squared(self, incoming: np.ndarray, nuclei: Nuclei) -> Scalar:
        """Summed over the flavours that leave, for real amplitudes (3,) of those that arrive."""
        g_p, g_n = NUCLEON_COUPLINGS
        total = 0.0
        for k, pairs in enumerate(_PAIRS):
            u, d = (
                sum(a * getattr(self, f"{quark}_{pair}") for a, pair in zip(incoming, pairs, strict=True))
                for quark in "ud"
            )
            proton, neutron = incoming[k] * g_p + 2 * u + d, incoming[k] * g_n + u + 2 * d
            total = total + (nuclei.protons * proton + nuclei.neutrons * neutron) ** 2
        return total

    @classmethod
    def label(cls, free: str) -> str:
        quark, _, letters = free.partition("_")
        letters = letters.replace("universal", r"\ell\ell").replace("mu", r"\mu").replace("tau", r"\tau")
        return rf"$\varepsilon^{quark}_{{{letters}}}$"
