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
# # Your own interaction, from the formula to both limits
#
# The library has electromagnetic properties and light mediators. It does not have *non-standard
# interactions*: new physics far above these energies that scales one weak coupling. For neutrinos of
# flavour f that scatter on electrons through a vector current,
#
# $$ g_V \to g_V + \varepsilon_f^V , \qquad \mathcal{L} \supset -2\sqrt2\,G_F\,\varepsilon_f^V
# (\bar\nu_f\gamma^\mu P_L\nu_f)(\bar e\gamma_\mu e) . $$
#
# Twenty lines make it an interaction like any other. It is a frozen dataclass whose fields are the
# parameters and whose `cross_section` is the whole formula, Standard Model included, so that interference
# is handled in one place. Write it with operators and NumPy's ufuncs: then it works for numbers and for
# PyTensor variables.

# %%
# %matplotlib inline
import warnings
from dataclasses import dataclass

import bayes_enues as be
from bayes_enues import plots


# %% tags=["the_class"]
@dataclass(frozen=True)
class VectorNSI(be.Interaction):
    """Non-standard vector interactions of neutrinos with electrons: g_V + epsilon_V."""

    nu_e: float = 0.0
    nu_mu: float = 0.0
    nu_tau: float = 0.0

    unit = "1"
    power = 1  # counts are quadratic in epsilon itself,
    signed = True  # which may have either sign
    groups = {"universal": ("nu_e", "nu_mu", "nu_tau")}
    symbol = r"\varepsilon^V_{{{}}}"

    def cross_section(self, flavour, e_nu, e_er):
        g_v, g_a = self.weak_couplings(flavour)
        return be.weak_cross_section(g_v + getattr(self, flavour), g_a, e_nu, e_er)


# %% [markdown]
# The library does the rest. First the counts per bin:

# %%
xenonnt = be.load_experiment("xenonnt_sr0")
shown = [0.0, 1.0, -1.0]
with plots.style():
    fig, ax = plots.figure(width=4.2, height=3.0)
    curves = [(rf"$\varepsilon^V_e = {e:g}$", be.signal_counts(xenonnt, VectorNSI(nu_e=e))) for e in shown]
    plots.plot_spectrum(ax, xenonnt, curves)

# %% [markdown]
# **Figure 1.** XENONnT's data and what non-standard couplings of either sign would add. The signal keeps
# the flat shape of weak scattering and changes its size, so the flux uncertainty matters more than for a
# magnetic moment.

# %% [markdown]
# Then both limits. Before anything is compiled the formula is checked: finite, not negative, of the right
# shape, quadratic in 1/E_nu and in the parameter. A formula that fails is refused with one line, or
# computed in a slower way with a warning.

# %%
model = be.models.counting_model(VectorNSI(), [xenonnt], free="nu_e")
limit = be.limits(model, draws=2000)
print(limit)

# %%
profile, density = limit.profile, be.marginal_density(model)
with plots.style():
    fig, ax = plots.figure(width=4.2, height=3.0)
    ax.plot(
        profile.values,
        profile.delta_chi2,
        color=plots.STATISTICS["profile"]["color"],
        ls="-",
        label=r"$\Delta\chi^2$ profile",
    )
    ax.axhline(profile.threshold, color="0.6", lw=0.6)
    ax.set(xlabel=VectorNSI.label("nu_e"), ylabel=r"$\Delta\chi^2$", ylim=(0, 8))
    right = ax.twinx()
    right.plot(density.values, density.density, color="#0072B2", ls="--", label="posterior")
    for low, high in limit.posterior.pieces:
        right.axvspan(low, high, color="#0072B2", alpha=0.12, lw=0)
    right.set(ylabel="posterior density (dashed)", ylim=(0, None), xlim=(-3.2, 1.8))
    ax.legend(loc="upper right")

# %% [markdown]
# **Figure 2.** Profile (solid; the grey line cuts at 2.706) and posterior density of the coupling of
# electron neutrinos (line; its 90 % highest-density region shaded). Counts are a parabola in the coupling,
# with the counts of the Standard Model again at about −2: the two minima are mirror images.

# %% [markdown]
# Your class also passes the tests that every interaction of the library passes: the Standard Model at zero,
# symbols that give the same numbers, gradients that agree with finite differences.
# `tests/test_notebooks.py` runs them on it.
#
# ## A formula that is not quadratic
#
# Say the coupling switches on above a neutrino energy of 200 keV. `np.where` would turn PyTensor variables
# into an object array; a product with a mask does not. The two-node integral over neutrino energy, exact
# for quadratics, is wrong for this formula. The library notices, says so and integrates over a fine grid.


# %%
@dataclass(frozen=True)
class HighEnergyNSI(VectorNSI):
    """The same above a neutrino energy of 200 keV only."""

    def cross_section(self, flavour, e_nu, e_er):
        g_v, g_a = self.weak_couplings(flavour)
        return be.weak_cross_section(g_v + (e_nu > 200) * getattr(self, flavour), g_a, e_nu, e_er)


with warnings.catch_warnings(record=True) as said:
    threshold = be.models.counting_model(HighEnergyNSI(), [xenonnt], free="nu_e")
print(said[0].message)
print("90 % profile interval:", be.profile_likelihood(threshold).pieces)
