"""What is found, as types: limits, profiles, densities, regions, and the rows of every study.

Each is a frozen dataclass that writes itself as a dictionary for JSON and reads itself back. Only this module
and the store of rows know the keys of a row; whatever shows a result takes a type from here.
"""

import html
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from math import isfinite
from operator import attrgetter
from typing import Annotated, Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
    computed_field,
    model_validator,
)

from .errors import InputError
from .statistics import one_sided_threshold

__all__ = [
    "ROW_TYPES", "CalibrationRow", "Check", "Comparison", "CoverageRow", "CredibleRegion",
    "Curve", "Density", "Diagnostics", "FeldmanCousins", "Interval", "Limit", "Line",
    "NuisanceEffect", "Nuisances", "PosteriorBound",
    "PowerScaling", "PriorStudyRow", "Profile", "ProfileRegion", "Projection", "Provenance", "Published",
    "PublishedBound", "RankTest", "Region", "Result", "Row", "Sampled", "Shift", "StoredFile",
    "SystematicsRow", "UsedExperiment", "WidthScan", "grouped", "there",
]  # fmt: skip

R_HAT, ESS = 1.01, 400  # a posterior counts with R-hat at most, and effective sample sizes of at least, these
#: Of the peak of a density, or of the probability: less is zero.
NOTHING = 1e-100
#: Central shares of the toys that a band of a projection holds.
BANDS = (0.68, 0.95)


def _finite(value: Any) -> Any:
    """JSON knows no NaN and no infinity: None."""
    if isinstance(value, dict):
        return {name: _finite(v) for name, v in value.items()}
    if isinstance(value, list):
        return [_finite(v) for v in value]
    return None if isinstance(value, float) and not isfinite(value) else value


def _seven_digits(value: float) -> float:
    return float(f"{value:.7g}")


#: A number, never a text that looks like one.
Real = Annotated[float, Field(strict=True, allow_inf_nan=False)]
#: NaN where there is none, such as the R-hat of a chain that never moved; JSON says null.
RealOrNan = Annotated[
    float,
    BeforeValidator(lambda value: float("nan") if value is None else value),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "null"}]}),
]
#: Delta chi^2 that cuts a region, written with four decimals.
Threshold = Annotated[Real, PlainSerializer(lambda value: round(value, 4))]
#: Coordinate of a plane, written with seven digits.
Coordinate = Annotated[Real, PlainSerializer(_seven_digits)]
Array = Annotated[
    np.ndarray,
    BeforeValidator(lambda values: np.asarray(values, float)),
    PlainSerializer(lambda values: np.asarray(values).tolist()),
    WithJsonSchema({"type": "array"}),
]
Vertices = Annotated[Array, PlainSerializer(lambda points: [[*map(_seven_digits, p)] for p in points])]
Pair = tuple[Real, Real]


def there[T](value: T | None) -> T:
    """What the reader of a result knows it to hold: a bound that converged, a curve that was read."""
    if value is None:
        raise ValueError(
            "a result lacks what it was asked for; converged bounds and curves that were read have it"
        )
    return value


def _is_none(value: Any) -> bool:
    return value is None


def _is_empty(value: Any) -> bool:
    return not value


#: Fields that are left out of the dictionary where they are None.
MaybeText = Annotated[str | None, Field(exclude_if=_is_none)]
MaybeInt = Annotated[int | None, Field(exclude_if=_is_none)]
MaybeReal = Annotated[Real | None, Field(exclude_if=_is_none)]
#: An array that the row of a table does not hold; where it is kept, it lies in the file beside the row.
Beside = Annotated[Array | None, Field(exclude_if=_is_none)]


@lru_cache
def _adapter(kind: type) -> TypeAdapter:
    return TypeAdapter(kind)


