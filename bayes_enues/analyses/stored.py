"""A folder of results read back, whatever commands wrote to it, without PyMC."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, overload

from ..errors import InputError, MissingFileError
from ..results import ROW_TYPES, Row
from .calibration import CalibrationTable
from .checks import CheckTable
from .comparison import ComparisonTable
from .coverage import CoverageTable
from .expected import ExpectedTable
from .fluxes import FluxTable
from .limit_table import LimitTable
from .mediators import MassPlaneTable, MediatorTable
from .nuisances import NuisanceTable
from .priors import PriorTable
from .projection import ProjectionTable
from .regions import RegionTable
from .shown import Shown
from .systematics import SystematicsTable
from .table import ResultTable

if TYPE_CHECKING:
    import pandas as pd

#: The table of each kind of row.
TABLES: dict[str, type[ResultTable]] = {
    table.kind: table
    for table in (
        LimitTable, RegionTable, MediatorTable, MassPlaneTable, FluxTable, PriorTable, SystematicsTable,
        NuisanceTable, ExpectedTable, ProjectionTable, CheckTable, ComparisonTable, CoverageTable,
        CalibrationTable,
    )
}  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class Results(ResultTable[Any]):
    """All rows of a folder, and their tables by kind: ``results["limits"]`` is a ``LimitTable``.

    Attributes
    ----------
    tables : tuple of ResultTable
        Of the kinds that are there: ``limits``, ``regions``, ``mediators`` and so on.
    """

    kind = "results"
    tables: tuple[ResultTable, ...] = ()

    @classmethod
    def of(cls, tables: Sequence[ResultTable], folder: Path) -> Self:
        """Of tables of one folder."""
        rows = tuple(row for table in tables for row in table.rows)
        messages = tuple(words for table in tables for words in table.messages)
        return cls(rows, folder, messages, tuple(tables))

    @classmethod
    def load(cls, out: str | Path) -> Self:
        """See :func:`load_results`."""
        tables = [table for kind in TABLES.values() if len(table := kind.load(out))]
        if not tables:
            raise MissingFileError(
                f"{out} holds no limits and no other rows of today's data and code; make some with "
                f"bayes-enues limits --out {out}"
            )
        return cls.of(tables, Path(out))

    @property
    def kinds(self) -> list[str]:
        """The names that :meth:`__getitem__` takes."""
        return [table.kind for table in self.tables]

    @overload  # a slice holds rows of several kinds
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Any, ...]: ...
    @overload
    def __getitem__(self, index: str) -> ResultTable: ...
    def __getitem__(self, index: int | slice | str) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        if not isinstance(index, str):
            return self.rows[index]
        found = [table for table in self.tables if table.kind == index]
        if not found:
            raise InputError(f"{self.folder} holds no {index}; it holds {self.kinds}")
        return found[0]

    def to_pandas(self) -> "pd.DataFrame":
        """All numbers of all rows, those that a row does not have missing; the first column is the kind."""
        import pandas as pd

        frames = {table.kind: table.to_pandas() for table in self.tables}
        return pd.concat(frames, names=["kind", None]).reset_index("kind").reset_index(drop=True)

    @property
    def passed(self) -> bool:
        """Whether all tables passed."""
        return all(table.passed for table in self.tables)

    def plot(self) -> list[Path]:
        """Draw the figures of every table."""
        return [path for table in self.tables for path in table.plot()]

    def _shown(self) -> list[Shown]:
        return [one for table in self.tables for one in table.shown()]

    def _footnotes(self) -> list[str]:
        return list(dict.fromkeys(note for table in self.tables for note in table.footnotes()))

    def __repr__(self) -> str:
        return "\n".join(map(repr, self.tables))


def as_shown(kind: str, rows: Sequence[Row], folder: Path) -> tuple[list[Shown], list[str]] | None:
    """The tables that a command prints of rows of a kind, and what it says below; None if it prints none."""
    if kind not in TABLES or not all(isinstance(row, ROW_TYPES[kind]) for row in rows):
        return None
    table = TABLES[kind](tuple(rows), folder)
    return table.shown(), table.footnotes()


def load_results(out: str | Path = "results") -> Results:
    """All rows of a folder of results, of every kind, without computing anything and without PyMC.

    Rows that rest on other data or code than today's are left out, as the JSON files do. Draws are read when
    asked for: ``results.posterior(row)``.

    Parameters
    ----------
    out : path

    Raises
    ------
    MissingFileError
        If the folder holds no rows.
    """
    return Results.load(out)
