"""The rows of ``compare.json``: a Bayes factor three ways, and what it hangs on."""

from dataclasses import dataclass

from ..fit.posterior import prior_words, sample_posterior
from ..results import Comparison, Sampled
from ..runs.asked import Stored, Tell, silent
from ..runs.rows import RowStudy, model_of
from .evidence import log_bayes_factor, savage_dickey, smc_log_bayes_factor, width_scan


@dataclass(frozen=True)
class CompareSpec(RowStudy):
    """One row.

    Parameters
    ----------
    spec : RowSpec
    smc : bool
        Sequential Monte Carlo too.
    """

    smc: bool = True

    def compute(self, progress: Tell = silent, groups: bool = True) -> Stored:
        """A row of ``compare.json``; nothing lies beside it."""
        return compared(self).to_row(), None


def compared(one: CompareSpec) -> Comparison:
    """One parameter: the three estimates, the stretched priors and the scan."""
    spec = one.spec
    model = model_of(spec)
    prior = model.question.priors[spec.parameter]
    half = (prior.upper - prior.lower) / 2 if model.question.interaction.signed else prior.upper
    tree = sample_posterior(model, spec.draws, spec.seed, groups=False)
    converged = bool(tree.attrs["converged"])
    by_smc = smc_log_bayes_factor(model, seed=spec.seed) if one.smc else None
    draws = tree["posterior"].to_dataset()[spec.parameter].values
    return Comparison(
        model=model.question.interaction.name,
        parameter=spec.parameter,
        experiment=model.question.experiment_name,
        mass=dict(spec.fixed).get("mass"),
        unit=model.question.interaction.unit,
        prior=prior_words(model)[spec.parameter],
        width=getattr(prior, "scale", None) or half,
        posterior=Sampled(converged=converged),
        quadrature=log_bayes_factor(model),
        savage_dickey=savage_dickey(model, draws) if converged else None,
        smc=by_smc and by_smc.log_bayes_factor,
        smc_scatter=by_smc and by_smc.scatter,
        narrower=log_bayes_factor(model, stretch=1 / 3),
        wider=log_bayes_factor(model, stretch=3),
        scans=width_scan(model),
        seed=spec.seed,
    )
