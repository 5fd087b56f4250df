"""How a bound moves with its inputs: one of them changed at a time, both statistics.

The posterior is integrated by quadrature and not sampled: it has no Monte Carlo error, so that a shift of one
per cent can be seen.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from ..experiments.experiment import Experiment
from ..experiments.loading import load_experiment
from ..experiments.published import published_limit
from ..fit import fit_of
from ..fit.caveats import caveats
from ..fit.marginal import flat_in_strength
from ..fit.posterior import prior_words
from ..fit.regions import credible_region
from ..interactions.named import interaction_named
from ..results import PosteriorBound, PublishedBound, Shift, SystematicsRow
from ..runs.asked import Stored, Tell, silent, split_experiments
from ..runs.rows import RowSpec, RowStudy, model_of
from ..tables import packaged, read_table


class Variation(NamedTuple):
    """One input changed.

    Attributes
    ----------
    label : str
        What changes, for tables and figures.
    changes : mapping
        Of the ``experiment.toml``.
    note : str
        What a reader must know of the result.
    model : str or None
        Another treatment of the interaction, instead of a change.
    """

    label: str
    changes: Mapping[str, Any]
    note: str = ""
    model: str | None = None


def variations(experiment: Experiment, model: str) -> list[Variation]:
    """Every variation that makes sense for an experiment and a model.

    The random-phase approximation scales the Standard Model's part alone: it is left out where the new term
    interferes with it.
    """
    settings, lower = experiment.settings, float(experiment.bin_edges[0])
    other = {"gaussian": "poisson", "poisson": "gaussian"}[experiment.likelihood]
    found = [Variation(f"{other} likelihood", {"likelihood": other})]
    if experiment.likelihood == "gaussian":
        found.append(Variation("sigma = sqrt(N), not Garwood", {"bins": {"errors": "sqrt"}}))
    if not settings.bins.axis:
        # below the first counted event LZ's bins expect next to nothing: leaving them out changes nothing
        second = float(experiment.bin_edges[np.flatnonzero(experiment.counts)[0] + 1])
        label = f"first bin out: fit from {second:.3g} keV"
        found.append(Variation(label, {"bins": {"fit_from_keV": second}}))
    if settings.bins.fit_from_keV > 0:
        note = f"the search itself starts at {lower:g} keV"
        found.append(Variation("all bins in: fit from 0 keV", {"bins": {"fit_from_keV": 0.0}}, note))
    efficiency, simulated = settings.efficiency, settings.response is not None
    for shift in (-0.2, 0.2):
        if efficiency is None or (simulated and efficiency.of != "true"):
            break
        label = f"efficiency edge {shift:+.1f} keV"
        found.append(Variation(label, {"efficiency": {"shift_keV": efficiency.shift_keV + shift}}))
    for factor in (0.9, 1.1):
        if settings.resolution is None or simulated:  # a table holds its own
            break
        changes = {"resolution": {"scale": settings.resolution.scale * factor}}
        found.append(Variation(f"resolution {100 * (factor - 1):+.0f} %", changes))
    for name, content in settings.variants.items():
        changes = {key: value for key, value in content.items() if key != "note"}
        if all(changes != v.changes for v in found):
            found.append(Variation(f"variant {name}", changes, content["note"]))
    if experiment.xenon.target == "electron":
        found += _of_electrons()
    for name in _sets("oscillation.csv", settings.sun.oscillation):
        found.append(Variation(f"oscillation {name}", {"sun": {"oscillation": name}}))
    for name in _sets("fluxes.csv", settings.sun.fluxes):
        profile = "b16_agss09" if "agss09" in name else "b16_gs98"
        found.append(Variation(f"fluxes {name}", {"sun": {"fluxes": name, "profile": profile}}))
    if experiment.couplings == "tree" and experiment.xenon.target == "electron":
        found.append(Variation("radiative couplings", {"couplings": "radiative"}))
    if model == "millicharge" and experiment.xenon.target == "electron":
        note = (
            "photoabsorption per atom instead of stepped free electrons, without interference: the bound is "
            "on the size of the charge, from zero upwards"
        )
        found.append(Variation("equivalent photons", {}, note, model="equivalent_photon_millicharge"))
    possible = interaction_named(model).atomic_models
    return [v for v in found if v.changes.get("xenon", {}).get("electrons", "steps") in possible]


def _of_electrons() -> list[Variation]:
    """What can stand for xenon's electrons."""
    rrpa = (
        "random-phase approximation on the Standard Model part only; the end values of its table, "
        "0.27 to 28.7 keV, are held outside it"
    )
    return [
        Variation("recoils above 0.25 keV only", {"xenon": {"threshold_keV": 0.25}}),
        Variation("54 free electrons", {"xenon": {"electrons": "free"}}),
        Variation("RRPA electrons", {"xenon": {"electrons": "rrpa"}}, rrpa),
    ]


