"""Limits on light mediators against their mass: what ``bayes-enues mediators`` computes and shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.text import Text

from ..compiled.feedback import feedback
from ..errors import InputError
from ..experiments.folder import experiment_title
from ..experiments.overlays import Overlay, Paths, own_files, read_overlays
from ..results import Curve, Limit, Region, there
from ..runs.figures import Drawing
from ..runs.options import Names, listed
from ..runs.processes import shared_processes
from ..runs.runner import run
from ..statistics import LEVEL, SEED
from ..studies.mediators.scan import (
    DIPOLE,
    DRAWS,
    curves,
    mediator_title,
    plan_scan,
    published_points,
    write_curves,
)  # fmt: skip
from .shown import BAD, Cell, Shown
from .table import ResultTable

#: Near which masses of a long scan are shown [keV].
DECADES = (1e-2, 1.0, 10.0, 1e2, 1e4)
HEAVY = (1e5, 1e6)  # as far as nuclei see them

#: What the prior of a plane says of the coupling, and its name.
COUPLING_PRIORS = {
    "flat in log coupling on": "loguniform", "flat in coupling on": "flat",
    "flat in coupling^2 on": "flat_strength",
}  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class MassPlaneTable(ResultTable[Region]):
    """Mass and coupling free together, as ``mediator_planes.json`` holds them.

    Attributes
    ----------
    overlays : tuple of Overlay
        A user's curves, for the figures.
    """

    kind = "mediator_planes"
    overlays: tuple[Overlay, ...] = ()

    def _figures(self) -> list[Drawing]:
        """The planes, with other people's limits."""
        first = self.rows[0]
        prior = next(name for words, name in COUPLING_PRIORS.items() if words in first.prior)
        content = {"regions": self.rows, "prior": prior, "settings": first.given, "own": self.overlays}
        return [Drawing("mediators.mass_planes_figure", self.folder / "mediator_planes", content)]

    def _shown(self) -> list[Shown]:
        """What each plane rests on, in words."""
        lines: list[Cell] = []
        for region in self.rows:
            posterior, level = region.posterior, f"{100 * region.level:g} %"
            words = (
                f"{region.model} from {region.experiment}: {100 * there(posterior.share_inside):.1f} % of "
                f"the draws in the {level} region, {posterior.divergences} divergences; {region.prior}"
            )
            lines.append(Text(words, "dim"))
        return [Shown("", (), below=lines)]


@dataclass(frozen=True, eq=False, repr=False)
class MediatorTable(ResultTable[Limit]):
    """Limits on a coupling at each mass, as ``mediators.json`` holds them.

    Attributes
    ----------
    planes : MassPlaneTable or None
        Mass and coupling free together, where that was asked for.
    points : tuple of mapping
        A user's published points, for the figures; see
        :func:`bayes_enues.studies.mediators.scan.published_points`.
    overlays : tuple of Overlay
        A user's curves.
    """

    kind = "mediators"
    planes: MassPlaneTable | None = None
    points: tuple[Mapping[str, Any], ...] = ()
    overlays: tuple[Overlay, ...] = ()

    def curves(self) -> list[Curve]:
        """A curve a mediator and experiment."""
        return curves(self.rows)

    @property
    def passed(self) -> bool:
        """Whether every posterior converged, those of the planes too."""
        return super().passed and (self.planes is None or self.planes.passed)

    def _figures(self) -> list[Drawing]:
        """The curves, alone and with other people's limits, and the planes."""
        first, path = self.rows[0], self.folder / "mediators"
        options = {name: value for name, value in first.given.items() if name != "mass"}
        content = {
            "found": self.curves(), "level": first.level, "settings": options, "own": self.overlays,
        }  # fmt: skip
        points = {"points": [*published_points(), *self.points]}
        beside = path.with_name("mediators_published")
        return [
            Drawing("mediators.curves_figure", path, content),
            Drawing("mediators.published_figure", beside, content | points),
            *(self.planes._figures() if self.planes else []),
        ]

    def _shown(self) -> list[Shown]:
        """Upper limits at the masses nearest to the decades."""
        found = self.curves()
        columns = ("mediator", "experiment", "mass [keV]", "posterior", "profile 1-sided")
        cut = f"profile Δχ²={found[0].threshold:.5g}"
        what = "transition moment [1e-12 mu_B]" if found[0].model == DIPOLE else "coupling g_X"
        table = Shown(f"{what}, upper limits", (*columns, cut), left=2)
        for curve in found:
            masses = curve.mass_keV
            heavy = HEAVY if masses[-1] > HEAVY[0] else ()
            decades = [m for m in (*DECADES, *heavy) if masses[0] <= m <= masses[-1]]
            nearest = {int(np.argmin(np.abs(np.log(masses / m)))) for m in decades}
            for i in sorted(nearest) if masses.size > 6 else range(masses.size):
                bound = curve.posterior_upper[i]
                table.add(
                    mediator_title(curve.model),
                    experiment_title(curve.experiment),
                    f"{masses[i]:.3g}",
                    f"< {bound:.3g}" if np.isfinite(bound) else Text("not converged", BAD),
                    f"< {curve.profile_upper_one_sided[i]:.3g}",
                    _region(curve, i),
                )
            table.gap()
        return [table, *(self.planes.shown() if self.planes else [])]

    def _footnotes(self) -> list[str]:
        return [
            f"posterior: one-sided {100 * self.rows[0].level:g} % credible bound at the given mass.",
            "Profile: the paper does not say which threshold its Fig. 6 uses; --delta-chi2 4.605 gives that "
            "of two parameters.",
        ]


