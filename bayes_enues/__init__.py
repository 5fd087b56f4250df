"""What LZ and XENONnT say about new neutrino-electron interactions, twice from one model.

Names load when first used: importing the package reads no file and leaves PyMC and matplotlib alone.
"""

from importlib import import_module
from importlib.metadata import version as _version
from typing import TYPE_CHECKING

from .compiled.caching import use_writable_folders as _use_writable_folders

if TYPE_CHECKING:
    from . import interactions as interactions
    from . import models as models
    from . import plots as plots
    from . import priors as priors
    from .errors import InputError as InputError
    from .experiments.counts import signal_counts as signal_counts
    from .experiments.experiment import Experiment as Experiment
    from .experiments.folder import experiment_names as experiment_names
    from .experiments.loading import load_experiment as load_experiment
    from .experiments.published import published_limits as published_limits
    from .fit.limit import limits as limits
    from .fit.marginal import marginal_density as marginal_density
    from .fit.posterior import diagnose as diagnose
    from .fit.posterior import sample_posterior as sample_posterior
    from .fit.profile import profile_likelihood as profile_likelihood
    from .interactions import AnapoleMoment as AnapoleMoment
    from .interactions import ChargeRadius as ChargeRadius
    from .interactions import EquivalentPhotonMillicharge as EquivalentPhotonMillicharge
    from .interactions import Interaction as Interaction
    from .interactions import LightAxialVector as LightAxialVector
    from .interactions import LightPseudoscalar as LightPseudoscalar
    from .interactions import LightScalar as LightScalar
    from .interactions import LightTensor as LightTensor
    from .interactions import LightVector as LightVector
    from .interactions import MagneticMoment as MagneticMoment
    from .interactions import Millicharge as Millicharge
    from .interactions import StandardModel as StandardModel
    from .interactions import TransitionMoment as TransitionMoment
    from .priors import Flat as Flat
    from .priors import FlatStrength as FlatStrength
    from .priors import HalfNormal as HalfNormal
    from .priors import Jeffreys as Jeffreys
    from .priors import LogUniform as LogUniform
    from .reports.citations import cite as cite
    from .signal.flux import Sun as Sun
    from .signal.rate import recoil_rate as recoil_rate
    from .signal.xenon import Xenon as Xenon
    from .studies.projection import future_experiment as future_experiment
    from .studies.projection import project as project

#: Where each public name lives, so that it loads when first used; a test holds this equal to the list above.
_HOMES = {
    "InputError": "errors",
    "Experiment": "experiments.experiment",
    "experiment_names": "experiments.folder",
    "load_experiment": "experiments.loading",
    "signal_counts": "experiments.counts",
    "recoil_rate": "signal.rate",
    "Sun": "signal.flux",
    "Xenon": "signal.xenon",
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
    "sample_posterior": "fit.posterior",
    "diagnose": "fit.posterior",
    "profile_likelihood": "fit.profile",
    "marginal_density": "fit.marginal",
    "limits": "fit.limit",
    "published_limits": "experiments.published",
    "cite": "reports.citations",
    "future_experiment": "studies.projection",
    "project": "studies.projection",
}
_use_writable_folders()  # before anything imports PyTensor

_MODULES = ("models", "interactions", "plots", "priors")

__all__ = ["__version__", *_HOMES, *_MODULES]  # pyright: ignore[reportUnsupportedDunderAll]


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
