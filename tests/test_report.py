"""The report: everything of a results folder on one page that loads nothing and runs nothing."""

import base64
import hashlib
import json
import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from made_up_tables import rows_of, table_of
from markupsafe import escape
from tasks import stored

from bayes_enues.analyses.stored import as_shown
from bayes_enues.cli import app
from bayes_enues.experiments.folder import experiment_title
from bayes_enues.reports.discrepancies import discrepancy
from bayes_enues.reports.report import CAPTIONS, TITLES, build_report
from bayes_enues.results import Limit
from bayes_enues.runs.rows import RowSpec
from bayes_enues.runs.store import ResultsFolder
from bayes_enues.tables import packaged

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


#: One grey pixel, as PNG.
A_PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
)


def a_row(parameter="nu_e", experiment="xenonnt_sr0", upper=8.85, published=9.0, converged=True):
    """A row as limits.json holds it; numbers are made up, for the page shows and computes nothing."""
    return {
        "model": "magnetic_moment", "parameter": parameter, "experiment": experiment, "unit": "1e-12 mu_B",
        "prior": f"flat in {parameter} on [0, 20]", "level": 0.9, "fingerprint": "0123456789abcdef",
        "seed": 1,
        "posterior": {
            "kind": "upper", "level": 0.9, "lower": None, "upper": 8.25, "upper_flat_strength": 10.1,
            "pieces": None, "eti": None, "mcse": 0.08, "rhat": 1.001, "ess_bulk": 4000.0, "ess_tail": 3000.0,
            "divergences": 0, "sampler": "nuts", "draws": 4000, "attempts": 1, "converged": converged,
            "diagnosis": "converged" if converged else "R-hat 1.2 > 1.01",
        },
        "profile": {
            "lower": None, "upper": upper, "upper_one_sided": 7.2, "pieces": [[0.0, upper]], "best_fit": 0.0,
            "chi2_min": 17.8, "delta_chi2": 2.7055, "at_boundary": True, "nuisances": {"beta_flux": 0.0},
        },
        "published": published and {"lower": None, "upper": published, "source": "arXiv:2208.06415"},
        "caveats": ["a <caveat> & more"], "notes": [],
    }  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    rows = [
        a_row(),
        a_row("universal", upper=6.47, published=6.3),
        a_row("nu_mu", "lz_ws2022", upper=31.0, published=22.8),
        a_row("nu_tau", "lz_ws2022", converged=False),
    ]
    (tmp_path / "limits.json").write_text(json.dumps({"level": 0.9, "rows": rows}))
    coverage = {"level": 0.9, "rows": [{"true_value": t, "coverage": {"posterior": 0.9}} for t in (0.0, 5.0)]}
    (tmp_path / "coverage.json").write_text(json.dumps(coverage))
    (tmp_path / "table_one.md").write_text("the same table again")
    (tmp_path / "reproduction.md").write_text(
        "# Table I\n\n![Fig. 1](spectrum.png)\n\n<script>1/0</script>\n"
    )
    for name in ("limits_magnetic_moment", "spectrum", "unheard_of"):
        (tmp_path / f"{name}.png").write_bytes(A_PICTURE)
    return tmp_path


class Resources(HTMLParser):
    """What a page would load, and its scripts."""

    def __init__(self, text):
        super().__init__()
        self.loaded, self.scripts, self.ids, self.targets, self.images = [], 0, set(), [], 0
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.scripts += tag == "script" or any(name.startswith("on") for name in found)
        self.images += tag == "img"
        self.ids |= {found["id"]} if "id" in found else set()
        if tag == "a":
            self.targets.append(found["href"])
        elif tag in ("img", "link", "iframe", "source", "object", "embed"):
            self.loaded += [found[name] for name in ("src", "href", "srcset", "data") if name in found]


