"""What LZ and XENONnT say about new neutrino-electron interactions, twice from one model.

Names load when first used: importing the package reads no file and leaves PyMC and matplotlib alone.
"""

from importlib import import_module
from importlib.metadata import version as _version
from typing import TYPE_CHECKING

_HOMES = {
    "Experiment": "experiment",
    "experiment_names": "experiment_file",
    "load_experiment": "loading",
    "signal_counts": "counts",
    "recoil_rate": "rate",
    "Sun": "flux",
    "Xenon": "atom",
    "Interaction": "interactions",
    "StandardModel": "interactions",
    "MagneticMoment": "interactions",
    "LightVector": "interactions",
    "LightAxialVector": "interactions",
    "LightScalar": "interactions",
    "LightPseudoscalar": "interactions",
    "LightTensor": "interactions",
    "TransitionMoment": "interactions",
    "Millicharge": "interactions",
    "EquivalentPhotonMillicharge": "interactions",
    "ChargeRadius": "interactions",
    "AnapoleMoment": "interactions",
    "Flat": "priors",
    "FlatStrength": "priors",
    "HalfNormal": "priors",
    "LogUniform": "priors",
    "Jeffreys": "priors",
    "sample_posterior": "posterior",
    "diagnose": "posterior",
    "profile_likelihood": "profile",
    "marginal_density": "quadrature",
    "limits": "bounds",
    "published_limits": "published",
    "cite": "citations",
    "future_experiment": "studies.projection",
    "project": "studies.projection",
}
_MODULES = ("models", "interactions", "plots", "priors")

__all__ = ["__version__", *_HOMES, *_MODULES]


def __getattr__(name: str):
    if name == "__version__":
        return _version("bayes-enues")
    if name in _HOMES:
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    if name in _MODULES:
        return import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted(__all__)


if TYPE_CHECKING:
    from .loading import load_experiment as load_experiment
