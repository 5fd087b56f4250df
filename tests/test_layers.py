"""The house: rooms import only from the rooms below, and a new room must say where it stands.

The order is written once, in ``pyproject.toml``. ``bayes_enues/models`` is a link to ``models/``, which
lies at the top for people: tools that read the sources find it where it is imported from.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINT = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"]


def lint(folder):
    done = subprocess.run(LINT, cwd=folder, capture_output=True, text=True)
    return done.returncode, done.stdout


@pytest.fixture
def copy(tmp_path):
    shutil.copytree(ROOT / "bayes_enues", tmp_path / "bayes_enues", ignore=shutil.ignore_patterns("models"))
    shutil.copytree(ROOT / "models", tmp_path / "bayes_enues/models")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_rooms_import_from_below_and_none_in_a_circle(copy):
    status, words = lint(copy)
    assert status == 0, words


def test_an_import_from_above_is_found_inside_a_function_too(copy):
    with open(copy / "bayes_enues/signal/rate.py", "a") as file:
        file.write("\n\ndef wrong():\n    from ..fit.limit import limits\n\n    return limits\n")
    status, words = lint(copy)
    assert status == 1
    assert "bayes_enues.signal.rate -> bayes_enues.fit.limit" in words


@pytest.mark.slow
def test_a_library_that_imports_a_model_from_below_is_found(copy):
    with open(copy / "bayes_enues/fit/setup.py", "a") as file:
        file.write(
            "\n\ndef wrong():\n    from bayes_enues.models import millicharge\n\n    return millicharge\n"
        )
    status, words = lint(copy)
    assert status == 1
    assert "bayes_enues.fit.setup -> bayes_enues.models" in words


@pytest.mark.slow
def test_a_room_that_is_not_in_the_plan_is_found(copy):
    (copy / "bayes_enues/attic.py").write_text('"""Nobody said where this stands."""\n')
    status, words = lint(copy)
    assert status == 1
    assert "attic" in words


def test_few_modules_lie_flat_beside_the_rooms():
    flat = {path.stem for path in (ROOT / "bayes_enues").glob("*.py") if not path.stem.startswith("__")}
    assert len(flat) <= 6, flat
