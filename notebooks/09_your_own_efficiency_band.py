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
# # Your own efficiency band
#
# Collaborations publish an efficiency with a band around it. This notebook shows how to use that band in a
# fit, and how it changes a limit in both statistics. The counts and the curve are XENONnT's first; the band
# is made up for the example: the curve 0.1 keV later and 2 % lower, and 0.1 keV earlier and 2 % higher.

# %%
# %matplotlib inline
import tempfile
from pathlib import Path

import numpy as np

import bayes_enues as be
from bayes_enues import plots

xenonnt = be.load_experiment("xenonnt_sr0")
energy, nominal = xenonnt.efficiency
minus = 0.98 * np.interp(energy - 0.1, energy, nominal, left=0.0)
plus = np.minimum(1.02 * np.interp(energy + 0.1, energy, nominal), 1.0)

with plots.style():
    fig, ax = plots.figure(width=4.2, height=2.8)
    ax.fill_between(energy, minus, plus, color="0.8", lw=0, label=r"$\pm1\sigma$")
    ax.plot(energy, nominal, color="k", lw=1, label="nominal")
    ax.set(xlim=(0, 10), ylim=(0, 1), xlabel="reconstructed energy [keV]", ylabel="efficiency")
    ax.legend(loc="lower right")

# %% [markdown]
# **Figure 1.** The efficiency and its band. A magnetic moment adds recoils at the lowest energies, where
# the band is widest.

# %% [markdown]
# ## A folder with the band
#
# The band is two more columns of the efficiency's table, and one nuisance: at x = -1 the signal has the
# first of them, at x = +1 the second, in between and beyond it is interpolated bin by bin as in
# HistFactory. The background stays as it was fitted.

# %%
folder = Path(tempfile.mkdtemp()) / "mine"
folder.mkdir()


def write(name, source, header, *columns):
    rows = (",".join(f"{x:.8g}" for x in row) for row in zip(*columns, strict=True))
    (folder / name).write_text("\n".join([f"# {source}", header, *rows]) + "\n")


write(
    "efficiency.csv",
    "XENONnT, arXiv:2207.11330; the band is made up.",
    "e_keV,efficiency,minus,plus",
    *(energy, nominal, minus, plus),
)
write(
    "bins.csv",
    "XENONnT, arXiv:2207.11330; solar neutrinos are taken out of the background.",
    "e_lo_keV,e_hi_keV,n_obs,background",
    *(xenonnt.bin_edges[:-1], xenonnt.bin_edges[1:], xenonnt.counts, xenonnt.components["background"]),
)
(folder / "experiment.toml").write_text(
    """
name = "mine"
title = "XENONnT with a band"
reference = "arXiv:2207.11330"
exposure_t_yr = 1.16
likelihood = "gaussian"

[bins]
table = "bins.csv"
errors = "garwood"

[resolution]
sqrt_keV = 0.310
linear = 0.0037

[efficiency]
table = "efficiency.csv"
above = "constant"

[[components]]
name = "background"
table = "bins.csv"
columns = ["background"]

[[nuisances]]
name = "beta_flux"
sigma = 0.07
scales = "signal"
shared = true

[[nuisances]]
name = "band"
sigma = 1.0
shape = { table = "efficiency.csv", down = "minus", up = "plus" }
applies_to = ["signal"]
meaning = "efficiency, as printed"

[variants.without]
note = "the efficiency is known"
nuisances = [{ name = "beta_flux", sigma = 0.07, scales = "signal", shared = true }]
"""
)
names = {"known": f"{folder}:without", "band": str(folder)}
fits = {key: be.Fit(be.models.magnetic_moment([name], free="nu_e")) for key, name in names.items()}
wide = be.load_experiment(folder, {"nuisances": {"band": {"sigma": 2.0}}}, as_name="mine_wide")
fits["twice the band"] = be.Fit(be.models.magnetic_moment([wide], free="nu_e"))

# %% [markdown]
# ## What it does to the limit

# %%
profiles = {key: fit.profile() for key, fit in fits.items()}
densities = {key: fit.marginal() for key, fit in fits.items()}
for key in fits:
    profile, bound = profiles[key], densities[key].quantile(0.9)
    print(
        f"{key:15} posterior < {bound:.2f}, profile < {profile.upper_one_sided:.2f} (one-sided), "
        f"< {profile.upper:.2f} (2.71)  [{be.MagneticMoment.unit}]"
    )

# %%
with plots.style():
    fig, (above, below) = plots.figure(2, 1, 4.2, 2.2, sharex=True)
    for key, line in zip(fits, ("-", "--", ":"), strict=True):
        above.plot(profiles[key].values, profiles[key].delta_chi2, "k", ls=line, lw=1, label=key)
        below.plot(densities[key].values, densities[key].density, "k", ls=line, lw=1)
    above.axhline(2.706, color="0.6", lw=0.8)
    above.set(ylim=(0, 6), xlim=(0, 13), ylabel=r"$\Delta\chi^2$")
    above.legend(loc="upper left")
    below.set(
        ylim=(0, None),
        xlabel=rf"{be.MagneticMoment.label('nu_e')} [$10^{{-12}}\,\mu_B$]",
        ylabel="posterior density",
    )

# %% [markdown]
# **Figure 2.** The profile, with 2.71 in grey, and the posterior density under a flat prior: with the
# efficiency known, with the band, and with one twice as wide. Both bounds move by the same amount, 2 and 8
# %: four times as much for twice the band, because small errors add in squares.

# %% [markdown]
# ## Which uncertainty matters

# %%
found = fits["band"].nuisances(draws=2000)
for effect in found.effects:
    print(
        f"{effect.name:10} pull {effect.pull_profile:+.2f}, width {effect.constraint_profile:.2f}; "
        f"known, the bounds would change by {100 * effect.nominal.of_posterior[1]:+.2f} % (posterior) and "
        f"{100 * effect.nominal.of_profile[1]:+.2f} % (profile)"
    )

# %% [markdown]
# A band that is only a shift of the edge needs one line and no columns:
# `moves = "efficiency.shift_keV"`; see the page [Uncertainties](../docs/uncertainties.md).
