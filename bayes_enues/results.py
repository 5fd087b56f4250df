"""One row of a table of limits: both bounds on one parameter, what they rest on, and how that is said."""

from dataclasses import asdict, dataclass, field
from typing import Any

import xarray as xr

from .experiments.published import Published
from .fit.profile import Profile
from .statistics import one_sided_threshold

__all__ = ["Limit", "PosteriorBound"]


@dataclass(frozen=True)
class PosteriorBound:
    """A credible bound with all it rests on.

    Attributes
    ----------
    kind : str
        ``upper`` (a quantile, one-sided) for non-negative parameters, ``hdi`` (highest-density region) for
        signed ones.
    level : float
    lower, upper : float or None
        Outer ends; None for an unconverged posterior, which gives no bound, and for the lower end of
        ``upper``.
    pieces : list of (lower, upper), or None
        Parts of the highest-density region.
    eti : (lower, upper), or None
        Equal-tailed interval of a signed parameter.
    upper_flat_strength : float or None
        The upper bound under a prior flat in mu^2 or g^2; None for a signed parameter.
    mcse : float
        Monte Carlo standard error of the bound; of an interval, the larger of its ends'.
    exact : dict or None
        ``lower``, ``upper``, ``pieces`` and ``eti`` by quadrature over the nuisances, without draws; None
        where several parameters are free.
    rhat, ess_bulk, ess_tail, divergences, sampler, draws, attempts, converged, diagnosis
        See :mod:`bayes_enues.fit.posterior`; ``draws`` is per chain.
    """

    kind: str
    level: float
    lower: float | None
    upper: float | None
    pieces: list | None
    eti: list | None
    upper_flat_strength: float | None
    mcse: float | None
    rhat: float
    ess_bulk: float
    ess_tail: float
    divergences: int
    sampler: str
    draws: int
    attempts: int
    converged: bool
    diagnosis: str
    exact: dict | None = None


@dataclass(frozen=True)
class Limit:
    """One row of a table of limits. ``to_dict`` is its row in ``limits.json``.

    Attributes
    ----------
    model, parameter, experiment, unit, prior : str
    level : float
    posterior : PosteriorBound
    profile : Profile
    published : Published or None
    caveats : list of str
        Inputs that are not published as such.
    notes : list of str
        What had to be done differently, and whether the prior's range decides the bound.
    draws : xr.DataTree
        The posterior itself.
    power_scaling : dict or None
        Sensitivity to the parameter's prior and to the likelihood; see :mod:`bayes_enues.fit.power_scaling`.
    """

    model: str
    parameter: str
    experiment: str
    unit: str
    prior: str
    level: float
    posterior: PosteriorBound
    profile: Profile
    published: Published | None
    caveats: list[str]
    notes: list[str]
    draws: xr.DataTree = field(repr=False)
    power_scaling: dict[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        """The row of ``limits.json``, without fingerprint."""
        published = self.published
        return {
            "model": self.model,
            "parameter": self.parameter,
            "experiment": self.experiment,
            "unit": self.unit,
            "prior": self.prior,
            "level": self.level,
            "posterior": asdict(self.posterior),
            "profile": self.profile.to_dict(),
            "published": published
            and {"lower": published.lower, "upper": published.upper, "source": published.source},
            "caveats": self.caveats,
            "notes": self.notes,
            "power_scaling": self.power_scaling,
        }

    def __str__(self) -> str:
        p, level = self.posterior, f"{100 * self.level:g} %"
        bound = f"not converged ({p.diagnosis})"
        if p.converged and p.kind == "upper":
            bound = f"< {p.upper:.4g} ({level} posterior, {self.prior}; Monte Carlo error {p.mcse:.2g})"
        elif p.converged:
            region = " and ".join(f"({a:.4g}, {b:.4g})" for a, b in p.pieces)
            bound = f"in {region} ({level} highest density, {self.prior}; Monte Carlo error {p.mcse:.2g})"
        pieces = " and ".join(f"({a:.4g}, {b:.4g})" for a, b in self.profile.pieces)
        lines = [
            f"{self.model} {self.parameter} from {self.experiment}, in {self.unit}",
            f"  posterior: {bound}",
            f"  profile:   {pieces} (Delta chi^2 = {self.profile.threshold:.4g})",
        ]
        if self.profile.upper_one_sided is not None:
            cut = f"Delta chi^2 = {one_sided_threshold(self.level):.4g}"
            lines.append(f"             < {self.profile.upper_one_sided:.4g} ({level} one-sided, {cut})")
        if self.published:
            low = "" if self.published.lower is None else f"{self.published.lower:g} to "
            lines.append(f"  published: {low}{self.published.upper:g} ({self.published.source})")
        return "\n".join([*lines, *(f"  note: {n}" for n in self.notes)])
