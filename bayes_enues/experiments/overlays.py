"""Other people's limits against the mass of a mediator, to be drawn beside ours: never an input of a fit.

A file is a table of ``mass_keV`` and ``coupling`` under comment lines ``# key: value``. Five keys are needed,
and ``not stated`` is an answer: ``confidence``, ``statistic``, ``normalisation``, ``edge``, ``source``.
``edge`` says what the curve is: ``upper`` (excluded above), ``lower`` (excluded below) or ``band`` (excluded
from ``coupling`` to a third column ``coupling_upper``). Three more say where it belongs: ``model`` (such as
``light_vector``; without it every panel shows it), ``charges`` (a name, such as ``b_minus_l``) and ``target``
(``electron``, ``nucleus`` or ``star``). ``title`` is what a figure calls it, otherwise the file's name, and
``obtained`` says how the numbers came about.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np

from ..errors import InputError
from ..interactions.base import Interaction
from ..interactions.mediators import GAUGE_CHARGES, NORMALISATIONS, CurrentMediator, Mediator
from ..tables import Table, packaged, read_table, shown

type Paths = str | Path | Iterable[str | Path]
NOT_STATED = "not stated"
NEEDED = ("confidence", "statistic", "normalisation", "edge", "source")
CHOICES = {
    "normalisation": (*NORMALISATIONS, "none", NOT_STATED),
    "edge": ("upper", "lower", "band"),
    "target": ("electron", "nucleus", "star"),
}


@dataclass(frozen=True, eq=False)
class Overlay:
    """A published curve of coupling against mass.

    Attributes
    ----------
    title, source, obtained : str
    confidence : float or None
        None where it is not stated.
    statistic : str
    normalisation : str
        Of Eq. 8, a name of ``NORMALISATIONS``; ``none`` where there is no choice, as for a scalar.
    edge : str
        ``upper``, ``lower`` or ``band``.
    model, charges, target : str
        Empty where the file does not say.
    mass_keV, coupling : (n,)
        In rising order of the mass [keV, 1].
    coupling_upper : (n,) or None
        Upper edge of a band.
    """

    title: str
    confidence: float | None
    statistic: str
    normalisation: str
    edge: str
    source: str
    mass_keV: np.ndarray
    coupling: np.ndarray
    coupling_upper: np.ndarray | None = None
    model: str = ""
    charges: str = ""
    target: str = ""
    obtained: str = ""

    @property
    def is_stated(self) -> bool:
        """Whether level, statistic and normalisation are known: what is not is drawn dashed."""
        return self.confidence is not None and NOT_STATED not in (self.statistic, self.normalisation)

    def belongs_to(self, interaction: Interaction) -> bool:
        """Whether it is a limit on the same coupling: same mediator, same charges of what scatters."""
        if self.model not in ("", interaction.name):
            return False
        if not self.charges or not isinstance(interaction, Mediator):
            return True
        if isinstance(interaction, CurrentMediator) and interaction.sign < 0:
            return False  # interference of the other sign
        if self.charges == interaction.charges:
            return True
        # scattering off electrons knows the products of a neutrino's and the electron's charge only
        theirs, ours = _products(self.charges), _products(interaction.charges, interaction.electron_charge)
        return self.target == "electron" and None not in (theirs, ours) and theirs == ours

    def factor(self, interaction: Interaction) -> float:
        r"""What turns its couplings into ours: :math:`g^2 / (c\,G_F)` is the same, c the number in Eq. 8.

        :math:`\sqrt 2` from left-handed neutrinos to Eq. 8 as printed; one where the file states none.
        """
        if not isinstance(interaction, CurrentMediator) or self.normalisation not in NORMALISATIONS:
            return 1.0
        ours = NORMALISATIONS[interaction.normalisation or "as_printed"]
        return float(np.sqrt(ours / NORMALISATIONS[self.normalisation]))

    def words(self, interaction: Interaction) -> str:
        """What a footnote says of it."""
        level = "level not stated" if self.confidence is None else f"{100 * self.confidence:g} % CL"
        statistic = "statistic not stated" if self.statistic == NOT_STATED else self.statistic
        factor = self.factor(interaction)
        parts = [level, statistic]
        if factor != 1:
            by = r"$\sqrt{2}$" if np.isclose(factor**2, 2) else f"{factor:.4g}"
            parts.append(f"couplings multiplied by {by} to our normalisation")
        elif self.normalisation == NOT_STATED:
            parts.append("normalisation not stated")
        return f"{self.title}: " + ", ".join([*parts, *filter(None, [self.obtained]), self.source])


def _products(charges: str | tuple, electron: float | None = None) -> tuple[float, ...] | None:
    """Charge of each neutrino times the electron's; None where loops decide."""
    if charges == "universal":
        return (1.0, 1.0, 1.0)
    if isinstance(charges, str):
        if charges not in GAUGE_CHARGES:
            return None
        charges, own = GAUGE_CHARGES[charges]
        electron = own if electron is None else electron
    return None if electron is None else tuple(float(c) * electron for c in charges)


