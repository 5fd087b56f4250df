"""``bayes-enues spectrum``: data, background and signal of each experiment, Fig. 1 of the paper."""

from pathlib import Path
from typing import Annotated

import typer

from ..errors import InputError
from .common import Experiments, Out, console


def spectrum(
    experiment: Experiments = None,
    signal: Annotated[
        list[str] | None,
        typer.Option(
            help="Such as magnetic_moment:nu_e=9 or light_vector:coupling=2e-7,mass=10; repeatable."
        ),
    ] = None,
    out: Out = Path("results"),
) -> None:
    """Draw data, background, the Standard Model and signals of new interactions."""
    from ..experiments.folder import DEFAULT
    from ..experiments.loading import load_experiment
    from ..interactions import StandardModel
    from ..plots import unit_label
    from ..plots.spectrum import spectra_figure
    from ..runs.files import check_writable
    from ..runs.rows import interaction_named

    chosen = [load_experiment(name) for name in experiment or DEFAULT]
    interactions = [("Standard Model", StandardModel())]
    for text in signal or ["magnetic_moment:universal=10", "magnetic_moment:nu_e=15"]:
        model, values = parse_signal(text)
        kind = interaction_named(model)
        fixed = {name: values.pop(name) for name in kind.fixed_parameters if name in values}
        if missing := sorted(set(kind.fixed_parameters) - set(fixed)):
            raise InputError(
                f"{text!r} leaves out {missing}; one looks like light_vector:coupling=2e-7,mass=10"
            )
        given = kind(**fixed).with_values(**values)
        size = f" × {unit_label(kind.unit)}" if kind.unit != "1" else ""
        words = [f"{kind.label(name)} = {value:g}{size}" for name, value in values.items()]
        words += [f"{name} {value:g} keV" for name, value in fixed.items()]
        interactions.append((", ".join(words), given))
    check_writable(out)
    paths = spectra_figure(chosen, interactions, out / "spectrum")
    console.print("Written: " + ", ".join(str(p) for p in paths))


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
