"""``bayes-enues mediators``: limits on light mediators against their mass, Figs. 6 and 7 of the paper."""

from pathlib import Path
from typing import Annotated

import typer

from ..errors import InputError
from . import common
from .common import console, progress, say


def mediators(
    kind: Annotated[
        list[str] | None,
        typer.Option(help="scalar, pseudoscalar, vector, axial_vector or tensor; repeatable. Default: all."),
    ] = None,
    masses: Annotated[
        str | None, typer.Option(help="In keV, such as 1,10,100. Default: 40 from 1e-3 to 1e5.")
    ] = None,
    experiment: common.Experiments = None,
    level: common.Level = 0.9,
    delta_chi2: Annotated[
        float | None,
        typer.Option(help="Of the profile, such as 4.605 for two parameters. Default: the level's own."),
    ] = None,
    charges: Annotated[
        str | None,
        typer.Option(help="b_minus_l, l_e_minus_l_mu, ..., or three numbers for nu_e,nu_mu,nu_tau."),
    ] = None,
    electron_charge: Annotated[float | None, typer.Option(help="Goes with --charges of numbers.")] = None,
    normalisation: Annotated[
        str | None, typer.Option(help="Of Eq. 8: as_printed (2 sqrt2) or left_handed (sqrt2).")
    ] = None,
    sign: Annotated[int | None, typer.Option(help="Of g^2 for vector and axial vector: 1 or -1.")] = None,
    prior: common.PriorText = None,
    draws: common.Draws = 2500,
    seed: common.Seed = 20220811,
    published: Annotated[
        list[Path] | None,
        typer.Option(help="A CSV of your own: mass_keV,coupling,experiment,source[,model]; repeatable."),
    ] = None,
    plane: Annotated[
        str | None,
        typer.Option(help="Also mass and coupling free together, with this prior: loguniform, flat, ..."),
    ] = None,
    out: common.Out = Path("results"),
    fresh: common.Fresh = False,
    jobs: common.Jobs = 2,
    scheduler: common.Scheduler = None,
) -> None:
    """Limits on the coupling of light mediators at each mass: posterior beside profile."""
    from bayes_enues.models.light_mediator_masses import check_coupling_prior

    from ..mediators.planes import MassPlaneSpec
    from ..mediators.scan import curves, plan_scan, published_points, write_curves
    from ..runs.rows import all_converged, run
    from ..runs.store import ResultsFolder

    points = [p for path in (None, *(published or [])) for p in published_points(path)]
    given = {
        "charges": _charges(charges),
        "electron_charge": electron_charge,
        "normalisation": normalisation,
        "sign": sign,
    }
    settings = {name: value for name, value in given.items() if value is not None}
    if plane is not None:
        check_coupling_prior(plane)
    specs = plan_scan(
        kind,
        _numbers(masses, "--masses"),
        experiment,
        settings,
        level=level,
        delta_chi2=_threshold(delta_chi2),
        prior=prior,
        draws=draws,
        seed=seed,
    )
    folder = ResultsFolder(out, "mediators.json", level)
    planes = ResultsFolder(out, "mediator_planes.json", level) if plane is not None else None
    with progress(len(specs), "mediators") as tell:
        rows = run(specs, folder, fresh, tell, keep_draws=False, jobs=jobs, scheduler=scheduler)
        tell(len(specs), "figures")
        found = curves(rows)
        write_curves(found, folder.path / "mediators_curves.csv")
        curves_figure(found, folder.path / "mediators")
        published_figure(found, points, folder.path / "mediators_published")
    say(folder.messages)
    print_curves(found, level)
    console.print(f"Written to {out}: mediators.json and .csv, mediators_curves.csv, figures (PDF, PNG).")
    if plane is not None:
        asked = [
            MassPlaneSpec(m, e, level, plane, draws, seed, tuple(sorted(settings.items())), delta_chi2)
            for m, e in dict.fromkeys((spec.model, spec.experiment) for spec in specs)
        ]
        rows = rows + mass_planes(asked, planes, fresh, jobs, scheduler)
    if not all_converged(rows):
        raise typer.Exit(1)


