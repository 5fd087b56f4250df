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
    used, arxiv, gone = _used_by(result)
    entries = _entries()
    chosen = [
        text for text, what, eprint in entries if what & used or (eprint is not None and eprint in arxiv)
    ]
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


def _used_by(result: Any) -> _Used:
    question = getattr(result, "question", None)  # of a pm.Model
    if isinstance(result, str | os.PathLike):
        result = [load_experiment(part) for part in _names(os.fspath(result))]
    if isinstance(result, Experiment):
        return _used_by_experiment(result)
    if isinstance(result, Mapping) and "experiment" in result:  # a row of limits.json
        result = Cited.from_dict(result)
    if question is not None:
        return _together(question.experiments, {"statistics", "analysis"})
    experiment = getattr(result, "experiment", None)
    if isinstance(experiment, str):  # any row, a RowSpec
        sampler = sampler_of(result)
        return _fitted(
            experiment, {"statistics", "analysis"} | ({f"sampler:{sampler}"} if sampler else set())
        )
    if isinstance(result, Iterable) and not isinstance(result, Mapping):
        return _together(result, set())
    raise WrongKindError(
        f"{type(result).__name__} has no sources to cite; what be.limits returns, a model, a row of "
        "limits.json or an experiment was needed"
    )


def _names(joined: str) -> list[str]:
    from ..runs.rows import split_experiments

    return split_experiments(joined)


def sampler_of(row: Any) -> str | None:
    """The sampler of a row's draws; None of a row without."""
    return getattr(getattr(row, "posterior", None), "sampler", None)


def _fitted(experiment: str, used: set[str]) -> _Used:
    """Of a result, which keeps the name of its experiment and not where it came from."""
    loaded, gone = [], set()
    for name in _names(experiment):
        try:
            loaded.append(load_experiment(name))
        except (ValueError, FileNotFoundError):
            gone.add(name)
    found = _together(loaded, used)
    return found._replace(gone=gone)


def _together(parts: Iterable, used: set[str]) -> _Used:
    found = _Used(set(used), {}, set())
    for more in map(_used_by, parts):
        found.what.update(more.what)
        found.arxiv.update(more.arxiv)
        found.gone.update(more.gone)
    return found


def _used_by_experiment(experiment: Experiment) -> _Used:
    sun, settings, nuclei = experiment.sun, experiment.settings, experiment.xenon.target == "nucleus"
    used = {
        "analysis",
        "spectra",
        f"fluxes:{sun.fluxes}",
        f"oscillation:{sun.oscillation}",
        f"profile:{sun.profile}",
        "target:nucleus" if nuclei else f"electrons:{experiment.xenon.electrons}",
        f"experiment:{settings.name}",
    }
    arxiv = {}
    described = (experiment.reference, experiment.note)
    for table, lines in {"experiment.toml": described, **experiment.provenance}.items():
        for number in _ARXIV.findall("\n".join(lines)):
            arxiv.setdefault(number, f"{experiment.name}, {table},")
    return _Used(used, arxiv, set())
