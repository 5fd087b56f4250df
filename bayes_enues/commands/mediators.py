"""``bayes-enues mediators``: limits on light mediators against their mass, Figs. 6 and 7 of the paper."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from ..errors import InputError
from . import choices, common
from .common import finish, settings_of
from .groups import Running, command


@command
def mediators(
    *,
    model: Annotated[
        list[str] | None,
        typer.Option(
            "--model",
            metavar="MODEL",
            help="light_scalar, light_pseudoscalar, light_vector, light_axial_vector or light_tensor; "
            "repeatable. Default: all. Or sterile_dipole, the moment that produces a heavy neutrino.",
            autocompletion=choices.complete_mediator,
        ),
    ] = None,
    experiment: common.Experiments = None,
    mass: Annotated[
        list[str] | None,
        typer.Option(
            "--mass",
            metavar="KEV,...",
            help="Masses [keV], such as 1,10,100; repeatable. Default: 40 from 1e-3 to 1e5, to 1e6 with "
            "nuclear recoils; of a heavy neutrino 25 from 1 to 1000.",
        ),
    ] = None,
    settings: common.Settings = None,
    level: common.Level = 0.9,
    delta_chi2: Annotated[
        float | None,
        typer.Option(
            help="Threshold of the profile, such as 4.605 for two parameters. Default: that of the level."
        ),
    ] = None,
    prior: common.PriorText = None,
    draws: common.Draws = 2500,
    seed: common.Seed = 20220811,
    published: Annotated[
        list[Path] | None,
        typer.Option(help="A CSV of your own: mass_keV,coupling,experiment,source[,model]; repeatable."),
    ] = None,
    overlay: Annotated[
        list[Path] | None,
        typer.Option(
            help="A curve of your own, or a folder of them: a CSV of mass_keV,coupling under lines such as "
            "'# confidence: 0.9'; docs/mediators.md says which; repeatable."
        ),
    ] = None,
    plane: Annotated[
        Literal["loguniform", "flat", "flat_strength"] | None,
        typer.Option(help="Also a fit with mass and coupling both free, with this prior of the coupling."),
    ] = None,
    run: Running,
) -> None:
    """Limits on the coupling of light mediators at each mass: posterior beside profile."""
    from ..analyses.mediators import scan_mediators

    masses = None if mass is None else [number for text in mass for number in _numbers(text)]
    found = scan_mediators(
        model, masses, experiment, settings=settings_of(settings), level=level, delta_chi2=delta_chi2,
        prior=prior, draws=draws, seed=seed, published=published or (), overlays=overlay or (), plane=plane,
        **run.asked(),
    )  # fmt: skip
    written = "mediators.json and .csv, mediators_curves.csv, figures (PDF, PNG, SVG)"
    finish(found, run.out, run.notes, written)


def _numbers(text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise InputError(f"--mass is {text!r}; numbers with commas between them were needed") from None
