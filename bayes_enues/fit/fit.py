"""One model, and everything that is asked of it: built once and handed on."""

from collections import OrderedDict
from html import escape
from threading import RLock

import numpy as np
import pymc as pm
import xarray as xr
from numpy.typing import ArrayLike

from ..compiled.feedback import feedback
from ..results import Nuisances
from ..statistics import DRAWS, LEVEL, SEED
from . import posterior as sampling
from .chi2 import Likelihood, variables_of
from .effects import nuisance_effects
from .limit import Limit, limit
from .marginal import ORDER, POINTS, Density, marginal
from .posterior import sample_posterior as sample
from .profile import Profile, profile
from .scan import likelihood_range, prior_range


class Fit(Likelihood):
    """One model with both statistics.

    Parameters
    ----------
    model : pm.Model
        From ``bayes_enues.models``, whatever was added to it.

    Attributes
    ----------
    names : list of str
        Variables: the free parameters, then the nuisances.
    question
        Which interaction, which experiments, which parameters are free; see ``bayes_enues.fit.setup``.

    Examples
    --------
    >>> fit = be.Fit(be.models.magnetic_moment(["xenonnt_sr0"], free="nu_e"))  # doctest: +SKIP
    >>> fit.profile().upper, fit.marginal().quantile(0.9), fit.limit()  # doctest: +SKIP
    """

    def __repr__(self) -> str:
        question = self.question
        free = ", ".join(question.free)
        rest = ", ".join(name for name in self.names if name not in question.free) or "none"
        return f"Fit({question.interaction.name} {free} from {question.experiment_name}; nuisances: {rest})"

    def _repr_html_(self) -> str:
        """For notebooks: what is free, its prior in words, and the nuisances."""
        question = self.question
        rest = ", ".join(name for name in self.names if name not in question.free) or "none"
        lines = {**question.prior_words, "nuisances": rest}
        rows = "".join(
            f"<tr><th style='text-align:left'>{escape(name)}</th>"
            f"<td style='text-align:left'>{escape(words)}</td></tr>"
            for name, words in lines.items()
        )
        what = f"{question.interaction.name} from {question.experiment_name}, in {question.interaction.unit}"
        return f"<table><caption>Fit of {escape(what)}</caption>{rows}</table>"

    def profile(
        self,
        parameter: str | None = None,
        values: ArrayLike | None = None,
        level: float = LEVEL,
        delta_chi2: float | None = None,
    ) -> Profile:
        """Delta chi^2 of one variable, everything else at its best: best fit, region, curve.

        Parameters
        ----------
        parameter : str, optional
            By default the first free parameter; a nuisance will do.
        values : (n,), optional
            Where to give the curve; by default 241 points over the region and its surroundings.
        level : float
            Asymptotic coverage of the region: 0.9 cuts at 2.7055.
        delta_chi2 : float, optional
            The threshold itself, instead of the one that belongs to the level.

        Raises
        ------
        InputError
            If there is no such variable, a value lies outside the physical region, or the data do not bound
            it.
        """
        if values is not None:
            return profile(self, parameter, values, level, delta_chi2)
        key = ("profile", parameter, float(level), delta_chi2)
        if key not in self.known:
            self.known[key] = profile(self, parameter, None, level, delta_chi2)
        return self.known[key]

    def marginal(self, parameter: str | None = None, n: int = POINTS, order: int = ORDER) -> Density:
        """Marginal posterior density of the one free parameter, by quadrature and without draws.

        Parameters
        ----------
        parameter : str, optional
        n : int
            Grid points over the prior's range, and more around narrow modes; a user's own prior is taken
            where Delta chi^2 stays below 25.
        order : int
            Gauss-Hermite nodes per nuisance.
        """
        return marginal(self, parameter, n, order)

    def posterior(self, draws: int = DRAWS, seed: int = SEED, **options) -> xr.DataTree:
        """Draws from the posterior; see :func:`bayes_enues.sample_posterior` for the options."""
        return sample(self.model, draws, seed, likelihood=self, **options)

    def limit(
        self,
        parameter: str | None = None,
        level: float = LEVEL,
        draws: int = DRAWS,
        seed: int = SEED,
        **options,
    ) -> Limit:
        """Both bounds on one parameter; see :func:`.limit.limit` for the options, as ``accept_bad_fit``."""
        return limit(self, parameter, level, draws, seed, **options)

    def nuisances(
        self,
        parameter: str | None = None,
        level: float = LEVEL,
        draws: int = DRAWS,
        seed: int = SEED,
        tree: xr.DataTree | None = None,
    ) -> Nuisances:
        """Which uncertainty matters: pull, constraint and effect on each bound of every nuisance.

        Parameters
        ----------
        parameter : str, optional
            By default the free one.
        level : float
            Of both bounds.
        draws, seed : int
            Of the posterior that gives pulls and constraints; the bounds themselves are by quadrature.
        tree : xr.DataTree, optional
            A posterior of this model that is there already.

        Raises
        ------
        InputError
            If more than one parameter is free, or the model is none of templates.
        """
        return nuisance_effects(self, parameter, level, draws, seed, tree)

    def likelihood_range(self, parameter: str | None = None) -> tuple[float, float]:
        """Where Delta chi^2 of a parameter stays below 25: the range of a default prior."""
        return likelihood_range(self, parameter or self.names[0])

    def prior_range(self, parameter: str | None = None) -> tuple[float, float]:
        """Where a parameter is looked for: the range of its prior, or of the likelihood for a user's own."""
        return prior_range(self, parameter or self.names[0])


