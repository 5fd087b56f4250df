"""Interactions: one file, one class, one formula each."""

from .anapole_moment import AnapoleMoment
from .base import Interaction
from .charge_radius import ChargeRadius
from .equivalent_photons import EquivalentPhotonMillicharge
from .light_axial_vector import LightAxialVector
from .light_pseudoscalar import LightPseudoscalar
from .light_scalar import LightScalar
from .light_tensor import LightTensor
from .light_vector import LightVector
from .magnetic_moment import MagneticMoment
from .millicharge import Millicharge
from .standard_model import StandardModel
from .transition_moment import TransitionMoment

__all__ = [
    "AnapoleMoment",
    "ChargeRadius",
    "EquivalentPhotonMillicharge",
    "Interaction",
    "LightAxialVector",
    "LightPseudoscalar",
    "LightScalar",
    "LightTensor",
    "LightVector",
    "MagneticMoment",
    "Millicharge",
    "StandardModel",
    "TransitionMoment",
]
