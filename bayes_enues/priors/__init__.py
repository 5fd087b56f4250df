"""Named priors: callables from a name to a PyMC variable."""

from .named import Flat, FlatStrength, HalfNormal, Jeffreys, LogUniform, Prior

__all__ = ["Flat", "FlatStrength", "HalfNormal", "Jeffreys", "LogUniform", "Prior"]
