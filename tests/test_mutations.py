"""Folders that people could write: each mutation of a packaged one is refused by name, or accepted and said.

Nothing here compiles a model: a folder that cannot be used is known before.
"""

# ruff: noqa: E501  (one case, one line)

import shutil
import sys

import numpy as np
import pytest
from marks import slow

from bayes_enues.errors import DoubtWarning, InputError
from bayes_enues.experiments.loading import load_experiment
from bayes_enues.tables import packaged


class Folder:
    """A copy of a packaged experiment, to be broken."""

    def __init__(self, path, name):
        self.path = path / "mine"
        shutil.copytree(str(packaged(name)), self.path)

    def edit(self, *pairs):
        """Replace text of the ``experiment.toml``, pairs of old and new."""
        text = (self.path / "experiment.toml").read_text()
        for old, new in zip(pairs[::2], pairs[1::2], strict=True):
            assert old in text, old
            text = text.replace(old, new, 1)
        (self.path / "experiment.toml").write_text(text)

    def table(self, file, change):
        """Pass header and rows of a table through ``change``, which returns the rows."""
        lines = (self.path / file).read_text().splitlines()
        head = next(i for i, line in enumerate(lines) if not line.startswith("#"))
        rows = [line.split(",") for line in lines[head:]]
        rows = change(rows) or rows
        text = "\n".join([*lines[:head], *(",".join(map(str, row)) for row in rows)])
        (self.path / file).write_text(text + "\n")

    def entry(self, file, row, column, value):
        self.table(file, lambda rows: rows[row].__setitem__(rows[0].index(column), value))

    def column(self, file, column, change):
        def changed(rows):
            k = rows[0].index(column)
            for row in rows[1:]:
                row[k] = repr(float(change(float(row[k]))))

        self.table(file, changed)


def edit(*pairs):
    return lambda folder: folder.edit(*pairs)


def entry(file, row, column, value):
    return lambda folder: folder.entry(file, row, column, value)


def column(file, name, change):
    return lambda folder: folder.column(file, name, change)


def columns(file, names, change):
    return lambda folder: [folder.column(file, name, change) for name in names]


def write(file, content):
    def change(folder):
        (folder.path / file).write_bytes(content if isinstance(content, bytes) else content.encode())

    return change


def recode(file, encoding, old="", new=""):
    def change(folder):
        text = (folder.path / file).read_text()
        (folder.path / file).write_bytes((text.replace(old, new, 1) if old else text).encode(encoding))

    return change


def replaced_by_a_folder(file):
    def change(folder):
        (folder.path / file).unlink()
        (folder.path / file).mkdir()

    return change


def link(file, target):
    def change(folder):
        (folder.path / file).unlink()
        (folder.path / file).symlink_to(target)

    return change


def lz_response(folder):
    """The response table as the default, as a user's folder would have it."""
    text = (folder.path / "experiment.toml").read_text()
    response = '[response]\ntable = "response.csv"\nenergy = "e_er_keV"\nwidth_keV = 0.05\n'
    (folder.path / "experiment.toml").write_text(text.replace("[efficiency]", response + "[efficiency]"))


def both(*changes):
    return lambda folder: [change(folder) for change in changes]


def appended(text):
    def change(folder):
        path = folder.path / "experiment.toml"
        path.write_text(path.read_text() + text)

    return change


EDGES = ("e_lo_keV", "e_hi_keV")
COMPONENT = 'name = "background"\ntable = "bins.csv"\ncolumns = ["background"]'
#: One bin more or less of XENONnT's table; a made-up nuisance; LZ's other component.
NUISANCE = '\n[[nuisances]]\nname = "{}"\nsigma = 0.1\nscales = "background"\n'

