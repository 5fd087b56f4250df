"""``bayes-enues spectrum``: data, background and signal of each experiment, Fig. 1 of the paper."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import InputError
from .common import Experiments, Out, console

if TYPE_CHECKING:
    from ..experiments.experiment import Experiment
    from ..interactions import Interaction


PERTURBATIVE = math.sqrt(4 * math.pi)
TOO_MANY = 1e100  # events in a bin


def spectrum(
    experiment: Experiments = None,
    signal: Annotated[
        list[str] | None,
        typer.Option(
            help="A signal, such as magnetic_moment:nu_e=9 or light_vector:coupling=2e-7,mass=10; repeatable."
        ),
    ] = None,
    before_fit: Annotated[
        bool,
        typer.Option("--before-fit", help="Show background and signals before the nuisances are fitted."),
    ] = False,
    out: Out = Path("results"),
) -> None:
    """Draw data, background, the Standard Model and signals of new interactions, the nuisances fitted."""
    from ..experiments.folder import DEFAULT
    from ..experiments.loading import load_experiment
    from ..interactions import StandardModel
    from ..runs.files import check_writable

    signals = [
        interaction_of(text) for text in signal or ["magnetic_moment:universal=10", "magnetic_moment:nu_e=15"]
    ]
    chosen = [load_experiment(name) for name in experiment or DEFAULT]
    for e in chosen:
        for text, interaction in signals:
            check_counts(e, text, interaction)
    check_writable(out)

    # with PyMC and matplotlib, which a refusal can spare
    from ..plots.spectrum import fitted_figure, spectra_figure

    labels = [label_of(text, interaction) for text, interaction in signals]
    if before_fit:
        drawn = [("Standard Model", StandardModel()), *zip(labels, (i for _, i in signals), strict=True)]
        paths = spectra_figure(chosen, drawn, out / "spectrum")
    else:
        from bayes_enues.models import counting_model

        from ..fit.fitted import fitted_spectra

        fits = []
        for label, (text, interaction) in zip(labels, signals, strict=True):
            fixed = {name: getattr(interaction, name) for name in interaction.fixed_parameters}
            values = {n: v for n, v in parse_signal(text)[1].items() if n not in fixed}
            models = [counting_model(type(interaction)(**fixed), [e], list(values)) for e in chosen]
            if not fits:
                nothing = {name: interaction.standard_model_value(name) for name in values}
                fits.append(("Standard Model", [one for m in models for one in fitted_spectra(m, nothing)]))
            fits.append((label, [one for m in models for one in fitted_spectra(m, values)]))
        paths = fitted_figure(fits, out / "spectrum")
    console.print("Written: " + ", ".join(str(p) for p in paths))


def interaction_of(text: str) -> "tuple[str, Interaction]":
    """A signal's text and its interaction.

    Raises
    ------
    InputError
        If the text is no signal, leaves out a mass, or a number is outside what the formula can mean.
    """
    from ..runs.rows import interaction_named

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
    return text, kind(**fixed).with_values(**{n: v for n, v in values.items() if n not in fixed})


def check_counts(experiment: "Experiment", text: str, interaction: "Interaction") -> None:
    """Refuse a signal of so many events that nobody could draw them."""
    import numpy as np

    from ..experiments.counts import signal_counts

    try:
        with np.errstate(over="ignore", invalid="ignore"):
            counts = signal_counts(experiment, interaction)
    except OverflowError:  # of Python's own numbers
        counts = np.inf
    if not np.all(counts < TOO_MANY):
        raise InputError(
            f"{text!r} gives more than {TOO_MANY:g} events in a bin of {experiment.name}; make it smaller"
        )


def label_of(text: str, interaction: "Interaction") -> str:
    """What a legend calls a signal."""
    from ..plots import unit_label

    size = f" × {unit_label(interaction.unit)}" if interaction.unit != "1" else ""
    words = []
    for name, value in parse_signal(text)[1].items():
        fixed = name in interaction.fixed_parameters
        words.append(f"{name} {value:g} keV" if fixed else f"{interaction.label(name)} = {value:g}{size}")
    return ", ".join(words)


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
