"""The package as a user meets it: public names, a light import, a wheel that finds its data anywhere."""

import ast
import inspect
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import pytest

import bayes_enues as be

ROOT = Path(__file__).parents[1]

PINNED = [
    "load_experiment", "signal_counts", "sample_posterior", "profile_likelihood", "limits", "models",
    "StandardModel", "MagneticMoment", "Millicharge", "ChargeRadius", "AnapoleMoment", "TransitionMoment",
    "LightVector", "LightAxialVector", "LightScalar", "LightPseudoscalar", "LightTensor",
]  # fmt: skip


@pytest.mark.parametrize("name", PINNED)
def test_the_public_names_are_there(name):
    assert getattr(be, name) is not None
    assert name in be.__all__
    assert name in dir(be)


def test_every_public_name_leads_somewhere_and_says_what_it_is():
    for name in be.__all__:
        thing = getattr(be, name)
        assert inspect.getdoc(thing), f"{name} has no docstring"


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Axion'"):
        be.Axion  # noqa: B018


def test_signatures_are_those_that_the_design_pins():
    assert list(inspect.signature(be.signal_counts).parameters) == ["experiment", "interaction"]
    assert list(inspect.signature(be.models.magnetic_moment).parameters)[:2] == ["experiments", "free"]
    assert list(inspect.signature(be.profile_likelihood).parameters)[:2] == ["model", "parameter"]
    flavours = be.MagneticMoment(1.0, 2.0, 3.0)
    assert (flavours.nu_e, flavours.nu_mu, flavours.nu_tau) == (1.0, 2.0, 3.0)
    assert be.TransitionMoment(lambda_1=1.0, lambda_2=2.0, lambda_3=3.0).lambda_3 == 3.0
    assert be.LightVector(coupling=1e-7, mass=10.0).mass == 10.0


