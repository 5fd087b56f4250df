"""What the README shows is what the code does."""

import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from marks import slow

import bayes_enues as be
from bayes_enues.fit.limit import exact_bound
from bayes_enues.reports.wording import number, region_text
from bayes_enues.results import there

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"```python\n(.*?)```", README, flags=re.S)
COMMANDS = sorted(set(re.findall(r"(?:uv run )bayes-enues ([^\n`]+)", README)))


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda text: text.splitlines()[0])
def test_snippets_run_as_printed(snippet, capsys):
    exec(compile(snippet, "README.md", "exec"), {"__name__": "readme"})


@pytest.mark.parametrize("line", COMMANDS)
def test_commands_and_their_options_exist(line):
    from typer.main import get_command

    from bayes_enues.cli import app

    name, *arguments = shlex.split(line)
    command = get_command(app).commands[name]
    command.make_context(name, arguments)  # raises for an unknown option or a value of the wrong kind


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert target.startswith("https://") or (Path(__file__).parents[1] / target).exists(), target


def published_table() -> dict[tuple[str, str], list[str]]:
    """Cells of the README's table by section and parameter."""
    section, cells = "", {}
    for line in README.splitlines():
        if match := re.match(r"\| \*\*(.+?)\*\*", line):
            section = match[1].replace("`", "")
        elif match := re.match(r"\| (nu_\w+|universal) \|(.*)\|", line):
            cells[section, match[1]] = [cell.strip() for cell in match[2].split("|")]
    return cells


def test_the_table_has_every_row_of_the_main_job():
    assert len(published_table()) == 16 + 4  # and one of each variant with further nuisances


SECTIONS = {
    "LZ WS2022": ["lz_ws2022"],
    "LZ WS2022, low_edge": ["lz_ws2022:low_edge"],
    "XENONnT SR0": ["xenonnt_sr0"],
    "LZ + XENONnT": ["lz_ws2022", "xenonnt_sr0"],
}


@pytest.mark.parametrize("parameter", be.MagneticMoment.free_names())
@pytest.mark.parametrize("section", SECTIONS)
def test_bounds_of_the_table_are_those_computed_now(section, parameter):
    """Frozen output: the README quotes three digits."""
    assert published_table()[section, parameter][:4] == bounds_now(SECTIONS[section], parameter)


@pytest.mark.slow
@pytest.mark.parametrize("variant", ["marginalised", "sources"])
@pytest.mark.parametrize("section", ["LZ WS2022", "XENONnT SR0"])
def test_bounds_with_further_nuisances_are_those_computed_now(section, variant):
    """Frozen output, as above; what the changes should be is tested beside the nuisances."""
    named = [f"{SECTIONS[section][0]}:{variant}"]
    assert published_table()[f"{section}, {variant}", "nu_e"][:4] == bounds_now(named, "nu_e")


def bounds_now(experiments, parameter):
    """The first four cells of a row."""
    model = be.models.magnetic_moment(experiments, free=parameter)
    profile, density = be.profile_likelihood(model, parameter), be.marginal_density(model)
    found = [
        density.quantile(0.9),
        density.reweighted(density.values).quantile(0.9),
        profile.upper_one_sided,
        profile.upper,
    ]
    return [number(bound) for bound in found]


BY_EXPOSURE = {
    "LZ WS2024": "lz_ws2024",
    "LZ WS2022 and WS2024": "lz",
    "XENONnT SR0": "xenonnt_sr0",
    "PandaX-4T Run 1": "pandax4t_run1",
    "LZ WS2022, 1–20 keV": "lz_ws2022_wide",
    "XENON1T": "xenon1t_sr1",
    "XENON1T, tritium free": "xenon1t_sr1:tritium",
    "PandaX-4T Run 0": "pandax4t_run0",
    "**all** (XENON1T with free tritium)": "xenon",
}


def rows_after(words: str) -> dict[str, list[str]]:
    """Cells of the first table after some words, by what stands in its first column."""
    lines = README[README.index(words) :].splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("| ---"))
    table = []
    for line in lines[start + 1 :]:
        if not line.startswith("|"):
            break
        table.append([cell.strip() for cell in line.strip("|").split("|")])
    return {cells[0]: cells[1:] for cells in table}


QUICK = ("LZ WS2022 and WS2024", "XENON1T")
every_measurement = pytest.mark.parametrize("title", [t if t in QUICK else slow(t) for t in BY_EXPOSURE])


@every_measurement
def test_moments_of_every_measurement_are_those_computed_now(title):
    """Frozen output: posterior, one-sided and two-sided profile; what is expected needs toys."""
    cells = rows_after("**Every public xenon measurement**")[title]
    model = be.models.magnetic_moment(BY_EXPOSURE[title].split("+"), free="universal")
    profile, posterior = be.profile_likelihood(model), be.marginal_density(model).quantile(0.9)
    upper = profile.upper if not profile.lower else profile.pieces[0]
    shown = [f"{x:.3g}" for x in (posterior, there(profile.upper_one_sided))]
    assert [f"{float(c):.3g}" for c in cells[1:3]] == shown
    shown = f"{upper:.3g}" if np.isscalar(upper) else " to ".join(f"{end:.3g}" for end in upper)
    assert cells[3].strip("*") == shown


@every_measurement
def test_charges_and_radii_are_those_computed_now(title):
    """Frozen output; steps and equivalent photons stand side by side."""
    cells = rows_after("**Charges and charge radii**")[title]
    found = []
    for name in ("millicharge", "equivalent_photon_millicharge", "charge_radius"):
        model = getattr(be.models, name)(BY_EXPOSURE[title].split("+"), free="universal")
        profile, bound = (
            be.profile_likelihood(model, values=[0.0]),
            exact_bound(be.Fit(model), "universal", 0.9),
        )
        two_sided = bound["pieces"] is not None
        found.append(region_text(bound["pieces"]) if two_sided else f"< {number(bound['upper'])}")
        two_sided |= profile.lower > 0
        found.append(region_text(profile.pieces) if two_sided else f"< {number(profile.upper)}")
    assert [*cells[:4], *cells[5:]] == found
