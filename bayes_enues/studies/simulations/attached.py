"""Regions of Feldman and Cousins beside the limits that they belong to.

Nothing is computed and PyMC is not imported: a table whose rows are there already needs neither.
"""

import json
from collections.abc import Sequence
from dataclasses import replace

from ...results import FeldmanCousins, Limit
from ...runs.rows import RowSpec
from ...runs.store import ResultsFolder, is_intact


def inputs_of(spec: RowSpec) -> str:
    """Hash of what a row of limits and one of coverage must share: data, interaction and version."""
    return replace(spec, level=0.9, prior=None, draws=1, seed=0, delta_chi2=None).fingerprint()


def attach(limits: Sequence[Limit], specs: Sequence[RowSpec], folder: ResultsFolder) -> list[Limit]:
    """Limits with the region of Feldman and Cousins where toys were thrown for them; stored so too.

    Looks for ``coverage.json`` in the folder of the limits and in its direct subfolders. An entry that no
    longer matches is removed; what was found and not used is said in ``folder.messages``.

    Parameters
    ----------
    limits : sequence of Limit
        As they are stored.
    specs : sequence of RowSpec
        Of each.
    folder : ResultsFolder
    """
    found: dict[tuple[str | None, float | None], FeldmanCousins] = {}
    for file in sorted([*folder.path.glob("coverage.json"), *folder.path.glob("*/coverage.json")]):
        try:
            entries = json.loads(file.read_text(encoding="utf-8"))["limits"]
            for one in (FeldmanCousins.from_dict(e) for e in entries if "sha256" not in e or is_intact(e)):
                if one.toy_kind == "poisson":  # other toys test themselves, not the data's likelihood
                    found[one.inputs, one.level] = replace(one, source=str(file.relative_to(folder.path)))
        except (ValueError, KeyError, TypeError, OSError) as error:
            folder.messages.append(f"{file} cannot be read ({error}); it was left alone")
    attached = [
        replace(limit, feldman_cousins=found.get((inputs_of(spec), spec.level)))
        for limit, spec in zip(limits, specs, strict=True)
    ]
    for before, limit in zip(limits, attached, strict=True):
        if limit != before and limit.fingerprint and (stored := folder.read(limit.fingerprint)):
            stored.pop("feldman_cousins", None)
            entry = limit.feldman_cousins
            folder.write(stored | ({"feldman_cousins": entry.to_dict()} if entry else {}))
    folder.save(limit.fingerprint or "" for limit in attached)
    return attached
