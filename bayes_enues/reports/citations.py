"""The references of a result: data releases, solar model, oscillation fit, atomic data, methods, software.

What is cited follows from what was used. Each entry of ``data/citations.bib`` names the choices that need it;
besides, every arXiv number in the header of a table that an experiment read is looked up there.
"""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from ..errors import WrongKindError
from ..experiments.experiment import Experiment
from ..experiments.loading import load_experiment
from ..results import Result
from ..tables import packaged

_ARXIV = re.compile(r"arXiv:(\d{4}\.\d{4,5}|[a-z-]+/\d{7})")


def cite(result: Any) -> str:
    """BibTeX of everything a result used; ``print(be.cite(result))``.

    Parameters
    ----------
    result
        What ``be.limits`` returns, a row of ``limits.json``, a ``pm.Model`` of this package, an experiment or
        its name, or a list of those.

    Returns
    -------
    str
        Entries in the order of ``data/citations.bib``. Comments at the end list the references that a user's
        own table names and that are not known there, and the experiments of a result that cannot be loaded
        by their name, such as a user's own.

    Raises
    ------
    TypeError
        If this is nothing that has sources.
    ValueError, FileNotFoundError
        If an experiment was asked for by a name that there is not.
    """
    used = _Used(set(), {}, set())
    _add(result, used)
    what, arxiv, gone = used
    entries = _entries()
    chosen = [text for text, of, eprint in entries if of & what or (eprint is not None and eprint in arxiv)]
    unknown = sorted(set(arxiv) - {eprint for *_, eprint in entries})
    comments = [f"% no entry for arXiv:{number}, which {arxiv[number]} names" for number in unknown]
    comments += [
        f"% {name} cannot be loaded by its name; cite what its folder names" for name in sorted(gone)
    ]
    return "\n\n".join([*chosen, *comments])


@dataclass(frozen=True, eq=False, kw_only=True)
class _Draws(Result):
    sampler: str | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class Cited(Result):
    """What of a row decides its references."""

    experiment: str
    posterior: _Draws | None = None


class _Used(NamedTuple):
    """What a result used, the arXiv numbers in its tables with the table that names each, and experiments
    that cannot be loaded."""

    what: set[str]
    arxiv: dict[str, str]
    gone: set[str]


@lru_cache
def _entries() -> tuple[tuple[str, frozenset[str], str | None], ...]:
    """Each entry as (text without ``used``, what it is used by, arXiv number)."""
    text = packaged("citations.bib").read_text(encoding="utf-8")
    found = []
    for entry in re.findall(r"^@.*?^\}", text, flags=re.MULTILINE | re.DOTALL):
        shown, used, rest = re.split(r",\s*used = \{(.*?)\}", entry, maxsplit=1)
        eprint = re.search(r"eprint = \{(.*?)\}", entry)
        found.append((shown + rest, frozenset(used.split()), eprint[1] if eprint else None))
    return tuple(found)


def _add(result: Any, used: _Used) -> None:
    """Collect what a result used."""
    if isinstance(result, Mapping) and "experiment" in result:  # a row of limits.json
        result = Cited.from_dict(result)
    name, question = getattr(result, "experiment", None), getattr(result, "question", None)
    if isinstance(result, str | os.PathLike):
        for part in _names(os.fspath(result)):
            _add_experiment(load_experiment(part), used)
    elif isinstance(result, Experiment):
        _add_experiment(result, used)
    elif isinstance(name, str):  # any row, which keeps the name of its experiment, not where it came from
        used.what.update({"statistics", "analysis"})
        if sampler := sampler_of(result):
            used.what.add(f"sampler:{sampler}")
        for part in _names(name):
            try:
                _add_experiment(load_experiment(part), used)
            except (ValueError, FileNotFoundError):
                used.gone.add(part)
    elif question is not None:  # of a pm.Model
        used.what.update({"statistics", "analysis"})
        for experiment in question.experiments:
            _add_experiment(experiment, used)
    elif isinstance(result, Iterable) and not isinstance(result, Mapping):
        for one in result:
            _add(one, used)
    else:
        raise WrongKindError(
            f"{type(result).__name__} has no sources to cite; what be.limits returns, a model, a row of "
            "limits.json or an experiment was needed"
        )


def _add_experiment(experiment: Experiment, used: _Used) -> None:
    sun, settings, nuclei = experiment.sun, experiment.settings, experiment.xenon.target == "nucleus"
    used.what.update(
        {
            "analysis",
            "spectra",
            f"fluxes:{sun.fluxes}",
            f"oscillation:{sun.oscillation}",
            f"profile:{sun.profile}",
            "target:nucleus" if nuclei else f"electrons:{experiment.xenon.electrons}",
            f"experiment:{settings.name}",
        }
    )
    tables = {"experiment.toml": (experiment.reference, experiment.note), **experiment.provenance}
    for table, lines in reversed(tables.items()):  # of several that name a number the first one is told
        for number in _ARXIV.findall("\n".join(lines)):
            used.arxiv[number] = f"{experiment.name}, {table},"


def _names(joined: str) -> list[str]:
    from ..runs.asked import split_experiments

    return split_experiments(joined)


def sampler_of(row: Any) -> str | None:
    """The sampler of a row's draws; None of a row without."""
    return getattr(getattr(row, "posterior", None), "sampler", None)
