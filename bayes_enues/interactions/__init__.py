"""Interactions: one file, one class, one formula each."""

from .anapole_moment import AnapoleMoment
from .base import Interaction
from .charge_radius import ChargeRadius
from .magnetic_moment import MagneticMoment
from .millicharge import Millicharge
from .standard_model import StandardModel
from .transition_moment import TransitionMoment

__all__ = [
    "AnapoleMoment",
    "ChargeRadius",
    "Interaction",
    "MagneticMoment",
    "Millicharge",
    "StandardModel",
    "TransitionMoment",
]
