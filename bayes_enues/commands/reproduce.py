"""``bayes-enues reproduce``: everything the paper shows, into one folder.

A stage computes rows and keeps them as they finish, so an interrupted run goes on where it stopped. A figure
is a function of those rows. To add one, append to :data:`STAGES` or :data:`FIGURES`.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import typer

from . import common
from .common import console, progress, say

LEVEL = 0.9  # of everything in the paper


class Settings(NamedTuple):
    """What every stage is told."""

    out: Path
    draws: int
    seed: int
    fresh: bool
    jobs: int | None
    scheduler: str | None


def reproduce(
    out: common.Out = Path("results"),
    draws: common.Draws = 4000,
    seed: common.Seed = 20220811,
    fresh: common.Fresh = False,
    jobs: common.Jobs = 2,
    scheduler: common.Scheduler = None,
) -> None:
    """Table I and the figures of the paper by both statistics, and a page on every difference."""
    from ..runs.rows import all_converged
    from ..runs.store import ResultsFolder

    for name in STAGES:
        ResultsFolder(out, f"{name}.json", LEVEL)  # refused now if at all
    settings = Settings(out, draws, seed, fresh, jobs, scheduler)
    rows, messages = {}, []
    for name, stage in STAGES.items():
        rows[name], found = stage(settings)
        messages += found
    with progress(len(FIGURES), "figures") as tell:
        for done, (name, draw) in enumerate(FIGURES.items()):
            tell(done, name)
            draw(rows, out, name)
    write_tables(rows, out)
    say(messages)
    console.print(
        f"Written to {out}: table_one (.md, .csv, .json), reproduction.md, {len(FIGURES)} figures (PDF, "
        "PNG), limits.json with the posteriors, regions.json with the contours."
    )
    if not all(all_converged(part) for part in rows.values()):
        console.print("[red]Some posteriors did not converge; they are marked and give no bound.[/]")
        raise typer.Exit(1)


def compute_limits(settings: Settings) -> tuple[list[dict], list[str]]:
    """Every electromagnetic limit; rows and messages."""
    from ..reports.reproduction import plan_limits

    return _compute(settings, plan_limits(settings.draws, settings.seed), "limits", keep_draws=True)


def compute_regions(settings: Settings) -> tuple[list[dict], list[str]]:
    """Every plane of Figs. 3 and 5; rows and messages."""
    from ..reports.reproduction import plan_planes

    return _compute(settings, plan_planes(settings.draws, settings.seed), "regions", keep_draws=False)


def compute_mediators(settings: Settings) -> tuple[list[dict], list[str]]:
    """Every limit of Figs. 6 and 7, and the curves as a table; rows and messages."""
    from ..mediators.scan import DRAWS, curves, plan_scan, write_curves

    specs = plan_scan(draws=min(settings.draws, DRAWS), seed=settings.seed)
    rows, messages = _compute(settings, specs, "mediators", keep_draws=False)
    write_curves(curves(rows), settings.out / "mediators_curves.csv")
    return rows, messages


def _compute(settings, specs, name, keep_draws) -> tuple[list[dict], list[str]]:
    from ..runs.rows import run
    from ..runs.store import ResultsFolder

    folder = ResultsFolder(settings.out, f"{name}.json", LEVEL)
    with progress(len(specs), name) as tell:
        rows = run(specs, folder, settings.fresh, tell, keep_draws, settings.jobs, settings.scheduler)
    return rows, folder.messages


def write_tables(rows, out: Path) -> None:
    """Table I and the page of differences."""
    from ..reports.reproduction_page import reproduction_page
    from ..reports.table_one import table, table_csv, table_json, table_markdown
    from ..runs.files import write_text

    entries = table(rows["limits"])
    write_text(out / "table_one.md", table_markdown(entries))
    write_text(out / "table_one.csv", table_csv(entries))
    write_text(out / "table_one.json", table_json(entries))
    write_text(out / "reproduction.md", reproduction_page(rows["limits"], rows["regions"], list(FIGURES)))


def draw_spectra(rows, out: Path, name: str) -> None:
    """Fig. 1: data, background, Standard Model and examples near today's limits."""
    from .. import plots
    from ..experiments.counts import signal_counts
    from ..experiments.loading import load_experiment
    from ..interactions import ChargeRadius, MagneticMoment, Millicharge, StandardModel

    signals = {
        "Standard Model": StandardModel(),
        r"$\mu_{\nu_e} = 15 \times 10^{-12}\,\mu_B$": MagneticMoment(nu_e=15.0),
        r"$q_{\nu_e} = 8 \times 10^{-13}\,e$": Millicharge(nu_e=8.0),
        r"$\langle r^2_{\nu_e} \rangle = 40 \times 10^{-32}\,\mathrm{cm}^2$": ChargeRadius(nu_e=40.0),
    }
    with plots.style():
        fig, axes = plots.figure(1, 2, width=4.2, height=3.2)
        for ax, e in zip(axes, (load_experiment(n) for n in ("lz_ws2022", "xenonnt_sr0")), strict=True):
            plots.plot_spectrum(ax, e, [(label, signal_counts(e, i)) for label, i in signals.items()])
        plots.save(fig, out / name)


