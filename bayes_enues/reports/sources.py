"""What the numbers of a report rest on: the state of each posterior, every input, references."""

from collections.abc import Sequence

from ..results import ESS, R_HAT, Limit, Region, Row, there
from ..tables import packaged, packaged_names, read_table, sha256
from .citations import cite, sampler_of
from .pages import part
from .wording import NOT_CONVERGED

__all__ = ["diagnostics", "inputs", "references"]


def diagnostics(rows: Sequence[Limit | Region]) -> str:
    good = [row.posterior for row in rows if row.posterior.converged]
    text = f"{len(good)} of {len(rows)} posteriors converged"
    if good:
        text += (
            f": largest R-hat {max(there(p.rhat) for p in good):.4f}, smallest effective sample size "
            f"{min(min(there(p.ess_bulk), there(p.ess_tail)) for p in good):.0f}, no divergences"
        )
    text += (
        f". A posterior counts with R-hat at most {R_HAT}, bulk and tail effective sample size of {ESS} or "
        "more and no divergence; otherwise it gives no bound."
    )
    head = ["parameter", "experiment", "model", "R-hat", "ESS bulk", "ESS tail", "diverg.", "sampler"]
    head += ["draws", "attempts", "Monte Carlo error", "state", "fingerprint"]

    def cell(value, form=""):
        return "" if value is None else f"{value:{form}}"

    body = []
    for row in rows:
        p = row.posterior
        numbers = [cell(p.rhat, ".4f"), cell(p.ess_bulk, ".0f"), cell(p.ess_tail, ".0f")]
        state = "converged" if p.converged else NOT_CONVERGED
        body.append(
            [
                row.parameter + ("" if row.mass is None else f" ({row.mass:g} keV)"),
                row.experiment,
                row.model,
                *numbers,
                *map(cell, (p.divergences, p.sampler, p.draws, p.attempts)),
                cell(row.posterior.mcse if isinstance(row, Limit) else None, ".2g"),
                state,
                (row.fingerprint or "")[:8],
            ]
        )
    return part("diagnostics", words=text, head=head, rows=body)


def _experiments(rows: Sequence[Row]):
    """Experiments that the rows name and that can still be read, and the names of the others."""
    from ..experiments.loading import load_experiment
    from ..runs.rows import split_experiments

    names = [name for row in rows for name in split_experiments(row.experiment)]
    loaded, gone = [], []
    for name in dict.fromkeys(names):
        try:
            loaded.append(load_experiment(name))
        except (ValueError, FileNotFoundError):
            gone.append(name)
    return loaded, gone


def inputs(rows: Sequence[Row]) -> str:
    """Source, unit and hash of every table."""
    loaded, gone = _experiments(rows)
    experiments = [
        {
            "title": e.title,
            "name": e.name,
            "reference": e.reference,
            "about": f"{e.exposure:.4g} t yr; {e.n_bins} fitted bins; {e.counts.sum():.0f} events; "
            f"{e.likelihood} likelihood",
            "note": e.note,
            "nuisances": [f"{n.name}: {n.words} on {n.scales} ({n.meaning})" for n in e.nuisances],
            "tables": [[file, " ".join(lines), e.hashes[file][:12]] for file, lines in e.provenance.items()],
        }
        for e in loaded
    ]
    shared = [
        [
            f"{folder}/{file}",
            " ".join(read_table(packaged(folder, file)).provenance),
            sha256(packaged(folder, file))[:12],
        ]
        for folder in ("solar", "xenon")
        for file in packaged_names(folder)
        if file.endswith(".csv")
    ]
    return part("inputs", experiments=experiments, gone=gone, shared=shared)


def references(rows: Sequence[Row]) -> str:
    different = {(row.experiment, sampler_of(row)): row for row in rows}
    text = cite(list(different.values()))
    return part("references", bibtex=text)
