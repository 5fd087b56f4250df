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
# # Two parameters at a time, and all three flavours free
#
# XENONnT does not see which flavour scattered: a moment of the electron neutrino can hide behind one of the
# muon neutrino. This notebook draws the allowed region of both by both statistics, then leaves all three
# flavours free.

# %%
# %matplotlib inline

import bayes_enues as be
from bayes_enues import plots

# %% [markdown]
# ## Two magnetic moments
#
# `plane_region` computes the $\Delta\chi^2 = 4.605$ contour (two parameters, 90 %) and the 90 % region of
# highest posterior density. Both come from grids, without sampling: contours are exact enough to publish.

# %%
kind = be.MagneticMoment
planes = {}
for experiment in ("xenonnt_sr0", "lz_ws2022"):
    model = be.models.magnetic_moment([experiment], free=["nu_e", "nu_mu"])
    planes[experiment] = be.plane_region(model, ["nu_e", "nu_mu"], points=61)


# %%
with plots.style():
    fig, ax = plots.figure(width=3.6, height=3.4)
    plots.plot_region(ax, list(planes.values()), [kind.label("nu_e"), kind.label("nu_mu")])
    plots.one_legend(fig, [ax], fontsize=7)

# %% [markdown]
# **Figure 1.** 90 % regions of two magnetic moments, the third being zero: Δχ² = 4.605 (lines) and highest
# posterior density under priors flat in both moments (shaded). The parameters are non-negative, so each
# contour runs from axis to axis. Counts are a sum of squares; the contours are nearly ellipses.

# %%
for experiment, plane in planes.items():
    profile, credible = plane.profile, plane.posterior
    print(
        f"{experiment}: areas {profile.area:.1f} (profile) and {credible.area:.1f} (posterior), vertices on "
        f"the contour to {profile.residual:.0e} in delta chi^2"
    )

# %% [markdown]
# ## All three flavours free
#
# `free` takes any list of parameters. The posterior of three moments marginalises two to bound the third;
# the profile minimises over them. `be.limits` gives both for one of them.

# %%
model = be.models.magnetic_moment(["xenonnt_sr0"], free=["nu_e", "nu_mu", "nu_tau"])
alone = be.models.magnetic_moment(["xenonnt_sr0"], free="nu_e")
for words, limit in (
    ("nu_e with all three free", be.limits(model, "nu_e", draws=2000)),
    ("nu_e alone, the others zero", be.limits(alone, draws=2000)),
):
    print(
        f"{words}: posterior < {limit.posterior.upper:.2f}, profile < {limit.profile.upper:.2f} {limit.unit}"
    )

# %% [markdown]
# The profile bound does not change: the best fit has no moment at all, and other moments could only add
# events. The posterior bound becomes stronger, because in most of the posterior some of the few allowed
# events belong to the other two flavours. A bound on one parameter depends on what is assumed about the
# others.

# %%
tree = be.sample_posterior(model, draws=2000)
draws = {name: tree["posterior"][name].values.ravel() for name in ("nu_e", "nu_mu", "nu_tau")}
pairs = [("nu_e", "nu_mu"), ("nu_e", "nu_tau"), ("nu_mu", "nu_tau")]
unit = plots.unit_label(kind.unit)
with plots.style():
    fig, axes = plots.figure(1, 3, width=2.6, height=2.5)
    for ax, (x, y) in zip(axes, pairs, strict=True):
        ax.hexbin(draws[x], draws[y], gridsize=30, cmap="Blues", mincnt=1, linewidths=0)
        ax.set(xlabel=f"{kind.label(x)} [{unit}]", ylabel=f"{kind.label(y)} [{unit}]")

# %% [markdown]
# **Figure 2.** Draws of the posterior of three free moments (darker: more), two at a time, the third
# marginalised. Two large moments would give too many events: the corner at the upper right is empty.
