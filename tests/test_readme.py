"""What the README shows is what the code does."""

import re
import shlex
from pathlib import Path

import pytest

import bayes_enues as be
from bayes_enues.reports.wording import number

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