REFUSED = {
    # files that cannot be read
    "a table in UTF-16": (recode("bins.csv", "utf-16"), "bins.csv is UTF-16"),
    "a table in UTF-16 without a mark": (recode("bins.csv", "utf-16-le"), "bins.csv is not text"),
    "a table in Latin-1": (recode("bins.csv", "latin-1", "Units", "µ"), "bins.csv, line 4: byte 0xb5"),
    "binary": (write("efficiency.csv", b"\x89PNG\r\n\x00\x01"), "efficiency.csv is not text"),
    "bytes that are no text": (write("efficiency.csv", b"a,b\n1,\xff\xfe\n"), "efficiency.csv, line 2: byte"),
    "a folder for a table": (replaced_by_a_folder("bins.csv"), "bins.csv cannot be read: Is a directory"),
    "a folder for the file": (replaced_by_a_folder("experiment.toml"), "experiment.toml cannot be read"),
    "a link that leads out": (link("bins.csv", "/etc/passwd"), "bins.csv is a link that leads out"),
    "an empty table": (write("bins.csv", ""), "bins.csv has no data rows"),
    "a field of 200 kB": (
        write("bins.csv", "e_lo_keV,e_hi_keV\n1," + "9" * 200_000),
        "bins.csv, line 2: field larger than field limit",
    ),
    "an open quotation mark": (entry("bins.csv", 3, "n_obs", '"4'), "bins.csv, line 8: unexpected end of data"),
    "a million rows": (write("bins.csv", "a,b\n" + "1,2\n" * 1_000_000), "bins.csv has 1000000 rows; at most"),
    "twenty megabytes": (write("bins.csv", b"#" * 20_000_000), "bins.csv is longer than 16 MB"),
    "semicolons": (recode("bins.csv", "utf-8", "e_lo_keV,e_hi_keV,n_obs,garwood_minus,garwood_plus,background",
                          "e_lo_keV;e_hi_keV"), "bins.csv lacks", "by commas"),
    "a column twice": (recode("bins.csv", "utf-8", "garwood_plus", "n_obs"), "bins.csv has a column 'n_obs' there twice"),
    "a column without a name": (recode("bins.csv", "utf-8", "garwood_plus", ""), "bins.csv has a column '' without"),
    "a file in Latin-1": (recode("experiment.toml", "latin-1", "XENONnT SR0", "XENÖN"), "experiment.toml, line"),
    "a file in UTF-16": (recode("experiment.toml", "utf-16"), "experiment.toml is UTF-16"),
    "a file that is nested": (appended("\na = " + "[" * 20_000), "experiment.toml"),
    "a variant that is nested": (
        appended("\n[variants.deep]\nnote = 'n'\n" + ".".join("b" * 900) + " = 1"), "experiment.toml", "variants.deep"
    ),
    "a number of 9,000 digits": (edit("1.16", "1" * 9000), "experiment.toml", "4300 digits"),
    "a number of 9,000 bits": (edit("1.16", "0x" + "f" * 9000), "exposure_t_yr", "finite"),
    # numbers that are none
    "1_0 as a count": (entry("bins.csv", 3, "n_obs", "1_0"), "bins.csv, line 8, column n_obs: '1_0' is not a number"),
    "Arabic digits": (entry("bins.csv", 3, "n_obs", "٣"), "bins.csv, line 8, column n_obs", "not a number"),
    "a hexadecimal count": (entry("bins.csv", 3, "n_obs", "0x1"), "bins.csv, line 8, column n_obs", "not a number"),
    "an empty count": (entry("bins.csv", 3, "n_obs", ""), "bins.csv, line 8, column n_obs: '' is not a number"),
    "an infinite count": (entry("bins.csv", 3, "n_obs", "1e999"), "bins.csv, line 8, column n_obs", "not finite"),
    "1e300 counts": (entry("bins.csv", 3, "n_obs", "1e300"), "bins.csv, row 3, column n_obs: 1e+300 events"),
    "1e300 of background": (entry("bins.csv", 3, "background", "1e300"), "bins.csv, row 3, column background"),
    # numbers of the file
    "exposure true": (edit("1.16", "true"), "exposure_t_yr: Input should be a number (got True)"),
    "exposure in quotes": (edit("1.16", '"1.16"'), "exposure_t_yr", "should be a number"),
    "exposure a list": (edit("1.16", "[1.16]"), "exposure_t_yr", "should be a number"),
    "exposure a date": (edit("1.16", "2022-07-22"), "exposure_t_yr", "should be a number"),
    "exposure zero": (edit("1.16", "0"), "exposure_t_yr", "greater than 0"),
    "exposure of 1e9": (edit("1.16", "1e9"), "exposure_t_yr: 1e+09 is not between 1e-06 and 10000 t yr"),
    "exposure of 1e-9": (edit("1.16", "1e-9"), "exposure_t_yr", "not between"),
    "a subtraction in words": (edit("= true      # the published", '= "no"      #'), "subtract_standard_model"),
    "a shared nuisance in words": (edit("shared = true", "shared = 1"), "nuisances.0.shared"),
    "sigma of 1e-300": (edit("sigma = 0.07", "sigma = 1e-300"), "nuisances.0.sigma", "not between"),
    "sigma of 1e300": (edit("sigma = 0.07", "sigma = 1e300"), "nuisances.0.sigma", "not between"),
    "a cut of a nuisance at 1e300": (edit("sigma = 0.07", "sigma = 1\nupper = 1e300"), "nuisances.0.upper"),
    "1e300 events": (edit(COMPONENT, COMPONENT + "\nevents = 1e300"), "components.0.events", "not between"),
    "a scale of 1e300": (edit(COMPONENT, COMPONENT + "\nscale = 1e300"), "components.0.scale", "not between"),
    "an edge shifted by 1e9": (edit('above = "c', 'shift_keV = 1e9\nabove = "c'), "efficiency.shift_keV", "-5 and 5"),
    "an edge shifted by 200 eV": (edit('above = "c', 'shift_keV = 200\nabove = "c'), "efficiency.shift_keV"),
    "a threshold of 1e9 keV": (appended("\n[xenon]\nthreshold_keV = 1e9"), "xenon.threshold_keV", "2000 keV"),
    "a threshold above the bins": (appended("\n[xenon]\nthreshold_keV = 31"), "xenon.threshold_keV = 31", "end at 30"),
    "a negative threshold": (appended("\n[xenon]\nthreshold_keV = -1"), "xenon.threshold_keV"),
    "unknown electrons": (appended('\n[xenon]\nelectrons = "stpes"'), "xenon.electrons", "'steps'"),
    "an unknown solar set": (appended('\n[sun]\nfluxes = "B23"'), "experiment.toml: sun", "no flux set 'B23'"),
    "an unknown oscillation fit": (appended('\n[sun]\noscillation = "x"'), "experiment.toml: sun", "deSalas2020"),
    "an unknown solar profile": (appended('\n[sun]\nprofile = "x"'), "experiment.toml: sun", "b16_gs98"),
    "an unknown solar set in a variant": (
        appended('\n[variants.b23]\nnote = "n"\nsun = { fluxes = "B23" }'), "variants.b23: sun", "no flux set 'B23'"
    ),
    # resolution
    "a resolution of 1e-9 keV": (edit("0.310", "1e-9", "linear = 0.0037", ""), "mine/experiment.toml", "resolution"),
    "a resolution of 1e-4 keV": (edit("0.310", "1e-4", "linear = 0.0037", ""), "resolution", "wider"),
    "a resolution in percent": (edit("0.310", "31.0", "0.0037", "0.37"), "resolution", "not in percent"),
    "a linear part in percent": (edit("0.0037", "3.7"), "resolution.linear", "fraction"),
    "a resolution of 1e300": (edit("0.310", "1e300"), "resolution.sqrt_keV", "100 keV"),
    "a negative resolution": (edit("0.310", "-0.31"), "resolution.sqrt_keV", "greater than or equal to 0"),
    # bins
    "bins in eV": (columns("bins.csv", EDGES, lambda e: 1000 * e), "bins.csv", "30000 keV", "must be in keV"),
    "bins in MeV": (columns("bins.csv", EDGES, lambda e: e / 1000), "bins.csv", "0.03 keV", "must be in keV"),
    "bins of 1e-7 keV": (
        both(entry("bins.csv", 30, "e_lo_keV", "29"), lambda f: f.table("bins.csv", lambda rows: [
            *rows, ["30", "30.0000001", *rows[-1][2:]]])), "bins.csv, row 31: a bin of 1e-07 keV"
    ),
    "rows in descending order": (
        lambda f: f.table("bins.csv", lambda rows: [rows[0], *rows[:0:-1]]), "bins.csv, row 2", "increase"
    ),
    "edges and counts in one column": (edit('table = "bins.csv"\nfit', 'table = "bins.csv"\ncounts = "e_lo_keV"\nfit'),
                                       "experiment.toml: bins: lower, upper and counts"),
    "too many bins": (
        lambda f: f.table("bins.csv", lambda rows: [
            rows[0], *([repr(0.01 * k), repr(0.01 * (k + 1)), 0, 0, 1, 1] for k in range(2100))]),
        "bins.csv has 2100 bins; at most 2000",
    ),
    # efficiency
    "an efficiency in MeV": (column("efficiency.csv", "e_reco_keV", lambda e: e / 1000), "efficiency.csv",
                             "in keV?"),
    "an efficiency in eV": (column("efficiency.csv", "e_reco_keV", lambda e: 1000 * e), "efficiency.csv", "in keV?"),
    "an efficiency in percent": (column("efficiency.csv", "efficiency", lambda e: 100 * e), "efficiency.csv, row",
                                 "outside 0 to 1"),
    "an efficiency that is an energy": (edit('column = "efficiency"', 'column = "e_reco_keV"'), "efficiency: energy and"),
    # components
    "a component made of edges": (edit('columns = ["background"]', 'columns = ["e_hi_keV"]'), "'e_hi_keV'", "edges"),
    "a component made of counts": (edit('columns = ["background"]', 'columns = ["n_obs"]'), "'n_obs'", "counts"),
    "one column twice": (edit('["background"]', '["background", "background"]'), "components.0", "are there twice"),
    "one column in two components": (
        edit("[[nuisances]]", "[[components]]\n" + COMPONENT.replace('name = "background"', 'name = "more"')
             + "\n[[nuisances]]"), "'background'", "counted twice",
    ),
    "a component of other bins": (
        both(lambda f: shutil.copy(f.path / "bins.csv", f.path / "other.csv"),
             columns("other.csv", EDGES, lambda e: e + 1),
             edit(COMPONENT, COMPONENT.replace("bins.csv", "other.csv"))),
        "other.csv, row 1, column e_lo_keV: 1 where the bins table has 0 keV",
    ),
    "a component in descending order": (
        both(lambda f: shutil.copy(f.path / "bins.csv", f.path / "other.csv"),
             lambda f: f.table("other.csv", lambda rows: [rows[0], *rows[:0:-1]]),
             edit(COMPONENT, COMPONENT.replace("bins.csv", "other.csv"))),
        "other.csv, row 1, column e_lo_keV: 29 where the bins table has 0 keV",
    ),
    # names
    **{
        f"a component called {name}": (
            edit('name = "background"', f'name = "{name}"'), "components.0.name: the name is reserved", name
        )
        for name in ("signal", "observed", "expected", "counts", "t0", "sigma", "scale", "numbers", "bin", "t1_nu_e",
                     "scale_nu_e", "posterior", "log_likelihood", "standard_model")
    },
    **{
        f"a nuisance called {name}": (edit('"beta_flux"', f'"{name}"'), "nuisances.0.name: the name is reserved", name)
        for name in ("signal", "observed", "expected", "counts", "nu_e", "universal", "lambda_1", "coupling", "mass",
                     "numbers", "prior", "posterior", "chain")
    },
    "a nuisance called as another's measurement": (
        appended(NUISANCE.format("beta_flux_centre")), "beta_flux_centre would be two variables"
    ),
    "a nuisance called as the counts": (
        both(edit('name = "xenonnt_sr0"', 'name = "mine"'), appended(NUISANCE.format("observed_mine"))), "observed_mine"
    ),
    "a component with a slash": (edit('name = "background"', 'name = "a/b"'), "components.0.name"),
    "a name of 500 letters": (edit('name = "xenonnt_sr0"', f'name = "{"x" * 500}"'), "name", "at most 60"),
    "a title of two lines": (edit('"XENONnT SR0"', '"XENONnT\\nSR0"'), "title", "one line"),
    "a title of 1,000 letters": (edit('"XENONnT SR0"', f'"{"x" * 1000}"'), "title", "at most 200"),
    "a variant that is no table": (appended("\n[variants]\nx = 3"), "variants"),
    "a component of a variant that is no table": (
        appended('\n[variants.x]\nnote = "n"\ncomponents = { background = 3 }'), "variants.x", "components.background"
    ),
    "a variant that renames": (appended('\n[variants.x]\nnote = "n"\nname = "y"'), "variant x changes ['name']"),
    "a variant that changes nothing": (edit('bins = { errors = "sqrt" }', ""), "variant sqrt_errors changes nothing"),
    "a note that is a number": (edit('note = "Poisson', 'note = 3 #'), "variant poisson lacks a note"),
    # files elsewhere
    "a table above the folder": (edit('"bins.csv"', '"../../secret.csv"'), "bins.table: the file must lie inside"),
    "an absolute path": (edit('"bins.csv"', '"/etc/passwd"'), "bins.table: the file must lie inside"),
    "a path of Windows": (edit('"bins.csv"', "'C:\\secret.csv'"), "bins.table: the file must lie inside"),
    "a table above the folder in a variant": (
        appended('\n[variants.x]\nnote = "n"\nefficiency = { table = "../x.csv" }'), "variants.x", "inside"
    ),
    "a table's name of 5,000 letters": (edit('"bins.csv"', f'"{"b" * 5000}"'), "bins.table", "at most 200"),
    "a table's name of 255 letters and more": (edit('"bins.csv"', f'"{"b" * 180}/{"c" * 19}"'), "does not exist"),
    "no table": (edit('"bins.csv"', '""'), "bins.table"),
}  # fmt: skip

