"""A prior in words, as the command line takes it: ``flat(0, 30)``, ``halfnormal(1e-11 mu_B)``."""

import re

from ..errors import InputError
from . import named
from .named import Prior

_NAMED = {kind.text: kind for kind in (getattr(named, n) for n in named.__all__) if kind is not Prior}


def parse_prior(text: str | None, unit: str) -> Prior | None:
    """A prior written on the command line: ``flat``, ``flat(0, 30)``, ``halfnormal(1e-11 mu_B)``.

    Numbers are in the parameter's unit, or carry a unit of their own that is converted. The width of a
    half-normal and the lower edge of a log-uniform come first; a range follows or stands alone.

    Parameters
    ----------
    text : str or None
    unit : str
        Unit of the parameter, such as ``1e-12 mu_B``.

    Raises
    ------
    InputError
        If the prior is unknown, its numbers do not fit, or a unit is another quantity's.
    """
    if text is None:
        return None
    match = re.fullmatch(r"\s*(\w+)\s*(?:\(([^()]*)\))?\s*", text)
    if match is None or match[1] not in _NAMED:
        raise InputError(
            f"the prior {text!r} is unknown; the choices are {sorted(_NAMED)}, as in halfnormal(10)"
        )
    kind = _NAMED[match[1]]
    numbers = [_in_unit(part, unit) for part in match[2].split(",")] if match[2] else []
    names = {len(names): names for names in kind.arguments}.get(len(numbers))
    if names is None:
        choices = " or ".join(f"{match[1]}({', '.join(names)})" for names in kind.arguments)
        raise InputError(f"the prior {text!r} has {len(numbers)} numbers; it is written {choices}")
    return kind(**dict(zip(names, numbers, strict=True)))


def _in_unit(text: str, unit: str) -> float:
    """A number with or without a unit, in the parameter's unit: ``1e-11 mu_B`` is 10 for ``1e-12 mu_B``."""
    number = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
    match = re.fullmatch(rf"\s*({number})\s*((?![\d.]).*?)?\s*", text, re.ASCII)
    if match is None:
        raise InputError(f"{text.strip()!r} in a prior is not a number, nor a number with a unit")
    number, given = float(match[1]), match[2]
    if not given:
        return number
    size, _, base = unit.partition(" ")
    if given == unit:
        return number
    if not base or given != base:
        raise InputError(
            f"the unit of {text.strip()!r} does not fit; the parameter is in units of {unit or '1'}"
        )
    return number / float(size)
