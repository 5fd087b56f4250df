"""Signals as they are typed, such as ``magnetic_moment:nu_e=9``: each an interaction that can be drawn."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import InputError
from ..experiments.counts import signal_counts
from ..experiments.experiment import Experiment
from ..interactions import StandardModel
from ..interactions.base import Interaction
from ..interactions.named import interaction_named

PERTURBATIVE = math.sqrt(4 * math.pi)
TOO_MANY = 1e100  # events in a bin
STANDARD_MODEL = StandardModel()


@dataclass(frozen=True)
class Signal:
    """An interaction with its values, and the text that asks for it."""

    text: str
    interaction: Interaction
    values: Mapping[str, float]


def read_signal(text: str) -> Signal:
    """A signal of its text.

    Raises
    ------
    InputError
        If the text is no signal, leaves out a mass, or a number is outside what the formula can mean.
    """
    model, values = parse_signal(text)
    kind = interaction_named(model)
    if missing := sorted(set(kind.fixed_parameters) - set(values)):
        raise InputError(f"{text!r} leaves out {missing}; one looks like light_vector:coupling=2e-7,mass=10")
    for name, value in values.items():
        if value < 0 and not kind.signed:
            raise InputError(f"{text!r}: {name} of {model} cannot be negative")
        if name == "coupling" and value > PERTURBATIVE:
            raise InputError(
                f"{text!r}: a coupling above sqrt(4 pi) = {PERTURBATIVE:.3g} is not perturbative, and cross "
                "sections at lowest order mean nothing"
            )
    fixed: dict[str, Any] = {name: values[name] for name in kind.fixed_parameters}
    free = {name: value for name, value in values.items() if name not in fixed}
    return Signal(text, kind(**fixed).with_values(**free), values)


def parse_signal(text: str) -> tuple[str, dict[str, float]]:
    """``magnetic_moment:nu_e=9`` as a model and its values.

    Raises
    ------
    InputError
        If the text does not look like that, or gives a value twice.
    """
    model, _, assignments = text.partition(":")
    values = {}
    for assignment in assignments.split(","):
        name, _, value = assignment.partition("=")
        try:
            number = float(value)
        except ValueError:
            raise InputError(f"{text!r} is no signal; one looks like magnetic_moment:nu_e=9") from None
        if name.strip() in values:
            raise InputError(f"{text!r} gives {name.strip()} twice")
        values[name.strip()] = number
    return model.strip(), values


def check_counts(experiment: Experiment, signal: Signal) -> None:
    """Refuse a signal of so many events that nobody could draw them."""
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            counts = signal_counts(experiment, signal.interaction)
    except OverflowError:  # of Python's own numbers
        counts = np.inf
    if not np.all(counts < TOO_MANY):
        raise InputError(
            f"{signal.text!r} gives more than {TOO_MANY:g} events in a bin of {experiment.name}; make it "
            "smaller"
        )