def _region(curve: Curve, i: int) -> str:
    """The profile's region at one mass: an upper bound, or two pieces."""
    upper = curve.profile_upper[i]
    if curve.gap_lower is None or not curve.gap_lower[i] > 0:
        return f"< {upper:.3g}"
    return f"< {curve.gap_lower[i]:.3g} ∪ ({there(curve.gap_upper)[i]:.3g}, {upper:.3g})"


def scan_mediators(
    models: Names | None = None,
    masses: Sequence[float] | None = None,
    experiments: Names | None = None,
    *,
    settings: Mapping[str, Any] | None = None,
    level: float = LEVEL,
    delta_chi2: float | None = None,
    prior: str | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
    published: Paths = (),
    overlays: Paths = (),
    plane: str | None = None,
    out: str | Path = "results",
    fresh: bool = False,
    jobs: int | None = 2,
    scheduler: str | None = None,
) -> MediatorTable:
    """Limits on the coupling of light mediators at each mass: what ``bayes-enues mediators`` makes.

    Parameters
    ----------
    models : str, or several, optional
        Such as ``light_vector``; by default all. Or ``sterile_dipole``.
    masses : sequence of float, optional
        In keV; by default as many as :func:`bayes_enues.studies.mediators.scan.plan_scan` says.
    delta_chi2 : float, optional
        Threshold of the profile, such as 4.605 for two parameters; by default the level's own.
    published : path, or several
        Published points of your own for the figures: CSV files as
        :func:`bayes_enues.studies.mediators.scan.published_points` reads them.
    overlays : path, or several
        Curves of your own for the figures, a CSV each or a folder of them;
        :mod:`bayes_enues.experiments.overlays` says how they look.
    plane : str, optional
        ``loguniform``, ``flat`` or ``flat_strength``: mass and coupling free together too, with this prior of
        the coupling.
    experiments, settings, level, prior, draws, seed, out, fresh, jobs, scheduler
        See :func:`bayes_enues.limit_table`.

    Raises
    ------
    InputError
        As :func:`bayes_enues.studies.mediators.scan.plan_scan` does, or if a file of ``published`` or
        ``overlays`` does not fit, before anything runs.
    """
    points = tuple(point for file in own_files(published) for point in published_points(file))
    own = tuple(read_overlays(overlays))
    names = None if models is None else listed(models)
    if plane is not None and DIPOLE in (names or ()):
        raise InputError(f"--plane leaves mass and coupling of a light mediator free; {DIPOLE} has none")
    if delta_chi2 is not None and not 0 < delta_chi2 < 1e6:
        raise InputError(f"--delta-chi2 is {delta_chi2:g}; a number above zero was needed, such as 4.605")
    chosen = None if experiments is None else listed(experiments)
    specs = plan_scan(
        names, masses, chosen, settings, level=level, delta_chi2=delta_chi2, prior=prior, draws=draws,
        seed=seed,
    )  # fmt: skip
    folder = MediatorTable.open(out, level)
    planes, plane_folder = [], None if plane is None else MassPlaneTable.open(out, level)
    if plane is not None:
        from ..studies.mediators.planes import MassPlaneSpec

        given = tuple(sorted((settings or {}).items()))
        planes = [
            MassPlaneSpec(str(m), e, level, plane, draws, seed, given, delta_chi2)
            for m, e in dict.fromkeys((spec.model, spec.experiment) for spec in specs)
        ]
    with shared_processes(), feedback("mediators", len(specs) + len(planes), "rows") as tell:
        rows = run(specs, folder, fresh, tell, keep_draws=False, jobs=jobs, scheduler=scheduler)
        write_curves(curves(rows), folder.path / "mediators_curves.csv")
        found = None
        if plane_folder is not None:
            regions = run(
                planes, plane_folder, fresh, lambda done, words: tell(len(specs) + done, words),
                jobs=jobs, scheduler=scheduler,
            )  # fmt: skip
            found = MassPlaneTable(tuple(regions), folder.path, overlays=own)
            folder.messages += plane_folder.messages
    return MediatorTable(tuple(rows), folder.path, tuple(folder.messages), found, points, own)
