"""What a model asks: which interaction, which parameters are free, of which experiments.

A model page builds one of these first. It checks the question before anything is computed, holds the bin
templates, and stays with the ``pm.Model`` as ``model.question`` so that results can say what they rest on.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pymc as pm
from numpy.typing import ArrayLike

from ..errors import InputError
from ..experiments.counts import (
    NotQuadratic,
    Templates,
    bin_templates,
    chain_error,
    check_possible,
    integrates_exactly,
    typical_scale,
)
from ..experiments.experiment import Experiment
from ..experiments.morphing import Morph, has_morph, morph_of
from ..experiments.together import load_distinct
from ..experiments.uncertainty import NuisanceEntry
from ..interactions.base import Interaction
from ..interactions.checks import check_class, check_interaction, stays_symbolic
from .information import fisher_information
from .symbols import component_of, numbers_of, signal_of

CHAIN_TOLERANCE = 2e-3
NUCLEI_WORDS = "nuclei with Helm form factors"


@dataclass(frozen=True, eq=False)
class Question:
    """The physics of one model.

    Attributes
    ----------
    interaction : Interaction
        With the parameters that are not free.
    experiments : tuple of Experiment
        Sorted by name.
    free : tuple of str
    scales : tuple of float
        A change near the expected limit for each free parameter.
    spectrum : str
        ``templates`` or ``chain``.
    templates : tuple of Templates, or None
        One for each experiment, with all nuisances at zero; the chain has none.
    morphs : tuple of (Morph or None)
        One for each experiment: what nuisances of its response, of the Sun or of a shape add to them.
    notes : tuple of str
        What had to be done differently, in words.
    priors : dict
        Prior of each free parameter, filled by the model page.
    open_ranges : dict
        Those whose range is the likelihood's, as they were before it was known.
    range_ends : dict
        Delta chi^2 at the ends of such a range where it is not 25, for it saturates below.
    """

    interaction: Interaction
    experiments: tuple[Experiment, ...]
    free: tuple[str, ...]
    scales: tuple[float, ...]
    spectrum: str
    templates: tuple[Templates, ...] | None
    notes: tuple[str, ...] = ()
    priors: dict = field(default_factory=dict)
    open_ranges: dict = field(default_factory=dict)
    range_ends: dict = field(default_factory=dict)
    morphs: tuple[Morph | None, ...] = ()

    def __repr__(self) -> str:
        return f"Question({self.interaction!r}, from {self.experiment_name}, free: {', '.join(self.free)})"

    @property
    def experiment_name(self) -> str:
        """Names of the experiments, sorted and joined by a plus."""
        return "+".join(e.name for e in self.experiments)

    @property
    def coords(self) -> dict[str, np.ndarray]:
        """Bin centres of each experiment, for ``pm.Model``: energies [keV], or numbers of cells."""
        return {f"bin_{e.slug}": e.centres for e in self.experiments}

    @property
    def atomic_model(self) -> str:
        """What stands for xenon's electrons, in words; by experiment where they differ."""
        words = {
            e.name: NUCLEI_WORDS
            if e.xenon.target == "nucleus"
            else self.interaction.atomic_words(e.xenon.electrons)
            for e in self.experiments
        }
        if len(set(words.values())) == 1:
            return next(iter(words.values()))
        return ", ".join(f"{name}: {text}" for name, text in words.items())

    @property
    def standard_model(self) -> tuple[float, ...]:
        """Where each free parameter gives the Standard Model."""
        return tuple(self.interaction.standard_model_value(name) for name in self.free)

    @property
    def edges(self) -> tuple[float, ...]:
        """Physical lower edge of each free parameter."""
        targets = frozenset(e.xenon.target for e in self.experiments)
        return (self.interaction.lower_edge(targets),) * len(self.free)

    def variables(self) -> dict[tuple[str, str], str]:
        """Experiment's and nuisance's name to the name of the variable.

        A shared nuisance is one variable; others of the same name are kept apart by the experiment's name.
        Those that the interaction's parameters stand for are left out.
        """
        replaced = self.interaction.replaces_nuisances
        entries = [(e, n) for e in self.experiments for n in e.nuisances if n.name not in replaced]
        count = {n.name: sum(m.name == n.name for _, m in entries) for _, n in entries}
        return {
            (e.name, n.name): n.name if n.shared or count[n.name] == 1 else f"{n.name}_{e.slug}"
            for e, n in entries
        }

    def nuisances(self) -> dict[str, tuple[NuisanceEntry, list[tuple[Experiment, str]]]]:
        """Variable name to the entry and what it scales in which experiment: nothing, if it moves something.

        Raises
        ------
        InputError
            If experiments say different things of a nuisance that they share.
        """
        names = self.variables()
        found: dict[str, tuple[NuisanceEntry, list[tuple[Experiment, str]]]] = {}
        origin: dict[str, Experiment] = {}
        for experiment in self.experiments:
            for entry in experiment.nuisances:
                name = names.get((experiment.name, entry.name))
                if name is None:
                    continue
                first, scaled = found.setdefault(name, (entry, []))
                source = origin.setdefault(name, experiment)
                for what in ("sigma", "upper", "lower", "pieces", "uniform", "kind", "moves"):
                    if (mine := getattr(first, what)) != (other := getattr(entry, what)):
                        raise InputError(
                            f"{name} is shared, but its {what} is {mine} in {source.name} and {other} in "
                            f"{experiment.name}; a shared nuisance has one {what}"
                        )
                if entry.scales:
                    scaled.append((experiment, entry.scales))
        return found

    def correlations(self) -> list[tuple[str, tuple[str, ...], np.ndarray]]:
        """For each matrix of correlations its name, the variables, and what it adds to their penalties.

        That is the inverse of the covariance matrix less the inverse of its diagonal, (n, n).
        """
        names, found = self.variables(), []
        for e in self.experiments:
            sigma = {n.name: n.sigma for n in e.nuisances}
            for c in e.settings.correlations:
                kept = [i for i, n in enumerate(c.nuisances) if (e.name, n) in names]
                width = np.array([sigma[c.nuisances[i]] for i in kept])
                covariance = np.array(c.matrix)[np.ix_(kept, kept)] * np.outer(width, width)
                extra = np.linalg.inv(covariance) - np.diag(1 / width**2)
                variables = tuple(names[e.name, c.nuisances[i]] for i in kept)
                found.append((f"correlation_{c.name}_{e.slug}", variables, extra))
        return found

    def strengths(self, name: str) -> tuple[float, float]:
        """Sums over all bins of the linear and the quadratic template of one parameter."""
        k = self.free.index(name)
        templates = self.templates
        if templates is None:  # no quadratic, but near enough to one to know where to look
            alone = (name,), (self.scales[k],)
            templates = [bin_templates(e, self.interaction, *alone, check=False) for e in self.experiments]
            k = 0
        return (float(sum(t.t1[k].sum() for t in templates)), float(sum(t.t2[k].sum() for t in templates)))

    @property
    def prior_words(self) -> dict[str, str]:
        """The prior of each free parameter in words."""
        return {
            name: prior.words(name)
            if hasattr(prior, "words")
            else f"user's own ({getattr(prior, '__name__', prior)})"
            for name, prior in self.priors.items()
        }

    def fisher_information(self, name: str, values: ArrayLike) -> np.ndarray:
        """See :func:`bayes_enues.fit.information.fisher_information`."""
        return fisher_information(self, name, values)

    def spectrum_of(self, experiment: Experiment, theta: Mapping, x: Mapping | None = None) -> Any:
        """See :func:`bayes_enues.fit.symbols.signal_of`."""
        return signal_of(self, experiment, theta, x)

    def numbers_of(self, experiment: Experiment) -> dict[str, Any]:
        """See :func:`bayes_enues.fit.symbols.numbers_of`."""
        return numbers_of(self, experiment)

    def component_of(self, experiment: Experiment, component: str, x: Mapping) -> Any:
        """See :func:`bayes_enues.fit.symbols.component_of`."""
        return component_of(self, experiment, component, x)


