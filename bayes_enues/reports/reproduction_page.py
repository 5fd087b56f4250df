"""``reproduction.md``: what agrees with the paper, what does not, and where each difference comes from."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ..experiments.published import PAPER
from ..results import Limit, PosteriorBound, Region, there
from ..runs.files import write_text
from .discrepancies import AGREEMENT
from .pages import render
from .table_one import Entry, table, table_csv, table_json, table_markdown


def write_pages(rows: Mapping[str, Sequence], out: Path, figures: Sequence[str]) -> None:
    """Table I in its three forms, and the page of differences.

    Parameters
    ----------
    rows : mapping
        ``limits`` and ``regions``, as ``bayes-enues reproduce`` computes them.
    out : path
        The folder.
    figures : sequence of str
        Names of the figures that stand on the page.
    """
    entries = table(rows["limits"])
    write_text(out / "table_one.md", table_markdown(entries))
    write_text(out / "table_one.csv", table_csv(entries))
    write_text(out / "table_one.json", table_json(entries))
    write_text(out / "reproduction.md", reproduction_page(rows["limits"], rows["regions"], figures))


def reproduction_page(limits: Sequence[Limit], regions: Sequence[Region], figures: Sequence[str] = ()) -> str:
    """The page in Markdown.

    Parameters
    ----------
    limits : sequence of Limit
    regions : sequence of Region
    figures : sequence of str
        Names of the figures beside it, without suffix.
    """
    entries = table(limits)
    return render(
        "reproduction.md",
        paper=PAPER,
        names={"xenonnt_sr0": "XENONnT", "lz_ws2022": "LZ", "lz_ws2022:low_edge": "LZ with the lower edge"},
        agreement=agreement(entries),
        percent=f"{100 * AGREEMENT:.0f}",
        reasons=_reasons(entries),
        contradictions=contradictions(limits),
        statistics=_statistics_lines(limits),
        draws=_draws_lines(limits, regions),
        table=table_markdown(entries),
        figures=figures,
    )


def _reasons(entries) -> dict[str, list[str]]:
    """Words on a difference from the paper, and the limits that they explain."""
    reasons: dict[str, list[str]] = {}
    for e in entries:
        if e.profile_ratio and e.words:
            ratios = ", ".join(f"{ratio:.2f}" for ratio in e.profile_ratio.values())
            reasons.setdefault(e.words, []).append(f"{e.model} {e.parameter} from {e.who}: {ratios}")
    return reasons


def _statistics_lines(limits) -> list[str]:
    lines = []
    if limit := _find(limits, "magnetic_moment", "nu_e", "xenonnt_sr0"):
        profile, posterior = limit.profile, limit.posterior
        bounds = {"one-sided, Delta chi^2 = 1.642": there(profile.upper_one_sided)}
        if posterior.converged:
            bounds["posterior, flat in mu"] = there(posterior.headline.upper)
            bounds["posterior, flat in mu^2"] = there(posterior.upper_flat_strength)
        bounds["two-sided threshold, 2.706"] = profile.upper
        ordered = sorted(bounds.items(), key=lambda item: item[1])
        ordered = ", ".join(f"{bound:.3g} ({words})" for words, bound in ordered)
        lines.append(
            f"The threshold comes first, then the prior. For XENONnT's mu_e, in 1e-12 mu_B: {ordered}."
        )
    for experiment in ("xenonnt_sr0", "lz_ws2022+xenonnt_sr0"):
        if limit := _find(limits, "charge_radius", "nu_e", experiment):
            pieces, credible = (
                " and ".join(f"({a:.1f}, {b:.1f})" for a, b in bound.pieces or ())
                for bound in (limit.profile, limit.posterior.headline)
            )
            lines.append(
                f"The charge radius of nu_e has two minima, near 0 and -78. From {experiment} the profile "
                f"allows {pieces}, the posterior {credible or 'did not converge'}."
            )
    return lines


def _draws_lines(limits, regions) -> list[str]:
    good = [limit.posterior for limit in limits if limit.posterior.converged]
    lines = [f"{len(good)} of {len(limits)} posteriors converged; the others give no bound."]
    if good:
        lines.append(
            f"Worst R-hat {max(p.rhat for p in good):.4f}; least effective sample size "
            f"{min(min(p.ess_bulk, p.ess_tail) for p in good):.0f}; "
            f"{sum(p.divergences for p in good)} divergences; sequential Monte Carlo for "
            f"{sum(p.sampler == 'smc' for p in good)}."
        )
        pulls = np.array([pull for p in good for pull in _pulls(p)])
        if pulls.size:
            lines.append(
                f"Against exact quadrature the ends of these bounds are off by at most {pulls.max():.1f} "
                f"Monte Carlo standard errors ({(pulls > 3).sum()} of {pulls.size} by more than 3)."
            )
    inside = [r.posterior for r in regions if r.posterior.converged]
    if inside:
        shares = [100 * p.share_inside for p in inside]
        pulls = [abs(p.share_inside - p.level) / p.share_error for p in inside]
        laplace = max(p.integration_error for p in inside)
        grid = max(part.grid_error for r in regions for part in (r.profile, r.posterior))
        lines.append(
            f"Of the draws of {len(inside)} planes {min(shares):.1f} to {max(shares):.1f} % lie in the "
            f"90 % region that quadrature finds, at most {max(pulls):.1f} Monte Carlo errors from 90 %. "
            f"Laplace's method is off by at most {laplace:.1g} in the log-density; half as many grid points "
            f"change the areas by at most {grid:.1g}."
        )
    return lines


def _pulls(posterior: PosteriorBound) -> list[float]:
    exact, error = posterior.exact, posterior.mcse
    if not exact or not error:
        return []
    if posterior.pieces is None:
        return [abs(there(posterior.upper) - there(exact.upper)) / error]
    ours, theirs = np.ravel(posterior.pieces), np.ravel(there(exact.pieces))
    return list(np.abs(ours - theirs) / error) if ours.size == theirs.size else [np.inf]


def _find(limits: Sequence[Limit], *wanted: str) -> Limit | None:
    return next((one for one in limits if (one.model, one.parameter, one.experiment) == wanted), None)


def agreement(entries: Sequence[Entry]) -> dict[str, tuple[int, int]]:
    """For each data set: how many of the paper's limits the profile reproduces, and of how many."""
    counted = {}
    for e in entries:
        if e.profile_ratio:
            good = all(abs(ratio - 1) <= AGREEMENT for ratio in e.profile_ratio.values())
            agree, all_ = counted.get(e.who, (0, 0))
            counted[e.who] = (agree + good, all_ + 1)
    return counted


