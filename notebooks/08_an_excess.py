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
# # One excess, two explanations, three statistics
#
# In 2020 XENON1T saw more electron recoils between 2 and 3 keV than its background model expected
# (arXiv:2006.09721). A magnetic moment of the neutrino explains them; so does a trace of tritium. This
# notebook analyses the same data in three ways: the profile of $\Delta\chi^2$, the posterior, and toys.

# %%
# %matplotlib inline
import numpy as np

import bayes_enues as be
from bayes_enues import plots

models = {
    "no tritium": be.models.magnetic_moment(["xenon1t_sr1"], free="universal"),
    "tritium free": be.models.magnetic_moment(["xenon1t_sr1:tritium"], free="universal"),
}
xenon1t = models["no tritium"].question.experiments[0]

# %% [markdown]
# ## The excess

# %%
weak = be.signal_counts(xenon1t, be.StandardModel())
moment = be.signal_counts(xenon1t, be.MagneticMoment(nu_e=21, nu_mu=21, nu_tau=21))
width = np.diff(xenon1t.bin_edges)
with plots.style():
    fig, ax = plots.figure(width=4.2)
    ax.errorbar(
        xenon1t.centres, xenon1t.counts / width, xenon1t.sigma / width, fmt="k.", ms=3, lw=0.8, label="data"
    )
    ax.stairs(
        (xenon1t.background + weak) / width,
        xenon1t.bin_edges,
        color="0.4",
        label="background and Standard Model",
    )
    ax.stairs(
        (xenon1t.background + moment) / width,
        xenon1t.bin_edges,
        color=plots.colour_of("xenon1t_sr1"),
        ls="--",
        label=r"with $\mu_\nu = 21 \times 10^{-12}\,\mu_B$",
    )
    ax.set(xlabel="reconstructed energy [keV]", ylabel="events per keV", ylim=(0, None))
    ax.legend()

# %% [markdown]
# **Figure 1.** Events of XENON1T's first science run, with Garwood errors. The moment adds events below
# 5 keV, where the data lie above the background.
#
# ## First statistic: the profile
#
# The 90 % interval at $\Delta\chi^2 = 2.71$ excludes zero without tritium, and does not with it.

# %%
profiles = {name: be.profile_likelihood(model) for name, model in models.items()}
for name, profile in profiles.items():
    print(f"{name:13s} best fit {profile.best_fit:5.1f}, interval {profile.pieces}")

# %% [markdown]
# ## Second statistic: the posterior
#
# A moment cannot be negative, so a table quotes an upper bound. Where there is a signal, the smallest
# interval that holds 90 % is the better summary. The Bayes factor compares the Standard Model with a moment
# under the flat prior; it depends on how far that prior reaches.

# %%
densities = {name: be.marginal_density(model) for name, model in models.items()}
for name, density in densities.items():
    pieces = be.highest_density(density, 0.9)
    prior = models[name].question.priors["universal"]
    print(
        f"{name:13s} < {density.quantile(0.9):.1f}; smallest 90 % interval",
        [f"{a:.1f} to {b:.1f}" for a, b in pieces],
        f"; ln B = {be.log_bayes_factor(models[name]):+.2f} for a moment, {prior.words('universal')}",
    )

# %%
with plots.style():
    fig, ((top, bottom),) = plots.stacked(1, 1, width=4.2)
    for (name, profile), line in zip(profiles.items(), ("-", "--"), strict=True):
        density = densities[name]
        top.plot(profile.values, profile.delta_chi2, ls=line, color=plots.STATISTICS["profile"]["color"])
        bottom.plot(density.values, density.density, ls=line, color=plots.STATISTICS["posterior"]["color"])
        top.plot([], [], ls=line, color="0.3", label=name)
    top.axhline(2.7055, color="0.6", lw=0.7, ls="-")
    top.annotate("90 % CL", (1, 2.9), color="0.3", fontsize=7)
    top.set(ylabel=r"profile $\Delta\chi^2$", ylim=(0, 12))
    bottom.set(xlabel=r"$\mu_\nu$ [$10^{-12}\,\mu_B$]", ylabel="posterior density")
    bottom.set(xlim=(0, 40), ylim=(0, None))
    plots.one_legend(fig, [top])

# %% [markdown]
# **Figure 2.** Profile above, with the threshold of the 90 % interval; posterior density under a flat prior
# below: the first of the table's statistics in red, the second in blue, as everywhere.
#
# ## Third statistic: toys
#
# How often would the Standard Model alone gain as much from a moment that is not there? And how does the
# bound compare with what was expected?

# %%
for name, model in models.items():
    found = be.expected_limits(model, toys=500)
    test, band = found.signal, found.band("profile", 0.95)
    print(
        f"{name:13s} q0 = {test.q0:.2f}: {np.sqrt(test.q0):.1f} sigma asymptotically, and "
        f"{test.p_value:.3g} of the toys gain more"
    )
    print(
        f"{'':13s} bound {found.observed['profile']:.1f}, expected {found.median('profile')[0]:.1f}, "
        f"95 % of toys in {band[0]:.1f} to {band[1]:.1f}"
    )

# %% [markdown]
# The three agree: about three standard deviations without tritium, less than one with it. XENONnT settled
# it two years later: with a fifth of the background it saw no excess, and its bound excludes the moment
# that would explain XENON1T's excess.

# %%
print(be.profile_likelihood(be.models.magnetic_moment(["xenonnt_sr0"], free="universal")).upper)
