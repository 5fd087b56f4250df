"""How a limit reads in a table: cells, columns and the footnotes without which no number should travel."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..experiments.folder import experiment_sets
from ..experiments.folder import experiment_title as title_of_one
from .discrepancies import discrepancy

__all__ = ["NOT_CONVERGED", "columns_of", "experiment_title", "footnotes", "limit_cells", "region_text"]

NOT_CONVERGED = "not converged"


def number(value: float) -> str:
    """Three digits, zeros among them: 17.0."""
    return f"{value:#.3g}".rstrip(".")


def region_text(pieces: Sequence) -> str:
    """Every piece of a region."""
    return " ∪ ".join(f"({number(a)}, {number(b)})" for a, b in pieces)


def experiment_title(experiment: str) -> str:
    """What a table or a legend calls an experiment: ``LZ WS2022, low_edge``, or ``LZ + XENONnT``.

    A set of :func:`bayes_enues.experiments.folder.experiment_sets` has a title of its own.
    """
    names = experiment.split("+")
    for found in experiment_sets().values():
        if sorted(found.experiments) == sorted(names):
            return found.title
    whole = [title_of_one(name.partition(":")[0]) for name in names]
    short = [title.split()[0] for title in whole]
    titles = []
    for name, title in zip(names, short if 1 < len(set(short)) == len(short) else whole, strict=True):
        variant = name.partition(":")[2]
        titles.append(f"{title}, {variant}" if variant else title)
    return " + ".join(titles)


def columns_of(rows: Sequence[Mapping[str, Any]], signed: bool) -> list[str]:
    """Heads of the columns that :func:`limit_cells` fills, of two lines each."""
    own = any(not row["prior"].startswith(f"flat in {row['parameter']} on") for row in rows)
    prior = "your prior" if own else "flat prior"
    cut = f"profile\nΔχ²<{rows[0]['profile']['delta_chi2']:.3g}"
    columns = [f"posterior HDI\n{prior}", f"equal-tailed\n{prior}", cut]
    if not signed:
        columns = [f"posterior\n{prior}", "posterior\nflat x²", "profile\none-sided", cut]
    return [*columns, "published\n", "profile\n/ publ."]


def limit_cells(row: Mapping[str, Any], signed: bool) -> list[str]:
    """Both bounds of a row of ``limits.json``, the published one and their ratio."""
    posterior, profile, published = row["posterior"], row["profile"], row["published"]

    if signed:
        bound = [NOT_CONVERGED, ""]
        if posterior["converged"]:
            bound = [region_text(posterior["pieces"]), region_text([posterior["eti"]])]
        cells = [*bound, region_text(profile["pieces"])]
        ours = [profile["pieces"][0][0], profile["pieces"][-1][1]]
    else:
        bound = [NOT_CONVERGED, ""]
        if posterior["converged"]:
            error = posterior.get("mcse")  # none where quadrature gave the bound
            error = "" if error is None else f"±{error:.1g}"
            bound = [
                f"< {number(posterior['upper'])}{error}",
                f"< {number(posterior['upper_flat_strength'])}",
            ]
        one_sided = profile["upper_one_sided"]  # none at levels below one half
        one_sided = "" if one_sided is None else f"< {number(one_sided)}"
        cells = [*bound, one_sided, f"< {number(profile['upper'])}"]
        ours = [None, profile["upper"]]
    if published is None:
        return [*cells, "", ""]
    theirs = [published["lower"], published["upper"]]
    ratios = " ".join(f"{a / b:.2f}" for a, b in zip(ours, theirs, strict=True) if a is not None and b)
    shown = f"< {theirs[1]:g}" if theirs[0] is None else f"({theirs[0]:g}, {theirs[1]:g})"
    return [*cells, shown, ratios]


def footnotes(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """What a reader must know before using a number of the table."""
    level = f"{100 * rows[0]['level']:g} %"
    lines = []
    if any(row["posterior"]["kind"] == "upper" for row in rows):
        lines += [
            f"posterior: one-sided {level} credible bound, ± its Monte Carlo error where it was sampled; "
            "'flat x²': prior flat in the square of the parameter.",
            f"profile: 'one-sided' is the one-sided {level} bound; the other column cuts a two-sided {level} "
            "interval, as the paper does, and its upper end read alone covers more.",
            "Bounds differ by threshold first, then by prior.",
        ]
    if any(row["posterior"]["kind"] == "hdi" for row in rows):
        lines.append(f"posterior HDI: {level} highest-density region, in pieces where it splits.")
    if any(row["profile"]["at_boundary"] for row in rows):
        where = (
            "all" if all(row["profile"]["at_boundary"] for row in rows) else "some (limits.json says which)"
        )
        lines.append(f"The best fit lies on the boundary at zero in {where} of these rows.")
    if any(row["posterior"]["kind"] == "upper" for row in rows):
        lines.append(
            "So near the boundary no bound covers exactly what it promises: docs/coverage.md has the "
            "numbers, 'bayes-enues coverage' makes them."
        )
    if any("xenonnt_sr0" in row["experiment"].split("+") for row in rows):
        lines.append(
            "XENONnT: Eq. 15 takes its errors from the observed counts and so covers too little for large "
            "signals; --experiment xenonnt_sr0:poisson does not."
        )
    for row in rows:
        toys = row.get("feldman_cousins")
        if toys and toys["upper"] is not None:
            lines.append(
                f"Feldman-Cousins, {toys['toys']} toys a value: {row['parameter']} from "
                f"{experiment_title(row['experiment'])} < {toys['upper']:.3g} ± {toys['error']:.1g}."
            )
    reasons = {}
    for row in rows:
        found = discrepancy(row)
        if found is not None and found.words:
            reasons.setdefault(found.words, f"{row['parameter']} from {experiment_title(row['experiment'])}")
    lines += [f"* {where}: {words}" for words, where in reasons.items()]
    if any("lz_ws2022" in row["experiment"].split("+") for row in rows):
        lines.append(
            "* LZ: the low-energy edge of its efficiency is the dominant systematic; "
            "--experiment lz_ws2022:low_edge shows what it does."
        )
    caveats = {}  # a variant repeats what its experiment said
    for line in (line for row in rows for line in [*row["caveats"], *row["notes"]]):
        caveats.setdefault(line.partition(": ")[2] or line, line)
    return lines + [f"* {line}" for line in caveats.values()]
