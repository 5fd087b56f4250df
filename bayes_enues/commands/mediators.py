"""``bayes-enues mediators``: limits on light mediators against their mass, Figs. 6 and 7 of the paper."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.text import Text

from ..errors import InputError
from . import choices, common
from .common import Table, console, print_notes, progress, settings_of, warn

if TYPE_CHECKING:
    from ..results import Curve, Region


def mediators(
    model: Annotated[
        list[str] | None,
        typer.Option(
            "--model",
            metavar="MODEL",
            help="light_scalar, light_pseudoscalar, light_vector, light_axial_vector or light_tensor; "
            "repeatable. Default: all. Or sterile_dipole, the moment that produces a heavy neutrino.",
            autocompletion=choices.complete_mediator,
        ),
    ] = None,
    experiment: common.Experiments = None,
    mass: Annotated[
        list[str] | None,
        typer.Option(
            "--mass",
            metavar="KEV,...",
            help="Masses [keV], such as 1,10,100; repeatable. Default: 40 from 1e-3 to 1e5, to 1e6 with "
            "nuclear recoils; of a heavy neutrino 25 from 1 to 1000.",
        ),
    ] = None,
    settings: common.Settings = None,
    level: common.Level = 0.9,
    delta_chi2: Annotated[
        float | None,
        typer.Option(
            help="Threshold of the profile, such as 4.605 for two parameters. Default: that of the level."
        ),
    ] = None,
    prior: common.PriorText = None,
    draws: common.Draws = 2500,
    seed: common.Seed = 20220811,
    published: Annotated[
        list[Path] | None,
        typer.Option(help="A CSV of your own: mass_keV,coupling,experiment,source[,model]; repeatable."),
    ] = None,
    overlay: Annotated[
        list[Path] | None,
        typer.Option(
            help="A curve of your own, or a folder of them: a CSV of mass_keV,coupling under lines such as "
            "'# confidence: 0.9'; docs/mediators.md says which; repeatable."
        ),
    ] = None,
    plane: Annotated[
        Literal["loguniform", "flat", "flat_strength"] | None,
        typer.Option(help="Also a fit with mass and coupling both free, with this prior of the coupling."),
    ] = None,
    out: common.Out = Path("results"),
    notes: common.Notes = False,
    fresh: common.Fresh = False,
    jobs: common.Jobs = 2,
    scheduler: common.Scheduler = None,
) -> None:
    """Limits on the coupling of light mediators at each mass: posterior beside profile."""
    from ..experiments.overlays import read_overlays
    from ..mediators.scan import DIPOLE, curves, plan_scan, published_points, write_curves
    from ..runs.rows import all_converged, run
    from ..runs.store import ResultsFolder

    points = [p for path in (None, *(published or [])) for p in published_points(path)]
    own = [curve for path in overlay or () for curve in read_overlays(path)]
    options = settings_of(settings)
    masses = None if mass is None else [number for text in mass for number in _numbers(text)]
    if plane is not None and DIPOLE in (model or ()):
        raise InputError(f"--plane leaves mass and coupling of a light mediator free; {DIPOLE} has none")
    specs = plan_scan(
        model,
        masses,
        experiment,
        options,
        level=level,
        delta_chi2=_threshold(delta_chi2),
        prior=prior,
        draws=draws,
        seed=seed,
    )
    folder = ResultsFolder(out, "mediators.json", level)
    plane_folder = None if plane is None else ResultsFolder(out, "mediator_planes.json", level)

    # with PyMC and matplotlib, which a request that is refused can spare
    from ..mediators.planes import MassPlaneSpec
    from ..plots.mediators import curves_figure, mass_planes_figure, published_figure

    with progress(len(specs), "mediators") as tell:
        rows = run(specs, folder, fresh, tell, keep_draws=False, jobs=jobs, scheduler=scheduler)
        tell(len(specs), "figures")
        lines = curves(rows)
        write_curves(lines, folder.path / "mediators_curves.csv")
        curves_figure(lines, folder.path / "mediators", level)
        where = folder.path / "mediators_published"
        published_figure(lines, points, where, options, own, level)
    warn(folder.messages)
    print_curves(lines, level, notes)
    console.print(f"Written to {out}: mediators.json and .csv, mediators_curves.csv, figures (PDF, PNG).")
    if plane is not None and plane_folder is not None:
        planes = [
            MassPlaneSpec(str(m), e, level, plane, draws, seed, tuple(sorted(options.items())), delta_chi2)
            for m, e in dict.fromkeys((spec.model, spec.experiment) for spec in specs)
        ]
        with progress(len(planes), "planes") as tell:
            regions = run(planes, plane_folder, fresh, tell, jobs=jobs, scheduler=scheduler)
            mass_planes_figure(regions, plane, folder.path, folder.path / "mediator_planes")
        warn(plane_folder.messages)
        print_planes(regions)
        rows += regions
    if not all_converged(rows):
        raise typer.Exit(1)


def print_planes(regions: "Sequence[Region]") -> None:
    """What a plane of mass and coupling rests on."""
    from ..results import there

    for region in regions:
        posterior, level = region.posterior, f"{100 * region.level:g} %"
        console.print(
            f"{region.model} from {region.experiment}: {100 * there(posterior.share_inside):.1f} % of the "
            f"draws in the {level} region, {posterior.divergences} divergences; {region.prior}",
            style="dim",
        )


def print_curves(found: "Sequence[Curve]", level: float, notes: bool = False) -> None:
    """Upper limits at the masses nearest to the decades, and what they rest on."""
    import numpy as np

    from ..mediators.scan import DIPOLE
    from ..plots import title_of
    from ..plots.mediators import mediator_title

    columns = ("mediator", "experiment", "mass [keV]", "posterior", "profile 1-sided")
    cut = f"profile Δχ²={found[0].threshold:.5g}"
    what = "transition moment [1e-12 mu_B]" if found[0].model == DIPOLE else "coupling g_X"
    table = Table(f"{what}, upper limits", (*columns, cut), left=2)
    for curve in found:
        decades = [m for m in (1e-2, 1.0, 10.0, 1e2, 1e4) if curve.mass_keV[0] <= m <= curve.mass_keV[-1]]
        nearest = {int(np.argmin(np.abs(np.log(curve.mass_keV / m)))) for m in decades}
        chosen = sorted(nearest) if curve.mass_keV.size > 6 else range(curve.mass_keV.size)
        for i in chosen:
            bound = curve.posterior_upper[i]
            table.add(
                mediator_title(curve.model),
                title_of(curve.experiment),
                f"{curve.mass_keV[i]:.3g}",
                f"< {bound:.3g}" if np.isfinite(bound) else Text("not converged", "red"),
                f"< {curve.profile_upper_one_sided[i]:.3g}",
                f"< {curve.profile_upper[i]:.3g}",
            )
        table.gap()
    table.print(console)
    lines = [
        f"posterior: one-sided {100 * level:g} % credible bound at the given mass.",
        "Profile: the paper does not say which threshold its Fig. 6 uses; --delta-chi2 4.605 gives that of "
        "two parameters.",
    ]
    print_notes(lines, notes)


def _numbers(text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise InputError(f"--mass is {text!r}; numbers with commas between them were needed") from None


def _threshold(delta_chi2: float | None) -> float | None:
    if delta_chi2 is not None and not 0 < delta_chi2 < 1e6:
        raise InputError(f"--delta-chi2 is {delta_chi2:g}; a number above zero was needed, such as 4.605")
    return delta_chi2
