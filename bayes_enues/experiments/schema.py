"""What an ``experiment.toml`` may say; pydantic checks it and the error names the key.

Every number has bounds: what lies outside cannot be meant, and would cost hours or gigabytes.
"""

from collections.abc import Callable, Mapping
from numbers import Real
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, StrictBool, model_validator

from ..signal.xenon import ELECTRON_MODELS, TARGETS
from .fields import (
    RESERVED,
    Column,
    Energy,
    FileName,
    Name,
    Number,
    Positive,
    Strict,
    Words,
    check_line,
    not_in,
    one_line,
    within,
)
from .uncertainty import FLAT, Correlation, NuisanceEntry


class Run(Strict):
    """A part of the data with an exposure of its own, to which some bins belong."""

    name: Name
    exposure_t_yr: Annotated[Positive, within(1e-6, 1e4, "t yr")]


class Bins(Strict):
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
    axis: Annotated[str, one_line(100)] = ""
    run: Column | None = None
    fit_runs: tuple[Name, ...] = ()

    @model_validator(mode="after")
    def _different_columns(self):
        if len({self.lower, self.upper, self.counts}) < 3:
            raise ValueError("lower, upper and counts should be three columns")
        return self


class Resolution(Strict):
    """sigma(E) = scale * (constant_keV + sqrt_keV sqrt(E / keV) + linear E + quadratic E^2 + cubic E^3)."""

    constant_keV: Annotated[Number, Field(ge=0), within(0, 100, "keV")] = 0.0
    sqrt_keV: Annotated[Number, Field(ge=0), within(0, 100, "keV")] = 0.0
    linear: Annotated[Number, Field(ge=0), within(0, 1, "(a fraction of the energy)")] = 0.0
    quadratic_per_keV: Annotated[Number, within(-1, 1, "/keV")] = 0.0
    cubic_per_keV2: Annotated[Number, within(-1, 1, "/keV^2")] = 0.0
    scale: Annotated[Positive, within(0.01, 100)] = 1.0

    @model_validator(mode="after")
    def _some_width(self):
        if not self.constant_keV + self.sqrt_keV + self.linear > 0:
            raise ValueError("constant_keV, sqrt_keV and linear are all zero; a resolution was needed")
        return self

    def sigma(self, e: Any) -> Any:
        """Gaussian width at an energy [keV]."""
        curved = (self.quadratic_per_keV + self.cubic_per_keV2 * e) * e**2
        return self.scale * (self.constant_keV + self.sqrt_keV * np.sqrt(e) + self.linear * e + curved)


class Efficiency(Strict):
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
    shift_keV: Annotated[Number, within(-5, 5, "keV")] = 0.0
    below_keV: Annotated[Energy, Field(gt=0)] | None = None
    scale: Annotated[Positive, within(1e-3, 1e3)] = 1.0

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


class ResponseTable(Strict):
    """A response simulated elsewhere: one row a true energy, one column a bin of the bins table.

    Rows are ``cells`` of true energy by their centres, or ``points`` between which rate and response are
    integrated by the trapezoid rule: the first and the last then have half the width.
    """

    table: FileName
    energy: Column = "e_er_keV"
    width_keV: Annotated[Positive, within(1e-4, 100, "keV")]
    rows: Literal["cells", "points"] = "cells"


class ResponseGridTable(Strict):
    """A ``.npz`` of the response at all combinations of values of some nuisances.

    Its arrays: the values of each nuisance, ``e_keV``, ``response`` (values of the first nuisance, ..., true
    energies, bins) as in the response table, and the counts of ``components`` (values, ..., bins).
    """

    table: FileName
    nuisances: tuple[Name, ...] = Field(min_length=1)
    components: tuple[Name, ...] = ()


class Component(Strict):
    """Counts by bin that are not signal: the sum of some columns, times the number of events if given.

    What such a sum includes and is counted elsewhere is subtracted bin by bin, and cut at zero: the Standard
    Model, then the components that ``subtract`` names.
    """

    name: Annotated[Name, Field(pattern=r"^\w[\w .+-]*$"), not_in(RESERVED)]
    table: FileName
    columns: tuple[Column, ...] = Field(min_length=1)
    events: Annotated[Positive, within(1e-9, 1e9, "events")] | None = None
    subtract_standard_model: StrictBool = False
    subtract: tuple[str, ...] = ()
    scale: Annotated[Positive, within(1e-9, 1e9)] = 1.0

    @model_validator(mode="after")
    def _each_once(self):
        twice = sorted({column for column in self.columns if self.columns.count(column) > 1})
        if twice:
            raise ValueError(f"columns {twice} are there twice")
        return self


class SunEntry(Strict):
    """Names of published inputs; see :class:`bayes_enues.signal.flux.Sun`."""

    fluxes: str = "baxter2021"
    oscillation: str = "deSalas2020"
    profile: str = "b16_gs98"


class XenonEntry(Strict):
    """See :class:`bayes_enues.signal.xenon.Xenon`."""

    electrons: Literal[tuple(ELECTRON_MODELS)] = "steps"  # pyright: ignore[reportInvalidTypeForm]
    threshold_keV: Energy = 0.012


class ExperimentFile(Strict):
    """One experiment: everything a limit rests on besides the interaction."""

    name: Annotated[Name, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
    title: Annotated[str, Field(min_length=1), one_line(200)]
    reference: Words
    target: Literal[TARGETS] = "electron"  # pyright: ignore[reportInvalidTypeForm]
    exposure_t_yr: Annotated[Positive, within(1e-6, 1e4, "t yr")]
    runs: tuple[Run, ...] = ()
    likelihood: Literal["gaussian", "poisson"]
    energy_scale: Annotated[Positive, within(0.5, 2)] = 1.0
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
    how_obtained: dict[FileName, Literal["derived", "reconstructed", "digitised"]] = Field(
        default_factory=dict
    )
    variants: dict[Annotated[Name, Field(pattern=r"^\w+$")], dict[str, Any]] = Field(default_factory=dict)

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
            check_line(changes["note"], 1000)
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
