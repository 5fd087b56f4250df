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
# # How much of a bound is the prior?
#
# Near a boundary a credible bound depends on its prior. XENONnT's bound on the magnetic moment of the
# electron neutrino changes by a fifth between a prior flat in the moment and one flat in its square. This
# notebook shows how.

# %%
# %matplotlib inline
import numpy as np

import bayes_enues as be
from bayes_enues import plots

XENONNT = ["xenonnt_sr0"]

# %% [markdown]
# ## One likelihood, five priors
#
# A prior is a callable from a name to a PyMC variable. The library has some; any function of yours works
# too. With one free parameter the posterior follows by quadrature, without sampling: `be.marginal_density`.

# %%
priors = {
    "flat in the moment": be.Flat(),
    "flat in its square": be.FlatStrength(),
    "half-normal, scale 10": be.HalfNormal(scale=10.0),
    "Jeffreys": be.Jeffreys(),
    "log-uniform from 0.01": be.LogUniform(lower=0.01),
}
models = {
    name: be.models.magnetic_moment(XENONNT, free="nu_e", prior=prior) for name, prior in priors.items()
}
densities = {name: be.marginal_density(model) for name, model in models.items()}
profile = be.profile_likelihood(models["flat in the moment"])
for name, density in densities.items():
    print(f"{name:24s} nu_e < {density.quantile(0.9):5.2f} (90 %)")
print(f"{'profile, 2.706':24s} nu_e < {profile.upper:5.2f}")
print(f"{'profile, 1.642':24s} nu_e < {profile.upper_one_sided:5.2f}")

# %%
with plots.style():
    fig, ax = plots.figure(width=4.6, height=3.1)
    ax.fill_between(
        profile.values, np.exp(-profile.delta_chi2 / 2), color="0.88", lw=0, label="profile likelihood"
    )
    for (name, density), line in zip(densities.items(), ("-", "--", "-.", (0, (5, 1)), ":"), strict=True):
        peak = density.density[density.values > 0.3].max()
        (drawn,) = ax.plot(density.values, density.density / peak, ls=line, label=name)
        ax.axvline(density.quantile(0.9), ymax=0.12, color=drawn.get_color(), lw=2)
    kind = be.MagneticMoment
    ax.set(xlabel=f"{kind.label('nu_e')} [{plots.unit_label(kind.unit)}]", ylabel="density / largest")
    ax.set(xlim=(0, 16), ylim=(0, 1.4))
    ax.legend(ncols=2)

# %% [markdown]
# **Figure 1.** Posterior of XENONnT's electron-flavour moment under five priors (lines; ticks: 90 % bounds)
# and the profile likelihood (grey). The likelihood falls monotonically, so the prior decides how much
# weight small moments get. The Jeffreys prior of Gaussian counts and a signal in the square alone is flat
# in the square: the two curves coincide. A log-uniform prior diverges towards zero: its bound depends on
# the lower edge that was chosen.

# %% [markdown]
# ## Threshold first, then prior
#
# The bounds of the two statistics differ for two reasons. The first is the threshold: 2.706 cuts a
# two-sided interval, whose upper end alone covers more than 90 %; the one-sided bound, at 1.642, should be
# compared with a one-sided credible bound. The second is the prior: flat in the moment lands between the
# two profile bounds, flat in its square above both, log-uniform wherever its lower edge puts it.
#
# ## Does it matter here? Power scaling
#
# Raising the prior or the likelihood to a power near one and reweighting the draws shows on which of them a
# posterior depends (Kallioinen et al., Stat. Comput. 34 (2024) 57). ArviZ does it; the comparison is
# restricted to the physics parameter, because the constraints of the nuisances are priors too, and meant to
# be informative.

# %%
rows = []
for name in ("flat in the moment", "flat in its square", "half-normal, scale 10"):
    tree = be.sample_posterior(models[name], draws=2000)
    found = be.power_scaling(tree, "nu_e")
    prior, likelihood = found.prior_sensitivity, found.likelihood_sensitivity
    rows.append([name, prior, likelihood])
    print(f"{name:24s} prior {prior:.3f}, likelihood {likelihood:.3f}: {found.diagnosis}")

# %%
with plots.style():
    fig, ax = plots.figure(width=4.4, height=2.0)
    y = np.arange(len(rows))
    ax.plot([row[1] for row in rows], y, "o", color="#E69F00", ls="none", label="prior")
    ax.plot([row[2] for row in rows], y, "s", color="0.2", ls="none", label="likelihood")
    ax.axvline(0.05, color="0.6", lw=0.8, ls="--")
    ax.set_yticks(y, [row[0] for row in rows])
    ax.set(xlabel="power-scaling sensitivity (no unit)", xlim=(-0.01, None), ylim=(-0.5, 2.5))
    ax.legend()

# %% [markdown]
# **Figure 2.** Sensitivity of the posterior of the moment to its prior (circles) and to the likelihood
# (squares); above 0.05 (dashed) ArviZ calls it noticeable. A prior that is flat in the moment stays flat
# when it is raised to a power, so its zero says nothing about other priors; one flat in the square is a
# straight line in the moment, and moves. `bayes-enues priors` prints such tables for any model, with the
# nuisance priors varied as well.

# %% [markdown]
# ## A prior of your own

# %%
import pymc as pm  # noqa: E402


def gamma(name):
    return pm.Gamma(name, alpha=2.0, beta=0.3)


model = be.models.magnetic_moment(XENONNT, free="nu_e", prior=gamma)
limit = be.limits(model, draws=2000)
print(limit)
