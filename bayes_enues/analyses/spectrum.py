"""Data, background and signals of each experiment: what ``bayes-enues spectrum`` draws."""

from collections.abc import Sequence
from pathlib import Path

from ..compiled.feedback import feedback
from ..experiments.experiment import Experiment
from ..experiments.folder import DEFAULT
from ..experiments.loading import load_experiment
from ..runs.files import check_writable
from ..runs.options import Names, listed
from ..studies.signals import STANDARD_MODEL, Signal, check_counts, read_signal

EXAMPLES = ("magnetic_moment:universal=10", "magnetic_moment:nu_e=15")


def spectrum(
    experiments: Names | None = None,
    signals: Names | None = None,
    *,
    before_fit: bool = False,
    out: str | Path = "results",
) -> list[Path]:
    """Draw data, background, the Standard Model and signals of new interactions, the nuisances fitted.

    Parameters
    ----------
    experiments : str, or several, optional
    signals : str, or several, optional
        Such as ``light_vector:coupling=2e-7,mass=10``.
    before_fit : bool
        Background and signals as they are given, no nuisance fitted.
    out : path

    Returns
    -------
    list of Path
        Of the figure, ``spectrum``.

    Raises
    ------
    InputError
        If a text is no signal, or nobody could draw it.
    """
    asked = [read_signal(text) for text in listed(signals or EXAMPLES)]
    chosen = [load_experiment(name) for name in listed(experiments or DEFAULT)]
    for e in chosen:
        for signal in asked:
            check_counts(e, signal)
    check_writable(Path(out))
    with feedback("spectrum"):
        return _drawn(chosen, asked, before_fit, Path(out, "spectrum"))


def _drawn(chosen: Sequence[Experiment], asked: Sequence[Signal], before_fit: bool, path: Path) -> list[Path]:
    # with PyMC and matplotlib, which a refusal can spare
    from ..plots.spectrum import fitted_figure, spectra_figure

    labels = ["Standard Model", *map(_label, asked)]
    if before_fit:
        drawn = [STANDARD_MODEL, *(signal.interaction for signal in asked)]
        return spectra_figure(chosen, list(zip(labels, drawn, strict=True)), path)
    from ..studies.fitted import fits_of_signals

    return fitted_figure(list(zip(labels, fits_of_signals(chosen, asked), strict=True)), path)


def _label(signal: Signal) -> str:
    """What a legend calls a signal."""
    from ..plots import unit_label

    interaction = signal.interaction
    size = f" × {unit_label(interaction.unit)}" if interaction.unit != "1" else ""
    words = []
    for name, value in signal.values.items():
        fixed = name in interaction.fixed_parameters
        words.append(f"{name} {value:g} keV" if fixed else f"{interaction.label(name)} = {value:g}{size}")
    return ", ".join(words)
