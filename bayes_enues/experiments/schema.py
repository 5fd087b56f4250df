"""What an ``experiment.toml`` may say; pydantic checks it and the error names the key.

Every number has bounds: what lies outside cannot be meant, and would cost hours or gigabytes.
"""

import re
from collections.abc import Callable, Mapping
from numbers import Real
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    model_validator,
)

from .. import interactions
from ..signal.xenon import ELECTRON_MODELS, TARGETS

__all__ = ["FLAT", "Correlation", "Efficiency", "ExperimentFile", "NuisanceEntry"]

#: Names that a component or a nuisance cannot have: they are, or open, names of the model's own variables.
RESERVED = frozenset(
    {
        *("signal", "standard_model", "observed", "expected", "counts", "sigma", "bin", "scale", "numbers"),
        *("t0", "t1", "t2", "chain", "draw", "sample", "posterior", "prior", "log_likelihood", "log_prior"),
        *("sample_stats", "observed_data", "constant_data", "predictions", "profile", "quadrature"),
        *("posterior_predictive", "prior_predictive"),
    }
)
_PARAMETERS = frozenset(
    name
    for kind in (getattr(interactions, name) for name in interactions.__all__)
    for name in (*kind.parameters(), *kind.free_names())
)
_TEMPLATE = re.compile(rf"t[012]_|scale_({'|'.join(_PARAMETERS)})(_|$)")


def _number(value: Any) -> float:
    """A number and nothing that Python would turn into one: no ``true``, no words."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise ValueError("Input should be a number")
    try:
        return float(value)
    except OverflowError:
        raise ValueError("Input should be a finite number") from None


def _within(lowest: float, highest: float, unit: str = "") -> AfterValidator:
    def check(value: float) -> float:
        if not lowest <= value <= highest:
            raise ValueError(f"{value:g} is not between {lowest:g} and {highest:g} {unit}".rstrip())
        return value

    return AfterValidator(check)


def _check_line(value: str, most: int) -> str:
    if not value.isprintable() or len(value) > most:
        raise ValueError(f"Input should be one line of at most {most} characters")
    return value


def _one_line(most: int) -> AfterValidator:
    return AfterValidator(lambda value: _check_line(value, most))


def _inside(value: str) -> str:
    """The name of a file that lies in the experiment's own folder."""
    path = PurePosixPath(value)
    if path.is_absolute() or ".." in path.parts or re.match(r"\w:|.*\\", value):
        raise ValueError("the file must lie inside the experiment's folder, named by its path from there")
    return value


def _not_in(taken: frozenset[str]) -> AfterValidator:
    """A name that no variable of a model has, whatever is fitted together."""

    def check(value: str) -> str:
        if value in taken or _TEMPLATE.match(value):
            raise ValueError("the name is reserved for a variable of the model; choose another")
        return value

    return AfterValidator(check)


#: Width of a Gaussian that is flat wherever the data say something, as :attr:`NuisanceEntry.flat_to`.
FLAT = 1e3
#: Widths at which a nuisance that moves a number or a shape is cut unless its file says where.
CUT = 3.0

