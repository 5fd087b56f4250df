"""``bayes-enues systematics``: how each bound moves when one input changes."""

from pathlib import Path
from typing import Annotated

import typer

from . import common
from .common import console, fixed_by, progress, say


def systematics(
    model: Annotated[str, typer.Option("--model", help="Which interaction.")] = "magnetic_moment",
    parameter: common.Parameters = None,
    experiment: common.Experiments = None,
    mass: common.Mass = None,
    level: common.Level = 0.9,
    out: common.Out = Path("results"),
    fresh: common.Fresh = False,
    jobs: common.Jobs = 2,
    scheduler: common.Scheduler = None,
) -> None:
    """One input varied at a time, both statistics; one table per parameter and experiment."""
    from ..experiments.folder import experiment_names
    from ..runs.rows import plan, run
    from ..runs.store import ResultsFolder
    from ..studies.systematics import plan_systematics

    chosen = list(experiment or experiment_names())
    study = plan_systematics(plan([model], parameter, chosen, level=level, fixed=fixed_by(model, mass)))
    folder = ResultsFolder(out, "systematics.json", level)
    with progress(len(study), "systematics") as tell:
        rows = run(study, folder, fresh, tell, keep_draws=False, jobs=jobs, scheduler=scheduler)
        tell(len(study), "figure")
        paths = systematics_figure(rows, folder, model)
    say(folder.messages)
    print_systematics(rows)
    console.print(
        f"Written to {out}: systematics.json, systematics.csv, " + ", ".join(p.name for p in paths) + "."
    )


def _groups(rows) -> dict[tuple[str, str], list]:
    """Rows by parameter and experiment, in order."""
    groups: dict[tuple[str, str], list] = {}
    for row in rows:
        groups.setdefault((row["parameter"], row["experiment"]), []).append(row)
    return groups


def systematics_figure(rows, folder, model: str) -> list[Path]:
    """A panel a parameter and experiment."""
    from .. import plots
    from ..plots.systematics import plot_systematics
    from ..runs.rows import interaction_named

    groups = _groups(rows)
    experiments = list(dict.fromkeys(experiment for _, experiment in groups))
    parameters = list(dict.fromkeys(parameter for parameter, _ in groups))
    tall = 0.8 + 0.19 * max(len(mine) for mine in groups.values())
    with plots.style():
        fig, axes = plots.figure(
            len(experiments), len(parameters), 2.8 + 1.6 / len(parameters), tall, squeeze=False, sharey="row"
        )
        for ax_row, experiment in zip(axes, experiments, strict=True):
            for ax, parameter in zip(ax_row, parameters, strict=True):
                label = interaction_named(model).label(parameter)
                plot_systematics(ax, groups[parameter, experiment], label)
        fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
        return plots.save(fig, folder.path / f"systematics_{model}")


def print_systematics(rows) -> None:
    """A table a parameter and experiment, with what must be known of a row below."""
    from rich import box
    from rich.table import Table

    from ..statistics import threshold

    for (parameter, experiment), mine in _groups(rows).items():
        title = (
            f"{mine[0]['model'].replace('_', ' ')}, {parameter} from {experiment}  [{mine[0]['unit']}], "
            f"{100 * mine[0]['level']:g} %"
        )
        table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
        table.add_column("input")
        cut = f"profile Δχ²={threshold(mine[0]['level']):.4g}"
        for column in ("posterior", "change", cut, "change"):
            table.add_column(column, justify="right")
        for row in mine:
            cells = [row["label"]]
            for statistic in ("posterior", "profile"):
                cells += [_bound(row[statistic]), _percent(row["shift"][statistic])]
            table.add_row(*cells)
        console.print(table)
        for row in mine:
            own = [note for note in row["notes"] if note not in mine[0]["notes"]]
            if own:
                console.print(f"* {row['label']}: {'; '.join(own)}", style="dim")
    console.print(
        "Posterior: flat prior, by quadrature (no Monte Carlo error). Changes of each end in per cent.",
        style="dim",
    )


def _bound(statistic) -> str:
    if statistic["lower"] is None:
        return f"< {statistic['upper']:.3g}"
    return " ∪ ".join(f"({a:.3g}, {b:.3g})" for a, b in statistic["pieces"])


def _percent(shift) -> str:
    return " ".join(f"{100 * s:+.1f}" for s in shift if s is not None)
