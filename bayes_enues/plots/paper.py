"""The figures of arXiv:2208.06415, from the rows of ``bayes-enues reproduce``.

To add one, append to :data:`FIGURES` a function of the rows by their names, the folder they lie in, and the
path to write to.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ..experiments.loading import load_experiment
from ..interactions import ChargeRadius, MagneticMoment, Millicharge, StandardModel
from ..studies.mediators.scan import curves, published_points
from .limits import profiles_figure
from .mediators import curves_figure, published_figure
from .regions import regions_figure
from .spectrum import spectra_figure

Rows = Mapping[str, Sequence]
Figure = Callable[[Rows, Path, Path], list[Path]]
FLAVOURS = ("nu_e", "nu_mu", "nu_tau")


def spectra(rows: Rows, folder: Path, path: Path) -> list[Path]:
    """Fig. 1: data, background, Standard Model and examples near today's limits."""
    signals = {
        "Standard Model": StandardModel(),
        r"$\mu_{\nu_e} = 15 \times 10^{-12}\,\mu_B$": MagneticMoment(nu_e=15.0),
        r"$q_{\nu_e} = 8 \times 10^{-13}\,e$": Millicharge(nu_e=8.0),
        r"$\langle r^2_{\nu_e} \rangle = 40 \times 10^{-32}\,\mathrm{cm}^2$": ChargeRadius(nu_e=40.0),
    }
    experiments = [load_experiment(name) for name in ("lz_ws2022", "xenonnt_sr0")]
    return spectra_figure(experiments, list(signals.items()), path)


def profiles(*models: str) -> Figure:
    """Profiles and posteriors, one row of panels a model: Figs. 2, 4 and 8."""
    return lambda rows, folder, path: profiles_figure(rows["limits"], models, FLAVOURS, folder, path)


def planes(*models: str) -> Figure:
    """Planes of some models: Figs. 3 and 5."""
    return lambda rows, folder, path: regions_figure([r for r in rows["regions"] if r.model in models], path)


#: Name of the file to what draws it.
FIGURES: dict[str, Figure] = {
    "fig1_spectra": spectra,
    "fig2_magnetic_moments": profiles("magnetic_moment"),
    "fig3_moment_planes": planes("magnetic_moment", "transition_magnetic_moment"),
    "fig4_millicharges_charge_radii": profiles("millicharge", "charge_radius"),
    "fig5_millicharge_charge_radius_planes": planes("millicharge", "charge_radius"),
    "fig6_mediators": lambda rows, folder, path: curves_figure(curves(rows["mediators"]), path),
    "fig7_mediators_published": lambda rows, folder, path: published_figure(
        curves(rows["mediators"]), published_points(), path
    ),
    "fig8_anapole_moments": profiles("anapole_moment"),
}
