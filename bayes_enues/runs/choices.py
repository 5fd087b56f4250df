"""What can be asked for: the models with their parameters, the experiments with their variants."""

from .. import interactions
from ..experiments.folder import experiment_names, experiment_sets, variant_names


def models_and_parameters() -> dict[str, tuple[str, ...]]:
    kinds = (getattr(interactions, name) for name in interactions.__all__)
    return {kind.name: kind.free_names() for kind in kinds if kind.free_names()}


def experiments_and_variants() -> dict[str, list[str]]:
    return {name: list(variant_names(name)) for name in experiment_names()}


def sets_and_members() -> dict[str, list[str]]:
    return {name: list(found.experiments) for name, found in experiment_sets().items()}
