"""A submission to HEPData: a table of YAML for each model and for each curve against the mass."""

import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ..errors import InputError
from ..experiments.folder import experiment_title
from ..reports.citations import cite
from ..reports.wording import region_text
from ..results import Limit, there
from ..runs.files import check_writable
from .groups import Group, curves_against_mass, tables_of_limits

DIGITS = 7
NOTHING = "-"  # HEPData's sign for a cell without a number


def write_hepdata(limits: Iterable[Limit], against_mass: Iterable[Limit], out: str | Path) -> list[Path]:
    """Write ``submission.yaml``, its tables, the references and all of it as ``submission.tar.gz``.

    Parameters
    ----------
    limits, against_mass : iterable of Limit
        Rows of a table, and rows that make curves.
    out : path
        A folder.

    Returns
    -------
    list of Path

    Raises
    ------
    InputError
        If ``hepdata_lib`` is not installed, or the folder cannot be written to.
    """
    try:
        import hepdata_lib
    except ImportError:
        raise InputError(
            "hepdata_lib is not installed; python3 -m pip install 'bayes-enues[export]' brings it"
        ) from None
    out = Path(out)
    check_writable(out)
    tables, curves = tables_of_limits(limits), curves_against_mass(against_mass)
    submission = hepdata_lib.Submission()
    submission.comment = (
        "Limits on new interactions of solar neutrinos from public data of xenon detectors: posterior and "
        "profile likelihood of one model, computed with bayes_enues. "
        + " ".join(dict.fromkeys(group.title + "." for group in (*tables, *curves)))
    )
    for group in tables:
        rows = group.rows
        named = {"parameter": [r.parameter for r in rows], "experiment": [*map(_experiment, rows)]}
        _add(hepdata_lib, submission, group, {(name, ""): values for name, values in named.items()})
    for group in curves:
        _add(hepdata_lib, submission, group, {("mass", "keV"): [row.mass for row in group.rows]})
    with TemporaryDirectory() as scratch:
        home = Path(scratch, "submission")
        home.mkdir()
        references = Path(scratch, "references.bib")
        references.write_text(
            cite([row for group in (*tables, *curves) for row in group.rows]) + "\n", "utf-8"
        )
        submission.add_additional_resource("References, BibTeX", str(references), copy_file=True)
        with chdir(home):  # there hepdata_lib puts the archive, which it checks with HEPData's validator
            submission.create_files(".")
        return [Path(shutil.copy2(home / name, out / name)) for name in sorted(os.listdir(home))]


def _experiment(row: Limit) -> str:
    return experiment_title(row.experiment)


def _add(library: Any, submission: Any, group: Group, independent: dict[tuple[str, str], list]) -> None:
    """A table of some rows, with what they are told apart by."""
    table = library.Table(f"Table {len(submission.tables) + 1}")
    first = group.rows[0]
    caveats = dict.fromkeys(caveat for row in group.rows for caveat in row.caveats)
    table.description = " ".join(
        [f"{group.title}.", group.statistics, *(f"{c.rstrip('.')}." for c in caveats)]
    )
    table.location = "mediators.json" if len(independent) == 1 else "limits.json"
    table.keywords["phrases"] = ["neutrino", "solar neutrinos", first.model.replace("_", " "), "limit"]
    target = "nucleus" if "nuclei" in first.atomic_model else "e-"
    table.keywords["reactions"] = [f"nu {target} --> nu {target}"]
    table.keywords["observables"] = ["limit"]
    for (name, unit), values in independent.items():
        table.add_variable(
            library.Variable(name, is_independent=True, is_binned=False, units=unit, values=values)
        )
    errors = [row.posterior.headline_error if row.posterior.converged else None for row in group.rows]
    for name, of_row in _columns(group.rows).items():
        values = [of_row(row) for row in group.rows]
        if all(value is None for value in values):
            continue
        shown = [NOTHING if value is None else value for value in values]
        variable = library.Variable(
            name, is_independent=False, is_binned=False, units="" if first.unit == "1" else first.unit,
            values=shown, zero_uncertainties_warning=False,
        )  # fmt: skip
        variable.digits = DIGITS
        if name != "best fit":
            variable.add_qualifier("level", 100 * first.level, "%")
        if len(independent) == 1:
            variable.add_qualifier("experiment", _experiment(first))
        if name in ("posterior, lower end", "posterior, upper end") and any(errors):
            error = library.Uncertainty("Monte Carlo")
            error.values = errors
            variable.add_uncertainty(error)
        table.add_variable(variable)
    submission.add_table(table)


def _columns(rows: Sequence[Limit]) -> dict[str, Callable[[Limit], float | str | None]]:
    """What a table shows of a row, by the heads of its columns."""

    def sampled(value: Callable[[Limit], Any]) -> Callable[[Limit], Any]:
        return lambda row: value(row) if row.posterior.converged else None

    found: dict[str, Callable[[Limit], Any]] = {}
    if rows[0].posterior.kind == "hdi":
        found["posterior, lower end"] = sampled(lambda row: row.posterior.headline.lower)
    found["posterior, upper end"] = sampled(lambda row: row.posterior.headline.upper)
    found["posterior, upper end, prior flat in the square"] = sampled(
        lambda row: row.posterior.upper_flat_strength
    )
    if any(len(row.posterior.headline.pieces or ()) > 1 for row in rows):
        found["posterior, region"] = sampled(lambda row: region_text(there(row.posterior.headline.pieces)))
    if any(row.profile.lower for row in rows):
        found["profile, lower end"] = lambda row: row.profile.lower
    found["profile, upper end"] = lambda row: row.profile.upper
    if any(len(row.profile.pieces) > 1 for row in rows):
        found["profile, region"] = lambda row: region_text(row.profile.pieces)
    found["profile, one-sided upper end"] = lambda row: row.profile.upper_one_sided
    found["best fit"] = lambda row: row.profile.best_fit
    return found
