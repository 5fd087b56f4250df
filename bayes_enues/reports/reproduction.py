"""What ``bayes-enues reproduce`` computes, every limit and plane that the paper shows, and its pages."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from ..runs.files import write_text
from ..runs.rows import RowSpec, plan
from ..studies.mediators.scan import DRAWS, curves, plan_scan, write_curves
from ..studies.planes.rows import RegionSpec, plan_regions
from .reproduction_page import reproduction_page
from .table_one import table, table_csv, table_json, table_markdown

__all__ = ["EXPERIMENTS", "MODELS", "PLANES", "PLANS", "plan_limits", "plan_planes", "write_pages"]

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


def write_pages(rows: Mapping[str, Sequence], out: Path, figures: Sequence[str]) -> None:
    """Table I, the page of differences, and the curves of mediators as a table.

    Parameters
    ----------
    rows : mapping of str to rows
        By the names of :data:`PLANS`.
    out : Path
    figures : sequence of str
        Names of the figures beside them.
    """
    entries = table(rows["limits"])
    write_text(out / "table_one.md", table_markdown(entries))
    write_text(out / "table_one.csv", table_csv(entries))
    write_text(out / "table_one.json", table_json(entries))
    write_text(out / "reproduction.md", reproduction_page(rows["limits"], rows["regions"], figures))
    if "mediators" in rows:
        write_curves(curves(rows["mediators"]), out / "mediators_curves.csv")
