"""What LZ and XENONnT say about new neutrino-electron interactions: posterior and profile of one model.

Names load when first used, but for the interactions: importing the package reads no file and leaves PyMC and
matplotlib alone.
"""

from importlib import import_module
from importlib.metadata import version as _version
from typing import TYPE_CHECKING

from . import interactions
from .compiled.caching import use_writable_folders as _use_writable_folders
from .interactions import *  # noqa: F403 - every interaction of the package is a public name
from .priors import named as _named_priors

if TYPE_CHECKING:
    __version__: str

    from . import interactions as interactions
    from . import models as models
    from . import plots as plots
    from . import priors as priors
    from .analyses.calibration import CalibrationTable as CalibrationTable
    from .analyses.calibration import calibrate as calibrate
    from .analyses.checks import CheckTable as CheckTable
    from .analyses.checks import check as check
    from .analyses.comparison import ComparisonTable as ComparisonTable
    from .analyses.comparison import compare as compare
    from .analyses.coverage import CoverageTable as CoverageTable
    from .analyses.coverage import coverage as coverage
    from .analyses.expected import ExpectedTable as ExpectedTable
    from .analyses.expected import expected as expected
    from .analyses.export import export as export
    from .analyses.fluxes import FluxTable as FluxTable
    from .analyses.fluxes import flux as flux
    from .analyses.limit_table import LimitTable as LimitTable
    from .analyses.limit_table import limit_table as limit_table
    from .analyses.mediators import MassPlaneTable as MassPlaneTable
    from .analyses.mediators import MediatorTable as MediatorTable
    from .analyses.mediators import scan_mediators as scan_mediators
    from .analyses.nuisances import NuisanceTable as NuisanceTable
    from .analyses.nuisances import nuisances as nuisances
    from .analyses.paper import reproduce as reproduce
    from .analyses.priors import PriorTable as PriorTable
    from .analyses.priors import study_priors as study_priors
    from .analyses.projection import ProjectionTable as ProjectionTable
    from .analyses.projection import project as project
    from .analyses.regions import RegionTable as RegionTable
    from .analyses.regions import region as region
    from .analyses.spectrum import spectrum as spectrum
    from .analyses.stored import Results as Results
    from .analyses.stored import load_results as load_results
    from .analyses.systematics import SystematicsTable as SystematicsTable
    from .analyses.systematics import systematics as systematics
    from .analyses.table import ResultTable as ResultTable
    from .errors import ConvergenceWarning as ConvergenceWarning
    from .errors import DoubtWarning as DoubtWarning
    from .errors import InputError as InputError
    from .experiments.counts import signal_counts as signal_counts
    from .experiments.experiment import Experiment as Experiment
    from .experiments.folder import experiment_names as experiment_names
    from .experiments.loading import load_experiment as load_experiment
    from .experiments.published import published_limits as published_limits
    from .exports.workspace import to_pyhf as to_pyhf
    from .fit import Fit as Fit
    from .fit import limits as limits
    from .fit import marginal_density as marginal_density
    from .fit import profile_likelihood as profile_likelihood
    from .fit import sample_posterior as sample_posterior
    from .fit.groups import with_groups as with_groups
    from .fit.posterior import diagnose as diagnose
    from .fit.power_scaling import power_scaling as power_scaling
    from .fit.regions import highest_density as highest_density
    from .interactions.base import weak_cross_section as weak_cross_section
    from .priors import *  # noqa: F403
    from .reports.citations import cite as cite
    from .results import CalibrationRow as CalibrationRow
    from .results import Check as Check
    from .results import Comparison as Comparison
    from .results import CoverageRow as CoverageRow
    from .results import CredibleRegion as CredibleRegion
    from .results import Curve as Curve
    from .results import Density as Density
    from .results import Diagnostics as Diagnostics
    from .results import FeldmanCousins as FeldmanCousins
    from .results import Goodness as Goodness
    from .results import Interval as Interval
    from .results import Limit as Limit
    from .results import NuisanceEffect as NuisanceEffect
    from .results import Nuisances as Nuisances
    from .results import PosteriorBound as PosteriorBound
    from .results import PowerScaling as PowerScaling
    from .results import PriorStudyRow as PriorStudyRow
    from .results import Profile as Profile
    from .results import ProfileRegion as ProfileRegion
    from .results import Projection as Projection
    from .results import Published as Published
    from .results import PublishedBound as PublishedBound
    from .results import Region as Region
    from .results import SystematicsRow as SystematicsRow
    from .signal.flux import Sun as Sun
    from .signal.flux import flux_moments as flux_moments
    from .signal.flux import minimum_energy as minimum_energy
    from .signal.oscillation import load_mixing as load_mixing
    from .signal.oscillation import survival_probability as survival_probability
    from .signal.rate import recoil_rate as recoil_rate
    from .signal.xenon import Xenon as Xenon
    from .studies.evidence import log_bayes_factor as log_bayes_factor
    from .studies.expected import expected_limits as expected_limits
    from .studies.planes.plane import plane_region as plane_region
    from .studies.projection import future_experiment as future_experiment
    from .studies.projection import projected_limits as projected_limits

