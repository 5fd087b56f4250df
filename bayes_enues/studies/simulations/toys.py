"""Toy experiments: what would have been counted if a parameter had some value.

Counts are thrown as Poisson for every experiment, whatever its likelihood, and the auxiliary measurement of
each nuisance is thrown around the nuisance's true value. A toy of XENONnT is then analysed as Eq. 15 of
arXiv:2208.06415 prescribes, with sigma^i from the toy's own counts. ``gaussian`` toys keep the data's sigma^i
and throw Gaussian counts: they test themselves, not the choice of the likelihood.

Each toy has a seed of its own, from the run's seed, the place of the true value and the toy's number, so that
any toy can be repeated alone and no result depends on how toys were grouped.
"""

import numpy as np
import pymc as pm
from numpy.typing import ArrayLike

from ...errors import InputError
from ...fit.chi2 import Likelihood
from ...fit.fit import fit_of
from ...fit.minimise import profile_many
from ...statistics import count_errors

KINDS = ("poisson", "gaussian")


def check_kind(kind: str) -> None:
    """Refuse a kind of toys that does not exist."""
    if kind not in KINDS:
        raise InputError(f"there are no toys of kind {kind!r}; the choices are {list(KINDS)}")


def random_generator(seed: int, *place: int) -> np.random.Generator:
    """The generator of one toy: ``place`` is where its true value stands on the grid, and its number."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=place))


def truth_points(likelihood: Likelihood, true_values: ArrayLike) -> np.ndarray:
    """True values of everything, (n, n_names): the parameter as given, nuisances profiled on the data.

    Raises
    ------
    InputError
        If a value lies outside the physical region, or a fit does not converge.
    """
    name, edge = likelihood.names[0], likelihood.lower[0]
    values = np.asarray(true_values, float)
    wrong = values[~((values >= edge) & np.isfinite(values))]
    if wrong.size:
        raise InputError(
            f"a true value of {name} is {wrong[0]:g}, outside the physical region, which begins at {edge:g}"
        )
    fits = profile_many(likelihood, [0], values)
    if not fits.converged.all():
        raise InputError(f"the nuisances' fit at {name} = {values[~fits.converged][0]:g} did not converge")
    points = [[float(f"{x:.12g}") for x in point] for point in fits.x]  # the same on every machine
    return np.array(points).reshape(values.size, -1)


class ToyMaker:
    """Throws toys of one model.

    Parameters
    ----------
    model : pm.Model
        From ``bayes_enues.models``.
    points : (n_true, n_names)
        True values, in the order of ``Likelihood.names``; see :func:`truth_points`.
    seed : int
    kind : str
        ``poisson`` or ``gaussian``.
    """

    def __init__(self, model: pm.Model, points: np.ndarray, seed: int, kind: str = "poisson"):
        check_kind(kind)
        self.model, self.seed, self.kind = model, int(seed), kind
        self.likelihood = fit_of(model)
        self.experiments = self.likelihood.question.experiments
        self.nuisances = self.likelihood.names[self.likelihood.n_physics :]
        self.points = np.asarray(points, float).reshape(-1, len(self.likelihood.names))
        self.base, self.slices = self.likelihood.numbers, self.likelihood.slices
        self.expected = self._expected()
        question, n = self.likelihood.question, self.likelihood.n_physics
        entries = question.nuisances()
        self.widths = np.array(
            [entries[name][0].widths if name in entries else [scale] * 2
             for name, scale in zip(self.nuisances, self.likelihood.scale[n:], strict=True)]
        ).reshape(-1, 2)  # fmt: skip
        self.correlated = []
        for _, names, extra in question.correlations():
            at = np.array([self.nuisances.index(name) for name in names])
            covariance = np.linalg.inv(extra + np.diag(self.widths[at, 1] ** -2.0))
            self.correlated.append((at, np.linalg.cholesky(covariance)))

    def _expected(self) -> list[dict[str, np.ndarray]]:
        """Expected counts of each experiment at each true value."""
        counts = self.likelihood.expected(self.points)
        return [
            {e.slug: counts[f"counts_{e.slug}"][i] for e in self.experiments} for i in range(len(self.points))
        ]

    def throw(self, i_true: int, first: int, last: int) -> np.ndarray:
        """Toys ``first`` to ``last`` (excluded) at one true value: the model's numbers, (m, n_numbers)."""
        toys = np.repeat(self.base[None], last - first, axis=0)
        true_nuisances = self.points[i_true, self.likelihood.n_physics :]
        for toy, number in zip(toys, range(first, last), strict=True):
            rng = random_generator(self.seed, i_true, number)
            for experiment in self.experiments:
                expected = self.expected[i_true][experiment.slug]
                if self.kind == "gaussian" and experiment.likelihood == "gaussian":
                    counts = rng.normal(expected, experiment.sigma)
                else:
                    counts = rng.poisson(expected)
                toy[self.slices[f"observed_{experiment.slug}"]] = counts
            for name, centre in zip(self.nuisances, self._measured(true_nuisances, rng), strict=True):
                toy[self.slices[f"{name}_centre"]] = centre
        if self.kind == "poisson":
            for experiment in self.experiments:
                if experiment.likelihood == "gaussian":
                    self._set_errors(toys, experiment)
        return toys

    def _measured(self, truth: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """What the auxiliary measurements of the nuisances would give, (n,)."""
        below, above = self.widths.T
        z = rng.normal(0.0, 1.0, truth.size)
        centres = truth + above * z
        if np.any(below != above):  # a centre below the truth has the truth above it, and that width
            lower = rng.uniform(size=truth.size) * (below + above) < above
            two = truth + np.where(lower, -above, below) * np.abs(z)
            centres = np.where(below == above, centres, two)
        for at, root in self.correlated:
            centres[at] = truth[at] + root @ z[at]
        return centres

    def _set_errors(self, toys: np.ndarray, experiment) -> None:
        """sigma^i of Eq. 15 from each toy's own counts; looked up, since counts are few and whole."""
        counts = toys[:, self.slices[f"observed_{experiment.slug}"]].astype(int)
        errors = count_errors(np.arange(counts.max() + 1), experiment.settings.bins.errors)
        if errors[counts.min()] <= 0:
            raise InputError(
                f"a toy of {experiment.name} has an empty bin without error, and a Gaussian likelihood "
                f"divides by it (errors = {experiment.settings.bins.errors!r}); use garwood, or a Poisson one"
            )
        toys[:, self.slices[f"sigma_{experiment.slug}"]] = errors[counts]
