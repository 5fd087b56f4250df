"""``bayes-enues spectrum``: data, background and signal of each experiment, Fig. 1 of the paper."""

from pathlib import Path
from typing import Annotated

import typer

from .common import Experiments, Out, console


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
    from ..analyses.spectrum import spectrum as draw

    paths = draw(experiment, signal, before_fit=before_fit, out=out)
    console.print("Written: " + ", ".join(str(p) for p in paths))