REFUSED_OF_LZ = {
    "a response in descending order": (
        lambda f: f.table("response.csv", lambda rows: [rows[0], *rows[:0:-1]]), "response.csv, row 2", "width_keV"
    ),
    "a response in eV": (column("response.csv", "e_er_keV", lambda e: 1000 * e), "response.csv, row 2", "width_keV"),
    "a response in MeV": (
        both(column("response.csv", "e_er_keV", lambda e: e / 1000), edit("width_keV = 0.05", "width_keV = 5e-4")),
        "response.csv", "width_keV",
    ),
    "a response whose rows are the bins": (
        both(column("response.csv", "e_er_keV", lambda e: 3 * e), edit("width_keV = 0.05", "width_keV = 0.15")),
        "response.csv: its recoils are reconstructed at 0.33",
    ),
    "a response with words": (entry("response.csv", 9, "bin_03", "many"), "response.csv, line", "column bin_03"),
    "a response of another width": (edit("width_keV = 0.05", "width_keV = 0.1"), "response.csv, row 2", "0.1"),
    "a response without its energy": (edit('energy = "e_er_keV"', 'energy = "e"'), "response.csv lacks ['e']"),
    "a response above one": (column("response.csv", "bin_07", lambda p: 3 * p + 0.9), "response.csv, row 20"),
    "a response of other bins": (lambda f: f.table("response.csv", lambda rows: [r[:-1] for r in rows]),
                                 "response.csv has 50 columns"),
}  # fmt: skip

