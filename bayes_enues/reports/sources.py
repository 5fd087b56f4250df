"""What the numbers of a report rest on: the state of each posterior, every input, references."""

import os
from collections.abc import Sequence
from functools import cache

from ..results import ESS, R_HAT, Limit, Region, Row, UsedExperiment, there
from ..tables import packaged, packaged_names, read_table, sha256
from .citations import cite, sampler_of
from .pages import part
from .wording import NOT_CONVERGED


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
    """Experiments by the names that the rows have, as they can be read today, and names of the others."""
    from ..experiments.loading import load_experiment
    from ..runs.asked import split_experiments

    homes = {name: found[0].home for name, found in _used(rows).items() if os.path.isabs(found[0].home)}
    names = [name for row in rows for name in split_experiments(row.experiment)]
    loaded, gone = {}, []
    for name in dict.fromkeys(names):
        variant = "".join(name.partition(":")[1:])
        try:
            loaded[name] = load_experiment(homes[name] + variant if name in homes else name)
        except (ValueError, FileNotFoundError):
            gone.append(name)
    return loaded, gone


def _used(rows: Sequence[Row]) -> dict[str, list[UsedExperiment]]:
    """What the rows say of each experiment, which is not the same for all if it was edited meanwhile."""
    found: dict[str, list[UsedExperiment]] = {}
    for row in rows:
        for name, used in row.provenance.experiments.items() if row.provenance else ():
            if used not in found.setdefault(name, []):
                found[name].append(used)
    return found


def inputs(rows: Sequence[Row]) -> str:
    """Source, unit and hash of every table: hashes and totals as the rows were made, and what has changed."""
    from ..runs.provenance import changes_since, file_hash

    loaded, gone = _experiments(rows)
    known, used, hash_of = [row.provenance for row in rows if row.provenance], _used(rows), cache(file_hash)
    experiments = []
    for name, e in loaded.items():
        now = {"exposure": e.exposure, "events": e.counts.sum(), "background": e.background.sum()}
        then = used.get(name) or [UsedExperiment(home=name, **now, bins=e.n_bins, files=dict(e.hashes))]
        totals = [f"{u.exposure:.4g} t yr; {u.bins} fitted bins; {u.events:.0f} events" for u in then]
        hashes = {file: ", ".join(u.files.get(file, "")[:12] for u in then) for file in e.provenance}
        experiments.append(
            {
                "title": e.title,
                "name": name,
                "reference": e.reference,
                "about": f"{' / '.join(totals)}; {e.likelihood} likelihood",
                "note": e.note,
                "nuisances": [f"{n.name}: {n.words} on {n.scales} ({n.meaning})" for n in e.nuisances],
                "tables": [[file, " ".join(lines), hashes[file]] for file, lines in e.provenance.items()],
            }
        )
    then_shared = known[0].tables if known else {}
    shared = [
        [file, " ".join(lines), then_shared.get(file, sha256(packaged(*file.split("/"))))[:12]]
        for file, lines in shared_inputs("solar", "xenon").items()
    ]
    changed = list(dict.fromkeys(word for p in known for word in changes_since(p, hash_of)))
    return part("inputs", experiments=experiments, gone=gone, shared=shared, changed=changed)


def shared_inputs(*folders: str) -> dict[str, Sequence[str]]:
    """The packaged tables that no experiment owns, and what stands above their columns."""
    files = [(folder, file) for folder in folders for file in packaged_names(folder) if file.endswith(".csv")]
    return {"/".join(path): read_table(packaged(*path)).provenance for path in files}


def made(rows: Sequence[Row], when: str) -> str:
    """When and how the page was made; versions and hashes of what computed its rows."""
    known = [row.provenance for row in rows if row.provenance]
    versions = dict.fromkeys((name, text) for p in known for name, text in p.versions.items())
    code = list(dict.fromkeys(p.code[:16] for p in known))
    return part("made", when=when, versions=[list(pair) for pair in versions], code=code, rows=len(known))


def references(rows: Sequence[Row]) -> str:
    different = {(row.experiment, sampler_of(row)): row for row in rows}
    text = cite(list(different.values()))
    return part("references", bibtex=text)