class Result:
    """What all results share.

    Two results are equal if what is written of them is: arrays are compared by value.
    """

    __pydantic_config__ = ConfigDict(arbitrary_types_allowed=True)
    #: Keys of rows that older versions wrote, to those of today.
    _renamed: ClassVar[Mapping[str, str]] = {}

    def to_dict(self) -> dict[str, Any]:
        """The result as JSON can hold it; what is no finite number is None."""
        return _finite(_adapter(type(self)).dump_python(self, mode="json", warnings=False))

    def to_row(self) -> dict[str, Any]:
        """The same without the arrays that lie beside a row, in a file of their own."""
        return self._bare().to_dict()

    def _bare(self) -> Self:
        changed: dict[str, Any] = {f.name: None for f in fields(self) if f.type is Beside}  # pyright: ignore
        inner = {name: value for name, value in vars(self).items() if isinstance(value, Result)}
        return replace(self, **changed, **{name: value._bare() for name, value in inner.items()})  # pyright: ignore

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_dict` or :meth:`to_row` wrote; further keys are ignored.

        Raises
        ------
        InputError
            If a needed key is missing or holds something else.
        """
        try:
            return _adapter(cls).validate_python(dict(row))
        except ValidationError as error:
            raise InputError(f"this is no {cls.__name__}: {_what_is_wrong(error)}") from None

    @model_validator(mode="before")
    @classmethod
    def _from_older_versions(cls, row: Any) -> Any:
        if not isinstance(row, Mapping):
            return row
        now = {old: new for old, new in cls._renamed.items() if old in row and new not in row}
        return {now.get(key, key): value for key, value in row.items()}

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self.to_dict() == other.to_dict()

    def _summary(self) -> dict[str, str]:
        """What there is, each in a few words."""
        shown = {f.name: getattr(self, f.name) for f in fields(self) if f.repr}  # pyright: ignore
        return {name: _brief(v) for name, v in shown.items() if isinstance(v, np.ndarray) or v or v == 0}

    def __repr__(self) -> str:
        """A few lines, however large the arrays are; :meth:`to_dict` has all."""
        words = ", ".join(f"{name}={text}" for name, text in self._summary().items())
        return textwrap.fill(f"{type(self).__name__}({words})", 100, subsequent_indent="    ", max_lines=8)

    def _repr_html_(self) -> str:
        """The same as a table, for notebooks."""
        return _html(type(self).__name__, self._summary().items())


def _html(title: str, lines: Iterable[tuple[str, str]], picture: str = "") -> str:
    """A table of two columns, name and text, for notebooks."""
    rows = "".join(
        f"<tr><th style='text-align:left'>{html.escape(name.replace('_', ' '))}</th>"
        f"<td style='text-align:left'>{html.escape(text)}</td></tr>"
        for name, text in lines
    )
    return f"<table><caption>{html.escape(title)}</caption>{rows}</table>{picture}"


def _sketch(x: np.ndarray, y: np.ndarray, top: float, cut: float | None = None) -> str:
    """A curve from zero to a top as a small picture, with a dashed line at a cut and the range of x below."""
    across = 300 * (x - x[0]) / (x[-1] - x[0])
    points = " ".join(
        f"{a:.1f},{b:.1f}" for a, b in zip(across, 80 - 78 * np.clip(y / top, 0, 1), strict=True)
    )
    line = ""
    if cut is not None:
        line = f"<path d='M0 {80 - 78 * cut / top:.1f}H300' stroke='currentColor' stroke-dasharray='4 3'/>"
    return (
        "<svg width='300' height='98' viewBox='0 0 300 98' style='fill:none'>"
        f"<path d='M0 80H300' stroke='currentColor' stroke-width='0.5'/>{line}"
        f"<polyline points='{points}' stroke='#0072b2' stroke-width='1.5'/>"
        f"<g fill='currentColor' font-size='11'><text y='94'>{x[0]:.4g}</text>"
        f"<text x='300' y='94' text-anchor='end'>{x[-1]:.4g}</text></g></svg>"
    )


def _brief(value: Any) -> str:
    """A value in one short line."""
    if isinstance(value, np.ndarray):
        ends = f" from {value.min():.4g} to {value.max():.4g}" if value.size else ""
        return f"<{' x '.join(map(str, value.shape))} numbers{ends}>"
    if isinstance(value, Result):
        bounds = {
            k: v
            for k, v in value._summary().items()
            if k in ("lower", "upper", "pieces", "threshold", "area")
        }
        return f"{type(value).__name__}({', '.join(f'{k}={v}' for k, v in bounds.items())})"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, Mapping):
        parts = [f"{key}: {_brief(v)}" for key, v in list(value.items())[:6]]
        return "{" + ", ".join(parts + ["..."] * (len(value) > 6)) + "}"
    if isinstance(value, list | tuple):
        parts = [_brief(v) for v in value[:4]] + [f"... {len(value)} in all"] * (len(value) > 4)
        return f"({', '.join(parts)})" if isinstance(value, tuple) else f"[{', '.join(parts)}]"
    return textwrap.shorten(str(value), 90, placeholder="...")


def _what_is_wrong(error: ValidationError) -> str:
    found = [(".".join(map(str, e["loc"])), e) for e in error.errors()]
    missing = [where for where, e in found if e["type"] == "missing"]
    wrong = [f"{where} is {e['input']!r:.40} ({e['msg']})" for where, e in found if e["type"] != "missing"]
    return "; ".join([*([f"it lacks {missing}"] if missing else []), *wrong])


@dataclass(frozen=True, eq=False, repr=False)
class Diagnostics(Result):
    """Worst values over the parameters of a model.

    Attributes
    ----------
    rhat, ess_bulk, ess_tail : float
    divergences : int
    complaint : str
        What else is wrong, such as separate modes with wrong weights.
    """

    rhat: RealOrNan
    ess_bulk: RealOrNan
    ess_tail: RealOrNan
    divergences: int
    complaint: str = ""

    @property
    def converged(self) -> bool:
        """Whether the draws count."""
        return self.words() == "converged"

    def words(self) -> str:
        """What was wrong, or that nothing was."""
        wrong = []
        if not self.rhat <= R_HAT:
            wrong.append(f"R-hat {self.rhat:.3f} > {R_HAT}")
        if not min(self.ess_bulk, self.ess_tail) >= ESS:
            wrong.append(f"effective sample size {min(self.ess_bulk, self.ess_tail):.0f} < {ESS}")
        if self.divergences:
            wrong.append(f"{self.divergences} divergences")
        return ", ".join([*wrong, *filter(None, [self.complaint])]) or "converged"


@dataclass(frozen=True, eq=False, repr=False)
class Density(Result):
    """Marginal posterior density of one parameter on a grid.

    Attributes
    ----------
    values : (n,)
    density : (n,)
        Normalised to one over the range.
    log_evidence : float
        Logarithm of the integral of likelihood times prior, up to the constant of the saturated model.
    """

    values: Array
    density: Array
    log_evidence: Real

    def curve(self, **options: Any) -> Any:
        """SciPy's monotone cubic through the points.

        Densities that no number can tell from zero are zero: SciPy divides by their slopes.
        """
        from scipy.interpolate import PchipInterpolator

        density = np.where(self.density < NOTHING * self.density.max(), 0.0, self.density)
        return PchipInterpolator(self.values, density, **options)

    def cumulative(self) -> np.ndarray:
        """Probability below each value, (n,)."""
        below = self.curve().antiderivative()(self.values)
        return below / below[-1]

    def below(self, value: float) -> float:
        """Probability below one value."""
        smooth = self.curve().antiderivative()
        return float(smooth(np.clip(value, self.values[0], self.values[-1])) / smooth(self.values[-1]))

    def quantile(self, probability: float) -> float:
        """Value below which the given probability lies."""
        from scipy.interpolate import PchipInterpolator

        below = self.cumulative()
        keep = np.concatenate([[True], np.diff(below) > NOTHING])
        return float(PchipInterpolator(below[keep], self.values[keep])(probability))

    def _repr_html_(self) -> str:
        quantiles = {f"{100 * p:g} % below": f"{self.quantile(p):.4g}" for p in (0.05, 0.5, 0.9, 0.95)}
        evidence = {"log evidence": f"{self.log_evidence:.5g}"}
        picture = _sketch(self.values, self.density, float(self.density.max()))
        return _html("Marginal posterior density", {**quantiles, **evidence}.items(), picture)

    def at(self, values: ArrayLike) -> np.ndarray:
        """Density at other values, (m,); zero outside the grid."""
        return np.nan_to_num(self.curve(extrapolate=False)(values), nan=0.0)

    def reweighted(self, weight: np.ndarray) -> "Density":
        """The density under another prior, given its ratio to this one on the grid."""
        new = Density(self.values, self.density * weight, self.log_evidence)
        total = new.curve().integrate(self.values[0], self.values[-1])
        return Density(self.values, new.density / total, self.log_evidence + float(np.log(total)))


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Profile(Result):
    """Profile likelihood of one parameter.

    Attributes
    ----------
    parameter, unit : str
        None in a row of a table, which has its own.
    best_fit : float
    chi2_min : float
        Eq. 14 or 15 at the best fit.
    at_boundary : bool
        Whether the best fit lies on the edge of the physical region.
    threshold : float
        Delta chi^2 that cuts the interval.
    pieces : list of (lower, upper)
        Every piece of the region below the threshold.
    upper_one_sided : float or None
        Where Delta chi^2 crosses the one-sided threshold; None for a signed parameter.
    nuisances : dict
        Profiled values of everything else at the best fit.
    values : (n,)
        Scanned values of the parameter; None in a row, whose curve lies beside it.
    delta_chi2 : (n,)
        chi^2 profiled over everything else, less its minimum over the physical region.
    """

    parameter: MaybeText = None
    unit: MaybeText = None
    upper_one_sided: Real | None
    pieces: list[Pair]
    best_fit: Real
    chi2_min: Real
    threshold: Threshold
    at_boundary: bool
    nuisances: dict[str, Real]
    values: Beside = None
    delta_chi2: Beside = None
    _renamed: ClassVar = {"delta_chi2": "threshold"}

    @computed_field
    @property
    def lower(self) -> Annotated[float, PlainSerializer(lambda end: end or None, return_type=float | None)]:
        """Outer lower end of the region; JSON says null where it is the physical edge at zero."""
        return self.pieces[0][0]

    @computed_field
    @property
    def upper(self) -> float:
        """Outer upper end of the region."""
        return self.pieces[-1][1]

    @property
    def length(self) -> float:
        """Of all pieces together."""
        return sum(b - a for a, b in self.pieces)

    def _repr_html_(self) -> str:
        unit = f" [{self.unit}]" if self.unit else ""
        edge = ", on the edge of the physical region" if self.at_boundary else ""
        lines = {f"Δχ² < {self.threshold:.4g}": _joined(self.pieces)}
        if self.upper_one_sided is not None:
            lines["one-sided"] = f"< {self.upper_one_sided:.4g}"
        lines["best fit"] = f"{self.best_fit:.4g}{edge}; χ² = {self.chi2_min:.5g}"
        if self.nuisances:
            lines["nuisances there"] = ", ".join(f"{k} = {v:.3g}" for k, v in self.nuisances.items())
        picture = ""
        if self.values is not None and self.delta_chi2 is not None:
            top = min(4 * self.threshold, float(self.delta_chi2.max()))
            picture = _sketch(self.values, self.delta_chi2, top, self.threshold)
        return _html(
            f"Profile likelihood of {self.parameter or 'one parameter'}{unit}", lines.items(), picture
        )


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Interval(Result):
    """A credible bound.

    Attributes
    ----------
    lower, upper : float or None
        Outer ends; None for an unconverged posterior, which gives no bound, and for the lower end of an
        upper bound.
    pieces : list of (lower, upper), or None
        Parts of a highest-density region.
    eti : (lower, upper), or None
        Equal-tailed interval of a signed parameter.
    """

    lower: Real | None = None
    upper: Real | None
    pieces: list[Pair] | None = None
    eti: Pair | None = None

    @property
    def ends(self) -> list[float]:
        """The outer ends that there are."""
        return [end for end in (self.lower, self.upper) if end is not None]

    @property
    def length(self) -> float:
        """Of all pieces together; of an upper bound, from zero."""
        return sum(b - a for a, b in self.pieces) if self.pieces else there(self.upper)


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Sampled(Result):
    """How draws were made and whether they count; see :mod:`bayes_enues.fit.posterior`.

    Attributes
    ----------
    rhat, ess_bulk, ess_tail, divergences
        None where there are no draws, or no such number.
    sampler : str or None
        ``nuts``, ``independence``, ``smc``, or ``quadrature``, which needs no draws.
    draws : int or None
        Per chain.
    attempts : int or None
    converged : bool
    diagnosis : str or None
    """

    rhat: Real | None = None
    ess_bulk: Real | None = None
    ess_tail: Real | None = None
    divergences: int | None = None
    sampler: str | None = None
    draws: int | None = None
    attempts: int | None = None
    converged: bool
    diagnosis: str | None = None

    @property
    def was_sampled(self) -> bool:
        """Whether there are draws at all."""
        return self.sampler not in (None, "quadrature")


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class PosteriorBound(Sampled, Interval):
    """A credible bound with all it rests on.

    Attributes
    ----------
    kind : str
        ``upper`` (a quantile, one-sided) for non-negative parameters, ``hdi`` (highest-density region) for
        signed ones.
    level : float
    upper_flat_strength : float or None
        The upper bound under a prior flat in mu^2 or g^2, by quadrature where that gives the bound; None for
        a signed parameter.
    mcse : float or None
        Monte Carlo standard error of the bound; of an interval, the larger of its ends'.
    exact : Interval or None
        The same by quadrature over the nuisances, without draws; None where several parameters are free.
    """

    kind: str
    level: Real
    upper_flat_strength: Real | None = None
    mcse: Real | None = None
    exact: Interval | None = None

    @property
    def headline(self) -> Interval:
        """The bound to quote: by quadrature, without Monte Carlo error, where that gives it (the draws are
        its check then), and from the draws where it cannot."""
        return self.exact if self.converged and self.exact is not None else self

    @property
    def headline_error(self) -> float | None:
        """Monte Carlo error of the bound to quote; None of quadrature."""
        return self.mcse if self.headline is self else None


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class PublishedBound(Result):
    """A limit somebody else has published, beside ours on the same parameter."""

    lower: Real | None
    upper: Real | None
    source: str


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Published(PublishedBound):
    """A row of ``data/published/limits.csv``.

    ``confidence`` is None where it is not stated. ``statistic``, ``atomic_model`` and ``convention`` are as
    the source says, empty where it does not; ``read_in`` is where the number was read: the full text, an
    abstract, or as quoted by others. ``beside`` is our name for the experiments that saw the same events.
    """

    model: str
    parameter: str
    experiment: str
    unit: str
    confidence: Real | None
    statistic: str = ""
    atomic_model: str = ""
    convention: str = ""
    read_in: str = ""
    beside: str = ""

    @property
    def is_stated(self) -> bool:
        """Whether level, statistic and normalisation are known: what is not is drawn dashed."""
        return self.confidence is not None and bool(self.statistic) and "not stated" not in self.convention

    def is_of(self, row: "Limit") -> bool:
        """Whether it is a limit on the same parameter, in the same unit."""
        return (self.model, self.parameter, self.unit) == (row.model, row.parameter, row.unit)


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class PowerScaling(Result):
    """How far a posterior moves when its prior, or the likelihood, is raised to a power near one.

    Attributes
    ----------
    prior_sensitivity, likelihood_sensitivity : float
        Cumulative Jensen-Shannon distance per unit of log2 of the power; above 0.05 counts as sensitive.
    diagnosis : str
        In words.
    """

    prior_sensitivity: Real
    likelihood_sensitivity: Real
    diagnosis: str
    SENSITIVE: ClassVar[float] = 0.05
    _renamed: ClassVar = {"prior": "prior_sensitivity", "likelihood": "likelihood_sensitivity"}


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class FeldmanCousins(Result):
    """The region of one parameter by the construction of Feldman and Cousins.

    ``lower`` or ``upper`` is None for an end that the true values do not reach, as ``note`` says, or that is
    the physical edge; ``error`` is the upper end's Monte Carlo error, ``critical_value`` the Delta chi^2
    there. Of ``toys`` at each true value, ``failed`` is the number of fits that did not converge at any. A
    row of ``coverage.json`` says what it is of, with the hash of its ``inputs``; in a table of limits
    ``source`` is the file that it was taken from.
    """

    lower: Real | None
    upper: Real | None
    pieces: list[Pair]
    error: Real | None
    critical_value: Real | None
    note: str
    level: MaybeReal = None
    toys: MaybeInt = None
    failed: MaybeInt = None
    standard_model_p_value: MaybeReal = None
    model: MaybeText = None
    parameter: MaybeText = None
    experiment: MaybeText = None
    unit: MaybeText = None
    mass: MaybeReal = None
    toy_kind: MaybeText = None
    inputs: MaybeText = None
    source: MaybeText = None
    _renamed: ClassVar = {"kind": "toy_kind"}


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class StoredFile(Result):
    """The file beside a row: its name in the folder, and its hash."""

    name: str
    sha256: str


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class UsedExperiment(Result):
    """What was fitted of one experiment: its ``home`` is the name of a packaged one or a user's folder.

    ``exposure`` is in t yr; ``events``, ``background`` and ``bins`` are those of the fit; ``files`` are the
    hashes of all that was read.
    """

    home: str
    exposure: Real
    events: Real
    background: Real
    bins: int
    files: dict[str, str]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Provenance(Result):
    """What a row rests on; see :mod:`bayes_enues.runs.provenance`.

    Hashes of the package's sources as ``code``, of each shared table in ``tables`` and of what the user added
    in ``own``; the ``versions`` of what computes.
    """

    code: str
    versions: dict[str, str]
    tables: dict[str, str]
    experiments: dict[str, UsedExperiment]
    own: dict[str, str]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Row(Result):
    """What every row says of itself: what it is of, with the mass of a mediator [keV], and what is stored.

    ``given`` are parameters and options of the interaction that are not free, ``file`` holds draws or arrays,
    ``provenance`` is what the row rests on; version 0.1 did not keep that.
    """

    model: str
    parameter: str
    experiment: str
    mass: MaybeReal = None
    given: Annotated[dict[str, Any], Field(exclude_if=_is_empty)] = field(default_factory=dict)
    fingerprint: MaybeText = None
    seed: MaybeInt = None
    file: Annotated[StoredFile | None, Field(exclude_if=_is_none)] = None
    provenance: Annotated[Provenance | None, Field(exclude_if=_is_none, repr=False)] = None


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Goodness(Result):
    """How well the best fit describes the data: chi^2 of Eq. 14 or 15, the bins, and the p-value.

    The p-value is that of a chi^2 distribution with a degree of freedom a bin, less the free parameters:
    asymptotic, and good enough to tell a fit that is plainly wrong.
    """

    chi2: Real
    bins: int
    p_value: Real


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Found(Result):
    """What is said beside an upper bound where the profile excludes zero, of a parameter that has no sign.

    Attributes
    ----------
    delta_chi2 : float
        At zero.
    pieces : list of (lower, upper)
        Highest-density region of the posterior, by quadrature.
    log_bayes_factor : float
        For the parameter with its prior, against the Standard Model.
    """

    delta_chi2: Real
    pieces: list[Pair]
    log_bayes_factor: Real

    @property
    def words(self) -> str:
        """In a sentence."""
        factor = float(np.exp(abs(self.log_bayes_factor)))
        side = "for" if self.log_bayes_factor > 0 else "against"
        return (
            f"zero is excluded: Delta chi^2 is {self.delta_chi2:.3g} there, {self.delta_chi2**0.5:.2g} sigma "
            "asymptotically ('bayes-enues expected' asks toys); highest-density region "
            f"{_joined(self.pieces)}; Bayes factor {factor:.3g} to 1 {side} it under this prior"
        )


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Limit(Row):
    """One row of a table of limits: both bounds, and what they rest on.

    Attributes
    ----------
    unit, prior : str
        The prior in words.
    level : float
    posterior : PosteriorBound
    profile : Profile
    published : PublishedBound or None
    caveats : list of str
        Inputs that are not published as such.
    notes : list of str
        What had to be done differently, and whether the prior's range decides the bound.
    power_scaling : PowerScaling or None
    goodness : Goodness or None
        Of the best fit.
    label : str or None
        What was varied, in the row of a study.
    feldman_cousins : FeldmanCousins or None
        Where toys were thrown for it.
    atomic_model : str
        What stands for xenon's electrons, in words: steps, RRPA, free electrons, equivalent photons.
    found : Found or None
        Where zero lies outside the profile's region.
    tree : xr.DataTree or None
        The posterior itself. It is not part of the dictionary.
    """

    unit: str
    prior: str
    level: Real
    posterior: PosteriorBound
    profile: Profile
    published: PublishedBound | None
    caveats: list[str]
    notes: list[str]
    power_scaling: PowerScaling | None = None
    goodness: Annotated[Goodness | None, Field(exclude_if=_is_none)] = None
    label: MaybeText = None
    feldman_cousins: Annotated[FeldmanCousins | None, Field(exclude_if=_is_none)] = None
    atomic_model: str = ""
    found: Annotated[Found | None, Field(exclude_if=_is_none)] = None
    tree: Annotated[Any, Field(exclude=True)] = field(default=None, repr=False)

    def __str__(self) -> str:
        p, level = self.posterior, f"{100 * self.level:g} %"
        bound = f"not converged ({p.diagnosis})"
        if p.converged:
            best = p.headline
            region = f"< {best.upper:.4g}" if p.kind == "upper" else f"in {_joined(there(best.pieces))}"
            what = "posterior" if p.kind == "upper" else "highest density"
            error = "" if p.headline_error is None else f"; Monte Carlo error {p.mcse:.2g}"
            bound = f"{region} ({level} {what}, {self.prior}{error})"
            if p.headline is not p and p.mcse is not None:
                drawn = f"{p.upper:.4g}" if p.kind == "upper" else _joined(there(p.pieces))
                bound += f"\n             by quadrature; the draws give {drawn} ± {p.mcse:.2g}"
        lines = [
            f"{self.model} {self.parameter} from {self.experiment}, in {self.unit}",
            f"  posterior: {bound}",
            f"  profile:   {_joined(self.profile.pieces)} (Delta chi^2 = {self.profile.threshold:.5g})",
        ]
        if self.profile.upper_one_sided is not None:
            cut = f"Delta chi^2 = {one_sided_threshold(self.level):.4g}"
            lines.append(f"             < {self.profile.upper_one_sided:.4g} ({level} one-sided, {cut})")
        if self.published:
            low = "" if self.published.lower is None else f"{self.published.lower:g} to "
            lines.append(f"  published: {low}{self.published.upper:g} ({self.published.source})")
        if self.atomic_model:
            lines.append(f"  electrons: {self.atomic_model}")
        if self.found:
            lines.append(f"  found:     {self.found.words}")
        return "\n".join([*lines, *(f"  note: {n}" for n in self.notes)])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        title, *lines = str(self).splitlines()
        parts = (line.partition(":") if line[2] != " " else ("", "", line) for line in lines)
        return _html(title, [(name.strip(), text.strip()) for name, _, text in parts])


def _joined(pieces: list[Pair]) -> str:
    return " and ".join(f"({a:.4g}, {b:.4g})" for a, b in pieces)


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class PriorStudyRow(Limit):
    """A limit under one of several priors, of the parameter or of a nuisance.

    ``how`` is ``sampled``, or ``reweighted`` from the default's draws with weights of ``pareto_k``;
    ``reason`` says why they could not be reweighted. ``exact`` is the bound by quadrature, ``range`` the
    prior's. Ratios are of bounds, or of the lengths of signed regions, None where one of the two is missing;
    ``flag`` says in words what moves by more than 10 %.
    """

    nuisance: bool
    how: str
    pareto_k: Real | None
    reason: str
    exact: Interval
    range: Pair
    ratio_to_default: Real | None = None
    ratio_to_profile: Real | None = None
    ratio_to_one_sided: Real | None = None
    flag: str = ""


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Shift(Result):
    """Relative change of each end, (lower, upper), by both statistics; None where there is no lower end."""

    of_posterior: tuple[Real | None, Real]
    of_profile: tuple[Real | None, Real]
    _renamed: ClassVar = {"posterior": "of_posterior", "profile": "of_profile"}


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class SystematicsRow(Limit):
    """A limit with one input varied, its posterior by quadrature, and what moves from the default's bounds.

    ``standard_model_counts`` is over all fitted bins.
    """

    shift: Shift | None = None
    standard_model_counts: Real


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class NuisanceEffect(Result):
    """What the data say of one nuisance, and what it does to the bound.

    Attributes
    ----------
    name, group, meaning, prior_width : str
        ``group`` is Sun, response or backgrounds; ``prior_width`` what is known beforehand, in words.
    pull_profile, pull_posterior : float
        Best fit and posterior mean, in units of sigma.
    constraint_profile, constraint_posterior : float
        Width after the fit over the width before it; the profile's is zero if its best fit lies on a cut.
    correlation_profile, correlation_posterior : float or None
        With the parameter; None where its best fit lies on its physical edge.
    nominal, down, up : Shift
        Relative change of each bound if the nuisance is known to be zero, or one sigma down or up.
    """

    name: str
    group: str
    meaning: str
    prior_width: str
    pull_profile: Real
    pull_posterior: Real
    constraint_profile: Real
    constraint_posterior: Real
    correlation_profile: Real | None
    correlation_posterior: Real | None
    nominal: Shift
    down: Shift
    up: Shift

    @property
    def size(self) -> float:
        """The larger change of the upper end of the profile's region at one sigma: its rank."""
        return max(abs(self.down.of_profile[1]), abs(self.up.of_profile[1]))


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Nuisances(Row):
    """All nuisances of one model, the one that matters most first: a row of ``nuisances.json``.

    ``of_posterior`` and ``of_profile`` are the bounds with all of them uncertain, (lower, upper). ``shares``
    are of the squared width of the profile's region: what statistics alone would leave, and by how much each
    group of nuisances, known, would narrow it; correlations make them not quite add up to one.
    """

    unit: str
    prior: str
    level: Real
    of_posterior: tuple[Real | None, Real]
    of_profile: tuple[Real | None, Real]
    effects: list[NuisanceEffect]
    shares: dict[str, Real]


@dataclass(frozen=True, eq=False, repr=False)
class Line(Result):
    """One piece of a contour.

    Attributes
    ----------
    vertices : (n, 2)
        The first is repeated as the last where the line closes.
    closed : bool
        False where the line ends on the edge of the grid, such as the physical edge at zero.
    """

    vertices: Vertices = field(repr=False)
    closed: bool


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class PlaneRegion(Result):
    """A region of two parameters: the ``contours`` of its edge, their vertices exact, on a grid ``x``, ``y``.

    ``area`` is in units of both parameters, ``grid_error`` its relative change from a grid of half as many
    points a side, ``residual`` the largest distance of the function from its cut at a vertex. A row has no
    grid.
    """

    contours: list[Line]
    area: Real | None = None
    grid_error: Real | None = None
    residual: Real | None = None
    x: Beside = field(default=None, repr=False)
    y: Beside = field(default=None, repr=False)


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class ProfileRegion(PlaneRegion):
    """Where Delta chi^2 of two parameters stays below a threshold.

    Attributes
    ----------
    threshold : float
    best_fit : (x, y)
    chi2_min : float
    profiled : list of str
        Further free parameters.
    delta_chi2 : (n, m)
        Profiled over everything else, less the minimum over the physical region; None in a row.
    """

    threshold: Threshold
    best_fit: tuple[Coordinate, Coordinate]
    chi2_min: Real
    profiled: list[str] = field(default_factory=list)
    delta_chi2: Beside = field(default=None, repr=False)
    _renamed: ClassVar = {"delta_chi2": "threshold", "vertex_error": "residual"}


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class CredibleRegion(Sampled, PlaneRegion):
    """The highest-posterior-density region of two parameters, a density in these very parameters.

    It is computed without draws; draws count which share of them lies inside.

    Attributes
    ----------
    level : float
    log_density_cut : float
        Log-density on the edge of the region.
    integration_error : float or None
        Largest difference of log-density between Laplace's method and Gauss-Hermite quadrature in the region,
        up to a common constant.
    share_inside, share_error : float or None
        Share of the draws in the region, with its Monte Carlo error; None where they do not count.
    density_in : list of str
        The parameters.
    integrated : dict of str to str
        Further free parameters, and their priors.
    log_density : (n, m)
        Marginal posterior density, normalised over the grid; None in a row.
    """

    kind: str = "hpd"
    level: Real
    log_density_cut: Real
    integration_error: Real | None = None
    share_inside: Real | None = None
    share_error: Real | None = None
    density_in: list[str] = field(default_factory=list)
    integrated: dict[str, str] = field(default_factory=dict)
    log_density: Beside = field(default=None, repr=False)
    _renamed: ClassVar = {"inside": "share_inside", "inside_error": "share_error"}

    def contains(self, points: np.ndarray) -> np.ndarray:
        """Whether points (m, 2) lie in the region; (m,) bool. A region read from a row has no grid."""
        from scipy.interpolate import RectBivariateSpline

        if self.x is None or self.y is None or self.log_density is None:
            raise InputError(
                "this region was read from a row, without its grid; compute it with plane_region"
            )
        px, py = np.asarray(points, float).T
        on_grid = (px >= self.x[0]) & (px <= self.x[-1]) & (py >= self.y[0]) & (py <= self.y[-1])
        height = RectBivariateSpline(self.x, self.y, self.log_density, s=0).ev(px, py)
        return on_grid & (height >= self.log_density_cut)


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Region(Row):
    """Both regions of two parameters: a row of ``regions.json`` or ``mediator_planes.json``.

    Attributes
    ----------
    parameters : two str
    unit, prior : str
    level : float
    profile : ProfileRegion
    posterior : CredibleRegion
    notes : list of str
        What had to be done differently.
    """

    parameters: tuple[str, str]
    unit: str
    prior: str
    level: Real
    profile: ProfileRegion
    posterior: CredibleRegion
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Curve(Result):
    """Limits on one mediator's coupling from one experiment, (n,) each, masses in rising order.

    Upper credible bounds with their Monte Carlo error, NaN where the posterior did not converge; the same by
    quadrature, and under a prior flat in g^2; the profile's upper ends at ``threshold`` and at the one-sided
    one. ``gap_lower`` and ``gap_upper``: where the profile's region has two pieces, what lies between them is
    excluded too; NaN where it has one.
    """

    model: str
    experiment: str
    mass_keV: Array
    posterior_upper: Array
    posterior_mcse: Array
    posterior_exact: Array
    posterior_upper_flat_strength: Array
    profile_upper: Array
    profile_upper_one_sided: Array
    threshold: Threshold
    gap_lower: Beside = None
    gap_upper: Beside = None


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Check(Row):
    """The data of one experiment beside what a fit predicts: a row of ``checks.json``.

    Attributes
    ----------
    fit : str
        The experiments that the parameters were fitted to.
    group : str
        Their distribution: ``prior`` or ``posterior``.
    posterior : Sampled
    p_value : float
        Share of predicted counts that fit worse than the data.
    pit : (n_bins,)
        Probability of a count below the observed one, and of whole counts a random part, drawn with the
        row's seed, of that of an equal one. From the posterior the data are used twice, which draws it
        towards one half.
    pit_uniform_p_value : float
        Of Kolmogorov and Smirnov's test that these are uniform.
    bins_outside_95 : int
    observed : (n_bins,)
    bands : (5, n_bins)
        Quantiles of the predicted counts at :data:`bayes_enues.studies.checks.LEVELS`.
    deviance : (2, n_draws)
        Of the data and of predicted counts, against the saturated model, at the same draws.
    """

    fit: str
    group: str
    posterior: Sampled
    p_value: Real
    pit: Array
    pit_uniform_p_value: Real
    bins_outside_95: int
    observed: Beside = field(default=None, repr=False)
    bands: Beside = field(default=None, repr=False)
    deviance: Beside = field(default=None, repr=False)

    @computed_field
    @property
    def n_bins(self) -> int:
        """Of the experiment."""
        return len(self.pit)


@dataclass(frozen=True, eq=False, repr=False)
class WidthScan(Result):
    """ln B (n,) against the width of a prior (n,), its upper edge or scale in the parameter's unit."""

    family: str
    widths: Array
    log_bayes_factors: Array
    _renamed: ClassVar = {"width": "widths", "log_bayes_factor": "log_bayes_factors"}


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Comparison(Row):
    """ln B of new physics against the Standard Model: a row of ``compare.json``.

    By three methods, None where it was not computed, with the prior in use, of a certain ``width``;
    ``narrower`` and ``wider`` by quadrature with that prior squeezed and stretched by three, None for minus
    infinity; ``smc_scatter`` is that of the chains.
    """

    unit: str
    prior: str
    width: Real
    posterior: Sampled
    quadrature: Real | None
    savage_dickey: Real | None
    smc: Real | None
    smc_scatter: Real | None
    narrower: Real | None
    wider: Real | None
    scans: list[WidthScan]
    _renamed: ClassVar = {"widths": "scans"}


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class CoverageRow(Row):
    """How often each bound includes one true value: a row of ``coverage.json``.

    ``toy_kind`` is ``poisson`` or ``gaussian``. Coverage, its error and what is promised are by the names
    of :data:`bayes_enues.studies.simulations.jobs.BOUNDS`, None where a bound does not exist.
    ``critical_value`` is the Delta chi^2 that a share ``level`` of the toys stays below;
    ``share_at_boundary`` that of the toys with their best fit at zero, None for a signed parameter;
    ``delta_chi2_observed`` the data's own at the true value; ``p_value`` the share of toys at least as
    extreme; ``complete`` whether all toys are there.
    """

    unit: str
    toy_kind: str
    level: Real
    true_value: Real
    toys: int
    failed: int
    coverage: dict[str, Real | None]
    coverage_error: dict[str, Real | None]
    coverage_target: dict[str, Real | None]
    critical_value: Real | None
    critical_value_error: Real | None
    share_at_boundary: Real | None
    delta_chi2_observed: Real
    p_value: Real
    complete: bool
    _renamed: ClassVar = {"kind": "toy_kind", "at_boundary": "share_at_boundary"}


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class RankTest(Result):
    """Whether the ranks of one quantity stay inside their band, and by how much they leave it."""

    inside: bool
    excess: Real


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class CalibrationRow(Row):
    """Whether the sampler of one model is right: a row of ``calibration.json``.

    Counts of simulations; the ``probability`` that a right sampler passes in all ``quantities``.
    """

    prior: str
    simulations: int
    not_converged: int
    by_smc: int
    divergences: int
    probability: Real
    passed: bool
    quantities: dict[str, RankTest]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Projection(Row):
    """Expected limits of one parameter: a row of ``projection.json``.

    Attributes
    ----------
    unit : str
    exposure : float
        [t yr], summed over the experiments.
    level : float
    prior : str or None
        In words, where it is not flat over the likelihood's range.
    asimov : dict of str to float
        The bound by each statistic from Asimov data. Non-negative parameters: ``posterior`` (credible
        bound), ``profile`` (two-sided threshold), ``profile_one_sided``. Signed ones: lower and upper
        ends of the outermost pieces, ``posterior_lower`` and so on.
    toy_bounds : dict of str to (n,)
        The same from each toy that gave a bound.
    failed : int
        Toys that gave none: their bound lies outside the scanned range.
    """

    unit: str
    exposure: Real
    level: Real
    asimov: dict[str, Real]
    toy_bounds: dict[str, Array]
    failed: int
    prior: MaybeText = None

    def median(self, statistic: str) -> tuple[float | None, float | None]:
        """Median bound and its Monte Carlo error, from order statistics; None of fewer than two toys."""
        values = self.toy_bounds[statistic]
        if values.size < 2:
            return None, None
        step = 0.5 / np.sqrt(values.size)
        low, middle, high = np.quantile(values, [max(0.5 - step, 0), 0.5, min(0.5 + step, 1)])
        return float(middle), float(high - low) / 2

    def band(self, statistic: str, share: float) -> tuple[float | None, float | None]:
        """Central band that holds a share of the toys' bounds; None of fewer than two toys."""
        if self.toy_bounds[statistic].size < 2:
            return None, None
        low, high = np.quantile(self.toy_bounds[statistic], [(1 - share) / 2, (1 + share) / 2])
        return float(low), float(high)

    @computed_field
    @property
    def toys(self) -> int:
        """How many gave a bound."""
        return min((v.size for v in self.toy_bounds.values()), default=0)

    @computed_field
    @property
    def limits(self) -> dict[str, dict[str, Any]]:
        """Asimov bound, median and bands of each statistic."""
        rows = {}
        for statistic, bound in self.asimov.items():
            middle, error = self.median(statistic)
            bands = {f"band_{100 * share:g}": list(self.band(statistic, share)) for share in BANDS}
            rows[statistic] = {"asimov": bound, "median": middle, "median_error": error, **bands}
        return rows


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class SignalTest(Result):
    """Whether the data ask for a signal: by how much chi^2 falls from the Standard Model to the best fit, and
    the share of the Standard Model's toys in which it falls by more (asymptotically half a chi^2
    distribution's)."""

    q0: Real
    p_value: Real

    @property
    def sigmas(self) -> float:
        """The p-value in standard deviations of a one-sided Gaussian; infinite where no toy falls by more."""
        from scipy.stats import norm

        return float(norm.isf(self.p_value))


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Expected(Projection):
    """Observed bounds of one parameter beside what the Standard Model leads to expect: a row of
    ``expected.json``.

    Attributes
    ----------
    observed : dict of str to float
        The bound by each statistic from the data; keys as in ``asimov``.
    standard_model : Goodness
        chi^2 of the Standard Model with the nuisances at their best; its p-value is the share of toys with a
        larger one, or that of the chi^2 distribution without toys.
    signal : SignalTest
    atomic_model : str
    """

    observed: dict[str, Real]
    standard_model: Goodness
    signal: SignalTest
    atomic_model: str = ""

    @computed_field
    @property
    def power_constrained(self) -> dict[str, float]:
        """Upper bounds, not below the lower edge of the 68 % band of those expected: what a downward
        fluctuation excludes beyond it is luck, not sensitivity (arXiv:1105.3166)."""
        edges = {statistic: self.band(statistic, 0.68)[0] for statistic in self.observed}
        return {
            statistic: max(bound, edge)
            for statistic, bound in self.observed.items()
            if (edge := edges[statistic]) is not None and not statistic.endswith(("_lower", "_upper"))
        }


def grouped[T](rows: Iterable[T], *names: str) -> dict[Any, list[T]]:
    """Rows by one of their attributes, or by a tuple of several, in the order in which these first appear."""
    groups: dict[Any, list[T]] = {}
    for row in rows:
        groups.setdefault(attrgetter(*names)(row), []).append(row)
    return groups


#: What the rows of a file are.
ROW_TYPES: dict[str, type[Row]] = {
    "limits": Limit,
    "fluxes": Limit,
    "expected": Expected,
    "mediators": Limit,
    "mediator_planes": Region,
    "regions": Region,
    "priors": PriorStudyRow,
    "systematics": SystematicsRow,
    "nuisances": Nuisances,
    "coverage": CoverageRow,
    "calibration": CalibrationRow,
    "projection": Projection,
    "checks": Check,
    "compare": Comparison,
}
