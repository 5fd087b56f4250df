"""The chi^2 of a model, Eq. 14 and 15 of arXiv:2208.06415, and what its variables are.

A model of templates as a page of ``bayes_enues.models`` built it is evaluated by the kernel. Whatever else a
model is, or has become by what a user added to it, is evaluated by the graph of the ``pm.Model`` itself. The
priors of physics parameters are no part of it.
"""

from collections.abc import Callable
from functools import cached_property
from weakref import WeakKeyDictionary

import numpy as np
import pymc as pm
from pymc.distributions.transforms import Interval
from pymc.logprob.transforms import LogTransform

from ..compiled.draws import ModelDraws, draw_functions
from ..compiled.likelihood import CompiledLikelihood, check_observed
from ..compiled.structures import numbers_of, slices_of, structure_of
from ..errors import InputError
from ..priors.density import density_function
from ..priors.named import Prior
from .kernel import chi2_full, chi2_many, expected_many
from .setup import question_of
from .terms import numbers_of_terms, slices_of_terms, terms_of

_BUILT: WeakKeyDictionary[pm.Model, tuple] = WeakKeyDictionary()


def variables_of(model: pm.Model) -> tuple:
    """What a model is made of; it changes when a user adds to the model."""
    parts = (model.free_RVs, model.observed_RVs, model.potentials)
    return tuple(tuple(id(v) for v in part) for part in parts)


def seal(model: pm.Model) -> None:
    """Remember a model as its page built it."""
    _BUILT[model] = variables_of(model)


def is_as_built(model: pm.Model) -> bool:
    """Whether nothing was added to or taken from a model since its page built it."""
    return _BUILT.get(model) == variables_of(model)


