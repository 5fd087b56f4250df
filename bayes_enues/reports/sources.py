"""What the numbers of a report rest on: the state of each posterior, every input, references."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..tables import packaged, packaged_names, read_table, sha256
from .citations import cite
from .pages import part
from .wording import NOT_CONVERGED

__all__ = ["diagnostics", "inputs", "references"]

#: What is said of a posterior, with its digits.
_STATES = (("rhat", 4), ("ess_bulk", 0), ("ess_tail", 0))


def diagnostics(rows: Sequence[Mapping[str, Any]]) -> str:
    good = [row["posterior"] for row in rows if row["posterior"]["converged"]]
    text = f"{len(good)} of {len(rows)} posteriors converged"
    if good:
        text += (
            f": largest R-hat {max(p['rhat'] for p in good):.4f}, smallest effective sample size "
            f"{min(min(p['ess_bulk'], p['ess_tail']) for p in good):.0f}, no divergences"
        )
    text += (
        ". A posterior counts with R-hat at most 1.01, bulk and tail effective sample size of 400 or more "
        "and no divergence; otherwise it gives no bound."
    )
    head = ["parameter", "experiment", "model", "R-hat", "ESS bulk", "ESS tail", "diverg.", "sampler"]
    head += ["draws", "attempts", "Monte Carlo error", "state", "fingerprint"]
    body = []
    for row in rows:
        p = row["posterior"]
        mass = f" ({row['mass']:g} keV)" if isinstance(row.get("mass"), int | float) else ""
        error = p.get("mcse")
        body.append(
            [
                str(row["parameter"]) + mass,
                row["experiment"],
                row["model"],
                *("" if p[k] is None else f"{p[k]:.{n}f}" for k, n in _STATES),  # None: it was no number
                *(str(p.get(name, "")) for name in ("divergences", "sampler", "draws", "attempts")),
                f"{error:.2g}" if isinstance(error, float) else "",
                "converged" if p["converged"] else NOT_CONVERGED,
                row.get("fingerprint", "")[:8],
            ]
        )
    return part("diagnostics", words=text, head=head, rows=body)


def _experiments(rows: Sequence[Mapping[str, Any]]):
    """Experiments that the rows name and that can still be read, and the names of the others."""
    from ..experiments.loading import load_experiment
    from ..runs.rows import split_experiments

    names = [n for row in rows if "experiment" in row for n in split_experiments(str(row["experiment"]))]
    loaded, gone = [], []
    for name in dict.fromkeys(names):
        try:
            loaded.append(load_experiment(name))
        except (ValueError, FileNotFoundError):
            gone.append(name)
    return loaded, gone


def inputs(rows: Sequence[Mapping[str, Any]]) -> str:
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
            "nuisances": [f"{n.name}: {100 * n.sigma:g} % on {n.scales} ({n.meaning})" for n in e.nuisances],
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


def references(rows: Sequence[Mapping[str, Any]]) -> str:
    loaded, _ = _experiments(rows)
    samplers = {str((row.get("posterior") or {}).get("sampler", "")) for row in rows} - {""}
    parts: list[Any] = list(loaded)
    if loaded:
        parts += [{"experiment": e, "posterior": {"sampler": s}} for s in samplers for e in loaded]
    text = cite(parts) if parts else ""
    return part("references", bibtex=text)
