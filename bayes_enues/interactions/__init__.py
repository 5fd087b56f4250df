"""Interactions: one file, one class, one formula each."""

from .base import Interaction
from .magnetic_moment import MagneticMoment
from .standard_model import StandardModel

__all__ = ["Interaction", "MagneticMoment", "StandardModel"]
