"""Rows of each kind of table, made up: what is shown and written of them needs no computation."""

from dataclasses import replace
from pathlib import Path

from bayes_enues import results
from bayes_enues.analyses import stored
from bayes_enues.analyses.coverage import HEADERS
from bayes_enues.analyses.mediators import MassPlaneTable
from bayes_enues.results import FeldmanCousins

JOINT = "lz_ws2022:low_edge+xenonnt_sr0"
MOMENT = {"model": "magnetic_moment", "parameter": "universal", "unit": "1e-12 mu_B", "level": 0.9}
RADIUS = {"model": "charge_radius", "parameter": "nu_tau", "unit": "1e-32 cm^2", "level": 0.9}
SAMPLED = {
    "rhat": 1.001, "ess_bulk": 4000.0, "ess_tail": 3000.0, "divergences": 0, "sampler": "nuts", "draws": 4000,
    "attempts": 1, "converged": True, "diagnosis": "converged",
}  # fmt: skip
UPPER = {
    "kind": "upper", "level": 0.9, "lower": None, "upper": 12.34, "upper_flat_strength": 14.5, "pieces": None,
    "eti": None, "mcse": 0.12, **SAMPLED,
}  # fmt: skip
PIECES = [[-103.4, -84.21], [-52.31, -31.98], [-12.34, 56.78]]
SIGNED = UPPER | {"kind": "hdi", "lower": -103.4, "pieces": PIECES, "eti": [-99.9, 55.55]}
PROFILE = {
    "upper_one_sided": 11.9, "pieces": [[0.0, 13.94]], "best_fit": 0.0, "chi2_min": 17.8, "threshold": 2.7055,
    "at_boundary": True, "nuisances": {},
}  # fmt: skip
WORDS = "a caveat of so many words that no terminal shows it on one line, whatever width it may have"


def a_limit(kind=results.Limit, signed=False, converged=True, experiment=JOINT, **more):
    row = {
        **(RADIUS if signed else MOMENT), "experiment": experiment, "prior": "flat in universal on [0, 20]",
        "posterior": (SIGNED if signed else UPPER) | {"converged": converged},
        "profile": PROFILE | ({"pieces": PIECES, "upper_one_sided": None} if signed else {}),
        "published": {"lower": -70.0 if signed else None, "upper": 10.1, "source": "arXiv:2208.06415"},
        "caveats": [WORDS, f"LZ: {WORDS}"], "notes": [f"another: {WORDS}"],
        "atomic_model": "stepped free electrons", **more,
    }  # fmt: skip
    return kind.from_dict(row)


def every_limit(kind=results.Limit, **more):
    return [
        a_limit(kind, signed, converged, experiment, **more)
        for signed in (False, True)
        for experiment in ("xenonnt_sr0", JOINT)
        for converged in (True, False)
    ]


def a_region(model="millicharge"):
    plane = {"contours": [{"vertices": [[0.0, 1.0], [1.0, 0.0]], "closed": False}] * 2, "area": 3.072e-24}
    return results.Region.from_dict(
        RADIUS | {
            "model": model, "parameter": "nu_e, nu_mu", "parameters": ["nu_e", "nu_mu"], "experiment": JOINT,
            "prior": "flat in nu_e on [-10.25, 10.25]; flat in nu_mu on [-20.25, 20.25]", "notes": [WORDS],
            "profile": plane | {
                "threshold": 4.605, "best_fit": [0.0, 0.0], "chi2_min": 17.8, "grid_error": 1.2e-3,
            },
            "posterior": plane | SAMPLED | {
                "level": 0.9, "log_density_cut": -3.0, "share_inside": 0.901, "share_error": 0.004,
                "grid_error": 1e-3, "integration_error": 2e-4,
            },
        }
    )  # fmt: skip


def by_statistic(value):
    return dict.fromkeys(["posterior", "profile", "profile_one_sided"], value)


def an_expectation(kind, **more):
    row = MOMENT | {"experiment": JOINT, "exposure": 7.6, "asimov": by_statistic(12.34), "failed": 3}
    return kind.from_dict(row | {"toy_bounds": by_statistic([11.11, 12.22, 13.33])} | more)


def an_effect(name):
    shift = {"of_posterior": [-0.1234, 0.1234], "of_profile": [-0.1234, 0.1234]}
    effect = {"name": name, "group": "response", "meaning": "m", "prior_width": "0.05 keV", "nominal": shift}
    effect |= {"down": shift, "up": shift}
    for what in ("pull", "constraint", "correlation"):
        effect |= {f"{what}_profile": -0.12, f"{what}_posterior": 0.12}
    return effect


