"""Fig. 1 of arXiv:2208.06415; the others show rows, and :mod:`bayes_enues.studies.paper` lists all."""

from collections.abc import Sequence
from pathlib import Path

from ..experiments.loading import load_experiment
from ..interactions import ChargeRadius, MagneticMoment, Millicharge, StandardModel
from .spectrum import spectra_figure


def spectra(experiments: Sequence[str], path: Path) -> list[Path]:
    """Data, background, Standard Model and examples near today's limits."""
    signals = {
        "Standard Model": StandardModel(),
        r"$\mu_{\nu_e} = 15 \times 10^{-12}\,\mu_B$": MagneticMoment(nu_e=15.0),
        r"$q_{\nu_e} = 8 \times 10^{-13}\,e$": Millicharge(nu_e=8.0),
        r"$\langle r^2_{\nu_e} \rangle = 40 \times 10^{-32}\,\mathrm{cm}^2$": ChargeRadius(nu_e=40.0),
    }
    return spectra_figure([load_experiment(name) for name in experiments], list(signals.items()), path)
