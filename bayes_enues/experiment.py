"""An experiment: counts, background, response and uncertainties, read from a folder of numbers."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from .atom import Xenon, shell_edges
from .flux import Sun
from .interactions.standard_model import StandardModel
from .rate import recoil_rate
from .response import REACH, energy_grid, response_matrix
from .schema import ExperimentFile, NuisanceEntry
from .statistics import count_errors
from .tables import label, packaged, packaged_names, read_table, sha256

__all__ = ["Experiment", "check_distinct", "experiment_names", "load_experiment", "variant_names"]


@dataclass(frozen=True, eq=False)
class Experiment:
    """One experiment, ready for counts and likelihoods. Built by :func:`load_experiment`.

    Attributes
    ----------
    name : str
        As asked for, a variant after a colon.
    title, reference : str
    exposure : float
        [t yr]
    likelihood : str
        ``gaussian`` or ``poisson``.
    bin_edges : (n_bins + 1,)
        Edges of the fitted bins in reconstructed energy [keV].
    counts : (n_bins,)
        Observed.
    sigma : (n_bins,)
        Their Gaussian errors; for a Poisson likelihood they serve figures only.
    components : dict of str to (n_bins,)
        Expected counts that are not signal, each as its nuisance scales it.
    nuisances : tuple
        Entries with name, sigma, what they scale, and whether they are shared between experiments.
    e_er : (n_er,)
        Grid of true recoil energy [keV].
    response : (n_bins, n_er)
        Times a recoil rate on ``e_er`` gives counts per tonne year.
    sun, xenon, couplings
        Inputs of the signal.
    settings : ExperimentFile
        What the file said, after the variant's changes.
    note : str
        What the variant changes.
    provenance : dict of str to tuple of str
        For each table read: its comment lines.
    hashes : dict of str to str
        For each file read: SHA-256.
    """

    name: str
    title: str
    reference: str
    exposure: float
    likelihood: str
    bin_edges: np.ndarray
    counts: np.ndarray
    sigma: np.ndarray
    components: Mapping[str, np.ndarray]
    nuisances: tuple[NuisanceEntry, ...]
    e_er: np.ndarray
    response: np.ndarray
    sun: Sun
    xenon: Xenon
    couplings: str
    settings: ExperimentFile
    note: str = ""
    provenance: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    hashes: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self):
        for value in (*vars(self).values(), *self.components.values()):  # packaged ones are kept and shared
            if isinstance(value, np.ndarray):
                value.setflags(write=False)

    @property
    def n_bins(self) -> int:
        return self.counts.size

    @property
    def centres(self) -> np.ndarray:
        """Centres of the fitted bins [keV]."""
        return (self.bin_edges[:-1] + self.bin_edges[1:]) / 2

    @property
    def slug(self) -> str:
        """The name with nothing in it that a variable or a file could not be called."""
        return "".join(c if c.isalnum() else "_" for c in self.name)

    @property
    def background(self) -> np.ndarray:
        """Sum of all components at their nominal scale, (n_bins,)."""
        return np.sum(list(self.components.values()), axis=0) if self.components else np.zeros(self.n_bins)

    @property
    def caveats(self) -> dict[str, str]:
        """Tables that are not published as such, with the words of their headers."""
        words = ("DERIVED", "RECONSTRUCTED, not published", "digitised")
        lines = ((t, line) for t, text in self.provenance.items() for line in text)
        found: dict[str, str] = {}
        for table, line in lines:
            if any(word in line for word in words):
                found.setdefault(table, line)
        return found

    def with_counts(self, counts) -> "Experiment":
        """The same experiment with other observed counts, such as a toy's; errors are recomputed.

        Raises
        ------
        ValueError
            If the counts have the wrong length, are negative or not finite, or are no whole numbers where the
            likelihood is Poisson (PyMC would drop the fraction and say nothing).
        """
        counts = np.array(counts, float)
        if counts.shape != self.counts.shape or not np.all((counts >= 0) & (counts < np.inf)):
            raise ValueError(f"counts of shape {counts.shape}; {self.counts.shape} non-negative ones needed")
        if self.likelihood == "poisson" and np.any(counts != np.round(counts)):
            raise ValueError(
                f"{self.name} has a Poisson likelihood; whole counts were needed, not "
                f"{counts[counts != np.round(counts)][0]:g}"
            )
        return replace(self, counts=counts, sigma=count_errors(counts, self.settings.bins.errors))


def experiment_names() -> list[str]:
    """Names of the experiments in the box."""
    return [
        n for n in packaged_names("") if packaged(n).is_dir() and packaged(n, "experiment.toml").is_file()
    ]


def variant_names(name: str) -> dict[str, str]:
    """Variants of an experiment and what each changes."""
    _, settings, _ = _read(name)
    return {variant: changes["note"] for variant, changes in settings.variants.items()}


def check_distinct(names: Sequence[str]) -> None:
    """Refuse a joint fit in which the data of one experiment, or of its variants, would count twice."""
    if len({n.partition(":")[0] for n in names}) < len(names):
        raise ValueError(f"the data of one experiment would count twice in {sorted(names)}")


def _locate(name: str) -> tuple[Traversable, str | None]:
    """Folder and variant that a name such as ``lz_ws2022:low_edge`` or a path stands for."""
    if name in experiment_names():
        return packaged(name), None
    if Path(name).is_dir():
        return Path(name), None
    stem, _, variant = name.rpartition(":")
    if stem and (stem in experiment_names() or Path(stem).is_dir()):
        return _locate(stem)[0], variant
    raise ValueError(
        f"there is no experiment {name!r}; the choices are {experiment_names()}, "
        "or the path of a folder that holds an experiment.toml"
    )


def _read(name: str) -> tuple[Traversable, ExperimentFile, dict[str, Any]]:
    folder, variant = _locate(name)
    path = folder.joinpath("experiment.toml")
    if not path.is_file():
        raise FileNotFoundError(f"{label(folder)} holds no experiment.toml, which describes an experiment")
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{label(path)}: {error}") from None
    settings = _validated(content, label(path))
    for other, changes in settings.variants.items():  # a misspelt one is found before it is asked for
        try:
            changed = _changed(content, changes)
        except ValueError as error:
            raise ValueError(f"{label(path)}: variants.{other}: {error}") from None
        _validated(changed, f"{label(path)}: variants.{other}")
    if variant is not None:
        if variant not in settings.variants:
            raise ValueError(
                f"{settings.name} has no variant {variant!r}; the choices are {sorted(settings.variants)}"
            )
        content = _changed(content, settings.variants[variant])
    return folder, settings, content


def _validated(content: Mapping, where: str) -> ExperimentFile:
    try:
        return ExperimentFile.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the whole"
        got = "" if first["type"] == "missing" or not first["loc"] else f" (got {first['input']!r})"
        raise ValueError(f"{where}: {key}: {first['msg']}{got}") from None


def _changed(content: Mapping, changes: Mapping) -> dict:
    """The content with changes merged in; entries of a list of named tables are addressed by name."""
    merged = dict(content)
    for key, value in changes.items():
        if key == "note":
            continue
        old = merged.get(key)
        if isinstance(old, list) and isinstance(value, Mapping):
            unknown = sorted(set(value) - {entry.get("name") for entry in old})
            if unknown:
                raise ValueError(f"{key} has no {unknown}; it has {[entry.get('name') for entry in old]}")
            merged[key] = [_changed(entry, value.get(entry["name"], {})) for entry in old]
        elif isinstance(old, Mapping) and isinstance(value, Mapping):
            merged[key] = _changed(old, value)
        else:
            merged[key] = value
    return merged


def load_experiment(
    name: str | Path, changes: Mapping[str, Any] | None = None, as_name: str | None = None
) -> Experiment:
    """Read an experiment and check every number of it.

    Parameters
    ----------
    name : str or path
        ``xenonnt_sr0``, ``lz_ws2022``, or the path of a folder with an ``experiment.toml``; a variant
        follows a colon, as in ``lz_ws2022:low_edge``.
    changes : mapping, optional
        Further changes of the ``experiment.toml``, nested like it; entries of lists by their name, as in
        ``{"components": {"ar37": {"events": 52.5}}}``.
    as_name : str, optional
        Name of the result; by default the file's, with the variant.

    Returns
    -------
    Experiment

    Raises
    ------
    ValueError, FileNotFoundError
        In one line, with file, column and row or with the key, for whatever cannot be used.
    """
    name = str(name)
    if changes is None and as_name is None and name.partition(":")[0] in experiment_names():
        return _load_packaged(name)
    return _load(name, changes or {}, as_name)


@lru_cache
def _load_packaged(name: str) -> Experiment:
    return _load(name, {}, None)


def _load(name: str, changes: Mapping[str, Any], as_name: str | None) -> Experiment:
    folder, original, content = _read(name)
    variant = _locate(name)[1]
    note = original.variants[variant]["note"] if variant else ""
    settings = _validated(_changed(content, changes), label(folder.joinpath("experiment.toml")))
    tables = _Tables(folder)

    edges, counts = _bins(tables, settings)
    fitted = edges[:-1] >= settings.bins.fit_from_keV - 1e-9
    if not fitted.any():
        raise ValueError(f"{settings.name}: no bin lies above fit_from_keV = {settings.bins.fit_from_keV:g}")

    xenon, sun = Xenon(**settings.xenon.model_dump()), Sun(**settings.sun.model_dump())
    sun.check()
    e_er, response = _response(tables, settings, edges, xenon)
    response = settings.exposure_t_yr * response
    weak = response @ recoil_rate(StandardModel(couplings=settings.couplings), e_er, sun, xenon)
    components = {c.name: _component(tables, c, counts.size, weak) for c in settings.components}

    possible = response.any(axis=1) | np.any([c > 0 for c in components.values()] or [False], axis=0)
    surprising = np.flatnonzero(fitted & ~possible & (counts > 0))
    if surprising.size:
        i = surprising[0]
        raise ValueError(
            f"{tables.name(settings.bins.table)}, row {i + 1}, column {settings.bins.counts}: "
            f"{counts[i]:g} counts from {edges[i]:g} to {edges[i + 1]:g} keV, where the efficiency is zero "
            "and nothing is ever expected"
        )
    kept = np.flatnonzero(fitted & possible)
    if not kept.size:
        raise ValueError(
            f"{settings.name}: the efficiency is zero in every fitted bin, and so is the background"
        )
    if kept.size != kept[-1] - kept[0] + 1:
        hole = edges[np.setdiff1d(np.arange(kept[0], kept[-1]), kept)[0]]
        raise ValueError(
            f"{settings.name}: nothing is ever expected in the bin at {hole:g} keV, between others"
        )
    errors = count_errors(counts[kept], settings.bins.errors)
    if settings.likelihood == "gaussian" and not np.all(errors > 0):
        i = kept[np.flatnonzero(errors <= 0)[0]]
        raise ValueError(
            f"{tables.name(settings.bins.table)}, row {i + 1}: errors = {settings.bins.errors!r} give an "
            "empty bin no error, and a Gaussian likelihood divides by it; use garwood, or "
            "likelihood = 'poisson'"
        )
    return Experiment(
        name=as_name or (f"{settings.name}:{variant}" if variant else settings.name),
        title=settings.title,
        reference=settings.reference,
        exposure=settings.exposure_t_yr,
        likelihood=settings.likelihood,
        bin_edges=edges[kept[0] : kept[-1] + 2],
        counts=counts[kept],
        sigma=errors,
        components={c: values[kept] for c, values in components.items()},
        nuisances=settings.nuisances,
        e_er=e_er,
        response=response[kept],
        sun=sun,
        xenon=xenon,
        couplings=settings.couplings,
        settings=settings,
        note=note,
        provenance=tables.provenance,
        hashes={"experiment.toml": sha256(folder.joinpath("experiment.toml")), **tables.hashes},
    )


class _Tables:
    """Reads tables of one folder, once each, and remembers what they said."""

    def __init__(self, folder: Traversable):
        self.folder = folder
        self.provenance: dict[str, tuple[str, ...]] = {}
        self.hashes: dict[str, str] = {}

    def name(self, file: str) -> str:
        return label(self.folder.joinpath(file))

    def __call__(self, file: str, needed):
        path = self.folder.joinpath(file)
        table = read_table(path, needed=list(needed))
        self.provenance[file] = table.provenance
        self.hashes[file] = sha256(path)
        return table


def _first(mask) -> int:
    """Data row, from one, of the first entry that is true."""
    return int(np.flatnonzero(mask)[0]) + 1


def _bins(tables: _Tables, settings: ExperimentFile) -> tuple[np.ndarray, np.ndarray]:
    spec = settings.bins
    table = tables(spec.table, (spec.lower, spec.upper, spec.counts))
    lower, upper, counts = table[spec.lower], table[spec.upper], table[spec.counts]
    where = tables.name(spec.table)
    if np.any(lower < 0):
        raise ValueError(f"{where}, row {_first(lower < 0)}, column {spec.lower}: a bin starts below zero")
    if np.any(wrong := ~(upper > lower)):
        raise ValueError(f"{where}, row {_first(wrong)}, column {spec.upper}: the edges do not increase")
    apart = np.abs(lower[1:] - upper[:-1]) > 1e-5
    if apart.any():
        i = _first(apart) + 1
        raise ValueError(
            f"{where}, row {i}, column {spec.lower}: {lower[i - 1]:g} does not continue the bin before, "
            f"which ends at {upper[i - 2]:g}; edges must increase without gaps"
        )
    if np.any(wrong := counts < 0):
        raise ValueError(
            f"{where}, row {_first(wrong)}, column {spec.counts}: {counts[wrong][0]:g} is negative"
        )
    if np.any(wrong := counts != np.round(counts)):
        raise ValueError(
            f"{where}, row {_first(wrong)}, column {spec.counts}: {counts[wrong][0]:g} is not a whole number "
            "of events"
        )
    return np.append(lower, upper[-1]), counts


def _curve(tables: _Tables, settings: ExperimentFile):
    """The efficiency as a function of reconstructed energy, and the energies at which it turns."""
    spec = settings.efficiency
    table = tables(spec.table, (spec.energy, spec.column))
    energy, values = table[spec.energy], table[spec.column]
    where = tables.name(spec.table)
    if np.any(wrong := ~((values >= 0) & (values <= 1))):
        raise ValueError(
            f"{where}, row {_first(wrong)}, column {spec.column}: efficiency {values[wrong][0]:g} is outside "
            "0 to 1"
        )
    if np.any(wrong := np.diff(energy) <= 0):
        raise ValueError(f"{where}, row {_first(wrong) + 1}, column {spec.energy}: energies do not increase")
    energy, values = _edge_moved(energy, values, spec.shift_keV)
    last = values[-1] if spec.above == "constant" else 0.0
    return (lambda e_reco: np.interp(e_reco, energy, values, left=0.0, right=last)), energy


def _edge_moved(energy: np.ndarray, values: np.ndarray, shift: float) -> tuple[np.ndarray, np.ndarray]:
    """The curve with its low-energy edge shifted: what lies before 99 % of the maximum is first reached."""
    top = int(np.argmax(values >= 0.99 * values.max()))
    moved = energy[:top] + shift
    kept = moved < energy[top]
    return np.append(moved[kept], energy[top:]), np.append(values[:top][kept], values[top:])


def _response(tables: _Tables, settings: ExperimentFile, edges: np.ndarray, xenon: Xenon):
    """Recoil grid and response per tonne year, for all bins."""
    if settings.response is not None:
        spec = settings.response
        table = tables(spec.table, (spec.energy,))
        columns = [values for name, values in table.columns.items() if name != spec.energy]
        where = tables.name(spec.table)
        if len(columns) != edges.size - 1:
            raise ValueError(
                f"{where} has {len(columns)} columns of bins; {settings.bins.table} has {edges.size - 1}"
            )
        response = np.array(columns, float)
        total = response.sum(axis=0)
        if np.any(wrong := ~((response >= 0).all(axis=0) & (total <= 1 + 1e-6))):
            raise ValueError(f"{where}, row {_first(wrong)}: probabilities below zero or above one in sum")
        return table[spec.energy], response * spec.width_keV
    width = settings.resolution

    def resolution(e):
        return width.scale * (width.constant_keV + width.sqrt_keV * np.sqrt(e) + width.linear * e)

    breaks = [*shell_edges()[0], xenon.threshold_keV]
    lower = max(shell_edges()[0][0], xenon.threshold_keV)
    e_er, weights = energy_grid(lower, edges[-1] + REACH * resolution(edges[-1]), breaks, resolution)
    efficiency, kinks = _curve(tables, settings)
    return e_er, response_matrix(e_er, weights, edges, efficiency, resolution, kinks)


def _component(tables: _Tables, spec, n_bins: int, weak: np.ndarray) -> np.ndarray:
    table = tables(spec.table, spec.columns)
    where = tables.name(spec.table)
    for column in spec.columns:
        if np.any(wrong := table[column] < 0):
            raise ValueError(
                f"{where}, row {_first(wrong)}, column {column}: {table[column][wrong][0]:g} is negative"
            )
    values = np.sum([table[column] for column in spec.columns], axis=0)
    if values.size != n_bins:
        raise ValueError(f"{where} has {values.size} rows; the bins table has {n_bins}")
    if spec.events is not None:
        if not values.any():
            raise ValueError(
                f"{where}, columns {list(spec.columns)}: all zero, no shape for {spec.events:g} events"
            )
        values = values / values.sum() * spec.events
    if spec.subtract_standard_model:
        values = np.maximum(0.0, values - weak)
    return values * spec.scale
