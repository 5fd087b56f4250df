"""The references of a result: data releases, solar model, oscillation fit, atomic data, methods, software.

What is cited follows from what was used. Each entry of ``data/citations.bib`` names the choices that need it;
besides, every arXiv number in the header of a table that an experiment read is looked up there.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from .experiment import Experiment
from .loading import load_experiment
from .tables import packaged

__all__ = ["cite"]

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
        Entries in the order of ``data/citations.bib``. A reference named by a user's own table and not known
        there is listed in a comment at the end.

    Raises
    ------
    TypeError
        If this is nothing that has sources.
    """
    used, arxiv = _used_by(result)
    entries = _entries()
    chosen = [
        text for text, what, eprint in entries if what & used or (eprint is not None and eprint in arxiv)
    ]
    unknown = sorted(set(arxiv) - {eprint for *_, eprint in entries})
    comments = [f"% no entry for arXiv:{number}, which {arxiv[number]} names" for number in unknown]
    return "\n\n".join([*chosen, *comments])


@lru_cache
def _entries() -> tuple[tuple[str, frozenset[str], str | None], ...]:
    """Each entry as (text without ``used``, what it is used by, arXiv number)."""
    text = packaged("citations.bib").read_text(encoding="utf-8")
    found = []
    for entry in re.findall(r"^@.*?^\}", text, flags=re.MULTILINE | re.DOTALL):
        used = re.search(r",\s*used = \{(.*?)\}", entry)
        eprint = re.search(r"eprint = \{(.*?)\}", entry)
        shown = entry.replace(used[0], "")
        found.append((shown, frozenset(used[1].split()), eprint[1] if eprint else None))
    return tuple(found)


def _used_by(result: Any) -> tuple[set[str], dict[str, str]]:
    """What a result used, and the arXiv numbers in its tables with the table that names each."""
    if isinstance(result, str):
        result = [load_experiment(part) for part in _names(result)]
    if isinstance(result, Experiment):
        return _used_by_experiment(result)
    if isinstance(result, Mapping) and "experiment" in result:  # a row of limits.json
        return _together([result["experiment"]], _sampler(result.get("posterior")))
    if hasattr(result, "question"):  # a pm.Model
        return _together(result.question.experiments, {"statistics", "analysis"})
    if hasattr(result, "experiment") and hasattr(result, "model"):  # Limit, RowSpec, Projection
        return _together([result.experiment], _sampler(getattr(result, "posterior", None)))
    if isinstance(result, Iterable) and not isinstance(result, Mapping):
        return _together(result, set())
    raise TypeError(
        f"{type(result).__name__} has no sources to cite; what be.limits returns, a model, a row of "
        "limits.json or an experiment was needed"
    )


def _names(joined: str) -> list[str]:
    from .rows import split_experiments

    return split_experiments(joined)


def _sampler(posterior: Any) -> set[str]:
    name = posterior.get("sampler") if isinstance(posterior, Mapping) else getattr(posterior, "sampler", None)
    return {"statistics", "analysis"} | ({f"sampler:{name}"} if name else set())


def _together(parts: Iterable, used: set[str]) -> tuple[set[str], dict[str, str]]:
    used, arxiv = set(used), {}
    for part in parts:
        more, numbers = _used_by(part)
        used |= more
        arxiv |= numbers
    return used, arxiv


def _used_by_experiment(experiment: Experiment) -> tuple[set[str], dict[str, str]]:
    sun, settings = experiment.sun, experiment.settings
    used = {
        "analysis",
        "spectra",
        f"fluxes:{sun.fluxes}",
        f"oscillation:{sun.oscillation}",
        f"profile:{sun.profile}",
        f"electrons:{experiment.xenon.electrons}",
        f"experiment:{settings.name}",
    }
    arxiv = {}
    for table, lines in {"experiment.toml": (experiment.reference,), **experiment.provenance}.items():
        for number in _ARXIV.findall("\n".join(lines)):
            arxiv.setdefault(number, f"{experiment.name}, {table},")
    return used, arxiv
