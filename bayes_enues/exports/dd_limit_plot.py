"""Curves against the mass as ``dd_limit_plot`` keeps limits of direct detection.

The format, as its repository (github.com/kdund/dd_limit_plot) had it in 2026: a CSV of numbers for each
curve, read by ``numpy.loadtxt`` with the ``delimiter`` of its entry in ``result_metadata.toml``, where a
table has the name of the file without its suffix. ``header`` names the columns there; the one called
``independent_variable`` is the axis, ``upper_limit`` what is drawn by default, and all others are multiplied
by ``scaling`` too.
"""

import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import InputError
from ..experiments.folder import experiment_title
from ..reports.citations import cite
from ..results import Limit
from ..runs.files import check_writable, slug, write_text
from .groups import curves_against_mass

#: Column to what it is of a row.
COLUMNS = {
    "mediator_mass": lambda row: row.mass,
    "upper_limit": lambda row: row.profile.upper,
    "upper_limit_one_sided": lambda row: row.profile.upper_one_sided,
    "upper_limit_posterior": lambda row: row.posterior.headline.upper if row.posterior.converged else None,
}


def write_dd_limit_plot(rows: Iterable[Limit], out: str | Path) -> list[Path]:
    """Write a CSV for each curve, and ``result_metadata.toml`` to be added to that of ``dd_limit_plot``.

    Parameters
    ----------
    rows : iterable of Limit
        Limits at masses, such as those of ``mediators.json``.
    out : path
        A folder.

    Returns
    -------
    list of Path

    Raises
    ------
    InputError
        If no row has a mass, ``tomli_w`` is not installed, or the folder cannot be written to.
    """
    try:
        import tomli_w
    except ImportError:
        raise InputError(
            "tomli_w is not installed; python3 -m pip install 'bayes-enues[export]' brings it"
        ) from None
    out, groups = Path(out), curves_against_mass(rows)
    if not groups:
        raise InputError(
            "no row has a mass; dd_limit_plot draws curves against it, such as those of mediators"
        )
    check_writable(out)
    metadata: dict[str, Any] = {}
    paths = []
    for group in groups:
        first = group.rows[0]
        options = [f"{n}-{v}" for n, v in first.given.items() if n != "mass"]
        name = base = slug("_".join([first.model, first.experiment, *options])).replace(".", "-")
        while name in metadata:
            name = f"{base}_{len(metadata)}"
        text, numbers = io.StringIO(), [[of_row(row) for of_row in COLUMNS.values()] for row in group.rows]
        np.savetxt(text, np.array(numbers, float), "%.8g", ",", header=",".join(COLUMNS))
        write_text(out / f"{name}.csv", text.getvalue())
        paths.append(out / f"{name}.csv")
        metadata[name] = {
            "description": f"{group.title}. {group.statistics}",
            "independent_variable": "mediator_mass",
            "units_independent_variable": "keV/c^2",
            "units_dependent_variable": first.unit,
            "header": list(COLUMNS),
            "delimiter": ",",
            "scaling": 1.0,
            "label": experiment_title(first.experiment),
            "provenance": "bayes_enues",
            "reference": cite(group.rows) + "\n",
        }
    write_text(out / "result_metadata.toml", tomli_w.dumps(metadata, multiline_strings=True))
    return [*paths, out / "result_metadata.toml"]
