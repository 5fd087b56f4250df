"""What a user's own interaction must be before anything is computed or compiled with it."""

from dataclasses import is_dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from ..constants import ELECTRON_MASS, FLAVOURS
from ..errors import InputError, WrongKindError
from .base import Interaction
from .nuclei import Nuclei

_E_ER = np.geomspace(0.012, 45.0, 9)  # keV: what the experiments' recoil grids span
_E_NR = np.geomspace(0.1, 10.0, 5)  # keV: recoils of nuclei
_NUCLEUS = Nuclei(54, np.array([[78.0]]), np.array([[1.2286e8]]), np.ones((1, 1)))  # 132Xe
_ABOVE = np.array([1.001, 1.1, 1.5, 3.0, 10.0, 100.0])[:, None]  # neutrino energies over the threshold
_SIZES = (0.0, 0.3, 1.0, 2.0)  # of a free parameter, in its typical value


def check_interaction(
    interaction: Interaction, free: tuple[str, ...], targets: frozenset[str] = frozenset({"electron"})
) -> None:
    """Evaluate a cross section where it will be needed, and refuse what no count can come from.

    At recoil energies of its targets, of electrons from 12 eV to 45 keV, neutrino energies from the kinematic
    threshold to a hundred times it, and each free parameter at zero and near its typical value (both signs
    if it is signed).

    Parameters
    ----------
    interaction : Interaction
        With the parameters that are not free.
    free : tuple of str
        Free parameters or groups of them.

    Raises
    ------
    InputError
        If the cross section has a wrong shape, is not finite, is negative, or is no number: one line with the
        flavour, the energies and the parameters.
    """
    for name in free:
        for size in {s * sign for s in _SIZES for sign in ((1, -1) if interaction.signed else (1,))}:
            changed = interaction.with_values(**{name: size * interaction.starting_value()})
            for target in targets:
                _check_values(changed, target)


def check_class(interaction: Any) -> None:
    """Refuse what is no interaction, with a TypeError."""
    kind = type(interaction)
    if not isinstance(interaction, Interaction):
        what = f"the class {interaction.__name__}" if isinstance(interaction, type) else repr(interaction)
        raise WrongKindError(
            f"{what} is no interaction; an instance such as MagneticMoment(nu_e=9.0) was needed"
        )
    if not (is_dataclass(kind) and "__dataclass_params__" in vars(kind)):
        raise WrongKindError(
            f"{kind.__name__} is no dataclass of its own; write @dataclass(frozen=True) above it"
        )


def _check_values(interaction: Interaction, target: str) -> None:
    mass = ELECTRON_MASS if target == "electron" else float(_NUCLEUS.mass[0, 0])
    e_er = _E_ER if target == "electron" else _E_NR
    e_nu = _ABOVE * (e_er + np.sqrt(e_er**2 + 2 * mass * e_er)) / 2
    method, on = ("cross_section", ()) if target == "electron" else ("nuclear_cross_section", (_NUCLEUS,))
    for flavour in FLAVOURS:
        with np.errstate(all="ignore"):
            values = getattr(interaction, method)(flavour, *on, e_nu, e_er)
        where = f"{type(interaction).__name__}.{method} of {flavour}"
        try:
            values = np.asarray(values, float)
            shown = np.broadcast_to(values, e_nu.shape)
        except (TypeError, ValueError):
            raise InputError(
                f"{where} gave {_shape_words(values)} for e_nu {e_nu.shape} and e_er {e_er.shape}; "
                "numbers of their common shape were needed, so write it with operators and NumPy's ufuncs"
            ) from None
        for wrong, words in (
            (~np.isfinite(shown), "not finite"),
            (shown < -1e-9 * np.max(np.abs(shown)), "negative"),
        ):
            if np.any(wrong):
                i, j = np.argwhere(wrong)[0]
                raise InputError(
                    f"{where} is {words} ({shown[i, j]:.3g} cm^2/keV) at e_nu = {e_nu[i, j]:.4g} keV, "
                    f"e_er = {e_er[j]:.4g} keV with {_settings(interaction)}"
                )


def _shape_words(values: Any) -> str:
    shape, kind = np.shape(values), getattr(values, "dtype", type(values).__name__)
    return f"an array of shape {shape} and type {kind}"


def _settings(interaction: Interaction) -> str:
    return ", ".join(f"{name} = {getattr(interaction, name):g}" for name in interaction.parameters())


def stays_symbolic(interaction: Interaction) -> str:
    """Why the formula cannot take PyTensor variables; empty if it can.

    ``np.where`` and ``np.dot`` give object arrays on PyTensor variables, and ``if parameter > 0`` fails. Such
    a formula still serves through templates, which need numbers only; the symbolic chain does not exist.
    """
    options = tuple(getattr(interaction, option) for option in interaction.options)
    return _stays_symbolic(type(interaction), options)


@lru_cache
def _stays_symbolic(kind: type[Interaction], options: tuple) -> str:
    import pytensor.tensor as pt

    symbols = {name: pt.dscalar(name) for name in kind.parameters()}
    symbolic = kind(**symbols, **dict(zip(kind.options, options, strict=True)))
    e_nu = np.full((2, 1), 400.0)
    for flavour in FLAVOURS:
        try:
            values = symbolic.cross_section(flavour, e_nu, np.array([1.0, 2.0]))
        except Exception as error:  # whatever a user's formula may raise: it is the answer
            return f"it raises {type(error).__name__} on PyTensor variables ({error})"
        if isinstance(values, np.ndarray) and values.dtype == object:
            return "it turns PyTensor variables into an object array (np.where does; multiply by a mask)"
    return ""
