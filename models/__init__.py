"""The PyMC models, one short page each: :mod:`.counting` is the statistical model they share."""

from .anapole_moment import anapole_moment
from .charge_radius import charge_radius
from .counting import counting_model
from .light_mediator_masses import light_mediator_masses
from .light_mediators import light_axial_vector, light_pseudoscalar, light_scalar, light_tensor, light_vector
from .magnetic_moment import magnetic_moment
from .millicharge import millicharge
from .transition_magnetic_moment import transition_magnetic_moment

__all__ = [
    "anapole_moment",
    "charge_radius",
    "counting_model",
    "light_axial_vector",
    "light_mediator_masses",
    "light_pseudoscalar",
    "light_scalar",
    "light_tensor",
    "light_vector",
    "magnetic_moment",
    "millicharge",
    "transition_magnetic_moment",
]
