"""Mass and coupling of a light mediator together: the Delta chi^2 contour beside the credible region.

Both on one grid in log10 of mass and coupling, from the model itself. The posterior density is the likelihood
with the nuisances integrated by Laplace's method, times the priors; it is a density in log10 m and log10 g,
whatever the coupling's prior is flat in. Where the data see nothing it does not fall off, so the region ends
where the priors do.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pymc as pm
import xarray as xr
from scipy.optimize import minimize

from ..errors import InputError
from ..fit.chi2 import Likelihood
from ..fit.mass_table import COUPLINGS, MASSES
from ..fit.minimise import profile_many
from ..fit.posterior import prior_words, sample_posterior
from ..planes.contours import Line, contour_lines, sharpen, stored_line
from ..runs.rows import Asked, RowSpec
from ..statistics import check_level, threshold

__all__ = ["MassPlane", "MassPlaneSpec", "mass_plane", "plane_row", "stored_plane"]

FREE = ("log10_mass", "log10_coupling")

MASS_POINTS, COUPLING_POINTS = 81, 141
SEEN_DECADES = 0.7  # above the coupling that the data begin to see: the signal's chi^2 is thousands
FAR = 60.0  # Delta chi^2 and minus the log-density beyond which nothing matters


class MassPlane(NamedTuple):
    """Both regions in the plane of log10 mass and log10 coupling.

    Attributes
    ----------
    log10_mass : (n,)
        [keV]
    log10_coupling : (m,)
    delta_chi2 : (n, m)
        Profiled over the nuisances, less the least value over the plane; cut at 60.
    threshold : float
    profile_lines : list of Line
        Where it crosses the threshold; vertices exact.
    best_fit : tuple of float
        log10 mass and coupling.
    chi2_min : float
    log_density : (n, m)
        Of the posterior in these two variables, normalised.
    level : float
    cut : float
        Log-density above which the share ``level`` of the probability lies.
    credible_lines : list of Line
    """

    log10_mass: np.ndarray
    log10_coupling: np.ndarray
    delta_chi2: np.ndarray
    threshold: float
    profile_lines: list[Line]
    best_fit: tuple[float, float]
    chi2_min: float
    log_density: np.ndarray
    level: float
    cut: float
    credible_lines: list[Line]

    def share_inside(self, log10_mass: np.ndarray, log10_coupling: np.ndarray) -> float:
        """Share of posterior draws that lie in the credible region: near the level if both are right."""
        from scipy.interpolate import RegularGridInterpolator

        height = RegularGridInterpolator((self.log10_mass, self.log10_coupling), self.log_density)
        points = np.stack([np.ravel(log10_mass), np.ravel(log10_coupling)], axis=-1)
        return float(np.mean(height(points) >= self.cut))


def mass_plane(model: pm.Model, level: float = 0.9, delta_chi2: float | None = None) -> MassPlane:
    """Regions of mass and coupling over the ranges of their priors.

    Parameters
    ----------
    model : pm.Model
        From :func:`bayes_enues.models.light_mediator_masses`.
    level : float
        Credibility and confidence: 0.9 cuts Delta chi^2 at 4.6052.
    delta_chi2 : float, optional
        Threshold of the contour, instead of the level's own for two parameters.

    Raises
    ------
    InputError
        If the model does not leave mass and coupling free.
    """
    check_level(level)
    likelihood = Likelihood(model)
    free = likelihood.question.free
    if free != FREE:
        raise InputError(
            f"the model leaves {list(free)} free; models.light_mediator_masses makes one that fits"
        )
    priors = [likelihood.question.priors[name] for name in free]
    x, y = (
        np.linspace(p.lower, p.upper, n) for p, n in zip(priors, (MASS_POINTS, COUPLING_POINTS), strict=True)
    )
    points = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1).reshape(-1, 2)
    # far above what the data see there is nothing to compute
    near = points[:, 1] < likelihood.question.table.log10_strength(points[:, 0]) + SEEN_DECADES
    fits = profile_many(likelihood, [0, 1], points[near])
    best, least = _best_fit(likelihood, points[near], fits.chi2)
    cut = threshold(level, 2) if delta_chi2 is None else delta_chi2

    def on_grid(values, elsewhere):
        grid = np.full(len(points), elsewhere)
        grid[near] = values
        return grid.reshape(x.size, y.size)

    delta = np.minimum(on_grid(fits.chi2 - least, FAR), FAR)

    def function(vertices):
        fits = profile_many(likelihood, [0, 1], vertices)
        return fits.chi2 - least, fits.gradient[:, :2]

    cell = [x[1] - x[0], y[1] - y[0]]
    lines, _ = sharpen(contour_lines(x, y, delta, cut), function, cut, cell)

    full = np.repeat(likelihood.start[None], np.count_nonzero(near), axis=0)
    full[:, :2] = points[near]
    _, log_curvature = np.linalg.slogdet(fits.hessian[:, 2:, 2:] / 2)  # Laplace, around each profiled fit
    log_density = likelihood.log_prior(full) - 0.5 * (fits.chi2 - least) - 0.5 * log_curvature
    log_density = np.maximum(on_grid(log_density - log_density.max(), -FAR), -FAR)
    log_density, cut_density = _normalised(x, y, log_density, level)
    return MassPlane(
        x, y, delta, float(cut), lines, best, least,
        log_density, level, cut_density, contour_lines(x, y, log_density, cut_density),
    )  # fmt: skip


def _best_fit(likelihood, points, chi2) -> tuple[tuple[float, float], float]:
    """The least chi^2 over the ranges, from the grid's best point."""

    def function(x):
        fit = profile_many(likelihood, [0, 1], x[None])
        return float(fit.chi2[0]), fit.gradient[0, :2]

    start = points[np.argmin(chi2)]
    bounds = list(zip(points.min(axis=0), points.max(axis=0), strict=True))
    found = minimize(function, start, jac=True, bounds=bounds, method="L-BFGS-B")
    best, least = (found.x, found.fun) if found.fun < chi2.min() else (start, chi2.min())
    return (float(best[0]), float(best[1])), float(least)


