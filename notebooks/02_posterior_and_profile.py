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
# # One parameter, two statistics
#
# The electron neutrino's magnetic moment from XENONnT's first science run. The posterior and the profile of
# $\Delta\chi^2$ come from the same model; this notebook shows both and says why their bounds differ.

# %%
# %matplotlib inline
import numpy as np

import bayes_enues as be
from bayes_enues import plots

xenonnt = be.load_experiment("xenonnt_sr0")
model = be.models.magnetic_moment([xenonnt], free="nu_e")
print(model.str_repr())

# %% [markdown]
# A plain PyMC model: the moment with a flat prior, one nuisance for the solar flux (7 %), and a Gaussian
# likelihood of the counts in 29 bins. The prior's range ends where $\Delta\chi^2$ exceeds 25:

# %%
prior = model.question.priors["nu_e"]
prior.words("nu_e")

# %% [markdown]
# ## The profile
#
# At each value of the moment the nuisance takes the value that fits best; what is left is a curve in one
# variable. No prior of the moment enters.

# %%
profile = be.profile_likelihood(model, "nu_e")
print(f"best fit {profile.best_fit:g}, on the boundary: {profile.at_boundary}")
print(f"chi^2 at the best fit: {profile.chi2_min:.2f} for {xenonnt.n_bins} bins")
print(f"Delta chi^2 = 2.71 at {profile.upper:.2f}: the convention of the literature")
print(f"Delta chi^2 = 1.64 at {profile.upper_one_sided:.2f}: the one-sided 90 % bound")

# %% [markdown]
# ## The posterior
#
# Here the nuisance is integrated over and the moment has a density. The draws are used only if they pass
# their diagnostics.

# %%
posterior = be.sample_posterior(model, draws=4000, seed=1)
draws = posterior["posterior"]["nu_e"].values
print(posterior.attrs["diagnosis"], f"(R-hat {posterior.attrs['rhat']:.4f})")
print(f"90 % of the draws lie below {np.quantile(draws, 0.9):.2f}")

# %% [markdown]
# With one parameter and one nuisance the integral can be done on a grid, without any sampling. It gives the
# same bound, and the same density.

# %%
density = be.marginal_density(model, "nu_e")
print(f"90 % quantile by quadrature: {density.quantile(0.9):.2f}")

# %% [markdown]
# ## Both in one picture

# %%
limit = be.limits(model, seed=1)
with plots.style():
    fig, ((top, bottom),) = plots.stacked(1, 1, width=4.6, height=4.4)
    plots.plot_limit((top, bottom), limit, density, be.MagneticMoment.label("nu_e"))
    bottom.hist(draws.ravel(), 40, density=True, histtype="step", color="0.5", ls="-", label="draws")
    plots.limit_legend(fig, (top, bottom))

# %% [markdown]
# **Figure 1.** Profile (above) and posterior density (below; line: quadrature, steps: draws) of the moment
# from XENONnT. The strokes of each bound are on its excluded side; the tick at the top is the published
# limit.

# %% [markdown]
# ## Why they differ: first the threshold
#
# $\Delta\chi^2 < 2.71$ cuts a *two-sided* interval of 90 %: 5 % are left out on either side. Its upper end
# read alone is a 95 % bound. A posterior quantile is one-sided. So compare like with like: the 90 %
# quantile with 1.64, the 95 % quantile with 2.71.

# %%
for level, bound, cut in ((0.90, profile.upper_one_sided, 1.64), (0.95, profile.upper, 2.71)):
    print(f"{100 * level:g} % quantile {density.quantile(level):5.2f}   profile at {cut}: {bound:5.2f}")

# %% [markdown]
# ## Then the prior
#
# A profile bound is where a curve reaches a height; a credible bound is where the area under it reaches 90
# %, and area depends on the variable in which the prior is flat. The number of events grows like the square
# of the moment, so "flat" could just as well mean flat in the square: that puts more weight on large
# moments, and the bound moves up.

# %%
flat_square = density.reweighted(density.values)
print(f"90 %, flat in the moment      {density.quantile(0.9):5.2f}")
print(f"90 %, flat in its square      {flat_square.quantile(0.9):5.2f}")
print(f"the row's own, from its draws {limit.posterior.upper_flat_strength:5.2f}")

# %% [markdown]
# Does it also matter that one statistic maximises over the nuisance and the other integrates?
# Here are the integrated and the profiled likelihood, each divided by its value at zero:

# %%
integrated = density.density / density.density[0]
profiled = np.exp(-0.5 * np.interp(density.values, profile.values, profile.delta_chi2))
here = density.values <= profile.upper
print(f"largest difference up to the bound: {np.abs(integrated - profiled)[here].max():.3f}")

# %% [markdown]
# The two curves nearly agree: every number on this page comes from one likelihood. The bounds differ by
# where it is cut, and by the prior with which it is multiplied.

# %%
print(limit)
