"""The PyMC models, one short page each: :mod:`.counting` is the statistical model they share."""

from .counting import counting_model
from .magnetic_moment import magnetic_moment

__all__ = ["counting_model", "magnetic_moment"]
