"""The rows of ``compare.json``: a Bayes factor three ways, and what it hangs on."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..fit.posterior import prior_words, sample_posterior
from ..results import Comparison, Sampled
from ..runs.completion import complete
from ..runs.rows import RowSpec, model_of
from ..runs.store import ResultsFolder, fingerprint
from .evidence import log_bayes_factor, savage_dickey, smc_log_bayes_factor, width_scan

__all__ = ["CompareSpec", "run_comparisons"]


@dataclass(frozen=True)
class CompareSpec:
    """One row.

    Parameters
    ----------
    spec : RowSpec
    smc : bool
        Sequential Monte Carlo too.
    """

    spec: RowSpec
    smc: bool = True

    def fingerprint(self) -> str:
        """Hash of what the row rests on."""
        return fingerprint({"study": "compare", "smc": self.smc, "row": self.spec.fingerprint()})


def run_comparisons(
    asked: Sequence[CompareSpec],
    folder: ResultsFolder,
    fresh: bool = False,
    progress: Callable[[int, str], None] | None = None,
) -> list[dict[str, Any]]:
    """Compute the rows that a folder does not hold yet, each written as it finishes.

    Parameters
    ----------
    asked : sequence of CompareSpec
    folder : ResultsFolder
        Of ``compare.json``.
    fresh : bool
    progress : callable, optional

    Returns
    -------
    list of dict
        As :class:`bayes_enues.results.Comparison` reads them.
    """

    def one_by_one(missing, rows, tell) -> Iterator[tuple]:
        for one in missing:
            tell(len(rows), f"{one.spec.parameter} from {one.spec.experiment}")
            yield one, compared(one).to_row(), None

    return complete(asked, folder, one_by_one, fresh, progress)


def compared(one: CompareSpec) -> Comparison:
    """One parameter: the three estimates, the stretched priors and the scan."""
    spec = one.spec
    model = model_of(spec)
    prior = model.question.priors[spec.parameter]
    half = (prior.upper - prior.lower) / 2 if model.question.interaction.signed else prior.upper
    tree = sample_posterior(model, spec.draws, spec.seed, groups=False)
    converged = bool(tree.attrs["converged"])
    by_smc = smc_log_bayes_factor(model, seed=spec.seed) if one.smc else None
    draws = tree["posterior"][spec.parameter].values
    return Comparison(
        model=spec.model,
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
        fingerprint=one.fingerprint(),
        seed=spec.seed,
    )