def a_coverage():
    bounds = list(HEADERS)
    one = MOMENT | {
        "experiment": JOINT, "toy_kind": "poisson", "true_value": 10.0526, "toys": 10_000, "failed": 0,
        "coverage": dict.fromkeys(bounds, 0.855), "coverage_error": dict.fromkeys(bounds, 0.0035),
        "coverage_target": dict.fromkeys(bounds, 0.9), "critical_value": 3.22, "critical_value_error": 0.04,
        "share_at_boundary": 0.5, "delta_chi2_observed": 3.4, "p_value": 0.064, "complete": True,
    }  # fmt: skip
    limit = {
        "lower": None, "upper": 8.99, "pieces": [[0.0, 8.99]], "error": 0.07, "critical_value": 2.8,
        "note": WORDS,
        "level": 0.9, "toys": 10_000, "standard_model_p_value": 0.5, **MOMENT, "experiment": JOINT,
    }  # fmt: skip
    return [results.CoverageRow.from_dict(one)] * 2, [FeldmanCousins.from_dict(limit)]


def limits_at_masses():
    at = {"model": "light_pseudoscalar", "parameter": "coupling"}
    return [replace(a_limit(), **at, mass=mass) for mass in (1.0, 10.0, 100.0)]


def rows_of(kind):
    """Rows of each kind of table, made up here."""
    exact = {"lower": None, "upper": 12.34}
    if kind == "limits":
        return every_limit()
    if kind == "mediators":
        return limits_at_masses()
    if kind == "mediator_planes":
        return [a_region("light_pseudoscalar")]
    if kind == "regions":
        return [a_region()] * 2
    if kind == "priors":
        more = {
            "nuisance": False, "how": "sampled", "pareto_k": None, "reason": "", "range": [0.0, 20.0],
            "exact": exact, "label": "half-normal, scale 1e-11 mu_B", "flag": WORDS, "ratio_to_default": 0.91,
            "ratio_to_profile": 0.85, "ratio_to_one_sided": 1.05,
        }  # fmt: skip
        own = more | {"exact": exact | {"lower": -103.4, "pieces": PIECES}}
        unsigned, signed = (a_limit(results.PriorStudyRow, s, **m) for s, m in ((False, more), (True, own)))
        return [unsigned] * 2 + [signed] * 2
    if kind == "systematics":
        shift = {"of_posterior": [-0.123, 0.31], "of_profile": [-0.456, 0.789]}
        more = {"shift": shift, "standard_model_counts": 33.0, "label": "first bin with events left out"}
        return every_limit(results.SystematicsRow, **more)
    if kind == "nuisances":
        bounds = {"of_posterior": [-103.4, 56.78], "of_profile": [-103.4, 56.78]}
        effects = [an_effect(name) for name in ("edge_xenonnt_sr0", "alpha_background", "beta_flux")]
        shares = {"shares": {"statistics": 0.9, "Sun": 0.01, "response": 0.08, "backgrounds": 0.01}}
        row = MOMENT | {"experiment": JOINT, "prior": "flat", "effects": effects} | bounds | shares
        return [results.Nuisances.from_dict(row)]
    if kind == "checks":
        row = MOMENT | {
            "experiment": "xenonnt_sr0", "fit": JOINT, "group": "posterior", "posterior": SAMPLED,
            "p_value": 0.5, "pit": [0.5] * 29, "pit_uniform_p_value": 0.3, "bins_outside_95": 2,
        }  # fmt: skip
        return [results.Check.from_dict(row)] * 2
    if kind == "compare":
        row = MOMENT | {
            "experiment": JOINT, "prior": "flat in universal on [0, 20.25]", "width": 20.0,
            "posterior": SAMPLED, "quadrature": -12.34, "savage_dickey": -12.3, "smc": -12.31,
            "smc_scatter": 0.1, "narrower": -1.2, "wider": -2.3, "scans": [],
        }  # fmt: skip
        return [results.Comparison.from_dict(row)] * 2
    if kind == "coverage":
        return a_coverage()[0]
    if kind == "calibration":
        row = MOMENT | {
            "experiment": JOINT, "prior": "halfnormal(1e-11 mu_B)", "simulations": 1000, "not_converged": 0,
            "by_smc": 301, "divergences": 0, "probability": 0.99, "passed": False,
            "quantities": {"nu_e": {"inside": False, "excess": 0.1}, "chi2": {"inside": True, "excess": 0}},
        }  # fmt: skip
        return [results.CalibrationRow.from_dict(row)] * 2
    if kind == "expected":
        more = {
            "observed": by_statistic(10.1), "signal": {"q0": 9.2, "p_value": 0.002},
            "standard_model": {"chi2": 137.0, "bins": 150, "p_value": 0.67},
        }  # fmt: skip
        return [an_expectation(results.Expected, **more)] * 2
    if kind == "projection":
        return [an_expectation(results.Projection)] * 2
    assert kind == "fluxes"
    own = {"model": "solar_flux", "parameter": "be7", "unit": "1"}
    return [replace(a_limit(signed=True, converged=found), **own) for found in (True, False)]


def table_of(kind):
    more = {}
    if kind == "coverage":
        more = {"limits": tuple(a_coverage()[1])}
    elif kind == "mediators":
        more = {"planes": MassPlaneTable(tuple(rows_of("mediator_planes")), Path())}
    return stored.TABLES[kind](tuple(rows_of(kind)), Path(), **more)
