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
# # Two channels, one mediator
#
# A vector mediator that couples to neutrinos, electrons and quarks changes two things in the same detector:
# how neutrinos of pp and ⁷Be scatter off electrons, and how those of ⁸B scatter off whole nuclei. One
# interaction predicts both. Which channel gives the stronger limit depends on the mass, and where nuclei
# allow a second solution, electrons may exclude it.

# %%
# %matplotlib inline
import numpy as np

import bayes_enues as be
from bayes_enues import plots

CHANNELS = {
    "electron recoils": ["xenonnt_sr0"],
    "nuclear recoils": ["xenonnt_nr"],
    "both": ["xenonnt_sr0", "xenonnt_nr"],
}
COLOURS = {"electron recoils": "#0072B2", "nuclear recoils": "#D55E00", "both": "black"}


def vector(experiments, mass):
    """Universal charges, as a coupling to left-handed neutrinos."""
    return be.models.light_vector(experiments, mass=mass, normalisation="left_handed")


# %% [markdown]
# ## One interaction, two signals
#
# The amplitude of the mediator is destructive in nuclei: a small coupling lowers the counts, a larger one
# raises them, and in between the signal of ⁸B nearly vanishes.

# %%
nuclei = be.load_experiment("xenonnt_nr")
couplings = np.linspace(0, 5e-5, 41)
events = [
    be.signal_counts(nuclei, be.LightVector(coupling=g, mass=1e4, normalisation="left_handed")).sum()
    for g in couplings
]
weak = be.signal_counts(nuclei, be.StandardModel()).sum()
with plots.style():
    fig, ax = plots.figure(width=4.2)
    ax.plot(1e5 * couplings, events, color="#D55E00", label="vector of 10 MeV")
    ax.axhline(weak, color="0.5", ls="--", lw=0.8, label="Standard Model")
    ax.set(xlabel=r"coupling $g$ [$10^{-5}$]", ylabel=r"events of $^8$B", ylim=(0, 60))
    ax.legend()

# %% [markdown]
# **Figure 1.** Expected events of ⁸B in XENONnT's three science runs. Two couplings give the Standard
# Model's count: zero, and one near $3 \times 10^{-5}$.
#
# ## The profile has two valleys, and the posterior two modes

# %%
models = {name: vector(experiments, 1e4) for name, experiments in CHANNELS.items()}
profiles = {name: be.profile_likelihood(model) for name, model in models.items()}
for name, profile in profiles.items():
    print(f"{name:16s}", " or ".join(f"{a:.3g} to {b:.3g}" for a, b in profile.pieces))

# %%
densities = {name: be.marginal_density(model) for name, model in models.items()}
grid = np.linspace(0, 5e-5, 161)
with plots.style():
    fig, axes = plots.figure(2, 1, width=4.2, height=1.9, sharex=True)
    for name, model in models.items():
        inside = grid[grid < model.question.priors["coupling"].upper]
        curve, density = be.profile_likelihood(model, values=inside), densities[name]
        axes[0].plot(1e5 * curve.values, curve.delta_chi2, color=COLOURS[name], label=name)
        axes[1].plot(1e5 * density.values, 1e-5 * density.density, color=COLOURS[name])
    axes[0].axhline(2.7055, color="0.6", lw=0.7)
    axes[0].set(ylabel=r"$\Delta\chi^2$", ylim=(0, 12))
    axes[1].set(xlabel=r"coupling $g$ [$10^{-5}$]", ylabel="posterior density", xlim=(0, 5), ylim=(0, None))
    axes[0].legend()

# %% [markdown]
# **Figure 2.** A vector of 10 MeV. Nuclei alone slightly prefer the second valley; electrons exclude it.
# The posterior, flat in $g$ and integrated over all nuisances, agrees.

# %%
for name, density in densities.items():
    print(f"{name:16s} {density.quantile(0.9):.3g} holds 90 % of the posterior below it")

# %% [markdown]
# ## From eV to GeV
#
# The momentum that a mediator has to carry is tens of keV in electron recoils and tens of MeV in nuclear
# ones. A light mediator is seen by electrons first, a heavy one by nuclei.

# %%
masses = np.geomspace(1e-1, 1e6, 15)
bounds = {name: [] for name in CHANNELS}
for name, experiments in CHANNELS.items():
    for mass in masses:
        bounds[name].append(be.profile_likelihood(vector(experiments, mass)).pieces)

# %%
with plots.style():
    fig, ax = plots.figure(width=4.6, height=3.2)
    for name, pieces in bounds.items():
        ax.loglog(masses, [p[0][1] for p in pieces], color=COLOURS[name], label=name)
        second = [(m, *p[1]) for m, p in zip(masses, pieces, strict=True) if len(p) > 1]
        if second:
            at, low, high = np.array(second).T
            ax.fill_between(at, low, high, color=COLOURS[name], alpha=0.25, lw=0)
    ax.set(xlabel="mass of the mediator [keV]", ylabel=r"coupling $g$, $\Delta\chi^2 < 2.71$")
    ax.legend()

# %% [markdown]
# **Figure 3.** Above the lines couplings are excluded, but for the shaded second regions. Up to a few MeV
# electrons give the stronger limit, above that nuclei; in between both together are stronger than either.
