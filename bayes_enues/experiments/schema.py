"""What an ``experiment.toml`` may say; pydantic checks it and the error names the key."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, model_validator

__all__ = ["ExperimentFile", "NuisanceEntry"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Bins(_Strict):
    """Counts by bin of reconstructed energy, and how their errors are set (Gaussian likelihood only)."""

    table: str
    lower: str = "e_lo_keV"
    upper: str = "e_hi_keV"
    counts: str = "n_obs"
    fit_from_keV: float = 0.0
    errors: Literal["garwood", "sqrt"] = "garwood"


class Resolution(_Strict):
    """sigma(E) = scale * (constant_keV + sqrt_keV sqrt(E / keV) + linear E)."""

    constant_keV: float = Field(0.0, ge=0)
    sqrt_keV: float = Field(0.0, ge=0)
    linear: float = Field(0.0, ge=0)
    scale: PositiveFloat = 1.0

    @model_validator(mode="after")
    def _some_width(self):
        if not self.constant_keV + self.sqrt_keV + self.linear > 0:
            raise ValueError("constant_keV, sqrt_keV and linear are all zero; a resolution was needed")
        return self


class Efficiency(_Strict):
    """Linear interpolation of a column, as a function of reconstructed energy; zero below its first point.

    ``shift_keV`` moves the low-energy edge: the points before 99 % of the maximum is first reached.
    """

    table: str
    energy: str = "e_keV"
    column: str = "efficiency"
    above: Literal["zero", "constant"] = "zero"
    shift_keV: float = 0.0


class ResponseTable(_Strict):
    """A response simulated elsewhere: one row a true energy, one column a bin of the bins table."""

    table: str
    energy: str = "e_er_keV"
    width_keV: PositiveFloat


class Component(_Strict):
    """Counts by bin that are not signal: the sum of some columns, times the number of events if given."""

    name: str
    table: str
    columns: tuple[str, ...] = Field(min_length=1)
    events: PositiveFloat | None = None
    subtract_standard_model: bool = False
    scale: PositiveFloat = 1.0


class NuisanceEntry(_Strict):
    """A Gaussian uncertainty of the scale 1 + x of the signal or of one component.

    Cut at x = -1 and, if given, above ``upper``: with a sigma far beyond both it is flat between them.
    """

    name: str = Field(pattern=r"^[A-Za-z_]\w*$")
    sigma: PositiveFloat
    upper: PositiveFloat | None = None
    scales: str
    shared: bool = False
    meaning: str = ""


class SunEntry(_Strict):
    """Names of published inputs; see :class:`bayes_enues.signal.flux.Sun`."""

    fluxes: str = "baxter2021"
    oscillation: str = "deSalas2020"
    profile: str = "b16_gs98"


class XenonEntry(_Strict):
    """See :class:`bayes_enues.signal.xenon.Xenon`."""

    electrons: str = "steps"
    threshold_keV: float = Field(0.012, ge=0)


class ExperimentFile(_Strict):
    """One experiment: everything a limit rests on besides the interaction."""

    name: str = Field(pattern=r"^[A-Za-z]\w*$")
    title: str
    reference: str
    exposure_t_yr: PositiveFloat
    likelihood: Literal["gaussian", "poisson"]
    bins: Bins
    resolution: Resolution
    efficiency: Efficiency
    response: ResponseTable | None = None
    components: tuple[Component, ...] = ()
    nuisances: tuple[NuisanceEntry, ...] = ()
    sun: SunEntry = SunEntry()
    xenon: XenonEntry = XenonEntry()
    couplings: Literal["tree", "radiative"] = "tree"
    variants: dict[str, dict[str, Any]] = {}

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
        for nuisance in self.nuisances:
            if nuisance.scales not in known:
                raise ValueError(
                    f"nuisance {nuisance.name} scales {nuisance.scales!r}; known: {sorted(known)}"
                )
            if nuisance.name == "alpha":
                raise ValueError("a nuisance named alpha collides with ArviZ's power-scaling coordinate")
        for name, changes in self.variants.items():
            if "note" not in changes:
                raise ValueError(f"variant {name} lacks a note that says what it changes")
        return self
