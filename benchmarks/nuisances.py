"""What nuisances of the response cost: templates and four chains of a model with eight, on a given machine.

Run with ``python3 -m uv run python benchmarks/nuisances.py`` on an idle machine, half a minute.
"""

import os
import time

import bayes_enues as be

MORE = {"name": "flux_7Be", "moves": "sun.flux.7Be", "sigma": 0.06, "shared": True}


def main() -> None:
    print(f"load before: {os.getloadavg()[0]:.1f} (times mean nothing on a busy machine)\n")
    given = [n.model_dump(exclude_unset=True) for n in be.load_experiment("lz_ws2022:marginalised").nuisances]
    eight = be.load_experiment("lz_ws2022:marginalised", {"nuisances": [*given, MORE]}, as_name="eight")
    be.sample_posterior(be.models.magnetic_moment([eight], "nu_e"), groups=False)  # what Numba keeps
    print("| LZ WS2022, eight nuisances | seconds | of a core |\n| --- | ---: | ---: |")
    models = []
    for what, done in (
        (
            "templates, of another parameter",
            lambda: models.append(be.models.magnetic_moment([eight], "nu_mu")),
        ),
        ("posterior, 4 x 1,000 draws", lambda: be.sample_posterior(models[0], draws=1000, groups=False)),
        ("profile", lambda: be.Fit(models[0]).profile()),
        ("posterior by quadrature", lambda: be.Fit(models[0]).marginal()),
    ):
        wall, core = time.perf_counter(), time.process_time()
        done()
        print(f"| {what} | {time.perf_counter() - wall:.2f} | {time.process_time() - core:.2f} |", flush=True)


if __name__ == "__main__":
    main()
