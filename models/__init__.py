"""The PyMC models, one short page each: :mod:`.counting` is the statistical model they share."""

from .anapole_moment import anapole_moment
from .charge_radius import charge_radius
from .counting import counting_model
from .light_mediator_masses import light_mediator_masses
from .light_mediators import light_axial_vector, light_pseudoscalar, light_scalar, light_tensor, light_vector
from .magnetic_moment import magnetic_moment
from .millicharge import millicharge
from .more import (
    dirac_magnetic_moment,
    electron_nsi,
    heavy_axial_vector,
    heavy_pseudoscalar,
    heavy_scalar,
    heavy_tensor,
    heavy_vector,
    neutral_current_couplings,
    solar_flux,
    sterile_dipole,
    weak_mixing_angle,
)
from .transition_magnetic_moment import transition_magnetic_moment

__all__ = [
    "anapole_moment",
    "charge_radius",
    "counting_model",
    "dirac_magnetic_moment",
    "electron_nsi",
    "heavy_axial_vector",
    "heavy_pseudoscalar",
    "heavy_scalar",
    "heavy_tensor",
    "heavy_vector",
    "light_axial_vector",
    "light_mediator_masses",
    "light_pseudoscalar",
    "light_scalar",
    "light_tensor",
    "light_vector",
    "magnetic_moment",
    "millicharge",
    "neutral_current_couplings",
    "solar_flux",
    "sterile_dipole",
    "transition_magnetic_moment",
    "weak_mixing_angle",
]
