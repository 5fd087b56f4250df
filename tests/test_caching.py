"""Compiled code on disk: stale when any source changes, and somewhere else where there is no home folder."""

import importlib
import os
import subprocess
import sys

import pytest
from marks import slow

from bayes_enues.compiled import caching

FUNCTION = """
from bayes_enues.compiled.caching import njit
from kept_constant import FACTOR

@njit("float64(float64)")
def scaled(x):
    return FACTOR * x
"""


def test_an_edit_of_an_imported_module_reaches_compiled_code(tmp_path, monkeypatch):
    """Numba alone would not notice: the file of the function is what it was."""
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("numba.config.CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "kept_function.py").write_text(FUNCTION)

    def result(factor, sources):
        (tmp_path / "kept_constant.py").write_text(f"FACTOR = {factor}\n")
        monkeypatch.setattr(caching, "source_hash", lambda: sources)
        for name in ("kept_constant", "kept_function"):
            sys.modules.pop(name, None)
        importlib.invalidate_caches()
        return importlib.import_module("kept_function").scaled(1.0)

    assert result(2.0, "a" * 64) == 2.0
    assert result(3.0, "a" * 64) == 2.0  # what the hash of the sources is for
    assert result(3.0, "b" * 64) == 3.0


@pytest.mark.skipif(os.name != "posix", reason="a folder that nobody can make")
@pytest.mark.parametrize("flags", [slow(""), "floatX=float64", slow("base_compiledir=/else/where")])
def test_without_a_home_folder_compiled_code_goes_to_a_temporary_one(tmp_path, flags):
    code = "import os, bayes_enues; print(os.environ['PYTENSOR_FLAGS'])"
    home = {"HOME": "/proc/nope", "TMPDIR": str(tmp_path), "PYTENSOR_FLAGS": flags}
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | home, capture_output=True, text=True, check=True
    )
    chosen = f"base_compiledir={tmp_path}/bayes_enues-{os.getuid()}"
    expected = {"": chosen, "floatX=float64": f"floatX=float64,{chosen}"}.get(flags, flags)
    assert done.stdout.strip() == expected
    if chosen in expected:
        assert (tmp_path / f"bayes_enues-{os.getuid()}").stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(os.name != "posix", reason="owners and modes of files")
def test_a_temporary_folder_that_others_can_write_to_is_not_used(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    theirs = tmp_path / f"bayes_enues-{os.getuid()}"
    theirs.mkdir()
    theirs.chmod(0o777)
    found = caching._temporary_folder()
    assert found != theirs
    assert found.stat().st_mode & 0o777 == 0o700
