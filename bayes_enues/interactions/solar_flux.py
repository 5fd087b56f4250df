"""The Sun's neutrino fluxes themselves."""

from dataclasses import dataclass
from typing import ClassVar

from ..errors import InputError
from .base import ADDS, Interaction, Scalar, weak_cross_section


@dataclass(frozen=True)
class SolarFlux(Interaction):
    """The Standard Model with other fluxes: a measurement of the Sun.

    A fit of these leaves out the nuisances of the flux, which they stand for; sources that are not free keep
    the model's flux without uncertainty. A background from which Standard Model counts were subtracted stays
    as it is.

    Parameters
    ----------
    pp, be7, cno, b8
        Flux of pp, of both 7Be lines, of 13N, 15O and 17F together, and of 8B neutrinos, at least zero, in
        units of the solar model's, ``data/solar/fluxes.csv`` [1].
    """

    pp: Scalar = 1.0
    be7: Scalar = 1.0
    cno: Scalar = 1.0
    b8: Scalar = 1.0

    unit = "1"
    power = 1
    standard_model_values: ClassVar = dict.fromkeys(("pp", "be7", "cno", "b8"), 1.0)
    replaces_nuisances = ("beta_flux", "flux_pp", "flux_7Be", "flux_CNO", "flux_8B")
    atomic_models = ADDS
    typical = 1.0
    no_nuclei = ""

    def __post_init__(self):
        super().__post_init__()
        for name, value in self.flux_scales.items():
            if isinstance(value, int | float) and value < 0:
                raise InputError(f"SolarFlux.{name} is {value:g}; a flux from zero upwards was needed")

    @property
    def flux_scales(self) -> dict[str, Scalar]:
        return {name: getattr(self, name) for name in self.parameters()}

    def cross_section(self, flavour: str, e_nu: Scalar, e_er: Scalar) -> Scalar:
        return weak_cross_section(*self.weak_couplings(flavour), e_nu, e_er)

    @classmethod
    def label(cls, free: str) -> str:
        source = {"pp": "pp", "be7": r"^7\mathrm{Be}", "cno": r"\mathrm{CNO}", "b8": r"^8\mathrm{B}"}[free]
        return rf"$\phi({source}) / \phi_\mathrm{{model}}$"
