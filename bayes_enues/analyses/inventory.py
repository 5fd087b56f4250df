"""The experiments that come with the package, and where each number comes from: ``bayes-enues data``."""

from collections.abc import Iterator, Mapping, Sequence

from rich.text import Text

from ..experiments.experiment import Experiment
from ..experiments.folder import experiment_names, experiment_sets, variant_names
from ..experiments.loading import load_experiment
from ..reports.sources import shared_inputs
from .shown import Shown


def inventory(experiments: Sequence[str] | None = None) -> Iterator[Text | Shown]:
    """Lines and tables on each experiment, and, where none is named, on sets and shared inputs."""
    for name in experiments or experiment_names():
        yield from _of_one(name, load_experiment(name))
    if not experiments:
        yield Text("Sets", "bold")
        for name, found in experiment_sets().items():
            yield Text(f"  {name}: {found.note} ({' + '.join(found.experiments)})")
        yield Text("\nShared inputs", "bold")
        yield _table(shared_inputs("solar", "xenon", "published"))


def _of_one(name: str, e: Experiment) -> Iterator[Text | Shown]:
    yield Text.assemble((e.title, "bold"), f" ({e.name}, {e.reference})")
    yield Text(
        f"{e.exposure:.4g} t yr; {e.n_bins} fitted bins {e.extent}; {e.counts.sum():.0f} events; "
        f"{e.likelihood} likelihood{'; nuclear recoils' if e.xenon.target == 'nucleus' else ''}"
    )
    for nuisance in e.nuisances:
        yield Text(f"  {nuisance.name}: {nuisance.words} on {nuisance.scales} ({nuisance.meaning})")
    for subject, words in e.doubts.items():
        yield Text(f"  {subject}: {words}", "yellow")
    for variant, note in variant_names(name).items():
        yield Text(f"  variant {e.settings.name}:{variant}: {note}")
    yield _table(e.provenance)


def _table(sources: Mapping[str, Sequence[str]]) -> Shown:
    table = Shown("", ("table", "what, unit, source, how obtained"), prose=True)
    for file, lines in sources.items():
        table.add(file, "\n".join(lines))
        table.gap()
    return table
