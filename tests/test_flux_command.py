"""``bayes-enues flux``: fluxes in physical units, and what cannot be measured is refused at once."""

import pytest
from schemas import check_files
from typer.testing import CliRunner

from bayes_enues import InputError
from bayes_enues.cli import app
from bayes_enues.signal.flux import Sun


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--experiment", "xenonnt_nr", "--parameter", "pp"], "xenonnt_nr cannot measure pp: only 8B"),
        (["--experiment", "xenonnt_sr0", "--parameter", "b8"], "xenonnt_sr0 cannot measure b8: 8B adds"),
        (["--parameter", "hep"], "solar_flux has no parameter ['hep']"),
        (["--experiment", "darwin"], "no experiment 'darwin'"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_one_line(arguments, words):
    with pytest.raises(InputError) as error:
        CliRunner().invoke(app, ["flux", *arguments], catch_exceptions=False)
    assert words in str(error.value)
    assert "\n" not in str(error.value)


def test_fluxes_are_those_of_the_solar_model():
    """Baxter et al., arXiv:2105.00599."""
    assert Sun(fluxes="baxter2021").total("pp") == 5.98e10
    assert Sun(fluxes="baxter2021").total("b8") == 5.25e6
    assert Sun(fluxes="baxter2021").total("cno") == pytest.approx(2.78e8 + 2.05e8 + 5.29e6)


@pytest.mark.slow
def test_the_flux_of_pp_is_that_of_the_landmarks(tmp_path):
    """``physics-2.md``, section 2: .809 (.493, 1.125) of the model's 5.98e10 from XENONnT."""
    asked = [
        "flux",
        "--experiment",
        "xenonnt_sr0",
        "--parameter",
        "pp",
        "--jobs",
        "1",
        "--out",
        str(tmp_path),
    ]
    done = CliRunner().invoke(app, [*asked, "--out", str(tmp_path)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert " ".join(("pp", "XENONnT SR0", "1e+10", "5.98", "4.84", "(2.95, 6.73)")) in " ".join(
        done.output.split()
    )
    assert check_files(tmp_path) == {"fluxes", "fluxes_row"}
