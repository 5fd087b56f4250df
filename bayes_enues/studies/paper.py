"""What ``bayes-enues reproduce`` computes: every limit and plane that the paper shows."""

from ..runs.plan import plan
from ..runs.rows import RowSpec
from .mediators.scan import DRAWS, plan_scan
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
