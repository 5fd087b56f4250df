"""Named priors: callables from a name to a PyMC variable."""

from .named import *  # noqa: F403 - every named prior is a public name
from .named import __all__ as __all__
