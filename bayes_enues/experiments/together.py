"""Experiments that are fitted together: no event counts twice, and no two variables have one name."""

import os
from collections.abc import Sequence

from ..errors import InputError, WrongKindError
from .experiment import Experiment
from .folder import experiment_names, members
from .loading import load_experiment
from .names import check_names


def load_distinct(
    experiments: Sequence[Experiment | str | os.PathLike] | Experiment | str | os.PathLike,
) -> tuple[Experiment, ...]:
    """The experiments of a fit, or the one, sorted by name; a set's name stands for its members.

    Raises
    ------
    InputError
        If they are none, unknown, the data of one would count twice, or two variables would have one name.
    """
    if isinstance(experiments, Experiment | str | os.PathLike):
        experiments = [experiments]
    if not isinstance(experiments, Sequence):
        raise WrongKindError(f"{type(experiments).__name__} is no list of experiments, names or paths")
    names = [n for e in experiments for n in (members(e) if isinstance(e, str) else [e])]
    loaded = [e if isinstance(e, Experiment) else load_experiment(e) for e in names]
    if not loaded:
        raise InputError("no experiment was given; one or more were needed")
    check_distinct(loaded)
    return tuple(sorted(loaded, key=lambda e: e.name))


def check_distinct(experiments: Sequence[Experiment]) -> None:
    """Refuse a joint fit in which events would count twice, or two variables would have one name.

    The events of an experiment are those of its variants, and of a copy of its table of bins.
    """
    counted: dict[str, int] = {}
    for i, experiment in enumerate(experiments):
        settings = experiment.settings
        events = {settings.name, *settings.same_events_as}
        if any(e.settings.name in experiment_names() for e in experiments):
            events.add(experiment.hashes.get(settings.bins.table, settings.name) + settings.bins.counts)
        for what in events:
            if (k := counted.setdefault(what, i)) != i:
                both = sorted((experiments[k].name, experiment.name))
                why = (
                    ""
                    if what == settings.name == experiments[k].settings.name
                    else "; they hold the same events"
                )
                raise InputError(f"the data of one experiment would count twice in {both}{why}")
    check_names(experiments)


def joint_notes(experiments: Sequence[Experiment]) -> list[str]:
    """What a reader of a joint fit must know besides what each experiment says."""
    gaussian = [e.name for e in experiments if e.likelihood == "gaussian"]
    if not gaussian or len(gaussian) == len(experiments):
        return []
    return [
        f"joint fit: {', '.join(gaussian)} with Gaussian errors taken from the observed counts (Eq. 15 of "
        "arXiv:2208.06415), the others with Poisson terms; Poisson terms throughout give another bound"
    ]
