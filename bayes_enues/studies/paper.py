"""What ``bayes-enues reproduce`` computes and draws: every limit, plane and figure of arXiv:2208.06415.

To add a figure, append to :data:`FIGURES` a function of the rows by their names and of the path to write to.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ..runs.figures import Drawing
from ..runs.plan import plan
from ..runs.rows import RowSpec
from .mediators.scan import DRAWS, curves, plan_scan, published_points
from .planes.rows import RegionSpec, plan_regions

#: The paper's two data sets, their joint fit, and LZ with the other low-energy edge.
EXPERIMENTS = ("lz_ws2022", "xenonnt_sr0", "lz_ws2022+xenonnt_sr0", "lz_ws2022:low_edge")

#: In the paper's order.
MODELS = ("magnetic_moment", "transition_magnetic_moment", "millicharge", "charge_radius", "anapole_moment")

_FLAVOURS = (("nu_e", "nu_mu"), ("nu_e", "nu_tau"), ("nu_mu", "nu_tau"))
#: Planes of Figs. 3 and 5.
PLANES = {
    "magnetic_moment": _FLAVOURS,
    "transition_magnetic_moment": (
        ("lambda_1", "lambda_2"),
        ("lambda_1", "lambda_3"),
        ("lambda_2", "lambda_3"),
    ),
    "millicharge": _FLAVOURS,
    "charge_radius": _FLAVOURS,
}


def plan_limits(draws: int = 4000, seed: int = 20220811) -> list[RowSpec]:
    """Every electromagnetic parameter from every data set at 90 %."""
    return plan(MODELS, None, EXPERIMENTS, draws=draws, seed=seed)


def plan_planes(draws: int = 4000, seed: int = 20220811) -> list[RegionSpec]:
    """The planes of Figs. 3 and 5."""
    return [
        spec
        for model, pairs in PLANES.items()
        for spec in plan_regions(model, pairs, EXPERIMENTS[:3], draws=draws, seed=seed)
    ]


def plan_mediators(draws: int = DRAWS, seed: int = 20220811) -> list[RowSpec]:
    """Every limit of Figs. 6 and 7."""
    return plan_scan(draws=min(draws, DRAWS), seed=seed)


#: What is computed: name of the rows to what plans them, from draws and seed.
PLANS = {"limits": plan_limits, "regions": plan_planes, "mediators": plan_mediators}

Rows = Mapping[str, Sequence]
Figure = Callable[[Rows, Path], Drawing]


def _profiles(*models: str) -> Figure:
    """Profiles and posteriors, one row of panels a model: Figs. 2, 4 and 8."""

    def figure(rows: Rows, path: Path) -> Drawing:
        content = {"limits": _of(rows["limits"], models), "models": models}
        return Drawing("limits.profiles_figure", path, {**content, "parameters": ("nu_e", "nu_mu", "nu_tau")})

    return figure


def _planes(*models: str) -> Figure:
    """Planes of some models: Figs. 3 and 5."""
    return lambda rows, path: Drawing(
        "regions.regions_figure", path, {"regions": _of(rows["regions"], models)}
    )


def _of(rows: Sequence, models: Sequence[str]) -> list:
    return [row for row in rows if row.model in models]


#: Name of the file to what it shows.
FIGURES: dict[str, Figure] = {
    "fig1_spectra": lambda rows, path: Drawing("paper.spectra", path, {"experiments": EXPERIMENTS[:2]}),
    "fig2_magnetic_moments": _profiles("magnetic_moment"),
    "fig3_moment_planes": _planes("magnetic_moment", "transition_magnetic_moment"),
    "fig4_millicharges_charge_radii": _profiles("millicharge", "charge_radius"),
    "fig5_millicharge_charge_radius_planes": _planes("millicharge", "charge_radius"),
    "fig6_mediators": lambda rows, path: Drawing(
        "mediators.curves_figure", path, {"found": curves(rows["mediators"])}
    ),
    "fig7_mediators_published": lambda rows, path: Drawing(
        "mediators.published_figure",
        path,
        {"found": curves(rows["mediators"]), "points": published_points()},
    ),
    "fig8_anapole_moments": _profiles("anapole_moment"),
}
