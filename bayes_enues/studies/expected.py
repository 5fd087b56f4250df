"""What the Standard Model leads one to expect of a limit that was observed, and whether it fits the data.

Asimov data and toys of the Standard Model, with the nuisances where its own fit to the data has them, as
collaborations do; the limit of each by the code that finds the observed one.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pymc as pm
from scipy.stats import chi2 as chi_squared
from scipy.stats import norm

from ..errors import InputError
from ..fit.fit import Fit, fit_of
from ..fit.minimise import minimise_many, others
from ..results import Expected, Goodness, SignalTest
from ..runs.asked import Stored, Tell, silent
from ..runs.rows import RowStudy, model_of
from ..statistics import LEVEL, SEED, check_level
from .projection import Scan, scanned_toys
from .simulations.toys import ToyMaker, truth_points


def expected_limits(
    model: pm.Model,
    toys: int = 1000,
    level: float = LEVEL,
    seed: int = SEED,
    progress: Callable[[int], None] | None = None,
) -> Expected:
    """The observed bounds of a model's one free parameter beside those expected of the Standard Model.

    Parameters
    ----------
    model : pm.Model
        From ``bayes_enues.models``, with one free parameter.
    toys : int
        0 for Asimov data alone: the p-value is then that of the chi^2 distribution.
    level : float
    seed : int
    progress : callable, optional
        Told how many toys are done.

    Raises
    ------
    InputError
        If several parameters are free, the number of toys is negative, or a bound lies outside the range of
        the prior.
    """
    level = check_level(level)
    if not (isinstance(toys, int | np.integer) and toys >= 0):
        raise InputError(f"toys is {toys!r}; a whole number, zero or more, was needed")
    fit = fit_of(model)
    question = fit.question
    if len(question.free) > 1:
        raise InputError(f"one free parameter was needed, not {list(question.free)}")
    standard = question.standard_model[:1]
    maker = ToyMaker(model, truth_points(fit, standard), seed)
    scan = Scan(fit, level, order=1)  # Laplace, as coverage has it: hundreds of toys a minute
    observed = scan.bounds(fit.numbers)
    if observed is None:
        raise InputError(f"the data give no bound on {fit.names[0]} inside its prior's range")
    found = scanned_toys(scan, maker, toys, progress)

    numbers = fit.numbers[None]
    if toys:
        numbers = np.concatenate([numbers, maker.throw(0, 0, toys)])
    points = np.repeat(maker.points, len(numbers), axis=0)
    chi2 = np.asarray(minimise_many(fit, points, others(fit, [0]), numbers).chi2)
    found_at_best = _least(fit, numbers)
    q0 = np.maximum(chi2 - found_at_best, 0.0)
    bins = sum(e.n_bins for e in question.experiments)
    share = float(np.mean(chi2[1:] >= chi2[0])) if toys else float(chi_squared.sf(chi2[0], bins))
    return Expected(
        **found,
        model=question.interaction.name,
        parameter=fit.names[0],
        experiment=question.experiment_name,
        unit=question.interaction.unit,
        exposure=float(sum(e.exposure for e in question.experiments)),
        level=level,
        seed=seed,
        observed=observed,
        standard_model=Goodness(chi2=float(chi2[0]), bins=bins, p_value=share),
        signal=SignalTest(
            q0=float(q0[0]),
            p_value=float(np.mean(q0[1:] >= q0[0])) if toys else float(norm.sf(np.sqrt(q0[0]))),
        ),
        atomic_model=question.atomic_model,
    )


def _least(fit: Fit, numbers: np.ndarray) -> np.ndarray:
    """The least chi^2 of each data set, parameter and nuisances free, from both sides of a likely signal."""
    everything = np.arange(len(fit.names))
    starts = (0.3, 1.5, -0.3) if fit.question.interaction.signed else (0.3, 1.5)
    found = []
    for size in starts:
        points = np.repeat(fit.start[None], len(numbers), axis=0)
        points[:, 0] = size * fit.scale[0]
        fits = minimise_many(fit, points, everything, numbers)
        found.append(np.where(fits.converged, fits.chi2, np.inf))
    return np.min(found, axis=0)


@dataclass(frozen=True)
class ExpectedSpec(RowStudy):
    """One row of ``expected.json``.

    Parameters
    ----------
    spec : RowSpec
        Of the limit that was observed; its level and seed are those of the toys.
    toys : int
    """

    toys: int = 1000

    def compute(self, progress: Tell = silent, groups: bool = True) -> Stored:
        """A row of ``expected.json``; the toys' bounds are in it, nothing lies beside."""
        spec = self.spec
        found = expected_limits(
            model_of(spec), self.toys, spec.level, spec.seed,
            progress=lambda done: None if done % 20 else progress(f"toy {done} of {self.toys}"),
        )  # fmt: skip
        given = dict(spec.fixed)
        return replace(found, mass=given.get("mass"), given=given).to_row(), None
