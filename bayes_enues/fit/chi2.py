"""The chi^2 of a model: -2 log-probability without the priors of its physics parameters.

Data and nuisance terms come from the ``pm.Model`` itself, on the parameters' own scale (no transform, no
Jacobian), less their value for a saturated model: what remains is Eq. 14 and 15 of arXiv:2208.06415, number
for number. Gradient and Hessian are PyTensor's.
"""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pymc.model.transform.conditioning import remove_value_transforms
from pytensor.compile.mode import Mode
from pytensor.graph.replace import clone_replace, graph_replace, vectorize_graph
from pytensor.graph.traversal import ancestors, graph_inputs
from pytensor.scalar.basic import Cast
from pytensor.tensor.random.basic import NormalRV, PoissonRV

from ..compiled.structures import Shape, numbers_of, shape_of
from ..errors import InputError
from .setup import question_of

__all__ = ["CompiledLikelihood", "Likelihood", "likelihood_range", "prior_range"]

RANGE_DELTA_CHI2 = 25.0


class CompiledLikelihood:
    """chi^2 of one model shape, compiled.

    Attributes
    ----------
    names : list of str
        Free variables in the order of the argument ``x``: physics parameters first, then nuisances.
    full : callable
        (x, numbers) to chi^2, gradient and Hessian.
    batch : callable
        (points, numbers) to chi^2 at each of many points, (n,).
    log_prior : callable
        (points, numbers) to the log-density of the physics priors alone, (n,).
    """

    def __init__(self, shape: Shape):
        self.physics = list(question_of(shape.first).free)
        self.names = self.physics + [rv.name for rv in shape.first.free_RVs if rv.name not in self.physics]
        model = remove_value_transforms(shape.model)
        variables = {rv.name: rv for rv in model.free_RVs}
        values = {name: model.rvs_to_values[rv] for name, rv in variables.items()}
        nuisances = [variables[name] for name in self.names if name not in self.physics]
        x, points, numbers = pt.dvector("x"), pt.dmatrix("points"), pt.dvector("numbers")

        def at_x(graph):
            packed = [v for v in graph_inputs([graph]) if v.name == shape.numbers.name]
            given = {values[name]: x[i] for i, name in enumerate(self.names)}
            graph = graph_replace(graph, given | {v: numbers for v in packed}, strict=False)
            return _without_rounding(graph)

        log_likelihood = model.logp(vars=[*nuisances, *model.observed_RVs], jacobian=False)
        log_prior = at_x(model.logp(vars=[variables[name] for name in self.physics], jacobian=False))
        saturated = [_saturated(rv, model.rvs_to_values[rv]) for rv in model.observed_RVs]
        saturated += [_peak(rv) for rv in nuisances]
        chi2 = -2 * log_likelihood
        gradient, hessian = _derivatives(chi2, [values[name] for name in self.names])
        chi2, gradient, hessian = at_x(chi2), at_x(gradient), at_x(hessian)
        light = Mode(linker="py", optimizer="fast_compile")  # NumPy on whole arrays: nothing to compile
        options = {"trust_input": True, "on_unused_input": "ignore"}
        self.full = pm.compile([x, numbers], [chi2, gradient, hessian], **options)
        self.saturated = pm.compile(
            [numbers], at_x(sum(term.sum() for term in saturated)), mode=light, **options
        )
        self.batch = pm.compile([points, numbers], vectorize_graph(chi2, {x: points}), mode=light, **options)
        self.log_prior = pm.compile(
            [points, numbers], vectorize_graph(log_prior, {x: points}), mode=light, **options
        )


def _derivatives(chi2, variables) -> tuple:
    """Gradient (n,) and Hessian (n, n) with respect to scalars.

    One triangle, and one scalar at a time: half as much for PyTensor to rewrite and for Numba to compile as
    with the entries of a vector.
    """
    n = len(variables)
    gradient = pt.grad(chi2, variables)
    rows = [
        pt.grad(gradient[i], variables[i:], disconnected_inputs="ignore", return_disconnected="zero")
        for i in range(n)
    ]
    hessian = pt.stack([rows[min(i, j)][abs(i - j)] for i in range(n) for j in range(n)])
    return pt.stack(gradient), hessian.reshape((n, n))


def _without_rounding(graph):
    """The same function of observed counts before PyMC turns those of a Poisson into whole numbers.

    No number changes for data and toys; Asimov counts, which are fractional, become possible.
    """
    casts = [
        v
        for v in ancestors([graph])
        if v.owner and isinstance(getattr(v.owner.op, "scalar_op", None), Cast) and v.dtype == "int64"
        and v.owner.inputs[0].dtype == "float64" and v.ndim == 1
    ]  # fmt: skip
    replacements = {v: v.owner.inputs[0] for v in casts}
    return clone_replace(graph, replace=replacements, rebuild_strict=False) if casts else graph


