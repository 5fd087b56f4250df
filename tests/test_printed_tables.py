"""Tables on a terminal: at every width nothing is cut off and no line too long; notes take three lines."""

from dataclasses import replace

import pytest

from bayes_enues import results
from bayes_enues.commands import (
    calibrate,
    check,
    common,
    compare,
    coverage,
    data,
    expected,
    flux,
    limits,
    mediators,
    nuisances,
    priors,
    project,
    region,
    systematics,
)
from bayes_enues.commands.tables import NOTE_LINES, Table
from bayes_enues.reports.wording import footnotes, limit_cells
from bayes_enues.results import Curve, FeldmanCousins

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
    bounds = list(coverage.HEADERS)
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


def curves():
    numbers = [1e-7, 2.34e-7, 3.45e-6]
    arrays = dict.fromkeys(
        ("posterior_upper", "posterior_mcse", "posterior_exact", "posterior_upper_flat_strength",
         "profile_upper", "profile_upper_one_sided"), numbers,
    )  # fmt: skip
    row = {"model": "light_pseudoscalar", "experiment": JOINT, "mass_keV": [1.0, 10.0, 100.0], **arrays}
    return [Curve.from_dict(row | {"threshold": 4.605})] * 2


def show(command, notes=False):
    """Print what a command prints when it is done, from rows made up here."""
    exact = {"lower": None, "upper": 12.34}
    if command == "limits":
        limits.print_limits(every_limit(), notes)
    elif command == "mediators":
        mediators.print_curves(curves(), 0.9, notes)
        mediators.print_planes([a_region("light_pseudoscalar")])
    elif command == "region":
        region.print_regions([a_region()] * 2, notes)
    elif command == "priors":
        more = {
            "nuisance": False, "how": "sampled", "pareto_k": None, "reason": "", "range": [0.0, 20.0],
            "exact": exact, "label": "half-normal, scale 1e-11 mu_B", "flag": WORDS, "ratio_to_default": 0.91,
            "ratio_to_profile": 0.85, "ratio_to_one_sided": 1.05,
        }  # fmt: skip
        for signed in (False, True):
            own = more if not signed else more | {"exact": exact | {"lower": -103.4, "pieces": PIECES}}
            priors.print_study([a_limit(results.PriorStudyRow, signed, **own)] * 2, notes)
    elif command == "systematics":
        shift = {"of_posterior": [-0.123, 0.31], "of_profile": [-0.456, 0.789]}
        more = {"shift": shift, "standard_model_counts": 33.0, "label": "first bin with events left out"}
        systematics.print_systematics(every_limit(results.SystematicsRow, **more), notes)
    elif command == "nuisances":
        bounds = {"of_posterior": [-103.4, 56.78], "of_profile": [-103.4, 56.78]}
        effects = [an_effect(name) for name in ("edge_xenonnt_sr0", "alpha_background", "beta_flux")]
        shares = {"shares": {"statistics": 0.9, "Sun": 0.01, "response": 0.08, "backgrounds": 0.01}}
        row = MOMENT | {"experiment": JOINT, "prior": "flat", "effects": effects} | bounds | shares
        nuisances.print_nuisances([results.Nuisances.from_dict(row)], notes)
    elif command == "check":
        row = MOMENT | {
            "experiment": "xenonnt_sr0", "fit": JOINT, "group": "posterior", "posterior": SAMPLED,
            "p_value": 0.5, "pit": [0.5] * 29, "pit_uniform_p_value": 0.3, "bins_outside_95": 2,
        }  # fmt: skip
        check.print_checks([results.Check.from_dict(row)] * 2, notes)
    elif command == "compare":
        row = MOMENT | {
            "experiment": JOINT, "prior": "flat in universal on [0, 20.25]", "width": 20.0,
            "posterior": SAMPLED, "quadrature": -12.34, "savage_dickey": -12.3, "smc": -12.31,
            "smc_scatter": 0.1, "narrower": -1.2, "wider": -2.3, "scans": [],
        }  # fmt: skip
        compare.print_comparisons([results.Comparison.from_dict(row)] * 2, notes)
    elif command == "coverage":
        coverage.print_coverage(*a_coverage())
    elif command == "calibrate":
        row = MOMENT | {
            "experiment": JOINT, "prior": "halfnormal(1e-11 mu_B)", "simulations": 1000, "not_converged": 0,
            "by_smc": 301, "divergences": 0, "probability": 0.99, "passed": False,
            "quantities": {"nu_e": {"inside": False, "excess": 0.1}, "chi2": {"inside": True, "excess": 0}},
        }  # fmt: skip
        calibrate.print_calibration([results.CalibrationRow.from_dict(row)] * 2)
    elif command == "expected":
        more = {
            "observed": by_statistic(10.1), "signal": {"q0": 9.2, "p_value": 0.002},
            "standard_model": {"chi2": 137.0, "bins": 150, "p_value": 0.67},
        }  # fmt: skip
        expected.print_expected([an_expectation(results.Expected, **more)] * 2, notes)
    elif command == "project":
        project.print_projection([an_expectation(results.Projection)] * 2, notes)
    elif command == "flux":
        own = {"model": "solar_flux", "parameter": "be7", "unit": "1"}
        rows = [replace(a_limit(signed=True, converged=found), **own) for found in (True, False)]
        flux.print_fluxes(rows, [4.93e9] * 2, notes)
    elif command == "data":
        data.data(None)


