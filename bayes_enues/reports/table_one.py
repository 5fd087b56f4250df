"""Table I: the paper's limits, ours by both statistics with their ratios, and the limits of others."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from ..experiments.published import PAPER, published_limits
from ..interactions.named import interaction_named
from ..results import Limit, grouped
from ..runs.store import schema_name
from .discrepancies import discrepancy

Ends = tuple[float | None, float | None]


@dataclass(frozen=True)
class Entry:
    """One line of Table I. Bounds are in ``unit``; an upper limit has no lower end.

    Attributes
    ----------
    model, parameter, unit, who : str
    paper : tuple of (lower, upper) or None
        Published for this data set by arXiv:2208.06415, or by others for their own.
    profile : list of (lower, upper), or None
        Pieces of our Delta chi^2 region; None for limits of others.
    profile_one_sided : float or None
    posterior : list of (lower, upper), or None
        Upper bound or pieces of the highest-density region; None where it did not converge.
    profile_ratio, posterior_ratio : dict
        Our outer ends over the published ones.
    words : str
        Where a difference above 3 % comes from; of a limit of others, its confidence.
    source : str
    """

    model: str
    parameter: str
    unit: str
    who: str
    paper: Ends | None
    profile: Sequence[Ends] | None
    profile_one_sided: float | None
    posterior: Sequence[Ends] | None
    profile_ratio: dict[str, float]
    posterior_ratio: dict[str, float]
    words: str
    source: str


def table(limits: Sequence[Limit]) -> list[Entry]:
    """Table I: ours beside the paper's, then the limits of others on the same parameter."""
    entries = []
    for model, of_model in grouped(limits, "model").items():
        unit = interaction_named(model).unit
        for name, mine in grouped(of_model, "parameter").items():
            entries += map(_ours, mine)
            entries += [
                Entry(model, name, unit, p.experiment, (p.lower, p.upper), None, None, None, {}, {},
                      f"{100 * p.confidence:g} %" if p.confidence else "not stated", p.source)
                for p in published_limits()
                if (p.model, p.parameter) == (model, name) and p.source != PAPER
            ]  # fmt: skip
    return entries


def _ours(limit: Limit) -> Entry:
    published, posterior, profile = limit.published, limit.posterior, limit.profile
    one_sided = profile.upper_one_sided
    pieces = profile.pieces if one_sided is None else [(None, profile.upper)]
    credible = None
    if posterior.converged:
        credible = posterior.headline.pieces or [(None, posterior.headline.upper)]
    found = discrepancy(limit)
    ratios = {}
    if published and credible:
        ends = {"lower": (credible[0][0], published.lower), "upper": (credible[-1][1], published.upper)}
        ratios = {end: ours / theirs for end, (ours, theirs) in ends.items() if ours and theirs}
    return Entry(
        limit.model, limit.parameter, limit.unit, limit.experiment,
        published and (published.lower, published.upper), pieces, one_sided, credible,
        found.ratios if found else {}, ratios, found.words if found else "",
        published.source if published else "",
    )  # fmt: skip


def interval_text(pieces: Iterable | None) -> str:
    """``< 8.85``, or every piece as ``(-92.7, -50.1) ∪ (-35.6, 8.93)``; empty for None."""
    return " ∪ ".join(f"< {b:.3g}" if a is None else f"({a:.3g}, {b:.3g})" for a, b in pieces or ())


def _ratio_text(ratios: Mapping[str, float]) -> str:
    return ", ".join(f"{ratio:.3f}" for ratio in ratios.values())


def table_markdown(entries: Sequence[Entry]) -> str:
    """Table I in Markdown, one table a model, its differences numbered below by the page."""
    lines = []
    for model, mine in grouped(entries, "model").items():
        lines += [f"### {model.replace('_', ' ').capitalize()} [{mine[0].unit}]", ""]
        heads = ["parameter", "data", "paper", "profile", "profile/paper", "posterior", "posterior/paper"]
        lines += ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
        for e in mine:
            paper = interval_text([e.paper] if e.paper else None)
            if e.profile is None:
                cells = [e.parameter, e.who, f"{paper} ({e.words}; {e.source})", "", "", "", ""]
            else:
                posterior = interval_text(e.posterior) or "not converged"
                cells = [e.parameter, f"**{e.who}**", paper, interval_text(e.profile)]
                cells += [_ratio_text(e.profile_ratio), posterior, _ratio_text(e.posterior_ratio)]
            lines.append("| " + " | ".join(cells) + " |")
        lines.append("")
    return "\n".join(lines)


def table_csv(entries: Sequence[Entry]) -> str:
    """Table I as CSV: outer ends and ratios in columns of their own, pieces as JSON."""
    text = io.StringIO()
    columns = [
        "model", "parameter", "unit", "data", "paper_lower", "paper_upper",
        "profile_lower", "profile_upper", "profile_one_sided", "profile_ratio_lower", "profile_ratio_upper",
        "posterior_lower", "posterior_upper", "posterior_ratio_lower", "posterior_ratio_upper",
        "profile_pieces", "posterior_pieces", "words", "source",
    ]  # fmt: skip
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for e in entries:
        paper = e.paper or (None, None)
        profile, posterior = e.profile or [[None, None]], e.posterior or [[None, None]]
        values = [
            e.model, e.parameter, e.unit, e.who, *paper, profile[0][0], profile[-1][1], e.profile_one_sided,
            e.profile_ratio.get("lower"), e.profile_ratio.get("upper"), posterior[0][0], posterior[-1][1],
            e.posterior_ratio.get("lower"), e.posterior_ratio.get("upper"),
            json.dumps(e.profile), json.dumps(e.posterior), e.words, e.source,
        ]  # fmt: skip
        writer.writerow(["" if v is None else v for v in values])
    return text.getvalue()


def table_json(entries: Sequence[Entry]) -> str:
    """Table I as JSON, a row for each line of the table."""
    content = {"schema": schema_name("table_one"), "rows": [asdict(e) for e in entries]}
    return json.dumps(content, indent=1) + "\n"
