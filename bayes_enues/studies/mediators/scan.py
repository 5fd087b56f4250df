"""Limits on the coupling of light mediators as a function of their mass: the rows of Figs. 6 and 7.

The moment that makes a heavy neutrino is scanned in the same way, in a figure of its own.

At a fixed mass counts are quadratic in g^2, so a mass is new bin templates in a compiled shape and no new
compilation; see :mod:`bayes_enues.compiled.structures`.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import InputError
from ...experiments.folder import DEFAULT
from ...experiments.loading import load_experiment
from ...interactions.mediators import NORMALISATIONS
from ...interactions.named import interaction_named
from ...results import Curve, Limit, grouped, there
from ...runs.asked import split_experiments
from ...runs.files import write_text
from ...runs.plan import plan
from ...runs.rows import RowSpec
from ...tables import packaged, read_table

#: Names on the command line; the models are these with ``light_`` before them.
KINDS = ("scalar", "pseudoscalar", "vector", "axial_vector", "tensor")
DIPOLE = "sterile_dipole"
EXPERIMENTS = DEFAULT
DRAWS = 2500  # per chain: a Monte Carlo error just below 1 % of the bound, the rule, in one run


def mediator_title(model: str) -> str:
    """What a table or a legend calls a mediator."""
    return model.removeprefix("light_").replace("_", " ")


def default_masses(n: int = 40) -> np.ndarray:
    """Masses of the scan, geometric from 1e-3 to 1e5 keV, (n,)."""
    return np.geomspace(1e-3, 1e5, n)


def plan_scan(
    kinds: Sequence[str] | None = None,
    masses: Iterable[float] | None = None,
    experiments: Sequence[str] | None = None,
    settings: Mapping[str, Any] | None = None,
    **options,
) -> list[RowSpec]:
    """The rows of a scan over masses, every name and number checked.

    Parameters
    ----------
    kinds : sequence of str, optional
        Of ``KINDS``, with or without ``light_``; by default all five, with nuclear recoils those that nuclei
        have a formula for. Or ``sterile_dipole`` alone.
    masses : iterable of float, optional
        Of the mediator [keV]; by default 40 from 1e-3 to 1e5, with nuclear recoils 37 to 1e6, for a heavy
        neutrino 25 from 1 to 1000.
    experiments : sequence of str, optional
        By default LZ and XENONnT, each alone; ``a+b`` is their joint fit.
    settings : mapping, optional
        Options of the interaction, such as ``charges`` or ``normalisation``.
    options
        Further fields of :class:`bayes_enues.runs.rows.RowSpec`.

    Returns
    -------
    list of RowSpec
        Mediator by mediator, experiment by experiment, masses in rising order.

    Raises
    ------
    InputError
        If a kind, a mass or an option is none, or a heavy neutrino is too heavy; before anything runs.
    """
    settings = dict(settings or {})
    dipole = DIPOLE in (kinds or ())
    if dipole and set(kinds or ()) != {DIPOLE}:
        raise InputError(f"{DIPOLE} is scanned alone: its limit is a moment, not a coupling")
    options = {"draws": DRAWS, **options}
    experiments = list(experiments or EXPERIMENTS)
    parts = {part for name in experiments for part in split_experiments(name)}
    nuclear = any(load_experiment(part).xenon.target == "nucleus" for part in sorted(parts))
    defaults = np.geomspace(1.0, 1e3, 25) if dipole else default_masses()
    if nuclear and not dipole:  # their momenta are tens of MeV: to 1 GeV
        defaults = np.geomspace(1e-3, 1e6, 37)
    if kinds is None and nuclear:
        kinds = [kind for kind in KINDS if not interaction_named(f"light_{kind}").no_nuclei]
    masses = sorted({float(m) for m in (defaults if masses is None else masses)})
    if not masses:
        raise InputError("no mass was given; one or more were needed, in keV above zero")
    models = [DIPOLE] if dipole else [f"light_{kind.removeprefix('light_')}" for kind in kinds or KINDS]
    specs = []
    for model in dict.fromkeys(models):
        if model.removeprefix("light_") not in (*KINDS, DIPOLE):
            raise InputError(
                f"there is no light mediator {model!r}; the choices are {list(KINDS)}, or {DIPOLE!r} alone"
            )
        kind = interaction_named(model)
        unknown = sorted(set(settings) - set(kind.options))
        if unknown:
            raise InputError(f"{kind.__name__} has no option {unknown}; the choices are {list(kind.options)}")
        for mass in masses:
            kind(**{"mass": mass, **settings})
        fixed = [(("mass", mass), *sorted(settings.items())) for mass in masses]
        parameter = "universal" if dipole else "coupling"
        for heaviest in plan([model], [parameter], experiments, fixed=fixed[-1], **options):
            specs += [replace(heaviest, fixed=one) for one in fixed]
    return specs


def curves(rows: Iterable[Limit]) -> list[Curve]:
    """The rows of a scan as curves, in the order in which models and experiments first appear."""
    found = []
    for (model, experiment), members in grouped(rows, "model", "experiment").items():
        members = sorted(members, key=lambda row: there(row.mass))
        posteriors, profiles = [row.posterior for row in members], [row.profile for row in members]
        columns = {
            "mass_keV": [row.mass for row in members],
            "posterior_upper": [p.upper for p in posteriors],
            "posterior_mcse": [p.mcse for p in posteriors],
            "posterior_exact": [p.exact and p.exact.upper for p in posteriors],
            "posterior_upper_flat_strength": [p.upper_flat_strength for p in posteriors],
            "profile_upper": [p.upper for p in profiles],
            "profile_upper_one_sided": [p.upper_one_sided for p in profiles],
        }
        gaps = [
            (p.pieces[0][1], p.pieces[1][0]) if len(p.pieces or ()) > 1 else (None,) * 2 for p in profiles
        ]
        if any(low is not None for low, _ in gaps):
            columns |= {"gap_lower": [low for low, _ in gaps], "gap_upper": [high for _, high in gaps]}
        arrays = {name: np.array(values, float) for name, values in columns.items()}  # NaN for None
        found.append(Curve(model=model, experiment=experiment, threshold=profiles[0].threshold, **arrays))
    return found


def write_curves(found: Sequence[Curve], path: str | Path) -> None:
    """Write curves as one table, a line a mass; its columns are those of :class:`Curve`, gaps if any."""
    gaps = ["gap_lower", "gap_upper"]
    model, experiment, *numbers, threshold = (f.name for f in fields(Curve) if f.name not in gaps)
    if any(curve.gap_lower is not None for curve in found):
        numbers += gaps
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([model, experiment, *numbers, threshold])
    for curve in found:
        nothing = np.full(curve.mass_keV.size, np.nan)
        columns = [getattr(curve, name) for name in numbers]
        table = np.column_stack([nothing if values is None else values for values in columns])
        writer.writerows(
            [curve.model, curve.experiment, *(f"{x:.6g}" for x in line), f"{curve.threshold:.5g}"]
            for line in table
        )
    write_text(Path(path), text.getvalue())


def published_points(path: str | Path | None = None) -> list[dict[str, Any]]:
    """Published limits on mediators: ``data/published/mediators.csv``, or a user's file of the same form.

    Parameters
    ----------
    path : path, optional
        Columns ``mass_keV``, ``coupling``, ``experiment``, ``source``, and ``model`` where points belong to
        one mediator only, ``normalisation`` (``as_printed`` or ``left_handed``) where couplings state theirs.

    Returns
    -------
    list of dict
        One a row, numbers as floats; ``model`` is None where the file does not say.

    Raises
    ------
    InputError
        If a column is missing or a mass or coupling is no number above zero.
    """
    where = packaged("published", "mediators.csv") if path is None else Path(path)
    needed = ("mass_keV", "coupling", "experiment", "source")
    table = read_table(where, needed, text=("experiment", "source", "model", "normalisation"))
    for name in ("mass_keV", "coupling"):
        if np.any(table[name] <= 0):
            raise InputError(
                f"{table.path}: {name} holds {table[name].min():g}; numbers above zero were needed"
            )
    for given in set(table.columns.get("normalisation", [])) - {""}:
        if given not in NORMALISATIONS:
            raise InputError(
                f"{table.path}: normalisation is {given!r}; none or one of {list(NORMALISATIONS)} was needed"
            )
    names = [name for name in (*needed, "model", "normalisation") if name in table.columns]
    rows = zip(*(table[name].tolist() for name in names), strict=True)
    return [{"model": None, **dict(zip(names, row, strict=True))} for row in rows]
