"""`bayes-enues reproduce` and `region`: files, words, and what an interruption leaves behind."""

import csv
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from schemas import check_files

from bayes_enues.cli import main
from bayes_enues.reports.discrepancies import discrepancy
from bayes_enues.reports.reproduction_page import contradictions, reproduction_page
from bayes_enues.reports.table_one import table, table_csv, table_markdown
from bayes_enues.results import Limit, PublishedBound
from bayes_enues.runs.rows import RowSpec
from bayes_enues.runs.runner import run
from bayes_enues.runs.store import ResultsFolder
from bayes_enues.studies import paper as plans
from bayes_enues.studies.planes.rows import plan_regions

pytestmark = pytest.mark.slow

DRAWS = 4000


def limits_planned(draws, seed):
    return [
        RowSpec("magnetic_moment", "nu_e", "xenonnt_sr0", draws=draws, seed=seed),
        RowSpec("charge_radius", "nu_e", "xenonnt_sr0", draws=draws, seed=seed),
    ]


def planes_planned(draws, seed):
    return plan_regions("charge_radius", [("nu_e", "nu_mu")], ["xenonnt_sr0"], draws=draws, seed=seed)


def run_small(monkeypatch, out, *arguments):
    """The whole command on two limits and one plane."""
    monkeypatch.setattr(plans, "PLANS", {"limits": limits_planned, "regions": planes_planned})
    small = {k: plans.FIGURES[k] for k in ("fig1_spectra", "fig5_millicharge_charge_radius_planes")}
    monkeypatch.setattr(plans, "FIGURES", small)
    call = ["bayes-enues", "reproduce", "--out", str(out), "--draws", str(DRAWS), "--jobs", "1", *arguments]
    monkeypatch.setattr(sys, "argv", call)
    with pytest.raises(SystemExit) as exit_:
        main()
    return exit_.value.code


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """An uninterrupted run, after one that fills Numba's cache: its state decides draws' last digits."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        run_small(monkeypatch, tmp_path_factory.mktemp("warm"))
        out = tmp_path_factory.mktemp("whole")
        assert run_small(monkeypatch, out) == 0
    return out


def test_it_writes_table_page_figures_and_contours(whole):
    names = set(content(whole))
    for name in ("table_one.md", "table_one.csv", "table_one.json", "reproduction.md", "regions.json"):
        assert name in names
    assert {"fig1_spectra.pdf", "fig1_spectra.png"} <= names
    written = {"limits", "regions"}
    assert check_files(whole) == {*written, *(f"{kind}_row" for kind in written), "table_one"}
    page = (whole / "reproduction.md").read_text()
    assert "2 of 2 posteriors converged" in page
    row = json.loads((whole / "regions.json").read_text())["rows"][0]
    assert row["parameters"] == row["posterior"]["density_in"] == ["nu_e", "nu_mu"]
    assert [c["closed"] for c in row["posterior"]["contours"]] == [True, True]
    assert row["profile"]["threshold"] == pytest.approx(4.6052, abs=1e-4)


def test_table_one_holds_ours_the_papers_and_others(whole):
    rows = list(csv.DictReader((whole / "table_one.csv").open()))
    ours = next(r for r in rows if (r["model"], r["data"]) == ("magnetic_moment", "xenonnt_sr0"))
    assert float(ours["paper_upper"]) == 9.0
    assert float(ours["profile_ratio_upper"]) == pytest.approx(8.85 / 9.0, abs=2e-3)
    assert "GEMMA" in [r["data"] for r in rows]
    assert "nu_e | **xenonnt_sr0** | < 9 | < 8.85" in (whole / "table_one.md").read_text()


@pytest.mark.parametrize("stop", ["the first posterior", "the plane"])
def test_an_interrupted_run_ends_with_the_same_files(whole, tmp_path, monkeypatch, stop):
    calls = []
    write = ResultsFolder.write

    def interrupted(self, row, beside=None):
        done = write(self, row, beside)
        calls.append(row)
        if (stop == "the plane") == ("parameters" in row):
            raise KeyboardInterrupt
        return done

    with monkeypatch.context() as patch:
        patch.setattr(ResultsFolder, "write", interrupted)
        assert run_small(patch, tmp_path) == 130
    kept = len(calls)
    assert kept == (3 if stop == "the plane" else 1)
    assert run_small(monkeypatch, tmp_path) == 0
    after, before = content(tmp_path), content(whole)
    assert set(after) == set(before)
    for name in before:
        assert after[name] == before[name], name


def limits_of(folder: Path) -> list[Limit]:
    rows = json.loads((folder / "limits.json").read_text())["rows"]
    return [Limit.from_dict(row) for row in rows]


def test_a_difference_has_its_reason_and_a_contradiction_our_choice(whole):
    rows = limits_of(whole)
    moment = next(row for row in rows if row.model == "magnetic_moment")
    published = PublishedBound(lower=None, upper=5.0, source="x")
    lz = replace(moment, experiment="lz_ws2022", published=published)
    assert "low-energy edge" in discrepancy(lz).words
    entries = table([moment, lz])
    assert f"{moment.profile.upper / 5:.3f}" in table_markdown(entries)
    assert "low-energy edge" in table_csv(entries)
    assert "low-energy edge" in reproduction_page([moment, lz], [])
    assert any("a/18" in what for _, what, _ in contradictions(rows))


def test_an_unconverged_row_shows_no_posterior_bound(whole):
    row = limits_of(whole)[0]
    entry = table([replace(row, posterior=replace(row.posterior, converged=False))])[0]
    assert entry.posterior is None
    assert entry.posterior_ratio == {}
    assert "not converged" in table_markdown([entry])


def test_planes_are_computed_once(whole, tmp_path, monkeypatch):
    folder = ResultsFolder(whole, "regions.json", 0.9)
    monkeypatch.setattr(
        "bayes_enues.studies.planes.rows.compute_region", lambda *a: pytest.fail("computed again")
    )
    assert len(run(planes_planned(DRAWS, 20220811), folder, keep_draws=False)) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("millicharge nu_e nu_e", "two different parameters"),
        ("millicharge nu_e lambda_1", "no parameter"),
        ("millicharge nu_e universal", "share a parameter"),
        ("light_vector coupling mass --mass 10", "no parameter"),
        ("light_vector coupling coupling", "needs a mass"),
        ("nonsense nu_e nu_mu", "no model"),
        ("millicharge nu_e nu_mu --experiment lz_ws2022+lz_ws2022:low_edge", "count twice"),
        ("millicharge nu_e nu_mu --range nu_e", "is no range"),
        ("millicharge nu_e nu_mu --range nu_e=3:1", "must increase"),
        ("millicharge nu_e nu_mu --range nu_tau=0:1", "plane is of"),
        ("magnetic_moment nu_e nu_mu --range nu_e=-1:1", "cannot be negative"),
        ("millicharge nu_e nu_mu --level 90", "between 0 and 1"),
    ],
)
def test_a_bad_region_is_refused_in_one_line_before_anything_runs(
    monkeypatch, capsys, tmp_path, arguments, words
):
    model, first, second, *more = arguments.split()
    asked = ["region", "--model", model, "--parameter", first, "--parameter", second, *more]
    monkeypatch.setattr(sys, "argv", ["bayes-enues", *asked, "--out", str(tmp_path / "x")])
    with pytest.raises(SystemExit) as exit_:
        main()
    assert exit_.value.code == 2
    message = capsys.readouterr().err.strip()
    assert words in message
    assert "\n" not in message
    assert not (tmp_path / "x").exists()
