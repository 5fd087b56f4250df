"""Experiments that are fitted together: no event counts twice, and no two variables have one name."""

import os
from collections.abc import Sequence

from ..errors import InputError, WrongKindError
from .experiment import Experiment
from .folder import experiment_names
from .loading import load_experiment
from .names import check_names

__all__ = ["check_distinct", "load_distinct"]


def load_distinct(
    experiments: Sequence[Experiment | str | os.PathLike] | Experiment | str | os.PathLike,
) -> tuple[Experiment, ...]:
    """The experiments of a fit, or the one, sorted by name.

    Raises
    ------
    InputError
        If they are none, unknown, the data of one would count twice, or two variables would have one name.
    """
    if isinstance(experiments, Experiment | str | os.PathLike):
        experiments = [experiments]
    if not isinstance(experiments, Sequence):
        raise WrongKindError(f"{type(experiments).__name__} is no list of experiments, names or paths")
    loaded = [e if isinstance(e, Experiment) else load_experiment(e) for e in experiments]
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
        events = {settings.name}
        if any(e.settings.name in experiment_names() for e in experiments):
            events.add(experiment.hashes.get(settings.bins.table, settings.name) + settings.bins.counts)
        for what in events:
            if (k := counted.setdefault(what, i)) != i:
                both = sorted((experiments[k].name, experiment.name))
                raise InputError(f"the data of one experiment would count twice in {both}")
    check_names(experiments)
