"""Kinds of entries of an ``experiment.toml``: numbers with bounds, names, lines, files inside the folder."""

import re
from numbers import Real
from pathlib import PurePosixPath
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from .. import interactions

#: Names that a component or a nuisance cannot have: they are, or open, names of the model's own variables.
RESERVED = frozenset(
    {
        *("signal", "standard_model", "observed", "expected", "counts", "sigma", "bin", "scale", "numbers"),
        *("t0", "t1", "t2", "chain", "draw", "sample", "posterior", "prior", "log_likelihood", "log_prior"),
        *("sample_stats", "observed_data", "constant_data", "predictions", "profile", "quadrature"),
        *("posterior_predictive", "prior_predictive"),
    }
)
PARAMETERS = frozenset(
    name
    for kind in (getattr(interactions, name) for name in interactions.__all__)
    for name in (*kind.parameters(), *kind.free_names())
)
_TEMPLATE = re.compile(rf"t[012]_|scale_({'|'.join(PARAMETERS)})(_|$)")


def number(value: Any) -> float:
    """A number and nothing that Python would turn into one: no ``true``, no words."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise ValueError("Input should be a number")
    try:
        return float(value)
    except OverflowError:
        raise ValueError("Input should be a finite number") from None


def within(lowest: float, highest: float, unit: str = "") -> AfterValidator:
    def check(value: float) -> float:
        if not lowest <= value <= highest:
            raise ValueError(f"{value:g} is not between {lowest:g} and {highest:g} {unit}".rstrip())
        return value

    return AfterValidator(check)


def check_line(value: str, most: int) -> str:
    if not value.isprintable() or len(value) > most:
        raise ValueError(f"Input should be one line of at most {most} characters")
    return value


def one_line(most: int) -> AfterValidator:
    return AfterValidator(lambda value: check_line(value, most))


def _inside(value: str) -> str:
    """The name of a file that lies in the experiment's own folder."""
    path = PurePosixPath(value)
    if path.is_absolute() or ".." in path.parts or re.match(r"\w:|.*\\", value):
        raise ValueError("the file must lie inside the experiment's folder, named by its path from there")
    return value


def not_in(taken: frozenset[str]) -> AfterValidator:
    """A name that no variable of a model has, whatever is fitted together."""

    def check(value: str) -> str:
        if value in taken or _TEMPLATE.match(value):
            raise ValueError("the name is reserved for a variable of the model; choose another")
        return value

    return AfterValidator(check)


Number = Annotated[float, BeforeValidator(number)]
Positive = Annotated[Number, Field(gt=0)]
Energy = Annotated[Number, within(0, 2000, "keV")]
FileName = Annotated[str, Field(min_length=1), one_line(200), AfterValidator(_inside)]
Column = Annotated[str, Field(min_length=1), one_line(100)]
Words = Annotated[str, one_line(1000)]
Name = Annotated[str, Field(min_length=1), one_line(60)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
