"""``bayes-enues priors``: how each bound moves with its prior, as a table, a file and figures."""

from pathlib import Path
from typing import Annotated

import typer

from . import common
from .common import console, fixed_by, progress, say


def priors(
    model: Annotated[str, typer.Option("--model", help="Which interaction.")] = "magnetic_moment",
    parameter: common.Parameters = None,
    experiment: common.Experiments = None,
    prior: Annotated[
        list[str] | None,
        typer.Option(
            "--prior",
            help="Such as flat_strength, jeffreys, 'halfnormal(1e-11 mu_B)', 'loguniform(1e-14 mu_B)'; "
            "repeatable. Default: six for moments and couplings, five for signed parameters.",
        ),
    ] = None,
    nuisances: Annotated[bool, typer.Option(help="Vary the priors of the nuisances too.")] = True,
    mass: common.Mass = None,
    level: common.Level = 0.9,
    draws: common.Draws = 4000,
    seed: common.Seed = 20220811,
    out: common.Out = Path("results"),
    fresh: common.Fresh = False,
    jobs: common.Jobs = 2,
    scheduler: common.Scheduler = None,
) -> None:
    """Bounds under several priors, beside the profile likelihood."""
    from ..runs.rows import all_converged, plan, run
    from ..runs.store import ResultsFolder
    from ..studies.prior_plan import plan_study

    chosen = list(experiment or ["lz_ws2022", "xenonnt_sr0"])
    fixed = fixed_by(model, mass)
    specs = plan([model], parameter, chosen, level=level, draws=draws, seed=seed, fixed=fixed)
    study = plan_study(specs, prior, nuisances)
    folder = ResultsFolder(out, "priors.json", level)
    with progress(len(study), "priors") as tell:
        rows = run(study, folder, fresh, tell, jobs=jobs, scheduler=scheduler)
        tell(len(study), "figures")
        prior_figures(rows, folder, model)
    say(folder.messages)
    print_study(rows)
    console.print(f"Written to {out}: priors.json, priors.csv, posteriors (NetCDF) and figures (PDF, PNG).")
    if not all_converged(rows):
        raise typer.Exit(1)


def prior_figures(rows, folder, model: str) -> None:
    """All posteriors, priors and profiles; all bounds; all power-scaling sensitivities."""
    import xarray as xr

    from .. import plots
    from ..plots import priors as prior_plots
    from ..runs.rows import interaction_named

    kind = interaction_named(model)
    parameters = list(dict.fromkeys(row["parameter"] for row in rows))
    experiments = list(dict.fromkeys(row["experiment"] for row in rows))
    shape = (len(experiments), len(parameters))

    def curve_of(row):
        with xr.open_datatree(folder.beside(row), engine="h5netcdf") as tree:
            name, found, profile = row["parameter"], tree["quadrature"], tree["profile"]
            curve = {
                "values": found[name].values,
                "density": found["density"].values,
                "prior": found["prior"].values,
                "ends": [e for e in (row["posterior"][k] for k in ("lower", "upper")) if e is not None],
            }
            return curve, (profile[name].values, profile["delta_chi2"].values)

    with plots.style():
        fig, axes = plots.figure(*shape, squeeze=False)
        for ax_row, experiment in zip(axes, experiments, strict=True):
            for ax, name in zip(ax_row, parameters, strict=True):
                mine = [r for r in _of(rows, name, experiment) if not r["nuisance"]]
                found = [(r["label"], *curve_of(r)) for r in mine]
                uppers = [end for _, curve, _ in found for end in curve["ends"]]
                curves = [(label, curve) for label, curve, _ in found]
                profile = found[0][2]
                prior_plots.plot_priors(
                    ax, kind.label(name), kind.unit, curves, profile, 1.1 * max(uppers, default=0.0)
                )
                ax.set_title(plots.title_of(experiment), fontsize=9)
        handles, labels = axes[0, 0].get_legend_handles_labels()
        fig.legend(handles, labels, loc="outside upper center", ncols=min(2 * len(parameters), 4))
        plots.save(fig, folder.path / f"priors_{model}")

        most = max(len(_of(rows, p, e)) for p in parameters for e in experiments)
        fig, axes = plots.figure(
            *shape, width=2.6 + 1.6 / len(parameters), height=0.8 + 0.2 * most, squeeze=False, sharey="row"
        )
        for ax_row, experiment in zip(axes, experiments, strict=True):
            for ax, name in zip(ax_row, parameters, strict=True):
                prior_plots.plot_bounds(ax, _of(rows, name, experiment))
                ax.set_xlabel(f"bound on {kind.label(name)} [{plots.unit_label(kind.unit)}]")
        handles, labels = axes[0, 0].get_legend_handles_labels()
        fig.legend(handles, labels, loc="outside upper center", ncols=2)
        plots.save(fig, folder.path / f"priors_{model}_bounds")

        scaled = {e: [r for r in rows if r["experiment"] == e and not r["nuisance"]] for e in experiments}
        tall = 0.8 + 0.19 * max(len(mine) for mine in scaled.values())
        fig, axes = plots.figure(1, len(experiments), width=4.2, height=tall, squeeze=False)
        for ax, (experiment, mine) in zip(axes[0], scaled.items(), strict=True):
            prior_plots.plot_power_scaling(ax, mine)
            ax.set_title(plots.title_of(experiment), fontsize=9)
        plots.save(fig, folder.path / f"power_scaling_{model}")


