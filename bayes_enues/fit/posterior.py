"""The posterior: nutpie's NUTS on the kernel, or on what PyTensor compiled; diagnostics decide.

Two signed parameters, and mass and coupling, have separate modes more often than not, which NUTS cannot
weigh: their draws come from :mod:`.independent` proposals, and from NUTS only if those fail.

A run counts only with R-hat <= 1.01, bulk and tail ESS >= 400 and no divergence. One that fails is run again
by a fixed rule: the same seed with twice the draws, then with a target acceptance of 0.99, then by sequential
Monte Carlo. One whose draws give separate modes the wrong weights (:mod:`.modes`) fails likewise; where
quadrature knows the modes, or two parameters are free, independent proposals come next. Draws are doubled
until the Monte Carlo error of the bound is small enough.
"""

import logging
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pymc as pm
import xarray as xr

from ..compiled.draws import draw_functions
from ..compiled.nuts import nutpie
from ..compiled.sampler import Sampler, sampler_of
from ..compiled.structures import LOCK, numbers_of
from ..errors import ConvergenceWarning, InputError
from ..results import Diagnostics
from ..statistics import DRAWS, SEED, check_level, of_chains
from .agreement import check_agreement
from .chi2 import Likelihood
from .groups import with_groups
from .independent import begins_with_proposals, can_propose, has_proposals, independent_draws
from .kernel_sampler import KernelSampler, kernel_sampler_of
from .marginal import marginal
from .modes import wrong_weights
from .setup import question_of

CHAINS = 4
TUNE = 600
TARGET_ACCEPT = 0.95
LAST_TARGET_ACCEPT = 0.99
MAX_DRAWS = 64_000
SMC_DRAWS = 2000
STATS = ("diverging", "depth", "energy", "n_steps", "step_size")  # of nutpie's, those that are kept


def diagnose(posterior: xr.DataTree | xr.Dataset, divergences: int | None = None) -> Diagnostics:
    """R-hat (rank-normalised), bulk and tail ESS of every variable, the worst of each, and divergences.

    Parameters
    ----------
    posterior : xr.DataTree or xr.Dataset
        What :func:`sample_posterior` returns, or any ArviZ tree; or its group ``posterior`` alone.
    divergences : int, optional
        By default those that the tree's ``sample_stats`` count; none of a dataset.
    """
    attrs: dict[Any, Any] = {}
    if isinstance(posterior, xr.DataTree):
        if divergences is None and "sample_stats" in posterior:
            divergences = int(posterior["sample_stats"].to_dataset()["diverging"].sum())
        attrs, posterior = posterior.attrs, posterior["posterior"].to_dataset()
    rhat, bulk, tail = [], [], []
    for variable in posterior.data_vars.values():
        draws = variable.values
        rhat.append(of_chains("rhat", draws))
        bulk.append(of_chains("ess", draws, method="bulk"))
        tail.append(of_chains("ess", draws, method="tail", prob=(0.05, 0.95)))
    found = Diagnostics(max(rhat), min(bulk), min(tail), int(divergences or 0))
    if found.converged and not attrs.get("converged", True):  # wrong weights of modes
        return replace(found, complaint=attrs["diagnosis"])
    return found