#: Accepted, with a doubt about the subject in these words.
DOUBTED = {
    "1,160 kg": (edit("exposure_t_yr = 1.16", "exposure_t_yr = 1160"), "exposure", "not in kg or days", "433"),
    "423 days": (edit("exposure_t_yr = 1.16", "exposure_t_yr = 423"), "exposure", "not in kg or days"),
    "1,160 kg of the subtraction": (
        edit("exposure_t_yr = 1.16", "exposure_t_yr = 1160"), "component background", "1 to 30 keV", "7.94e+04 counts"
    ),
    "an exposure too small": (edit("exposure_t_yr = 1.16", "exposure_t_yr = 1.16e-3"), "exposure", "in t yr?"),
    "a background per tonne and keV, thousandfold": (
        column("bins.csv", "background", lambda b: 1000 * b), "counts", "is the background in counts per bin"
    ),
    "fivefold counts": (column("bins.csv", "n_obs", lambda n: 5 * n), "counts", "2165 events were counted"),
    "a background below the Standard Model": (
        column("bins.csv", "background", lambda b: 0.15 * b), "component background", "was cut at zero"
    ),
    "sigma in percent": (edit("sigma = 0.07", "sigma = 7"), "nuisance beta_flux", "700 %"),
    "a wide resolution": (edit("0.0037", "0.37"), "resolution", "percentage"),
    "an efficiency that ends at 8 keV": (
        lambda f: f.table("efficiency.csv", lambda rows: [rows[0], *(r for r in rows[1:] if float(r[0]) < 8)]),
        "efficiency", "76% of them lie above it", "its last value",
    ),
    "an efficiency that ends at 8 keV in zero": (
        both(lambda f: f.table("efficiency.csv", lambda rows: [rows[0], *(r for r in rows[1:] if float(r[0]) < 25)]),
             edit('above = "constant"', 'above = "zero"')), "efficiency", "counts as zero",
    ),
    "an efficiency that begins at 10 keV": (
        lambda f: f.table("efficiency.csv", lambda rows: [rows[0], *(r for r in rows[1:] if float(r[0]) > 10)]),
        "efficiency", "31% of them lie below it, where the efficiency counts as zero",
    ),
    "an efficiency in eV that reaches in": (
        write("efficiency.csv", "# Made up. Unit: eV.\ne_reco_keV,efficiency\n0,0\n5000,0.9\n30000,0.9\n"),
        "efficiency", "at most 0.0054 in them and 0.9 elsewhere",
    ),
    "an efficiency in percent of one": (
        column("efficiency.csv", "efficiency", lambda e: e / 100), "efficiency", "should be a fraction of one"
    ),
    "a threshold inside the bins": (appended("\n[xenon]\nthreshold_keV = 5"), "threshold", "5 are dropped"),
}  # fmt: skip

