"""chi^2 of any ``pm.Model`` as a graph that PyTensor compiles: -2 log-probability without physics priors.

Data and penalties come from the model itself, on the parameters' own scale (no transform, no Jacobian), with
whatever potentials and variables a user has added. Gradient and Hessian are PyTensor's.
"""

# PyTensor's and Numba's own types are those of their insides, or none.
# pyright: reportIndexIssue=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportOptionalSubscript=false, reportReturnType=false

from collections.abc import Sequence

import pymc as pm
import pytensor.tensor as pt
from pymc.model.transform.conditioning import remove_value_transforms
from pytensor.compile.mode import Mode
from pytensor.graph.replace import clone_replace, graph_replace, vectorize_graph
from pytensor.graph.traversal import ancestors, graph_inputs
from pytensor.scalar.basic import Cast
from pytensor.tensor.random.basic import NormalRV, PoissonRV

from ..errors import InputError
from ..priors.two_piece import TwoPieceRV
from .structures import Structure

_LIGHT = Mode(linker="py", optimizer="fast_compile")  # NumPy on whole arrays: nothing to compile


class CompiledLikelihood:
    """chi^2 of one model structure, compiled.

    Parameters
    ----------
    structure : Structure
    physics : sequence of str
        Free variables whose priors are no part of chi^2, as the structure's first model names them.
    penalties : sequence of str
        Nuisances whose prior is a Gaussian around a centre, cut or not: their penalty vanishes there.

    Attributes
    ----------
    names : list of str
        Free variables in the order of the argument ``x``: physics parameters first.
    full : callable
        (x, numbers) to chi^2, gradient and Hessian.
    saturated : callable
        (numbers) to minus half of chi^2 of the saturated model.
    batch : callable
        (points, numbers) to chi^2 at each of many points, (n,).
    log_prior : callable
        (points, numbers) to the log-density of the physics priors alone, (n,).
    """

    def __init__(self, structure: Structure, physics: Sequence[str], penalties: Sequence[str]):
        first = structure.first
        self.names = [*physics, *(rv.name for rv in first.free_RVs if rv.name not in physics)]
        if wide := [rv.name for rv in first.free_RVs if rv.ndim]:
            raise InputError(
                f"the model has free variables that are no single numbers, {wide}; profile and quadrature "
                "need one number a variable: give each its own name"
            )
        model = remove_value_transforms(structure.model)
        variables = {rv.name: rv for rv in model.free_RVs}
        values = {name: model.rvs_to_values[rv] for name, rv in variables.items()}
        others = [variables[name] for name in self.names if name not in physics]
        x, points, numbers = pt.dvector("x"), pt.dmatrix("points"), pt.dvector("numbers")

        def at_x(graph):
            packed = [v for v in graph_inputs([graph]) if v.name == structure.numbers.name]
            given = {values[name]: x[i] for i, name in enumerate(self.names)}
            graph = graph_replace(graph, given | {v: numbers for v in packed}, strict=False)
            return _without_rounding(graph)

        log_likelihood = model.logp(vars=[*others, *model.observed_RVs, *model.potentials], jacobian=False)
        log_prior = at_x(model.logp(vars=[variables[name] for name in physics], jacobian=False))
        saturated = [_saturated(rv, model.rvs_to_values[rv]) for rv in model.observed_RVs]
        saturated += [_peak(rv) for rv in others if rv.name in penalties]
        chi2 = -2 * log_likelihood
        gradient, hessian = _derivatives(chi2, [values[name] for name in self.names])
        chi2, gradient, hessian = at_x(chi2), at_x(gradient), at_x(hessian)
        options = {"trust_input": True, "on_unused_input": "ignore"}
        self.full = pm.compile([x, numbers], [chi2, gradient, hessian], **options)
        total = pt.as_tensor(sum((term.sum() for term in saturated), start=pt.constant(0.0)))
        self.saturated = pm.compile([numbers], at_x(total), mode=_LIGHT, **options)
        self.batch = pm.compile([points, numbers], vectorize_graph(chi2, {x: points}), mode=_LIGHT, **options)
        self.log_prior = pm.compile(
            [points, numbers], vectorize_graph(log_prior, {x: points}), mode=_LIGHT, **options
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


def check_observed(model: pm.Model) -> None:
    """Refuse observed variables whose chi^2 is not defined.

    Raises
    ------
    InputError
        If one is neither Poisson nor Gaussian.
    """
    for rv in model.observed_RVs:
        if not isinstance(rv.owner.op, PoissonRV | NormalRV):
            raise InputError(
                f"{rv.name} is neither Poisson nor Gaussian; chi^2 is defined for these two likelihoods"
            )


def _saturated(rv, observed):
    """Log-probability of observed counts if exactly they were expected."""
    if isinstance(rv.owner.op, PoissonRV):
        return pm.logp(pm.Poisson.dist(observed), observed)
    _, sigma = rv.owner.op.dist_params(rv.owner)
    return pm.logp(pm.Normal.dist(observed, sigma), observed)


def _peak(rv):
    """Log-density of a nuisance at its Gaussian's centre, also where a toy's centre lies below the cut."""
    centre, sigma, *rest = rv.owner.op.dist_params(rv.owner)
    if isinstance(rv.owner.op, TwoPieceRV):
        sigma = pt.switch(centre > 0, sigma, rest[0])  # zero lies on that side of it
    return pm.logp(rv, 0.0) + 0.5 * (centre / sigma) ** 2
