"""What the numbers of a report rest on: the state of each posterior, every input, references."""

from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from typing import Any

from ..tables import packaged, packaged_names, read_table, sha256
from .citations import cite
from .tables import bullets, table
from .wording import NOT_CONVERGED

__all__ = ["diagnostics", "inputs", "references"]

#: What is said of a posterior, with its digits.
_STATES = (("rhat", 4), ("ess_bulk", 0), ("ess_tail", 0))


def diagnostics(rows: Sequence[Mapping[str, Any]]) -> str:
    good = [row["posterior"] for row in rows if row["posterior"]["converged"]]
    text = f"<p>{len(good)} of {len(rows)} posteriors converged"
    if good:
        text += (
            f": largest R-hat {max(p['rhat'] for p in good):.4f}, smallest effective sample size "
            f"{min(min(p['ess_bulk'], p['ess_tail']) for p in good):.0f}, no divergences"
        )
    text += (
        ". A posterior counts with R-hat at most 1.01, bulk and tail effective sample size of 400 or more "
        "and no divergence; otherwise it gives no bound.</p>\n"
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
    html = table(head, body, left=3)
    return text + f"<details><summary>all {len(rows)} posteriors</summary>{html}</details>\n"


def _experiments(rows: Sequence[Mapping[str, Any]]):
    """Experiments that the rows name and that can still be read, and the names of the others."""
    from ..experiments.loading import load_experiment
    from ..runs.rows import split_experiments

    homes = {name: e["folder"] for row in rows for name, e in _stored(row).items()}
    names = [n for row in rows if "experiment" in row for n in split_experiments(str(row["experiment"]))]
    loaded, gone = [], []
    for name in dict.fromkeys([*homes, *names]):
        _, colon, variant = name.partition(":")
        try:
            loaded.append(load_experiment(f"{homes[name]}{colon}{variant}" if homes.get(name) else name))
        except (ValueError, FileNotFoundError):
            gone.append(name)
    return loaded, gone


def _stored(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a row says of its experiments; nothing if it was written by version 0.1."""
    return (row.get("provenance") or {}).get("experiments", {})


def changed(rows: Sequence[Mapping[str, Any]]) -> str:
    """A line where data, code or versions are others today than when a row was made."""
    from ..runs.provenance import changes_since, file_hash

    hash_of = cache(file_hash)
    words = [w for row in rows if "provenance" in row for w in changes_since(row["provenance"], hash_of)]
    if not words:
        return ""
    found = escape("; ".join(dict.fromkeys(words)))
    return f'<p class="bad">Other today than when these rows were made: {found}. Hashes are theirs.</p>'


def inputs(rows: Sequence[Mapping[str, Any]]) -> str:
    """Source, unit and hash of every table, hashes and totals as the rows were made."""
    loaded, gone = _experiments(rows)
    parts = [changed(rows)]
    head = ["file", "what, unit, source, how obtained", "SHA-256"]
    used: dict[str, list] = {}
    for row in rows:
        for name, e in _stored(row).items():
            known = used.setdefault(name, [])
            known += [] if e in known else [e]
    for e in loaded:
        now = {"exposure": e.exposure, "bins": e.n_bins, "events": e.counts.sum(), "files": e.hashes}
        parts.append(f"<h3>{escape(e.title)} ({escape(e.name)}, {escape(e.reference)})</h3>")
        for then in used.get(e.name, [now]):
            about = f"{then['exposure']:.4g} t yr; {then['bins']} fitted bins; {then['events']:.0f} events"
            parts.append(f"<p>{escape(about)}; {escape(e.likelihood)} likelihood</p>")
        if e.note:
            parts.append(f"<p>{escape(e.note)}</p>")
        nuisances = [f"{n.name}: {100 * n.sigma:g} % on {n.scales} ({n.meaning})" for n in e.nuisances]
        parts.append(bullets(map(escape, nuisances)))
        body = [
            [file, " ".join(lines), ", ".join(t["files"].get(file, "")[:12] for t in used.get(e.name, [now]))]
            for file, lines in e.provenance.items()
        ]
        parts.append(table(head, body, 3, "words"))
    if gone:
        parts.append(f"<p>Not found any more: {escape(', '.join(gone))}.</p>")
    parts.append("<h3>The Sun and xenon</h3>")
    tables = next((row["provenance"]["tables"] for row in rows if "provenance" in row), {})
    body = [
        [
            f"{folder}/{file}",
            " ".join(read_table(packaged(folder, file)).provenance),
            tables.get(f"{folder}/{file}", sha256(packaged(folder, file)))[:12],
        ]
        for folder in ("solar", "xenon")
        for file in packaged_names(folder)
        if file.endswith(".csv")
    ]
    parts.append(table(head, body, 3, "words"))
    return "".join(parts)


def references(rows: Sequence[Mapping[str, Any]]) -> str:
    loaded, _ = _experiments(rows)
    samplers = {str((row.get("posterior") or {}).get("sampler", "")) for row in rows} - {""}
    parts: list[Any] = list(loaded)
    if loaded:
        parts += [{"experiment": e, "posterior": {"sampler": s}} for s in samplers for e in loaded]
    text = cite(parts) if parts else ""
    return f"<details><summary>BibTeX</summary><pre>{escape(text)}</pre></details>\n"