#: Accepted without a word: unusual, and right.
ACCEPTED = {
    "a byte-order mark": recode("bins.csv", "utf-8-sig"),
    "marks in every file": both(*(recode(f, "utf-8-sig") for f in ("experiment.toml", "efficiency.csv"))),
    "lines of Windows": recode("bins.csv", "utf-8", "\n", "\r\n"),
    "spaces around entries": entry("bins.csv", 3, "n_obs", " 11 "),
    "quoted entries": entry("bins.csv", 3, "n_obs", '"11"'),
    "whole counts as floats": entry("bins.csv", 3, "n_obs", "1.1e1"),
    "a line separator in a comment": recode("bins.csv", "utf-8", "# Units", "# \u2028 \x0b Units"),
    "a whole number for a float": edit("sigma = 0.07", "sigma = 1"),
    "a table in a folder inside": both(
        lambda f: (f.path / "tables").mkdir(),
        lambda f: shutil.move(f.path / "efficiency.csv", f.path / "tables" / "efficiency.csv"),
        edit('"efficiency.csv"', '"tables/efficiency.csv"'),
    ),
    "20,000 rows of efficiency": lambda f: f.table(
        "efficiency.csv",
        lambda rows: [rows[0], *([repr(x), 0.8] for x in np.linspace(0.0, 40.0, 20_000).tolist())],
    ),
    "a component called as its nuisance": both(
        edit('name = "background"', 'name = "solar"'),
        appended(NUISANCE.format("solar").replace("background", "solar")),
    ),
    "a component that begins with a digit": edit('name = "background"', 'name = "214Pb and 85Kr"'),
}


