"""What an experiment could say after more exposure: expected limits from Asimov data and from toys.

The truth is the Standard Model. Asimov data are the expected counts themselves; toys are thrown around them,
with the auxiliary measurements of the nuisances. Each is analysed by both statistics from one scan of the
parameter: the posterior by quadrature over the nuisances, which needs no sampling, and the profile.
"""

import os
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.interpolate import CubicSpline

from ..compiled.feedback import feedback
from ..errors import InputError
from ..experiments.experiment import Experiment
from ..experiments.loading import load_experiment
from ..fit.chi2 import Likelihood
from ..fit.fit import fit_of
from ..fit.marginal import log_marginal_likelihood
from ..fit.minimise import profile_many
from ..fit.regions import highest_density_cut, highest_density_pieces
from ..fit.scan import prior_range
from ..interactions.base import Interaction
from ..results import Density, Projection
from ..statistics import check_level, one_sided_threshold, threshold
from .simulations.toys import ToyMaker

N_SCAN = 81
ORDER = 5


def future_experiment(
    name: str | os.PathLike | Experiment,
    exposure: float | None = None,
    background: float = 1.0,
    edge_keV: float = 0.0,
) -> Experiment:
    """An experiment with more exposure, another background rate and another efficiency edge.

    Signal and background grow with the exposure. Where the efficiency changes the background follows it, as a
    spectrum would that is flat over a bin; below the first bin with a tenth of the full efficiency the
    background is continued flat.

    Parameters
    ----------
    name : str, path or Experiment
    exposure : float, optional
        [t yr]; by default the experiment's own.
    background : float
        Factor on the background per exposure.
    edge_keV : float
        Shift of the efficiency curve [keV]; negative is a lower threshold.

    Returns
    -------
    Experiment
        Named by what is changed. Its counts are those of the original where the bins are the same; a
        projection replaces them.

    Raises
    ------
    InputError
        If exposure or background are not positive, or the edge is to move where a table fixes the response.
    """
    base = name if isinstance(name, Experiment) else load_experiment(name)
    exposure = base.exposure if exposure is None else exposure
    for what, number, unit in (("exposure", exposure, " t yr"), ("background scale", background, "")):
        if not (np.isfinite(number) and number > 0):
            raise InputError(f"the {what} is {number:g}{unit}; a positive number was needed")
    if not np.isfinite(edge_keV):
        raise InputError(f"the efficiency edge was to move by {edge_keV} keV; a finite number was needed")
    new = base
    if edge_keV:
        if base.settings.response is not None or isinstance(name, Experiment):
            raise InputError(
                f"the efficiency edge of {base.name} cannot move; give an experiment by name, without a "
                "response table"
            )
        assert base.settings.efficiency is not None  # without a response table there is one
        shift = base.settings.efficiency.shift_keV + edge_keV
        new = load_experiment(name, {"efficiency": {"shift_keV": shift}})
    growth = exposure / base.exposure
    changes = [f"exposure = {exposure:g} t yr"] * (exposure != base.exposure)
    changes += [f"background = {background:g}"] * (background != 1)
    changes += [f"edge = {edge_keV:g} keV"] * (edge_keV != 0)

    def more(component: str, counts: np.ndarray) -> np.ndarray:
        return growth * (1 if component == "signal" else background) * counts

    owners = {n.name: n.follow[0] for n in new.nuisances if n.shape}
    return replace(
        new,
        name=base.name_with(", ".join(changes).replace("e+", "e")) if changes else base.name,
        title=base.title,
        exposure=exposure,
        response=growth * new.response,
        shapes={n: (more(owners[n], down), more(owners[n], up)) for n, (down, up) in new.shapes.items()},
        grids=tuple(
            replace(
                grid,
                responses=growth * grid.responses,
                components={c: more(c, counts) for c, counts in grid.components.items()},
            )
            for grid in new.grids
        ),
        components={
            component: more(component, counts) for component, counts in _background(base, new).items()
        },
    )


def _background(base: Experiment, new: Experiment) -> dict[str, np.ndarray]:
    """Components of ``base`` under the efficiency of ``new``, in its bins."""
    if new is base:
        return dict(base.components)
    before, after = base.response.sum(axis=1), new.response.sum(axis=1)  # counts of a flat spectrum
    width = np.diff(base.bin_edges)
    seen = int(np.argmax(before / width > 0.1 * np.max(before / width)))
    nearest = np.array([int(np.argmin(np.abs(base.centres - e))) for e in new.centres])
    source = np.maximum(nearest, seen)
    return {name: counts[source] / before[source] * after for name, counts in base.components.items()}


