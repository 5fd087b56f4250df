"""What nuclear recoils cost: one mediator in each channel and in both, effects of nuisances.

Run with ``python3 -m uv run python benchmarks/nuclei.py`` on an idle machine, three minutes. The joint fit
must cost no more than 1.5 times the sum of the two.
"""

import os
import time
from collections.abc import Callable

import bayes_enues as be

NAMES = ("xenonnt_sr0", "xenonnt_nr", "xenonnt_nr+xenonnt_sr0")


def model_of(experiment: str, mass: float = 1e4):
    return be.models.light_vector(experiment.split("+"), mass=mass, normalisation="left_handed")


def cost(work: Callable[[], object]) -> float:
    """Seconds of a core."""
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    print(f"load before: {os.getloadavg()[0]:.1f} (times mean nothing on a busy machine)\n")
    for name in NAMES:  # what Numba keeps
        be.sample_posterior(model_of(name), draws=1000, groups=False)  # fewer do not count, and end in SMC
    print("| universal vector of 10 MeV | electrons | nuclei | joint | joint / sum |")
    print("| --- | ---: | ---: | ---: | ---: |")
    total = [0.0] * len(NAMES)
    fits = [be.Fit(model_of(name)) for name in NAMES]
    for what, work in (
        ("model", lambda fit: model_of(fit.question.experiment_name, 2e4)),
        ("profile", lambda fit: fit.profile()),
        ("posterior by quadrature", lambda fit: fit.marginal()),
        ("posterior, 4 x 1,000 draws", lambda fit: fit.posterior(draws=1000, groups=False)),
    ):
        seconds = [cost(lambda fit=fit, work=work: work(fit)) for fit in fits]
        total = [a + b for a, b in zip(total, seconds, strict=True)]
        show(what, seconds)
    show("all", total)
    moment = be.Fit(be.models.magnetic_moment(["xenonnt_nr"], "universal"))
    print(f"\neffects of nine nuisances on a moment: {cost(moment.nuisances):.1f} s of a core")


def show(what: str, seconds: list[float]) -> None:
    electrons, nuclei, joint = seconds
    row = " | ".join(f"{s:.3f}" for s in seconds)
    print(f"| {what} | {row} | {joint / (electrons + nuclei):.2f} |", flush=True)


if __name__ == "__main__":
    main()
