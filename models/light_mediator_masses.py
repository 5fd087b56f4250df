"""A light mediator whose mass and coupling are both free."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10
from pathlib import Path
from typing import Any

import pymc as pm

from bayes_enues.errors import InputError
from bayes_enues.experiments.experiment import Experiment
from bayes_enues.fit.mass_table import COUPLINGS, MASSES, MassQuestion, ask_with_mass
from bayes_enues.interactions.mediators import LightMediator
from bayes_enues.priors.wall import LogPower

from .counting import model_of_question

#: Flat in log g, in g and in g^2: powers of g in the density of log g.
COUPLING_PRIORS = {"loguniform": 0.0, "flat": 1.0, "flat_strength": 2.0}


def check_coupling_prior(name: str) -> None:
    """Refuse a name that is no prior of the coupling."""
    if name not in COUPLING_PRIORS:
        raise InputError(f"the prior of the coupling is {name!r}; the choices are {sorted(COUPLING_PRIORS)}")


@dataclass(frozen=True)
class LogMassPrior:
    """Flat in the logarithm of the mass."""

    lower: float
    upper: float

    def words(self, name: str) -> str:
        return f"flat in {name} on [{self.lower:.6g}, {self.upper:.6g}]"

    def __call__(self, name: str) -> Any:
        return pm.Uniform(name, pm.Data(f"{name}_lower", self.lower), pm.Data(f"{name}_upper", self.upper))


@dataclass(frozen=True)
class LogCouplingPrior:
    """A power law of the coupling, in its logarithm; the sampler's coordinate follows the mass."""

    kind: str
    lower: float
    upper: float
    question: MassQuestion

    def words(self, name: str) -> str:
        flat_in = {"loguniform": "log coupling", "flat": "coupling", "flat_strength": "coupling^2"}[self.kind]
        return f"flat in {flat_in} on [{10**self.lower:.6g}, {10**self.upper:.6g}]"

    def __call__(self, name: str) -> Any:
        wall = self.question.log10_strength(pm.modelcontext(None)["log10_mass"])
        edges = pm.Data(f"{name}_lower", self.lower), pm.Data(f"{name}_upper", self.upper)
        return LogPower(name, *edges, pm.Data(f"{name}_power", COUPLING_PRIORS[self.kind]), wall)


def light_mediator_masses(
    mediator: LightMediator,
    experiments: Sequence[Experiment | str | Path] | Experiment | str | Path,
    prior: str = "loguniform",
    masses: tuple[float, float] = MASSES,
    couplings: tuple[float, float] = COUPLINGS,
) -> pm.Model:
    """Model in which mass and coupling of a light mediator are both free.

    The variables are ``log10_mass`` (of the mass in keV) and ``log10_coupling``; the mass is log-uniform.

    Parameters
    ----------
    mediator : LightMediator
        Such as ``LightVector(mass=1.0)``; only its options matter.
    experiments : sequence of Experiment or str
    prior : str
        Of the coupling: ``loguniform``, ``flat`` or ``flat_strength``. What the data leave depends on the
        ranges of both, so state them with any result.
    masses : (lower, upper)
        Range of the mass [keV].
    couplings : (lower, upper)
        Range of the coupling; its upper end should be excluded at every mass.

    Returns
    -------
    pm.Model

    Raises
    ------
    InputError
        If the prior is unknown or a range does not rise from above zero.
    """
    check_coupling_prior(prior)
    low, high = couplings
    if not (0 < low < high < float("inf")):
        raise InputError(f"the couplings run from {low:g} to {high:g}; a rising range above zero was needed")
    question = ask_with_mass(mediator, experiments, masses)
    priors = {
        "log10_mass": LogMassPrior(question.table.lower, question.table.upper),
        "log10_coupling": LogCouplingPrior(prior, log10(low), log10(high), question),
    }
    return model_of_question(question, priors)