#: Those that print no table: three lines at most of what they wrote.
WITHOUT = {"reproduce", "spectrum", "report"}
TABLES = (
    "limits", "mediators", "region", "priors", "systematics", "nuisances", "check", "compare", "coverage",
    "calibrate", "expected", "project", "flux", "data",
)  # fmt: skip


def printed(command, width, monkeypatch, capsys, **options):
    monkeypatch.setattr(common.console, "_width", width)
    show(command, **options)
    return capsys.readouterr().out


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("command", TABLES)
def test_nothing_of_a_table_is_cut_off_and_no_line_is_too_long(command, width, monkeypatch, capsys):
    out = printed(command, width, monkeypatch, capsys, notes=True)
    assert out.count("\n") > 3
    assert "…" not in out
    assert max(map(len, out.splitlines())) <= width


@pytest.mark.parametrize("command", ["limits", "priors", "region", "coverage", "compare", "project"])
def test_a_narrow_terminal_shows_the_same_numbers_as_a_wide_one(command, monkeypatch, capsys):
    def numbers(width):
        text = printed(command, width, monkeypatch, capsys, notes=True).replace("(", " ").replace(")", " ")
        return sorted({word.strip(",;:") for word in text.split() if any(c.isdigit() for c in word)})

    assert numbers(60) == numbers(120)


def test_every_command_has_its_tables_looked_at():
    from bayes_enues.cli import COMMANDS

    assert {*TABLES, *WITHOUT} == set(COMMANDS)


@pytest.mark.parametrize("command", ["limits", "compare", "expected", "region", "mediators"])
def test_notes_take_three_lines_unless_all_are_asked_for(command, monkeypatch, capsys):
    few = printed(command, 80, monkeypatch, capsys).splitlines()
    many = printed(command, 80, monkeypatch, capsys, notes=True).splitlines()
    below = few[max(k for k, line in enumerate(few) if not line.strip()) + 1 :]
    if command != "mediators":  # its planes come after
        assert 1 <= len(below) <= NOTE_LINES
    if len(many) > len(few):
        assert any("--notes" in line for line in few)
        assert not any("run again with --notes" in line for line in many)


def test_an_interval_that_excludes_zero_is_shown_with_both_ends_and_what_was_found():
    found = {"delta_chi2": 9.243, "pieces": [[13.65, 27.77]], "log_bayes_factor": 3.264}
    profile = PROFILE | {"pieces": [[14.29, 27.43]], "upper_one_sided": 26.19, "at_boundary": False}
    row = a_limit(experiment="xenon1t_sr1", profile=profile, found=found)
    assert row.profile.lower == 14.29
    assert "(14.3, 27.4)" in limit_cells(row, signed=False)
    (note,) = (line for line in footnotes([row]) if "zero is excluded" in line)
    for words in ("9.24", "3 sigma", "(13.65, 27.77)", "26.2 to 1 for it"):
        assert words in note
    assert results.Limit.from_dict(row.to_dict()) == row


def test_a_note_that_two_rows_share_is_said_once(monkeypatch, capsys):
    out = " ".join(printed("limits", 120, monkeypatch, capsys, notes=True).split())
    assert out.count(WORDS) == 2  # one is a caveat, one a note, each of eight rows


def test_a_table_too_wide_turns_into_blocks():
    table = Table("a title", ("name", "a heading", "another heading"))
    table.add("one", "12345 ± 123", "(1.00, 2.00) ∪ (3.00, 4.00)")
    wide, narrow, tiny = ([str(line) for line in table.lines(width)] for width in (80, 40, 24))
    assert [line for line in wide if line.startswith("one")] == [
        "one   12345 ± 123  (1.00, 2.00) ∪ (3.00, 4.00)"
    ]
    assert "another" in narrow[1]
    assert "heading" in narrow[2]
    assert "  one" in tiny
    assert max(map(len, tiny)) <= 24