def sample_posterior(
    model: pm.Model,
    draws: int = DRAWS,
    seed: int = SEED,
    *,
    chains: int = CHAINS,
    tune: int = TUNE,
    target_accept: float = TARGET_ACCEPT,
    cores: int | None = None,
    smc_draws: int = SMC_DRAWS,
    precision: Callable[[xr.DataTree], float] | None = None,
    groups: bool = True,
    independent: bool = False,
    progress: Callable[[str], None] | None = None,
    likelihood: Likelihood | None = None,
) -> xr.DataTree:
    """Draw from the posterior of a model until the draws count.

    Parameters
    ----------
    model : pm.Model
        From ``bayes_enues.models``, or any other.
    draws : int
        Draws per chain to begin with.
    seed : int
        The same seed gives the same draws on one machine (with Numba's cache in one state).
    chains, tune : int
    target_accept : float
    cores : int, optional
    smc_draws : int
        Particles of each chain, should it come to sequential Monte Carlo.
    precision : callable, optional
        From the result so far to the Monte Carlo error relative to the largest allowed; draws are doubled
        while it exceeds one.
    groups : bool
        Whether to add log_likelihood, log_prior, prior, posterior_predictive and observed_data.
    independent : bool
        Begin with independent proposals wherever one or two parameters are free.
    progress : callable, optional
        Told in words what is going on.
    likelihood : Likelihood, optional
        Of the model, where it is there already.

    Returns
    -------
    xr.DataTree
        Its attributes say ``sampler``, ``draws``, ``attempts``, ``converged``, ``rhat``, ``ess_bulk``,
        ``ess_tail``, ``divergences`` and ``diagnosis``.

    Warns
    -----
    ConvergenceWarning
        If no run converged; it names the diagnosis.

    Raises
    ------
    InputError
        If draws, tune, chains or smc_draws are no positive numbers.
    """
    for name, number in (("draws", draws), ("tune", tune), ("chains", chains), ("smc_draws", smc_draws)):
        if not (isinstance(number, int | np.integer) and number > 0):
            raise InputError(f"{name} is {number!r}; a positive whole number was needed")
    tell = progress or (lambda words: None)
    if likelihood is None and hasattr(model, "question"):
        likelihood = Likelihood(model)
    begins = likelihood is not None and begins_with_proposals(likelihood)
    sampler = kernel_sampler_of(likelihood) if likelihood is not None else None
    spared = begins and sampler is None and likelihood is not None and likelihood.terms is None
    if not spared:  # of mass and coupling it is compiled only if needed, and nothing stands beside it
        sampler = sampler or sampler_of(model, tell)
        if likelihood is not None:
            with LOCK:
                check_agreement(likelihood, sampler)

    def run(draws, target):
        nonlocal sampler
        if sampler is None:
            sampler = sampler_of(model, tell)
        tell(f"sampling {chains} x {draws}")
        return _nuts(sampler, draws, tune, chains, seed, target, cores)

    wrong_modes = _mode_check(likelihood)
    proposed = begins or (independent and likelihood is not None and can_propose(likelihood))
    attempts, name = 1, "independence" if proposed else "nuts"
    while True:
        if name == "nuts":
            tree = run(draws, target_accept)
        elif name == "independence" and likelihood is not None:
            tree = independent_draws(likelihood, draws, chains, seed)
        else:
            tree = _smc(model, draws, chains, seed)
        state = diagnose(tree) if tree is not None else Diagnostics(np.inf, 0.0, 0.0, 0)
        if tree is not None and state.converged:
            state = replace(state, complaint=wrong_modes(tree))
        if tree is None or not state.converged:
            if name == "smc":
                break
            attempts += 1
            if name == "independence" and attempts == 2:
                name = "nuts"
            elif name == "nuts" and not proposed and likelihood is not None and has_proposals(likelihood):
                name = "independence"
                tell("NUTS cannot weigh separate modes; independent proposals")
            elif name == "nuts" and attempts == 2 + proposed:
                draws *= 2
            elif name == "nuts" and attempts == 3 + proposed:
                target_accept = LAST_TARGET_ACCEPT
            else:
                name, draws = "smc", smc_draws  # nearly independent, and costly
                tell("NUTS chains disagree; sequential Monte Carlo")
        elif precision is not None and draws < MAX_DRAWS and (excess := precision(tree)) > 1:
            draws = int(min(draws * 2 ** max(1, np.ceil(2 * np.log2(excess))), MAX_DRAWS))
        else:
            break
    assert tree is not None  # SMC always gives one
    tree.attrs |= {
        "sampler": name,
        "draws": int(tree["posterior"].sizes["draw"]),
        "chains": int(tree["posterior"].sizes["chain"]),
        "attempts": attempts,
        "seed": int(seed),
        "converged": int(state.converged),
        "diagnosis": state.words(),
        **{name: float(getattr(state, name)) for name in ("rhat", "ess_bulk", "ess_tail", "divergences")},
    }
    if likelihood is not None:
        question = likelihood.question
        tree.attrs |= {
            "model": question.interaction.name,
            "experiment": question.experiment_name,
            "prior": "; ".join(question.prior_words.values()),
        }
    if not state.converged:
        warn_unconverged(state.words())
    return with_groups(model, tree, likelihood) if groups else tree


def warn_unconverged(diagnosis: str) -> None:
    """Tell whoever called this package that a posterior is handed out that did not converge."""
    words = f"the posterior did not converge ({diagnosis}) and gives no bound"
    warnings.warn(words, ConvergenceWarning, skip_file_prefixes=(str(Path(__file__).parents[1]),))


def state_of(tree: xr.DataTree) -> dict[str, Any]:
    """What a row says of how its draws were made, from :func:`sample_posterior`."""
    words = ("rhat", "ess_bulk", "ess_tail", "sampler", "draws", "attempts", "diagnosis")
    return {
        **{name: tree.attrs[name] for name in words},
        "divergences": int(tree.attrs["divergences"]),
        "converged": bool(tree.attrs["converged"]),
    }


