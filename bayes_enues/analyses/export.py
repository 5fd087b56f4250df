"""Results in the forms that other tools read: what ``bayes-enues export`` writes."""

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import InputError, MissingFileError
from ..exports.dd_limit_plot import write_dd_limit_plot
from ..exports.hepdata import write_hepdata
from ..reports.citations import cite
from ..results import Limit
from ..runs.beside import draws_file
from ..runs.files import check_writable, slug, write_text
from ..runs.rows import RowSpec
from ..runs.store import load_rows
from .limit_table import LimitTable

SAME = 1e-6  # of chi^2 at a row's best fit


def export(to: str, results: str | Path = "results", out: str | Path | None = None) -> list[Path]:
    """Write the results of a folder as other tools read them; nothing is computed anew.

    Parameters
    ----------
    to : str
        ``hepdata``: a submission with a table for each model of ``limits.json`` and a curve for each mediator
        and experiment of ``mediators.json``. ``dd_limit_plot``: those curves as CSV with TOML. ``latex``: the
        table of limits, for booktabs. ``bibtex``: the references of all that was used. ``pyhf``: the
        likelihood of each limit as a workspace. ``netcdf``: the draws of each limit, for
        ``arviz.from_netcdf``.
    results : path
    out : path, optional
        A folder; by default one of that name in ``results/export``.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    InputError
        If the form is unknown, the folder holds nothing for it, or pyhf can say none of the likelihoods; see
        :func:`bayes_enues.to_pyhf`.
    """
    if to not in FORMATS:
        raise InputError(f"there is no form {to!r} to export to; the choices are {list(FORMATS)}")
    home = Path(results) / "export" / to if out is None else Path(out)
    limits, at_masses = (
        [Limit.from_dict(row) for row in load_rows(results, table)] for table in ("limits", "mediators")
    )
    which = {"dd_limit_plot": at_masses, "hepdata": limits or at_masses, "bibtex": limits or at_masses}
    if not which.get(to, limits):
        needed = "mediators.json" if to == "dd_limit_plot" else "limits.json"
        raise MissingFileError(
            f"{results} holds no rows of {needed} that rest on today's data and code; make some with "
            f"bayes-enues {needed.removesuffix('.json')} --out {results}"
        )
    check_writable(home)
    return FORMATS[to](LimitTable(tuple(limits), Path(results)), at_masses, home)


def _latex(limits: LimitTable, at_masses: Sequence[Limit], out: Path) -> list[Path]:
    write_text(out / "limits.tex", limits.to_latex())
    return [out / "limits.tex"]


def _bibtex(limits: LimitTable, at_masses: Sequence[Limit], out: Path) -> list[Path]:
    write_text(out / "references.bib", cite([*limits, *at_masses]) + "\n")
    return [out / "references.bib"]


def _pyhf(limits: LimitTable, at_masses: Sequence[Limit], out: Path) -> list[Path]:
    from ..exports.workspace import to_pyhf

    paths, refused = [], []
    for row in limits:
        try:
            workspace = to_pyhf(model_of_row(row))
        except InputError as error:
            refused.append(f"{row.model} {row.parameter} from {row.experiment}: {error}")
            continue
        paths.append(out / f"{_name(row)}.json")
        write_text(paths[-1], json.dumps(workspace, indent=1) + "\n")
    if not paths:
        raise InputError(f"no likelihood of the folder can be a pyhf workspace: {refused[0]}")
    if refused:
        write_text(out / "refused.txt", "".join(f"{line}\n" for line in refused))
        paths.append(out / "refused.txt")
    return paths


def _netcdf(limits: LimitTable, at_masses: Sequence[Limit], out: Path) -> list[Path]:
    paths = []
    for row in limits:
        paths.append(out / f"{_name(row)}.nc")
        shutil.copyfile(draws_file(limits.folder, row), paths[-1])
    return paths


def _name(row: Limit) -> str:
    """Of a file that belongs to one row; the end of its fingerprint tells rows of other options apart."""
    return slug("_".join([row.model, row.parameter, row.experiment, (row.fingerprint or "")[:6]]))


def model_of_row(row: Limit) -> Any:
    """The ``pm.Model`` of a stored row, made anew.

    Raises
    ------
    InputError
        If the row was made with options that it does not keep, such as another prior of a nuisance: its chi^2
        is another then.
    """
    from ..fit import fit_of

    used = row.provenance.experiments if row.provenance else {}
    parts = []
    for name in row.experiment.split("+"):
        home, variant = used[name].home if name in used else name, name.partition(":")[2]
        parts.append(f"{home}:{variant}" if variant else home)
    model = RowSpec(row.model, row.parameter, "+".join(parts), fixed=tuple(sorted(row.given.items()))).build()
    fit = fit_of(model)
    at = {row.parameter: row.profile.best_fit, **row.profile.nuisances}
    known = set(at) == set(fit.names)
    chi2 = fit.batch(np.array([[at[name] for name in fit.names]]))[0] if known else np.nan
    if not abs(chi2 - row.profile.chi2_min) < SAME * max(1.0, abs(chi2)):
        raise InputError(
            "the row was made with options that it does not keep, such as --nuisance-prior; build its model "
            "in Python and give it to be.to_pyhf"
        )
    return model


FORMATS: dict[str, Callable[[LimitTable, Sequence[Limit], Path], list[Path]]] = {
    "hepdata": write_hepdata,
    "dd_limit_plot": lambda limits, at_masses, out: write_dd_limit_plot(at_masses, out),
    "latex": _latex,
    "bibtex": _bibtex,
    "pyhf": _pyhf,
    "netcdf": _netcdf,
}
