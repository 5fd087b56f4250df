"""How a limit reads in a table: cells, columns and the footnotes without which no number should travel."""

import re
from collections.abc import Sequence

from ..experiments.folder import experiment_title
from ..results import Limit, there
from .discrepancies import discrepancy

NOT_CONVERGED, BAD_FIT = "not converged", "bad fit"
#: A file's note holds whatever else was changed: ``lz_ws2022 (changed: ...), efficiency.csv: DERIVED``.
_OF_A_FILE = re.compile(r" \(changed: .*?\)(?=, [\w./-]+\.\w+: )")
HOPELESS = 1e-6  # the p-value below which a fit gives no bound


def number(value: float) -> str:
    """Three digits, zeros among them: 17.0."""
    return f"{value:#.3g}".rstrip(".")


def region_text(pieces: Sequence) -> str:
    """Every piece of a region."""
    return " ∪ ".join(f"({number(a)}, {number(b)})" for a, b in pieces)


def columns_of(limits: Sequence[Limit], signed: bool) -> list[str]:
    """Heads of the columns that :func:`limit_cells` fills, of two lines each."""
    own = any(not limit.prior.startswith(f"flat in {limit.parameter} on") for limit in limits)
    prior = "your prior" if own else "flat prior"
    cut = f"profile\nΔχ²<{limits[0].profile.threshold:.3g}"
    columns = [f"posterior HDI\n{prior}", f"equal-tailed\n{prior}", cut]
    if not signed:
        columns = [f"posterior\n{prior}", "posterior\nflat x²", "profile\none-sided", cut]
    return [*columns, "published\n", "profile\n/ publ."]


def limit_cells(limit: Limit, signed: bool) -> list[str]:
    """Both bounds, the published one and their ratio."""
    posterior, profile, published = limit.posterior, limit.profile, limit.published
    bad = limit.goodness is not None and limit.goodness.p_value < HOPELESS
    bound, best = [BAD_FIT if bad else NOT_CONVERGED, ""], posterior.headline
    if signed:
        if posterior.converged:
            bound = [region_text(there(best.pieces)), region_text([best.eti])]
        cells = [*bound, region_text(profile.pieces)]
        ours = [profile.pieces[0][0], profile.upper]
    else:
        if posterior.converged:
            error = "" if posterior.headline_error is None else f"±{posterior.headline_error:.1g}"
            bound = [
                f"< {number(there(best.upper))}{error}",
                f"< {number(there(posterior.upper_flat_strength))}",
            ]
        one_sided = profile.upper_one_sided  # none at levels below one half
        one_sided = "" if one_sided is None else f"< {number(one_sided)}"
        low = profile.pieces[0][0]  # above zero where a signal is found
        cells = [*bound, one_sided, region_text(profile.pieces) if low > 0 else f"< {number(profile.upper)}"]
        ours = [low or None, profile.upper]
    if published is None:
        return [*cells, "", ""]
    theirs = [published.lower, published.upper]
    ratios = " ".join(f"{a / b:.2f}" for a, b in zip(ours, theirs, strict=True) if a is not None and b)
    shown = f"< {theirs[1]:g}" if theirs[0] is None else f"({theirs[0]:g}, {theirs[1]:g})"
    return [*cells, shown, ratios]


def footnotes(limits: Sequence[Limit]) -> list[str]:
    """What a reader must know before using a number of the table."""
    level = f"{100 * limits[0].level:g} %"
    kinds = {limit.posterior.kind for limit in limits}
    at_boundary = [limit.profile.at_boundary for limit in limits]
    experiments = {name for limit in limits for name in limit.experiment.split("+")}
    lines = [
        f"* {limit.parameter} from {experiment_title(limit.experiment)}: {limit.found.words}"
        for limit in limits
        if limit.found is not None
    ]
    lines += [f"* {line}" for limit in limits for line in limit.notes]
    if "upper" in kinds:
        lines += [
            "Bounds differ by threshold first, then by prior; compare one-sided with one-sided.",
            f"posterior: one-sided {level} credible bound, by quadrature and checked by the draws.",
            f"The other profile column cuts a two-sided {level} interval, as the paper does; its upper end, "
            "read alone, covers more.",
            "± is a Monte Carlo error, where only draws give the bound; 'flat x²': prior flat in the square.",
        ]
    if "hdi" in kinds:
        lines.append(f"posterior HDI: {level} highest-density region, in pieces where it splits.")
    if any(at_boundary):
        where = "all" if all(at_boundary) else "some (limits.json says which)"
        lines.append(f"The best fit lies on the boundary at zero in {where} of these rows.")
    if "upper" in kinds:
        lines.append(
            "Near the boundary no bound has exactly its nominal coverage; 'bayes-enues coverage' computes "
            "the actual one."
        )
    if "xenonnt_sr0" in experiments:
        lines.append(
            "XENONnT: Eq. 15 takes its errors from the observed counts and so undercovers for large "
            "signals; --experiment xenonnt_sr0:poisson does not."
        )
    for limit in limits:
        toys = limit.feldman_cousins
        if toys and toys.upper is not None:
            lines.append(
                f"Feldman-Cousins, {toys.toys} toys a value: {limit.parameter} from "
                f"{experiment_title(limit.experiment)} < {toys.upper:.3g} ± {toys.error:.1g}."
            )
    reasons = {}
    for limit in limits:
        found = discrepancy(limit)
        if found is not None and found.words:
            reasons.setdefault(found.words, f"{limit.parameter} from {experiment_title(limit.experiment)}")
    lines += [f"* {where}: {words}" for words, where in reasons.items()]
    if "lz_ws2022" in experiments:
        lines.append(
            "* LZ: the low-energy edge of its efficiency is the largest systematic uncertainty; "
            "--experiment lz_ws2022:low_edge shows its effect."
        )
    caveats = {}  # a variant repeats what its experiment said
    for line in (_OF_A_FILE.sub("", line) for limit in limits for line in limit.caveats):
        caveats.setdefault(line.partition(": ")[2] or line, line)
    return list(dict.fromkeys([*lines, *(f"* {line}" for line in caveats.values())]))
