"""``bayes-enues spectrum``: data, background and signal of each experiment, Fig. 1 of the paper."""

from pathlib import Path
from typing import Annotated

import typer

from .common import Experiments, Out, console


def spectrum(
    experiment: Experiments = None,
    signal: Annotated[
        list[str] | None,
        typer.Option(help="Such as magnetic_moment:nu_e=9 or magnetic_moment:universal=6.5; repeatable."),
    ] = None,
    out: Out = Path("results"),
) -> None:
    """Draw data, background, the Standard Model and signals of new interactions."""
    from .. import plots
    from ..counts import signal_counts
    from ..experiment_file import experiment_names
    from ..interactions import StandardModel
    from ..loading import load_experiment
    from ..results import ResultsFolder
    from ..rows import interaction_named

    chosen = [load_experiment(name) for name in experiment or experiment_names()]
    interactions = [("Standard Model", StandardModel())]
    for text in signal or ["magnetic_moment:universal=10", "magnetic_moment:nu_e=15"]:
        model, _, assignment = text.partition(":")
        name, _, value = assignment.partition("=")
        kind = interaction_named(model)
        try:
            number = float(value)
        except ValueError:
            raise ValueError(f"{text!r} is no signal; one looks like magnetic_moment:nu_e=9") from None
        label = f"{kind.label(name)} = {number:g} × {plots.unit_label(kind.unit)}"
        interactions.append((label, kind().with_values(**{name: number})))
    folder = ResultsFolder(out, "limits.json")
    with plots.style():
        fig, axes = plots.figure(1, len(chosen), width=4.2, height=3.2, squeeze=False)
        for ax, e in zip(axes[0], chosen, strict=True):
            plots.plot_spectrum(ax, e, [(label, signal_counts(e, i)) for label, i in interactions])
        paths = plots.save(fig, folder.path / "spectrum")
    console.print("Written: " + ", ".join(str(p) for p in paths))