def ask(
    interaction: Interaction,
    experiments: Sequence[Experiment | str],
    free: str | Sequence[str],
    spectrum: str = "templates",
) -> Question:
    """Check a question and compute its templates.

    Raises
    ------
    InputError
        If a parameter is unknown, free twice (``universal`` is all flavours), given and free at once, the
        experiments are none, the same twice, or unknown, or no counts can come from the cross section; see
        :func:`bayes_enues.experiments.counts.check_possible` and
        :func:`bayes_enues.interactions.checks.check_interaction`.
    """
    check_class(interaction)
    kind = type(interaction)
    free = (free,) if isinstance(free, str) else tuple(free)
    unknown = sorted(set(free) - set(kind.free_names()))
    if unknown or not free:
        raise InputError(
            f"{interaction.name} cannot leave {unknown or 'nothing'} free; the choices are "
            f"{list(kind.free_names())}"
        )
    members = [member for name in free for member in kind.groups.get(name, (name,))]
    if len(set(members)) < len(members):
        raise InputError(f"{list(free)} names a parameter twice; {dict(kind.groups)} stand for several")
    for member in members:
        if np.any(getattr(interaction, member) != kind.standard_model_value(member)):
            raise InputError(
                f"{member} is given ({getattr(interaction, member)}) and free at once; choose one"
            )
    loaded = load_distinct(experiments)
    for experiment in loaded:
        if twice := sorted(set(free) & {n.name for n in experiment.nuisances} - set(kind.replaces_nuisances)):
            raise InputError(
                f"{twice[0]} is a free parameter of {interaction.name} and a nuisance of {experiment.name}; "
                "rename one of the two"
            )
    if spectrum not in ("templates", "chain"):
        raise InputError(f"spectrum={spectrum!r} is unknown; the choices are 'templates' and 'chain'")

    check_possible(interaction, loaded)
    targets = frozenset(e.xenon.target for e in loaded)
    check_interaction(interaction, free, targets)
    notes = []
    if not all(integrates_exactly(interaction, target) for target in targets):
        notes.append(f"{kind.__name__} is no quadratic in 1/E_nu: integrated over a fine grid of energies")
    scales = tuple(typical_scale(loaded, interaction, name) for name in free)
    templates = None
    if spectrum == "templates":
        try:
            templates = tuple(bin_templates(e, interaction, free, scales) for e in loaded)
        except NotQuadratic as error:
            spectrum = "chain"
            notes.append(f"{error}; the full chain was used instead")
            warnings.warn(notes[-1], stacklevel=3)
    if spectrum == "chain":
        _check_chain(interaction, targets)
    morphs = ()
    if any(has_morph(e) for e in loaded):
        if templates is None:
            raise InputError(
                f"{[e.name for e in loaded if has_morph(e)]} have nuisances that move a response, the Sun or "
                "a shape, and spectrum='chain' has none; use spectrum='templates'"
            )
        morphs = tuple(
            morph_of(e, interaction, free, scales, t) if has_morph(e) else None
            for e, t in zip(loaded, templates, strict=True)
        )
        notes += [note for morph in morphs if morph for note in morph.notes]
    return Question(interaction, loaded, free, scales, spectrum, templates, tuple(notes), morphs=morphs)


def _check_chain(interaction: Interaction, targets: frozenset[str]) -> None:
    """Refuse the symbolic chain for a formula that leaves PyTensor or that few nodes cannot integrate."""
    kind = type(interaction).__name__
    if why := stays_symbolic(interaction):
        raise InputError(
            f"{kind}.cross_section cannot be used in the symbolic chain: {why}; write it with operators and "
            "ufuncs, or use spectrum='templates' if counts are quadratic in the parameters"
        )
    if (error := max(chain_error(interaction, target) for target in targets)) > CHAIN_TOLERANCE:
        raise InputError(
            f"{kind}.cross_section is not smooth in 1/E_nu: the symbolic chain would be off by {error:.1g}; "
            "only spectrum='templates' can serve it, which needs counts quadratic in the parameters"
        )


def question_of(model: pm.Model) -> Question:
    """The question a model was built from.

    Raises
    ------
    InputError
        If the model was not built by a page of ``bayes_enues.models``.
    """
    question = getattr(model, "question", None)
    if question is None:
        raise InputError(
            "this model lacks its question: build it with a function of bayes_enues.models. A copy made by "
            "copy.deepcopy, pm.do or pm.observe loses it; give it back: copy.question = original.question"
        )
    return question
