"""Non-standard neutral-current interactions of neutrinos with electrons."""

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from ..constants import FLAVOURS
from ..errors import InputError
from .base import Interaction, Scalar, weak_cross_section

#: What one epsilon is in the vector and in the axial coupling: eps^V = eps^L + eps^R, eps^A = eps^L - eps^R.
CHIRALITIES = {"V": (1, 0), "A": (0, 1), "L": (1, 1), "R": (1, -1)}
_NAMES = (("ee", "emu", "etau"), ("emu", "mumu", "mutau"), ("etau", "mutau", "tautau"))


@dataclass(frozen=True)
class ElectronNSI(Interaction):
    r"""Contact interactions of neutrinos with electrons that may change the neutrino's flavour.

    The weak couplings become matrices in flavour,

    .. math::

        g_V \to g_V + \varepsilon^V, \quad g_A \to g_A + \varepsilon^A, \qquad
        \varepsilon^V = \varepsilon^L + \varepsilon^R, \quad \varepsilon^A = \varepsilon^L - \varepsilon^R,

    with :math:`\mathcal{L} = -2\sqrt{2}\,G_F\,\varepsilon^{P}_{\alpha\beta}\,
    (\bar\nu_\alpha \gamma^\mu P_L \nu_\beta)(\bar e \gamma_\mu P e)`, and the cross section of a density
    matrix :math:`\rho` is

    .. math::

        \frac{d\sigma}{dE_{er}} = \frac{2 G_F^2 m_e}{\pi} \, \mathrm{Tr}\,\rho \left[ G_L^2
            + G_R^2 \left(1 - \frac{E_{er}}{E_\nu}\right)^2
            - \frac{\{G_L, G_R\}}{2} \frac{m_e E_{er}}{E_\nu^2} \right], \quad
        G_{L,R} = \frac{g_V \pm g_A}{2},

    Coloma et al., JHEP 07 (2022) 138, arXiv:2204.03011. Propagation in the Sun is as in the Standard Model:
    matter is a correction of 1 % to pp neutrinos.

    Neutrinos arrive as decoherent mass states, whose coherence between flavours (``flavours =
    "density_matrix"``, the default of this class) decides what off-diagonal elements do at first order. The
    ``paper``'s rule knows no coherence: their squares are all that is left with it.

    Parameters
    ----------
    ee, mumu, tautau, emu, etau, mutau
        Real elements of epsilon, of either sign [1].
    chirality
        Of the electron's current: ``V``, ``A``, ``L`` or ``R``.
    """

    ee: Scalar = 0.0
    mumu: Scalar = 0.0
    tautau: Scalar = 0.0
    emu: Scalar = 0.0
    etau: Scalar = 0.0
    mutau: Scalar = 0.0
    chirality: str = field(default="V", kw_only=True)
    flavours: str = field(default="density_matrix", kw_only=True)

    unit = "1"
    power = 1
    signed = True
    groups = {"universal": ("ee", "mumu", "tautau")}  # noqa: RUF012 - a ClassVar by the base class
    options: ClassVar[tuple[str, ...]] = (*Interaction.options, "chirality")
    typical = 0.5
    no_nuclei = "its contact interaction is with electrons; quark_nsi is that with nuclei"

    def __post_init__(self):
        super().__post_init__()
        if self.chirality not in CHIRALITIES:
            raise InputError(f"chirality={self.chirality!r} is unknown; the choices are {list(CHIRALITIES)}")

    def cross_section(self, flavour: str, e_nu: Scalar, e_er: Scalar) -> Scalar:
        return self._scattered(np.array([float(f == flavour) for f in FLAVOURS]), e_nu, e_er)

    def cross_section_of_mass_state(
        self, state: int, amplitudes: np.ndarray, e_nu: Scalar, e_er: Scalar
    ) -> Scalar:
        # the couplings are real, so that real and imaginary parts of the amplitudes do not mix
        real, imaginary = np.real(amplitudes), np.imag(amplitudes)
        return self._scattered(real, e_nu, e_er) + self._scattered(imaginary, e_nu, e_er)

    def _scattered(self, incoming, e_nu, e_er):
        """Summed over the flavours that leave, for real amplitudes (3,) of those that arrive."""
        vector, axial = CHIRALITIES[self.chirality]
        total = 0.0
        for out, names in zip(FLAVOURS, _NAMES, strict=True):
            g_v, g_a = self.weak_couplings(out)
            amplitude = incoming[FLAVOURS.index(out)]
            new = sum(a * getattr(self, name) for a, name in zip(incoming, names, strict=True))
            total = total + weak_cross_section(
                amplitude * g_v + vector * new, amplitude * g_a + axial * new, e_nu, e_er
            )
        return total

    @classmethod
    def label(cls, free: str) -> str:
        letters = free.replace("universal", r"\ell\ell").replace("mu", r"\mu").replace("tau", r"\tau")
        return rf"$\varepsilon_{{{letters}}}$"
