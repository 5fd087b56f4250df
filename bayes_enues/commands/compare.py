"""``bayes-enues compare``: Bayes factor of new physics against the Standard Model, and what it hangs on."""

import json
from pathlib import Path
from typing import Annotated

import typer

from .common import Draws, Experiments, Mass, Out, Parameters, PriorText, Seed, console, fixed_by, progress


def compare(
    model: Annotated[str, typer.Argument(help="Which interaction.")],
    parameter: Parameters = None,
    experiment: Experiments = None,
    prior: PriorText = None,
    mass: Mass = None,
    draws: Draws = 8000,
    seed: Seed = 20220811,
    smc: Annotated[bool, typer.Option(help="Sequential Monte Carlo too: slower.")] = True,
    out: Out = Path("results"),
) -> None:
    """ln B three ways, and its dependence on the prior's width."""
    from ..results import ResultsFolder
    from ..rows import plan
    from ..whole_files import write_text

    options = {"prior": prior, "draws": draws, "seed": seed, "fixed": fixed_by(model, mass)}
    specs = plan([model], parameter, experiment, **options)
    folder = ResultsFolder(out, "compare.json")
    found = []
    with progress(len(specs), "compare") as tell:
        for k, spec in enumerate(specs):
            tell(k, f"{spec.parameter} from {spec.experiment}")
            found.append(_compared(spec, smc))
        tell(len(specs), "figure")
        paths = _figure(found, folder.path / f"compare_{model}", model)
    write_text(folder.path / "compare.json", json.dumps({"rows": found}, indent=1) + "\n")
    _print(found)
    console.print(f"Written to {out}: compare.json, " + ", ".join(p.name for p in paths) + ".")


def _compared(spec, smc: bool) -> dict:
    """One parameter: the three estimates and the scan."""
    from ..posterior import prior_words, sample_posterior
    from ..rows import model_of
    from ..studies.evidence import log_bayes_factor, savage_dickey, smc_log_bayes_factor, width_scan

    model = model_of(spec)
    prior = model.question.priors[spec.parameter]
    tree = sample_posterior(model, spec.draws, spec.seed, groups=False)
    converged = bool(tree.attrs["converged"])
    by_smc = smc_log_bayes_factor(model, seed=spec.seed) if smc else None
    scans = width_scan(model)
    draws = tree["posterior"][spec.parameter].values
    return {
        "model": spec.model,
        "parameter": spec.parameter,
        "experiment": spec.experiment,
        "unit": model.question.interaction.unit,
        "prior": prior_words(model)[spec.parameter],
        "width": getattr(prior, "scale", None) or prior.upper,
        "quadrature": log_bayes_factor(model),
        "savage_dickey": savage_dickey(model, draws) if converged else None,
        "smc": None if by_smc is None else by_smc.log_bayes_factor,
        "smc_scatter": None if by_smc is None else by_smc.scatter,
        "widths": [
            {"family": s.family, "width": s.widths.tolist(), "log_bayes_factor": s.log_bayes_factors.tolist()}
            for s in scans
        ],
    }


def _figure(found, path, model: str) -> list[Path]:
    import numpy as np

    from .. import plots
    from ..plots.priors import plot_bayes_factors
    from ..rows import interaction_named
    from ..studies.evidence import WidthScan

    kind = interaction_named(model)
    columns = min(3, len(found))
    with plots.style():
        fig, axes = plots.figure(-(-len(found) // columns), columns, squeeze=False)
        for ax in axes.ravel()[len(found) :]:
            ax.set_visible(False)
        for ax, row in zip(axes.ravel(), found, strict=False):
            scans = [
                WidthScan(s["family"], np.array(s["width"]), np.array(s["log_bayes_factor"]))
                for s in row["widths"]
            ]
            plot_bayes_factors(ax, scans, row, row["unit"], kind.label(row["parameter"]))
            ax.set_title(plots.title_of(row["experiment"]), fontsize=9)
        return plots.save(fig, path)


def _print(found) -> None:
    import numpy as np
    from rich import box
    from rich.table import Table

    title = "ln B of new physics against the Standard Model"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for column in ("parameter", "experiment"):
        table.add_column(column)
    for column in ("quadrature", "Savage-Dickey", "SMC", "width/3", "width x3"):
        table.add_column(column, justify="right")

    def number(value):
        return "" if value is None else f"{value:+.2f}"

    for row in found:
        scan = row["widths"][1 if "half-normal" in row["prior"] else 0]
        at = np.interp(np.array([1 / 3, 3]) * row["width"], scan["width"], scan["log_bayes_factor"])
        cells = [number(row[name]) for name in ("quadrature", "savage_dickey", "smc")]
        table.add_row(row["parameter"], row["experiment"], *cells, *(number(v) for v in at))
    console.print(table)
    for line in dict.fromkeys(f"* {row['parameter']}, {row['experiment']}: {row['prior']}" for row in found):
        console.print(line, style="dim")
    console.print(
        "Above zero favours new physics. The last two columns: the same for a flat (or half-normal) prior "
        "three times narrower and wider. Once a prior reaches past what the data allow, widening it "
        "lowers ln B: the number says nothing without its prior.",
        style="dim",
    )