def projected_limits(
    interaction: Interaction,
    experiments: Sequence[Experiment],
    parameter: str,
    toys: int = 200,
    level: float = 0.9,
    seed: int = 20220811,
    prior: Any = None,
    progress: Callable[[int], None] | None = None,
) -> Projection:
    """Expected limits on one parameter if the Standard Model is true.

    Parameters
    ----------
    interaction : Interaction
        Which one; parameters that are not free keep their value.
    experiments : sequence of Experiment
        As :func:`future_experiment` makes them; their counts are replaced.
    parameter : str
    toys : int
        0 for Asimov data alone.
    level : float
    seed : int
        Each toy has a stream of its own.
    prior : callable, optional
        By default flat in the parameter, to where Delta chi^2 of Asimov data exceeds 25.
    progress : callable, optional
        Told how many toys are done.

    Returns
    -------
    Projection

    Raises
    ------
    InputError
        If the number of toys is negative, or what :func:`bayes_enues.fit.setup.ask` refuses.
    """
    from bayes_enues.models import counting_model

    level = check_level(level)
    if not (isinstance(toys, int | np.integer) and toys >= 0):
        raise InputError(f"toys is {toys!r}; a whole number, zero or more, was needed")
    if isinstance(experiments, Experiment | str | os.PathLike):
        experiments = [experiments]  # pyright: ignore[reportAssignmentType]
    given = [e if isinstance(e, Experiment) else load_experiment(e) for e in experiments]
    rounded = [e.with_counts(np.round(_expected(e))) for e in given]
    model = counting_model(interaction, rounded, parameter, prior)
    likelihood = fit_of(model)
    truth = np.zeros(len(likelihood.names))
    truth[: likelihood.n_physics] = likelihood.question.standard_model
    maker = ToyMaker(model, truth[None], seed)

    found = scanned_toys(Scan(likelihood, level), maker, toys, progress)
    return Projection(
        **found,
        model=likelihood.question.interaction.name,
        parameter=parameter,
        experiment="+".join(sorted(e.name for e in given)),
        unit=likelihood.question.interaction.unit,
        prior=None if prior is None else likelihood.question.priors[parameter].words(parameter),
        exposure=float(sum(e.exposure for e in given)),
        level=level,
    )


def scanned_toys(
    scan: "Scan", maker: ToyMaker, toys: int, progress: Callable[[int], None] | None = None
) -> dict[str, Any]:
    """Bounds of Asimov data and of toys, as a :class:`Projection` takes them.

    Raises
    ------
    InputError
        If Asimov data give no bound inside the scanned range.
    """
    asimov = scan.bounds(asimov_numbers(maker))
    if asimov is None:
        raise InputError(f"Asimov data give no bound on {scan.likelihood.names[0]} inside its prior's range")
    found = {statistic: [] for statistic in asimov}
    failed = 0
    with feedback("expected bounds", toys, "toys") as tell:
        for k in range(toys):
            bounds = scan.bounds(maker.throw(0, k, k + 1)[0])
            failed += bounds is None
            for statistic, bound in (bounds or {}).items():
                found[statistic].append(bound)
            tell(k + 1, f"toy {k + 1} of {toys}")
            if progress:
                progress(k + 1)
    bounds = {statistic: np.array(values) for statistic, values in found.items()}
    return {"asimov": asimov, "toy_bounds": bounds, "failed": failed}


def _expected(experiment: Experiment) -> np.ndarray:
    from ..experiments.counts import signal_counts
    from ..interactions import StandardModel

    return experiment.background + signal_counts(experiment, StandardModel())


def asimov_numbers(maker: ToyMaker) -> np.ndarray:
    """The model's numbers with exactly what is expected as counts, and its penalties around the truth."""
    from ..statistics import count_errors

    numbers = maker.base.copy()
    true_nuisances = maker.points[0, maker.likelihood.n_physics :]
    for name, centre in zip(maker.nuisances, true_nuisances, strict=True):
        numbers[maker.slices[f"{name}_centre"]] = centre
    for experiment in maker.experiments:
        expected = maker.expected[0][experiment.slug]
        numbers[maker.slices[f"observed_{experiment.slug}"]] = expected
        if experiment.likelihood == "gaussian":
            errors = count_errors(expected, experiment.settings.bins.errors)
            numbers[maker.slices[f"sigma_{experiment.slug}"]] = errors
    return numbers


class Scan:
    """Both statistics of one data set from one scan over the prior's range."""

    def __init__(self, likelihood: Likelihood, level: float, order: int = ORDER):
        self.order = order
        self.likelihood, self.level = copy(likelihood), level
        self.signed = likelihood.question.interaction.signed
        self.values = np.linspace(*prior_range(likelihood, likelihood.names[0]), N_SCAN)
        points = np.repeat(likelihood.start[None], N_SCAN, axis=0)
        points[:, 0] = self.values
        with np.errstate(divide="ignore"):
            self.log_prior = likelihood.log_prior(points)

    def bounds(self, numbers: np.ndarray) -> dict[str, float] | None:
        """Bounds from one data set; None if one lies outside the range."""
        self.likelihood.numbers = numbers
        chi2 = profile_many(self.likelihood, [0], self.values).chi2
        curve = CubicSpline(self.values, chi2)
        cut = threshold(self.level)
        ends = chi2[[0, -1] if self.signed else [-1]] - chi2.min()
        if not np.all(ends > cut):
            return None
        density, crossings = self._density(), _crossings(curve, cut)
        if self.signed:
            pieces = highest_density_pieces(density, highest_density_cut(density, self.level))
            return {
                "posterior_lower": pieces[0][0],
                "posterior_upper": pieces[-1][1],
                "profile_lower": crossings[0],
                "profile_upper": crossings[-1],
            }
        return {
            "posterior": density.quantile(self.level),
            "profile": crossings[-1],
            "profile_one_sided": _crossings(curve, one_sided_threshold(self.level))[-1],
        }

    def _density(self) -> Density:
        log_density = self.log_prior + log_marginal_likelihood(
            self.likelihood, [0], self.values[:, None], self.order
        )
        density = np.exp(log_density - log_density.max())
        return Density(self.values, density / np.trapezoid(density, self.values), 0.0)


def _crossings(curve: CubicSpline, cut: float) -> list[float]:
    """Where a chi^2 curve crosses its minimum plus ``cut``, ascending."""
    ends = [curve.x[0], curve.x[-1], *curve.derivative().roots(extrapolate=False)]
    return [float(x) for x in curve.solve(float(np.min(curve(ends))) + cut, extrapolate=False)]
