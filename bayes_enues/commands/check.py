"""``bayes-enues check``: prior and posterior predictive checks of a model."""

import json
from pathlib import Path
from typing import Annotated

import typer

from .common import Draws, Experiments, Mass, Out, Parameters, PriorText, Seed, console, fixed_by, progress


def check(
    model: Annotated[str, typer.Argument(help="Which interaction.")],
    parameter: Parameters = None,
    experiment: Experiments = None,
    prior: PriorText = None,
    mass: Mass = None,
    draws: Draws = 2000,
    seed: Seed = 20220811,
    out: Out = Path("results"),
) -> None:
    """Bands of predicted counts, p-values of the deviance, and the integral transform of each bin."""
    from ..posterior import sample_posterior
    from ..results import ResultsFolder
    from ..rows import interaction_named, model_of, plan
    from ..studies.checks import predictive_check
    from ..whole_files import write_text

    names = parameter or [interaction_named(model).free_names()[-1]]
    options = {"prior": prior, "draws": draws, "seed": seed, "fixed": fixed_by(model, mass)}
    specs = plan([model], names, experiment, **options)
    folder = ResultsFolder(out, "checks.json")
    rows, paths = [], []
    with progress(len(specs), "check") as tell:
        for k, spec in enumerate(specs):
            tell(k, f"{spec.parameter} from {spec.experiment}")
            built = model_of(spec)
            tree = sample_posterior(built, spec.draws, spec.seed)
            checks = [c for g in ("prior", "posterior") for c in predictive_check(built, tree, g, spec.seed)]
            converged = bool(tree.attrs["converged"])
            rows += [_row(spec, c, converged) for c in checks]
            name = f"check_{spec.model}_{spec.parameter}_{spec.experiment}".replace(":", "-")
            paths += _figure(checks, built.question.experiments, folder.path / name)
    write_text(folder.path / "checks.json", json.dumps({"rows": rows}, indent=1) + "\n")
    _print(rows)
    console.print(f"Written to {out}: checks.json, " + ", ".join(p.name for p in paths) + ".")
    if not all(row["converged"] for row in rows):
        raise typer.Exit(1)


def _row(spec, found, converged: bool) -> dict:
    from scipy.stats import kstest

    return {
        "model": spec.model,
        "parameter": spec.parameter,
        "fit": spec.experiment,
        "experiment": found.experiment,
        "group": found.group,
        "converged": converged,
        "p_value": found.p_value,
        "pit_uniform_p_value": float(kstest(found.pit, "uniform").pvalue),
        "bins_outside_95": int(
            ((found.observed < found.bands[0]) | (found.observed > found.bands[-1])).sum()
        ),
        "n_bins": int(found.pit.size),
        "pit": found.pit.tolist(),
    }


def _figure(checks, experiments, path) -> list[Path]:
    from .. import plots
    from ..plots import checks as check_plots

    by_name = {e.name: e for e in experiments}
    with plots.style():
        fig, axes = plots.figure(len(checks), 3, 3.2, 2.4, squeeze=False)
        for (left, middle, right), found in zip(axes, checks, strict=True):
            check_plots.plot_bands(left, found, by_name[found.experiment])
            check_plots.plot_pit(middle, found)
            check_plots.plot_deviance(right, found)
        return plots.save(fig, path)


def _print(rows) -> None:
    from rich import box
    from rich.table import Table

    table = Table(title="predictive checks", title_justify="left", box=box.SIMPLE_HEAD)
    for column in ("parameter", "fit", "data of", "draws of"):
        table.add_column(column)
    for column in ("p (deviance)", "p (PIT uniform)", "bins outside 95 %"):
        table.add_column(column, justify="right")
    for row in rows:
        where = (row["parameter"], row["fit"], row["experiment"], row["group"])
        shown = (f"{row['p_value']:.3f}", f"{row['pit_uniform_p_value']:.3f}")
        table.add_row(*where, *shown, f"{row['bins_outside_95']} of {row['n_bins']}")
    console.print(table)
    console.print(
        "p: share of predicted counts that fit worse than the data; near 0 the model fails, near 1 errors "
        "are too large. The posterior uses the data twice, which draws its p-values towards one half.",
        style="dim",
    )
