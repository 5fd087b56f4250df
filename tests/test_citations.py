"""References follow from what a result used."""

import re
import shutil

import pytest

import bayes_enues as be
from bayes_enues.reports.citations import Cited, _entries
from bayes_enues.reports.sources import references
from bayes_enues.tables import packaged, packaged_names, read_table


def keys(text):
    return set(re.findall(r"^@\w+\{([^,]+),", text, flags=re.MULTILINE))


def test_a_fit_of_xenonnt_cites_its_data_inputs_and_software_and_nothing_of_lz():
    row = {"experiment": "xenonnt_sr0", "posterior": {"sampler": "nuts"}}
    cited = keys(be.cite(row))
    assert cited >= {"XENON:2022", "ShivaSankar:2022", "Baxter:2021", "Vinyoles:2016", "deSalas:2020"}
    assert cited >= {"Chen:2016", "Bahcall:1997", "PyMC:2023", "ArviZ:2019", "nutpie"}
    assert not cited & {"LZ:2022", "LZ:2025", "Esteban:2024"}


def test_a_joint_fit_cites_both_and_the_release_behind_the_derived_efficiency():
    assert keys(be.cite("lz_ws2022+xenonnt_sr0")) >= {"XENON:2022", "LZ:2022", "LZ:2025"}


def test_another_oscillation_fit_is_cited_instead():
    changed = be.load_experiment("xenonnt_sr0", {"sun": {"oscillation": "NuFIT6.0_SK"}})
    assert "Esteban:2024" in keys(be.cite(changed))
    assert "deSalas:2020" not in keys(be.cite(changed))


def test_a_model_and_its_experiments_cite_alike_but_for_the_software():
    model = be.models.magnetic_moment(["xenonnt_sr0"])
    assert keys(be.cite(model)) - keys(be.cite("xenonnt_sr0")) == {"PyMC:2023"}


def test_every_choice_of_the_box_has_an_entry():
    used = set().union(*(what for _, what, _ in _entries()))
    for table, prefix in (("fluxes.csv", "fluxes"), ("oscillation.csv", "oscillation")):
        sets = read_table(packaged("solar", table), text=("set",))["set"]
        assert {f"{prefix}:{name}" for name in sets} <= used
    profiles = [name[8:-4] for name in packaged_names("solar") if name.startswith("profile_")]
    assert {f"profile:{name}" for name in profiles} <= used


def test_no_reference_of_an_experiment_in_the_box_is_without_an_entry():
    for name in be.experiment_names():
        assert "no entry" not in be.cite(name)


def test_entries_are_whole_and_do_not_show_what_only_we_need():
    text = be.cite(["lz_ws2022", "xenonnt_sr0"])
    assert "used =" not in text
    for entry in text.split("\n\n"):
        assert entry.count("{") == entry.count("}")
        assert re.search(r"^  (doi|url|eprint) = ", entry, flags=re.MULTILINE)


def test_what_has_no_sources_is_refused():
    with pytest.raises(TypeError, match="int has no sources"):
        be.cite(3)


def test_an_experiment_that_cannot_be_loaded_by_its_name_leaves_a_comment(tmp_path):
    row = {"experiment": "my_toy+xenonnt_sr0", "posterior": {"sampler": "nuts"}}
    text = be.cite(row)
    assert keys(text) == keys(be.cite(row | {"experiment": "xenonnt_sr0"}))
    assert text.split("\n\n")[-1] == "% my_toy cannot be loaded by its name; cite what its folder names"
    assert be.cite([row, row]) == text
    with pytest.raises(ValueError, match="no experiment 'my_toy'"):
        be.cite("my_toy")


def test_a_report_cites_the_experiment_of_a_users_own_folder(tmp_path):
    shutil.copytree(packaged("xenonnt_sr0"), tmp_path / "mine")
    path = tmp_path / "mine" / "experiment.toml"
    path.write_text(path.read_text().replace('name = "xenonnt_sr0"', 'name = "mine"'))
    row = {"experiment": str(tmp_path / "mine"), "posterior": {"sampler": "nuts"}}
    text = references([Cited.from_dict(row)])
    assert {"nutpie", "Vinyoles:2016"} <= keys(text.replace("<pre>", "<pre>\n"))
    assert "cannot be loaded" not in text