def test_importing_loads_neither_pymc_nor_matplotlib_and_reads_no_file():
    """What takes time is the 3 s of PyMC; the package itself must stay light, and its command line too."""
    code = """
import sys, builtins, io, json
opened = []
def hook(event, args):
    if event == "open" and str(args[0]).endswith((".csv", ".toml")):
        opened.append(str(args[0]))
sys.addaudithook(hook)
import bayes_enues, bayes_enues.cli
names = ("pymc", "pytensor", "matplotlib", "scipy", "numba", "arviz", "xarray", "nutpie")
heavy = [name for name in names if name in sys.modules]
print(json.dumps([heavy, opened]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd="/")
    heavy, opened = json.loads(done.stdout)
    assert heavy == []
    assert opened == []


def test_the_folder_above_a_clone_says_that_it_is_not_the_package(tmp_path):
    (tmp_path / "bayes_enues").mkdir()
    shutil.copy(ROOT / "__init__.py", tmp_path / "bayes_enues")
    done = subprocess.run(
        [sys.executable, "-c", "import bayes_enues"], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 1
    assert "not the package bayes_enues inside it" in done.stderr.splitlines()[-1]


def test_every_folder_of_the_package_is_packaged():
    listed = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"])
    found = {"bayes_enues", "bayes_enues.models", "bayes_enues.data"}
    found |= {
        "bayes_enues." + ".".join(p.parent.relative_to(ROOT / "bayes_enues").parts)
        for p in (ROOT / "bayes_enues").rglob("*.py")
        if p.parent != ROOT / "bayes_enues"
    }
    assert listed >= found


def test_checkers_see_the_names_that_users_see():
    """What is imported for checkers alone is what loads when first used, name by name and home by home."""
    (block,) = (
        node
        for node in ast.parse(Path(be.__file__).read_text("utf-8")).body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    )
    lines = [line for line in block.body if isinstance(line, ast.ImportFrom)]
    seen = {alias.name: line.module for line in lines for alias in line.names if alias.asname == alias.name}
    stars = [line.module for line in lines for alias in line.names if alias.name == "*"]
    assert stars == ["priors"]
    seen |= dict.fromkeys(be.priors.__all__, "priors")
    homes = {**be._HOMES, **dict.fromkeys(be._MODULES)}
    assert seen == homes


def unannotated(path):
    """Public functions and methods of a file whose arguments or result have no type."""

    def visit(body, inside):
        for node in body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                yield from visit(node.body, (*inside, node.name))
            elif isinstance(node, ast.FunctionDef) and (node.name == "__call__" or node.name[0] != "_"):
                given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
                given = [a for a in given if not (inside and a.arg in ("self", "cls"))]
                if node.returns is None or any(a.annotation is None for a in given):
                    yield f"{path.name}: {'.'.join((*inside, node.name))}"

    return list(visit(ast.parse(path.read_text("utf-8")).body, ()))


def test_every_public_function_says_what_it_takes_and_gives():
    files = [*(ROOT / "bayes_enues").rglob("*.py"), *(ROOT / "models").glob("*.py")]
    assert [line for path in files for line in unannotated(path)] == []


def works(command):
    try:
        return subprocess.run([*command, "--version"], capture_output=True, cwd=ROOT).returncode == 0
    except FileNotFoundError:
        return False


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A fresh environment with the wheel in it; only dependencies come from the one that runs the tests."""
    folder = tmp_path_factory.mktemp("wheel")
    candidates = [[os.environ.get("UV", "uv")], [sys.executable, "-m", "uv"], ["python3", "-m", "uv"]]
    uv = next((c for c in candidates if works(c)), None)
    if uv is None:
        pytest.skip("uv is not installed")
    source = folder / "source"
    source.mkdir()
    parts = ("bayes_enues", "models", "data", "pyproject.toml", "README.md", "LICENSE")
    for part in parts:  # a copy: setuptools builds in the tree and would find what an older build left there
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, source / part)
    env = folder / "env"
    subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, str(env)], check=True, cwd=ROOT)
    done = subprocess.run(
        [*uv, "pip", "install", "--quiet", "--no-deps", "--python", str(env / "bin/python"), str(source)],
        capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    if done.returncode and "build-backend" in done.stderr + done.stdout:
        pytest.skip("setuptools cannot be fetched here")
    assert done.returncode == 0, done.stderr
    (site,) = env.glob("lib/python*/site-packages")
    # A folder named in such a file is searched last, and .pth files inside it (the clone's) are not read.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return site


def installed(site, *command):
    """Run a program of the fresh environment in a folder that has nothing to do with it."""
    dropped = (
        "PYTHONPATH",
        "VIRTUAL_ENV",
        "PYTHONDONTWRITEBYTECODE",
    )  # which the second start reads
    environment = {name: value for name, value in os.environ.items() if name not in dropped}
    done = subprocess.run(
        [str(site.parents[2] / "bin" / command[0]), *command[1:]],
        capture_output=True, text=True, cwd="/", env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_an_installed_wheel_finds_its_data_from_another_folder(wheel):
    code = """
import importlib.util
import pathlib
import sys
import bayes_enues as be
models = importlib.util.find_spec("bayes_enues.models")  # a name inside it would import it, and PyMC
assert pathlib.Path(models.origin).with_name("counting.py").is_file()
e = be.load_experiment("lz_ws2022:low_edge")
print(be.__file__, be.experiment_names(), e.n_bins, be.signal_counts(e, be.StandardModel()).sum() > 30)
assert "pymc" not in sys.modules  # whose import and kernels would take ten times as long as all of this
"""
    said = installed(wheel, "python", "-c", code)
    assert str(wheel / "bayes_enues" / "__init__.py") in said
    assert str(be.experiment_names()) in said
    assert said.strip().endswith("51 True")


@pytest.mark.slow
def test_the_command_of_an_installed_wheel_shows_its_data(wheel):
    said = installed(wheel, "bayes-enues", "data", "--experiment", "xenonnt_sr0")
    assert "XENONnT" in said


def test_every_file_of_the_data_is_in_the_wheel(wheel):
    there = {p.relative_to(ROOT / "data") for p in (ROOT / "data").rglob("*") if p.is_file()}
    packed = wheel / "bayes_enues" / "data"
    assert {p for p in there if "__pycache__" not in p.parts} <= {
        p.relative_to(packed) for p in packed.rglob("*")
    }
    schemas = {p.name for p in (ROOT / "bayes_enues" / "schemas").iterdir()}
    assert schemas == {p.name for p in (packed.parent / "schemas").iterdir()}


@pytest.mark.slow
def test_nothing_of_the_tests_or_notebooks_is_in_the_wheel(wheel):
    top = {p.name for p in wheel.iterdir() if not p.name.startswith((".", "_", "bin"))}
    assert {name for name in top if not name.endswith((".dist-info", ".pth"))} == {"bayes_enues"}
    assert (wheel / "bayes_enues" / "data" / "solar" / "fluxes.csv").is_file()
    assert (wheel / "bayes_enues" / "reports" / "templates" / "report.html").is_file()
    assert (wheel / "bayes_enues" / "py.typed").is_file()
