"""Interactions: one file, one class, one formula each."""

from .anapole_moment import AnapoleMoment
from .base import Interaction
from .charge_radius import ChargeRadius
from .dirac_moment import DiracMoment
from .electron_nsi import ElectronNSI
from .equivalent_photons import EquivalentPhotonMillicharge
from .heavy_axial_vector import HeavyAxialVector
from .heavy_pseudoscalar import HeavyPseudoscalar
from .heavy_scalar import HeavyScalar
from .heavy_tensor import HeavyTensor
from .heavy_vector import HeavyVector
from .light_axial_vector import LightAxialVector
from .light_pseudoscalar import LightPseudoscalar
from .light_scalar import LightScalar
from .light_tensor import LightTensor
from .light_vector import LightVector
from .magnetic_moment import MagneticMoment
from .millicharge import Millicharge
from .neutral_current_couplings import NeutralCurrentCouplings
from .quark_nsi import QuarkNSI
from .solar_flux import SolarFlux
from .standard_model import StandardModel
from .sterile_dipole import SterileDipole
from .transition_moment import TransitionMoment
from .weak_mixing_angle import WeakMixingAngle

__all__ = [
    "AnapoleMoment",
    "ChargeRadius",
    "DiracMoment",
    "ElectronNSI",
    "EquivalentPhotonMillicharge",
    "HeavyAxialVector",
    "HeavyPseudoscalar",
    "HeavyScalar",
    "HeavyTensor",
    "HeavyVector",
    "Interaction",
    "LightAxialVector",
    "LightPseudoscalar",
    "LightScalar",
    "LightTensor",
    "LightVector",
    "MagneticMoment",
    "Millicharge",
    "NeutralCurrentCouplings",
    "QuarkNSI",
    "SolarFlux",
    "StandardModel",
    "SterileDipole",
    "TransitionMoment",
    "WeakMixingAngle",
]