#: Where each public name lives, so that it loads when first used; a test holds this equal to the list above.
_PUBLIC = {
    "errors": ("InputError", "ConvergenceWarning", "DoubtWarning"),
    "results": (
        "CalibrationRow", "Check", "Comparison", "CoverageRow", "CredibleRegion", "Curve", "Density",
        "Diagnostics", "FeldmanCousins", "Goodness", "Interval", "Limit", "NuisanceEffect", "Nuisances",
        "PosteriorBound", "PowerScaling", "PriorStudyRow", "Profile", "ProfileRegion", "Projection",
        "Published", "PublishedBound", "Region", "SystematicsRow",
    ),
    "interactions.base": ("weak_cross_section",),
    "signal.flux": ("Sun", "flux_moments", "minimum_energy"),
    "signal.oscillation": ("load_mixing", "survival_probability"),
    "signal.rate": ("recoil_rate",),
    "signal.xenon": ("Xenon",),
    "experiments.counts": ("signal_counts",),
    "experiments.experiment": ("Experiment",),
    "experiments.folder": ("experiment_names",),
    "experiments.loading": ("load_experiment",),
    "experiments.published": ("published_limits",),
    "priors": tuple(_named_priors.__all__),
    "fit": ("Fit", "limits", "marginal_density", "profile_likelihood", "sample_posterior"),
    "fit.groups": ("with_groups",),
    "fit.posterior": ("diagnose",),
    "fit.power_scaling": ("power_scaling",),
    "fit.regions": ("highest_density",),
    "studies.evidence": ("log_bayes_factor",),
    "studies.expected": ("expected_limits",),
    "studies.planes.plane": ("plane_region",),
    "studies.projection": ("future_experiment", "projected_limits"),
    "reports.citations": ("cite",),
    "exports.workspace": ("to_pyhf",),
    # the functions behind commands, and the tables that they return
    "analyses.calibration": ("CalibrationTable", "calibrate"),
    "analyses.checks": ("CheckTable", "check"),
    "analyses.comparison": ("ComparisonTable", "compare"),
    "analyses.coverage": ("CoverageTable", "coverage"),
    "analyses.expected": ("ExpectedTable", "expected"),
    "analyses.export": ("export",),
    "analyses.fluxes": ("FluxTable", "flux"),
    "analyses.limit_table": ("LimitTable", "limit_table"),
    "analyses.mediators": ("MassPlaneTable", "MediatorTable", "scan_mediators"),
    "analyses.nuisances": ("NuisanceTable", "nuisances"),
    "analyses.paper": ("reproduce",),
    "analyses.priors": ("PriorTable", "study_priors"),
    "analyses.projection": ("ProjectionTable", "project"),
    "analyses.regions": ("RegionTable", "region"),
    "analyses.spectrum": ("spectrum",),
    "analyses.stored": ("Results", "load_results"),
    "analyses.systematics": ("SystematicsTable", "systematics"),
    "analyses.table": ("ResultTable",),
}  # fmt: skip
_HOMES = {name: module for module, names in _PUBLIC.items() for name in names}
_use_writable_folders()  # before anything imports PyTensor

_MODULES = ("models", "interactions", "plots", "priors")

__all__ = [  # pyright: ignore[reportUnsupportedDunderAll]
    "__version__",
    *interactions.__all__,
    *_HOMES,
    *_MODULES,
]


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