def refused(path, words):
    with pytest.raises(InputError) as caught:
        load_experiment(path)
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 1000
    assert all(word in message for word in words), message


@pytest.mark.parametrize("case", [slow(c) if c == "a million rows" else c for c in REFUSED])
def test_a_folder_that_cannot_be_meant_is_refused_in_one_line(tmp_path, case):
    change, *words = REFUSED[case]
    folder = Folder(tmp_path, "xenonnt_sr0")
    change(folder)
    refused(folder.path, words)


@pytest.mark.parametrize("case", REFUSED_OF_LZ)
def test_a_response_that_cannot_be_meant_is_refused_in_one_line(tmp_path, case):
    change, *words = REFUSED_OF_LZ[case]
    folder = Folder(tmp_path, "lz_ws2022")
    lz_response(folder)
    change(folder)
    refused(folder.path, words)


@pytest.mark.parametrize("case", DOUBTED)
def test_numbers_that_contradict_each_other_stay_with_the_experiment_in_words(tmp_path, case):
    change, subject, *words = DOUBTED[case]
    folder = Folder(tmp_path, "xenonnt_sr0")
    change(folder)
    with pytest.warns(DoubtWarning, match=subject):
        experiment = load_experiment(folder.path)
    assert all(word in experiment.doubts[subject] for word in words), experiment.doubts
    assert experiment.caveats[subject] == experiment.doubts[subject]