Number = Annotated[float, BeforeValidator(_number)]
Positive = Annotated[Number, Field(gt=0)]
Energy = Annotated[Number, _within(0, 2000, "keV")]
FileName = Annotated[str, Field(min_length=1), _one_line(200), AfterValidator(_inside)]
Column = Annotated[str, Field(min_length=1), _one_line(100)]
Words = Annotated[str, _one_line(1000)]
Name = Annotated[str, Field(min_length=1), _one_line(60)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Run(_Strict):
    """A part of the data with an exposure of its own, to which some bins belong."""

    name: Name
    exposure_t_yr: Annotated[Positive, _within(1e-6, 1e4, "t yr")]


class Bins(_Strict):
    """Counts by bin of reconstructed energy, and how their errors are set (Gaussian likelihood only).

    Bins that are cells of other quantities say so with ``axis``, a label; their edges are running numbers
    then. ``run`` is the column that says to which run a bin belongs, ``fit_runs`` those that are fitted.
    """

    table: FileName
    lower: Column = "e_lo_keV"
    upper: Column = "e_hi_keV"
    counts: Column = "n_obs"
    fit_from_keV: Energy = 0.0
    fit_to_keV: Energy = 2000.0
    errors: Literal["garwood", "sqrt"] = "garwood"
    axis: Annotated[str, _one_line(100)] = ""
    run: Column | None = None
    fit_runs: tuple[Name, ...] = ()

    @model_validator(mode="after")
    def _different_columns(self):
        if len({self.lower, self.upper, self.counts}) < 3:
            raise ValueError("lower, upper and counts should be three columns")
        return self


class Resolution(_Strict):
    """sigma(E) = scale * (constant_keV + sqrt_keV sqrt(E / keV) + linear E + quadratic E^2 + cubic E^3)."""

    constant_keV: Annotated[Number, Field(ge=0), _within(0, 100, "keV")] = 0.0
    sqrt_keV: Annotated[Number, Field(ge=0), _within(0, 100, "keV")] = 0.0
    linear: Annotated[Number, Field(ge=0), _within(0, 1, "(a fraction of the energy)")] = 0.0
    quadratic_per_keV: Annotated[Number, _within(-1, 1, "/keV")] = 0.0
    cubic_per_keV2: Annotated[Number, _within(-1, 1, "/keV^2")] = 0.0
    scale: Annotated[Positive, _within(0.01, 100)] = 1.0

    @model_validator(mode="after")
    def _some_width(self):
        if not self.constant_keV + self.sqrt_keV + self.linear > 0:
            raise ValueError("constant_keV, sqrt_keV and linear are all zero; a resolution was needed")
        return self

    def sigma(self, e: Any) -> Any:
        """Gaussian width at an energy [keV]."""
        curved = (self.quadratic_per_keV + self.cubic_per_keV2 * e) * e**2
        return self.scale * (self.constant_keV + self.sqrt_keV * np.sqrt(e) + self.linear * e + curved)


class Efficiency(_Strict):
    """Linear interpolation of a column; zero below its first point.

    ``of`` says which energy it is a function of: the reconstructed one (smear first, then weight) or the true
    one (weight first, then smear). ``shift_keV`` moves the low-energy edge, eff(E - shift): the points below
    ``below_keV``, or else those before 99 % of the maximum is first reached. ``scale`` multiplies all of it.
    Beside a response table it serves a shift of the edge alone.
    """

    table: FileName
    energy: Column = "e_keV"
    column: Column = "efficiency"
    of: Literal["reconstructed", "true"] = "reconstructed"
    above: Literal["zero", "constant"] = "zero"
    shift_keV: Annotated[Number, _within(-5, 5, "keV")] = 0.0
    below_keV: Annotated[Energy, Field(gt=0)] | None = None
    scale: Annotated[Positive, _within(1e-3, 1e3)] = 1.0

    @model_validator(mode="after")
    def _different_columns(self):
        if self.energy == self.column:
            raise ValueError(f"energy and efficiency are one column, {self.column!r}")
        return self

    def curve(self, energy: np.ndarray, values: np.ndarray) -> tuple[Callable, np.ndarray]:
        """The table's points as a function of energy, and the energies at which it turns."""
        enough = energy >= self.below_keV if self.below_keV else values >= 0.99 * values.max()
        top = int(np.argmax(enough)) if enough.any() else energy.size
        last_energy = energy[top] if top < energy.size else np.inf
        moved = energy[:top] + self.shift_keV
        kept = moved < last_energy
        energy = np.append(moved[kept], energy[top:])
        values = self.scale * np.append(values[:top][kept], values[top:])
        last = values[-1] if self.above == "constant" else 0.0
        return lambda e: np.interp(e, energy, values, left=0.0, right=last), energy


class ResponseTable(_Strict):
    """A response simulated elsewhere: one row a true energy, one column a bin of the bins table.

    Rows are ``cells`` of true energy by their centres, or ``points`` between which rate and response are
    integrated by the trapezoid rule: the first and the last then have half the width.
    """

    table: FileName
    energy: Column = "e_er_keV"
    width_keV: Annotated[Positive, _within(1e-4, 100, "keV")]
    rows: Literal["cells", "points"] = "cells"


class ResponseGridTable(_Strict):
    """A ``.npz`` of the response at all combinations of values of some nuisances.

    Its arrays: the values of each nuisance, ``e_keV``, ``response`` (values of the first nuisance, ..., true
    energies, bins) as in the response table, and the counts of ``components`` (values, ..., bins).
    """

    table: FileName
    nuisances: tuple[Name, ...] = Field(min_length=1)
    components: tuple[Name, ...] = ()


class Component(_Strict):
    """Counts by bin that are not signal: the sum of some columns, times the number of events if given.

    What such a sum includes and is counted elsewhere is subtracted bin by bin, and cut at zero: the Standard
    Model, then the components that ``subtract`` names.
    """

    name: Annotated[Name, Field(pattern=r"^\w[\w .+-]*$"), _not_in(RESERVED)]
    table: FileName
    columns: tuple[Column, ...] = Field(min_length=1)
    events: Annotated[Positive, _within(1e-9, 1e9, "events")] | None = None
    subtract_standard_model: StrictBool = False
    subtract: tuple[str, ...] = ()
    scale: Annotated[Positive, _within(1e-9, 1e9)] = 1.0

    @model_validator(mode="after")
    def _each_once(self):
        twice = sorted({column for column in self.columns if self.columns.count(column) > 1})
        if twice:
            raise ValueError(f"columns {twice} are there twice")
        return self


class Shape(_Strict):
    """Counts by bin of a component at -1 and at +1 standard deviation: a vertical morph."""

    table: FileName
    down: Column
    up: Column


class NuisanceEntry(_Strict):
    """One uncertainty: of a scale, of a number of this file or of the Sun, or of the shape of a component.

    ``scales`` names what is multiplied by 1 + x, cut at x = -1 (``kind = "lognormal"``: by exp(x)).
    ``moves`` names a number to which x is added, see :mod:`.moving`; the signal and whatever else
    ``applies_to`` names follows. ``shape`` names columns of one component, ``applies_to``, for x = -1 and 1.

    x is Gaussian with the width ``sigma`` around zero; two widths, as in [-0.05, 0.08], make a Gaussian of
    two pieces (``pieces`` then, and ``sigma`` the larger). It is cut at ``lower`` and ``upper``; a moved
    number or shape is cut at three widths by default. Flat instead: ``flat_to`` is then the largest scale,
    ``uniform`` the ends of x, and the data alone decide between. (A very wide Gaussian is flat.)
    """

    name: Annotated[Name, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$"), _not_in(RESERVED | _PARAMETERS)]
    sigma: Annotated[Positive, _within(1e-6, 1e4)] = FLAT
    pieces: tuple[Number, Number] | None = None
    lower: Annotated[Number, _within(-1e6, 0)] | None = None
    upper: Annotated[Positive, _within(1e-6, 1e6)] | None = None
    flat_to: Annotated[Positive, _within(1, 1e6)] | None = None
    uniform: tuple[Number, Number] | None = None
    kind: Literal["gaussian", "lognormal"] = "gaussian"
    scales: str = ""
    moves: str = ""
    shape: Shape | None = None
    applies_to: tuple[str, ...] = ()
    below_keV: Annotated[Energy, Field(gt=0)] | None = None
    shared: StrictBool = False
    meaning: Words = ""

    @model_validator(mode="before")
    @classmethod
    def _gaussian_or_flat(cls, given):
        """A flat one as the Gaussian that it is to the model; what cannot be read is left for later."""
        if not isinstance(given, Mapping):
            return given
        if "flat_to" not in given:
            if "sigma" not in given:
                raise ValueError("sigma is missing; a relative uncertainty, or flat_to, was needed")
            two = given["sigma"]
            if isinstance(two, list | tuple):
                if len(two) != 2 or not _number(two[0]) < 0 < _number(two[1]):
                    raise ValueError(
                        f"sigma = {list(two)}; a number, or one below zero and one above, was needed"
                    )
                return {**given, "sigma": max(-two[0], two[1]), "pieces": two}
            return given
        if given.get("sigma", FLAT) != FLAT:
            raise ValueError("sigma and flat_to are both given; a nuisance is Gaussian or flat")
        if not _number(given["flat_to"]) > 1:
            raise ValueError(
                f"flat_to = {given['flat_to']} leaves out the scale of one; more than one was needed"
            )
        return {**given, "sigma": FLAT, "upper": given["flat_to"] - 1}

    @model_validator(mode="after")
    def _one_thing(self):
        what = [key for key in ("scales", "moves", "shape") if getattr(self, key)]
        if len(what) != 1:
            raise ValueError(f"{what or 'none'} of scales, moves and shape is given; one of them was needed")
        if self.kind == "lognormal" and (not self.scales or self.pieces):
            raise ValueError("kind = 'lognormal' is for a scale of one sigma")
        if self.uniform is not None and not self.uniform[0] < 0 < self.uniform[1]:
            raise ValueError(f"uniform = {list(self.uniform)}; a range around zero was needed")
        if self.uniform is not None and self.flat_to is not None:
            raise ValueError("uniform and flat_to are both given; one of them was needed")
        if self.below_keV is not None and self.moves != "efficiency.shift_keV":
            raise ValueError("below_keV belongs to moves = 'efficiency.shift_keV'")
        if self.applies_to and self.scales:
            raise ValueError("applies_to belongs to moves and shape; what is scaled stands in scales")
        if self.shape and (len(self.applies_to) != 1 or self.applies_to == ("signal",)):
            raise ValueError("a shape belongs to one component, which applies_to was needed to name")
        if self.scales and self.kind == "gaussian" and self.lowest < -1:
            raise ValueError(f"the scale 1 + x would be negative at x = {self.lowest:g}; -1 is the least")
        return self

    @property
    def follow(self) -> tuple[str, ...]:
        """What a moved number or a shape changes: the signal, components."""
        return () if self.scales else self.applies_to or ("signal",)

    @property
    def widths(self) -> tuple[float, float]:
        """Standard deviations below and above zero, as the penalty has them."""
        if self.uniform is not None:
            return FLAT, FLAT
        return (-self.pieces[0], self.pieces[1]) if self.pieces else (self.sigma, self.sigma)

    @property
    def lowest(self) -> float:
        """Least value of x; minus infinity if there is none."""
        if self.uniform is not None:
            return self.uniform[0]
        if self.lower is not None:
            return self.lower
        if self.scales:
            return -np.inf if self.kind == "lognormal" else -1.0
        return -CUT * self.widths[0]

    @property
    def highest(self) -> float | None:
        """Largest value of x; None if there is none."""
        if self.uniform is not None:
            return self.uniform[1]
        if self.upper is not None or self.scales:
            return self.upper
        return CUT * self.widths[1]

    @property
    def target(self) -> str:
        """What it changes, in a few words."""
        return self.scales or f"{self.moves or 'shape'} of {', '.join(self.follow)}"

    @property
    def words(self) -> str:
        """What is known of it."""
        if self.flat_to is not None:
            return f"flat from 0 to {self.flat_to:g} times"
        if self.uniform is not None:
            return f"flat from {self.uniform[0]:g} to {self.uniform[1]:g}"
        if not self.scales:
            unit = " keV" if self.moves.endswith("_keV") else " sigma" if self.shape else ""
            if self.pieces:
                return f"{self.pieces[0]:+g} {self.pieces[1]:+g}{unit}"
            return f"{self.sigma:g}{unit}"
        if self.pieces:
            return f"{100 * self.pieces[0]:+g} {100 * self.pieces[1]:+g} %"
        return f"{100 * self.sigma:g} %{', log-normal' if self.kind == 'lognormal' else ''}"


class Correlation(_Strict):
    """Correlations of some nuisances of this file, as a matrix with ones on its diagonal."""

    name: Name
    nuisances: tuple[str, ...] = Field(min_length=2)
    matrix: tuple[tuple[Number, ...], ...]

    @model_validator(mode="after")
    def _positive_definite(self):
        n = len(self.nuisances)
        if len(set(self.nuisances)) < n:
            raise ValueError(f"correlation {self.name} names a nuisance twice")
        if len(self.matrix) != n or any(len(row) != n for row in self.matrix):
            raise ValueError(f"correlation {self.name} has {n} nuisances; a matrix of {n} x {n} was needed")
        m = np.array(self.matrix)
        if np.any(np.abs(m - m.T) > 1e-9) or np.any(np.abs(np.diagonal(m) - 1) > 1e-9):
            raise ValueError(f"correlation {self.name} is not symmetric with ones on its diagonal")
        if not np.linalg.eigvalsh(m).min() > 1e-9:
            raise ValueError(
                f"correlation {self.name} is not positive definite (its least eigenvalue is "
                f"{np.linalg.eigvalsh(m).min():.2g}); such correlations cannot be"
            )
        return self


class SunEntry(_Strict):
    """Names of published inputs; see :class:`bayes_enues.signal.flux.Sun`."""

    fluxes: str = "baxter2021"
    oscillation: str = "deSalas2020"
    profile: str = "b16_gs98"


class XenonEntry(_Strict):
    """See :class:`bayes_enues.signal.xenon.Xenon`."""

    electrons: Literal[tuple(ELECTRON_MODELS)] = "steps"  # pyright: ignore[reportInvalidTypeForm]
    threshold_keV: Energy = 0.012


class ExperimentFile(_Strict):
    """One experiment: everything a limit rests on besides the interaction."""

    name: Annotated[Name, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
    title: Annotated[str, Field(min_length=1), _one_line(200)]
    reference: Words
    target: Literal[TARGETS] = "electron"  # pyright: ignore[reportInvalidTypeForm]
    exposure_t_yr: Annotated[Positive, _within(1e-6, 1e4, "t yr")]
    runs: tuple[Run, ...] = ()
    likelihood: Literal["gaussian", "poisson"]
    energy_scale: Annotated[Positive, _within(0.5, 2)] = 1.0
    bins: Bins
    resolution: Resolution | None = None
    efficiency: Efficiency | None = None
    response: ResponseTable | None = None
    response_grid: ResponseGridTable | None = None
    components: tuple[Component, ...] = ()
    nuisances: tuple[NuisanceEntry, ...] = ()
    correlations: tuple[Correlation, ...] = ()
    sun: SunEntry = SunEntry()
    xenon: XenonEntry = XenonEntry()
    couplings: Literal["tree", "radiative"] = "tree"
    same_events_as: tuple[Name, ...] = ()
    how_obtained: dict[FileName, Literal["derived", "reconstructed", "digitised"]] = {}
    variants: dict[Annotated[Name, Field(pattern=r"^\w+$")], dict[str, Any]] = {}

    @model_validator(mode="before")
    @classmethod
    def _exposure_of_runs(cls, given):
        """The sum of the runs' exposures; what cannot be read is left for later."""
        runs = given.get("runs") if isinstance(given, Mapping) else None
        if (
            not isinstance(runs, list | tuple)
            or not all(isinstance(run, Mapping) for run in runs)
            or not runs
        ):
            return given
        if "exposure_t_yr" in given:
            raise ValueError("exposure_t_yr and runs are both given; each run has its own exposure")
        exposures = [run.get("exposure_t_yr") for run in runs]
        known = all(isinstance(e, Real) and not isinstance(e, bool) for e in exposures)
        return {**given, "exposure_t_yr": sum(float(e) for e in exposures) if known else 1.0}

    @model_validator(mode="after")
    def _runs_fit(self):
        names = [run.name for run in self.runs]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"run {twice} is there twice")
        if bool(names) != (self.bins.run is not None):
            raise ValueError("runs and bins.run go together: the column that names the run of each bin")
        if unknown := sorted(set(self.bins.fit_runs) - set(names)):
            raise ValueError(f"bins.fit_runs names {unknown}; the runs are {names}")
        return self

    @model_validator(mode="after")
    def _there_is_a_response(self):
        if self.response is None and (self.resolution is None or self.efficiency is None):
            raise ValueError("[resolution] and [efficiency], or a [response] table, were needed")
        if self.bins.fit_to_keV <= self.bins.fit_from_keV:
            raise ValueError("bins.fit_to_keV should lie above bins.fit_from_keV")
        return self

    @model_validator(mode="after")
    def _grid_fits(self):
        if (grid := self.response_grid) is None:
            return self
        if self.response is None:
            raise ValueError("response_grid varies a response table; [response] was needed")
        if unknown := sorted(set(grid.components) - {c.name for c in self.components}):
            raise ValueError(f"response_grid has {unknown}, which are no components")
        return self

    @model_validator(mode="after")
    def _names_fit(self):
        known = {"signal", *(component.name for component in self.components)}
        for kind, names in (
            ("component", [component.name for component in self.components]),
            ("nuisance", [nuisance.name for nuisance in self.nuisances]),
        ):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"{kind} {twice} is there twice")
        for i, component in enumerate(self.components):
            earlier = [other.name for other in self.components[:i]]
            if wrong := sorted(set(component.subtract) - set(earlier)):
                raise ValueError(f"component {component.name} subtracts {wrong}; known before it: {earlier}")
        for nuisance in self.nuisances:
            if nuisance.scales and nuisance.scales not in known:
                raise ValueError(
                    f"nuisance {nuisance.name} scales {nuisance.scales!r}; known: {sorted(known)}"
                )
            if wrong := sorted(set(nuisance.follow) - known):
                raise ValueError(f"nuisance {nuisance.name} applies to {wrong}; known: {sorted(known)}")
            if nuisance.name == "alpha":
                raise ValueError("a nuisance named alpha collides with ArviZ's power-scaling coordinate")
        gaussian = {n.name for n in self.nuisances if n.widths[0] == n.widths[1] < FLAT and not n.shared}
        correlated = [name for c in self.correlations for name in c.nuisances]
        for name in correlated:
            if name not in gaussian or correlated.count(name) > 1:
                raise ValueError(
                    f"correlations name {name!r}; nuisances of one sigma that are not shared were needed, "
                    f"each once: {sorted(gaussian)}"
                )
        for name, changes in self.variants.items():
            if not isinstance(changes.get("note"), str):
                raise ValueError(f"variant {name} lacks a note that says what it changes")
            _check_line(changes["note"], 1000)
            if len(changes) == 1:
                raise ValueError(f"variant {name} changes nothing")
            if fixed := sorted({"name", "variants"} & set(changes)):
                raise ValueError(f"variant {name} changes {fixed}, which a variant cannot")
        return self

    @model_validator(mode="after")
    def _no_column_has_two_meanings(self):
        counted: dict[tuple[str, str], Component] = {}
        for component in self.components:
            for column in component.columns:
                if column in (self.bins.lower, self.bins.upper, self.bins.counts):
                    raise ValueError(
                        f"component {component.name} is made of column {column!r}, which holds the edges or "
                        "the counts of the bins"
                    )
                first = counted.setdefault((component.table, column), component)
                if first is not component and None in (first.events, component.events):
                    raise ValueError(
                        f"column {column!r} of {component.table} is counted twice, in {first.name} and "
                        f"{component.name}"
                    )
        return self
