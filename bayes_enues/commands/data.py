"""``bayes-enues data``: what is in the box, and where each number comes from."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from .common import console, print_whole, warn

if TYPE_CHECKING:
    from ..experiments.experiment import Experiment


def data(
    experiment: Annotated[
        list[str] | None, typer.Argument(help="Experiments to describe; default: all.")
    ] = None,
) -> None:
    """Experiments, variants, inputs and their sources."""
    from rich.table import Table

    from ..experiments.folder import experiment_names, experiment_sets, variant_names
    from ..experiments.loading import load_experiment
    from ..tables import packaged, packaged_names, read_table

    for name in experiment or experiment_names():
        e = load_experiment(name)
        console.rule(Text.assemble((e.title, "bold"), f"  ({e.name}, {e.reference})"))
        console.print(
            f"{e.exposure:.4g} t yr; {e.n_bins} fitted bins {_extent(e)}; {e.counts.sum():.0f} events; "
            f"{e.likelihood} likelihood{'; nuclear recoils' if e.xenon.target == 'nucleus' else ''}"
        )
        for nuisance in e.nuisances:
            console.print(f"  {nuisance.name}: {nuisance.words} on {nuisance.scales} ({nuisance.meaning})")
        warn(f"  {subject}: {words}" for subject, words in e.doubts.items())
        for variant, note in variant_names(name).items():
            console.print(f"  variant {e.settings.name}:{variant}: {note}")
        table = Table("table", "what, unit, source, how obtained", show_lines=True)
        for file, lines in e.provenance.items():
            table.add_row(file, "\n".join(lines))
        print_whole(table)
    if not experiment:
        console.rule(Text("Sets", "bold"))
        for name, found in experiment_sets().items():
            console.print(f"  {name}: {found.note} ({' + '.join(found.experiments)})")
        console.rule(Text("Shared inputs", "bold"))
        table = Table("table", "what, unit, source, how obtained", show_lines=True)
        for folder in ("solar", "xenon", "published"):
            for file in packaged_names(folder):
                if file.endswith(".csv"):
                    table.add_row(
                        f"{folder}/{file}", "\n".join(read_table(packaged(folder, file)).provenance)
                    )
        print_whole(table)


def _extent(e: "Experiment") -> str:
    if e.settings.bins.axis:
        return f"({e.axis})"
    return f"from {e.bin_edges[0]:g} to {e.bin_edges[-1]:g} keV"