def _normalised(x, y, log_density, level) -> tuple[np.ndarray, float]:
    """Log-density that integrates to one (trapezoid), and the value above which the level lies."""
    weight = np.outer(np.gradient(x), np.gradient(y))
    weight[[0, -1]] *= 0.5
    weight[:, [0, -1]] *= 0.5
    log_density = log_density - np.log(np.sum(np.exp(log_density) * weight))
    order = np.argsort(-log_density, axis=None)
    height = log_density.ravel()[order]
    share = np.cumsum((np.exp(log_density) * weight).ravel()[order])
    return log_density, float(np.interp(level, share, height))


@dataclass(frozen=True)
class MassPlaneSpec(Asked):
    """One plane of mass and coupling: a row of ``mediator_planes.json``.

    Parameters
    ----------
    model : str
        Of a light mediator, such as ``light_vector``.
    experiment : str
        Names joined by a plus; a path for a user's own.
    level : float
    prior : str
        Of the coupling: ``loguniform``, ``flat`` or ``flat_strength``.
    draws, seed : int
    fixed : tuple of (name, value)
        Options of the interaction, such as ``charges``.
    delta_chi2 : float or None
        Threshold of the contour, if not the level's own for two parameters.
    masses, couplings : tuple of (lower, upper)
        Ranges of both, the masses in keV.
    """

    model: str
    experiment: str
    level: float = 0.9
    prior: str = "loguniform"
    draws: int = 2500
    seed: int = 20220811
    fixed: tuple[tuple[str, Any], ...] = field(default=())
    delta_chi2: float | None = None
    masses: tuple[float, float] = MASSES
    couplings: tuple[float, float] = COUPLINGS

    @property
    def parameter(self) -> str:
        """Both names, for progress and messages."""
        return ", ".join(FREE)

    @property
    def words(self) -> str:
        return f"{self.model} from {self.experiment}"

    @property
    def row(self) -> RowSpec:
        """What this shares with the rows of a table: the coupling at the lowest mass."""
        fixed = (*self.fixed, ("mass", self.masses[0]))
        return RowSpec(self.model, "coupling", self.experiment, fixed=fixed)

    def build(self) -> pm.Model:
        """The ``pm.Model`` of the plane.

        Raises
        ------
        InputError
            If the prior is unknown or a range does not rise from above zero.
        """
        from bayes_enues.models import light_mediator_masses

        return light_mediator_masses(
            self.row.interaction, self.experiments, self.prior, self.masses, self.couplings
        )

    def compute(self, progress: Callable[[str], None] | None = None, groups: bool = False):
        """Both regions, and the draws with the grid of both as group ``plane``."""
        tell = progress or (lambda words: None)
        tell("templates")
        model = self.build()
        tree = sample_posterior(model, self.draws, self.seed, groups=False, progress=tell)
        plane = mass_plane(model, self.level, self.delta_chi2)
        tree["plane"] = xr.DataTree(
            xr.Dataset(
                {name: (FREE, getattr(plane, name)) for name in ("log_density", "delta_chi2")},
                {"log10_mass": plane.log10_mass, "log10_coupling": plane.log10_coupling},
            )
        )
        return plane_row(model, plane, tree) | {"seed": self.seed}, tree


def stored_plane(row: Mapping[str, Any], path: Path) -> MassPlane:
    """A plane from its row and the file beside it."""

    def lines(part):
        return [Line(np.array(line["vertices"]), line["closed"]) for line in row[part]["contours"]]

    with xr.open_dataset(path, group="plane", engine="h5netcdf") as grid:
        profile, posterior = row["profile"], row["posterior"]
        return MassPlane(
            grid["log10_mass"].values, grid["log10_coupling"].values, grid["delta_chi2"].values,
            profile["delta_chi2"], lines("profile"), tuple(profile["best_fit"]), profile["chi2_min"],
            grid["log_density"].values, row["level"], posterior["log_density_cut"], lines("posterior"),
        )  # fmt: skip


def plane_row(model: pm.Model, plane: MassPlane, tree=None) -> dict[str, Any]:
    """A plane as it is stored, with the share of posterior draws inside if there are any."""
    question = model.question

    row = {
        "model": question.interaction.name,
        "parameter": ", ".join(question.free),
        "parameters": list(question.free),
        "unit": "log10 keV, 1",
        "experiment": question.experiment_name,
        "prior": "; ".join(prior_words(model).values()),
        "level": plane.level,
        "profile": {
            "delta_chi2": round(plane.threshold, 4),
            "best_fit": list(plane.best_fit),
            "chi2_min": plane.chi2_min,
            "contours": [stored_line(line) for line in plane.profile_lines],
        },
        "posterior": {
            "kind": "hpd",
            "density_in": list(question.free),
            "log_density_cut": plane.cut,
            "contours": [stored_line(line) for line in plane.credible_lines],
            "converged": True,
        },
    }
    if tree is not None:
        draws = tree["posterior"]
        row["posterior"] |= {
            "inside": plane.share_inside(draws["log10_mass"].values, draws["log10_coupling"].values),
            "converged": bool(tree.attrs["converged"]),
            "divergences": int(tree.attrs["divergences"]),
            **{name: tree.attrs[name] for name in ("rhat", "ess_bulk", "ess_tail", "sampler", "diagnosis")},
        }
    return row
