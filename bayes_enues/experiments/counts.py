"""Expected counts, and the bin templates that make them cheap.

Counts are quadratic in one strength s (mu^2, q, <r^2>, g^2) of each free parameter: ``counts(s) = T0 + sum of
(s T1 + s^2 T2)``, and in some interactions a product of two strengths besides. The templates come from the
textbook formula at a few strengths near the expected limit, where no digits are lost.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import combinations
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..errors import InputError
from ..interactions.base import Interaction
from ..signal.rate import check_target, recoil_rate
from ..signal.xenon import Xenon
from .experiment import Experiment

TOLERANCE = 1e-6
#: Recoil energies at which the two-node integral is compared with a fine grid [keV].
_PROBES = {"electron": np.array([0.3, 2.0, 12.0]), "nucleus": np.array([0.5, 1.0, 2.5])}


class NotQuadratic(ValueError):
    """Counts are no quadratic in the strength: templates do not exist, the full chain is needed."""


class Templates(NamedTuple):
    """Counts per bin as a quadratic: ``t0 + sum of u (t1 + u t2)`` with ``u = (parameter / scale) ** power``.

    Attributes
    ----------
    t0 : (n_bins,)
        Where the free parameters are zero: the Standard Model, unless that has them elsewhere.
    t1, t2 : (n_free, n_bins)
    cross : dict of (j, k) to (n_bins,)
        What multiplies ``u[j] u[k]``, for those pairs of parameters that have such a term.
    """

    t0: np.ndarray
    t1: np.ndarray
    t2: np.ndarray
    cross: Mapping[tuple[int, int], np.ndarray] = MappingProxyType({})

    def counts(self, u: ArrayLike) -> np.ndarray:
        """Counts at one set of strengths (n_free,), in NumPy, (n_bins,)."""
        u = np.asarray(u, float)[:, None]
        total = self.t0 + (u * (self.t1 + u * self.t2)).sum(axis=0)
        return total + sum(u[j] * u[k] * t for (j, k), t in self.cross.items())

    def along(self, k: int, u: ArrayLike) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """``t0``, ``t1``, ``t2`` of one parameter with the others held at strengths ``u`` (n_free,)."""
        held = np.array(u, float)
        held[k] = 0.0
        t1 = self.t1[k] + sum(held[i + j - k] * t for (i, j), t in self.cross.items() if k in (i, j))
        return self.counts(held), t1, self.t2[k]


def signal_counts(experiment: Experiment, interaction: Interaction) -> Any:
    """Expected solar-neutrino events per fitted bin, Standard Model included, at nominal flux.

    Parameters
    ----------
    experiment : Experiment
    interaction : Interaction
        With numbers, or with PyTensor scalars: the full chain is then a symbolic expression.

    Returns
    -------
    (n_bins,)

    """
    if interaction.couplings == "tree" and experiment.couplings != "tree":
        interaction = replace(interaction, couplings=experiment.couplings)
    fine = not integrates_exactly(interaction, experiment.xenon.target)
    rate = recoil_rate(interaction, experiment.e_er, experiment.sun, experiment.xenon, fine)
    if isinstance(rate, np.ndarray):
        return experiment.response @ rate
    return (experiment.response * rate).sum(axis=-1)


def check_possible(interaction: Interaction, experiments: Sequence[Experiment]) -> None:
    """Refuse an interaction of which these experiments can see nothing, or whose target they cannot have.

    Raises
    ------
    InputError
        If its atomic model is another, it has no formula for nuclei or is one of nuclei alone, or its own
        threshold lies above the Sun's neutrinos at every recoil.
    """
    for experiment in experiments:
        check_target(interaction, experiment.xenon)
    if interaction.no_electrons and not any(e.xenon.target == "nucleus" for e in experiments):
        raise InputError(
            f"{interaction.name} changes no count of {[e.name for e in experiments]}, which see electrons "
            f"alone: {interaction.no_electrons}; choose an experiment that sees nuclear recoils"
        )
    threshold = getattr(interaction, "threshold", None)
    if threshold is None:
        return
    least = min(float(threshold(e.e_er[e.response.any(axis=0)]).min()) for e in experiments)
    end = max(e.sun.highest_energy for e in experiments)
    if not least < end:
        given = ", ".join(f"{name} = {getattr(interaction, name):g}" for name in interaction.fixed_parameters)
        raise InputError(
            f"{interaction.name} with {given} needs neutrinos above {least:.4g} keV at every recoil of "
            f"{[e.name for e in experiments]}, but the Sun's end at {end:.4g} keV; choose a smaller mass"
        )


def integrates_exactly(interaction: Interaction, target: str = "electron") -> bool:
    """Whether the two-node flux integral holds: the cross section is a quadratic in 1/E_nu.

    Compared with a fine grid at three recoil energies, once per class and options, to 1e-6. Otherwise the
    fine grid is used, and a warning says so.
    """
    options = tuple(getattr(interaction, option) for option in interaction.options)
    return _integrates_exactly(type(interaction), options, target)


def _probe(kind: type[Interaction], options: tuple) -> Interaction:
    # Any strength would do for an exact rule; ones near today's limits weigh all terms alike.
    free = [p for p in kind.parameters() if p not in kind.fixed_parameters]
    values = {p: kind.typical * (1 + 0.1 * i) for i, p in enumerate(free)}
    fixed = {p: 10.0 for p in kind.fixed_parameters}
    return kind(**values, **fixed, **dict(zip(kind.options, options, strict=True)))


def chain_error(interaction: Interaction, target: str = "electron") -> float:
    """Relative error of the symbolic chain's integral over neutrino energy, at the same recoil energies."""
    import pytensor.tensor as pt

    if integrates_exactly(interaction, target):
        return 0.0
    probe = _probe(type(interaction), tuple(getattr(interaction, option) for option in interaction.options))
    probes, xenon = _PROBES[target], Xenon(target=target)
    fine = recoil_rate(probe, probes, xenon=xenon, fine=True)
    symbolic = probe.with_values(**{p: pt.constant(getattr(probe, p)) for p in probe.parameters()})
    return float(np.max(np.abs(recoil_rate(symbolic, probes, xenon=xenon, fine=True).eval() / fine - 1)))


