"""Mass and coupling of a light mediator together: the Delta chi^2 contour beside the credible region.

Both on one grid in log10 of mass and coupling, from the model itself. The posterior density is the likelihood
with the nuisances integrated by Laplace's method, times the priors; it is a density in log10 m and log10 g,
whatever the coupling's prior is flat in. Where the data see nothing it does not fall off, so the region ends
where the priors do.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pymc as pm
import xarray as xr
from scipy.interpolate import RegularGridInterpolator
from scipy.optimize import minimize

from ...errors import InputError
from ...fit.fit import fit_of
from ...fit.mass_table import COUPLINGS, MASSES, MassQuestion
from ...fit.minimise import profile_many
from ...fit.posterior import prior_words, sample_posterior, state_of
from ...interactions.mediators import LightMediator
from ...results import CredibleRegion, ProfileRegion, Region
from ...runs.asked import Asked, Stored, Tell, silent
from ...runs.rows import RowSpec
from ...statistics import check_level, threshold
from ..planes.contours import contour_lines, sharpen

FREE = ("log10_mass", "log10_coupling")

MASS_POINTS, COUPLING_POINTS = 81, 141
SEEN_DECADES = 0.7  # above the coupling that the data begin to see: the signal's chi^2 is thousands
FAR = 60.0  # Delta chi^2 and minus the log-density beyond which nothing matters


def mass_plane(model: pm.Model, level: float = 0.9, delta_chi2: float | None = None) -> Region:
    """Regions of mass and coupling over the ranges of their priors.

    Parameters
    ----------
    model : pm.Model
        From :func:`bayes_enues.models.light_mediator_masses`.
    level : float
        Credibility and confidence: 0.9 cuts Delta chi^2 at 4.6052.
    delta_chi2 : float, optional
        Threshold of the contour, instead of the level's own for two parameters.

    Returns
    -------
    Region
        Of log10 of mass [keV] and coupling. Delta chi^2 on the grid is cut at 60.

    Raises
    ------
    InputError
        If the model does not leave mass and coupling free.
    """
    level = check_level(level)
    likelihood = fit_of(model)
    free = likelihood.question.free
    if free != FREE:
        raise InputError(
            f"the model leaves {list(free)} free; models.light_mediator_masses makes one that fits"
        )
    question = likelihood.question
    assert isinstance(question, MassQuestion)  # no other leaves these two free
    priors = [question.priors[name] for name in free]
    x, y = (
        np.linspace(p.lower, p.upper, n) for p, n in zip(priors, (MASS_POINTS, COUPLING_POINTS), strict=True)
    )
    points = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1).reshape(-1, 2)
    # far above what the data see there is nothing to compute
    near = points[:, 1] < question.table.log10_strength(points[:, 0]) + SEEN_DECADES
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
    question = likelihood.question
    return Region(
        model=question.interaction.name,
        parameter=", ".join(free),
        parameters=FREE,
        experiment=question.experiment_name,
        unit="log10 keV, 1",
        prior="; ".join(prior_words(model).values()),
        level=level,
        profile=ProfileRegion(
            threshold=float(cut), contours=lines, best_fit=best, chi2_min=least, x=x, y=y, delta_chi2=delta
        ),
        posterior=CredibleRegion(
            level=level,
            log_density_cut=cut_density,
            contours=contour_lines(x, y, log_density, cut_density),
            density_in=list(free),
            converged=True,
            x=x,
            y=y,
            log_density=log_density,
        ),
    )


def share_inside(region: Region, log10_mass: np.ndarray, log10_coupling: np.ndarray) -> float:
    """Share of posterior draws that lie in the credible region: near the level if both are right."""
    credible = region.posterior
    height = RegularGridInterpolator((credible.x, credible.y), credible.log_density)
    points = np.stack([np.ravel(log10_mass), np.ravel(log10_coupling)], axis=-1)
    return float(np.mean(height(points) >= credible.log_density_cut))


def counted(region: Region, tree: xr.DataTree) -> Region:
    """The region with the state of posterior draws, and the share of them inside."""
    draws = tree["posterior"].to_dataset()
    share = share_inside(region, draws["log10_mass"].values, draws["log10_coupling"].values)
    return replace(region, posterior=replace(region.posterior, share_inside=share, **state_of(tree)))


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

        mediator = self.row.interaction
        assert isinstance(mediator, LightMediator)  # nothing else has mass and coupling
        return light_mediator_masses(mediator, self.experiments, self.prior, self.masses, self.couplings)

    def compute(self, progress: Tell = silent, groups: bool = True) -> Stored:
        """Both regions, and the draws with the grid of both as group ``plane``."""
        progress("templates")
        model = self.build()
        tree = sample_posterior(model, self.draws, self.seed, groups=False, progress=progress)
        plane = mass_plane(model, self.level, self.delta_chi2)
        profile, posterior = plane.profile, plane.posterior
        grids = {"log_density": (FREE, posterior.log_density), "delta_chi2": (FREE, profile.delta_chi2)}
        tree["plane"] = xr.DataTree(xr.Dataset(grids, dict(zip(FREE, (profile.x, profile.y), strict=True))))
        return replace(counted(plane, tree), seed=self.seed).to_row(), tree