def _mode_check(likelihood: Likelihood | None) -> Callable[[xr.DataTree], str]:
    """Words on wrong weights of separate modes, for one signed parameter: those have mirror modes."""
    if likelihood is None or not likelihood.question.interaction.signed or len(likelihood.question.free) > 1:
        return lambda tree: ""
    density, name = marginal(likelihood), next(iter(likelihood.question.free))
    return lambda tree: wrong_weights(density, tree["posterior"].to_dataset()[name].values)


def prior_words(model: pm.Model) -> dict[str, str]:
    """The prior of each free parameter in words."""
    return question_of(model).prior_words


def _nuts(sampler: KernelSampler | Sampler, draws, tune, chains, seed, target_accept, cores) -> xr.DataTree:
    trace = nutpie.sample(
        sampler.nutpie,
        draws=draws,
        tune=tune,
        chains=chains,
        cores=cores,
        seed=seed,
        target_accept=target_accept,
        progress_bar=False,
        save_warmup=False,
        return_raw_trace=isinstance(sampler, KernelSampler),
    )
    if isinstance(sampler, KernelSampler):
        found, stats = trace.get_arrow_trace()
        tables = {"posterior": _table(found, sampler.names, tune), "sample_stats": _table(stats, STATS, tune)}
        return xr.DataTree.from_dict(tables)
    posterior = trace["posterior"].to_dataset()
    stats = trace["sample_stats"].to_dataset()
    return _dateless({"posterior": posterior, "sample_stats": stats[[v for v in STATS if v in stats]]})


def _table(batches: list, names: Sequence[str], tune: int) -> xr.Dataset:
    """Single numbers of every chain after tuning, from Arrow's tables: nutpie's own way takes 0.1 s."""
    columns = {name: np.stack([np.array(b.column(name))[tune:] for b in batches]) for name in names}
    shape = next(iter(columns.values())).shape
    coords = {"chain": np.arange(shape[0]), "draw": np.arange(shape[1])}
    return xr.Dataset({name: (("chain", "draw"), v) for name, v in columns.items()}, coords)


class _OneCopy(pm.smc.kernels.IMH):
    """PyMC's kernel, its functions shared by all chains: they hold no random numbers, so need no copies."""

    def set_rng(self, rng):
        self.rng = rng


def sequential_monte_carlo(model: pm.Model, draws: int, chains: int, seed: int) -> xr.DataTree:
    """PyMC's sequential Monte Carlo, from populations of our own and with what its chains compile shared.

    Parameters
    ----------
    model : pm.Model
    draws, chains, seed : int
    """
    logger = logging.getLogger("pymc.smc.sampling")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with LOCK, model, warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Numba will use object mode", UserWarning)
            return pm.sample_smc(
                draws=draws,
                kernel=_OneCopy,
                chains=chains,
                cores=1,
                random_seed=seed,
                start=_populations(model, draws, chains, seed),
                progressbar=False,
                compute_convergence_checks=False,  # ours decide
            )
    finally:
        logger.setLevel(level)


def _smc(model, draws, chains, seed) -> xr.DataTree:
    tree = sequential_monte_carlo(model, draws, chains, seed)
    return _dateless({"posterior": tree["posterior"].to_dataset()[[rv.name for rv in model.free_RVs]]})


def _populations(model, draws, chains, seed) -> list[dict[str, np.ndarray]] | None:
    """A population drawn from the prior for each chain; PyMC itself would compile one function a chain.

    None where a variable is no single number: then PyMC draws its own.
    """
    if any(rv.ndim for rv in model.free_RVs):
        return None
    functions, numbers = draw_functions(model), numbers_of(model)
    points = functions.prior(chains * draws, numbers, seed)
    values = functions.sampler_values(points, numbers).reshape(chains, draws, -1)
    names = [model.rvs_to_values[rv].name for rv in model.free_RVs]
    return [dict(zip(names, population.T, strict=True)) for population in values]


def _dateless(groups: dict[str, xr.Dataset]) -> xr.DataTree:
    """Groups as a tree without the time of their making: the same draws are the same file."""
    for group in groups.values():
        group.attrs.pop("created_at", None)
    return xr.DataTree.from_dict(groups)


def quantile_error(draws: np.ndarray, probability: float) -> float:
    """Monte Carlo standard error of a quantile of draws (chain, draw)."""
    probability = check_level(probability)
    return of_chains("mcse", draws, method="quantile", prob=probability)
