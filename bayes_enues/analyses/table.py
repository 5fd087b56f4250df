"""What the public function behind each command returns: typed rows, in the forms that people need."""

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self, overload

from ..compiled.feedback import feedback
from ..errors import InputError
from ..results import ROW_TYPES, Row, grouped
from ..runs.asked import Asked
from ..runs.beside import draws_file
from ..runs.figures import Drawing, drawn
from ..runs.runner import run
from ..runs.store import ResultsFolder, flat_rows, load_rows
from .shown import Shown

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


@dataclass(frozen=True, eq=False, repr=False)
class ResultTable[R: Row](Sequence[R]):
    """Rows of one kind as a terminal and a notebook show them and a paper prints them.

    A subclass says what its tables look like and draws its figures.

    Attributes
    ----------
    rows : tuple
    folder : Path
        Where they are stored, with what belongs to them.
    messages : tuple of str
        What there is to say of the folder, such as rows that rest on other code and were left out.
    """

    rows: tuple[R, ...]
    folder: Path
    messages: tuple[str, ...] = ()

    #: Name of the file of all rows.
    kind: ClassVar[str]

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, index: int) -> R: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def __getitem__(self, index: int | slice) -> R | Self:
        return replace(self, rows=self.rows[index]) if isinstance(index, slice) else self.rows[index]

    @classmethod
    def open(cls, out: str | Path, level: float | None = None) -> ResultsFolder:
        """The folder that the rows go to; refused, before anything runs, if they cannot."""
        return ResultsFolder(out, f"{cls.kind}.json", level)

    @classmethod
    def computed(
        cls,
        asked: Sequence[Asked],
        folder: ResultsFolder,
        fresh: bool,
        jobs: int | None,
        scheduler: str | None,
    ) -> Self:
        """The table of what is asked, computed where the folder lacks it."""
        with feedback(cls.kind, len(asked), "rows") as tell:
            rows = run(asked, folder, fresh, tell, jobs=jobs, scheduler=scheduler)
        return cls(tuple(rows), folder.path, tuple(folder.messages))

    @classmethod
    def load(cls, out: str | Path) -> Self:
        """The rows of a folder that rest on today's data and code; PyMC is not needed."""
        rows = (ROW_TYPES[cls.kind].from_dict(row) for row in load_rows(out, cls.kind))
        return cls(tuple(rows), Path(out))  # pyright: ignore[reportArgumentType] - of this kind

    @property
    def passed(self) -> bool:
        """Whether every row counts: its posterior converged, if it has one."""
        posteriors = (getattr(row, "posterior", None) for row in self.rows)
        return all(posterior is None or posterior.converged for posterior in posteriors)

    def find(self, model: str, parameter: str, experiment: str) -> R:
        """The row of these names.

        Raises
        ------
        InputError
            If there is none, or several that differ in something else.
        """
        names = (model, parameter, experiment)
        found = [row for row in self.rows if (row.model, row.parameter, row.experiment) == names]
        if len(found) != 1:
            known = sorted({f"{r.model} {r.parameter} {r.experiment}" for r in self.rows})
            raise InputError(f"{len(found)} rows are of {' '.join(names)}; the table has {known}")
        return found[0]

    def posterior(self, row: Row) -> "xr.DataTree":
        """The draws of a row with what follows from them, an ArviZ tree, read from its NetCDF file.

        Raises
        ------
        MissingFileError
            If the file is not there.
        """
        import xarray as xr

        return xr.load_datatree(draws_file(self.folder, row), engine="h5netcdf")

    def to_pandas(self) -> "pd.DataFrame":
        """All numbers of all rows, with the columns of the CSV file, such as ``profile.upper``."""
        import pandas as pd

        return pd.DataFrame(flat_rows([row.to_dict() for row in self.rows]))

    @abstractmethod
    def _shown(self) -> Iterable[Shown]:
        """See :meth:`shown`; there are rows."""

    def _footnotes(self) -> list[str]:
        """See :meth:`footnotes`; there are rows."""
        return []

    def _figures(self) -> Iterable[Drawing]:
        """See :meth:`plot`; there are rows."""
        return []

    def _one_a_model(self, by: str) -> Iterable[Drawing]:
        """A figure of the rows of each model, named after both."""
        for name, mine in grouped(self.rows, "model").items():
            yield Drawing(by, self.folder / f"{self.kind}_{name}", {"rows": mine})

    def shown(self) -> list[Shown]:
        """The tables that the command prints and all other forms are made of."""
        return list(self._shown()) if self.rows else []

    def footnotes(self) -> list[str]:
        """What must be known to read them, the most important first."""
        return self._footnotes() if self.rows else []

    def plot(self) -> list[Path]:
        """Draw the figures that the command draws into the folder, and say where they are."""
        if not self.rows:
            return []
        with feedback("figures") as tell:
            tell(0, "")
            return drawn(self._figures())

    def to_markdown(self) -> str:
        """The tables as Markdown, with footnotes."""
        notes = "\n".join(f"- {note}" for note in self._notes())
        return "\n\n".join(filter(None, [*(one.markdown() for one in self.shown()), notes])) + "\n"

    def to_latex(self) -> str:
        """The tables for a paper, a ``tabular`` of booktabs each; footnotes follow as comments."""
        notes = "".join(f"% {note}\n" for note in self._notes())
        return "\n".join(filter(None, [*(one.latex() for one in self.shown()), notes]))

    def _notes(self) -> list[str]:
        return [*(note for one in self.shown() for note in one.notes), *self.footnotes()]

    def __repr__(self) -> str:
        models = ", ".join(dict.fromkeys(row.model for row in self.rows))
        return f"{type(self).__name__}: {len(self.rows)} rows of {models or 'nothing'} in {self.folder}"

    def _repr_html_(self) -> str:
        notes = "".join(f"<li>{escape(note)}</li>" for note in self._notes())
        folded = f"<details><summary>How to read it</summary><ul>{notes}</ul></details>" if notes else ""
        return "".join(one.html() for one in self.shown()) + folded