def test_the_page_loads_nothing_and_runs_only_what_its_policy_names_by_hash(folder):
    text = build_report(folder)
    page = Resources(text)
    assert page.scripts == 1
    script = re.search(r"<script>(.*?)</script>", text, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert (
        f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'" in text
    )
    assert not re.search(r"fetch|XMLHttp|import|eval|innerHTML|location", script)
    assert all(address.startswith("data:") for address in page.loaded)
    assert page.images == 3  # each figure once, also the one that the Markdown page shows
    assert {target[1:] for target in page.targets if target.startswith("#")} <= page.ids


def test_tables_sources_diagnostics_and_words_are_there(folder):
    page = build_report(folder)
    for words in (
        "[1e-12 mu_B], 90 %", "&lt; 8.85", "&lt; 9", "0.98",  # ours, the paper's, their ratio
        "efficiency used by the paper is not published", "imply 6.5 to 6.6",
        "XENON Collaboration data release", "Hartree-Fock",
        "largest R-hat 1.0010", "a &lt;caveat&gt; &amp; more", "not converged",
        "Coverage", "true value", "@article{XENON:2022", "&lt;script&gt;1/0",
    ):  # fmt: skip
        assert words in page, words
    assert "3 of 4 posteriors converged" in page


class Structure(HTMLParser):
    """Tables with their headings and the widths of their rows, links that save a file, and what each says."""

    def __init__(self, text):
        super().__init__()
        self.tables, self.saved, self.inside = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        if tag == "div":
            self.inside.append(dict(attributes).get("class", ""))
        elif tag == "table":
            self.tables.append({"kind": self.inside[-1], "heads": 0, "buttons": 0, "rows": []})
        elif tag == "a" and "download" in dict(attributes):
            self.saved.append(dict(attributes)["download"])
        elif tag in ("th", "button", "tr", "td"):
            table = self.tables[-1]
            table["heads"] += tag == "th"
            table["buttons"] += tag == "button"
            if tag == "tr":
                table["rows"].append(0)
            elif tag == "td":
                table["rows"][-1] += 1

    def handle_endtag(self, tag):
        if tag == "div":
            self.inside.pop()


def test_tables_are_whole_scroll_where_they_are_wide_sort_and_can_be_saved(folder):
    text = build_report(folder)
    page = Structure(text)
    assert len(page.tables) >= 4
    for table in page.tables:
        assert table["kind"] in ("scroll", "words")  # both scroll sideways on a phone
        assert table["buttons"] == table["heads"]
        assert all(cells in (0, table["heads"]) for cells in table["rows"])
    assert page.saved == ["limits.json", "coverage.json"]
    saved = re.search(r'download="limits.json" href="data:application/json;base64,([^"]*)"', text)[1]
    assert base64.b64decode(saved) == (folder / "limits.json").read_bytes()
    assert "overflow-wrap: anywhere" not in re.search(r"\.words th[^}]*", text)[0]


def test_each_explanation_stands_once_and_the_end_says_how_the_page_was_made(folder):
    write_rows(folder, "priors_of_mine", [a_row()])
    text = build_report(folder)
    for words in ("Bounds differ by threshold first", "a &lt;caveat&gt; &amp; more"):
        assert text.count(words) == 1
    assert text.rindex("How this page was made") > text.rindex("BibTeX")
    assert re.search(r"20\d\d-\d\d-\d\d \d\d:\d\d UTC, by ", text)


def test_a_figure_is_shown_as_svg_where_there_is_one_with_a_caption_in_words(folder):
    (folder / "spectrum.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    text = build_report(folder)
    assert text.count("data:image/svg+xml;base64,") == 1
    assert "<figcaption>Magnetic moment: Profile above" in text
    assert not re.search(r"<figcaption>[a-z]+_", text)


def test_a_table_that_a_page_holds_already_is_not_shown_again(folder):
    assert "the same table again" not in build_report(folder)
    (folder / "reproduction.md").unlink()
    assert "the same table again" in build_report(folder)


@pytest.mark.parametrize("way", ["../secret.png", "{outside}/secret.png", "%2e%2e/secret.png", "link.png"])
def test_no_picture_from_outside_the_folder_is_embedded(folder, tmp_path_factory, way):
    outside = tmp_path_factory.mktemp("outside")
    for secret in (outside / "secret.png", folder.parent / "secret.png"):
        secret.write_bytes(b"nobody else's business")
    (folder / "link.png").symlink_to(outside / "secret.png")
    (folder / "page.md").write_text(f"![what it was]({way.format(outside=outside)})")
    page = build_report(folder)
    assert base64.b64encode(b"nobody else's business").decode() not in page
    assert "what it was" in page
    assert "(spectrum.png)" not in page  # while those of the folder are shown
    assert Resources(page).images == 3


def test_what_others_wrote_is_text_on_the_page(tmp_path):
    row = a_row() | {"parameter": "<b>nu</b>", "experiment": "[/x] $ <i>mine</i>", "notes": ["<u>note</u>"]}
    write_rows(tmp_path, "limits", [row])
    write_rows(tmp_path, "<s>odd", [{"<em>key": "<em>value", "x": 1.0}, {"<em>key": "y", "x": 2.0}])
    page = build_report(tmp_path)
    for tag in ("b", "i", "u", "s", "em"):
        assert f"<{tag}>" not in page
        assert f"&lt;{tag}&gt;" in page


def test_a_table_that_is_no_json_or_a_page_that_is_no_text_does_not_stop_the_report(folder):
    (folder / "deep.json").write_text("[" * 100_000)
    (folder / "latin.md").write_bytes("caf\xe9".encode("latin-1"))
    page = build_report(folder)
    assert "deep.json: cannot be read" in page
    assert "caf\ufffd" in page


def test_a_posterior_that_did_not_converge_shows_no_bound(folder):
    row = re.search(r"<tr><td[^>]*>nu_tau</td>.*?</tr>", build_report(folder), flags=re.DOTALL)[0]
    assert "not converged" in row
    assert "8.25" not in row


def test_a_file_that_cannot_be_read_is_named_and_the_rest_shown(folder):
    (folder / "priors.json").write_text("{")
    page = build_report(folder)
    assert "priors.json" in page
    assert "cannot be read" in page
    assert "&lt; 8.85" in page


def test_a_folder_without_results_is_refused_with_what_to_do(tmp_path):
    with pytest.raises(ValueError, match="holds no results; run bayes-enues limits"):
        build_report(tmp_path)
    with pytest.raises(ValueError, match="there is no folder"):
        build_report(tmp_path / "nowhere")


def test_the_command_writes_the_page(folder):
    from typer.testing import CliRunner

    result = CliRunner().invoke(app, ["report", str(folder)])
    assert result.exit_code == 0, result.output
    assert (folder / "report.html").read_text().startswith("<!DOCTYPE html>")


def test_data_edited_after_the_fit_are_said_and_the_rows_own_totals_and_hashes_shown(tmp_path):
    mine = tmp_path / "mine"
    shutil.copytree(str(packaged("xenonnt_sr0")), mine)
    spec = RowSpec("magnetic_moment", "nu_e", str(mine))
    folder = ResultsFolder(tmp_path / "results", level=0.9)
    folder.write(a_row() | stored(spec))
    folder.save()
    assert "Other today" not in build_report(folder.path)
    before = spec.provenance().experiments["xenonnt_sr0"].files["bins.csv"][:12]
    table = mine / "bins.csv"
    table.write_text(table.read_text().replace("1,2,4,", "1,2,37,"))
    page = build_report(folder.path)
    assert "Other today than when these rows were made: bins.csv of xenonnt_sr0." in page
    assert "29 fitted bins; 433 events" in page
    assert "466 events" not in page
    assert before in page
    (now,) = spec.provenance().experiments.values()
    assert now.files["bins.csv"][:12] not in page


def test_a_row_that_was_edited_in_the_view_is_not_shown(tmp_path):
    spec = RowSpec("magnetic_moment", "nu_e", "xenonnt_sr0")
    folder = ResultsFolder(tmp_path, level=0.9)
    for one in (spec, replace(spec, parameter="nu_mu")):
        folder.write(a_row(one.parameter) | stored(one))
    folder.save()
    content = json.loads(folder.file.read_text())
    content["rows"][0]["posterior"]["upper"] = 1.0
    folder.file.write_text(json.dumps(content))
    page = build_report(tmp_path)
    assert "1 of its rows were changed after they were written" in page
    assert "&lt; 1.00" not in page
    assert "nu_mu" in page


def write_rows(folder, name, rows):
    (folder / f"{name}.json").write_text(json.dumps({"level": 0.9, "rows": rows}))


def test_rows_without_draws_show_what_was_varied_and_no_error(tmp_path):
    exact = a_row()["posterior"] | {"sampler": "quadrature"}
    for name in ("mcse", "rhat", "ess_bulk", "ess_tail", "divergences", "draws", "attempts", "diagnosis"):
        del exact[name]
    shift = {"posterior": [None, -0.15], "profile": [None, -0.15]}
    varied = [a_row() | {"posterior": exact, "label": v, "shift": shift} for v in ("default", "sqrt errors")]
    write_rows(tmp_path, "systematics", varied)
    page = build_report(tmp_path)
    assert '<td class="left">sqrt errors</td><td>&lt; 8.25</td>' in page
    assert "label</button></th>" in page


def test_rows_are_shown_in_the_tables_that_their_command_prints(tmp_path):
    """With as many numbers as a row has, a printed page would cut them off."""
    for kind in ("checks", "compare", "coverage", "expected", "projection", "nuisances", "regions"):
        write_rows(tmp_path, kind, [row.to_dict() for row in rows_of(kind)])
    page = build_report(tmp_path, as_shown)
    for kind in ("checks", "compare", "coverage", "expected", "projection", "nuisances", "regions"):
        for shown in table_of(kind).shown():
            heads, lines = shown.flat()
            assert all(f">{escape(head)}</button>" in page for head in heads), kind
            assert all(f">{escape(cell)}</td>" in page for line in lines for cell in line), kind
    assert max(len(table["rows"]) and table["heads"] for table in Structure(page).tables) <= 13


def test_what_was_changed_is_said_once_for_all_files_of_an_experiment(tmp_path):
    rows = []
    for change in ("exposure = 2 t yr", "likelihood = poisson"):
        name = f"lz_ws2022 (changed: {change})"
        rows.append(a_row(experiment=name) | {"caveats": [f"{name}, efficiency.csv: DERIVED from a figure"]})
    write_rows(tmp_path, "limits", rows)
    assert build_report(tmp_path).count("DERIVED from a figure") == 1
    assert experiment_title(name) == "LZ WS2022 (changed: likelihood = poisson)"


def test_a_posterior_without_an_r_hat_is_shown(tmp_path):
    row = a_row(converged=False)
    row["posterior"] |= {"rhat": None, "ess_bulk": None, "ess_tail": None}
    write_rows(tmp_path, "limits", [row])
    assert "0 of 1 posteriors converged" in build_report(tmp_path)


def test_a_nuisance_whose_prior_was_varied_is_named(tmp_path):
    study = {"nuisance": False, "how": "sampled", "pareto_k": None, "reason": "", "flag": ""}
    rows = [a_row() | study | {"label": "flat"}]
    rows += [a_row() | study | {"label": "beta_flux sigma ×2 (14 %)", "nuisance": True}]
    write_rows(tmp_path, "priors", rows)
    page = build_report(tmp_path)
    assert '<td class="left">beta_flux sigma ×2 (14 %)</td><td>&lt; 8.25±0.08</td>' in page


def test_every_figure_is_under_its_own_table_with_its_caption(tmp_path):
    from matplotlib.figure import Figure

    for name in ("mediators", "mediator_planes", "calibration", "compare", "coverage"):
        write_rows(tmp_path, name, [{"model": "light_vector", "x": 1.0}])
        Figure(figsize=(1, 1)).savefig(tmp_path / f"{name}.png", dpi=10)
        assert name in TITLES
        assert name in CAPTIONS
    sections = dict(re.findall(r"<h2>([^<]*)</h2>(.*?)</section>", build_report(tmp_path), flags=re.DOTALL))
    for name in ("mediators", "mediator_planes", "calibration", "compare", "coverage"):
        assert sections[TITLES[name]].count("<figcaption>") == 1, name
        assert escape(CAPTIONS[name]) in sections[TITLES[name]]


def a_limit(*arguments, **options):
    return Limit.from_dict(a_row(*arguments, **options))


def test_only_a_difference_from_the_paper_needs_words():
    assert discrepancy(a_limit(published=None)) is None
    assert discrepancy(a_limit()).words == ""
    assert "6.5 to 6.6" in discrepancy(a_limit("universal", upper=6.47, published=6.3)).words
    assert "efficiency" in discrepancy(a_limit("nu_e", "lz_ws2022", upper=19.0, published=13.9)).words
    assert discrepancy(a_limit(upper=20.0)).words == "No reason is known."


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("chromium") is None, reason="chromium is not installed")
@pytest.mark.parametrize("width", [390, 1200])
def test_a_browser_shows_it_without_requests_or_errors(folder, tmp_path, width):
    (folder / "report.html").write_text(build_report(folder))
    address, log, picture = (folder / "report.html").as_uri(), tmp_path / "net.json", tmp_path / "page.png"
    own = [
        f"--user-data-dir={tmp_path / 'profile'}",
        f"--window-size={width},1500",
        "--enable-logging=stderr",
    ]
    run = subprocess.run(
        ["chromium", *FLAGS, *own, f"--log-net-log={log}", f"--screenshot={picture}", address],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert picture.stat().st_size > 10_000
    assert "CONSOLE" not in run.stderr  # errors of scripts, and what the Content-Security-Policy refused
    asked = set(re.findall(r'"url":"((?:https?|file|ftp)://[^"]+)"', log.read_text()))
    own_business = ("googleapis.com", "google.com", "gvt1.com")  # the browser's own, switched off or not
    assert {url for url in asked if not any(host in url for host in own_business)} <= {address}
    shown = subprocess.run(
        ["chromium", *FLAGS, *own, "--dump-dom", address],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert "How to read them" in shown.stdout