def _sets(file: str, current: str) -> list[str]:
    """The other published sets of a table of the Sun."""
    table = read_table(packaged("solar", file), text=("set", "source"))
    return [name for name in dict.fromkeys(table["set"].tolist()) if name != current]


@dataclass(frozen=True)
class SystematicRow(RowStudy):
    """One row: what to compute, and the variation it shows.

    Parameters
    ----------
    spec : RowSpec
    label : str
    note : str
        What a reader must know of the result.
    default : RowSpec or None
        What it is compared with; None if it is the default itself.
    """

    label: str
    note: str = ""
    default: RowSpec | None = None

    @property
    def words(self) -> str:
        return f"{super().words}, {self.label}"

    @property
    def is_default(self) -> bool:
        return self.default is None

    def compute(self, progress: Tell = silent, groups: bool = True) -> Stored:
        """A row of ``systematics.json``: no draws, so nothing lies beside it."""
        spec = self.default or self.spec
        default = _default(spec, spec.fingerprint())
        found = default if self.is_default else _compute(self)
        return replace(found, shift=shifts(found, default)).to_row(), None


@lru_cache(maxsize=1)
def _default(spec: RowSpec, mark: str) -> SystematicsRow:
    return _compute(SystematicRow(spec, "default"))


def plan_systematics(specs: Sequence[RowSpec]) -> list[SystematicRow]:
    """The default of each parameter and experiment, then its variations.

    Inputs are varied one experiment at a time; of a joint fit each experiment is left out in turn, which
    shows what it contributes.
    """
    rows = []
    for spec in specs:
        names = split_experiments(spec.experiment)
        if len(names) > 1:
            rows.append(SystematicRow(spec, "default"))
            for name in names:
                rest = replace(spec, experiment="+".join(n for n in names if n != name))
                rows.append(SystematicRow(rest, f"without {load_experiment(name).name}", "", spec))
            continue
        experiment = load_experiment(spec.experiment)
        rows.append(SystematicRow(spec, "default"))
        for v in variations(experiment, interaction_named(spec.model).name):
            changes = json.dumps({spec.experiment: v.changes}) if v.changes else ""
            varied = replace(spec, model=v.model or spec.model, changes=changes)
            rows.append(SystematicRow(varied, v.label, v.note, spec))
    return rows


def _compute(row: SystematicRow) -> SystematicsRow:
    spec = row.spec
    model = model_of(spec)
    question = model.question
    fit = fit_of(model)
    profile, density = fit.profile(spec.parameter, level=spec.level), fit.marginal(spec.parameter)
    two_sided = question.interaction.two_sided()
    return SystematicsRow(
        model=question.interaction.name,
        parameter=spec.parameter,
        experiment=(row.default or spec).experiment_name,
        unit=question.interaction.unit,
        prior="; ".join(prior_words(model).values()),
        level=spec.level,
        label=row.label,
        mass=dict(spec.fixed).get("mass"),
        seed=spec.seed,
        posterior=PosteriorBound(
            kind="hdi" if two_sided else "upper",
            level=spec.level,
            **credible_region(density, spec.level, two_sided),
            upper_flat_strength=None if two_sided else flat_in_strength(fit, density).quantile(spec.level),
            sampler="quadrature",
            converged=True,
        ),
        profile=profile,
        published=_published(spec),
        caveats=caveats(question),
        notes=[*question.notes, *([row.note] if row.note else [])],
        standard_model_counts=float(sum(t.t0.sum() for t in question.templates)),
    )


def _published(spec: RowSpec) -> PublishedBound | None:
    """What is published is at 90 %."""
    model = interaction_named(spec.model).name
    return published_limit(model, spec.parameter, spec.experiment_name) if spec.level == 0.9 else None


def shifts(row: SystematicsRow, default: SystematicsRow) -> Shift:
    """Relative change of each end, both statistics; a signed and an unsigned bound are compared in size."""

    def shift(new, old):
        both = new.lower and old.lower  # none of an upper bound
        return (new.lower / old.lower - 1 if both else None, new.upper / old.upper - 1)

    return Shift(
        of_posterior=shift(row.posterior, default.posterior), of_profile=shift(row.profile, default.profile)
    )
