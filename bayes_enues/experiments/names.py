"""The names that experiments give to variables of a model: no two are the same."""

from collections import Counter
from collections.abc import Sequence

from ..errors import InputError
from .experiment import Experiment


def check_names(experiments: Sequence[Experiment]) -> None:
    """Refuse experiments that would give one name to two variables of a model, alone or together."""
    twice = [name for name, count in Counter(_variables(experiments)).items() if count > 1]
    if twice:
        raise InputError(
            f"{[e.name for e in experiments]}: {twice[0]} would be two variables of one model; rename a "
            "component, a nuisance or an experiment"
        )


def _variables(experiments: Sequence[Experiment]) -> list[str]:
    own = ("expected", "observed", "counts", "sigma", "t0", "bin", "morph")
    morphs = {e.slug: [f"morph_{c}" for c in e.components] for e in experiments}
    names = [f"{what}_{e.slug}" for e in experiments for what in (*own, *e.components, *morphs[e.slug])]
    nuisances = [(e.slug, n) for e in experiments for n in e.nuisances]
    count = Counter(n.name for _, n in nuisances)
    alone = {n.name if n.shared or count[n.name] == 1 else f"{n.name}_{slug}" for slug, n in nuisances}
    endings = ("", "_centre", "_sigma", "_below", "_lower", "_upper")
    correlations = [f"correlation_{c.name}_{e.slug}" for e in experiments for c in e.settings.correlations]
    return [*names, *correlations, *(f"{name}{ending}" for name in alone for ending in endings)]
