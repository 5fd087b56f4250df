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
# # The Bayesian workflow, with ArviZ's own plots
#
# From the model to a posterior that can be trusted: look at the model, at what its prior predicts, at the
# chains, at what the data changed, and at how much the prior still matters. Everything here is a plain
# `pm.Model` and a DataTree of xarray, so every plot of ArviZ works.

# %%
# %matplotlib inline
import warnings

import arviz as az
import matplotlib.pyplot as plt
import pymc as pm
import xarray as xr

import bayes_enues as be

plt.rcParams["figure.dpi"] = 60
model = be.models.magnetic_moment(["xenonnt_sr0"], free="nu_e")
print(model.str_repr())

# %% [markdown]
# ## The model as a graph
#
# PyMC writes it in the language of mermaid, which GitHub and JupyterLab draw.

# %%
print(pm.model_to_mermaid(model))

# %% [markdown]
# ## What the prior predicts
#
# Before the fit: counts drawn from the prior of the moment and of the nuisance, bin by bin, with the
# data.

# %%
warnings.filterwarnings("ignore", "Numba will use object mode")  # a cut Gaussian is drawn by NumPy
before = pm.sample_prior_predictive(500, model=model, random_seed=1)
black = {"observed_markers": {"color": "black"}}
plot = az.plot_ppc_interval(before, group="prior_predictive", visuals=black)
# %% [markdown]
# **Figure 1.** Counts in each bin: what the prior predicts (blue: median and intervals) and what was observed
# (black). The flat prior reaches far above the data in the lowest bins; the data rule that out.

# %% [markdown]
# ## Chains
#
# `groups=True` keeps the prior, the likelihood and predicted counts beside the draws.

# %%
tree = be.sample_posterior(model, draws=1000, seed=1, groups=True)
print(be.diagnose(tree))
plot = az.plot_trace_dist(tree, var_names=["nu_e", "beta_flux"])
# %% [markdown]
# **Figure 2.** Density and trace of each chain: they agree, and none drifts.

# %%
plot = az.plot_rank(tree, var_names=["nu_e", "beta_flux"], method="envelope")
# %% [markdown]
# **Figure 3.** Ranks of each chain's draws among all, as the distance of their ECDF from the uniform one;
# chains that sample the same distribution stay inside the band. Draws are thinned first, because the band is
# that of independent ones.

# %% [markdown]
# ## What the data changed

# %%
plot = az.plot_prior_posterior(tree, var_names=["nu_e", "beta_flux"])
# %% [markdown]
# **Figure 4.** Prior and posterior. The moment is bounded by the data; the flux is known better than they
# can tell, so its posterior is its prior.

# %%
plot = az.plot_pair(tree, var_names=["nu_e", "beta_flux"])
# %% [markdown]
# **Figure 5.** Both together, as a corner plot: hardly correlated.

# %% [markdown]
# ## All flavours beside each other

# %%
flavours = {"nu_e": tree["posterior"]["nu_e"]}
for name in ("nu_mu", "nu_tau"):
    other = be.sample_posterior(be.models.magnetic_moment(["xenonnt_sr0"], free=name), draws=1000, seed=1)
    flavours[name] = other["posterior"][name]
every = xr.DataTree.from_dict({"posterior": xr.Dataset(flavours)})
plot = az.plot_forest(every, combined=True, ci_kind="hdi", ci_probs=(0.5, 0.9))
# %% [markdown]
# **Figure 6.** Posteriors of the three moments, in 1e-12 Bohr magnetons, each from a model of its own:
# median, and highest-density intervals of 50 and 90 %.

# %% [markdown]
# ## How much the prior matters
#
# Power scaling raises the prior, or the likelihood, to a power near one and looks at how the posterior
# moves.

# %%
plot = az.plot_psense_dist(tree, var_names=["nu_e"])
# %% [markdown]
# **Figure 7.** The posterior with prior and likelihood weakened and strengthened. A flat prior to any
# power is flat, so nothing moves there: that does not prove that another prior would not matter.

# %% [markdown]
# ## Keeping and loading a posterior
#
# A DataTree writes itself as NetCDF; `bayes-enues limits` does the same for each row, in `results/rows/`.

# %%
tree["posterior"].to_netcdf("posterior.nc")
again = xr.load_dataset("posterior.nc")
print(f"90 % of the draws lie below {float(again['nu_e'].quantile(0.9)):.2f}")

# %% [markdown]
# ## When a sampler fails
#
# A posterior is accepted with R-hat of at most 1.01, effective sample sizes of at least 400 and no
# divergence. Otherwise `be.sample_posterior` draws again by a fixed rule and warns if that does not help
# either; `be.limits` then gives no posterior bound. What to do, in this order:
#
# 1. Read `be.diagnose(tree)`. A small effective sample size needs more `draws`, nothing else.
# 2. Look at `be.marginal_density(model)`, which needs no draws. Two peaks explain chains that disagree; the
#    bound by quadrature is right in that case too.
# 3. Divergences point to a prior with an infinite density or a sharp edge inside its range: change the prior,
#    not the sampler.
# 4. If the best fit does not describe the data (`be.limits(model).goodness`), no sampler helps: look at
#    the model.

# %%
density = be.marginal_density(model)
print(f"90 % by quadrature: {density.quantile(0.9):.2f}")
print(density)