def mass_planes(specs, folder, fresh: bool, jobs: int | None, scheduler: str | None) -> list[dict]:
    """Regions of mass and coupling for each mediator and experiment of a scan; a JSON file and a figure."""
    from .. import plots
    from ..mediators.planes import stored_plane
    from ..plots.mediators import mediator_title, plot_mass_plane
    from ..runs.rows import run

    with progress(len(specs), "planes") as tell:
        rows = run(specs, folder, fresh, tell, jobs=jobs, scheduler=scheduler)
    models = list(dict.fromkeys(spec.model for spec in specs))
    with plots.style():
        fig, axes = plots.figure(1, len(models), width=3.9, height=3.4, squeeze=False, sharey=True)
        for k, (spec, row) in enumerate(zip(specs, rows, strict=True)):
            ax = axes[0, models.index(spec.model)]
            plane = stored_plane(row, folder.beside(row))
            plot_mass_plane(ax, plane, row["experiment"], plots.colour_of(row["experiment"], k))
            ax.set_title(
                f"{mediator_title(spec.model)}; {spec.prior.replace('_', ' ')} coupling", fontsize=10
            )
            ax.legend(loc="upper left", fontsize=7)
        plots.save(fig, folder.path / "mediator_planes")
    say(folder.messages)
    for row in rows:
        posterior = row["posterior"]
        console.print(
            f"{row['model']} from {row['experiment']}: {100 * posterior['inside']:.1f} % of the draws in the "
            f"{100 * row['level']:g} % region, {posterior['divergences']} divergences; {row['prior']}",
            style="dim",
        )
    return rows


def curves_figure(found, path: Path) -> None:
    """Fig. 6: all curves by both statistics, and the ratio of the two."""
    from .. import plots
    from ..plots.mediators import legend_handles, mediator_handles, plot_curves, plot_ratio

    with plots.style():
        fig, axes = plots.figure(
            2, 1, width=5.2, height=2.9, sharex=True, gridspec_kw={"height_ratios": [3, 1.2]}
        )
        plot_curves(axes[0], found)
        plot_ratio(axes[1], found)
        axes[0].set_xlabel("")
        axes[0].add_artist(axes[0].legend(handles=legend_handles(found), loc="upper left"))
        axes[0].legend(handles=mediator_handles(found), loc="lower right")
        plots.save(fig, path)


def published_figure(found, points, path: Path) -> None:
    """Fig. 7: vector and scalar with published limits; nothing if neither was asked for."""
    from .. import plots
    from ..plots.mediators import legend_handles, mediator_title, plot_curves, plot_points

    models = [m for m in ("light_vector", "light_scalar") if any(c.model == m for c in found)]
    if not models:
        return
    with plots.style():
        fig, axes = plots.figure(1, len(models), width=3.9, height=3.4, squeeze=False, sharey=True)
        for ax, model in zip(axes[0], models, strict=True):
            mine = [c for c in found if c.model == model]
            plot_points(plot_curves(ax, mine, letters=False), points, model)
            ax.set_title(mediator_title(model), fontsize=10)
            published = ax.get_legend_handles_labels()[0]
            ax.legend(handles=[*legend_handles(mine), *published], loc="upper left", fontsize=7)
        plots.save(fig, path)


def print_curves(found, level: float) -> None:
    """Upper limits at the masses nearest to the decades, and what they rest on."""
    import numpy as np
    from rich import box
    from rich.table import Table

    from ..plots import title_of
    from ..plots.mediators import mediator_title

    table = Table(title="coupling g_X, upper limits", title_justify="left", box=box.SIMPLE_HEAD)
    cut = f"{found[0].delta_chi2:.5g}"
    for column in ("mediator", "experiment"):
        table.add_column(column)
    for column in ("mass [keV]", "posterior", "profile 1-sided", f"profile Δχ²={cut}"):
        table.add_column(column, justify="right")
    for curve in found:
        decades = [m for m in (1e-2, 1.0, 10.0, 1e2, 1e4) if curve.mass[0] <= m <= curve.mass[-1]]
        nearest = {int(np.argmin(np.abs(np.log(curve.mass / m)))) for m in decades}
        chosen = sorted(nearest) if curve.mass.size > 6 else range(curve.mass.size)
        for i in chosen:
            bound = curve.posterior[i]
            table.add_row(
                mediator_title(curve.model),
                title_of(curve.experiment),
                f"{curve.mass[i]:.3g}",
                f"< {bound:.3g}" if np.isfinite(bound) else "[red]not converged[/]",
                f"< {curve.profile_one_sided[i]:.3g}",
                f"< {curve.profile[i]:.3g}",
            )
        table.add_section()
    console.print(table)
    console.print(
        f"posterior: one-sided {100 * level:g} % credible bound at the given mass. Profile: the paper does "
        "not say which threshold its Fig. 6 uses; --delta-chi2 4.605 gives that of two parameters.",
        style="dim",
    )


def _numbers(text: str | None, what: str) -> list[float] | None:
    if text is None:
        return None
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise InputError(f"{what} is {text!r}; numbers with commas between them were needed") from None


def _charges(text: str | None) -> str | tuple[float, ...] | None:
    if text is None or not any(c.isdigit() for c in text):
        return text
    return tuple(_numbers(text, "--charges"))


def _threshold(delta_chi2: float | None) -> float | None:
    if delta_chi2 is not None and not 0 < delta_chi2 < 1e6:
        raise InputError(f"--delta-chi2 is {delta_chi2:g}; a number above zero was needed, such as 4.605")
    return delta_chi2
