"""``bayes-enues data``: the experiments that come with the package, and where each number comes from."""

from ..analyses.shown import Shown
from . import common
from .common import console
from .tables import print_table


def data(experiment: common.Experiments = None) -> None:
    """Experiments, variants, inputs and their sources."""
    from ..analyses.inventory import inventory

    for part in inventory(experiment):
        if isinstance(part, Shown):
            print_table(console, part)
        else:
            console.print(part)
