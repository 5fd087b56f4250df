"""Notebooks run from a clean kernel, and what a code host shows of them is theirs."""

import ast
import inspect
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jupytext
import pytest
import test_interactions

import bayes_enues as be

FOLDER = Path(__file__).parent.parent / "notebooks"
sys.path.insert(0, str(FOLDER))
from _execute import execute, text_notebooks  # noqa: E402

NOTEBOOKS = text_notebooks()
each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
#: What every run of the tests executes; ``pytest --all-notebooks`` executes all of them.
USUAL = ("02_posterior_and_profile", "06_your_own_interaction", "07_your_own_experiment")


def pytest_generate_tests(metafunc):
    if "executed" in metafunc.fixturenames:
        every = metafunc.config.getoption("--all-notebooks")
        chosen = [path for path in NOTEBOOKS if every or path.stem in USUAL]
        metafunc.parametrize("executed", chosen, ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def runs(tmp_path_factory, request):
    """All notebooks that were asked for, two at a time, in empty folders."""
    mine = [item for item in request.session.items if item.path == request.path]
    asked = {item.callspec.params["executed"] for item in mine if "runs" in item.fixturenames}
    with ThreadPoolExecutor(2) as pool:
        yield {
            path: pool.submit(execute, path, tmp_path_factory.mktemp(path.stem))
            for path in NOTEBOOKS
            if path in asked
        }


@pytest.mark.slow
def test_a_notebook_runs_with_no_cell_over_a_minute(executed, runs):
    notebook = runs[executed].result()
    assert any(cell.get("outputs") for cell in notebook.cells)


@each
def test_the_executed_notebook_is_that_of_the_text(path):
    executed = jupytext.read(path.with_suffix(".ipynb"))
    text = jupytext.read(path)
    assert [(c.cell_type, c.source) for c in executed.cells] == [
        (c.cell_type, c.source) for c in text.cells
    ], f"run python notebooks/_execute.py {path.stem}"


@each
def test_the_executed_notebook_is_light_and_shows_nothing_of_the_machine(path):
    content = path.with_suffix(".ipynb").read_text(encoding="utf-8")
    assert len(content) < 300_000
    outputs = [o for c in jupytext.read(path.with_suffix(".ipynb")).cells for o in c.get("outputs", [])]
    assert not any(o["output_type"] == "error" for o in outputs)
    said = "".join(str(o.get("text", "")) + str(o.get("data", {}).get("text/plain", "")) for o in outputs)
    assert not re.search(r"/(home|root|work|tmp|Users)/", said)


def inner_names(source):
    """What a text takes from the package that is no public name of it."""
    modules = {"be": be, "plots": be.plots}
    for node in ast.walk(ast.parse(source.replace("%matplotlib", "# %matplotlib"))):
        if isinstance(node, ast.Import):
            yield from (a.name for a in node.names if a.name.startswith("bayes_enues."))
        elif isinstance(node, ast.ImportFrom) and str(node.module).startswith("bayes_enues"):
            known = be.__all__ if node.module == "bayes_enues" else []
            yield from (f"{node.module}.{a.name}" for a in node.names if a.name not in known)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = modules.get(node.value.id)
            if module is not None and node.attr not in module.__all__:
                yield f"{node.value.id}.{node.attr}"


@each
def test_a_notebook_uses_public_names_only(path):
    assert list(inner_names(path.read_text(encoding="utf-8"))) == []


def test_the_check_of_public_names_finds_inner_ones():
    source = "from bayes_enues.fit import chi2\nfrom bayes_enues import plots\nplots.save(be.fit, 1)"
    assert list(inner_names(source)) == ["bayes_enues.fit.chi2", "be.fit"]


@pytest.mark.parametrize("page", ["gallery", "add_an_interaction", "nuclear_recoils"])
def test_a_page_uses_public_names_only(page):
    text = (FOLDER.parent / "docs" / f"{page}.md").read_text(encoding="utf-8")
    cells = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert cells
    assert list(inner_names("\n".join(cells))) == []


#: ArviZ's and PyMC's own figures that the page of the Bayesian workflow shows.
WORKFLOW = (
    "pm.model_to_mermaid", "az.plot_ppc_interval", "az.plot_trace_dist", "az.plot_rank", "az.plot_forest",
    "az.plot_prior_posterior", "az.plot_pair", "az.plot_psense_dist", "to_netcdf", "xr.load_dataset",
    "## When a sampler fails",
)  # fmt: skip


@pytest.mark.parametrize("words", WORKFLOW)
def test_the_bayesian_workflow_is_shown_step_by_step(words):
    assert words in (FOLDER / "11_bayesian_workflow.py").read_text(encoding="utf-8")


@each
def test_every_figure_has_a_caption(path):
    cells = jupytext.read(path.with_suffix(".ipynb")).cells
    count = 0
    for cell, after in zip(cells, [*cells[1:], None], strict=True):
        if any("image/png" in o.get("data", {}) for o in cell.get("outputs", [])):
            count += 1
            assert after is not None, f"nothing follows figure {count} of {path.stem}"
            assert after.source.startswith(f"**Figure {count}.**"), after.source[:60]
    assert count >= 1


def the_class_of_notebook_6():
    """Source of the class, and the class: what the notebook's first two code cells define."""
    cells = jupytext.read(FOLDER / "06_your_own_interaction.py").cells
    imports, definition = [cell.source for cell in cells if cell.cell_type == "code"][:2]
    names = {"__name__": __name__}
    exec(imports.replace("%matplotlib inline", ""), names)
    exec(definition, names)
    return definition, names["VectorNSI"]


def test_a_new_interaction_takes_under_thirty_lines():
    source, _ = the_class_of_notebook_6()
    assert len(source.splitlines()) < 30


@pytest.mark.slow
def test_the_new_interaction_passes_every_property_test_of_the_library_s_own():
    _, kind = the_class_of_notebook_6()
    passed = 0
    for name, test in vars(test_interactions).items():
        arguments = list(inspect.signature(test).parameters) if name.startswith("test_") else []
        if arguments[:1] != ["interaction"]:
            continue
        for flavour in test_interactions.FLAVOURS if "flavour" in arguments else [None]:
            test(kind(nu_e=0.3, nu_tau=-0.2), *([flavour] if flavour else []))
            passed += 1
    assert passed >= 10