def draw_profiles(*models: str) -> Callable:
    """A figure of profiles and posteriors, one row of panels a model: Figs. 2, 4 and 8."""

    def draw(rows, out: Path, name: str) -> None:
        from .. import plots
        from ..plots.profiles import plot_profiles

        flavours = ("nu_e", "nu_mu", "nu_tau")
        shown = [row for row in rows["limits"] if ":" not in row["experiment"]]
        with plots.style():
            fig, axes = plots.figure(len(models), 3, width=2.9, height=2.5, squeeze=False)
            for line, model in zip(axes, models, strict=True):
                for ax, flavour in zip(line, flavours, strict=True):
                    mine = [row for row in shown if (row["model"], row["parameter"]) == (model, flavour)]
                    plot_profiles(ax, mine, out)
            handles, labels = axes[0, 0].get_legend_handles_labels()
            title = r"lines: $\Delta\chi^2$ profile; shaded, hanging from the top: posterior density"
            fig.legend(handles, labels, title=title, loc="outside upper center", ncols=len(labels))
            plots.save(fig, out / name)

    return draw


def draw_planes(*models: str) -> Callable:
    """A figure of planes, one row of panels a model: Figs. 3 and 5."""

    def draw(rows, out: Path, name: str) -> None:
        from .region import region_figure

        planes = {}
        for row in rows["regions"]:
            if row["model"] in models:
                planes.setdefault((row["model"], *row["parameters"]), []).append(row)
        region_figure(planes, out / name)

    return draw


def draw_mediators(rows, out: Path, name: str) -> None:
    """Fig. 6: coupling against mass, five mediators."""
    from ..mediators.scan import curves
    from .mediators import curves_figure

    curves_figure(curves(rows["mediators"]), out / name)


def draw_published_mediators(rows, out: Path, name: str) -> None:
    """Fig. 7: vector and scalar with published limits."""
    from ..mediators.scan import curves, published_points
    from .mediators import published_figure

    published_figure(curves(rows["mediators"]), published_points(), out / name)


#: What is computed: name of the rows to a function of the settings, to rows and messages.
STAGES = {"limits": compute_limits, "regions": compute_regions, "mediators": compute_mediators}

#: What is drawn from them: name of the file to a function of all rows, the folder and the name.
FIGURES = {
    "fig1_spectra": draw_spectra,
    "fig2_magnetic_moments": draw_profiles("magnetic_moment"),
    "fig3_moment_planes": draw_planes("magnetic_moment", "transition_magnetic_moment"),
    "fig4_millicharges_charge_radii": draw_profiles("millicharge", "charge_radius"),
    "fig5_millicharge_charge_radius_planes": draw_planes("millicharge", "charge_radius"),
    "fig6_mediators": draw_mediators,
    "fig7_mediators_published": draw_published_mediators,
    "fig8_anapole_moments": draw_profiles("anapole_moment"),
}
