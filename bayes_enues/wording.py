"""How a limit reads in a table: cells, columns and the footnotes without which no number should travel."""

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["NOT_CONVERGED", "columns_of", "footnotes", "limit_cells", "region_text"]

NOT_CONVERGED = "not converged"


def region_text(pieces: Sequence) -> str:
    """Every piece of a region."""
    return " ∪ ".join(f"({a:.3g}, {b:.3g})" for a, b in pieces)


def columns_of(rows: Sequence[Mapping[str, Any]], signed: bool) -> list[str]:
    """Heads of the columns that :func:`limit_cells` fills."""
    cut = f"profile Δχ²={rows[0]['profile']['delta_chi2']:.4g}"
    columns = ["posterior HDI", "equal-tailed", cut]
    if not signed:
        columns = ["posterior", "flat in square", "profile 1-sided", cut]
    return [*columns, "published", "profile/publ."]


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
            bound = [
                f"< {posterior['upper']:.3g} ± {posterior['mcse']:.1g}",
                f"< {posterior['upper_flat_strength']:.3g}",
            ]
        cells = [*bound, f"< {profile['upper_one_sided']:.3g}", f"< {profile['upper']:.3g}"]
        ours = [None, profile["upper"]]
    if published is None:
        return [*cells, "", ""]
    theirs = [published["lower"], published["upper"]]
    ratios = " ".join(f"{a / b:.2f}" for a, b in zip(ours, theirs, strict=True) if a is not None and b)
    shown = f"< {theirs[1]:g}" if theirs[0] is None else f"({theirs[0]:g}, {theirs[1]:g})"
    return [*cells, shown, ratios]


def footnotes(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """What a reader must know before using a number of the table."""
    level = 100 * rows[0]["level"]
    lines = []
    if any(row["posterior"]["kind"] == "upper" for row in rows):
        lines.append(
            f"posterior: one-sided {level:g} % credible bound, prior flat in the parameter ('flat in "
            "square': flat in its square), ± Monte Carlo error. Profile: the two-sided threshold of the "
            "paper, whose upper end alone covers more, and the one-sided one. "
            "Bounds differ by threshold first, then by prior."
        )
    if any(row["posterior"]["kind"] == "hdi" for row in rows):
        lines.append(
            f"posterior HDI: {level:g} % highest-density region, in pieces where it splits; flat prior."
        )
    if any(row["profile"]["at_boundary"] for row in rows):
        lines.append(
            "The best fit of the non-negative parameters lies on the boundary at zero, "
            "unless limits.json says other."
        )
    seen = dict.fromkeys(line for row in rows for line in [*row["caveats"], *row["notes"]])
    return lines + [f"* {line}" for line in seen]
