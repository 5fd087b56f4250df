"""How long a study of priors takes, and what reweighting saves against sampling each prior anew.

Run it twice: the first run of a machine fills Numba's cache. The target on two idle cores: under 90 s for
``bayes-enues priors --model magnetic_moment`` and under 60 s for ``systematics`` of one parameter, compiled.
"""

import time
from tempfile import TemporaryDirectory

import bayes_enues as be
from bayes_enues.priors.text import parse_prior
from bayes_enues.runs.plan import plan
from bayes_enues.runs.runner import run
from bayes_enues.runs.store import ResultsFolder
from bayes_enues.studies.prior_plan import plan_study
from bayes_enues.studies.systematics import plan_systematics


def timed(what: str, run) -> None:
    """Print how long something takes."""
    start = time.perf_counter()
    result = run()
    print(f"{what}: {time.perf_counter() - start:.1f} s, {len(result)} rows")


def study(nuisances: bool):
    specs = plan(["magnetic_moment"], None, ["lz_ws2022", "xenonnt_sr0"])
    with TemporaryDirectory() as out:
        return run(plan_study(specs, nuisances=nuisances), ResultsFolder(out, "priors.json", 0.9))


def sampled_anew():
    """The same bounds without reweighting: every prior is a posterior of its own."""
    rows = []
    for row in plan_study(plan(["magnetic_moment"], None, ["lz_ws2022", "xenonnt_sr0"]), nuisances=False):
        prior = parse_prior(row.spec.prior, "1e-12 mu_B")
        model = be.models.magnetic_moment(row.spec.experiments, row.spec.parameter, prior=prior)
        rows.append(be.limits(model, draws=row.spec.draws))
    return rows


def systematics():
    specs = plan(["magnetic_moment"], ["nu_e"], ["lz_ws2022", "xenonnt_sr0"])
    with TemporaryDirectory() as out:
        return run(plan_systematics(specs), ResultsFolder(out, "systematics.json", 0.9))


if __name__ == "__main__":
    timed("first study, with compiling", lambda: study(nuisances=False))
    timed("study, 4 parameters x 6 priors x 2 experiments", lambda: study(nuisances=False))
    timed("the same with the nuisances' priors", lambda: study(nuisances=True))
    timed("first time without reweighting, with compiling", sampled_anew)
    timed("without reweighting", sampled_anew)
    timed("first systematics of one parameter, with compiling", systematics)
    timed("systematics of one parameter", systematics)