def read_overlay(path: str | Path | Traversable) -> Overlay:
    """One published curve.

    Raises
    ------
    InputError
        If the file lacks a key or a column, a key has a value that it cannot have, or a number is not above
        zero.
    """
    path = Path(path) if isinstance(path, str) else path
    table = read_table(path, ("mass_keV", "coupling"))
    keys = said_of(table, NEEDED, CHOICES)
    needed = ("mass_keV", "coupling", *(["coupling_upper"] if keys["edge"] == "band" else []))
    if lacking := [name for name in needed if name not in table.columns]:
        raise InputError(f"{table.path} is a band and lacks the column {lacking}: its upper edge")
    for name in needed:
        if table[name].dtype.kind != "f" or np.any(table[name] <= 0):
            raise InputError(f"{table.path}: {name} must hold numbers above zero")
    if keys["edge"] == "band" and np.any(table["coupling_upper"] < table["coupling"]):
        raise InputError(f"{table.path}: coupling_upper lies below coupling; swap the columns")
    order = np.argsort(table["mass_keV"], kind="stable")
    mass, coupling, *upper = (table[name][order] for name in needed)
    return Overlay(
        title=keys.get("title") or Path(table.path).stem.replace("_", " "),
        confidence=confidence_of(table, keys),
        statistic=keys["statistic"],
        normalisation=keys["normalisation"],
        edge=keys["edge"],
        source=keys["source"],
        mass_keV=mass,
        coupling=coupling,
        coupling_upper=upper[0] if upper else None,
        **{name: keys.get(name, "") for name in ("model", "charges", "target", "obtained")},
    )


def said_of(table: Table, needed: Sequence[str], choices: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """What the first lines of somebody's table say of it, ``# key: value`` each.

    Raises
    ------
    InputError
        If a key is missing, or has a value that it cannot have.
    """
    keys: dict[str, str] = {}
    for line in table.provenance:
        key, colon, value = line.partition(":")
        if colon:
            keys.setdefault(key.strip(), value.strip())
    if lacking := [key for key in needed if not keys.get(key)]:
        raise InputError(
            f"{table.path} lacks {lacking} in its first lines; write '# {lacking[0]}: ...', with "
            f"'{NOT_STATED}' where nobody says"
        )
    for key, known in choices.items():
        if key in keys and keys[key] not in known:
            raise InputError(f"{table.path}: {key} is {keys[key]!r}; the choices are {list(known)}")
    return keys


def confidence_of(table: Table, keys: Mapping[str, str]) -> float | None:
    """The level, None where it is not stated.

    Raises
    ------
    InputError
        If it is no probability.
    """
    text = keys["confidence"]
    if text == NOT_STATED:
        return None
    try:
        level = float(text)
    except ValueError:
        level = 0.0
    if not 0 < level < 1:
        raise InputError(
            f"{table.path}: confidence is {shown(text, 40)}; a number between 0 and 1 was needed, or "
            f"{NOT_STATED!r}"
        )
    return level


def read_overlays(paths: Paths) -> list[Overlay]:
    """A user's curves: files, or every ``.csv`` of a folder.

    Raises
    ------
    InputError
        If there are none, or one does not fit; see :func:`read_overlay`.
    """
    return [read_overlay(file) for file in own_files(paths)]


def own_files(paths: Paths) -> list[Path]:
    """Files, every ``.csv`` where one is a folder.

    Raises
    ------
    InputError
        If a folder has none.
    """
    found: list[Path] = []
    for path in map(Path, [paths] if isinstance(paths, str | Path) else paths):
        files = sorted(path.glob("*.csv")) if path.is_dir() else [path]
        if not files:
            raise InputError(f"{path} holds no .csv; one or more of somebody's limits were needed")
        found += files
    return found


@lru_cache
def packaged_overlays() -> tuple[Overlay, ...]:
    """Every curve of ``data/published_curves``."""
    files = sorted(packaged("published_curves").iterdir(), key=lambda file: file.name)
    return tuple(read_overlay(file) for file in files if file.name.endswith(".csv"))


def overlays_of(interaction: Interaction, own: tuple[Overlay, ...] | list[Overlay] = ()) -> list[Overlay]:
    """The packaged curves and a user's that are limits on the coupling of this very interaction."""
    return [overlay for overlay in (*packaged_overlays(), *own) if overlay.belongs_to(interaction)]
