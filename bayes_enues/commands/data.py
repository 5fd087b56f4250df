"""``bayes-enues data``: the experiments that come with the package, and where each number comes from."""

from typing import TYPE_CHECKING

from rich.text import Text

from ..analyses.shown import Shown
from . import common
from .common import console, warn
from .tables import print_table

if TYPE_CHECKING:
    from ..experiments.experiment import Experiment


def data(experiment: common.Experiments = None) -> None:
    """Experiments, variants, inputs and their sources."""
    from ..experiments.folder import experiment_names, experiment_sets, variant_names
    from ..experiments.loading import load_experiment
    from ..tables import packaged, packaged_names, read_table

    for name in experiment or experiment_names():
        e = load_experiment(name)
        console.print(Text.assemble((e.title, "bold"), f" ({e.name}, {e.reference})"))
        console.print(
            f"{e.exposure:.4g} t yr; {e.n_bins} fitted bins {_extent(e)}; {e.counts.sum():.0f} events; "
            f"{e.likelihood} likelihood{'; nuclear recoils' if e.xenon.target == 'nucleus' else ''}"
        )
        for nuisance in e.nuisances:
            console.print(f"  {nuisance.name}: {nuisance.words} on {nuisance.scales} ({nuisance.meaning})")
        warn(f"  {subject}: {words}" for subject, words in e.doubts.items())
        for variant, note in variant_names(name).items():
            console.print(f"  variant {e.settings.name}:{variant}: {note}")
        table = Shown("", ("table", "what, unit, source, how obtained"), prose=True)
        for file, lines in e.provenance.items():
            table.add(file, "\n".join(lines))
            table.gap()
        print_table(console, table)
    if not experiment:
        console.print(Text("Sets", "bold"))
        for name, found in experiment_sets().items():
            console.print(f"  {name}: {found.note} ({' + '.join(found.experiments)})")
        console.print(Text("\nShared inputs", "bold"))
        table = Shown("", ("table", "what, unit, source, how obtained"), prose=True)
        for folder in ("solar", "xenon", "published"):
            for file in packaged_names(folder):
                if file.endswith(".csv"):
                    table.add(f"{folder}/{file}", "\n".join(read_table(packaged(folder, file)).provenance))
                    table.gap()
        print_table(console, table)


def _extent(e: "Experiment") -> str:
    if e.settings.bins.axis:
        return f"({e.axis})"
    return f"from {e.bin_edges[0]:g} to {e.bin_edges[-1]:g} keV"