def _saturated(rv, observed):
    """Log-probability of observed counts if exactly they were expected."""
    if isinstance(rv.owner.op, PoissonRV):
        return pm.logp(pm.Poisson.dist(observed), observed)
    if isinstance(rv.owner.op, NormalRV):
        _, sigma = rv.owner.op.dist_params(rv.owner)
        return pm.logp(pm.Normal.dist(observed, sigma), observed)
    raise InputError(f"{rv.name} is neither Poisson nor Gaussian; chi^2 is defined for these two likelihoods")


def _peak(rv):
    """Log-density of a nuisance at its Gaussian's centre, also where a toy's centre lies below the cut."""
    centre, sigma = rv.owner.op.dist_params(rv.owner)[:2]
    return pm.logp(rv, 0.0) + 0.5 * (centre / sigma) ** 2


class Likelihood:
    """chi^2 of one model: what is compiled for its shape, with its numbers and names.

    Attributes
    ----------
    model : pm.Model
    names : list of str
        Physics parameters first, then nuisances: the order of ``x`` everywhere.
    n_physics : int
    lower : (n,)
        Physical edge of each: zero or -infinity for parameters, -1 for nuisances.
    start : (n,)
        A point inside.
    scale : (n,)
        Typical size of each.
    """

    def __init__(self, model: pm.Model):
        question = question_of(model)
        shape = shape_of(model)
        self.model, self.question = model, question
        self.compiled: CompiledLikelihood = shape.likelihood
        self.numbers = numbers_of(model)
        theirs = shape.names(model)
        self.names = [theirs[name] for name in self.compiled.names]
        self.n_physics = len(self.compiled.physics)
        if self.names[: self.n_physics] != list(question.free):
            raise InputError(
                f"free parameters {question.free} do not lead the model's variables {self.names}"
            )
        nuisances = question.nuisances()
        self.lower = np.array([*question.edges, *[-1.0] * len(nuisances)])
        sigmas = [nuisances[name][0].sigma for name in self.names[self.n_physics :]]
        self.scale = np.array([*question.scales, *sigmas])
        self.start = np.array([0.3 * s for s in question.scales] + [0.0] * len(nuisances))
        self.saturated = -2 * float(self.compiled.saturated(self.numbers))

    def full(self, x: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        """chi^2, gradient (n,) and Hessian (n, n) at x (n,)."""
        value, gradient, hessian = self.compiled.full(x, self.numbers)
        return float(value) - self.saturated, gradient, hessian

    def batch(self, points: np.ndarray) -> np.ndarray:
        """chi^2 at many points (m, n)."""
        return self.compiled.batch(np.ascontiguousarray(points, float), self.numbers) - self.saturated

    def log_prior(self, points: np.ndarray) -> np.ndarray:
        """Log-density of the priors of the physics parameters at many points (m, n)."""
        return self.compiled.log_prior(np.ascontiguousarray(points, float), self.numbers)


def likelihood_range(model: pm.Model, name: str) -> tuple[float, float]:
    """Where Delta chi^2 of a parameter stays below 25, rounded outwards: the range of a default prior.

    Zero is kept as the lower edge of a parameter that cannot be negative.
    """
    from .scan import profile_pieces

    pieces = profile_pieces(Likelihood(model), name, RANGE_DELTA_CHI2)
    return _rounded(pieces[0][0], down=True), _rounded(pieces[-1][1], down=False)


def prior_range(model: pm.Model, name: str) -> tuple[float, float]:
    """Where a parameter is looked for: over its prior's range, or :func:`likelihood_range` for a user's own.

    Raises
    ------
    InputError
        If the model's numbers say another range than its prior, which tables and files would go on stating.
    """
    prior = question_of(model).priors[name]
    if not hasattr(prior, "upper"):
        return likelihood_range(model, name)
    for end in ("lower", "upper"):
        number, edge = float(model[f"{name}_{end}"].get_value()), float(getattr(prior, end))
        if number != edge:
            raise InputError(
                f"{name}_{end} of the model was set to {number:g}, but its prior is {prior.words(name)}; "
                "build a model with the prior that is meant"
            )
    return float(prior.lower), float(prior.upper)


def _rounded(edge: float, down: bool) -> float:
    """To two significant digits, away from the inside of the range."""
    if edge == 0:
        return 0.0
    unit = 10.0 ** (np.floor(np.log10(abs(edge))) - 1)
    steps = np.floor(edge / unit) if down else np.ceil(edge / unit)
    return float(f"{steps * unit:.2g}")