@pytest.mark.parametrize("case", [slow(c) if c.startswith("20,000") else c for c in ACCEPTED])
def test_what_is_unusual_and_right_loads_without_a_word(tmp_path, case):
    folder = Folder(tmp_path, "xenonnt_sr0")
    ACCEPTED[case](folder)
    assert load_experiment(folder.path).doubts == {}


def test_a_response_that_ends_where_recoils_are_still_seen_says_so(tmp_path):
    folder = Folder(tmp_path, "lz_ws2022")
    lz_response(folder)
    folder.table("response.csv", lambda rows: [rows[0], *(r for r in rows[1:] if 1 < float(r[0]) < 12)])
    with pytest.warns(DoubtWarning, match="response begins"):
        doubts = load_experiment(folder.path).doubts
    assert "ends at 11.97" in doubts["response ends"]
    assert "are lost" in doubts["response begins"]


@pytest.mark.parametrize("name", ["xenonnt_sr0", "lz_ws2022", "lz_ws2022:full_response"])
def test_nothing_that_is_packaged_is_in_doubt(name):
    assert load_experiment(name).doubts == {}


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of Unix")
def test_a_table_without_permission_is_named(tmp_path, monkeypatch):
    """Root may read everything, so the refusal of the system is imitated."""
    folder = Folder(tmp_path, "xenonnt_sr0")
    path_type = type(folder.path)
    opened = path_type.open

    def forbidden(path, *args, **options):
        if path.name == "bins.csv":
            raise PermissionError(13, "Permission denied")
        return opened(path, *args, **options)

    monkeypatch.setattr(path_type, "open", forbidden)
    refused(folder.path, ["bins.csv cannot be read: Permission denied"])
