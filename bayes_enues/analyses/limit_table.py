"""The table of limits in Python: what ``bayes-enues limits`` computes, writes and shows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from ..compiled.feedback import feedback
from ..errors import InputError, MissingFileError
from ..interactions.base import Interaction
from ..reports.wording import columns_of, experiment_title, footnotes, limit_cells
from ..results import Limit, grouped, there
from ..runs.beside import draws_file
from ..runs.figures import to_be_drawn
from ..runs.rows import RowSpec, electromagnetic_models, interaction_named, plan, run, with_nuisance_priors
from ..runs.store import ResultsFolder, flat_rows, load_rows
from ..simulations.attached import attach
from ..statistics import DRAWS, LEVEL, SEED

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

__all__ = ["LimitTable", "limit_table", "load_results", "rows_of_a_table"]

#: What LaTeX writes otherwise than a terminal does.
LATEX = {
    "_": r"\_", "%": r"\%", "&": r"\&", "^": r"\^{}",
    "±": r"$\pm$", "∪": r"$\cup$", "<": r"$<$", "Δχ²": r"$\Delta\chi^2$", "x²": "$x^2$",
}  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class LimitTable(Sequence[Limit]):
    """Rows of limits as a notebook shows them and a paper prints them.

    Attributes
    ----------
    rows : tuple of Limit
    folder : Path
        Where they are stored, with their draws.
    messages : tuple of str
        What there is to say of the folder, such as rows that rest on other code and were left out.
    """

    rows: tuple[Limit, ...]
    folder: Path
    messages: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, index: int) -> Limit: ...
    @overload
    def __getitem__(self, index: slice) -> "LimitTable": ...
    def __getitem__(self, index: int | slice) -> "Limit | LimitTable":
        if isinstance(index, slice):
            return LimitTable(self.rows[index], self.folder, self.messages)
        return self.rows[index]

    def find(self, model: str, parameter: str, experiment: str) -> Limit:
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

    def posterior(self, row: Limit) -> "xr.DataTree":
        """The draws of a row with their profile, an ArviZ tree, read from its NetCDF file.

        Raises
        ------
        MissingFileError
            If the file is not there.
        """
        import xarray as xr

        return xr.load_datatree(draws_file(self.folder, row), engine="h5netcdf")

    def to_pandas(self) -> "pd.DataFrame":
        """All numbers of all rows, with the columns of ``limits.csv``, such as ``profile.upper``."""
        import pandas as pd

        return pd.DataFrame(flat_rows([row.to_dict() for row in self.rows]))

    def compare(self) -> "pd.DataFrame":
        """Upper ends of both statistics beside the published ones, where there are some."""
        import pandas as pd

        rows = [
            {
                **{name: getattr(row, name) for name in ("model", "parameter", "experiment", "unit")},
                "posterior": row.posterior.headline.upper,
                "profile": row.profile.upper,
                "published": row.published.upper,
                "profile / published": row.profile.upper / there(row.published.upper),
                "source": row.published.source,
            }
            for row in self.rows
            if row.published is not None and row.posterior.converged
        ]
        return pd.DataFrame(rows)

    def plot(self) -> list[Path]:
        """Draw the figure of each model into the folder, unless it is there, and say where they are."""
        if missing := to_be_drawn(self.rows, self.folder):
            from ..plots.limits import limits_figures

            with feedback("figures") as tell:
                tell(0, "")
                limits_figures(missing, self.folder)
        models = dict.fromkeys(row.model for row in self.rows if row.file is not None)
        return [self.folder / f"limits_{model}.png" for model in models]

    def _blocks(self) -> list[tuple[str, list[str], list[list[str]]]]:
        """A title, heads and cells for each model, as the terminal shows them."""
        blocks = []
        for name, mine in grouped(self.rows, "model").items():
            two_sided = mine[0].posterior.kind == "hdi"
            given = "".join(
                f", {n} = {v:g}" if isinstance(v, float) else f", {n} = {v}" for n, v in mine[0].given.items()
            )
            heads = [" ".join(head.split()) for head in columns_of(mine, two_sided)]
            cells = [
                [experiment_title(row.experiment), row.parameter, *limit_cells(row, two_sided)]
                for row in mine
            ]
            title = f"{name.replace('_', ' ')} [{mine[0].unit}], {100 * mine[0].level:g} %{given}"
            blocks.append((title, ["experiment", "parameter", *heads], cells))
        return blocks

    def to_markdown(self) -> str:
        """The table as Markdown, one for each model, with its footnotes."""
        parts = []
        for title, heads, cells in self._blocks():
            rule = ["---", "---", *["---:"] * (len(heads) - 2)]
            lines = ["| " + " | ".join(line) + " |" for line in (heads, rule, *cells)]
            parts.append("\n".join([f"**{title}**", "", *lines]))
        notes = "\n".join(f"- {note}" for note in footnotes(self.rows))
        return "\n\n".join([*parts, notes]) + "\n"

    def to_latex(self) -> str:
        """The table for a paper, a ``tabular`` of booktabs for each model; footnotes follow as comments."""
        import pandas as pd

        parts = []
        for title, heads, cells in self._blocks():
            frame = pd.DataFrame(
                [[_latex(c) for c in line] for line in cells], columns=[_latex(h) for h in heads]
            )
            made = frame.style.hide(axis="index").to_latex(
                hrules=True, column_format="ll" + "r" * (len(heads) - 2)
            )
            parts.append(f"% {title}\n{made}")
        return "\n".join([*parts, *(f"% {note}" for note in footnotes(self.rows))]) + "\n"

    def __repr__(self) -> str:
        models = ", ".join(grouped(self.rows, "model"))
        return f"LimitTable: {len(self.rows)} rows of {models or 'nothing'} in {self.folder}"

    def _repr_html_(self) -> str:
        parts = []
        for title, heads, cells in self._blocks():
            head = "".join(f"<th>{escape(h)}</th>" for h in heads)
            body = "".join(f"<tr>{''.join(f'<td>{escape(c)}</td>' for c in line)}</tr>" for line in cells)
            parts.append(f"<table><caption>{escape(title)}</caption><tr>{head}</tr>{body}</table>")
        notes = "".join(f"<li>{escape(note)}</li>" for note in footnotes(self.rows))
        return f"{''.join(parts)}<details><summary>How to read it</summary><ul>{notes}</ul></details>"


def _latex(text: str) -> str:
    for plain, written in LATEX.items():
        text = text.replace(plain, written)
    return text


def limit_table(
    models: Sequence[str | type[Interaction]] = ("magnetic_moment",),
    parameters: Sequence[str] | None = None,
    experiments: Sequence[str] | None = None,
    *,
    level: float = LEVEL,
    mass: float | None = None,
    settings: Mapping[str, Any] | None = None,
    atomic: str | None = None,
    prior: str | Callable | None = None,
    nuisance_priors: Sequence[str] = (),
    draws: int = DRAWS,
    seed: int = SEED,
    groups: bool = False,
    accept_bad_fit: bool = False,
    out: str | Path = "results",
    fresh: bool = False,
    jobs: int | None = 2,
    scheduler: str | None = None,
) -> LimitTable:
    """The table that ``bayes-enues limits`` makes, with the same options.

    Parameters
    ----------
    models : sequence of str or class
        Names, or ``("all",)`` for the electromagnetic properties.
    parameters, experiments : sequence of str, optional
        By default all that can be free; the two experiments of 2022 and both together.
    level : float
    mass : float, optional
        Of the heavy particle in keV, for models that have one.
    settings : mapping, optional
        Options of the interaction.
    atomic, prior, nuisance_priors, draws, seed, groups, accept_bad_fit
        See :class:`bayes_enues.runs.rows.RowSpec`.
    out : path
        Folder of results: what is there already is not computed again.
    fresh : bool
        Compute all anew.
    jobs : int or None
        Processes, None for one a core. With more than one, a script must start below
        ``if __name__ == "__main__":``.
    scheduler : str, optional
        Address of a Dask scheduler, used instead.

    Returns
    -------
    LimitTable

    Raises
    ------
    InputError
        As :func:`bayes_enues.runs.rows.plan` does, before anything runs.
    """
    specs = rows_of_a_table(
        models, parameters, experiments, mass, settings, atomic, level=level, prior=prior, draws=draws,
        seed=seed, groups=groups, accept_bad_fit=accept_bad_fit,
    )  # fmt: skip
    specs = [with_nuisance_priors(spec, nuisance_priors) for spec in specs]
    folder = ResultsFolder(out, "limits.json", level)
    with feedback("limits", len(specs), "rows") as tell:
        rows = run(specs, folder, fresh, tell, jobs=jobs, scheduler=scheduler)
        rows = attach(rows, specs, folder)
    return LimitTable(tuple(rows), folder.path, tuple(folder.messages))


def rows_of_a_table(
    models: Sequence[str | type[Interaction]],
    parameters: Sequence[str] | None = None,
    experiments: Sequence[str] | None = None,
    mass: float | None = None,
    settings: Mapping[str, Any] | None = None,
    atomic: str | None = None,
    **options: Any,
) -> list[RowSpec]:
    """What each row of a table asks, all checked.

    Raises
    ------
    InputError
        If a mass is missing, another model is given one, or :func:`bayes_enues.runs.rows.plan` refuses.
    """
    specs = []
    for name in electromagnetic_models() if "all" in models else models:
        kind, fixed = interaction_named(name), dict(settings or {})
        if unknown := sorted(set(fixed) - set(kind.options)):
            raise InputError(f"{kind.name} has no option {unknown}; the names are {list(kind.options)}")
        if "mass" in kind.fixed_parameters:
            if mass is None:
                raise InputError(f"{kind.name} needs a mass, that of the heavy particle in keV")
            fixed["mass"] = mass
        elif mass is not None:
            raise InputError(f"{kind.name} has no mass; leave it out")
        specs += plan([name], parameters, experiments, atomic, fixed=tuple(sorted(fixed.items())), **options)
    return specs


def load_results(out: str | Path = "results") -> LimitTable:
    """The limits of a folder of results, without computing anything and without PyMC.

    Rows that rest on other data or code than today's are left out, as ``limits.json`` does.

    Parameters
    ----------
    out : path

    Raises
    ------
    MissingFileError
        If the folder holds no limits.
    """
    rows = load_rows(out)
    if not rows:
        raise MissingFileError(
            f"{out} holds no limits of today's data and code; make some with bayes-enues limits --out {out}"
        )
    return LimitTable(tuple(Limit.from_dict(row) for row in rows), Path(out))