_RECENT: OrderedDict[int, tuple[bytes, Fit]] = OrderedDict()
_MOST = 16
_LOCK = RLock()


def fit_of(model: pm.Model) -> Fit:
    """The fit of a model, kept while the model and its numbers stay as they are."""
    numbers = [v.get_value(borrow=True) for v in model.named_vars.values() if hasattr(v, "get_value")]
    state = repr(variables_of(model)).encode() + b"".join(np.asarray(n).tobytes() for n in numbers)
    with _LOCK:
        before, fit = _RECENT.pop(id(model), (None, None))
        if fit is None or fit.model is not model or before != state or fit.question is not model.question:
            fit = Fit(model)
        _RECENT[id(model)] = (state, fit)
        while len(_RECENT) > _MOST:
            _RECENT.popitem(last=False)
        return fit


def profile_likelihood(
    model: pm.Model,
    parameter: str | None = None,
    values: ArrayLike | None = None,
    level: float = LEVEL,
    delta_chi2: float | None = None,
) -> Profile:
    """Delta chi^2 of one variable of a model; see :meth:`bayes_enues.Fit.profile`."""
    with feedback("profile likelihood"):
        return fit_of(model).profile(parameter, values, level, delta_chi2)


def marginal_density(
    model: pm.Model, parameter: str | None = None, n: int = POINTS, order: int = ORDER
) -> Density:
    """Marginal posterior density of a model's free parameter; see :meth:`bayes_enues.Fit.marginal`."""
    with feedback("marginal density, by quadrature"):
        return fit_of(model).marginal(parameter, n, order)


def sample_posterior(model: pm.Model, draws: int = DRAWS, seed: int = SEED, **options) -> xr.DataTree:
    """Draw from the posterior of a model until the draws count.

    ``bayes_enues.fit.posterior`` lists the options. Any ``pm.Model`` will do.
    """
    with feedback("posterior") as tell:
        tell(0, "compiling")
        likelihood = fit_of(model) if hasattr(model, "question") else None
        options = {"progress": lambda words: tell(0, words), **options}
        return sampling.sample_posterior(model, draws, seed, likelihood=likelihood, **options)


def limits(
    model: pm.Model,
    parameter: str | None = None,
    level: float = LEVEL,
    draws: int = DRAWS,
    seed: int = SEED,
    **options,
) -> Limit:
    """Both bounds on one parameter of a model, with the published one; see :func:`.limit.limit`."""
    with feedback("limits") as tell:
        tell(0, "compiling; what is compiled is kept for the next time")
        options = {"progress": lambda words: tell(0, words), **options}
        return fit_of(model).limit(parameter, level, draws, seed, **options)


def nuisances(model: pm.Model, parameter: str | None = None, level: float = LEVEL, **options) -> Nuisances:
    """Which uncertainty of a model matters for its bounds; see :meth:`bayes_enues.Fit.nuisances`."""
    with feedback("nuisances"):
        return fit_of(model).nuisances(parameter, level, **options)