def contradictions(limits: Sequence[Limit]) -> list[tuple[str, str, str]]:
    """Where the paper contradicts itself or the literature, what this package does, with its own numbers."""
    found = []
    names = ("universal", "nu_e", "nu_mu", "nu_tau")
    moments = [m for name in names if (m := _find(limits, "magnetic_moment", name, "xenonnt_sr0"))]
    if len(moments) == len(names):
        universal, *flavours = (limit.profile.upper for limit in moments)
        theirs = [there(there(limit.published).upper) for limit in moments[1:]]
        implied, by_theirs = (sum(u**-2 for u in uppers) ** -0.5 for uppers in (flavours, theirs))
        found.append(
            (
                "universal moment, XENONnT",
                f"6.3 is printed; the paper's three flavour limits imply {by_theirs:.2f}, as 1/mu^2 adds up.",
                f"reports its own {universal:.2f} (its flavour limits imply {implied:.2f})",
            )
        )
    ours = "uses a = -<r^2>/6, the definition of Giunti and Studenikin"
    models = ("anapole_moment", "charge_radius")
    twins = [twin for model in models if (twin := _find(limits, model, "nu_e", "xenonnt_sr0"))]
    if len(twins) == 2:
        anapole, radius = (
            f"({limit.profile.pieces[0][0]:.3g}, {limit.profile.upper:.3g})" for limit in twins
        )
        ours += f": a(nu_e) in {anapole} is -1/6 of {radius}"
    return [
        *found,
        ("Eq. 7", "a/18 implies a = -6 <r^2>; the appendix says a = -<r^2>/6, a factor of 36.", ours),
        (
            "Eq. 8",
            "2 sqrt2 G_F is twice the usual sqrt2 G_F of left-handed neutrinos: limits on g sqrt2 weaker.",
            "as printed by default, the other normalisation by an option of the light mediators",
        ),
        ("Sec. 2.4", "the molar mass is said to be that of 131Xe.", "uses natural xenon; 0.3 %"),
        ("Eq. 15", "30 bins, one of them empty with zero error.", "fits 29 bins, from 1 to 30 keV"),
        (
            "Sec. 2.4",
            "Standard Model spectra 'agree well with those reported': true for XENONnT; for LZ the step "
            "function gives 33 events where the collaboration expects 27.1.",
            "keeps the total by subtracting its own Standard Model from the published background",
        ),
    ]  # fmt: skip
