"""``bayes-enues flux``: the Sun's neutrino fluxes themselves, measured by nuclei and by electrons."""

from . import common
from .common import finish
from .groups import Running, command

ONE_SIGMA = 0.6827


@command
def flux(
    *,
    parameter: common.Parameters = None,
    experiment: common.Experiments = None,
    level: common.Level = ONE_SIGMA,
    prior: common.PriorText = None,
    draws: common.Draws = 4000,
    seed: common.Seed = 20220811,
    run: Running,
) -> None:
    """Fluxes of solar neutrinos as parameters, one at a time: posterior beside profile.

    By default 8B from xenonnt_nr, and pp and 7Be from xenonnt_sr0 and lz_ws2024.
    """
    from ..analyses import fluxes

    found = fluxes.flux(
        parameter, experiment, level=level, prior=prior, draws=draws, seed=seed, **run.asked()
    )
    finish(found, run.out, run.notes)
