# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Your own experiment: a folder of numbers
#
# An experiment is a folder with an `experiment.toml` and a few tables; no code. This notebook writes one
# for a made-up next generation, 20 t yr of xenon with a tenth of XENONnT's background, and asks what it
# could say about neutrinos. The numbers of detector and background are invented for the example.

# %%
# %matplotlib inline
import tempfile
from pathlib import Path

import numpy as np

import bayes_enues as be
from bayes_enues import plots

folder = Path(tempfile.mkdtemp()) / "next_generation"
folder.mkdir()

# %% [markdown]
# ## The numbers
#
# An efficiency curve, a background in counts per bin, and the counts themselves. The run has not happened:
# the counts are a toy of the Standard Model, because a Poisson likelihood needs whole numbers of events.

# %%
exposure, background_rate = 20.0, 1.5  # t yr, and events per t yr keV
edges = np.arange(1.0, 31.0)
centres = (edges[1:] + edges[:-1]) / 2
background = np.full(centres.size, exposure * background_rate)

energy = np.linspace(0.5, 40, 80)
efficiency = 0.9 / (1 + np.exp(-(energy - 1.5) / 0.3))


def write(name, source, header, *columns):
    lines = [
        f"# {source}",
        header,
        *(",".join(f"{x:.6g}" for x in row) for row in zip(*columns, strict=True)),
    ]
    (folder / name).write_text("\n".join(lines) + "\n")


write("efficiency.csv", "Made up: half of 0.9 at 1.5 keV.", "e_keV,efficiency", energy, efficiency)
write("background.csv", "Made up: flat.", "e_lo_keV,e_hi_keV,flat", edges[:-1], edges[1:], background)
placeholder = np.round(background + 50)  # about as many neutrinos as will be expected in each bin
write("bins.csv", "Placeholder counts.", "e_lo_keV,e_hi_keV,n_obs", edges[:-1], edges[1:], placeholder)
(folder / "experiment.toml").write_text(
    f"""
name = "next_generation"
title = "Next generation, made up"
reference = "notebooks/07_your_own_experiment"
exposure_t_yr = {exposure}
likelihood = "poisson"

[bins]
table = "bins.csv"

[resolution]              # sigma(E) = sqrt_keV sqrt(E / keV) + linear E
sqrt_keV = 0.31

[efficiency]
table = "efficiency.csv"
above = "constant"

[[components]]
name = "background"
table = "background.csv"
columns = ["flat"]

[[nuisances]]
name = "alpha_background"
sigma = 0.05
scales = "background"

[[nuisances]]
name = "beta_flux"
sigma = 0.01              # the Sun is known better by then: pp neutrinos to a per cent
scales = "signal"
shared = true
"""
)
future = be.load_experiment(folder)
print(f"{future.title}: {be.signal_counts(future, be.StandardModel()).sum():.0f} solar neutrinos expected")

# %% [markdown]
# What is wrong with a folder is reported in one line, with file, column and row:

# %%
table = (folder / "efficiency.csv").read_text()
(folder / "efficiency.csv").write_text(table.replace("0.9\n", "1.9\n", 1))
try:
    be.load_experiment(folder)
except ValueError as error:
    print(str(error).replace(str(folder), "next_generation"))
_ = (folder / "efficiency.csv").write_text(table)
# %% [markdown]
# ## A toy of it

# %%
expected = future.background + be.signal_counts(future, be.StandardModel())
toy = future.with_counts(np.random.default_rng(20).poisson(expected))
moment = be.MagneticMoment(nu_e=6)
with plots.style():
    fig, ax = plots.figure(width=4.4, height=3.1)
    curves = [
        ("Standard Model", be.signal_counts(toy, be.StandardModel())),
        (r"$\mu_{\nu_e} = 6\times10^{-12}\,\mu_B$", be.signal_counts(toy, moment)),
    ]
    plots.plot_spectrum(ax, toy, curves)

# %% [markdown]
# **Figure 1.** A toy of the Standard Model in the made-up experiment (points), the background (grey), weak
# scattering of solar neutrinos (line) and a magnetic moment (dashed). Solar neutrinos are two thirds of all
# events.

# %%
limit = be.limits(be.models.magnetic_moment([toy], free="nu_e"), draws=2000)
print(f"this toy: posterior < {limit.posterior.upper:.2f}, profile < {limit.profile.upper:.2f} {limit.unit}")

# %% [markdown]
# ## Projected limits
#
# One toy is one possible outcome. `be.projected_limits` takes Asimov data, the expected counts, and
# many toys, by both statistics. `be.future_experiment` scales exposure and background and moves the
# efficiency edge; from the command line it is `bayes-enues project`.

# %%
rows = [
    be.projected_limits(be.MagneticMoment(), [be.future_experiment(future, exposure=t_yr)], "nu_e", toys=60)
    for t_yr in (1.0, 5.0, 20.0, 100.0)
]
for row in rows:
    (middle, error), (low, high) = row.median("posterior"), row.band("posterior", 0.68)
    print(
        f"{row.exposure:5.0f} t yr: {middle:.2f} ± {error:.2f}, 68 % of toys between {low:.2f} and {high:.2f}"
    )

# %%
with plots.style():
    fig, ax = plots.figure(width=4.6, height=3.4)
    plots.plot_projection(ax, rows, be.MagneticMoment.label("nu_e"))
    ax.set_title(future.title)
    plots.one_legend(fig, [ax], fontsize=7)

# %% [markdown]
# **Figure 2.** Expected 90 % bounds on the electron-flavour moment against exposure if the Standard Model
# is true: medians of toys (lines), Asimov data (markers), and the bands that hold 68 and 95 % of the
# posterior's bounds (shades; thin lines: 68 % of the profile's). The bound falls more slowly than the
# fourth root of the exposure once the uncertainty of flux and background takes over.