class Likelihood:
    """chi^2 of one model with its numbers.

    Attributes
    ----------
    model : pm.Model
    question : Question
    names : list of str
        Physics parameters first, then nuisances: the order of ``x`` everywhere.
    n_physics : int
    lower, upper : (n,)
        Physical edges: of nuisances, where their scale would turn negative or their file cuts them.
    start : (n,)
        A point inside.
    scale : (n,)
        Typical size of each.
    terms : Terms or None
        What the kernel evaluates; None for a model that is no sum of templates.
    numbers : (n_numbers,)
        Counts, their errors and the centres of penalties: what a toy changes.
    slices : dict of str to slice
        Where those of a ``pm.Data`` lie among them.
    """

    def __init__(self, model: pm.Model):
        question = question_of(model)
        self.model, self.question = model, question
        self.n_physics = len(question.free)
        present = [rv.name for rv in model.free_RVs]
        if lacking := [name for name in question.free if name not in present]:
            raise InputError(
                f"the model no longer leaves {lacking} free, which its question asks about; build one that "
                f"does, or set model.question to the question it answers"
            )
        self.names = [*question.free, *(name for name in present if name not in question.free)]
        self.as_built = is_as_built(model)
        self.terms = None
        if self.as_built and question.templates is not None:
            self.terms = terms_of(question, model, self.names)
            self.numbers = numbers_of_terms(question, model, self.names)
            self.slices = slices_of_terms(question, self.names)
        else:
            check_observed(model)
            self.numbers, self.slices = numbers_of(model), slices_of(model)
        self.known: dict = {}  # what was computed of it and may be asked for again
        self._set_ranges()

    def _set_ranges(self) -> None:
        """Edges, sizes and a starting point of every variable."""
        question, nuisances = self.question, self.question.nuisances()
        edges, sizes, start = [], [], []
        for lower, scale in zip(question.edges, question.scales, strict=True):
            edges.append((lower, np.inf))
            sizes.append(scale)
            start.append(0.3 * scale)
        for name in self.names[self.n_physics :]:
            if name in nuisances:
                entry = nuisances[name][0]
                edges.append((entry.lowest, np.inf if entry.highest is None else entry.highest))
                sizes.append(entry.sigma)
                start.append(0.0)
            else:  # a user's own
                edges.append(_support(self.model, name))
                draws = pm.draw(self.model[name], 200, random_seed=1)
                sizes.append(float(np.std(draws)) or 1.0)
                start.append(float(np.median(draws)))
        self.lower, self.upper = np.array(edges, float).reshape(-1, 2).T.copy()
        self.scale, self.start = np.array(sizes), np.array(start)

    @cached_property
    def graph(self) -> CompiledLikelihood:
        """chi^2 as PyTensor compiles it from the model: what the kernel is compared with."""
        structure = structure_of(self.model)
        theirs = {theirs: mine for mine, theirs in structure.names(self.model).items()}
        physics = [theirs[name] for name in self.question.free]
        penalties = [theirs[name] for name in self.question.nuisances() if name in theirs]
        return structure.part(
            ("likelihood", *physics), lambda: CompiledLikelihood(structure, physics, penalties)
        )

    @property
    def graph_numbers(self) -> np.ndarray:
        """The model's numbers as its compiled graph takes them."""
        return numbers_of(self.model)

    def saturated_by(self, numbers: np.ndarray) -> float:
        """chi^2 of the compiled graph if exactly what was observed were expected."""
        return -2 * float(self.graph.saturated(np.ascontiguousarray(numbers, float)))

    @cached_property
    def saturated(self) -> float:
        """The same for the model's own counts; the kernel's chi^2 has it subtracted."""
        return self.saturated_by(self.numbers)

    def full(self, x: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        """chi^2, gradient (n,) and Hessian (n, n) at x (n,)."""
        x = np.ascontiguousarray(x, float)
        if self.terms is not None:
            return chi2_full(self.terms, self.numbers, x)
        value, gradient, hessian = self.graph.full(x, self.numbers)
        return float(value) - self.saturated, gradient, hessian

    def batch(self, points: np.ndarray, numbers: np.ndarray | None = None) -> np.ndarray:
        """chi^2 at many points (m, n), for the model's own numbers or others such as a toy's."""
        points, own = np.ascontiguousarray(points, float), numbers is None
        numbers = self.numbers if numbers is None else numbers
        if self.terms is not None:
            return chi2_many(self.terms, numbers, points)
        return self.graph.batch(points, numbers) - (self.saturated if own else self.saturated_by(numbers))

    def log_prior(self, points: np.ndarray) -> np.ndarray:
        """Log-density of the priors of the physics parameters at many points (m, n)."""
        points = np.ascontiguousarray(points, float)
        if self.terms is None:
            return self.graph.log_prior(points, self.numbers)
        return np.sum(
            [self.prior_density(name)(points[:, i]) for i, name in enumerate(self.question.free)], axis=0
        )

    def prior_density(self, name: str) -> Callable[[np.ndarray], np.ndarray]:
        """Log-density of one physics parameter's prior, a function of values (m,)."""
        prior = self.question.priors[name]
        if isinstance(prior, Prior):
            return prior.log_density
        known = self.__dict__.setdefault("_densities", {})
        if name not in known:
            known[name] = density_function(prior, name)
        return known[name]

    def log_prior_of(self, name: str, points: np.ndarray) -> np.ndarray:
        """Log-density of the prior of one physics parameter at many points (m, n), (m,)."""
        if self.terms is not None:
            return self.prior_density(name)(points[:, self.names.index(name)])
        return self._by_graph("log_prior", points)[name]

    def log_likelihood(self, points: np.ndarray) -> np.ndarray:
        """Of the data alone, without penalties, at many points (m, n), up to a constant: (m,)."""
        if self.terms is not None:
            nothing = np.zeros_like(self.terms.below)
            alone = self.terms._replace(below=nothing, above=nothing)
            return -0.5 * chi2_many(alone, self.numbers, np.ascontiguousarray(points, float))
        found = self._by_graph("log_likelihood", points).values()
        return np.sum([v.reshape(len(points), -1).sum(axis=-1) for v in found], axis=0)

    def _by_graph(self, what: str, points: np.ndarray) -> dict[str, np.ndarray]:
        draws = ModelDraws(self.model)
        order = [self.names.index(name) for name in draws.free]
        return getattr(draws, what)(np.ascontiguousarray(points[:, order]))

    def expected(self, points: np.ndarray) -> dict[str, np.ndarray]:
        """Expected counts of each observed variable at many points: name to (m, n_bins)."""
        points = np.ascontiguousarray(points, float)
        if self.terms is None:
            return self._expected_by_graph(points)
        edges = np.cumsum([0, *(e.n_bins for e in self.question.experiments)])
        counts = expected_many(self.terms, points)
        return {
            f"counts_{e.slug}": counts[:, a:b]
            for e, a, b in zip(self.question.experiments, edges[:-1], edges[1:], strict=True)
        }

    def _expected_by_graph(self, points: np.ndarray) -> dict[str, np.ndarray]:
        functions = draw_functions(self.model)
        order = [self.names.index(rv.name) for rv in self.model.free_RVs]
        draws = np.ascontiguousarray(points[:, order])
        return {
            rv.name: np.asarray(functions.arguments[k][0](draws, self.numbers))
            for k, rv in enumerate(self.model.observed_RVs)
        }


def _support(model: pm.Model, name: str) -> tuple[float, float]:
    """Edges of a variable that a user added, from the transform that PyMC gave it."""
    rv = model[name]
    transform = model.rvs_to_transforms[rv]
    if isinstance(transform, LogTransform):
        return 0.0, np.inf
    if isinstance(transform, Interval):
        ends = transform.args_fn(*rv.owner.inputs)
        found = [edge if edge is None else float(np.asarray(pm.draw(edge, random_seed=1))) for edge in ends]
        return -np.inf if found[0] is None else found[0], np.inf if found[1] is None else found[1]
    return -np.inf, np.inf