def _of(rows, parameter: str, experiment: str) -> list:
    return [r for r in rows if (r["parameter"], r["experiment"]) == (parameter, experiment)]


def print_study(rows) -> None:
    """One table a parameter and experiment; what moves by more than 10 % is said in words below each."""
    from rich import box
    from rich.table import Table

    from ..statistics import one_sided_threshold

    two = f"/{rows[0]['profile']['delta_chi2']:.3g}"
    one = f"/{one_sided_threshold(rows[0]['level']):.3g}"
    for here in dict.fromkeys((row["parameter"], row["experiment"]) for row in rows):
        mine = _of(rows, *here)
        signed = mine[0]["posterior"]["kind"] == "hdi"
        title = f"{mine[0]['model'].replace('_', ' ')}, {here[0]} from {here[1]}  [{mine[0]['unit']}]"
        table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
        table.add_column("prior")
        one_sided = mine[0]["profile"]["upper_one_sided"] is not None
        for column in ("posterior", "quadrature", "/default", two, *([one] if one_sided else [])):
            table.add_column(column, justify="right")
        for row in mine:
            table.add_row(row["label"], *_cells(row, signed, one_sided))
        console.print(table)
        for row in mine:
            if row["flag"]:
                console.print(f"  [bold]{row['label']}[/]: {row['flag']}")
    for line in dict.fromkeys(note for row in rows for note in row["notes"]):
        console.print(f"* {line}", style="dim")
    reweighted = list(dict.fromkeys(row["label"] for row in rows if row["how"] == "reweighted"))
    console.print(
        f"/default, {two}, {one}: ratio to the default prior's bound and to the profile's two-sided and "
        f"one-sided bounds{'; lengths of regions where signed' if signed else ''}. "
        "Bounds differ by threshold "
        f"first, then by prior: see docs/which_bound.md. From the default's draws by reweighting: "
        f"{', '.join(reweighted) or 'none'}; all others sampled.",
        style="dim",
    )


def _cells(row, signed: bool, one_sided: bool) -> list[str]:
    posterior, exact = row["posterior"], row["exact"]

    def region(pieces):
        return " ∪ ".join(f"({a:.3g}, {b:.3g})" for a, b in pieces)

    if not posterior["converged"]:
        bound = "[red]not converged[/]"
    elif signed:
        bound = f"{region(posterior['pieces'])} ± {posterior['mcse']:.1g}"
    else:
        bound = f"< {posterior['upper']:.3g} ± {posterior['mcse']:.1g}"
    quadrature = region(exact["pieces"]) if signed else f"< {exact['upper']:.3g}"
    names = ("ratio_to_default", "ratio_to_profile", *(["ratio_to_one_sided"] if one_sided else []))
    return [bound, quadrature, *("" if row[n] is None else f"{row[n]:.2f}" for n in names)]