@lru_cache
def _integrates_exactly(kind: type[Interaction], options: tuple, target: str) -> bool:
    probe, e_er, xenon = _probe(kind, options), _PROBES[target], Xenon(target=target)
    exact, fine = recoil_rate(probe, e_er, xenon=xenon), recoil_rate(probe, e_er, xenon=xenon, fine=True)
    if np.allclose(exact, fine, rtol=TOLERANCE, atol=0):
        return True
    worst = np.max(np.abs(exact / fine - 1))
    warnings.warn(
        f"{kind.__name__} is no quadratic in 1/E_nu (the two-node flux integral is off by {worst:.1g}); "
        "using the fine grid of neutrino energies, which is hundreds of times slower",
        stacklevel=3,
    )
    return False


def typical_scale(experiments: Sequence[Experiment], interaction: Interaction, free: str) -> float:
    """The change of a parameter at which these experiments begin to see it, about three standard deviations.

    Found from the counts of the whole chain, starting at the interaction's typical value and at the Standard
    Model, which has most parameters at zero.
    """
    standard = interaction.standard_model_value(free)
    nominal = [signal_counts(e, interaction) for e in experiments]
    variance = [np.maximum(n + e.background, 1.0) for n, e in zip(nominal, experiments, strict=True)]

    def significance(value):
        changed = interaction.with_values(**{free: standard + value})
        return sum(
            float(np.sum((signal_counts(e, changed) - n) ** 2 / v))
            for e, n, v in zip(experiments, nominal, variance, strict=True)
        )

    value = start = interaction.starting_value()
    faint, strong = 0.0, np.inf  # the strongest value found too weak, the weakest found too strong
    for _ in range(200):
        size = significance(value)
        if not np.isfinite(size):
            raise InputError(f"{type(interaction).__name__}: counts are not finite at {free} = {value:g}")
        if size == 0 and value > 1e12 * start:
            raise InputError(
                f"{type(interaction).__name__}: {free} changes no count of {[e.name for e in experiments]}"
            )
        if 3 <= size <= 30:
            break
        faint, strong = (value, strong) if size < 3 else (faint, value)
        if faint > 0 and strong < np.inf:
            value = (faint * strong) ** 0.5
        elif size < 3:
            value *= 10 if size < 1e-4 else 2
        else:
            value /= 10 if size > 1e5 else 2
    return float(value)


def bin_templates(
    experiment: Experiment,
    interaction: Interaction,
    free: Sequence[str],
    scales: Sequence[float],
    check: bool = True,
    pairs: Sequence[tuple[int, int]] = (),
) -> Templates:
    """Templates of one experiment for the free parameters, the others as the interaction has them.

    Parameters
    ----------
    experiment : Experiment
    interaction : Interaction
        With the fixed parameters set.
    free : sequence of str
    scales : sequence of float
        A value near the expected limit for each, in the parameter's unit.
    check : bool
        Whether to compare with a fourth strength.
    pairs : sequence of (j, k)
        Without the check: parameters whose product is known to matter.

    Returns
    -------
    Templates

    Raises
    ------
    NotQuadratic
        If a fourth strength, or all parameters at once, disagree with the templates by more than 1e-6.
    """
    interaction = interaction.with_values(**dict.fromkeys(free, 0.0))

    def counts(**values):
        return signal_counts(experiment, interaction.with_values(**values))

    power = interaction.power
    t0 = counts()
    t1, t2 = [], []
    for name, scale in zip(free, scales, strict=True):
        if interaction.signed:
            up, down = counts(**{name: scale}), counts(**{name: -scale})
            t1.append((up - down) / 2)
            t2.append((up + down - 2 * t0) / 2)
        else:  # u = 1 and 2: what cannot be negative has no negative strength
            one, two = counts(**{name: scale}), counts(**{name: 2 ** (1 / power) * scale})
            t1.append(2 * (one - t0) - (two - t0) / 2)
            t2.append((two - t0) / 2 - (one - t0))
    templates = Templates(t0, np.array(t1), np.array(t2))

    def at(u):
        return counts(**{n: s * x ** (1 / power) for n, s, x in zip(free, scales, u, strict=True)})

    def error(templates):
        u = np.array([0.6 + 0.17 * k for k in range(len(free))])
        exact = at(u)
        return np.max(np.abs(templates.counts(u) - exact)) / np.max(np.abs(exact))

    def products_of(pairs):
        ones = {pair: np.eye(len(free))[list(pair)].sum(axis=0) for pair in pairs}
        return {pair: at(u) - templates.counts(u) for pair, u in ones.items()}

    if not check:
        return templates._replace(cross=products_of(pairs))
    if not (worst := error(templates)) <= TOLERANCE and len(free) > 1:
        products = products_of(combinations(range(len(free)), 2))
        size = TOLERANCE * np.max(np.abs(t0))
        templates = templates._replace(cross={p: t for p, t in products.items() if np.max(np.abs(t)) > size})
        worst = error(templates)
    if not worst <= TOLERANCE:
        raise NotQuadratic(
            f"{type(interaction).__name__}: counts are no quadratic in {list(free)} to the power {power} "
            f"(off by {worst:.1g}); use spectrum='chain'"
        )
    return templates
